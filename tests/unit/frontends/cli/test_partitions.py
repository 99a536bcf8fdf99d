"""``mpath partitions`` on a machine in memory."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from multipath import Features, Host, Map, MultipathTable
from multipath.frontends.cli import partitions
from multipath.frontends.cli import remove as removal
from multipath.frontends.cli.main import main
from multipath.virtual import VirtualHost
from tests.unit.wire.partition_images import DISK, LINUX, Image, Slot, own_guid

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualHost]:
    """Give a machine in memory, which is the one that the verbs see."""
    with VirtualHost() as world:
        world.add_array(paths=2)
        for verb in (partitions, removal):
            monkeypatch.setattr(verb, "Host", lambda: Host(**world.seams()))
        yield world


@pytest.fixture
def mpath(world: VirtualHost) -> Map:
    """Give a map with a GPT of two partitions."""
    table = MultipathTable.build(
        [[path.name for path in world.arrays[0].paths]], features=Features(queue_if_no_path=True)
    )
    made = Host(**world.seams()).create("mpatha", table, uuid="mpath-3600")
    write(world, (2048, 4095, "root"), (4096, 4103, "a\x1b[31m"))
    return made


def write(world: VirtualHost, *slots: Slot) -> None:
    """Write a GPT, or without partitions none."""
    with world.open("mpatha") as disk:
        image = Image(disk.size)
        disk.write(0, bytes((image.gpt(*slots) if slots else image).data))


def printed(capsys: Capture, *words: str) -> Any:
    """Return the JSON that ``mpath partitions`` prints; it must succeed."""
    assert main(["partitions", *words, "-o", "json"]) == 0
    return json.loads(capsys.readouterr().out)["maps"]


@pytest.mark.usefixtures("mpath")
class TestList:
    def test_tells_what_is_there(self, capsys: Capture) -> None:
        """Of each partition whether it has a map; labels cannot harm a terminal."""
        assert main(["partitions", "list"]) == 0
        assert capsys.readouterr() == (
            f"mpatha: gpt table  {DISK}  blocks of 512 bytes\n"
            f"  1  -  sector 2048  1 MiB  {LINUX}  root  no map\n"
            f"  2  -  sector 4096  4 KiB  {LINUX}  a\\x1b[31m  no map\n",
            "",
        )

    def test_tells_programs_the_same(self, capsys: Capture) -> None:
        """With what of it is mapped."""
        main(["partitions", "add", "mpatha"])
        capsys.readouterr()
        (record,) = printed(capsys, "list", "mpatha")

        assert (record["map"], record["table"], record["table_uuid"]) == ("mpatha", "gpt", DISK)
        assert record["partitions"][0] == {
            "number": 1,
            "start_bytes": 1 << 20,
            "size_bytes": 1 << 20,
            "type": LINUX,
            "label": "root",
            "partuuid": own_guid(1),
            "name": "mpatha1",
            "device_number": "253:1",
            "uuid": "part1-mpath-3600",
        }

    def test_tells_what_is_left_of_a_wiped_table(self, world: VirtualHost, capsys: Capture) -> None:
        """The maps are there, and no partitions."""
        main(["partitions", "add", "mpatha"])
        write(world)
        capsys.readouterr()
        main(["partitions", "list", "mpatha"])

        lines = capsys.readouterr().out.splitlines()
        assert lines[0] == "mpatha: no partition table"
        assert lines[1] == "  1  mpatha1  sector 2048  1 MiB  no partition"

    def test_tells_the_maps_where_the_table_is_out_of_reach(
        self, world: VirtualHost, mpath: Map, capsys: Capture
    ) -> None:
        """In one line of complaint; the map is not read."""
        main(["partitions", "add", "mpatha"])
        for path in world.arrays[0].paths:
            mpath.fail_path(path.name)
        capsys.readouterr()

        assert main(["partitions", "list", "mpatha"]) == 1
        out, err = capsys.readouterr()
        assert out.splitlines()[:2] == [
            "mpatha: its partition table was not read",
            "  1  mpatha1  sector 2048  1 MiB",
        ]
        assert err.count("\n") == 1
        assert "no usable path" in err


@pytest.mark.usefixtures("mpath")
class TestAChange:
    def test_is_told_and_made(self, world: VirtualHost, capsys: Capture) -> None:
        """Line by line; a second time there is none."""
        for expected in (
            "create mpatha-part1: 0 2048 linear 253:0 2048\ncreate mpatha-part2: 0 8 linear 253:0 4096\n",
            "",
        ):
            assert main(["partitions", "add", "--delimiter=-part", "mpatha"]) == 0
            assert capsys.readouterr() == (expected, "")
        assert len(world.control.devices()) == 3

    def test_can_be_told_alone(self, world: VirtualHost, capsys: Capture) -> None:
        """For people and for programs."""
        (record,) = printed(capsys, "update", "--dry-run", "mpatha")

        assert record["changes"][1] == {
            "action": "create",
            "number": 2,
            "name": "mpatha2",
            "old_name": None,
            "table": "0 8 linear 253:0 4096",
        }
        assert len(world.control.devices()) == 1

    def test_follows_the_table(self, world: VirtualHost, capsys: Capture) -> None:
        """Also where there is none any more."""
        main(["partitions", "add", "--read-only", "mpatha"])
        assert world.control.info("mpatha1").read_only
        write(world)
        capsys.readouterr()

        assert main(["partitions", "update", "mpatha"]) == 0
        assert capsys.readouterr().out == "remove mpatha1\nremove mpatha2\n"

    def test_of_all_needs_no_table(self, world: VirtualHost, capsys: Capture) -> None:
        """They are removed."""
        main(["partitions", "add", "mpatha"])
        capsys.readouterr()

        assert main(["partitions", "remove", "mpatha"]) == 0
        assert capsys.readouterr().out == "remove mpatha1\nremove mpatha2\n"
        assert len(world.control.devices()) == 1

    def test_in_use_is_busy(self, world: VirtualHost, capsys: Capture) -> None:
        """Code 4, one line, and nothing was done."""
        main(["partitions", "add", "mpatha"])
        capsys.readouterr()
        with world.open("mpatha2"):
            assert main(["partitions", "remove", "mpatha"]) == 4

        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        assert len(world.control.devices()) == 3

    def test_of_what_is_no_map_changes_nothing(self, world: VirtualHost, capsys: Capture) -> None:
        """Not the other map either."""
        assert main(["partitions", "add", "mpatha", "nothing"]) == 3
        assert "nothing" in capsys.readouterr().err
        assert len(world.control.devices()) == 1


@pytest.mark.usefixtures("mpath")
class TestRemovingAMap:
    def test_takes_its_partitions_along(self, world: VirtualHost) -> None:
        """All of it, or nothing."""
        main(["partitions", "add", "mpatha"])

        assert main(["remove", "mpatha"]) == 0
        assert world.control.devices() == []
