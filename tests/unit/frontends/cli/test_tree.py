"""Maps as people see them: golden texts in, lines out."""

from multipath._native import codec
from multipath.frontends.cli.record import map_record, map_tree
from multipath.frontends.cli.terminal import plain
from multipath.frontends.cli.tree import rows, tree

from .snapshots import NO_GROUPS, ONE_GROUP, TWO_GROUPS, brief, snapshot

DEVICES = {"8:0": brief(), "8:32": brief("sdaa", vendor="\x1b[31m")}


def shown(texts: tuple[str, str], name: str = "mpatha", uuid: str = "mpath-3600140500000000") -> list[str]:
    """Return the tree of a map as plain lines."""
    return [plain(line) for line in tree(map_tree(snapshot(texts, name=name, uuid=uuid), DEVICES))]


class TestTheTreeOfAMap:
    def test_shows_groups_and_paths_in_columns(self) -> None:
        """A path that sysfs does not have is there, too."""
        assert shown(ONE_GROUP) == [
            "mpatha (mpath-3600140500000000) dm-7 253:7 64 MiB, 1 of 2 paths active, queueing, handler alua",
            "└─ group 1 active, service-time",
            "   ├─ sda  8:0   0:0:0:0  active  running       failed 0x  4 KiB in flight, throughput 1  "
            "Linux scsi_debug",
            "   └─ ?    8:16  -        failed  not in sysfs  failed 3x  0 B in flight, throughput 1",
        ]

    def test_joins_its_groups(self) -> None:
        """The stem goes on to the last group."""
        lines = shown(TWO_GROUPS)

        assert lines[1:3] == [
            "├─ group 1 active, queue-length",
            "│  └─ sda   8:0   0:0:0:0  active  running       failed 0x   7 I/Os in flight  Linux scsi_debug",
        ]
        assert lines[3] == "└─ group 2 disabled, round-robin"

    def test_escapes_what_a_device_says(self) -> None:
        """A vendor string is text of a stranger."""
        assert shown(TWO_GROUPS)[-1].endswith("\\x1b[31m scsi_debug")

    def test_escapes_a_name(self) -> None:
        """So is the name of a map: the kernel takes nearly any byte."""
        assert shown(NO_GROUPS, name="a\nb", uuid="\x07") == [
            "a\\nb (\\x07) dm-7 253:7 64 MiB, 0 of 0 paths active, not queueing"
        ]

    def test_says_what_is_unusual(self) -> None:
        """Suspended, read-only."""
        flags = codec.FLAG_SUSPEND | codec.FLAG_READONLY
        (line,) = tree(map_tree(snapshot(NO_GROUPS, flags=flags), {}))

        assert plain(line).endswith("not queueing, suspended, read-only")


class TestTheList:
    def test_has_one_line_for_each_map_in_columns(self) -> None:
        """The last column is as long as it is."""
        records = [map_record(snapshot()), map_record(snapshot(TWO_GROUPS, name="b", uuid=""))]

        assert [plain(line) for line in rows(records)] == [
            "mpatha  dm-7  64 MiB  1 of 2 paths active  queueing      running  mpath-3600140500000000",
            "b       dm-7  64 MiB  3 of 3 paths active  not queueing  running  -",
        ]

    def test_of_nothing_is_empty(self) -> None:
        """No header, no line."""
        assert rows([]) == []
