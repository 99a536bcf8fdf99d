"""What INQUIRY and the pages of vital product data said of a SCSI disk."""

import os

import pytest

from multipath.paths.discover import discover
from multipath.paths.path import Path

from .world import NAA, Sysfs, Unit


def only(sysfs: Sysfs) -> Path:
    """Return the one path that there is."""
    (path,) = discover(sysfs.root)
    return path


class TestASCSIDisk:
    def test_says_what_it_is(self, sysfs: Sysfs) -> None:
        """The strings that configuration entries are matched with."""
        sysfs.add_fc("sda", "8:0", unit=Unit(vendor="ACME", model="Array 9000", revision="7", serial="  7F00  "))

        path = only(sysfs)

        assert (path.vendor, path.model, path.revision, path.serial) == ("ACME", "Array 9000", "7", "7F00")
        assert path.designator == f"naa.{NAA.hex()}"

    def test_says_which_group_of_ports_answered(self, sysfs: Sysfs) -> None:
        """And how the array moves units between groups."""
        sysfs.add_fc("sda", "8:0", unit=Unit(tpgs=3, group=257, port=5))

        path = only(sysfs)

        assert (path.tpgs, path.port_group, path.relative_port) == (3, 257, 5)

    def test_has_an_access_state_where_a_handler_is_attached(self, sysfs: Sysfs) -> None:
        """In the kernel's words."""
        sysfs.add_fc("sda", "8:0", unit=Unit(access_state="standby", preferred=1))

        path = only(sysfs)

        assert (path.handler, path.access_state, path.preferred) == ("alua", "standby", True)

    def test_has_none_without_a_handler(self, sysfs: Sysfs) -> None:
        """A detached one is none."""
        sysfs.add_fc("sda", "8:0", unit=Unit(tpgs=0))

        path = only(sysfs)

        assert (path.tpgs, path.handler, path.access_state, path.preferred) == (0, None, None, False)

    def test_may_refuse_writes(self, sysfs: Sysfs) -> None:
        """As the block layer says."""
        sysfs.write(sysfs.add_fc("sda", "8:0"), ro=1)

        assert only(sysfs).read_only

    def test_may_be_no_disk(self, sysfs: Sysfs) -> None:
        """A CD drive is on the bus, and not on a bus that multipath builds maps of."""
        sysfs.add_ata("sr0", "11:0")

        assert (only(sysfs).bus, only(sysfs).protocol, only(sysfs).hctl) == ("undef", "undef", "2:0:0:0")


class TestASCSIDiskThatSaysLittle:
    @pytest.mark.parametrize(("rev", "revision"), [("", "UNKNOWN"), ("    ", ""), ("1.0 ", "1.0"), (" 2", " 2")])
    def test_is_of_unknown_make(self, sysfs: Sysfs, rev: str, revision: str) -> None:
        """As multipath-tools names what has no vendor; a revision may be blank."""
        folder = sysfs.add_scsi("sda", "8:0", vendor="        ", **({"rev": rev} if rev else {}))
        (folder / "device/model").unlink()

        assert (only(sysfs).vendor, only(sysfs).model, only(sysfs).revision) == ("UNKNOWN", "UNKNOWN", revision)

    @pytest.mark.parametrize("inquiry", [b"", b"\0\0\6\2\x5b"])
    def test_may_not_have_said_who_changes_access_states(self, sysfs: Sysfs, inquiry: bytes) -> None:
        """An INQUIRY of five bytes is one of a device that cannot be asked more."""
        sysfs.add_scsi("sda", "8:0", inquiry=inquiry)

        assert only(sysfs).tpgs is None


class TestASCSIDiskThatSaysNonsense:
    @pytest.mark.parametrize("name", ["vendor", "model", "rev", "state", "wwid", "dh_state", "access_state"])
    @pytest.mark.parametrize("text", [b"\x1b]0;owned\x07", b"caf\xe9", b"\0\0\0", b"A\nB", "\u202eecila".encode()])
    def test_moves_no_cursor(self, sysfs: Sysfs, name: str, text: bytes) -> None:
        """Every text of a path can be printed."""
        sysfs.add_fc("sda", "8:0", unit=Unit())
        sysfs.write(sysfs.root / "block/sda/device", **{name: text})

        path = only(sysfs)

        assert all(value.isprintable() for value in texts(path))

    @pytest.mark.parametrize("name", ["vpd_pg80", "vpd_pg83", "inquiry"])
    @pytest.mark.parametrize("data", [b"", b"\0", b"\0\x83", b"\0\x83\xff\xff", b"\x7f" * 5000, bytes(range(256))])
    def test_is_a_path_all_the_same(self, sysfs: Sysfs, name: str, data: bytes) -> None:
        """Pages that are cut, too long, or noise."""
        sysfs.add_fc("sda", "8:0", unit=Unit())
        sysfs.write(sysfs.root / "block/sda/device", **{name: data})

        assert only(sysfs).vendor == "LIO-ORG"

    def test_may_have_a_pipe_for_an_attribute(self, sysfs: Sysfs) -> None:
        """Nobody waits for it."""
        folder = sysfs.add_fc("sda", "8:0")
        (folder / "device/state").unlink()
        os.mkfifo(folder / "device/state")

        assert only(sysfs).state is None

    def test_may_have_a_page_longer_than_the_kernel_gives_at_a_time(self, sysfs: Sysfs) -> None:
        """It is read to its end."""
        page = bytes((0, 0x83)) + (6000).to_bytes(2, "big") + bytes(6000)
        sysfs.write(sysfs.add_fc("sda", "8:0") / "device", vpd_pg83=page)

        assert only(sysfs).vpd_83 == page


def texts(path: Path) -> list[str]:
    """Return every text of a path."""
    values = (getattr(path, name) for name in Path.__slots__ if name != "udev")
    return [value for value in values if isinstance(value, str)]
