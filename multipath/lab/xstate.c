/*
 * Preloaded into user-mode Linux kernels that know a smaller extended state than this processor has.
 *
 * Such a kernel hands PTRACE_SETREGSET a buffer of the size that it was built with. The host accepts nothing but the
 * full size and answers EFAULT, and the guest's init dies. So: read the full state of the thread, lay the kernel's bytes
 * over its beginning, and write all of it. The layout of the beginning is the same in every size of the state.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

enum { ROOM = 1 << 16 };	/* the largest state known today, with AMX, has some 11 kB */

typedef long (*ptrace_call)(int request, pid_t pid, void *address, void *data);

static long write_whole_state(ptrace_call call, pid_t pid, const struct iovec *given)
{
	static __thread unsigned char state[ROOM] __attribute__((aligned(64)));
	struct iovec whole = { .iov_base = state, .iov_len = sizeof(state) };

	if (call(PTRACE_GETREGSET, pid, (void *)NT_X86_XSTATE, &whole) < 0 || whole.iov_len <= given->iov_len)
		return call(PTRACE_SETREGSET, pid, (void *)NT_X86_XSTATE, (void *)given);
	memcpy(state, given->iov_base, given->iov_len);
	return call(PTRACE_SETREGSET, pid, (void *)NT_X86_XSTATE, &whole);
}

long ptrace(enum __ptrace_request request, ...)
{
	static ptrace_call next;
	va_list arguments;
	pid_t pid;
	void *address, *data;

	va_start(arguments, request);
	pid = va_arg(arguments, pid_t);
	address = va_arg(arguments, void *);
	data = va_arg(arguments, void *);
	va_end(arguments);

	if (!next)
		next = (ptrace_call)dlsym(RTLD_NEXT, "ptrace");
	if (request == PTRACE_SETREGSET && (long)address == NT_X86_XSTATE)
		return write_whole_state(next, pid, data);
	return next(request, pid, address, data);
}
