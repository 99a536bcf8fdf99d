"""Whether maps are called what they should be, here and in the initramfs."""

from collections.abc import Iterator
from typing import Final

from ...config.finding import Severity
from ...dm.holders import Holder
from ...units import DevT
from ..planned_map import Action, shown
from .check import Check, Sign
from .configured import DUPLICATE
from .facts import ExaminedMap, Facts

_BOOT: Final = frozenset({"/", "/usr"})


def _renamed(facts: Facts) -> Iterator[Sign]:
    for planned in facts.plan.maps:
        if planned.live is not None and Action.RENAME in planned.actions:
            why = "; ".join(each.text for each in planned.reasons if each.code.startswith("alias-"))
            yield Sign(planned.live.name, f"it should be called {planned.name}: {why}")


def _twice(facts: Facts) -> Iterator[Sign]:
    wanted: dict[str, list[str]] = {}
    for wwid, entry in facts.inputs.configuration.multipaths.items():
        alias = entry.settings.get("alias")
        if alias is not None:
            wanted.setdefault(str(alias.value), []).append(wwid)
    for name, wwids in wanted.items():
        bound = facts.inputs.bindings.by_alias.get(name)
        others = sorted({*wwids, *([bound] if bound else [])})
        if len(others) > 1:
            yield Sign(name, f"it is the alias of {' and '.join(map(shown, others))}")
    for finding in facts.inputs.configuration.findings:
        if finding.code == DUPLICATE:
            yield Sign(finding.file, str(finding))


def _without_node(facts: Facts) -> Iterator[Sign]:
    if facts.machine is None:
        return
    for each in facts.maps:
        number = facts.machine.nodes.get(each.name, ...)
        if number is ...:
            yield Sign(each.name, f"/dev/mapper/{each.name} is not there")
        elif number != each.snapshot.devt:
            yield Sign(each.name, f"/dev/mapper/{each.name} leads elsewhere than to {each.snapshot.info.node}")


def _stale_image(facts: Facts) -> Iterator[Sign]:
    machine = facts.machine
    if machine is not None and machine.stale and any(_boots_from(facts, each) for each in facts.maps):
        yield Sign(machine.image, f"{' '.join(machine.stale)} changed since it was made")


def _no_image(facts: Facts) -> Iterator[Sign]:
    machine = facts.machine
    if machine is not None and machine.image and not machine.builds:
        for each in facts.maps:
            if _boots_from(facts, each):
                yield Sign(machine.image, f"the system runs from map {each.name}, and no hook builds multipath into it")


def _boots_from(facts: Facts, each: ExaminedMap) -> bool:
    return any(holder.kind == "mount" and holder.name in _BOOT for holder in _climb(facts, each.snapshot.devt))


def _climb(facts: Facts, device: DevT) -> Iterator[Holder]:
    seen, left = {device}, [device]
    while left:
        for holder in facts.above.get(left.pop(), ()):
            yield holder
            if holder.device is not None and holder.device not in seen:
                seen.add(holder.device)
                left.append(holder.device)


CHECKS: Final = (
    Check(
        "name-differs", Severity.WARNING, "a map has another name than it should have",
        "it was named by other bindings, those of the initramfs most likely; the name changes with the next reload",
        "mpath plan {object}; then mpath apply, and build the initramfs anew", _renamed,
    ),
    Check(
        "alias-twice", Severity.ERROR, "two units have one alias",
        "only one of them gets it, whichever comes first: a mount may find the other's data",
        "grep -n alias /etc/multipath.conf; give one of them another", _twice,
    ),
    Check(
        "no-node", Severity.ERROR, "a map has no link of its name",
        "udev did not handle its event, or a rule failed: who opens it by name finds nothing, or another map",
        "udevadm trigger --action=change /dev/mapper/{object}; mpath wait {object}", _without_node,
    ),
    Check(
        "initramfs-stale", Severity.WARNING, "the initramfs has older multipath files than the system",
        "the boot disk is named, or left out, by what stands there",
        "update-initramfs -u, or dracut -f", _stale_image,
    ),
    Check(
        "initramfs-without", Severity.ERROR, "the next initramfs will have no multipath",
        "the system will start from one path, or not at all",
        "apt install multipath-tools-boot, or dracut -f --add multipath", _no_image,
    ),
)  # fmt: skip
