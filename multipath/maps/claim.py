"""
Is this disk a path? What ``multipath -u`` and ``multipath -c`` ask, with the facts that the answer rests on.

Strategy: `multipath.policy.find_multipaths` decides; here are only the facts, in the order of what they cost. The disk
is opened, and the others are looked at, only where the answer depends on it. Nothing is written: who wants the disk to
wait says so with `ClaimAnswer.begin_wait`.
"""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as Folder
from typing import Final, Protocol

from .. import errors
from ..config.resolve import Resolver
from ..config.setting import Layer
from ..dm.holders import SYSFS, users
from ..multipathd.socket import daemon_is_running
from ..paths.discover import discover, read_path
from ..paths.path import Path
from ..paths.sysfs import attribute, device_number
from ..paths.udev import UdevDatabase
from ..policy.find_multipaths import Claim, ClaimFacts, Decision, Mode, decide_claim, seconds_to_wait
from ..units import DevT, format_devt
from .bindings import refuse_unusable_wwid
from .failed_wwids import RUN, FailedWwids
from .ownership import UUID_PREFIX
from .state_file import StateFolder
from .waits import Waits

_OF_ARRAYS: Final = frozenset({Layer.DEVICES, Layer.HWTABLE})


class Screened(Protocol):
    """What the configuration says of one path; ``PathVerdict`` of a plan is one."""

    @property
    def allowed(self) -> bool:
        """Whether it may be used."""

    @property
    def text(self) -> str:
        """Why, or why not."""

    @property
    def wwid(self) -> str | None:
        """The identity of its unit."""


Screen = Callable[[Iterable[Path]], Sequence[Screened]]


@dataclass(frozen=True, slots=True)
class Places:
    """
    Where the facts about a host are.

    Attributes:
        sysfs: The root of sysfs.
        proc: The root of procfs.
        dev: The folder of the devices' nodes.
        run: Where multipath-tools keeps what it needs until the next reboot.
        state: What it keeps for longer.
        daemon: Tells whether multipathd accepts connections.
    """

    sysfs: Folder = SYSFS
    proc: Folder = Folder("/proc")
    dev: Folder = Folder("/dev")
    run: Folder = RUN
    state: StateFolder = field(default_factory=StateFolder)
    daemon: Callable[[], bool] = daemon_is_running


@dataclass(frozen=True, slots=True)
class Question:
    """
    Who asks.

    Attributes:
        options: The configuration.
        screen: Tells of paths whether they may be used, and their WWIDs.
        event: Whether udev asks, in an event of the disk: then multipathd has to be there.
        released: Whether an earlier answer gave the disk to the system: ``DM_MULTIPATH_DEVICE_PATH`` is ``0``.
        now: The wall clock.
    """

    options: Resolver
    screen: Screen
    event: bool = False
    released: bool = False
    now: Callable[[], float] = time.time


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """
    The decision about one disk.

    Attributes:
        device: The disk.
        decision: The answer, and why.
        facts: What it rests on.
        udev: The lines for udev's database.
    """

    device: DevT
    decision: Decision
    facts: ClaimFacts
    udev: tuple[str, ...]

    def begin_wait(self, run: Folder = RUN) -> None:
        """
        Let the disk wait for a second path, where that is the answer.

        Raises:
            FileError: the wait cannot be noted.
        """
        if self.decision.claim is Claim.MAYBE and self.decision.wait_until is not None:
            Waits(run).begin(self.device, self.decision.wait_until)


def claim(ref: str, question: Question, *, places: Places | None = None) -> ClaimAnswer:
    """
    Tell whether a disk is a path of multipath.

    Args:
        ref: The disk: ``sda``, ``8:0``, or a node.
        question: Who asks, and with which configuration.
        places: Where the facts are; those of this machine when absent.

    Raises:
        NotFound: there is no such block device.
        FileError: a file of the state cannot be read.
        FileLocked: another program holds the lock of the wwids file for too long.

    Synchronization: none required.
    """
    places = places or Places()
    device = device_number(ref, places.sysfs, nodes=places.sysfs == SYSFS)
    folder = None if device is None else (places.sysfs / "dev/block" / format_devt(device)).resolve()
    if device is None or folder is None or not folder.is_dir():
        raise errors.NotFound(f"no block device {ref!r}: give the name of a disk, its number or its node")
    disk = _Disk(folder, device, places, question)
    facts = disk.facts()
    if decide_claim(facts).claim is Claim.MAYBE:
        facts = disk.costly(facts)
    decision = decide_claim(facts)
    return ClaimAnswer(device, decision, facts, decision.udev(facts.now))


@dataclass(frozen=True, slots=True)
class _Disk:
    folder: Folder
    device: DevT
    places: Places
    question: Question

    def facts(self) -> ClaimFacts:
        """Return what sysfs, the configuration and the files of the state say."""
        question, places = self.question, self.places
        facts = ClaimFacts(
            Mode(str(question.options.value("find_multipaths"))),
            member=self.is_member(),
            daemon=places.daemon() if question.event else None,
            whole_disk=attribute(self.folder, "partition") is None,
            released=question.released,
            now=question.now(),
        )
        path = read_path(self.folder, udev=self.database())
        if path is None:
            return replace(
                facts, allowed=False, verdict="it is no path device: no driver below the block layer made it"
            )
        screened = question.screen([path])[0]
        facts = replace(facts, allowed=screened.allowed, verdict=screened.text, wwid=_usable(screened.wwid))
        return self.facts_of_wwid(facts, path) if facts.allowed and facts.wwid else facts

    def facts_of_wwid(self, facts: ClaimFacts, path: Path) -> ClaimFacts:
        """Return, with the others, what there is to say of its WWID."""
        wwid, places = facts.wwid or "", self.places
        return replace(
            facts,
            failed=wwid in FailedWwids(places.run),
            in_use=", ".join(map(str, users(self.device, sysfs=places.sysfs, proc=places.proc))),
            listed=wwid in places.state.wwids(),
            live_map=UUID_PREFIX + wwid in self.live_uuids(),
            wait=self.seconds(path),
        )

    def costly(self, facts: ClaimFacts) -> ClaimFacts:
        """Return, with the others, what takes an open disk and a look at every other."""
        exclusive = self.opens_alone()
        facts = replace(
            facts,
            exclusive=exclusive,
            joined=not exclusive and self.is_member(),
            waited_until=Waits(self.places.run).until(self.device),
        )
        return replace(facts, sibling=self.has_sibling(facts.wwid)) if exclusive else facts

    def is_member(self) -> bool:
        """Tell whether a map of multipath is built on it."""
        return any(_uuid(above).startswith(UUID_PREFIX) for above in self.folder.glob("holders/dm-*"))

    def live_uuids(self) -> set[str]:
        """Return the uuids of all maps."""
        return {_uuid(each) for each in self.places.sysfs.glob("class/block/dm-*")}

    def opens_alone(self) -> bool:
        """Tell whether nobody else has it for itself alone; for reading, so that udev sees no event of its own."""
        try:
            os.close(os.open(self.places.dev / self.folder.name, os.O_RDONLY | os.O_EXCL | os.O_CLOEXEC))
        except OSError:
            return False
        return True

    def has_sibling(self, wwid: str | None) -> bool:
        """Tell whether another path that may be used has the WWID."""
        others = [path for path in discover(self.places.sysfs) if path.devt != self.device]
        return any(each.allowed and each.wwid == wwid for each in self.question.screen(others))

    def seconds(self, path: Path) -> int:
        """Return for how long it would wait."""
        options, subject = self.question.options, path.subject()
        known = any(
            setting.origin.layer in _OF_ARRAYS for section in options.sections(subject) for setting in section.values()
        )
        timeout = options.value("find_multipaths_timeout", subject)
        return seconds_to_wait(timeout if isinstance(timeout, int) else 0, known=known)

    def database(self) -> UdevDatabase | None:
        """Return udev's database, where there is one."""
        database = UdevDatabase(self.places.sysfs)
        return database if database.is_there else None


def _usable(wwid: str | None) -> str | None:
    """Return a WWID that a map can have; a disk without one is left to others, for nobody could build its map."""
    try:
        refuse_unusable_wwid(wwid or "")
    except errors.NameRefused:
        return None
    return wwid


def _uuid(device: Folder) -> str:
    return attribute(device, "dm/uuid") or ""
