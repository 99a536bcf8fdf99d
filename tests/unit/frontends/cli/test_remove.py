"""``mpath remove`` on a machine in memory: what it prints, what it says, and with which code it ends."""

import json
from collections.abc import Iterator

import pytest

from multipath import Features, Host, Map, MultipathTable
from multipath.frontends.cli import remove
from multipath.frontends.cli.main import main
from multipath.virtual import VirtualArray, VirtualHost

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def seen(world: VirtualHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the verb see the machine in memory."""
    monkeypatch.setattr(remove, "Host", lambda: Host(**world.seams()))


@pytest.fixture
def array(world: VirtualHost) -> VirtualArray:
    """Give an array of two paths."""
    return world.add_array(paths=2)


@pytest.fixture
def mpath(world: VirtualHost, array: VirtualArray) -> Iterator[Map]:
    """Give a map of them that queues."""
    with Host(**world.seams()) as host:
        table = MultipathTable.build([["sda", "sdb"]], features=Features(queue_if_no_path=True))
        yield host.create("mpatha", table, uuid=f"mpath-{array.wwid}")


class TestAMap:
    def test_goes_step_by_step(self, mpath: Map, capsys: Capture) -> None:
        """One line for each."""
        assert main(["remove", "mpatha", "--paths"]) == 0
        assert capsys.readouterr().out.splitlines() == [
            "flush mpatha: done",
            "remove map mpatha: done",
            "delete path sda: done",
            "delete path sdb: done",
        ]

    def test_is_only_planned(self, mpath: Map, array: VirtualArray, capsys: Capture) -> None:
        """Each step with its reason, and nothing done."""
        assert main(["remove", "mpatha", "--dry-run"]) == 0
        assert capsys.readouterr().out.splitlines() == [
            f"detach mpatha ({array.wwid})",
            "  1. flush mpatha (253:0): what is cached is written to its unit",
            "  2. remove map mpatha (253:0)",
        ]
        assert mpath.info().live_table

    def test_is_told_to_programs(self, mpath: Map, capsys: Capture) -> None:
        """The plan, and what became of it."""
        assert main(["remove", "mpatha", "-o", "json"]) == 0

        told = json.loads(capsys.readouterr().out)
        assert [step["outcome"] for step in told["report"]["steps"]] == ["done", "done"]
        assert (told["report"]["leftovers"], told["plan"]["missing"]) == ([], [])

    def test_that_is_not_there_is_code_3_unless_that_is_fine(self, capsys: Capture) -> None:
        """One line, and the others are done all the same."""
        assert main(["remove", "nosuch"]) == 3
        assert main(["remove", "nosuch", "--if-exists"]) == 0
        assert capsys.readouterr().err == "mpath remove: nothing answers to 'nosuch': gone already, or never there\n"

    @pytest.mark.parametrize("more", [[], ["--dry-run"], ["-o", "json"]])
    def test_that_is_open_is_code_4_when_time_is_up(
        self, mpath: Map, world: VirtualHost, more: list[str], capsys: Capture
    ) -> None:
        """Who has it open may end; a plan alone waits for nobody."""
        with world.open("mpatha"):
            code = main(["remove", "mpatha", "--patience", "0", *more])

        said = capsys.readouterr()
        assert code == (0 if "--dry-run" in more else 4)
        assert said.err.count("\n") == (0 if "--dry-run" in more else 1)
        assert "process" in said.out + said.err
        assert mpath.table().features.queue_if_no_path

    def test_without_a_path_is_refused_with_the_option(self, mpath: Map, capsys: Capture) -> None:
        """By the word that the command line has for it."""
        for path in ("sda", "sdb"):
            mpath.fail_path(path)

        assert main(["remove", "mpatha"]) == 1
        assert "--ghosts allows it" in capsys.readouterr().err
        assert main(["remove", "mpatha", "--ghosts"]) == 0


class TestAFaultOfUsage:
    @pytest.mark.parametrize(
        "words",
        [
            ["mpatha", "--deferred", "--paths"],
            ["mpatha", "--timeout", "never"],
            ["mpatha", "--patience", "-1"],
            ["mpatha", "--timeout", "nan"],
            [],
        ],
    )
    def test_is_code_2_and_nothing_is_done(self, mpath: Map, words: list[str], capsys: Capture) -> None:
        """In one line."""
        try:
            code = main(["remove", *words])
        except SystemExit as ended:
            code = int(str(ended.code))

        assert code == 2
        assert capsys.readouterr().err.count("\n") == 1
        assert mpath.info().live_table
