"""
One guest for each CPU.

A user-mode Linux that is not pinned spends its time moving its ptrace pair between CPUs: system calls take five times
as long, and booting twice. A CPU is taken by binding a name in the abstract socket name space, which all users of the
machine share, which needs no file, and which the kernel gives back whatever becomes of the process.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def taken() -> Iterator[int]:
    """Yield a CPU that no other guest has while the context lasts; one that is shared where all are taken."""
    allowed = sorted(os.sched_getaffinity(0))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as claim:
        yield next((cpu for cpu in allowed if _bind(claim, cpu)), allowed[os.getpid() % len(allowed)])


def _bind(claim: socket.socket, cpu: int) -> bool:
    try:
        claim.bind(f"\0multipath-lab/cpu/{cpu}")
    except OSError:
        return False
    return True
