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
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..errors import ConfigError
from .entry import DeviceEntry, Subject
from .hwtable import built_in
from .schema import OPTIONS
from .setting import Layer, Origin, Setting, Settings, Value

if TYPE_CHECKING:
    from .configuration import Configuration

_ARGS: Final = "prio_args"
_OF_DEVICES: Final = frozenset({Layer.DEVICES, Layer.HWTABLE})
_BUILT_IN: Final = Origin(Layer.BUILT_IN)
ANYTHING: Final = Subject()


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


class Resolver:
    """
    Answers for one configuration, and remembers what it answered.

    Args:
        configuration: The files.

    Synchronization: any number of threads; two that ask at once may both look.
    """

    def __init__(self, configuration: "Configuration") -> None:
        self._configuration = configuration
        self._protocols = {entry.type: entry.settings for entry in configuration.protocols}
        self._devices: dict[tuple[str, str, str], tuple[Settings, ...]] = {}
        self._answers: dict[tuple[str | None, ...], dict[str, Effective]] = {}

    def effective(self, option: str, subject: Subject = ANYTHING) -> Effective:
        """
        Return the value of ``option`` for ``subject``.

        Raises:
            ConfigError: there is no such option.
        """
        wwid = subject.wwid if subject.wwid in self._configuration.multipaths else None
        key = (subject.vendor, subject.product, subject.revision, subject.protocol, wwid)
        answers = self._answers.get(key)
        if answers is None:
            answers = self._answers[key] = {}
        answer = answers.get(option)
        if answer is None:
            answer = answers[option] = self._resolved(option, subject)
        return answer

    def value(self, option: str, subject: Subject = ANYTHING) -> Value | None:
        """Return the value alone."""
        return self.effective(option, subject).value

    def sections(self, subject: Subject) -> tuple[Settings, ...]:
        """Return the sections that apply to ``subject``, strongest first."""
        return tuple(self._sections(subject))

    def _resolved(self, option: str, subject: Subject) -> Effective:
        if option not in OPTIONS:
            near = difflib.get_close_matches(option, OPTIONS, 1)
            raise ConfigError(f"no option {option!r}{f'; is {near[0]} meant?' if near else ''}")
        found = [section[option] for section in self._sections(subject) if option in section]
        built_in_value = OPTIONS[option].built_in
        if built_in_value is not None:
            found.append(Setting(option, built_in_value, str(built_in_value), _BUILT_IN))
        if option == _ARGS:
            found = self._args_first(subject, found)
        if not found:
            return Effective(option, None, _BUILT_IN)
        return Effective(option, found[0].value, found[0].origin, tuple(found[1:]))

    def _sections(self, subject: Subject) -> Iterator[Settings]:
        files = self._configuration
        if subject.wwid is not None and (map_entry := files.multipaths.get(subject.wwid)):
            yield map_entry.settings
        if protocol := self._protocols.get(subject.protocol):
            yield protocol
        yield files.overrides
        yield from self._of_device(subject)
        yield files.defaults

    def _of_device(self, subject: Subject) -> tuple[Settings, ...]:
        strings = (subject.vendor, subject.product, subject.revision)
        found = self._devices.get(strings)
        if found is None:
            found = tuple(entry.settings for entry in self._entries() if entry.matches(*strings))
            self._devices[strings] = found
        return found

    def _entries(self) -> Iterator[DeviceEntry]:
        yield from reversed(self._configuration.devices)
        yield from reversed(built_in())

    def _args_first(self, subject: Subject, found: list[Setting]) -> list[Setting]:
        """
        Return ``found``, the arguments of prioritizers, with those first that are meant for the one that is used.

        They are those of the section that names it. Among the entries that match a device, one that is stronger than
        the entry with the name may have them too: so a user adds arguments to what is built in. Weaker ones were meant
        for the name that they stand with, which has lost.
        """
        sections = self.sections(subject)
        named = next((place for place, section in enumerate(sections) if "prio" in section), -1)
        of_device = named >= 0 and sections[named]["prio"].origin.layer in _OF_DEVICES
        for place, section in enumerate(sections[: named + 1]):
            args = section.get(_ARGS)
            if args and (place == named or (of_device and args.origin.layer in _OF_DEVICES)):
                return [args, *(other for other in found if other is not args)]
        return [found[-1], *found[:-1]]
