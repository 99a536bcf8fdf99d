"""What is read of a text that somebody saved: all that is of it, and nothing that is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.multipathd.map import DaemonGroup, DaemonMap
from multipath.multipathd.path import DaemonPath
from multipath.multipathd.saved_topology import read_topology
from multipath.multipathd.topology import write_maps

TEXT = """\
Nov 26 12:00:01 | sdz: prio = const (setting: emergency fallback)
mpatha (3600140500000a11) dm-3 LIO-ORG,VIRTUAL-DISK
size=64M features='2 queue_if_no_path retain_attached_hw_handler' hwhandler='1 alua' wp=rw
|-+- policy='service-time 0' prio=50 status=active
| |- 0:0:0:1 sda 8:0   active ready running
Nov 26 12:00:02 | error calling out /lib/udev/scsi_id
| `- 1:0:0:1 sdb 8:16  active i/o pending running
`-+- policy='service-time 0' prio=-1 status=enabled
  `- 2:0:0:1 sdc 8:32  failed faulty offline
reload: 3600140500000b22 dm-4 ##,##
size=1.0T features='0' hwhandler='0' wp=ro
mpathc (1ATA     disk of (two) parts) dm-5 ATA,disk of, commas
size=10G features='0' hwhandler='0' wp=undef
`-+- policy='round-robin 0' prio=0 status=active
  `- #:#:#:# -   #:#   failed undef unknown
"""


class TestASavedText:
    def test_gives_maps_groups_and_paths(self) -> None:
        """In multipathd's words; the active paths are counted."""
        first, second, third = read_topology(TEXT).maps

        assert (first.name, first.wwid, first.node, first.size) == ("mpatha", "3600140500000a11", "dm-3", "64M")
        assert (first.inquiry, first.hardware_handler, first.read_only) == ("LIO-ORG,VIRTUAL-DISK", "1 alua", False)
        assert [(each.number, each.priority, each.state) for each in first.groups] == [
            (1, 50, "active"),
            (2, -1, "enabled"),
        ]
        assert [path.checker_state for group in first.groups for path in group.paths] == [
            "ready",
            "i/o pending",
            "faulty",
        ]
        assert [path.hctl for path in first.groups[0].paths] == ["0:0:0:1", "1:0:0:1"]
        assert first.paths_active == 2
        assert (second.name, second.wwid, second.action) == ("3600140500000b22", "3600140500000b22", "reload")
        assert (second.groups, second.read_only) == ((), True)
        assert (third.wwid, third.inquiry) == ("1ATA     disk of (two) parts", "ATA,disk of, commas")
        assert (third.groups[0].paths[0].hctl, third.paths_active) == (None, 0)

    def test_keeps_what_was_logged_apart(self) -> None:
        """Wherever it stood."""
        assert [line[18:22] for line in read_topology(TEXT).other] == ["sdz:", "erro"]

    def test_that_is_cut_short_gives_what_is_whole(self) -> None:
        """A map is one when its second line is there."""
        cut = TEXT[: TEXT.index("size=1.0T")]

        saved = read_topology(cut)
        assert [each.name for each in saved.maps] == ["mpatha"]
        assert saved.other[-1].startswith("reload: ")

    def test_of_native_nvme_is_read_too(self) -> None:
        """What multipath-tools shows of another driver's paths."""
        (found,) = read_topology(
            "uuid.0d25f5 [nvme]:nvme0n1 NVMe,Linux,6.1\n"
            "size=134217728 features='n/a' hwhandler='ANA' wp=rw\n"
            "`-+- policy='n/a' prio=50 status=optimized\n"
            "  `- 0:1:1    nvme0c0n1  0:0 n/a optimized live\n"
        ).maps

        assert (found.node, found.groups[0].paths[0].name, found.paths_active) == ("[nvme]:nvme0n1", "nvme0c0n1", 0)


class TestSavedJson:
    """HPE's driver fell over lines that a release printed before it, and over JSON that was cut short."""

    def test_gives_the_maps_whatever_stands_around_it(self) -> None:
        """As the daemon's answer does."""
        found = DaemonMap("mpatha", "36001", "dm-0", groups=(DaemonGroup(1, paths=(DaemonPath("sda"),)),))
        text = f"multipath.conf line 3: option is deprecated\n{write_maps([found])}\nok\n"

        saved = read_topology(text)

        assert saved.maps == (found,)
        assert saved.other == ("multipath.conf line 3: option is deprecated", "ok")

    def test_that_is_cut_short_gives_no_map(self) -> None:
        """Half of a truth is none; its lines are left."""
        text = write_maps([DaemonMap("mpatha", "36001", "dm-0")])[:-30]

        saved = read_topology(text)

        assert saved.maps == ()
        assert saved.other == tuple(line.rstrip() for line in text.splitlines() if line.strip())


@pytest.mark.parametrize(
    "text", ["", "\n\n", "error receiving packet\n", "ok\n", "DM multipath kernel driver not loaded\n"]
)
def test_an_answer_that_is_no_topology_gives_no_map(text: str) -> None:
    """It stands in what is left, where there is any."""
    saved = read_topology(text)

    assert saved.maps == ()
    assert "\n".join(saved.other) == text.strip()


@given(st.lists(st.sampled_from(TEXT.splitlines()) | st.text(max_size=60), max_size=12))
def test_any_text_is_read(lines: list[str]) -> None:
    """No line is lost: each is of a map, or left."""
    text = "\n".join(lines)
    saved = read_topology(text)

    taken = sum(2 + sum(1 + len(group.paths) for group in each.groups) for each in saved.maps)
    assert taken + len(saved.other) == len([line for line in text.splitlines() if line.strip()])
