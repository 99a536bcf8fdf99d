"""Every table and status that real kernels printed, printed again: the capture's own steps, replayed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath.virtual.targets.multipath import RunningMultipath
from tests.golden.kernel.capture import CASES

from .rig import Rig, io

GOLDEN = Path(__file__).parents[3] / "golden/kernel"
PATHS = ("8:0", "8:16", "8:32", "8:48")
RELEASES = {"6.1": "6.1.176", "6.12": "6.12.113", "7.2": "7.2.7"}


def replayed(kernel: str, table: str, steps: list[str]) -> Iterator[str]:
    """Yield what a map prints at first and after each step, in the form of the capture."""
    target = Rig.of(*PATHS, kernel=kernel).target(table)
    yield f"loaded\t{table}"
    yield from printed(target)
    for step in steps:
        if step == "read":
            io(target)
        else:
            target.message(step.split())
        yield from printed(target)


def printed(target: RunningMultipath) -> Iterator[str]:
    """Yield both texts."""
    yield f"table\t{target.table()}"
    yield f"status\t{target.status(flush=False)}"


class TestAReplayOfTheCapture:
    @pytest.mark.parametrize("kernel", RELEASES)
    def test_prints_what_the_kernel_printed(self, kernel: str) -> None:
        """To the last space."""
        lines: list[str] = []
        for table, *steps in CASES:
            lines += replayed(kernel, table.format(*PATHS), [step.format(*PATHS) for step in steps])

        assert lines == (GOLDEN / f"{RELEASES[kernel]}.txt").read_text().splitlines()


class TestWhatIsMeasured:
    def test_names_every_group_and_path(self) -> None:
        """In the kernel's form; the selectors say nothing."""
        rig = Rig.of("8:0", "8:16")
        target = rig.target("0 0 2 1 service-time 0 1 2 8:0 1 1 round-robin 0 1 1 8:16 1")
        target.message(["fail_path", "8:16"])

        assert target.measured() == (
            ",nr_priority_groups=2,pg_state_0=E,nr_pgpaths_0=1,path_selector_name_0=service-time,path_name_0_0=8:0,"
            "is_active_0_0=A,fail_count_0_0=0,path_selector_status_0_0=,pg_state_1=E,nr_pgpaths_1=1,"
            "path_selector_name_1=round-robin,path_name_1_0=8:16,is_active_1_0=F,fail_count_1_0=1,"
            "path_selector_status_1_0=;"
        )
