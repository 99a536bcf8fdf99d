"""
``find_multipaths``: whether a disk is a path of a map at all, or a disk that its host has for itself.

Two questions, of two moments. When maps are built, all paths are known: `decide_build`. When udev sees a disk, the
others may be yet to come, and what is decided then must not take a disk away from a file system, nor let somebody
mount a path: `decide_claim`, which ``multipath -u`` and ``multipath -c`` ask. The two do not agree in every mode: with
``on`` a second path is reason enough to build a map and none to claim the disk.

Source: multipath-tools ``libmultipath/wwids.c``, ``should_multipath()``; ``libmultipath/valid.c``; ``multipath/main.c``
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final


class Mode(enum.StrEnum):
    """What ``find_multipaths`` says, in its canonical spelling."""

    OFF = "off"
    ON = "on"
    GREEDY = "greedy"
    SMART = "smart"
    STRICT = "strict"


class Claim(enum.StrEnum):
    """What becomes of a disk; ``MAYBE`` waits for a second path, ``VALID_NO_CHECK`` holds even where it was let go."""

    VALID = "valid"
    INVALID = "invalid"
    MAYBE = "maybe"
    VALID_NO_CHECK = "valid-no-check"


class ResultCode(enum.IntEnum):
    """What ``mpathvalid_is_path()`` of libmpathvalid returns."""

    ERROR = -1
    NOT_VALID = 0
    VALID = 1
    VALID_NO_CHECK = 2
    MAYBE_VALID = 3


RESULT_CODES: Final = {
    Claim.INVALID: ResultCode.NOT_VALID,
    Claim.VALID: ResultCode.VALID,
    Claim.VALID_NO_CHECK: ResultCode.VALID_NO_CHECK,
    Claim.MAYBE: ResultCode.MAYBE_VALID,
}
_DEFAULT_TIMEOUT: Final = -10
_LEAST: Final = 1.0  # seconds: with less left, the wait counts as over
_MICROSECONDS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Decision:
    """
    An answer, and why.

    Attributes:
        claim: The answer.
        code: The rule that decided, a word for programs.
        reason: The same, a sentence for people.
        wait_until: When waiting for a second path ends, in seconds of the wall clock; ``None`` where nobody waits.
        wait_over: Whether somebody has waited for a second path long enough.
    """

    claim: Claim
    code: str
    reason: str
    wait_until: float | None = None
    wait_over: bool = False

    @property
    def is_path(self) -> bool:
        """Whether the disk is one, or may be: ``multipath -c`` exits with 0."""
        return self.claim is not Claim.INVALID

    def udev(self, now: float) -> tuple[str, ...]:
        """
        Return what ``multipath -u`` prints for udev.

        >>> Decision(Claim.VALID, "greedy", "").udev(0.0)
        ('DM_MULTIPATH_DEVICE_PATH="1"',)
        """
        lines = []
        if self.wait_until is not None:  # called "until", but it is what is left, for a timer
            seconds, rest = divmod(round((self.wait_until - now) * _MICROSECONDS), _MICROSECONDS)
            lines.append(f'FIND_MULTIPATHS_WAIT_UNTIL="{seconds}.{rest:06}"')
        elif self.wait_over:
            lines.append('FIND_MULTIPATHS_WAIT_UNTIL="0"')
        number = {Claim.INVALID: 0, Claim.MAYBE: 2}.get(self.claim, 1)
        return (*lines, f'DM_MULTIPATH_DEVICE_PATH="{number}"')


@dataclass(frozen=True, slots=True)
class BuildFacts:
    """
    What the building of a map from a path depends on.

    Attributes:
        mode: ``find_multipaths``.
        live_map: Whether a map of its WWID exists.
        other_path: Whether another path with its WWID is known.
        listed: Whether the wwids file has its WWID.
    """

    mode: Mode
    live_map: bool = False
    other_path: bool = False
    listed: bool = False


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """
    What the claim of a disk depends on.

    Attributes:
        mode: ``find_multipaths``.
        member: Whether it is a path of a map of multipath already.
        daemon: Whether multipathd accepts connections; ``None`` where that is not asked, as with ``multipath -c``.
        whole_disk: Whether it is a disk and no partition.
        allowed: Whether the blacklist lets it pass.
        verdict: Why, or why not.
        wwid: Its WWID; ``None`` where it cannot be read, or no map can have it.
        failed: Whether the last attempt to make a map of that WWID failed.
        in_use: Who holds, mounts or swaps to it or a partition of it, for people; empty for nobody.
        listed: Whether the wwids file has the WWID.
        live_map: Whether a map of the WWID exists.
        released: Whether an earlier answer gave it to the system: ``DM_MULTIPATH_DEVICE_PATH`` was ``0``.
        exclusive: Whether it could be opened for this process alone; ``None`` where that was not tried yet.
        joined: Whether it was a path of a map by then.
        sibling: Whether another path with the WWID is there; ``None`` where nobody looked yet.
        waited_until: When a wait that has begun ends, in seconds of the wall clock; ``None`` where none has.
        now: That clock.
        wait: For how many seconds to wait, see `seconds_to_wait`.
    """

    mode: Mode
    member: bool = False
    daemon: bool | None = None
    whole_disk: bool = True
    allowed: bool = True
    verdict: str = ""
    wwid: str | None = None
    failed: bool = False
    in_use: str = ""
    listed: bool = False
    live_map: bool = False
    released: bool = False
    exclusive: bool | None = None
    joined: bool = False
    sibling: bool | None = None
    waited_until: float | None = None
    now: float = 0.0
    wait: int = 1


@dataclass(frozen=True, slots=True)
class _Rule:
    code: str
    claim: Claim
    applies: Callable[[ClaimFacts], bool]
    reason: str


_SEARCHING: Final = (Mode.GREEDY, Mode.SMART)
# In this order: the first that applies decides.
_RULES: Final = (
    _Rule("member", Claim.VALID_NO_CHECK, lambda disk: disk.member, "it is a path of a map"),
    _Rule(
        "no-daemon",
        Claim.INVALID,
        lambda disk: disk.daemon is False,
        "multipathd does not run, and nobody else would make a map of it",
    ),
    _Rule("partition", Claim.INVALID, lambda disk: not disk.whole_disk, "it is no whole disk"),
    _Rule("blacklisted", Claim.INVALID, lambda disk: not disk.allowed, "the blacklist excludes it: {disk.verdict}"),
    _Rule("no-wwid", Claim.INVALID, lambda disk: not disk.wwid, "it has no WWID that a map could have"),
    _Rule("failed", Claim.INVALID, lambda disk: disk.failed, "the last map of its WWID could not be made"),
    _Rule(
        "in-use",
        Claim.INVALID,
        lambda disk: bool(disk.in_use) and disk.mode in _SEARCHING,
        "it is in use already, by {disk.in_use}",
    ),
    _Rule("greedy", Claim.VALID, lambda disk: disk.mode is Mode.GREEDY, "find_multipaths greedy takes every disk"),
    _Rule("listed", Claim.VALID_NO_CHECK, lambda disk: disk.listed, "the wwids file has its WWID"),
    _Rule("live-map", Claim.VALID, lambda disk: disk.live_map, "a map of its WWID exists"),
    _Rule(
        "unknown",
        Claim.INVALID,
        lambda disk: disk.mode is not Mode.SMART,
        "find_multipaths {disk.mode} claims what had a map before, and neither the wwids file nor a map has its WWID",
    ),
)
_MAYBE: Final = Decision(Claim.MAYBE, "smart", "it is one if another path with its WWID comes")


def decide_build(facts: BuildFacts) -> Decision:
    """
    Tell whether a map is built from a path.

    >>> decide_build(BuildFacts(Mode.ON, other_path=True)).code
    'other-path'
    """
    mode = facts.mode
    if mode in (Mode.OFF, Mode.GREEDY):
        return Decision(Claim.VALID, str(mode), f"find_multipaths {mode} builds a map from every path")
    if mode is not Mode.STRICT and facts.live_map:
        return Decision(Claim.VALID, "live-map", "a map of its WWID exists")
    if mode is not Mode.STRICT and facts.other_path:
        return Decision(Claim.VALID, "other-path", "another path has its WWID")
    if facts.listed:
        return Decision(Claim.VALID, "listed", "the wwids file has its WWID")
    missing = "the wwids file lacks" if mode is Mode.STRICT else "neither the wwids file nor a map nor another path has"
    return Decision(Claim.INVALID, "unknown", f"find_multipaths {mode}: {missing} its WWID")


def decide_claim(facts: ClaimFacts) -> Decision:
    """
    Tell whether a disk is claimed for multipath.

    Facts that cost something are looked at last: while ``exclusive`` or ``sibling`` is ``None``, an answer ``MAYBE``
    says that it depends on them. Without them, and with ``released`` false, this is what libmpathvalid answers.

    >>> decide_claim(ClaimFacts(Mode.STRICT, wwid="36001", listed=True)).claim.value
    'valid-no-check'
    """
    decision = next(
        (Decision(rule.claim, rule.code, rule.reason.format(disk=facts)) for rule in _RULES if rule.applies(facts)),
        _MAYBE,
    )
    if facts.released and decision.claim in (Claim.VALID, Claim.MAYBE):
        reason = f"it was given to the system before, and may be in use by now, although {decision.reason}"
        return Decision(Claim.INVALID, "released", reason)
    return _smart(facts) if decision is _MAYBE else decision


def seconds_to_wait(timeout: int, *, known: bool) -> int:
    """
    Return for how long ``find_multipaths smart`` waits for a second path.

    Args:
        timeout: ``find_multipaths_timeout``; a negative one is meant for known arrays alone.
        known: Whether the hardware table has an entry for the array.
    """
    timeout = timeout or _DEFAULT_TIMEOUT
    return timeout if timeout > 0 else -timeout if known else 1


def _smart(facts: ClaimFacts) -> Decision:
    if facts.exclusive is False:
        if facts.joined:
            return Decision(Claim.VALID, "joined", "it has just become a path of a map")
        return Decision(Claim.INVALID, "open", "another program has it open for itself alone")
    if facts.exclusive is None or facts.sibling is None:
        return _MAYBE
    if facts.sibling:
        return _with_wait(Decision(Claim.VALID, "sibling", "another path has its WWID"), facts, facts.waited_until)
    until = facts.now + facts.wait if facts.waited_until is None else facts.waited_until
    waiting = _with_wait(_MAYBE, facts, until)
    if waiting.wait_over:
        return replace(
            waiting, claim=Claim.INVALID, code="wait-over", reason="no other path with its WWID came in time"
        )
    return waiting


def _with_wait(decision: Decision, facts: ClaimFacts, until: float | None) -> Decision:
    if until is None:
        return decision
    over = until - facts.now < _LEAST
    return replace(decision, wait_until=None if over else until, wait_over=over)
