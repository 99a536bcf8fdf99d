"""Paths of a real kernel: what udev, scsi_id and sg3_utils say of them, and what discovery says."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path as Folder

import pytest

from multipath.paths.brief import PathBrief, path_brief
from multipath.paths.commands import KernelCommands
from multipath.paths.discover import discover
from multipath.paths.libudev import Libudev
from multipath.paths.path import Path
from multipath.paths.sysfs import SYSFS
from multipath.paths.udev import UdevDatabase
from multipath.paths.wwid import ask_devices, identify_wwid
from multipath.wire.vpd import wwid_of_page

from .loopback import SERIAL, loopback

pytestmark = pytest.mark.kernel

DRIVER = Folder("/sys/bus/pseudo/drivers/scsi_debug")
SCSI_ID = "/lib/udev/scsi_id"


def tool(*command: str) -> str:
    """Return what a tool prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


@contextmanager
def another_host(**parameters: object) -> Iterator[Path]:
    """Add a host with other parameters to the driver, and give its first disk."""
    before = {path.name for path in discover()}
    kept = {name: (DRIVER / name).read_text() for name in parameters}
    try:
        for name, value in parameters.items():
            (DRIVER / name).write_text(f"{value}\n")
        (DRIVER / "add_host").write_text("1\n")
        subprocess.run(["udevadm", "settle"], check=True)
        yield next(path for path in discover() if path.name not in before)
    finally:
        for name, value in kept.items():
            (DRIVER / name).write_text(value)
        (DRIVER / "add_host").write_text("-1\n")
        subprocess.run(["udevadm", "settle"], check=True)


def designators(path: Path) -> dict[str, str]:
    """Return the designators of a path as sg_inq exports them."""
    lines = tool("sg_inq", "--export", "--page=0x83", f"/dev/{path.name}").splitlines()
    return dict(line.partition("=")[::2] for line in lines)


def same(one: dict[str, str], other: dict[str, str]) -> bool:
    """Tell whether two readers gave the same properties; links and tags have no order."""
    return {name: sorted(value.split()) if name == "DEVLINKS" else value for name, value in one.items()} == {
        name: sorted(value.split()) if name == "DEVLINKS" else value for name, value in other.items()
    }


class TestThePropertiesOfUdev:
    def test_are_those_of_libudev(self) -> None:
        """From its files, name by name, and in its order."""
        files, library = UdevDatabase(SYSFS), Libudev()

        for path in discover():
            folder = os.path.realpath(f"/sys/block/{path.name}")
            ours, theirs = files.properties(path.devt, folder), library.properties(path.devt, folder)

            assert ours is not None
            assert theirs is not None
            assert same(dict(ours), dict(theirs))
            assert path.udev is not None
            assert same(dict(ours), dict(path.udev))
            assert list(ours) == sorted(ours)

    def test_are_those_of_udevadm(self) -> None:
        """The tool that everybody asks."""
        for path in discover():
            lines = tool("udevadm", "info", "--query=property", f"/dev/{path.name}").splitlines()

            assert path.udev is not None
            assert same(dict(path.udev), dict(line.partition("=")[::2] for line in lines))


class TestTheFactsOfAPath:
    def test_are_those_of_sg3_utils(self) -> None:
        """Vendor, product, revision, serial number, and who changes access states."""
        for path in discover():
            said = dict(line.strip().partition(": ")[::2] for line in tool("sg_inq", f"/dev/{path.name}").splitlines())

            assert (path.vendor, path.model, path.revision) == (
                said["Vendor identification"].strip(),
                said["Product identification"].strip(),
                said["Product revision level"].strip(),
            )
            assert path.serial == tool("sg_vpd", "--page=sn", "--quiet", f"/dev/{path.name}").partition(":")[2].strip()
            assert f"TPGS={path.tpgs}" in tool("sg_inq", f"/dev/{path.name}")

    def test_have_the_ports_that_sg3_utils_reads(self) -> None:
        """Of page 0x83."""
        for path in discover():
            text = tool("sg_vpd", "--page=di_port", f"/dev/{path.name}")
            said = dict(line.strip().partition(": ")[::2] for line in text.splitlines())

            assert (path.relative_port, path.port_group) == (
                int(said["Relative target port"], 0),
                int(said["Target port group"], 0),
            )


class TestTheWwidOfAPath:
    def test_is_what_the_device_says_now(self) -> None:
        """The kernel's page is the device's own."""
        paths = discover()

        pages = ask_devices(paths, KernelCommands())

        assert {path.devt: path.vpd_83 for path in paths} == dict(pages)

    @pytest.mark.parametrize("hostno", [0, 1])
    def test_is_the_same_with_udev_and_without(self, hostno: int) -> None:
        """The rules of sg3_utils choose as multipath-tools does: a locally assigned NAA name comes last."""
        with another_host(vpd_use_hostno=hostno) as path:
            said, udev, kernel = designators(path), identify_wwid(path, "ID_SERIAL"), identify_wwid(path, "")

        assert udev is not None
        assert kernel is not None
        assert udev.value == kernel.value == f"1{said['SCSI_IDENT_LUN_T10']}"
        assert (udev.source, kernel.source) == ("udev ID_SERIAL", "sysfs vpd_pg83")

    def test_is_not_that_of_scsi_id(self) -> None:
        """Which takes any NAA name before all others; of other units, both choose alike."""
        path = discover()[0]

        assert tool(SCSI_ID, "--whitelisted", "--page=0x83", f"--device=/dev/{path.name}").strip() == (
            f"3{designators(path)['SCSI_IDENT_LUN_NAA_LOCAL']}"
        )
        assert designators(path)["SCSI_IDENT_LUN_T10"] in str(wwid_of_page(path.vpd_83))


class TestAUnitOfTheKernelsOwnTarget:
    def test_has_its_groups(self, tmp_path: Folder) -> None:
        """Two paths to one unit, each by a host and a group of its own; its WWID is that of scsi_id."""
        before = {path.name for path in discover()}
        with loopback(tmp_path):
            found = [path for path in discover() if path.name not in before]
            theirs = [tool(SCSI_ID, "--whitelisted", f"--device=/dev/{path.name}").strip() for path in found]

        assert [path.port_group for path in found] == [1, 2]
        assert {(path.vendor, path.protocol, path.tpgs, path.serial) for path in found} == {
            ("LIO-ORG", "scsi:unspec", 3, SERIAL)
        }
        assert {str(identify_wwid(path, name)) for path in found for name in ("", "ID_SERIAL")} == set(theirs)
        assert len({path.host for path in found}) == 2


class TestDiscovery:
    def test_is_quick_on_a_real_sysfs(self) -> None:
        """A millisecond for each path is what a guest, which is slow at system calls, may take ten of."""
        begin = time.perf_counter()
        paths = discover()

        assert time.perf_counter() - begin < 0.3 + 0.05 * len(paths)


class TestAPathInBrief:
    def test_is_what_discovery_says_of_it(self) -> None:
        """A SCSI disk: what its link and two attributes say is what the rest of its folder says."""
        self.all_agree()

    @pytest.mark.kernel(backend="nvme_tcp", paths=2, stock=True)
    def test_may_be_a_namespace(self) -> None:
        """It is of no SCSI bus: vendor, model and state are those of its controller."""
        self.all_agree()

    @staticmethod
    def all_agree() -> None:
        """See that nothing of any path is told in two ways."""
        paths = discover()

        assert len(paths) > 1
        assert [path_brief(path.devt) for path in paths] == [
            PathBrief(each.name, each.hctl, each.state, each.vendor, each.model, each.designator, each.size)
            for each in paths
        ]
