"""
Settings brought into a file that is there already: what it lacks is added, what contradicts is told.

Strategy: every addition is an edit of `multipath.config.writer`, so comments, order and all that nobody asked about
stay as they are. What the file says besides is left to it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .entry import DeviceEntry, Rule, RuleKind
from .finding import shown
from .pattern import Pattern
from .reader import read_documents
from .setting import Settings, Value, written
from .tree import Document
from .writer import Place, add_entry, set_option

if TYPE_CHECKING:
    from .configuration import Configuration

# A section that is to be there: which one, what it is called by, and what else is to stand in it.
_Wanted = tuple[Place, Mapping[str, Value]]


def merged(document: Document, wanted: "Configuration", *, force: bool = False) -> tuple[Document, tuple[str, ...]]:
    r"""
    Return a file with all that a configuration's own files say.

    Args:
        document: The file.
        wanted: What it is to say; what is built in does not count.
        force: Whether what contradicts is replaced; else it stays.

    Returns:
        The changed document, and what contradicts, one line each.

    Raises:
        ConfigError: the file cannot be used, or a value is wanted that no file can hold.

    >>> from multipath.config.reader import read_configuration
    >>> wanted = read_configuration([("a", "defaults {\n polling_interval 7\n}")])
    >>> str(merged(Document.parse("# ours\n"), wanted)[0])
    '# ours\ndefaults {\n\tpolling_interval 7\n}\n'
    """
    merging = _Merging(document, force=force)
    for place, options in _sections(wanted):
        merging.bring(place, options)
    for section, rules in (("blacklist", wanted.blacklist), ("blacklist_exceptions", wanted.exceptions)):
        for rule in rules:
            merging.add_rule(section, rule)
    return merging.document, tuple(merging.conflicts)


@dataclass(slots=True)
class _Merging:
    """A file in the making."""

    document: Document
    force: bool
    conflicts: list[str] = field(default_factory=list)

    def bring(self, place: Place, options: Mapping[str, Value]) -> None:
        """Bring the options of one section."""
        there = dict(_sections_by_place(read_documents([self.document])))
        key = _key(place)
        if place.matches and key not in there:
            self.document = add_entry(self.document, place.section, {**place.matches, **options})
            return
        has = there.get(key, {})
        for option, value in options.items():
            if option not in has or (has[option] != value and self.force):
                self.document = set_option(self.document, place, option, value)
            elif has[option] != value:
                self.conflicts.append(
                    f"{self.document.file}: {option} of {place} is {shown(written(has[option]))} there, "
                    f"{shown(written(value))} here"
                )

    def add_rule(self, section: str, rule: Rule) -> None:
        """Add one rule, unless it is there."""
        there = read_documents([self.document])
        known = there.blacklist if section == "blacklist" else there.exceptions
        if _texts_of(rule) in map(_texts_of, known):
            return
        inner = f"{section}/device" if rule.kind is RuleKind.DEVICE else section
        self.document = add_entry(self.document, inner, dict(_texts_of(rule)))


def _sections(configuration: "Configuration") -> Iterator[_Wanted]:
    """Yield every section of a configuration, the blacklists apart."""
    for name, settings in (("defaults", configuration.defaults), ("overrides", configuration.overrides)):
        if settings:
            yield Place(name), _values(settings)
    for entry in configuration.protocols:
        yield Place("overrides/protocol", {"type": entry.type}), _values(entry.settings)
    for device in configuration.devices:
        products = {} if device.product_blacklist is None else {"product_blacklist": device.product_blacklist.text}
        yield Place("devices/device", _called(device)), {**products, **_values(device.settings)}
    for wwid, multipath in configuration.multipaths.items():
        yield Place("multipaths/multipath", {"wwid": wwid}), _values(multipath.settings)


def _sections_by_place(
    configuration: "Configuration",
) -> Iterator[tuple[tuple[str, frozenset[tuple[str, str]]], dict[str, Value]]]:
    for place, options in _sections(configuration):
        yield _key(place), dict(options)


def _key(place: Place) -> tuple[str, frozenset[tuple[str, str]]]:
    return place.section, frozenset(place.matches.items())


def _called(device: DeviceEntry) -> dict[str, str]:
    texts = {"vendor": device.vendor.text, "product": device.product.text}
    return texts if device.revision is None else {**texts, "revision": device.revision.text}


def _values(settings: Settings) -> dict[str, Value]:
    return {name: setting.value for name, setting in settings.items()}


def _texts_of(rule: Rule) -> tuple[tuple[str, str], ...]:
    words = ("vendor", "product") if rule.kind is RuleKind.DEVICE else (str(rule.kind), "")
    pairs: tuple[tuple[str, Pattern | None], ...] = ((words[0], rule.pattern), (words[1], rule.product))
    return tuple((word, pattern.text) for word, pattern in pairs if pattern is not None)
