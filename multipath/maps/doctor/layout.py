"""Whether the paths of a map go different ways, and all the ways that there are."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from ...config.finding import Severity
from ...config.setting import Layer
from ...paths.path import Path
from .check import Check, Sign
from .facts import ExaminedMap, Facts

_Way = tuple[str, str]
_FABRICS: Final = frozenset({"scsi:fcp", "scsi:iscsi", "scsi:sas", "scsi:srp"})


def _single(facts: Facts) -> Iterator[Sign]:
    """Find maps with one path; what another check says of a map that has lost one is enough."""
    for each in facts.maps:
        if len(each.paths) == 1 and not each.gone:
            yield Sign(each.name, f"{each.paths[0].name} ({_make(each.paths[0])}) is all that it has")


def _disks(facts: Facts) -> Iterator[Sign]:
    """Find disks without a map whose array gives other units several paths, or is known to have several ports."""
    effective = facts.inputs.configuration.effective
    most = Counter(_make(path) for each in facts.maps for path in each.paths if len(each.paths) > 1)
    for wwid, verdicts in facts.units.items():
        path = verdicts[0].path
        if len(verdicts) > 1 or wwid in facts.mapped:
            continue
        if most[_make(path)]:
            yield Sign(path.name, f"unit {wwid} of {_make(path)} has one path; other units of it have several")
        elif path.protocol in _FABRICS and effective("no_path_retry", path.subject()).origin.layer is Layer.HWTABLE:
            yield Sign(path.name, f"unit {wwid} of {_make(path)}, a known array, has one path over {path.protocol}")


def _missing(facts: Facts) -> Iterator[Sign]:
    """Find maps that lack a way by which other maps of the same array go."""
    ways: dict[str, set[_Way]] = {}
    for each in facts.maps:
        for path in each.paths:
            ways.setdefault(_array(path), set()).add(_way(path))
    for each in facts.maps:
        own = {_way(path) for path in each.paths}
        all_ways = set().union(*(ways[_array(path)] for path in each.paths))
        missing = sorted(all_ways - own) if len(own) == len(each.paths) else []
        if missing:
            told = ", ".join(f"{host} to {port}" for host, port in missing)
            yield Sign(each.name, f"{len(own)} of {len(all_ways)} ways to the array; missing: {told}")


def _adapters(facts: Facts) -> Iterator[Sign]:
    for each in facts.maps:
        counts = Counter(map(_adapter, each.paths))
        if len(counts) > 1 and len(set(counts.values())) > 1:
            yield Sign(each.name, ", ".join(f"{count} over {name}" for name, count in sorted(counts.items())))


def _one_adapter(facts: Facts) -> Iterator[Sign]:
    for each in _several(facts):
        adapters = {_adapter(path) for path in each.paths}
        if len(adapters) == 1:
            yield Sign(each.name, f"all {len(each.paths)} paths go over {adapters.pop()}")


def _one_port(facts: Facts) -> Iterator[Sign]:
    for each in _several(facts):
        ports = {path.target_port for path in each.paths}
        if len(ports) == 1 and None not in ports:
            what = "portal" if each.paths[0].protocol == "scsi:iscsi" else "target port"
            yield Sign(each.name, f"all {len(each.paths)} paths lead to the {what} {ports.pop()}")


def _several(facts: Facts) -> Sequence[ExaminedMap]:
    return [each for each in facts.maps if len(each.paths) > 1]


def _make(path: Path) -> str:
    return f"{path.vendor or '?'} {path.model or '?'}"


def _array(path: Path) -> str:
    return f"{_make(path)} {path.target_node or ''}"


def _way(path: Path) -> _Way:
    return f"host{path.host}", path.target_port or "its target"


def _adapter(path: Path) -> str:
    """Return what fails together; a host of software iSCSI is one session, and its address stands for an adapter."""
    return path.adapter or path.pci or f"{'nvme' if path.bus == 'nvme' else 'host'}{path.host}"


CHECKS: Final = (
    Check(
        "single-path", Severity.WARNING, "a map has one path",
        "the first failure of that path is the failure of the disk",
        "look at zoning, cabling, sessions and LUN masking; then rescan-scsi-bus.sh and mpath apply", _single,
    ),
    Check(
        "single-path-disk", Severity.NOTE, "a unit has one path, though its array has several ports",
        "it is masked, zoned or mapped for one port alone, most likely", "mpath explain {object}", _disks,
    ),
    Check(
        "missing-paths", Severity.WARNING, "a map lacks paths that other maps of the array have",
        "the LUN is not mapped to some ports, or a disk was not scanned: it survives fewer failures than it should",
        "echo '- - -' > /sys/class/scsi_host/hostN/scan for these hosts; mpath apply", _missing,
    ),
    Check(
        "uneven-adapters", Severity.WARNING, "the adapters of a map have different numbers of paths",
        "one adapter lost paths, or is zoned otherwise", "mpath show {object}; compare zoning and sessions", _adapters,
    ),
    Check(
        "one-adapter", Severity.WARNING, "all paths of a map go over one adapter",
        "when this adapter, its cable or its network card fails, all paths fail at once",
        "connect and zone the second adapter, or log in through another interface", _one_adapter,
    ),
    Check(
        "one-target-port", Severity.WARNING, "all paths of a map lead to one port of the array",
        "when this port or its controller fails, or is updated, all paths fail at once",
        "zone a port of the other controller, or log in to its portal", _one_port,
    ),
)  # fmt: skip
