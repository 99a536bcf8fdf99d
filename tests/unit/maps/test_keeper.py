"""Who keeps the timeouts of paths: what a map's options and a budget come to, and what is given back."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path as Folder
from typing import Any

import pytest

from multipath.config.configuration import Configuration
from multipath.config.reader import read_configuration
from multipath.maps.host import Host
from multipath.maps.keeper import TimeoutKeeper
from multipath.paths.knobs import Knob, knob_files, knob_values
from multipath.paths.path import Path
from multipath.paths.state import PathState
from multipath.paths.timeout_journal import TimeoutJournal
from multipath.policy.member import Member
from multipath.policy.settings import MapSettings, map_settings

from ..paths.timeout_tree import Writer, timeout_tree

LINE = "8 0 {name} 9 0 0 0 0 0 0 0 {out} 0 0 0 0 0 0 0 0\n"


class World:
    """One path and its keeper."""

    def __init__(self, folder: Folder, name: str, max_stall: float | None) -> None:
        self.sysfs, self.source, self.writer = folder / "sys", folder / "diskstats", Writer()
        self.path: Path = timeout_tree(name, self.sysfs)
        self.host = Host(sysfs=self.sysfs, asker=self.writer)
        journal = TimeoutJournal(folder / "run")
        self.keeper = TimeoutKeeper(self.host, max_stall=max_stall, journal=journal, hz=100, source=str(self.source))
        self.counts(0)

    def counts(self, out: int) -> None:
        """Let so many be in flight."""
        self.source.write_text(LINE.format(name=self.path.name, out=out))

    @property
    def values(self) -> dict[Knob, float]:
        """What the attributes hold."""
        return dict(knob_values(knob_files(self.path, sysfs=self.sysfs)))

    def settings(self, text: str) -> MapSettings:
        """Return the options of a map of this path."""
        options: Configuration = read_configuration([("multipath.conf", text)])
        return map_settings("w1", [Member(self.path, 1, PathState.UP)], options)


@pytest.fixture
def world(tmp_path: Folder) -> Callable[..., World]:
    """Make a world."""
    return lambda name="fc", max_stall=None: World(tmp_path, name, max_stall)


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine on a loop of its own."""
    return asyncio.run(work)


class TestAPathOfAMapWithABudget:
    def test_gets_it_from_the_configuration(self, world: Callable[..., World]) -> None:
        """The keyword max_stall; without it, what the keeper was made with."""
        one = world(max_stall=20.0)

        run(one.keeper.adopt(one.path, one.settings("defaults {\n max_stall 5\n}\n")))

        assert one.keeper.plans[one.path.devt].budget == 5.0
        assert (one.values[Knob.TIMEOUT], one.values[Knob.MAX_RETRIES]) == (3.0, 0.0)

    def test_is_as_it_was_when_it_is_let_go(self, world: Callable[..., World]) -> None:
        """All of it."""
        one = world(max_stall=5.0)
        before = one.values
        run(one.keeper.adopt(one.path))
        assert one.values != before

        run(one.keeper.let_go(one.path))

        assert one.values == before

    def test_has_the_shorter_time_where_an_option_speaks_too(self, world: Callable[..., World]) -> None:
        """fast_io_fail_tmo 1 is stricter than the budget, 5 is not."""
        one = world(max_stall=5.0)

        run(one.keeper.adopt(one.path, one.settings("defaults {\n fast_io_fail_tmo 1\n}\n")))

        assert one.values[Knob.FAST_IO_FAIL] == 1.0


class TestAPathOfAMapWithoutABudget:
    def test_has_what_the_options_say_and_no_more(self, world: Callable[..., World]) -> None:
        """As multipath-tools does it: fast_io_fail_tmo is 5 where nobody says otherwise."""
        one = world()
        before = one.values

        run(one.keeper.adopt(one.path, one.settings("")))

        assert one.values == {**before, Knob.FAST_IO_FAIL: 5.0}


class TestASilentPath:
    def test_is_offline_until_what_it_held_has_come_back(self, world: Callable[..., World]) -> None:
        """So the kernel's recovery tests nothing; then it runs again."""
        one = world(max_stall=5.0)
        one.counts(3)

        async def hastened() -> list[float]:
            await one.keeper.adopt(one.path)
            text = await one.keeper.hasten(one.path)
            assert "offline" in text
            states = [one.values[Knob.STATE]]
            one.counts(0)
            while one.values[Knob.STATE] != 1.0:
                await asyncio.sleep(0.01)
            return [*states, one.values[Knob.STATE]]

        assert run(asyncio.wait_for(hastened(), 10)) == [0.0, 1.0]

    def test_runs_again_when_it_is_let_go(self, world: Callable[..., World]) -> None:
        """Whatever it holds."""
        one = world(max_stall=5.0)
        one.counts(3)
        before = one.values

        async def hastened() -> None:
            await one.keeper.hasten(one.path)
            await one.keeper.let_go(one.path)

        run(hastened())

        assert one.values == before

    def test_that_holds_nothing_is_not_offline(self, world: Callable[..., World]) -> None:
        """There is nothing to hasten: a host that takes no commands has sent none."""
        one = world(max_stall=5.0)

        run(one.keeper.hasten(one.path))

        assert one.values[Knob.STATE] == 1.0

    def test_of_nvme_has_its_controller_reset(self, world: Callable[..., World]) -> None:
        """That ends what the controller holds."""
        one = world("nvme", 5.0)
        (one.sysfs / "class/nvme").mkdir(parents=True)
        (one.sysfs / "class/nvme/nvme1").symlink_to(one.sysfs / "devices/virtual/nvme-fabrics/ctl/nvme1")

        text = run(one.keeper.hasten(one.path))

        assert "nvme1 is being reset" in text
        assert one.writer.asked[-1].node.endswith("class/nvme/nvme1/reset_controller")
