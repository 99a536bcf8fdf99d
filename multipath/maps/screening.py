"""Which paths may be used, and to which logical unit each of them leads: the first step of a plan."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as Folder
from typing import Final

from ..config.blacklist import Blacklist, Candidate, Verdict
from ..config.configuration import Configuration
from ..config.entry import Subject
from ..config.resolve import Resolver
from ..paths.commands import Commands
from ..paths.nvme import multipaths_itself
from ..paths.path import Path
from ..paths.wwid import Wwid, ask_devices, identify_wwid, must_be_asked, uid_attribute_for
from ..policy.option import Options, as_text
from ..units import DevT
from .planned_map import shown

_DEFAULT_ATTRIBUTE: Final = "ID_SERIAL"
_OF_MAP: Final = "the map that it is in"


@dataclass(frozen=True, slots=True)
class PathVerdict:
    """
    Whether a path may be used.

    Attributes:
        path: The path.
        allowed: Whether it may.
        code: A word for why, such as ``blacklisted``.
        text: A sentence, with file and line of the rule that decides.
        wwid: The identity of its unit; ``None`` where it has none.
        source: Where that comes from.
        problem: Why no map can be made of that identity; empty where one can.
        ruling: What the blacklist says, test by test.
    """

    path: Path = field(repr=False)
    allowed: bool
    code: str
    text: str
    wwid: str | None = None
    source: str = ""
    problem: str = ""
    ruling: Verdict | None = field(default=None, repr=False)

    def __str__(self) -> str:
        """Return the path and the sentence."""
        return f"{self.path}: {self.text}"


def screen(
    paths: Iterable[Path],
    options: Options,
    blacklist: Blacklist,
    member_of: Mapping[DevT, str],
    pages: Mapping[DevT, bytes],
) -> tuple[PathVerdict, ...]:
    """
    Return the verdict on each path, in the order of their numbers.

    Args:
        paths: The paths.
        options: The configuration.
        blacklist: Its rules.
        member_of: For each path of a live map the WWID of that map: a path that cannot tell its own keeps it.
        pages: Page 0x83 of the paths that had to be asked for it.
    """
    of_path = _attributes(options)
    return tuple(
        _verdict(path, of_path(path), blacklist, member_of.get(path.devt), pages.get(path.devt, b""))
        for path in sorted(paths, key=lambda path: path.devt)
    )


def to_be_asked(paths: Iterable[Path], options: Options) -> Iterator[Path]:
    """Yield the paths whose identity neither udev nor the kernel holds."""
    of_path = _attributes(options)
    return (path for path in paths if must_be_asked(path, of_path(path)))


def verdict_on(path: Path, configuration: Configuration, sysfs: Folder, commands: Commands | None) -> PathVerdict:
    """Return the verdict on one path, asked for its identity where only it knows, and where ``commands`` are given."""
    options = Resolver(configuration)
    pages = {} if commands is None else ask_devices(to_be_asked([path], options), commands)
    rules = Blacklist(configuration, native_nvme=multipaths_itself(sysfs) is True)
    return screen([path], options, rules, {}, pages)[0]


def _verdict(path: Path, attribute: str, blacklist: Blacklist, member_of: str | None, page: bytes) -> PathVerdict:
    found = identify_wwid(path, attribute, asked=page)
    if found is None and member_of is not None:
        found = Wwid(member_of, _OF_MAP)
    ruled = blacklist.verdict(_candidate(path, attribute, found))
    if not ruled.allowed:
        wwid, source = (found.value, found.source) if found else (None, "")
        return PathVerdict(path, False, ruled.reason, str(ruled), wwid, source, ruling=ruled)
    if found is None:
        said = f"nothing tells which unit it leads to: neither {attribute or 'udev'}, nor the kernel, nor itself"
        return PathVerdict(path, False, "no-wwid", said, ruling=ruled)
    said = f"leads to {shown(found.value)}, by {found.source}"
    return PathVerdict(path, True, ruled.reason, said, found.value, found.source, found.problem, ruled)


def _candidate(path: Path, attribute: str, wwid: Wwid | None) -> Candidate:
    return Candidate(
        name=path.name,
        properties=path.udev,
        vendor=path.vendor or "",
        product=path.model or "",
        protocol=path.protocol,
        wwid=wwid.value if wwid else None,
        uid_attribute=attribute,
        hidden=path.native,
    )


def _attributes(options: Options) -> Callable[[Path], str]:
    """Return who knows which udev property holds the WWID of a path."""
    pairs = as_text(options.effective("uid_attrs", Subject()))

    def attribute(path: Path) -> str:
        configured = as_text(options.effective("uid_attribute", path.subject()), _DEFAULT_ATTRIBUTE)
        return uid_attribute_for(path.name, pairs, configured) if pairs else configured

    return attribute
