"""What multipathd can be asked for; nothing here changes anything, and any user may ask."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, Literal, TypeVar

from .. import errors
from . import reply
from .column import Column, Value
from .command import FIELD, ROW, map_value, quoted
from .connection import Connection
from .daemon_state import (
    BlacklistRule,
    CheckerStates,
    DaemonState,
    KnownDevice,
    ReservationKey,
    ReservationState,
    read_blacklist,
    read_devices,
    read_wildcards,
)
from .map import MAP_COLUMNS, DaemonMap
from .path import PATH_COLUMNS, DaemonPath
from .topology import read_maps

T = TypeVar("T")
_Kind = Literal["maps", "paths"]
_NOTHING: Final = f"{reply.DONE}\n"  # the answer to a question for a list that is empty


class Questions(Connection):
    """
    Each question of multipathd's language as a method.

    A map is named as multipathd knows it: by its name or ``dm-N``, newer releases also by its WWID; a node below
    ``/dev/mapper`` does too. A path by its kernel name or ``major:minor``, or its node.

    Raises:
        DaemonError: each of them, by the kind of the failure; the tree is in `multipath.errors`.
    """

    # Of itself.

    def daemon(self) -> DaemonState:
        """Return how multipathd is; answered also while it is busy."""
        return self._read("show daemon", DaemonState.read)

    def status(self) -> CheckerStates:
        """Return how many paths are in which state."""
        return self._read("show status", CheckerStates.read)

    def release(self) -> str:
        """Return the release, ``"0.9.4"``."""
        return reply.release(self._exchange("help"))

    def commands(self) -> tuple[str, ...]:
        """Return the commands of this release, with ``$`` before what is a value: ``show map $map json``."""
        return reply.commands(self._exchange("help"))

    def wildcards(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Return the wildcards of maps and those of paths, each with its header."""
        return self._read("show wildcards", read_wildcards)

    # Maps and paths.

    def maps(self) -> tuple[DaemonMap, ...]:
        """Return every map with its groups and paths."""
        return self._read("show maps json", read_maps)

    def map(self, ref: str) -> DaemonMap:
        """Return one map with its groups and paths."""
        return self._read(f"show map {map_value(ref)} json", read_maps, ref)[0]

    def listed_maps(self) -> tuple[DaemonMap, ...]:
        """Return every map without its groups, but with what the JSON leaves out."""
        return tuple(DaemonMap(**each) for each in self._rows("maps", MAP_COLUMNS))

    def paths(self) -> tuple[DaemonPath, ...]:
        """Return every path, also those without a map, with all that multipathd tells of it."""
        return tuple(DaemonPath(**each) for each in self._rows("paths", PATH_COLUMNS))

    def path_state(self, path: str) -> str:
        """Return the state of a path's device: ``running``, ``offline`` or ``unknown``."""
        return self._about(f"show path {quoted(path)}", "paths", path).strip()

    # As texts, the daemon's own.

    def topology(self, ref: str | None = None) -> str:
        """Return maps with their groups and paths as ``multipath -ll`` prints them; one or all."""
        if ref is None:
            return self._listing("show topology")
        return self._about(f"show map {map_value(ref)} topology", "maps", ref)

    def format_maps(self, style: str, *, raw: bool = False) -> str:
        """Return what ``show maps format`` prints; of an unknown wildcard nothing. ``raw`` leaves out the headers."""
        return self._formatted("maps", style, raw=raw)

    def format_paths(self, style: str, *, raw: bool = False) -> str:
        """Return what ``show paths format`` prints; likewise."""
        return self._formatted("paths", style, raw=raw)

    def format_map(self, ref: str, style: str) -> str:
        """Return what ``show map M format`` prints; `ref` is a map."""
        return self._about(f"show map {map_value(ref)} format {quoted(style)}", "maps", ref)

    # Its configuration.

    def config(self, *, local: bool = False) -> str:
        """
        Return the configuration that multipathd goes by, in the form of multipath.conf.

        Args:
            local: Whether only the entries of hardware that is there are wanted.
        """
        return self.ask("show config local" if local else "show config")

    def blacklist(self) -> tuple[BlacklistRule, ...]:
        """Return the rules that it goes by."""
        return self._read("show blacklist", read_blacklist)

    def devices(self) -> tuple[KnownDevice, ...]:
        """Return every block device of the host, and whether it is monitored."""
        return self._read("show devices", read_devices)

    # Reservations; only root may ask for these.

    def reservation_status(self, ref: str) -> ReservationState:
        """Return whether returning paths of a map are registered for its reservation."""
        return self._read(f"getprstatus map {map_value(ref)}", ReservationState.read, ref)

    def reservation_hold(self, ref: str) -> ReservationState:
        """Return whether multipathd takes this host for the holder of the reservation; newer releases only."""
        return self._read(f"getprhold map {map_value(ref)}", ReservationState.read, ref)

    def reservation_key(self, ref: str) -> ReservationKey | None:
        """Return the key that a map is registered with; ``None`` where there is none."""
        return self._read(f"getprkey map {map_value(ref)}", ReservationKey.read, ref)

    # How.

    def _read(self, command: str, read: Callable[[str], T], ref: str = "") -> T:
        """Return what is read from an answer; ``ref`` is the map that the question is about."""
        text = self._about(command, "maps", ref) if ref else self.ask(command)
        try:
            return read(text)
        except ValueError as error:
            raise errors.DaemonReplyMalformed(command, f"the answer cannot be read: {error}") from error

    def _listing(self, command: str) -> str:
        text = self.ask(command)
        return "" if text == _NOTHING else text

    def _formatted(self, kind: _Kind, style: str, *, raw: bool) -> str:
        if not raw:
            return self._listing(f"show {kind} format {quoted(style)}")
        # With a mark before each row, so that no row can be taken for a refusal.
        rows = self._listing(f"show {kind} raw format {quoted(ROW + style)}")
        return rows.replace(ROW, "")

    def _rows(self, kind: _Kind, columns: Mapping[str, Column]) -> Iterator[dict[str, Any]]:
        known = self.wildcards()[kind == "paths"]
        asked = [column for wildcard, column in columns.items() if wildcard in known]
        style = ROW + FIELD.join(f"%{column.wildcard}" for column in asked)
        command = f"show {kind} raw format {quoted(style)}"
        for row in self._listing(command).split(ROW)[1:]:
            texts = row.removesuffix("\n").split(FIELD)
            if len(texts) != len(asked):
                raise errors.DaemonReplyMalformed(command, f"a row of {len(texts)} fields, not {len(asked)}: {row!r}")
            yield dict(self._values(command, asked, texts))

    def _values(self, command: str, asked: Iterable[Column], texts: Iterable[str]) -> Iterator[tuple[str, Value]]:
        for column, text in zip(asked, texts, strict=True):
            try:
                yield column.attribute, column.read(text.rstrip(" ") if column.wildcard == "g" else text)
            except ValueError as error:
                raise errors.DaemonReplyMalformed(command, f"{column.header}: {error}") from error

    def _about(self, command: str, kind: _Kind, ref: str) -> str:
        """Return the answer to a command about one map or path; where it is a bare ``fail``, find out why."""
        try:
            return self.ask(command)
        except errors.DaemonRefused as refused:
            if type(refused) is errors.DaemonRefused and refused.said == "fail":
                raise self._explained(refused, kind, ref) from None
            raise

    def _explained(self, refused: errors.DaemonRefused, kind: _Kind, ref: str) -> errors.DaemonError:
        """Return a refusal with a reason: releases before 0.9.8 give none."""
        verb = refused.command.split()[0]
        if not any(each.split()[0] == verb for each in self.commands()):
            return errors.DaemonCommandUnknown(refused.command, "fail", f"release {self.release()} does not have it")
        style = f"%n{FIELD}%d" if kind == "maps" else f"%d{FIELD}%D"
        names = self._formatted(kind, style, raw=True).replace(FIELD, "\n").splitlines()
        if ref.removeprefix("/dev/mapper/").removeprefix("/dev/") in names:
            return refused
        return errors.DaemonNotFound(refused.command, refused.said, f"it has no {kind[:-1]} {ref}")
