"""
The whole configuration that holds, as ``multipath -t`` prints it: a file that, read alone, says the same.

Strategy: what is printed is what holds, in its canonical words, the built-in values, arrays and rules included. What a
reader would take otherwise than it is meant is printed so that it does not: a mode in octal but an owner in decimal, a
value so long that multipathd would cut its line without the blanks before it. A built-in entry and the one that took it
along are printed as one, but where an argument would come to stand beside another prioritizer: there the second one has
a revision that fits all, so that a reader leaves them two.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ..errors import ConfigError
from .blacklist import blacklist_rules, exception_rules
from .entry import DeviceEntry, MultipathEntry, Rule, RuleKind, Subject
from .finding import shown
from .hwtable import with_built_in
from .lexer import CHUNK
from .pattern import Pattern
from .resolve import of_sections
from .schema import OPTIONS, Scope
from .setting import Origin, Settings, Value, written

if TYPE_CHECKING:
    from .configuration import Configuration

# What is printed in one line: the depth, the keyword, the value (`None` for the head of a section, whose end has an
# empty keyword), and where it stands.
_Item = tuple[int, str, Value | None, Origin | None]
_Triple = tuple[str, str, str | None]
_QUOTE: Final = '"'
_KINDS: Final = (RuleKind.DEVNODE, RuleKind.WWID, RuleKind.PROPERTY, RuleKind.PROTOCOL, RuleKind.DEVICE)
_DEFAULTS: Final = tuple(name for name, option in OPTIONS.items() if Scope.DEFAULTS in option.scopes)


def dump(
    configuration: "Configuration",
    *,
    subjects: Iterable[Subject] | None = None,
    native_nvme: bool = False,
    origins: bool = False,
) -> str:
    r"""
    Return a configuration as one file.

    Args:
        configuration: The files.
        subjects: The devices and maps that the entries are wanted for; all entries where it is not given.
        native_nvme: Whether the NVMe driver multipaths, which the built-in blacklist depends on.
        origins: Whether each line ends with a comment that says where its value stands.

    Raises:
        ConfigError: a value, made by a program, that no file can hold.

    >>> from multipath.config.configuration import Configuration
    >>> dump(Configuration())[:24]
    'defaults {\n\tverbosity 2\n'
    """
    wanted = None if subjects is None else tuple(subjects)
    items = (
        *_defaults(configuration),
        *_rules("blacklist", blacklist_rules(configuration, native_nvme=native_nvme)),
        *_rules("blacklist_exceptions", exception_rules(configuration)),
        *_section(0, "devices", _devices(with_built_in(configuration.devices), wanted)),
        *_section(0, "overrides", _overrides(configuration)),
        *_section(0, "multipaths", _multipaths(configuration.multipaths.values(), wanted)),
    )
    return "".join(f"{_line(item, origins=origins)}\n" for item in items)


def _section(depth: int, keyword: str, items: Iterable[_Item], origin: Origin | None = None) -> Iterator[_Item]:
    yield depth, keyword, None, origin
    yield from items
    yield depth, "", None, None


def _defaults(configuration: "Configuration") -> Iterator[_Item]:
    found = (of_sections(name, (configuration.defaults,)) for name in _DEFAULTS)
    items = ((1, each.option, each.value, each.origin) for each in found if each.value is not None)
    return _section(0, "defaults", items)


def _rules(keyword: str, rules: tuple[Rule, ...]) -> Iterator[_Item]:
    items = (item for kind in _KINDS for rule in rules if rule.kind is kind for item in _rule(rule))
    return _section(0, keyword, items)


def _rule(rule: Rule) -> Iterator[_Item]:
    first, second = _text(rule.pattern), _text(rule.product)
    if rule.kind is not RuleKind.DEVICE:
        return _texts(1, {str(rule.kind): first}, rule.origin)
    return _section(1, "device", _texts(2, {"vendor": first, "product": second}), rule.origin)


def _text(pattern: Pattern | None) -> str | None:
    return None if pattern is None else pattern.text


def _texts(depth: int, texts: Mapping[str, str | None], origin: Origin | None = None) -> Iterator[_Item]:
    return ((depth, word, text, origin) for word, text in texts.items() if text is not None)


def _settings(depth: int, settings: Settings, origin: Origin | None = None) -> Iterator[_Item]:
    """Return the options of a section, each with its place unless that is the place of the section."""
    for setting in (settings[name] for name in OPTIONS if name in settings):
        yield depth, setting.option, setting.value, None if setting.origin == origin else setting.origin


def _devices(entries: Iterable[DeviceEntry], wanted: tuple[Subject, ...] | None) -> Iterator[_Item]:
    seen: set[_Triple] = set()
    for entry in _joined(entries):
        if wanted is not None and not any(entry.matches(one.vendor, one.product, one.revision) for one in wanted):
            continue
        vendor, product, revision = _triple(entry)
        while (vendor, product, revision) in seen:
            revision = "" if revision is None else f"{revision}()"
        seen.add((vendor, product, revision))
        texts = {"vendor": vendor, "product": product, "revision": revision}
        texts["product_blacklist"] = _text(entry.product_blacklist)
        yield from _section(1, "device", (*_texts(2, texts), *_settings(2, entry.settings, entry.origin)), entry.origin)


def _joined(entries: Iterable[DeviceEntry]) -> list[DeviceEntry]:
    """Return the entries, a built-in one and the one that took it along as one, where that says the same."""
    found: list[DeviceEntry] = []
    for entry in entries:
        if found and _triple(found[-1]) == _triple(entry) and _are_one(found[-1], entry):
            found.append(_one(found.pop(), entry))
        else:
            found.append(entry)
    return found


def _one(weaker: DeviceEntry, stronger: DeviceEntry) -> DeviceEntry:
    products = stronger.product_blacklist or weaker.product_blacklist
    return replace(stronger, settings={**weaker.settings, **stronger.settings}, product_blacklist=products)


def _are_one(*entries: DeviceEntry) -> bool:
    """Tell whether no arguments would come to stand beside the name of another prioritizer."""
    pairs = [tuple(_value(entry, name) for name in ("prio", "prio_args")) for entry in entries]
    return len(set(pairs)) == 1 or (None, None) in pairs or all(args is None for _, args in pairs)


def _value(entry: DeviceEntry, name: str) -> Value | None:
    return entry.settings[name].value if name in entry.settings else None


def _triple(entry: DeviceEntry) -> _Triple:
    return entry.vendor.text, entry.product.text, _text(entry.revision)


def _overrides(configuration: "Configuration") -> Iterator[_Item]:
    yield from _settings(1, configuration.overrides)
    for entry in configuration.protocols:
        items = (*_texts(2, {"type": entry.type}), *_settings(2, entry.settings))
        yield from _section(1, "protocol", items, entry.origin)


def _multipaths(entries: Iterable[MultipathEntry], wanted: tuple[Subject, ...] | None) -> Iterator[_Item]:
    for entry in entries:
        if wanted is None or any(one.wwid == entry.wwid for one in wanted):
            items = (*_texts(2, {"wwid": entry.wwid}), *_settings(2, entry.settings))
            yield from _section(1, "multipath", items, entry.origin)


def _line(item: _Item, *, origins: bool) -> str:
    depth, keyword, value, origin = item
    line = _option(depth, keyword, _spelled(keyword, value)) if value is not None else _brace(depth, keyword)
    commented = f"{line} # {origin}"
    return commented if origins and origin and _fits(commented) and not line.count(_QUOTE) % 2 else line


def _brace(depth: int, keyword: str) -> str:
    return "\t" * depth + (f"{keyword} {{" if keyword else "}")


def _option(depth: int, keyword: str, text: str) -> str:
    """Return an option in the first of three forms that fits; what was read from a file fits the last one."""
    line, shortest = f"{keyword} {text}", keyword + text.removesuffix(_QUOTE)
    forms = ("\t" * depth + line, line)
    return next(filter(_fits, forms), shortest)


def _fits(line: str) -> bool:
    """Tell whether multipathd would read a line in one piece."""
    return len(line if line.isascii() else line.encode("utf-8", "surrogateescape")) <= CHUNK


def _spelled(keyword: str, value: Value) -> str:
    if keyword == "mode" and type(value) is int:
        return f"0{value:o}"
    if type(value) is int:
        return str(value)
    text = written(value)
    if any(mark in text for mark in "\n\r\0"):
        raise ConfigError(f"{keyword}: {shown(text)} cannot stand in a file: it has a newline or a NUL")
    return _QUOTE + text.replace(_QUOTE, _QUOTE * 2) + _QUOTE
