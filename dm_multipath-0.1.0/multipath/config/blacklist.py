"""
Which devices may be paths: ``blacklist`` and ``blacklist_exceptions``, the rules that are built in, and why.

Strategy: the tests stand in the order in which multipathd makes them when it discovers a device, and the first that
refuses decides; the others are made all the same, so that whoever lifts one rule knows the next. Within a test the
exceptions come first, and one that fits lets the device pass this test, not the others. What a test says of a value
is remembered: thousands of paths have few vendors, transports and sets of properties.
"""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from .entry import DeviceEntry, Rule, RuleKind
from .finding import shown
from .hwtable import with_built_in
from .pattern import Pattern
from .setting import Layer, Origin

if TYPE_CHECKING:
    from .configuration import Configuration

HIDDEN: Final = "hidden"
USB: Final = "usb"

_USB_PROTOCOL: Final = "scsi:usb"
_OF_BLACKLIST: Final = Origin(Layer.BUILT_IN, detail="blacklist")
_OF_EXCEPTIONS: Final = Origin(Layer.BUILT_IN, detail="blacklist_exceptions")
_DISKS: Final = "!^(sd[a-z]|dasd[a-z]|nvme[0-9])"
_DISKS_WITHOUT_NVME: Final = "!^(sd[a-z]|dasd[a-z])"
_IDENTIFIED: Final = "(SCSI_IDENT_|ID_WWN)"


@dataclass(frozen=True, slots=True)
class Candidate:
    """
    A device that may be a path, and what the rules look at.

    Attributes:
        name: The kernel's name, ``sda``.
        properties: Of udev's database; ``None`` where there is no database, or the device is not in it.
        vendor: From INQUIRY, without surrounding blanks; ``NVME`` for a namespace.
        product: From INQUIRY, or the model of a namespace.
        protocol: As ``overrides/protocol`` names it.
        wwid: The identity; ``None`` where it is unknown.
        uid_attribute: The property that would hold the WWID; ``None`` or empty where udev is not asked.
        hidden: Whether the kernel hides it: the NVMe driver multipaths it itself.
    """

    name: str
    properties: Mapping[str, str] | None = field(default=None, repr=False)
    vendor: str = ""
    product: str = ""
    protocol: str = "undef"
    wwid: str | None = None
    uid_attribute: str | None = None
    hidden: bool = False


class Outcome(enum.StrEnum):
    """What a test says: only ``BLACKLISTED`` and ``MISSING`` refuse."""

    PASSED = "passed"
    EXCEPTED = "excepted"
    BLACKLISTED = "blacklisted"
    MISSING = "missing"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Step:
    """
    What one test says of a device.

    Attributes:
        test: What it looks at: a kind of rules, ``hidden`` or ``usb``.
        outcome: What it says.
        values: What it looked at; for a device vendor and product, for properties the one that decided.
        rule: The rule that fits; ``None`` where none does.
        origin: Where what decides stands; ``None`` where nothing decides.
    """

    test: str
    outcome: Outcome
    values: tuple[str, ...] = ()
    rule: Rule | None = None
    origin: Origin | None = None

    @property
    def refuses(self) -> bool:
        """Whether the device is no path, by this test."""
        return self.outcome in (Outcome.BLACKLISTED, Outcome.MISSING)

    def __str__(self) -> str:
        """Return a sentence without its end, safe to print."""
        about = " ".join([self.test, *map(shown, self.values)])
        if self.rule is not None:
            return f"{about} is {self.outcome}: it fits {self.rule}, {self.rule.origin}"
        return f"{about}: {_SAID.get((self.test, self.outcome), _NO_RULE)}" + (
            f", {self.origin}" if self.origin else ""
        )


_NO_RULE: Final = "no rule fits"
_SAID: Final = {
    (HIDDEN, Outcome.PASSED): "the kernel does not hide it",
    (HIDDEN, Outcome.BLACKLISTED): "the kernel hides it, and multipaths it itself",
    (USB, Outcome.PASSED): "it is no USB disk",
    (USB, Outcome.EXCEPTED): "allow_usb_devices is yes",
    (USB, Outcome.BLACKLISTED): "a USB disk is no path unless allow_usb_devices is yes",
    (RuleKind.PROPERTY, Outcome.SKIPPED): "not tested, for udev has no properties of it",
    (RuleKind.PROPERTY, Outcome.MISSING): "udev knows the WWID, but none of the properties that a path must have",
    (RuleKind.PROPERTY, Outcome.PASSED): "no rule fits any, and udev was not needed for the WWID",
    (RuleKind.WWID, Outcome.SKIPPED): "not tested, for it is unknown",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    Whether a device may be a path, and why.

    Attributes:
        allowed: Whether it may.
        reason: A word for programs: ``allowed``, ``hidden``, ``usb``, ``blacklisted`` or ``property-missing``.
        rule: The rule that refuses it; ``None`` where none does.
        trail: What each test says, in their order.
        name: The device.
    """

    allowed: bool
    reason: str
    rule: Rule | None
    trail: tuple[Step, ...]
    name: str = ""

    def __str__(self) -> str:
        """Return one sentence, with the file and the line of the rule that decides."""
        if self.allowed:
            why = "; ".join(str(step) for step in self.trail if step.outcome is Outcome.EXCEPTED)
            return f"{shown(self.name)} may be a path: {why or 'no rule is against it'}"
        decisive = next(step for step in self.trail if step.refuses)
        return f"{shown(self.name)} is no path: {decisive}"


class Blacklist:
    """
    The rules of a configuration, with those that are built in.

    Args:
        configuration: The files.
        native_nvme: Whether the NVMe driver multipaths: then a namespace is no path by its name alone.

    Synchronization: any number of threads; two that ask at once may both look.
    """

    def __init__(self, configuration: "Configuration", *, native_nvme: bool = False) -> None:
        self._lists = (
            (Outcome.EXCEPTED, _by_kind(exception_rules(configuration))),
            (Outcome.BLACKLISTED, _by_kind(blacklist_rules(configuration, native_nvme=native_nvme))),
        )
        self._usb = configuration.effective("allow_usb_devices")
        self._said: dict[object, Step] = {}

    def verdict(self, candidate: Candidate) -> Verdict:
        """
        Tell whether a device may be a path.

        >>> from multipath.config.configuration import Configuration
        >>> str(Blacklist(Configuration()).verdict(Candidate("sdb", vendor="SGI", product="Universal Xport")))[:60]
        "'sdb' is no path: device 'SGI' 'Universal Xport' is blacklis"
        """
        trail = (
            _SEEN if not candidate.hidden else _UNSEEN,
            self._step(RuleKind.DEVNODE, candidate.name),
            self._usb_step(candidate.protocol),
            self._property_step(candidate),
            self._step(RuleKind.DEVICE, candidate.vendor, candidate.product),
            self._step(RuleKind.PROTOCOL, candidate.protocol),
            _NO_WWID if candidate.wwid is None else self._step(RuleKind.WWID, candidate.wwid),
        )
        for step in trail:
            if step.refuses:
                return Verdict(False, _reason(step), step.rule, trail, candidate.name)
        return Verdict(True, "allowed", None, trail, candidate.name)

    def _step(self, kind: RuleKind, *values: str) -> Step:
        key = (kind, values)
        step = self._said.get(key)
        if step is None:
            step = self._said[key] = self._tested(kind, values) or Step(kind, Outcome.PASSED, values)
        return step

    def _tested(self, kind: RuleKind, values: tuple[str, ...]) -> Step | None:
        for outcome, rules in self._lists:
            for rule in rules[kind]:
                if _fits(rule, values):
                    return Step(kind, outcome, values, rule, rule.origin)
        return None

    def _usb_step(self, protocol: str) -> Step:
        if protocol != _USB_PROTOCOL:
            return _NO_USB
        outcome = Outcome.EXCEPTED if self._usb.value else Outcome.BLACKLISTED
        return Step(USB, outcome, (protocol,), None, self._usb.origin)

    def _property_step(self, candidate: Candidate) -> Step:
        """Ask of each property, in the order of their names as udev's library has them; the first that fits decides."""
        if candidate.properties is None:
            return _NO_PROPERTIES
        names, attribute = tuple(candidate.properties), candidate.uid_attribute
        step = self._said.get((names, attribute))
        if step is None:
            step = self._said[names, attribute] = self._of_properties(names, attribute)
        return step

    def _of_properties(self, names: Iterable[str], attribute: str | None) -> Step:
        for name in sorted(names):
            step = self._step(RuleKind.PROPERTY, name)
            if step.rule is not None:
                return step
        if attribute and attribute in names:
            return Step(RuleKind.PROPERTY, Outcome.MISSING, (), None, _OF_EXCEPTIONS)
        return Step(RuleKind.PROPERTY, Outcome.PASSED)


_SEEN: Final = Step(HIDDEN, Outcome.PASSED)
_UNSEEN: Final = Step(HIDDEN, Outcome.BLACKLISTED)
_NO_USB: Final = Step(USB, Outcome.PASSED)
_NO_PROPERTIES: Final = Step(RuleKind.PROPERTY, Outcome.SKIPPED)
_NO_WWID: Final = Step(RuleKind.WWID, Outcome.SKIPPED)


def blacklist_rules(configuration: "Configuration", *, native_nvme: bool = False) -> tuple[Rule, ...]:
    """Return the rules that refuse: the user's, the built-in one for names, one for each ``product_blacklist``."""
    names = _DISKS_WITHOUT_NVME if native_nvme else _DISKS
    by_name = Rule(RuleKind.DEVNODE, Pattern(names, invertible=True), None, _OF_BLACKLIST)
    entries = with_built_in(configuration.devices)
    return _without_equals((*configuration.blacklist, by_name, *filter(None, map(_of_entry, entries))))


def exception_rules(configuration: "Configuration") -> tuple[Rule, ...]:
    """Return the rules that except: the user's, and the built-in one for properties."""
    by_property = Rule(RuleKind.PROPERTY, Pattern(_IDENTIFIED, invertible=True), None, _OF_EXCEPTIONS)
    return _without_equals((*configuration.exceptions, by_property))


def _of_entry(entry: DeviceEntry) -> Rule | None:
    if entry.product_blacklist is None:
        return None
    vendor, product = (Pattern(one.text, invertible=True) for one in (entry.vendor, entry.product_blacklist))
    return Rule(RuleKind.DEVICE, vendor, product, entry.origin)


def _without_equals(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return the rules, of those that say the same the first."""
    found: dict[object, Rule] = {}
    for rule in rules:
        found.setdefault((rule.kind, rule.pattern, rule.product), rule)
    return tuple(found.values())


def _by_kind(rules: Iterable[Rule]) -> Mapping[RuleKind, tuple[Rule, ...]]:
    every = tuple(rules)
    return {kind: tuple(rule for rule in every if rule.kind is kind) for kind in RuleKind}


def _fits(rule: Rule, values: tuple[str, ...]) -> bool:
    if rule.pattern is not None and not rule.pattern.search(values[0]):
        return False
    if rule.kind is RuleKind.DEVICE and rule.product is not None:
        return rule.product.search(values[1])
    return rule.pattern is not None


def _reason(step: Step) -> str:
    if step.outcome is Outcome.MISSING:
        return "property-missing"
    return step.test if step.rule is None else "blacklisted"
