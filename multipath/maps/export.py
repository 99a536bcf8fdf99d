"""
The names of this host's maps, brought into the root of another system: multipath.conf, wwids, bindings and prkeys.

Strategy: the configuration that holds here is merged into the target's, each map is bound to its name, and then the
target is tried: what its files would make of the paths of this host (`handover`). A map that would be called otherwise
gets an ``alias``; one that would not be made at all, by the blacklist for one, refuses the whole. So what is written
has been tried, and nothing is written where anything contradicts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ..config.configuration import Configuration
from ..config.entry import MultipathEntry
from ..config.merging import merged
from ..config.reader import read_documents
from ..config.setting import Layer, Origin, Setting, Settings, Value, written
from ..config.tree import Document
from ..errors import BindingConflict, ExportRefused
from .aliases import configured_aliases
from .bindings import Bindings, parse_bindings
from .exported_identity import ExportedFile, ExportedIdentity, ExportedMap, FileAction
from .handover import Handover, wwid_of
from .inputs import Inputs
from .patch import patched
from .prkeys import Prkey, parse_prkeys
from .snapshot import MapSnapshot
from .staged_files import StagedFile, write_all
from .target_root import CONF, TargetRoot
from .wwids import parse_wwids

_WWIDS, _PRKEYS, _BINDINGS = (f"/etc/multipath/{name}" for name in ("wwids", "prkeys", "bindings"))
# In the order of writing, with the modes that multipath-tools makes file and folder with: what the main file says is
# of use only beside the others.
_MODES: Final = {_WWIDS: (0o600, 0o700), _PRKEYS: (0o600, 0o700), _BINDINGS: (0o600, 0o700), CONF: (0o644, 0o755)}
# What decides about names, and is built in otherwise in some distributions.
_PINNED: Final = ("user_friendly_names", "find_multipaths")
_HERE: Final = Origin(Layer.COMMAND_LINE, detail="this host")


@dataclass(slots=True)
class Export:
    """
    One export.

    Attributes:
        root: The target.
        inputs: What this host is planned by: its paths and its configuration.
        maps: The maps that are meant.
        keys: The reservation keys of this host, by WWID.
        force: Whether what is here replaces what contradicts it there.
    """

    root: TargetRoot
    inputs: Inputs
    maps: Sequence[MapSnapshot]
    keys: Mapping[str, Prkey]
    force: bool = False
    _conflicts: list[str] = field(default_factory=list)
    _remarks: list[str] = field(default_factory=list)

    def run(self, *, dry_run: bool = False) -> ExportedIdentity:
        """
        Write the files, or only say what would be written.

        Raises:
            ExportRefused: the target contradicts, or would not make a map; nothing was changed.
            NameRefused: no map can have that WWID.
            ConfigError: the target's configuration cannot be used.
            FileError: a file cannot be read or written; all are as they were.
        """
        with self.root.locked():
            found, staged = self._composed()
            if self._conflicts:
                raise ExportRefused(self.root.dest, self._conflicts)
            if not dry_run:
                write_all(staged)
        return found

    def _composed(self) -> tuple[ExportedIdentity, list[StagedFile]]:
        """Return what is to be written; what speaks against it is among the conflicts then."""
        before = {name: self.root.read(name) for name in _MODES}
        there = parse_bindings(before[_BINDINGS] or b"", self.root.dest + _BINDINGS)
        data = before[_WWIDS] or b""
        wwids = patched(data, parse_wwids(data).adding([wwid_of(live) for live in self.maps]))
        main, drop_ins = self.root.document(), self.root.drop_ins()

        def handover(document: Document, bound: Mapping[str, str]) -> Handover:
            bindings = parse_bindings(there.yielding_to(bound).added(bound), there.file)
            return Handover(self.inputs, read_documents([document, *drop_ins]), bindings, parse_wwids(wwids))

        bound = {live.name: wwid_of(live) for live in self.maps if _can_be_bound(live)}
        first = handover(merged(main, self._wanted(main, {}), force=True)[0], bound)
        by = {live.name: first.given_by(live) or "alias" for live in self.maps}
        aliases = {wwid_of(live): live.name for live in self.maps if by[live.name] == "alias"}
        bound = {name: wwid for name, wwid in bound.items() if by[name] == "binding"}
        document, conflicts = merged(main, self._wanted(main, aliases), force=self.force)
        self._conflicts += conflicts
        self._judge(handover(document, bound))
        after = {
            _WWIDS: wwids,
            _PRKEYS: self._reserved(before[_PRKEYS] or b""),
            _BINDINGS: self._bound(there.without(configured_aliases(read_documents([document]))), bound),
            CONF: str(document).encode("utf-8", "surrogateescape"),
        }
        paths = {name: self.root.path(name) for name in _MODES}
        files = tuple(_file(paths[name], before[name], data) for name, data in after.items() if data)
        staged = [
            StagedFile(paths[name], data, *_MODES[name])
            for name, data in after.items()
            if data != (before[name] or b"")
        ]
        maps = tuple(ExportedMap(live.name, wwid_of(live), by[live.name]) for live in self.maps)
        return ExportedIdentity(self.root.dest, maps, files, tuple(self._remarks)), staged

    def _wanted(self, there: Document, aliases: Mapping[str, str]) -> Configuration:
        """Return the configuration of this host, with what decides about names said by either, and more aliases."""
        here, said = self.inputs.configuration, read_documents([there]).defaults
        silent = [name for name in _PINNED if name not in here.defaults and name not in said]
        pinned = {name: _setting(name, here.effective(name).value) for name in silent}
        entries = dict(here.multipaths)
        for wwid, alias in aliases.items():
            former: Settings = entries[wwid].settings if wwid in entries else {}
            entries[wwid] = MultipathEntry(wwid, {**former, "alias": _setting("alias", alias)}, _HERE)
        return replace(here, defaults={**here.defaults, **pinned}, multipaths=entries)

    def _judge(self, handover: Handover) -> None:
        """Find out what the target would not make, or call otherwise."""
        for live in self.maps:
            if problem := handover.problem(live):
                (self._remarks if self.force else self._conflicts).append(problem)
            elif not handover.knows(live):
                self._remarks.append(f"map {live.name} has no path here: that the target makes it was not tried")

    def _bound(self, there: Bindings, bound: Mapping[str, str]) -> bytes:
        try:
            return (there.yielding_to(bound) if self.force else there).added(bound)
        except BindingConflict as conflict:
            self._conflicts += [f"{there.file}: {each}" for each in conflict.conflicts]
            return there.data

    def _reserved(self, data: bytes) -> bytes:
        there = parse_prkeys(data, self.root.dest + _PRKEYS)
        for wwid in map(wwid_of, self.maps):
            has, key = there.keys.get(wwid), self.keys.get(wwid)
            if key is None or has == key:
                continue
            if has is not None and not self.force:
                self._conflicts.append(f"{there.file}: {wwid} has the key {has} there, {key} here")
            data = patched(data, parse_prkeys(data).setting(wwid, key))
        return data


def _file(path: str, before: bytes | None, after: bytes) -> ExportedFile:
    made = FileAction.MADE if before is None else FileAction.CHANGED
    return ExportedFile(path, FileAction.KEPT if after == before else made, before or b"", after)


def _can_be_bound(live: MapSnapshot) -> bool:
    return live.name != wwid_of(live) and "#" not in live.name + wwid_of(live)


def _setting(option: str, value: Value | None) -> Setting:
    assert value is not None, "these options have a value always"
    return Setting(option, value, written(value), _HERE)
