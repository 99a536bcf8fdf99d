"""``mpath apply``: the plan is printed, then done, and each map is told."""

import io
import json
import sys
from pathlib import Path

import pytest

from multipath import Host, MultipathTable
from multipath.frontends.cli.main import main
from multipath.virtual import VirtualHost

from .streams import Terminal

Capture = pytest.CaptureFixture[str]
pytestmark = pytest.mark.usefixtures("conf")
MACHINE = ["--conf", "multipath.conf", "--state", "state"]


class Keyboard(io.StringIO):
    """A terminal on which somebody has typed already."""

    def isatty(self) -> bool:
        """Return that it is one."""
        return True


def apply(*words: str) -> int:
    """Run ``mpath apply`` with the configuration and the state of the working folder."""
    return main(["apply", *words, *MACHINE])


def names(world: VirtualHost) -> list[str]:
    """Return the names of the maps that are there."""
    return sorted(entry.name for entry in world.control.devices())


class TestAPlanThatIsApplied:
    def test_is_done_and_told_map_by_map(self, world: VirtualHost, tmp_path: Path, capsys: Capture) -> None:
        """Behind the plan itself; what was made is remembered."""
        array = world.add_array(paths=2, units=2)

        assert apply() == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[-3:] == ["create mpatha: done", "create mpathb: done", "2 created"]
        assert names(world) == ["mpatha", "mpathb"]
        assert f"mpatha {array.wwid}\n" in (tmp_path / "state/bindings").read_text()

    def test_has_nothing_left_to_do(self, world: VirtualHost, capsys: Capture) -> None:
        """The second time."""
        world.add_array(paths=2)
        apply()
        capsys.readouterr()

        assert apply() == 0
        assert capsys.readouterr().out == "maps: 1 as it should be\n"

    def test_may_be_for_some_maps_alone(self, world: VirtualHost) -> None:
        """The others stay as they are."""
        world.add_array(paths=2, units=2)

        assert apply("mpathb", "--jobs", "1") == 0
        assert names(world) == ["mpathb"]

    def test_may_be_tried_out(self, world: VirtualHost, capsys: Capture) -> None:
        """Nothing is done, and the plan is printed."""
        world.add_array(paths=2)

        assert apply("--dry-run") == 0
        assert capsys.readouterr().out.startswith("+ create mpatha ")
        assert names(world) == []

    def test_tells_programs_the_plan_and_the_results(self, world: VirtualHost, capsys: Capture) -> None:
        """In one record."""
        array = world.add_array(paths=2)

        assert apply("-o", "json") == 0
        record = json.loads(capsys.readouterr().out)
        assert record["plan"]["maps"][0]["action"] == "create"
        assert record["results"] == [
            {"wwid": array.wwid, "name": "mpatha", "actions": ["create"], "outcome": "done", "error": None}
        ]

    def test_tells_programs_the_plan_alone_where_it_is_tried_out(self, world: VirtualHost, capsys: Capture) -> None:
        """There are no results of nothing."""
        world.add_array(paths=2)

        assert apply("--dry-run", "-o", "json") == 0
        assert json.loads(capsys.readouterr().out)["results"] == []
        assert names(world) == []


class TestAMapThatFails:
    def test_is_code_one_and_hinders_no_other(self, world: VirtualHost, capsys: Capture) -> None:
        """The failure is told with its evidence."""
        broken = world.add_array(paths=2)
        world.add_array(paths=2)
        broken.remap(0, None)  # the kernel has not noticed yet, and so the plan cannot know

        assert apply() == 1
        out, err = capsys.readouterr()
        assert out.splitlines()[-1] == "1 created, 1 failed"
        assert err.startswith("mpath apply: create mpatha: failed: ")
        assert names(world) == ["mpathb"]

    def test_that_the_plan_refuses_is_code_one(self, world: VirtualHost, capsys: Capture) -> None:
        """Though there is nothing to do."""
        array = world.add_array(paths=2)
        with Host(**world.seams()) as host:
            host.create("other", MultipathTable.build([[path.name for path in array.paths]]), uuid="MINE-1")

        assert apply() == 1
        assert capsys.readouterr().out.splitlines()[-1] == "maps: 1 refused"


class TestOnATerminal:
    @staticmethod
    def sit_down(monkeypatch: pytest.MonkeyPatch, typed: str) -> Terminal:
        """Let everything go to a terminal and come from it, and return it."""
        terminal = Terminal()
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.setenv("TERM", "xterm")
        for name, stream in {"stdin": Keyboard(typed), "stdout": terminal, "stderr": terminal}.items():
            monkeypatch.setattr(sys, name, stream)
        return terminal

    @pytest.mark.parametrize(
        ("typed", "code", "made"),
        [("y\n", 0, True), ("YES\n", 0, True), ("\n", 1, False), ("n\n", 1, False), ("", 1, False)],
    )
    def test_it_is_asked_for_first(
        self, world: VirtualHost, monkeypatch: pytest.MonkeyPatch, typed: str, code: int, made: bool
    ) -> None:
        """Only yes is yes."""
        shown = self.sit_down(monkeypatch, typed)
        world.add_array(paths=2)

        assert apply() == code
        assert names(world) == (["mpatha"] if made else [])
        assert ("nothing was done" in shown.getvalue()) is not made

    def test_it_may_be_answered_before(self, world: VirtualHost, monkeypatch: pytest.MonkeyPatch) -> None:
        """By ``--yes``; the progress is one line that is drawn over."""
        shown = self.sit_down(monkeypatch, "")
        world.add_array(paths=2, units=2)

        assert apply("--yes") == 0
        assert "] 2 of 2 maps, mpathb" in shown.getvalue()
        assert "create mpatha: done" not in shown.getvalue()

    def test_programs_must_say_that_they_mean_it(self, world: VirtualHost, monkeypatch: pytest.MonkeyPatch) -> None:
        """A question would stand in the middle of the record."""
        self.sit_down(monkeypatch, "y\n")
        world.add_array(paths=2)

        assert apply("-o", "json") == 2
        assert names(world) == []
        assert apply("-o", "json", "--yes") == 0
