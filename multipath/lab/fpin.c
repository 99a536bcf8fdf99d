// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/*
 * Lets a Fibre Channel host hear what only a fabric would tell it.
 *
 * A driver hands the frames of the fabric to the kernel's transport class, which counts them and tells whoever listens.
 * No switch stands behind the hosts of the lab, so this hands over what is written to a parameter of the module:
 *
 *	echo "HOST HEXBYTES" >/sys/module/fpin/parameters/notice	a fabric notice (FPIN), the whole frame
 *	echo "HOST rscn" >/sys/module/fpin/parameters/notice		the state of some port has changed
 *	echo "HOST linkup" >/sys/module/fpin/parameters/notice		the link of the host is up
 *
 * HOST is the number of the SCSI host.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/version.h>
#include <scsi/fc/fc_els.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_transport.h>
#include <scsi/scsi_transport_fc.h>

/* Since Linux commit 64fd2ba977b1 ("scsi: scsi_transport_fc: Add an additional flag to fc_host_fpin_rcv()"). */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#define receive_frame(host, length, frame) fc_host_fpin_rcv(host, length, frame, 0)
#else
#define receive_frame(host, length, frame) fc_host_fpin_rcv(host, length, frame)
#endif

static int hand_over_frame(struct Scsi_Host *host, const char *digits)
{
	size_t length = strlen(digits) / 2;
	char *frame;
	int error;

	/* The class reads the head of the frame without a look at its length, and believes what it says of the rest. */
	if (length < sizeof(struct fc_els_fpin) || strlen(digits) % 2)
		return -EINVAL;
	frame = kmalloc(length, GFP_KERNEL);
	if (!frame)
		return -ENOMEM;
	error = hex2bin((u8 *)frame, digits, length);
	if (!error)
		receive_frame(host, length, frame);
	kfree(frame);
	return error;
}

static int tell(struct Scsi_Host *host, const char *what)
{
	if (host->transportt->host_size != sizeof(struct fc_host_attrs))	/* of another transport */
		return -EINVAL;
	if (!strcmp(what, "rscn"))
		fc_host_post_event(host, fc_get_event_number(), FCH_EVT_RSCN, 0);
	else if (!strcmp(what, "linkup"))
		fc_host_post_event(host, fc_get_event_number(), FCH_EVT_LINKUP, 0);
	else
		return hand_over_frame(host, what);
	return 0;
}

static int notice_written(const char *text, const struct kernel_param *parameter)
{
	char *line = kstrdup(text, GFP_KERNEL), *what = line ? strim(line) : NULL, *number;
	struct Scsi_Host *host;
	u16 which;
	int error;

	if (!line)
		return -ENOMEM;
	number = strsep(&what, " ");
	error = what ? kstrtou16(number, 10, &which) : -EINVAL;
	if (!error) {
		host = scsi_host_lookup(which);
		error = host ? tell(host, what) : -ENODEV;
		if (host)
			scsi_host_put(host);
	}
	kfree(line);
	return error;
}

static const struct kernel_param_ops notice = { .set = notice_written };

module_param_cb(notice, &notice, NULL, 0200);
MODULE_PARM_DESC(notice, "HOST and the bytes of an FPIN frame, or rscn, or linkup");
MODULE_DESCRIPTION("hands notices of a Fibre Channel fabric to a host");
MODULE_LICENSE("GPL"); /* what the kernel has to hear of the two above */
