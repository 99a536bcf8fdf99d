"""One step of a detach, what allows the dangerous ones, and what became of it."""

import enum
from dataclasses import dataclass
from typing import TypedDict

from ..units import DevT, format_devt


class DetachStepRecord(TypedDict):
    """
    A step of a detach.

    Attributes:
        act: ``"flush"``, ``"fail_io"``, ``"remove_partition"``, ``"remove"``, ``"delete"`` or ``"forget"``.
        name: To what it is done: the name of a map, the kernel's name of a path, a WWID.
        device_number: Its number; ``null`` for a WWID.
        reason: Why, or what there is to know.
    """

    act: str
    name: str
    device_number: str | None
    reason: str


class DetachResultRecord(DetachStepRecord):
    """
    What became of a step of a detach.

    Attributes:
        outcome: ``"done"``, ``"gone"``, ``"failed"`` or ``"skipped"``.
        error: Why it failed; ``null`` else.
    """

    outcome: str
    error: str | None


class Act(enum.StrEnum):
    """
    What a step does.

    ``FLUSH`` writes back what is cached, ``FAIL_IO`` fails the I/O that waits for a path, ``DELETE`` has the kernel
    forget a path's disk, ``FORGET`` takes the WWID out of the wwids file. The others are as they say.
    """

    FLUSH = "flush"
    FAIL_IO = "fail queued I/O of"
    REMOVE_PARTITION = "remove partition"
    REMOVE = "remove map"
    DELETE = "delete path"
    FORGET = "forget"


# The steps that are one: the map with its partitions, all of it or nothing.
OF_MAP = frozenset({Act.FLUSH, Act.FAIL_IO, Act.REMOVE_PARTITION, Act.REMOVE})


@dataclass(frozen=True, slots=True)
class Gates:
    """
    What is allowed; nothing of it is, unless somebody says so.

    Attributes:
        paths: Delete the disks of the paths.
        ghosts: Remove a map that no path works for: nothing can be written back.
        fail_io: Fail the I/O that such a map keeps, so that who waits for it ends; it is lost.
        stale: Delete a disk that leads to another unit by now.
        forget: Take the WWID out of the wwids file, so that nobody makes a map of it because it once had one.
        deferred: Let a map in use go away with its last user.
        force: Remove a map that a running multipathd manages without it.
    """

    paths: bool = False
    ghosts: bool = False
    fail_io: bool = False
    stale: bool = False
    forget: bool = False
    deferred: bool = False
    force: bool = False


@dataclass(frozen=True, slots=True)
class Waits:
    """
    How long what is waited for, in seconds.

    Attributes:
        timeout: Data that is being written, and a disk that is to go.
        patience: Users that are about to end.
    """

    timeout: float = 30.0
    patience: float = 5.0


@dataclass(frozen=True, slots=True)
class Step:
    """
    One step.

    Attributes:
        act: What is done.
        name: To what: the name of a map, the kernel's name of a path, a WWID.
        device: Its number; ``None`` for a WWID.
        reason: Why, or what there is to know.
    """

    act: Act
    name: str
    device: DevT | None = None
    reason: str = ""

    def __str__(self) -> str:
        """Return one line."""
        number = "" if self.device is None else f" ({format_devt(self.device)})"
        return f"{self.act} {self.name}{number}" + (f": {self.reason}" if self.reason else "")

    def as_record(self) -> DetachStepRecord:
        """Return it for JSON."""
        number = None if self.device is None else format_devt(self.device)
        return {"act": self.act.name.lower(), "name": self.name, "device_number": number, "reason": self.reason}


class StepOutcome(enum.StrEnum):
    """
    How a step ended.

    ``GONE``: there was nothing left to do. ``FAILED``: the error says why, and what it touched is as it was.
    ``SKIPPED``: not begun, for one before it failed.
    """

    DONE = "done"
    GONE = "gone already"
    FAILED = "failed"
    SKIPPED = "not done"


@dataclass(frozen=True, slots=True)
class StepResult:
    """
    What became of one step.

    Attributes:
        step: The step.
        outcome: How it ended.
        error: Why it failed; ``None`` else.
    """

    step: Step
    outcome: StepOutcome
    error: Exception | None = None

    def __str__(self) -> str:
        """Return one line."""
        what = f"{self.step.act} {self.step.name}: {self.outcome}"
        return what if self.error is None else f"{what}: {self.error}"

    def as_record(self) -> DetachResultRecord:
        """Return it for JSON."""
        error = None if self.error is None else str(self.error)
        return {**self.step.as_record(), "outcome": self.outcome.name.lower(), "error": error}
