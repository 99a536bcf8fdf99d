"""
Setting the attributes that bound how long the kernel waits, and giving back what they held.

Strategy: the old value is in the journal before the new one is in the kernel. What several paths share is set to the
strictest that any of them wants, and restored when the last lets go. An attribute that somebody else has changed since
is that one's: it is not restored.

Every write goes through the asker, for an attribute of a driver may hold whoever writes it.
"""

import asyncio
import errno
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path as Folder
from typing import Final

from ..units import DevT
from .attributes import attribute_of, printable
from .iscsi import PARAMETERS, set_parameter
from .knobs import Knob, KnobFile, format_knob, knob_files, parse_knob
from .path import Path
from .request import Answer, Asker, fetch, store
from .sysfs import SYSFS, number
from .timeout_journal import Kept, TimeoutJournal

_QUEUE: Final = "/queue/"  # who reads an attribute there may have to wait for who writes another
_NO_ANSWER: Final = -1  # in place of an errno
_PATIENCE: Final = 2.0  # seconds for a write
_PAUSE: Final = 5.0  # seconds until what was refused is tried again
_LONGEST: Final = frozenset({Knob.DEV_LOSS, Knob.NEXUS_LOSS})  # of what several paths want, the most and not the least
# What has to be above another is raised before it, and lowered after it.
_ABOVE: Final = frozenset({Knob.DEV_LOSS})


@dataclass(frozen=True, slots=True)
class Change:
    """
    One attribute that was to be changed.

    Attributes:
        knob: Which.
        file: Where.
        before: What it held.
        after: What was written.
        error: Why it was not: an errno; 0 where it was, -1 where the kernel did not answer.
    """

    knob: Knob
    file: str
    before: str
    after: str
    error: int = 0

    def __str__(self) -> str:
        """Return it in one line."""
        said = {0: "", -1: ": no answer"}.get(self.error, f": {os.strerror(self.error)}" if self.error > 0 else "")
        return f"{self.knob} {self.before} -> {self.after}{said}"


class Timeouts:
    """
    The attributes of one host.

    Args:
        asker: Who writes.
        sysfs: The root of sysfs.
        journal: Where old values are kept.

    Synchronization: one task at a time.
    """

    def __init__(self, asker: Asker, *, sysfs: Folder = SYSFS, journal: TimeoutJournal | None = None) -> None:
        self._asker, self._sysfs = asker, sysfs
        self.journal = journal or TimeoutJournal()
        self._wanted: dict[str, dict[DevT, float]] = {}
        self._files: dict[DevT, tuple[KnobFile, ...]] = {}
        self._again: dict[str, tuple[KnobFile, float]] = {}  # to be set again, and not before when
        self._owed: dict[str, float] = {}  # to be given back, and not before when
        self._renewal = asyncio.Lock()

    def files(self, path: Path) -> tuple[KnobFile, ...]:
        """Return the attributes that a path has."""
        return knob_files(path, sysfs=self._sysfs)

    async def read(self, path: Path) -> Mapping[Knob, float]:
        """Return what the attributes of a path hold; those that do not read, or not in time, are left out."""
        values: dict[Knob, float] = {}
        for each in self.files(path):
            try:
                value = parse_knob(each.knob, await self._text(each.file) or "")
            except _Held:
                continue
            if value is not None:
                values[each.knob] = value
        return values

    async def apply(self, path: Path, values: Mapping[Knob, float]) -> tuple[Change, ...]:
        """
        Set attributes of a path; of those that it lacks none is set.

        Returns:
            Those that were changed, and those that could not be.

        Raises:
            FileError: an old value cannot be kept; nothing of that attribute was changed.
        """
        files = tuple(each for each in self.files(path) if each.knob in values and not each.fixed)
        self._files[path.devt] = (*dict.fromkeys((*self._files.get(path.devt, ()), *files)),)
        changes: list[Change] = []
        for each in _in_order(files, values):
            self._wanted.setdefault(each.file, {})[path.devt] = values[each.knob]
            changes += self._noted(each, await self._set(each, None if each.shared else path.diskseq))
        return tuple(changes)

    async def renew(self) -> tuple[Change, ...]:
        """
        Set those attributes again that do not keep what was set, and do what could not be done at first.

        The first are the ping times of a session: its daemon sets its own with each login. The others are those of a
        port that is not there: the kernel takes them, and takes them back, when it is.

        Returns:
            As `apply`.

        Raises:
            FileError: as `apply`.
        """
        changes: list[Change] = []
        for each, moment in list(self._again.values()):
            async with self._renewal:
                if not self._wanted.get(each.file):
                    del self._again[each.file]
                elif self._asker.now() >= moment and self._differs(each):
                    changes += self._noted(each, await self._set(each, None))
        for file, moment in list(self._owed.items()):
            async with self._renewal:
                if file in self._wanted:
                    del self._owed[file]
                elif self._asker.now() >= moment:
                    changes += await self._restore(file)
        return tuple(changes)

    def _noted(self, each: KnobFile, changes: list[Change]) -> list[Change]:
        """Remember whether an attribute is to be set again, and return what was changed."""
        error = next((change.error for change in changes), 0)
        if error == errno.EBUSY or (each.knob in PARAMETERS and error != errno.EOPNOTSUPP):
            self._again[each.file] = each, self._asker.now() + (_PAUSE if error else 0.0)
        else:
            self._again.pop(each.file, None)
        return changes

    def _differs(self, each: KnobFile) -> bool:
        """Tell whether an attribute does not hold what it is to; pings may be sooner, but 0 is none at all."""
        now, due = parse_knob(each.knob, attribute_of(*os.path.split(each.file)) or ""), self._due(each)
        if now is None:
            return False
        return now == 0 or now > due if each.knob in PARAMETERS else now != due

    async def release(self, path: Path, *knobs: Knob) -> tuple[Change, ...]:
        """
        Give back what the attributes of a path held, but for those that another path still needs.

        Args:
            path: The path.
            knobs: The attributes; all when absent.
        """
        changes: list[Change] = []
        async with self._renewal:  # what is being set again is set before it is given back
            for each in reversed(self._files.get(path.devt, ())):
                if not knobs or each.knob in knobs:
                    changes += await self._give_back(path, each)
        return tuple(changes)

    async def _give_back(self, path: Path, each: KnobFile) -> list[Change]:
        """Give one attribute back; it is the path's until that is done, also where who does it is cancelled."""
        users = self._wanted.get(each.file, {})
        wanted = users.pop(path.devt, None)
        try:
            changes = await self._set(each, None) if users else await self._restore(each.file)
        except BaseException:
            if wanted is not None:
                users[path.devt] = wanted
            raise
        if not users:
            self._wanted.pop(each.file, None)
        self._files[path.devt] = tuple(one for one in self._files.get(path.devt, ()) if one != each)
        return changes

    async def recover(self) -> tuple[Change, ...]:
        """Give back what a program that was killed had changed, and that no path here needs."""
        changes: list[Change] = []
        for file in [file for file in self.journal.entries() if file not in self._wanted]:
            changes += await self._restore(file)
        return tuple(changes)

    async def _set(self, each: KnobFile, diskseq: int | None) -> list[Change]:
        value = self._due(each)
        try:
            now, kept = await self._text(each.file), self.journal.entries().get(each.file)
        except _Held:
            return [Change(each.knob, each.file, "?", format_knob(each.knob, value), _NO_ANSWER)]
        if now is None or parse_knob(each.knob, now) == value:
            return []
        ours = format_knob(each.knob, value)
        if kept is None or not _is_ours(kept, now):  # somebody else's value is what is to be given back
            kept = Kept(each.file, each.knob, now, (), diskseq)
        self.journal.write(replace(kept, ours=(*dict.fromkeys((*kept.ours, ours)),)))
        error = await self._store(each.file, ours)
        if error > 0 and not kept.ours:
            self.journal.forget(each.file)
        return [Change(each.knob, each.file, now, ours, error)]

    def _due(self, each: KnobFile) -> float:
        """Return what an attribute is to hold, of all that its paths want."""
        wanted = self._wanted[each.file].values()
        return max(wanted) if each.knob in _LONGEST else min(wanted)

    async def _restore(self, file: str) -> list[Change]:
        kept = self.journal.entries().get(file)
        if kept is None:
            return []
        knob = Knob(kept.knob)
        try:
            now = await self._text(file)
        except _Held:  # what it held stays in the journal: the kernel may let go of it later
            return [Change(knob, file, "?", kept.original, _NO_ANSWER)]
        ours = now is not None and now != kept.original and _is_ours(kept, now)
        error = 0
        if now is not None and ours and self._same_disk(kept):
            error = await self._store(file, kept.original)
            if error < 0 and _QUEUE not in file and attribute_of(*os.path.split(file)) == kept.original:
                error = 0  # it is done, and the kernel is still busy: it scans a device anew that runs again
        if error == errno.EBUSY:  # of a port that is not there: it stays in the journal
            self._owed[file] = self._asker.now() + _PAUSE
        else:
            self._owed.pop(file, None)
        if error >= 0 and file not in self._owed:
            self.journal.forget(file)
        return [Change(knob, file, now, kept.original, error)] if now is not None and ours else []

    def _same_disk(self, kept: Kept) -> bool:
        if kept.diskseq is None:
            return True
        disk = kept.file.partition(_QUEUE)[0] if _QUEUE in kept.file else _disk_of(kept.file)
        return disk is None or number(Folder(disk), "diskseq") in (None, kept.diskseq)

    async def _store(self, file: str, text: str) -> int:
        if self._sysfs == SYSFS and os.path.basename(file) in PARAMETERS:
            return await set_parameter(file, text)
        answer = await self._asker.ask(store(file, f"{text}\n"), _PATIENCE)
        return answer.error if isinstance(answer, Answer) else _NO_ANSWER

    async def _text(self, file: str) -> str | None:
        """
        Return what an attribute holds; ``None`` where it does not read.

        Raises:
            _Held: the kernel does not answer: an attribute of a queue waits for who writes to another one.
        """
        if _QUEUE not in file:
            return attribute_of(*os.path.split(file))
        answer = await self._asker.ask(fetch(file), _PATIENCE)
        if not isinstance(answer, Answer):
            raise _Held
        return None if answer.error else printable(answer.data.rstrip()) or None


class _Held(Exception):
    """The kernel holds who reads an attribute."""


def _is_ours(kept: Kept, now: str) -> bool:
    knob = Knob(kept.knob)
    return parse_knob(knob, now) in [parse_knob(knob, text) for text in (*kept.ours, kept.original)]


def _in_order(files: Iterable[KnobFile], values: Mapping[Knob, float]) -> list[KnobFile]:
    def late(each: KnobFile) -> int:
        if each.knob not in _ABOVE:
            return 1
        now = parse_knob(each.knob, attribute_of(*os.path.split(each.file)) or "")
        return 0 if now is not None and now < values[each.knob] else 2

    return sorted(files, key=late)


def _disk_of(file: str) -> str | None:
    """Return the folder of the disk of a SCSI device, by an attribute of the device."""
    device = file.partition("/scsi_disk/")[0] if "/scsi_disk/" in file else os.path.dirname(file)
    try:
        names = sorted(os.listdir(f"{device}/block"))
    except OSError:
        return None
    return f"{device}/block/{names[0]}" if names else None
