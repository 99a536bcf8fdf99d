"""``mpath wait``, and the choice of maps by their paths."""

import json
from collections.abc import Iterator

import pytest

from multipath import Host, Map, MultipathTable
from multipath.frontends.cli import list as list_verb
from multipath.frontends.cli import resize, show, wait
from multipath.frontends.cli.main import main
from multipath.units import Sectors
from multipath.virtual import VirtualHost

Capture = pytest.CaptureFixture[str]
UUID = "mpath-3600140500000000000000000000a11"
GROWN = Sectors(1 << 18)


@pytest.fixture(autouse=True)
def seen(world: VirtualHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let these verbs see the machine in memory."""
    for verb in (list_verb, show, wait, resize):
        monkeypatch.setattr(verb, "Host", lambda: Host(**world.seams(), asker=world.asker()))


@pytest.fixture
def mpath(world: VirtualHost) -> Iterator[Map]:
    """Give a map of two of three paths."""
    names = [path.name for path in world.add_array(paths=3, ports=3).paths]
    with Host(**world.seams()) as host:
        yield host.create("mpatha", MultipathTable.build([names[:2]]), uuid=UUID)


class TestWait:
    @pytest.mark.parametrize(
        "words",
        [
            ["mpatha"],
            [UUID, "--paths", "2", "--paths-total", "2", "--usable", "--read-write"],
            ["none", "--gone"],
            ["--settle", "0"],
        ],
    )
    def test_says_nothing_where_all_is_so(self, mpath: Map, capsys: Capture, words: list[str]) -> None:
        """The code says it."""
        assert main(["wait", *words, "--timeout", "0"]) == 0
        assert capsys.readouterr() == ("", "")

    def test_prints_the_map_for_programs(self, mpath: Map, capsys: Capture) -> None:
        """As ``list`` does; what is gone is null."""
        assert main(["wait", "mpatha", "-o", "json"]) == 0
        assert json.loads(capsys.readouterr().out)["map"]["paths_active"] == 2
        assert main(["wait", "none", "--gone", "-o", "json"]) == 0
        assert json.loads(capsys.readouterr().out) == {"map": None}

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["mpathb"], "map 'mpathb': not so after 0 s; no device-mapper device answers to 'mpathb'"),
            (["mpatha", "--paths", "3"], "map 'mpatha': not so after 0 s; 2 of 3 paths active"),
            (
                ["mpatha", "--gone", "--path", "sda"],
                "the removal of mpatha: not so after 0 s; mpatha (253:0) is there, open nowhere; path 8:0 is there",
            ),
        ],
    )
    def test_says_in_one_line_what_is_missing(self, mpath: Map, capsys: Capture, words: list[str], said: str) -> None:
        """With the code for a time that is over."""
        assert main(["wait", *words, "--timeout", "0"]) == 6
        assert capsys.readouterr() == ("", f"mpath wait: {said}\n")

    @pytest.mark.parametrize(
        "words",
        [
            [],
            ["mpatha", "--settle", "1"],
            ["mpatha", "--gone", "--settle", "1"],
            ["mpatha", "--gone", "--usable"],
            ["--settle", "1", "--paths", "1"],
            ["mpatha", "--path", "sda"],
            ["--settle", "2", "--timeout", "1"],
            ["mpatha", "--timeout", "-1"],
            ["mpatha", "--timeout", "inf"],
            ["mpatha", "--paths", "-1"],
            ["mpatha", "--paths", "many"],
        ],
    )
    def test_refuses_what_makes_no_sense(self, capsys: Capture, words: list[str]) -> None:
        """Before anything is waited for."""
        try:
            code: object = main(["wait", *words])
        except SystemExit as left:
            code = left.code

        assert code == 2
        assert capsys.readouterr().err.count("\n") == 1


class TestTheMapOfADevice:
    @pytest.mark.parametrize("verb", ["list", "show"])
    def test_is_chosen_by_its_path(self, mpath: Map, capsys: Capture, verb: str) -> None:
        """Each map once, however it is named."""
        assert main([verb, "mpatha", "--of", "sda", "--of", "8:16", "-o", "json"]) == 0
        assert [each["name"] for each in json.loads(capsys.readouterr().out)["maps"]] == ["mpatha"]

    def test_is_not_found_where_there_is_none(self, mpath: Map, capsys: Capture) -> None:
        """The code says so; never all maps instead."""
        assert main(["list", "--of", "sdc"]) == 3
        assert capsys.readouterr() == ("", "mpath list: no map has sdc (8:32): path\n")
        assert main(["list", "--of", "sdz"]) == 3
        assert main(["list", "mpathb"]) == 3


class TestResize:
    @pytest.fixture
    def grown(self, world: VirtualHost, mpath: Map) -> Map:
        """Let the unit have twice its size."""
        world.arrays[0].luns[0].resize(GROWN)
        return mpath

    def test_tells_the_size_and_what_it_was(self, grown: Map, capsys: Capture) -> None:
        """A second time it is so already."""
        assert main(["resize", "mpatha", "--size", "128MiB"]) == 0
        assert main(["resize", UUID]) == 0
        assert capsys.readouterr().out == "mpatha: 128 MiB, was 64 MiB\nmpatha: 128 MiB, already\n"

    def test_prints_the_sizes_for_programs(self, grown: Map, capsys: Capture) -> None:
        """In bytes."""
        assert main(["resize", "mpatha", "-o", "json"]) == 0
        assert json.loads(capsys.readouterr().out)["maps"] == [
            {
                "name": "mpatha",
                "uuid": UUID,
                "size_bytes": 128 << 20,
                "size_bytes_before": 64 << 20,
                "changed": True,
            }
        ]

    def test_is_refused_with_the_list_where_a_path_is_down(
        self, world: VirtualHost, grown: Map, capsys: Capture
    ) -> None:
        """One line; the map is as it was."""
        world.arrays[0].paths[1].offline()

        assert main(["resize", "mpatha"]) == 1
        assert capsys.readouterr() == (
            "",
            "mpath resize: map mpatha: not every path is up, nothing was changed; sda (8:0): up; "
            "sdb (8:16): the kernel says offline\n",
        )
        assert grown.read().size < GROWN

    def test_goes_on_with_the_others(self, grown: Map, capsys: Capture) -> None:
        """The code is that of the first that failed."""
        assert main(["resize", "mpathb", "mpatha"]) == 3
        assert capsys.readouterr().out == "mpatha: 128 MiB, was 64 MiB\n"

    @pytest.mark.parametrize("words", [[], ["mpatha", "--size", "much"], ["mpatha", "--timeout", "nan"]])
    def test_refuses_what_makes_no_sense(self, capsys: Capture, words: list[str]) -> None:
        """Nothing is done."""
        with pytest.raises(SystemExit) as left:
            main(["resize", *words])

        assert left.value.code == 2
        assert capsys.readouterr().err.count("\n") == 1
