"""
The selectors of a kernel, compiled and called.

Source of the flags: linux ``Makefile``: wrapping signed arithmetic, no strict aliasing, ``-O2``.
"""

import ctypes
import hashlib
from array import array
from collections.abc import Sequence
from functools import cache as once
from pathlib import Path
from typing import Final

from multipath.lab import cache
from multipath.lab.host import output

from .sources import Sources, sources

_SHIM: Final = Path(__file__).with_name("shim")
_FLAGS: Final = ("-std=gnu11", "-O2", "-fwrapv", "-fno-strict-aliasing", "-fPIC", "-w")
_LONGEST_STATUS: Final = 128


@once
def library(kernel: str) -> ctypes.CDLL:
    """
    Return the library of a kernel, fetched and compiled if need be.

    Raises:
        KernelUnavailable: the sources cannot be fetched.
    """
    taken = sources(kernel)
    made = cache.made(f"oracle-{taken.version}-{_shim_hash()}", lambda draft: _compile(taken, draft))
    loaded = ctypes.CDLL(str(made / "oracle.so"))
    loaded.oracle_create.restype = ctypes.c_void_p
    loaded.oracle_add.restype = ctypes.c_char_p
    return loaded


def _shim_hash() -> str:
    files = sorted(path for path in _SHIM.rglob("*") if path.is_file())
    parts = [_FLAGS, *[(str(path.relative_to(_SHIM)), path.read_bytes()) for path in files]]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def _compile(taken: Sources, draft: Path) -> None:
    folders = [word for folder in (taken.folder, _SHIM) for word in ("-I", str(folder))]
    files = [*sorted(taken.folder.glob("dm-ps-*.c")), _SHIM / "oracle.c"]
    output(["gcc", *_FLAGS, *folders, "-shared", "-o", draft / "oracle.so", *files], package="gcc")


def _words(words: Sequence[str]) -> "ctypes.Array[ctypes.c_char_p]":
    return (ctypes.c_char_p * (len(words) + 1))(*[word.encode() for word in words], None)


class Refused(Exception):
    """What the kernel says against an argument."""


class KernelSelector:
    """
    A selector of a kernel, with the methods of ours.

    Args:
        kernel: One of `KERNELS`.
        name: The selector's name.
        paths: Of each path its arguments.
        group: The arguments of the group.
        nodes: Of each CPU of the machine its NUMA node. There is one machine: it holds for all selectors.

    Raises:
        Refused: the kernel does not take the arguments.
        KernelUnavailable: there is no such kernel here.
    """

    def __init__(
        self,
        kernel: str,
        name: str,
        paths: Sequence[Sequence[str]],
        group: Sequence[str] = (),
        nodes: Sequence[int] = (0,),
    ) -> None:
        self._selector: ctypes.c_void_p | None = None
        self._library, self._paths = library(kernel), len(paths)
        self._library.oracle_machine(len(nodes), (ctypes.c_uint * len(nodes))(*nodes))
        selector = self._library.oracle_create(name.encode(), len(group), _words(group), len(paths))
        if not selector:
            raise Refused("path selector constructor failed")
        self._selector = ctypes.c_void_p(selector)
        for words in paths:
            if refusal := self._library.oracle_add(self._selector, len(words), _words(words)):
                raise Refused(refusal.decode())

    def __del__(self) -> None:
        """Give it back."""
        if self._selector:
            self._library.oracle_destroy(self._selector)

    def replay(
        self, ops: bytes, args: "array[int]", nbytes: "array[int]", now: "array[int]", out: "array[int]"
    ) -> None:
        """Do what a trace says, as `Selector.replay` does."""
        places = [ctypes.c_void_p(each.buffer_info()[0]) for each in (args, nbytes, now, out)]
        self._library.oracle_replay(self._selector, ops, *places, ctypes.c_long(len(ops)))

    def select_batch(self, nbytes: "array[int]", now: "array[int]", out: "array[int]", *, cpu: int = 0) -> None:
        """Choose paths for many I/Os, as `Selector.select_batch` does."""
        places = [ctypes.c_void_p(each.buffer_info()[0]) for each in (nbytes, now, out)]
        self._library.oracle_select(self._selector, *places, ctypes.c_long(len(out)), cpu)

    def status(self) -> tuple[tuple[int, ...], ...]:
        """Return the numbers that the kernel prints for each path in a status."""
        return tuple(self._numbers(path) for path in range(self._paths))

    def group_status(self) -> tuple[int, ...]:
        """Return the numbers that the kernel prints for the group, without their count."""
        count, *numbers = self._numbers(-1)
        assert count == len(numbers)
        return tuple(numbers)

    def _numbers(self, path: int) -> tuple[int, ...]:
        text = ctypes.create_string_buffer(_LONGEST_STATUS)
        self._library.oracle_status(self._selector, path, text, _LONGEST_STATUS)
        return tuple(map(int, text.value.split()))
