/*
 * What libmultipath makes of a page of vital product data.
 *
 * Usage: vpd_oracle LIBMULTIPATH, then one line for each page on standard input: its code and its bytes, in hexadecimal
 * digits. Each is answered with a line: the length that the library returns, and the bytes of its text. The library
 * sends INQUIRY to a disk; this ioctl() stands before the C library's and answers with the page.
 */
#include <dlfcn.h>
#include <scsi/sg.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { WWID_SIZE = 128, PAGE_MAX = 4 + 0xffff };

static unsigned char page[PAGE_MAX];
static unsigned int length;

int ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	struct sg_io_hdr *io;

	(void)fd;
	if (request != SG_IO)
		return -1;
	va_start(arguments, request);
	io = va_arg(arguments, struct sg_io_hdr *);
	va_end(arguments);
	memset(io->dxferp, 0, io->dxfer_len);
	memcpy(io->dxferp, page, length < io->dxfer_len ? length : io->dxfer_len);
	io->status = io->host_status = io->driver_status = 0;
	return 0;
}

int main(int count, char **words)
{
	static char line[2 * PAGE_MAX + 16], text[WWID_SIZE];
	void *library = count == 2 ? dlopen(words[1], RTLD_NOW | RTLD_GLOBAL) : NULL;
	int (*get)(int, int, int, char *, int);
	unsigned int code, byte;
	int used, result;

	if (!library || !(get = dlsym(library, "get_vpd_sgio"))) {
		fprintf(stderr, "vpd_oracle: %s\n", dlerror());
		return 1;
	}
	while (fgets(line, sizeof(line), stdin) && sscanf(line, "%2x%n", &code, &used) == 1) {
		const char *at = line + used + 1;

		for (length = 0; length < PAGE_MAX && sscanf(at, "%2x", &byte) == 1; at += 2)
			page[length++] = byte;
		memset(text, 0, sizeof(text));
		result = get(0, code, 0, text, sizeof(text));
		printf("%d ", result);
		for (at = text; *at; at++)
			printf("%02x", (unsigned char)*at);
		printf("\n");
	}
	return 0;
}
