/*
 * Answer SG_IO from files; preloaded into programs of sg3_utils, which then read what a virtual array sent.
 *
 * The folder that SG_ANSWERS names has one file for each command, called after its first two bytes. The device that the
 * program opens does not matter.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <scsi/sg.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int ioctl(int fd, unsigned long request, ...)
{
	va_list rest;
	va_start(rest, request);
	struct sg_io_hdr *header = va_arg(rest, struct sg_io_hdr *);
	va_end(rest);
	if (request == SG_GET_VERSION_NUM) {
		*(int *)(void *)header = 30536;
		return 0;
	}
	if (request != SG_IO) {
		errno = ENOTTY;
		return -1;
	}
	char name[4096];
	snprintf(name, sizeof name, "%s/%02x-%02x", getenv("SG_ANSWERS"), header->cmdp[0], header->cmdp[1]);
	FILE *file = fopen(name, "rb");
	if (!file) { /* not foreseen by the test */
		errno = ENODEV;
		return -1;
	}
	memset(header->dxferp, 0, header->dxfer_len);
	size_t length = fread(header->dxferp, 1, header->dxfer_len, file);
	fclose(file);
	header->resid = header->dxfer_len - (unsigned)length;
	header->status = header->masked_status = 0;
	header->host_status = header->driver_status = 0;
	header->info = header->sb_len_wr = header->duration = 0;
	return 0;
}
