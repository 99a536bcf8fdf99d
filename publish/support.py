"""The support matrix: what was tried on which kernel and array, from what `lab_results` wrote down."""

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from . import docstring
from .lab_results import Passed, read

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = Path("docs/support.md")
# What the tests of a file hold to be so; a file that is not here is told by its own first sentence.
FEATURES: Final = {
    "contract/test_events": "Changes are told once, in order",
    "contract/test_host": "Finding maps, one consistent snapshot",
    "contract/test_lookup": "References, and what a device is",
    "contract/test_maps": "Making, reloading, renaming, removing maps",
    "contract/test_multipath_io": "I/O, failed paths, queueing",
    "contract/test_multipath_messages": "Messages: fail, reinstate, switch, queue",
    "contract/test_multipath_tables": "Tables and features of the multipath target",
    "contract/test_plan": "Plans from multipath.conf, and applying them",
    "contract/test_resize": "Resize of maps",
    "contract/test_suspension": "Suspend, resume, and what is held",
    "contract/test_waiting": "Waiting for maps, paths and events",
    "lab/test_cli": "The command line, beside dmsetup",
    "lab/test_completion": "Completion in bash, zsh and fish",
    "lab/test_control": "Every command of device-mapper, beside dmsetup",
    "lab/test_events": "Changes by others, none lost",
    "lab/test_fabric": "What a Fibre Channel fabric tells, beside multipathd",
    "lab/test_fcoe": "Fibre Channel: remote ports, their limits, and I/O past one that is down",
    "lab/test_groups": "Priority groups as the kernel decides",
    "lab/test_maps": "Nodes, links and holders, beside dmsetup",
    "lab/test_metrics": "Metrics, read by a Prometheus server",
    "lab/test_monitor": "The monitor",
    "lab/test_multipathd": "The client of multipathd",
    "lab/test_nvme_reservations": "Reservations of NVMe namespaces",
    "lab/test_outputs": "JSON as its schema has it",
    "lab/test_partitions": "Partitions, beside kpartx and sfdisk",
    "lab/test_paths": "Discovery, beside udev, scsi_id and sg3_utils",
    "lab/test_probes": "Checkers and prioritizers",
    "lab/test_removal": "Taking units away",
    "lab/test_reservations": "Reservations of SCSI units, beside sg_persist",
    "lab/test_selectors": "Path selectors, beside the kernel's",
    "lab/test_service": "`mpath run`, the service",
    "lab/test_stall": "The stall budget",
    "lab/test_supervision": "Failback, reputation, identity, ghosts: what multipath.conf asks of the monitor",
    "lab/test_targets": "Every typed target",
    "lab/test_udev": "udev and its cookies, and a world without udev",
}
_FAULTS: Final = "tests/lab/matrix/"
_NONE: Final = ""
Axis = Callable[[Passed], str]


def files() -> dict[Path, str]:
    """Return the page."""
    return {PAGE: "\n".join(_lines()) + "\n"}


def _lines() -> Iterator[str]:
    releases, passed = read()
    yield from (
        "<!-- Made by make docs from docs/support.json, which make support writes; a change here is lost. -->",
        "",
    )
    yield from ("# What was tried where", "")
    yield (
        "Each number says how many tests passed there, in a guest of [the lab](lab.md); an empty cell says that none "
        "was\nrun, or that the array or kernel does not have it. `make support` runs them and writes this page. What "
        "kernels\ndo differently is told in [the kernel's interface](kernel-interface.md); the words are in [the\n"
        "glossary](glossary.md)."
    )
    plain = [each for each in passed if not each.test.startswith(_FAULTS)]
    faults = [each for each in passed if each.test.startswith(_FAULTS)]
    yield from ("", "## Kernels", "", "| name | release |", "|---|---|")
    yield from (f"| {name} | {release} |" for name, release in releases.items())
    yield from (
        "",
        "## Features and kernels",
        "",
        *_table("feature", plain, _feature, lambda each: each.kernel, releases),
    )
    arrays = sorted({each.backend for each in passed})
    yield from (
        "",
        "## Features and arrays",
        "",
        *_table("feature", plain, _feature, lambda each: each.backend, arrays),
    )
    if faults:
        yield from ("", "## Faults and arrays", "")
        yield "Under a load that proves itself: no byte is wrong, no I/O fails, and the path comes back.\n"
        yield from _table("fault", faults, _fault, lambda each: each.backend, arrays)


def _table(
    what: str, passed: Sequence[Passed], row: Axis, column: Axis, columns: Sequence[str] | dict[str, str]
) -> Iterator[str]:
    counts = Counter((row(each), column(each)) for each in passed)
    shown = [name for name in columns if any(place == name for _, place in counts)]
    yield f"| {what} | {' | '.join(shown)} |"
    yield f"|---|{'---:|' * len(shown)}"
    for name in sorted({name for name, _ in counts}):
        yield f"| {name} | {' | '.join(str(counts[name, place] or _NONE) for place in shown)} |"


def _feature(each: Passed) -> str:
    file = each.test.partition("::")[0]
    stem = file.removeprefix("tests/").removesuffix(".py")
    return f"[{FEATURES.get(stem) or _sentence(file)}](../{file})"


def _sentence(file: str) -> str:
    place = ROOT / file
    text = ast.get_docstring(ast.parse(place.read_text("utf-8"))) if place.exists() else None
    return docstring.parse(text or file).summary.partition(":")[0].rstrip(".")


def _fault(each: Passed) -> str:
    words = each.test.partition("[")[2].removesuffix("]")
    return f"`{words.removeprefix(each.backend).strip('-').removesuffix('-stock')}`"
