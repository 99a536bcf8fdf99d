"""What a guest is to the lab, whatever runs it: a kernel, a process, the names that its devices have inside."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from .lines import Lines
from .machine import Machine


class Kernel(Protocol):
    """A kernel that is here."""

    @property
    def name(self) -> str:
        """Its name in the catalogue."""

    @property
    def release(self) -> str:
        """What ``uname -r`` says in it."""

    @property
    def tree(self) -> Path:
        """The folder with the package in it; its modules are under ``usr/lib/modules``."""


class Runner(Protocol):
    """What runs guests: a module beside this one."""

    @property
    def SETTINGS(self) -> Mapping[str, str]:  # noqa: N802 - a module's constant
        """What the guest's scripts are told of it: how folders are shared, the devices, the way to power off."""

    def kernel(self, name: str, /) -> Kernel:
        """Return a kernel of the catalogue, fetched if need be."""

    def launch(self, machine: Machine, folder: Path, lines: Lines, /) -> "Launch":
        """Return the process that is a guest; ``folder`` is the run folder."""


@dataclass(frozen=True, slots=True)
class Launch:
    """
    A process that is a guest.

    Attributes:
        words: Its command line.
        environment: Variables over those of this process.
        inherited: The descriptors that it gets.
        pinned: Whether it is faster on one CPU.
    """

    words: tuple[str | Path, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    inherited: tuple[int, ...] = ()
    pinned: bool = False
