"""Telling udev of maps that it does not know, on a real kernel with udevd."""

import subprocess
from pathlib import Path

import pytest

from multipath import Host, Map
from multipath.dm.device import DeviceInfo
from multipath.frontends.cli.main import main
from multipath.units import format_devt


def forget(device: DeviceInfo) -> None:
    """Let udev know nothing of a device."""
    subprocess.run(["udevadm", "settle"], check=True)
    Path(f"/run/udev/data/b{format_devt(device.devt)}").unlink()


def properties(name: str) -> str:
    """Return what udev knows of a map."""
    words = ["udevadm", "info", "--query=property", f"/dev/mapper/{name}"]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


@pytest.mark.kernel
class TestAMapThatUdevDoesNotKnow:
    def test_is_known_again_and_stays_as_it_is(self, host: Host, mpath: Map) -> None:
        """Number, table and failed paths; the second time nothing is done."""
        failed = mpath.table().devices[0]
        mpath.fail_path(failed)
        before = mpath.info().devt, str(mpath.table())
        forget(mpath.info())
        assert "DM_NAME" not in properties("mpatha")

        (told,) = host.announce()

        assert told.name == "mpatha"
        assert "DM_NAME=mpatha" in properties("mpatha")
        assert (mpath.info().devt, str(mpath.table())) == before
        assert mpath.status().failed_paths == {failed}
        number = mpath.info().event_nr
        assert host.announce() == ()
        assert mpath.info().event_nr == number

    def test_is_told_of_by_mpath(self, mpath: Map, capsys: pytest.CaptureFixture[str]) -> None:
        """One line for each."""
        forget(mpath.info())

        assert main(["announce"]) == 0
        assert capsys.readouterr().out == "announced mpatha\n"
        assert main(["announce"]) == 0
        assert capsys.readouterr().out == ""


@pytest.mark.kernel(udev=False)
class TestAHostWithoutUdev:
    def test_has_nobody_to_tell(self, host: Host, mpath: Map) -> None:
        """Nothing is done to the map."""
        number = mpath.info().event_nr

        assert host.announce() == ()
        assert mpath.info().event_nr == number
