"""Whether udev does its part: its rules for maps and paths, and the events that somebody waits for."""

from collections.abc import Iterator, Mapping
from typing import Final

from ...config.finding import Severity
from .check import Check, Sign
from .facts import Facts

# The rules, by what their names end in, and what they are for.
_NEEDED: Final[Mapping[tuple[str, ...], str]] = {
    ("-dm.rules", "-dm-disk.rules"): "the links of device-mapper",
    ("dm-mpath.rules", "dm-multipath.rules"): "keeping others away from maps without a path",
    ("-multipath.rules",): "claiming the disks that are paths",
    ("kpartx.rules", "dm-parts.rules"): "the partitions of maps",
}
_STUCK: Final = 60.0  # seconds
_OFF: Final = frozenset({"nompath", "multipath=off"})


def _rules(facts: Facts) -> Iterator[Sign]:
    machine = facts.machine
    if machine is None or not machine.udev or not facts.maps:
        return
    for endings, purpose in _NEEDED.items():
        fitting = {name: active for name, active in machine.rules.items() if name.endswith(endings)}
        if not any(fitting.values()):
            masked = f"; {' '.join(fitting)} is masked" if fitting else ""
            yield Sign("udev", f"no rules *{endings[0]}, for {purpose}{masked}")


def _cookies(facts: Facts) -> Iterator[Sign]:
    stuck = [each for each in (facts.machine.cookies if facts.machine else ()) if each.seconds > _STUCK]
    if stuck:
        told = ", ".join(f"{each.key} for {each.seconds:.0f} s" for each in stuck[:8])
        yield Sign("udev", f"{len(stuck)} cookies: {told}")


def _unclaimed(facts: Facts) -> Iterator[Sign]:
    words = _OFF.intersection(facts.machine.command_line.split()) if facts.machine else ()
    for word in sorted(words):
        yield Sign("kernel", f"its command line has {word}")


def _missing(facts: Facts) -> Iterator[Sign]:
    if facts.machine is None or not facts.machine.udev:
        return
    for each, path in facts.members():
        if path.udev is None:
            yield Sign(path.name, f"map {each.name} has it, and udev's database does not")


CHECKS: Final = (
    Check(
        "udev-rules", Severity.WARNING, "rules of udev are missing",
        "links, partitions or claims of paths are left undone: LVM and mounts may take a path instead of the map",
        "install multipath-tools and kpartx; ls /etc/udev/rules.d for files that mask theirs", _rules,
    ),
    Check(
        "udev-cookies", Severity.WARNING, "somebody waits for udev in vain, or died while waiting",
        "udev lost the event or hangs in a rule; enough of these semaphores stop every use of device-mapper",
        "dmsetup udevcookies; where nobody waits any more: dmsetup udevcomplete_all", _cookies,
    ),
    Check(
        "claims-off", Severity.WARNING, "the claiming of paths is switched off",
        "udev hands each path to LVM and mounts as a disk of its own", "take the word from the kernel's command line",
        _unclaimed,
    ),
    Check(
        "udev-database", Severity.WARNING, "udev does not know a path",
        "whoever goes by udev (LVM, multipathd) does not see it, or its WWID",
        "udevadm trigger --action=add /sys/block/{object}", _missing,
    ),
)  # fmt: skip
