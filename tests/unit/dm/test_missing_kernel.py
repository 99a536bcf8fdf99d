"""A machine whose kernel has no device-mapper."""

from pathlib import Path

import pytest

from multipath import Control, Host, errors
from multipath.dm import control, nodes


class TestAKernelWithoutDeviceMapper:
    @pytest.fixture(autouse=True)
    def no_device_mapper(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """Give a /proc/misc that does not list device-mapper, and no control node."""
        (tmp_path / "misc").write_text(" 62 rfkill\n227 mcelog\n")
        monkeypatch.setattr(control, "make_control_node", lambda path: nodes.make_control_node(path, tmp_path / "misc"))

    def test_says_so_and_what_to_do(self, tmp_path: Path) -> None:
        """The error names the node, keeps the errno, and names the module; no node is made."""
        with pytest.raises(errors.DeviceMapperMissing, match=r"mapper/control: .*ENOENT.*module dm_mod") as missing:
            Control(str(tmp_path / "mapper/control"))

        assert missing.value.errno == 2
        assert not (tmp_path / "mapper").exists()

    def test_still_lists_paths(self, tmp_path: Path) -> None:
        """What sysfs tells needs no device-mapper."""
        with Host(sysfs=tmp_path) as host:
            assert host.paths() == ()
