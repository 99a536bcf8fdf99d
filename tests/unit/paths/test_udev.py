"""Udev's database, as files beside sysfs."""

from collections.abc import Mapping
from pathlib import Path as Folder

import pytest

from multipath.paths.discover import discover
from multipath.paths.udev import UdevDatabase
from multipath.units import DevT, devt

from .world import Sysfs

SDA = devt(8, 0)


def properties(sysfs: Sysfs) -> Mapping[str, str] | None:
    """Return the properties of the first path."""
    return discover(sysfs.root)[0].udev


class TestAHostWithUdev:
    def test_has_properties_of_what_is_in_the_database(self, sysfs: Sysfs) -> None:
        """In the order of their names, as libudev lists them."""
        sysfs.add_fc("sda", "8:0")
        sysfs.udev("8:0", ID_WWN="0x6001", ID_SERIAL="36001", ID_MODEL="a=b")

        found = properties(sysfs)

        assert found is not None
        assert [name for name in found if name.startswith("ID_")] == ["ID_MODEL", "ID_SERIAL", "ID_WWN"]
        assert (found["ID_MODEL"], found["SUBSYSTEM"], found["USEC_INITIALIZED"]) == ("a=b", "block", "1000000")

    def test_has_none_of_what_is_not(self, sysfs: Sysfs) -> None:
        """A device that udevd has not handled yet."""
        sysfs.add_fc("sda", "8:0")
        sysfs.udev("8:16", ID_SERIAL="36001")

        assert properties(sysfs) is None

    def test_adds_what_the_kernel_says(self, sysfs: Sysfs) -> None:
        """As libudev does."""
        folder = sysfs.add_fc("sda", "8:0")
        sysfs.write(folder, uevent="MAJOR=8\nMINOR=0\nDEVNAME=sda\nDEVTYPE=disk")
        sysfs.udev("8:0", ID_SERIAL="36001")

        found = properties(sysfs)

        assert found is not None
        assert (found["DEVNAME"], found["DEVTYPE"]) == ("/dev/sda", "disk")
        assert found["DEVPATH"] == f"/{folder.relative_to(sysfs.root)}"

    def test_reads_links_and_tags(self, sysfs: Sysfs, tmp_path: Folder) -> None:
        """Other kinds of lines are udevd's own business."""
        (tmp_path / "b8:0").write_text(
            "S:disk/by-id/one\nS:disk/by-id/two\nL:50\nG:systemd\nQ:systemd\nV:1\nE:odd\nx\n"
        )

        found = UdevDatabase(sysfs.root, tmp_path).properties(SDA, "/sys/block/sda")

        assert found is not None
        assert found["DEVLINKS"] == "/dev/disk/by-id/one /dev/disk/by-id/two"
        assert (found["TAGS"], found["CURRENT_TAGS"]) == (":systemd:", ":systemd:")
        assert "odd" not in found

    @pytest.mark.parametrize("value", ["\udcff\udcfe", "\x1b[2J"])
    def test_keeps_bytes_as_they_are(self, sysfs: Sysfs, value: str) -> None:
        """What a rule compares must be what the rule's author saw; whoever prints it escapes it."""
        sysfs.add_fc("sda", "8:0")
        sysfs.udev("8:0", ID_SERIAL=value)

        found = properties(sysfs)

        assert found is not None
        assert found["ID_SERIAL"] == value


class TestAHostWithoutUdev:
    def test_has_no_properties(self, sysfs: Sysfs) -> None:
        """An installer's environment, before udevd starts."""
        sysfs.add_fc("sda", "8:0")

        assert properties(sysfs) is None


class TestAnotherReader:
    def test_is_asked_instead(self, sysfs: Sysfs) -> None:
        """Of a program that has its own: libudev, for example."""
        folder = sysfs.add_fc("sda", "8:0")

        class Library:
            """Knows every device by its folder."""

            def properties(self, devt: DevT, folder: str) -> Mapping[str, str]:
                return {"FOLDER": folder}

        (path,) = discover(sysfs.root, udev=Library())

        assert path.udev == {"FOLDER": str(folder)}
