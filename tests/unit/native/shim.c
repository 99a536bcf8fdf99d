/*
 * Answer device-mapper's ioctls in the kernel's place; preloaded into the Python that under_shim.py runs in.
 *
 * How it answers is a plan, set through the variables below before a call. Every attempt is written down as it came, so
 * that a test sees what the library sent. SCSI commands are answered too, once the plan says so; other ioctls go to the
 * kernel.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <linux/ioctl.h>
#include <linux/types.h>
#include <linux/dm-ioctl.h>
#include <scsi/sg.h>

#define MOST_ATTEMPTS 64
#define STEP_NS 1000000 /* how often a blocked call looks up */
#define MOST_STEPS 10000

/* The plan. */
uint32_t shim_needed;    /* bytes of buffer below which the answer is DM_BUFFER_FULL_FLAG */
int shim_interruptions;  /* so many attempts are interrupted by SIGUSR1 first */
int shim_result;         /* positive: the result of every attempt */
int shim_errno;          /* the error of every attempt */
int shim_interface = 50; /* the minor version that the kernel claims */
volatile int shim_blocked; /* a call stays in the kernel for as long as this is set */
int shim_scsi;           /* SG_IO is answered, with what follows */
int shim_scsi_status, shim_scsi_host, shim_scsi_driver, shim_scsi_resid, shim_scsi_sense;

/* What came. */
struct attempt {
	uint32_t command, minor, data_size, data_start, target_count, flags, event_nr;
	uint64_t dev;
	char name[DM_NAME_LEN];
	char payload[64];
} shim_attempts[MOST_ATTEMPTS];
volatile int shim_count, shim_waiting;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int interrupted(void)
{
	int yes;

	pthread_mutex_lock(&lock);
	yes = shim_interruptions > 0;
	shim_interruptions -= yes;
	pthread_mutex_unlock(&lock);
	return yes;
}

static void write_down(unsigned long number, const struct dm_ioctl *sent)
{
	struct attempt *now;

	pthread_mutex_lock(&lock);
	now = &shim_attempts[shim_count++ % MOST_ATTEMPTS];
	memset(now, 0, sizeof(*now));
	now->command = _IOC_NR(number);
	now->minor = sent->version[1];
	now->data_size = sent->data_size;
	now->data_start = sent->data_start;
	now->target_count = sent->target_count;
	now->flags = sent->flags;
	now->event_nr = sent->event_nr;
	now->dev = sent->dev;
	memcpy(now->name, sent->name, DM_NAME_LEN - 1);
	if (sent->data_size >= sizeof(*sent) + sizeof(now->payload))
		memcpy(now->payload, sent + 1, sizeof(now->payload));
	pthread_mutex_unlock(&lock);
}

/* Give a message back as its own answer, after what a kernel does to the header in both directions. */
static int answer(unsigned long number, struct dm_ioctl *header)
{
	struct dm_ioctl in = *header;
	const char *message = (const char *)(header + 1) + sizeof(uint64_t);
	char echo[4096] = "";

	if (_IOC_NR(number) == DM_TARGET_MSG_CMD && in.data_size > sizeof(in) + sizeof(uint64_t))
		strncpy(echo, message, sizeof(echo) - 1);
	if (in.flags & DM_SECURE_DATA_FLAG)
		memset(header, 0, in.data_size);
	header->version[0] = 4;
	header->version[1] = shim_interface;
	if (shim_errno) {
		errno = shim_errno;
		return -1;
	}
	if (shim_result)
		return shim_result;
	*header = in;
	header->version[1] = shim_interface;
	header->event_nr = in.event_nr + 1;
	header->flags = in.flags & ~(DM_BUFFER_FULL_FLAG | DM_SECURE_DATA_FLAG);
	header->data_start = sizeof(*header);
	header->data_size = offsetof(struct dm_ioctl, data);
	if (in.data_size < shim_needed) {
		header->flags |= DM_BUFFER_FULL_FLAG;
		return 0;
	}
	if (_IOC_NR(number) == DM_TARGET_MSG_CMD) {
		header->flags |= DM_DATA_OUT_FLAG;
		header->data_size = sizeof(*header) + strlen(echo) + 1;
		memcpy(header + 1, echo, strlen(echo) + 1);
	}
	return 0;
}

/* Fill the data with 0xda and the sense with 0x5e, and claim what the plan says. */
static int answer_scsi(struct sg_io_hdr *header)
{
	if (shim_errno) {
		errno = shim_errno;
		return -1;
	}
	memset(header->dxferp, 0xda, header->dxfer_len);
	memset(header->sbp, 0x5e, header->mx_sb_len);
	header->status = shim_scsi_status;
	header->host_status = shim_scsi_host;
	header->driver_status = shim_scsi_driver;
	header->resid = shim_scsi_resid;
	header->sb_len_wr = shim_scsi_sense;
	return 0;
}

static void block(void)
{
	const struct timespec step = { .tv_nsec = STEP_NS };
	int steps;

	shim_waiting = 1;
	for (steps = 0; shim_blocked && steps < MOST_STEPS; steps++)
		nanosleep(&step, NULL);
	shim_waiting = 0;
}

int ioctl(int fd, unsigned long number, ...)
{
	int (*kernel)(int, unsigned long, ...) = dlsym(RTLD_NEXT, "ioctl");
	va_list arguments;
	void *argument;

	va_start(arguments, number);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (shim_scsi && number == SG_IO)
		return answer_scsi(argument);
	if (fd < 0 || _IOC_TYPE(number) != DM_IOCTL || _IOC_SIZE(number) != sizeof(struct dm_ioctl))
		return kernel(fd, number, argument);
	write_down(number, argument);
	block();
	if (interrupted()) {
		raise(SIGUSR1);
		((struct dm_ioctl *)argument)->data_size = 0;
		((struct dm_ioctl *)argument)->event_nr = 0;
		errno = EINTR;
		return -1;
	}
	return answer(number, argument);
}
