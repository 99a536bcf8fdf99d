"""
Which value of an option holds for a device or a map, where it stands, and which others it beats.

Strategy: what applies to a subject is a row of sections, strongest first: its ``multipath``, its protocol in
``overrides``, ``overrides``, the ``device`` entries that match, from the last to the first, the built-in entries
likewise, ``defaults``. The first section that has an option wins, option by option. Subjects that match the same
sections share one row, so a host with thousands of paths asks the regular expressions once for each kind of array.

A value that is written holds, whatever it is: multipath-tools takes some, such as ``failback 0``, for unset.
"""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ..errors import ConfigError
from .entry import Subject
from .finding import shown
from .hwtable import with_built_in
from .schema import OPTIONS
from .setting import Layer, Origin, Setting, Settings, Value, written

if TYPE_CHECKING:
    from .configuration import Configuration

ANYTHING: Final = Subject()

_OF_DEVICES: Final = frozenset({Layer.DEVICES, Layer.HWTABLE})
# The prioritizers that take the same arguments, and that are detected: an entry with arguments alone is for them.
_DETECTED: Final = frozenset({"alua", "sysfs"})
_INTERVAL: Final = "polling_interval"
_USUAL: Final = 5  # seconds
_LONGEST: Final = "max_polling_interval"
_LONGEST_NAME: Final = 64  # of an option; a likely one is looked for in the square of this time
_MOST: Final = (1 << 32) - 1  # seconds, as multipathd holds them
_RATIO: Final = 4


@dataclass(frozen=True, slots=True)
class Effective:
    """
    The value of one option that holds for one device or map.

    Attributes:
        option: The option's name.
        value: What it means; ``None`` where nobody sets it and nothing is built in.
        origin: Where it stands.
        losing: What it beats, strongest first; the built-in value last.
    """

    option: str
    value: Value | None
    origin: Origin
    losing: tuple[Setting, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    """The sections that apply to a subject, strongest first, and the answers that were given from them."""

    sections: tuple[Settings, ...]
    answers: dict[str, Effective] = field(default_factory=dict)


class Resolver:
    """
    Answers for one configuration, and remembers what it answered.

    Args:
        configuration: The files.

    Synchronization: any number of threads; two that ask at once may both look.
    """

    def __init__(self, configuration: "Configuration") -> None:
        self._configuration = configuration
        self._maps = configuration.multipaths
        self._protocols = {entry.type: entry.settings for entry in configuration.protocols}
        self._devices: dict[tuple[str, str, str], tuple[Settings, ...]] = {}
        self._rows: dict[tuple[str | None, ...], _Row] = {}

    def effective(self, option: str, subject: Subject = ANYTHING) -> Effective:
        """
        Return the value of ``option`` for ``subject``.

        Raises:
            ConfigError: there is no such option.
        """
        row = self._row(subject)
        answer = row.answers.get(option)
        if answer is None:
            answer = row.answers[option] = of_sections(option, row.sections)
        return answer

    def value(self, option: str, subject: Subject = ANYTHING) -> Value | None:
        """Return the value alone."""
        return self.effective(option, subject).value

    def sections(self, subject: Subject) -> tuple[Settings, ...]:
        """Return the sections that apply to ``subject``, strongest first."""
        return self._row(subject).sections

    def _row(self, subject: Subject) -> _Row:
        wwid = subject.wwid if subject.wwid in self._maps else None
        key = (subject.vendor, subject.product, subject.revision, subject.protocol, wwid)
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = _Row(tuple(self._sections(subject)))
        return row

    def _sections(self, subject: Subject) -> Iterator[Settings]:
        if subject.wwid is not None and (entry := self._maps.get(subject.wwid)):
            yield entry.settings
        if protocol := self._protocols.get(subject.protocol):
            yield protocol
        yield self._configuration.overrides
        yield from self._of_device(subject.vendor, subject.product, subject.revision)
        yield self._configuration.defaults

    def _of_device(self, *strings: str) -> tuple[Settings, ...]:
        vendor, product, revision = strings
        found = self._devices.get((vendor, product, revision))
        if found is None:
            entries = with_built_in(self._configuration.devices)
            found = tuple(entry.settings for entry in reversed(entries) if entry.matches(vendor, product, revision))
            self._devices[vendor, product, revision] = found
        return found


def of_sections(option: str, sections: tuple[Settings, ...]) -> Effective:
    """
    Return the value of ``option`` that these sections give, strongest first.

    Raises:
        ConfigError: there is no such option.
    """
    if option == "prio_args":
        return _prio_args(sections)
    if option in (_INTERVAL, _LONGEST):
        return _interval(option, sections)
    return _first(option, _candidates(option, sections))


def _candidates(option: str, sections: tuple[Settings, ...]) -> list[Setting]:
    """Return every value that the sections and the schema have for an option, strongest first."""
    if option not in OPTIONS:
        near = difflib.get_close_matches(option[:_LONGEST_NAME], OPTIONS, 1)
        meant = f"; is {near[0]} meant?" if near else ""
        raise ConfigError(f"{shown(option)} is no option of multipath.conf{meant}")
    found = [section[option] for section in sections if option in section]
    value = OPTIONS[option].built_in
    if value is not None:
        found.append(Setting(option, value, written(value), Origin(Layer.BUILT_IN)))
    return found


def _first(option: str, found: list[Setting]) -> Effective:
    if not found:
        return Effective(option, None, Origin(Layer.BUILT_IN))
    return Effective(option, found[0].value, found[0].origin, tuple(found[1:]))


def _prio_args(sections: tuple[Settings, ...]) -> Effective:
    """
    Return the arguments that are meant for the prioritizer that is used.

    They are those of the section that names it. Where an entry of ``devices`` names it, a stronger one may add them.
    A weaker one may too, if it is for the same prioritizer: multipath-tools would take any, and give a prioritizer
    the arguments of another. Where nobody names one, or ``const``, which takes none, those of the entries are for the
    one that will be detected.
    """
    found = _candidates("prio_args", sections)
    at = next((index for index, section in enumerate(sections) if "prio" in section), len(sections))
    named = sections[at]["prio"] if at < len(sections) else None
    own = sections[at].get("prio_args") if named else None
    of_device = named is not None and named.origin.layer in _OF_DEVICES
    if of_device or named is None or named.value == "const":
        meant_for = named if of_device else None
        added = (_args_for(meant_for, section, weaker=index > at) for index, section in enumerate(sections))
        own = next(filter(None, added), own)
    chosen = own or found[-1]
    return _first("prio_args", [chosen, *(one for one in found if one is not chosen)])


def _args_for(named: Setting | None, section: Settings, *, weaker: bool) -> Setting | None:
    """Return the arguments of a section, if it is of a device and they are for the prioritizer that is named."""
    args = section.get("prio_args")
    if args is None or args.origin.layer not in _OF_DEVICES:
        return None
    if named is None or not weaker:
        return args
    own = section.get("prio")
    same = named.value in _DETECTED if own is None else own.value == named.value
    return args if same else None


def _interval(option: str, sections: tuple[Settings, ...]) -> Effective:
    """Return one of the two intervals between checks: each is the measure of the other where that is not set."""
    shortest, longest = (_number(name, sections) for name in (_INTERVAL, _LONGEST))
    found = _candidates(option, sections)
    if option == _INTERVAL and longest is not None:
        if shortest is None:
            detail = f"a quarter of {_LONGEST} {longest}"
            return Effective(option, max(longest // _RATIO, 1), Origin(Layer.BUILT_IN, detail=detail), tuple(found))
        if shortest > longest:
            origin = next(section[_LONGEST].origin for section in sections if _LONGEST in section)
            return Effective(option, longest, origin, tuple(found))
    if option == _LONGEST and longest is None:
        value = min(_RATIO * (shortest or _USUAL), _MOST)
        return Effective(option, value, Origin(Layer.BUILT_IN, detail=f"four times {_INTERVAL}"), tuple(found))
    return _first(option, found)


def _number(option: str, sections: tuple[Settings, ...]) -> int | None:
    value = next((section[option].value for section in sections if option in section), None)
    return value if type(value) is int else None
