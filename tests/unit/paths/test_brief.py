"""A path device in brief: what one line about it tells."""

from typing import Any

import pytest

from multipath import Path
from multipath.paths.brief import PathBrief, path_brief
from multipath.paths.discover import discover
from multipath.units import devt
from multipath.virtual import VirtualHost

from .world import Sysfs, Unit


def shown(path: Path) -> PathBrief:
    """Return what a brief is to have of a path."""
    return PathBrief(path.name, path.hctl, path.state, path.vendor, path.model, path.designator, path.size)


class TestABrief:
    def test_has_what_the_whole_path_has(self, sysfs: Sysfs) -> None:
        """Also where vendor and model are blank, or would move a cursor."""
        sysfs.add_scsi("sda", "8:0", "2:0:1:7", 131072, wwid="naa.600140500000000000000000000000a1")
        sysfs.add_scsi("sdb", "8:16", "2:0:1:8", vendor=" " * 8, model="", state="offline")
        hostile: Any = Unit(vendor="AC\x1b[2J").attributes()
        blank: Any = Unit(vendor="", model="").attributes()
        sysfs.add_scsi("sdc", "8:32", "2:0:1:9", **hostile)
        sysfs.add_scsi("sdd", "8:48", "2:0:1:10", **blank)
        (sysfs.add("nvme0n1", "259:0", wwid="eui.0123456789abcdef") / "device").mkdir()

        paths = discover(sysfs.root)

        assert len(paths) == 5
        assert [path_brief(path.devt, sysfs.root) for path in paths] == list(map(shown, paths))

    def test_agrees_in_a_virtual_world(self) -> None:
        """Whose sysfs is laid out as the kernel's."""
        with VirtualHost() as world:
            world.add_array(paths=4)
            sysfs = world.seams()["sysfs"]

            paths = discover(sysfs)

            assert len(paths) == 4
            assert [path_brief(path.devt, sysfs) for path in paths] == list(map(shown, paths))

    def test_leaves_the_identity_out_where_it_is_not_shown(self, sysfs: Sysfs) -> None:
        """Each attribute of thousands of paths counts."""
        sysfs.add_scsi("sda", "8:0", "2:0:1:7", 131072, wwid="naa.600140500000000000000000000000a1")

        assert path_brief(devt(8, 0), sysfs.root, identity=False) == PathBrief(
            "sda", "2:0:1:7", "running", "LIO-ORG", "disk"
        )


class TestANumber:
    def test_of_no_device_has_none(self, sysfs: Sysfs) -> None:
        """A path that went away, and is still in its map."""
        assert path_brief(devt(8, 16), sysfs.root) is None

    def test_of_a_map_has_none(self, sysfs: Sysfs) -> None:
        """No driver found it."""
        sysfs.add("dm-0", "253:0")

        assert path_brief(devt(253, 0), sysfs.root) is None

    @pytest.mark.parametrize("gone", ["state", "device"])
    def test_of_a_device_that_goes_away_has_none(self, sysfs: Sysfs, gone: str) -> None:
        """Its folder may be there a moment longer."""
        folder = sysfs.add_scsi("sda", "8:0")
        device = (folder / "device").resolve()

        (device / "state").unlink() if gone == "state" else device.rename(f"{device}.gone")

        assert path_brief(devt(8, 0), sysfs.root) is None
