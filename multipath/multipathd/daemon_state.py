"""The smaller things that multipathd tells: of itself, of its configuration, of reservations; each read from a text."""

import enum
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Self

_DAEMON: Final = re.compile(r"pid (\d{1,10}) (.+)\Z", re.ASCII)
_COUNT: Final = re.compile(r"(\S.*?) +(\d{1,10})\Z", re.ASCII)
_RULE: Final = re.compile(r"\t? *\((\S+) rule\) +(.*)\Z", re.DOTALL)
_DEVICE: Final = re.compile(r" +(\S+) +(.+), (monitored|unmonitored)\Z")
_KEY: Final = re.compile(r"(?:0[xX])?([0-9a-fA-F]{1,16})(:aptpl)?\Z")


@dataclass(frozen=True, slots=True)
class DaemonState:
    """
    How multipathd is.

    Attributes:
        pid: Its process; 0 where it has none yet.
        state: ``idle``, ``running``, ``configure``, ``shutdown``, …; newer releases add what is pending.
    """

    pid: int
    state: str

    @classmethod
    def read(cls, text: str) -> Self:
        """Return what ``show daemon`` says."""
        found = _DAEMON.match(text.strip())
        if found is None:
            raise ValueError(f"no state of a daemon: {text[:100]!r}")
        return cls(int(found[1]), found[2])


@dataclass(frozen=True, slots=True)
class CheckerStates:
    """
    How many paths are in which state.

    Attributes:
        states: The number of paths by state: ``up``, ``down``, ``unchecked``, …
        monitored: How many paths are checked.
        busy: Whether events wait to be worked on.
    """

    states: Mapping[str, int]
    monitored: int
    busy: bool

    @classmethod
    def read(cls, text: str) -> Self:
        """Return what ``show status`` says."""
        states, _, more = text.partition("\n\n")
        head, *lines = states.splitlines() or [""]
        rest = dict(line.split(": ", 1) for line in more.splitlines() if ": " in line)
        counts = [_COUNT.match(line) for line in lines]
        if head != "path checker states:" or None in counts or not rest.keys() >= {"paths", "busy"}:
            raise ValueError(f"no states of paths: {text[:100]!r}")
        return cls({found[1]: int(found[2]) for found in counts if found}, int(rest["paths"]), rest["busy"] == "True")


@dataclass(frozen=True, slots=True)
class BlacklistRule:
    """
    A rule of the blacklist that multipathd goes by.

    Attributes:
        subject: What it looks at: ``device node``, ``udev property``, ``protocol``, ``wwid`` or ``device``.
        excepts: Whether it is one of the exceptions.
        origin: ``default`` or ``config``.
        rule: The rule; of a device, vendor and product with a colon between.
    """

    subject: str
    excepts: bool
    origin: str
    rule: str


def read_blacklist(text: str) -> tuple[BlacklistRule, ...]:
    """Return what ``show blacklist`` says."""
    return tuple(_rules(text))


def _rules(text: str) -> Iterator[BlacklistRule]:
    subject, excepts = "", False
    for line in text.splitlines():
        if line.endswith(" rules:"):
            subject = line.removesuffix(" rules:")
        elif line.strip() in ("- blacklist:", "- exceptions:"):
            excepts = line.strip() == "- exceptions:"
        elif found := _RULE.match(line):
            yield BlacklistRule(subject, excepts, found[1], found[2])
        elif line.strip() not in ("", "<empty>"):
            raise ValueError(f"no rule: {line[:100]!r}")


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """
    A block device of the host.

    Attributes:
        name: The kernel's name of it.
        verdict: ``devnode whitelisted``, ``devnode blacklisted``, …
        monitored: Whether multipathd has it as a path.
    """

    name: str
    verdict: str
    monitored: bool


def read_devices(text: str) -> tuple[KnownDevice, ...]:
    """Return what ``show devices`` says."""
    found = [_DEVICE.match(line) for line in text.splitlines()[1:]]
    if not text.startswith("available block devices:") or None in found:
        raise ValueError(f"no list of devices: {text[:100]!r}")
    return tuple(KnownDevice(each[1], each[2], each[3] == "monitored") for each in found if each)


def read_wildcards(text: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the wildcards of maps and of paths, each with its header, that ``show wildcards`` tells."""
    found: dict[str, dict[str, str]] = {}
    kind = ""
    for line in text.splitlines():
        if line.endswith(" format wildcards:"):
            kind = line.removesuffix(" format wildcards:")
        elif line.startswith("%"):
            found.setdefault(kind, {})[line[1:2]] = line[2:].strip()
    if not found.keys() >= {"multipath", "path"}:
        raise ValueError(f"no wildcards: {text[:100]!r}")
    return found["multipath"], found["path"]


class ReservationState(enum.StrEnum):
    """Whether something about the persistent reservation of a map holds."""

    SET = "set"
    UNSET = "unset"
    UNKNOWN = "unknown"

    @classmethod
    def read(cls, text: str) -> Self:
        """Return what ``getprstatus`` or ``getprhold`` says; older releases say a number."""
        return cls({"0": "unset", "1": "set"}.get(text.strip(), text.strip()))


@dataclass(frozen=True, slots=True)
class ReservationKey:
    """
    The reservation key of a map.

    Attributes:
        value: The key.
        aptpl: Whether registrations with it are to survive a loss of power.
    """

    value: int
    aptpl: bool = False

    def __post_init__(self) -> None:
        """Refuse what is no key."""
        if not 0 < self.value < 1 << 64:
            raise ValueError(f"a reservation key has 1 to 64 bits that are not all 0; {self.value:#x} has not")

    def __str__(self) -> str:
        """Return the key as multipathd takes it."""
        return f"{self.value:#x}" + (":aptpl" if self.aptpl else "")

    @classmethod
    def read(cls, text: str) -> "ReservationKey | None":
        """Return what ``getprkey`` says; ``None`` for none."""
        word = text.strip()
        if word == "none":
            return None
        found = _KEY.match(word)
        if found is None:
            raise ValueError(f"no reservation key: {word[:100]!r}")
        return cls(int(found[1], 16), found[2] is not None)
