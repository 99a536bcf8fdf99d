"""
What do the kernel's own path selectors make of one trace each?

``python -m tests.golden.selectors.capture`` writes the files of this folder anew, by the selectors of Linux 6.1. See
``README.md``.
"""

from pathlib import Path
from typing import Final

from tests.unit.native.selectors.oracle.sources import ALWAYS
from tests.unit.native.selectors.setups import Setup
from tests.unit.native.selectors.traces import lines, replayed, thrown

FOLDER: Final = Path(__file__).parent
STEPS: Final = 400
SETUPS: Final = (
    Setup("round-robin", (("1",),) * 5),
    Setup("queue-length", (("1",),) * 5),
    Setup("service-time", (("1", "1"), ("1", "4"), ("1", "4"), ("1", "100"), ("1", "0"))),
    Setup("historical-service-time", (("1",),) * 5, ("972", "2")),
    Setup("io-affinity", (("9",), ("2",), ("c",), ("30",)), nodes=(0, 0, 0, 1, 1, 1, 0, 1)),
)


def captured(setup: Setup) -> str:
    """Return what a file has: the selector, the steps each with its path, and the status that follows."""
    selector, trace = setup.kernel(ALWAYS), thrown(setup, STEPS, 20, ends=0.9)
    steps = lines(trace, replayed(trace, selector))
    head = [
        f"selector {setup.name}",
        f"group {' '.join(setup.group)}",
        *(f"path {' '.join(path)}" for path in setup.paths),
        f"nodes {' '.join(map(str, setup.nodes))}",
    ]
    foot = [f"status {' '.join(map(str, row))}" for row in selector.status()]
    return "\n".join(line.rstrip() for line in [*head, *steps, *foot]) + "\n"


def main() -> None:
    """Write all files."""
    for setup in SETUPS:
        (FOLDER / f"{setup.name}.txt").write_text(captured(setup))


if __name__ == "__main__":
    main()
