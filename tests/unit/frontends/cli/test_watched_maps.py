"""What ``mpath show --watch`` and ``mpath list --watch`` look at, on a machine in memory."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath import Host, Map, MultipathTable, errors
from multipath.frontends.cli import watched_maps
from multipath.frontends.cli.live import Source
from multipath.frontends.cli.main import main
from multipath.frontends.cli.record import MapRecord
from multipath.frontends.cli.terminal import Line, plain
from multipath.frontends.cli.watched_maps import WatchedMaps
from multipath.maps.wakes import Wakes
from multipath.virtual import VirtualHost


@pytest.fixture
def host(world: VirtualHost) -> Iterator[Host]:
    """Give the machine, with one unit of two paths."""
    world.add_array(paths=2)
    with Host(**world.seams()) as host:
        yield host


@pytest.fixture
def mpath(host: Host) -> Map:
    """Give a map of the first unit."""
    return host.create("mpatha", MultipathTable.build([["sda", "sdb"]]), uuid="mpath-a")


def watched(host: Host, wakes: Wakes, *refs: str, of: tuple[str, ...] = ()) -> WatchedMaps:
    """Return the maps with these names, as ``mpath show`` shows them."""
    return WatchedMaps(host, wakes, refs, of, watched_maps._trees)


@pytest.fixture
def wakes(host: Host) -> Iterator[Wakes]:
    """Give what wakes."""
    with Wakes(host.control) as wakes:
        yield wakes


class TestAMap:
    def test_is_seen_as_it_is(self, host: Host, mpath: Map, wakes: Wakes) -> None:
        """With what it is about in a few words."""
        maps = watched(host, wakes)
        before = maps.look()
        mpath.fail_path("sda")
        after = maps.look()

        assert (before.summary, after.summary) == ("1 map", "1 map, 1 with failed paths")
        assert before.key != after.key
        assert after.record["maps"][0]["paths_active"] == 1

    def test_that_only_is_busy_is_the_same_to_a_reader(self, host: Host, mpath: Map, wakes: Wakes) -> None:
        """I/O in flight and who has it open change all the time."""
        maps = watched(host, wakes)
        view = maps.look()
        busy = view.record["maps"][0] | {"open_count": 7}
        busy["groups"] = [
            group | {"paths": [path | {"selector_values": {"in_flight_ios": 9}} for path in group["paths"]]}
            for group in busy["groups"]
        ]

        assert watched_maps._settled([busy]) == view.key[0]  # type: ignore[index]

    def test_that_goes_and_comes_again_is_told(self, host: Host, mpath: Map, wakes: Wakes) -> None:
        """As long as somebody watches, a name may have no map."""
        maps = watched(host, wakes, "mpatha")
        maps.look()
        mpath.remove()
        gone = maps.look()
        host.create("mpatha", MultipathTable.build([["sda"]]), uuid="mpath-a")
        back = maps.look()

        assert [plain(line) for line in gone.lines] == ["no multipath maps"]
        assert gone.complaints == ("no device-mapper device answers to 'mpatha'",)
        assert back.complaints == ()
        assert back.record["maps"][0]["paths_total"] == 1

    def test_that_is_not_there_from_the_start_is_an_error(self, host: Host, mpath: Map, wakes: Wakes) -> None:
        """A slip of the pen is no reason to wait."""
        with pytest.raises(errors.NotFound):
            watched(host, wakes, "mpathb").look()

    def test_is_found_by_its_paths(self, host: Host, mpath: Map, wakes: Wakes) -> None:
        """And shown once."""
        assert len(watched(host, wakes, "mpatha", of=("sda", "sdb")).look().record["maps"]) == 1


def test_whoever_waits_is_woken(host: Host, mpath: Map, wakes: Wakes) -> None:
    """By a change since the last look, also one from before he began to wait."""
    maps: Source = watched(host, wakes)
    maps.look()

    assert not asyncio.run(maps.wait(0.01))
    mpath.fail_path("sda")
    assert asyncio.run(maps.wait(60))
    maps.look()
    assert not asyncio.run(maps.wait(0.01))


def test_whoever_looks_misses_nothing_meanwhile(host: Host, mpath: Map, wakes: Wakes) -> None:
    """What happens while the maps are shown wakes him at once."""

    def shown(*_: object) -> tuple[list[MapRecord], list[Line]]:
        mpath.fail_path("sda")
        return [], []

    maps = WatchedMaps(host, wakes, [], [], shown)
    maps.look()

    assert asyncio.run(maps.wait(60))


@pytest.mark.usefixtures("mpath")
@pytest.mark.parametrize("words", [["--format", "%d"], ["--raw"]], ids=" ".join)
def test_a_form_for_programs_that_ask_once_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is looked at."""
    assert main(["show", "paths", "--watch", *words]) == 2
    assert "--watch" in capsys.readouterr().err


@pytest.mark.slow
def test_who_does_not_stay_pays_nothing_for_it() -> None:
    """Neither an event loop nor what draws is imported."""
    text = (Path(watched_maps.__file__).parent / "show.py").read_text("utf-8")
    head = text[: text.index("def show(")]
    assert "watched_maps" not in head
    assert "live" not in head
