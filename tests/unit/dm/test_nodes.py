"""``/dev/mapper`` in step with the kernel, in a folder of its own."""

import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from multipath.dm import nodes
from multipath.dm.nodes import NoNodes, OwnNodes, UdevNodes, choose_nodes, make_control_node
from multipath.dm.udev_flag import UdevFlag
from multipath.units import DevT, devt

MAP = devt(253, 0)


def always(_: str) -> bool:
    """Say that every device has a live table."""
    return True


@pytest.fixture
def dev(tmp_path: Path) -> Path:
    """A ``/dev`` of its own, with a control node that must stay."""
    (tmp_path / "mapper").mkdir()
    (tmp_path / "mapper/control").touch()
    return tmp_path


@pytest.fixture
def kernels(dev: Path) -> DevT:
    """The number of a device whose node the kernel made: here a link to a block device of this host."""
    for node in sorted(Path("/dev").iterdir()):
        if node.is_block_device():
            number = DevT(node.stat().st_rdev)
            (dev / f"dm-{os.minor(number)}").symlink_to(node)
            return number
    pytest.skip("this machine has no block device")


@pytest.fixture
def mknod(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The nodes that were made; each is a plain file, so that anyone can make it."""
    made: list[tuple[int, int]] = []

    def make(path: Path, mode: int, number: int) -> None:
        made.append((mode, number))
        Path(path).touch()

    monkeypatch.setattr("multipath.dm.nodes.os.mknod", make)
    return made


def names(dev: Path) -> list[str]:
    """Return what stands in ``/dev/mapper``."""
    return sorted(entry.name for entry in (dev / "mapper").iterdir())


class TestAHostWhereTheKernelMakesNodes:
    def test_gets_links_to_them(self, dev: Path, kernels: DevT) -> None:
        """A link as udev would make it, relative, to the kernel's own node."""
        OwnNodes(dev).synchronise(lambda: {"mpatha": kernels}, always)

        assert os.readlink(dev / "mapper/mpatha") == f"../dm-{os.minor(kernels)}"
        assert (dev / "mapper/mpatha").stat().st_rdev == kernels

    def test_keeps_a_link_that_is_right(self, dev: Path, kernels: DevT) -> None:
        """A second time changes nothing, and asks for no table."""
        OwnNodes(dev).synchronise(lambda: {"mpatha": kernels}, always)
        before = (dev / "mapper/mpatha").lstat()

        OwnNodes(dev).synchronise(lambda: {"mpatha": kernels}, lambda name: pytest.fail(f"asked about {name}"))

        assert (dev / "mapper/mpatha").lstat() == before

    def test_replaces_a_link_that_is_wrong(self, dev: Path, kernels: DevT) -> None:
        """A name that another device had, or a node of a number that is used again."""
        (dev / "mapper/mpatha").symlink_to("/dev/null")

        OwnNodes(dev).synchronise(lambda: {"mpatha": kernels}, always)

        assert (dev / "mapper/mpatha").stat().st_rdev == kernels

    def test_gets_none_for_a_device_without_a_table(self, dev: Path, kernels: DevT) -> None:
        """Its node could not be opened to any purpose."""
        OwnNodes(dev).synchronise(lambda: {"mpatha": kernels}, lambda _: False)

        assert names(dev) == ["control"]

    @pytest.mark.parametrize("name", ["control", ".", ".."])
    def test_keeps_its_control_node(self, dev: Path, kernels: DevT, name: str) -> None:
        """A device may be called like it on an old kernel, and gets no link."""
        OwnNodes(dev).synchronise(lambda: {name: kernels}, always)

        assert stat.S_ISREG((dev / "mapper/control").lstat().st_mode)
        assert names(dev) == ["control"]


class TestADeviceThatOthersNamed:
    def test_gets_the_link_that_they_would_make(self, dev: Path, kernels: DevT) -> None:
        """Every byte that is not in the common set is written out, and no name reaches a path as it is."""
        OwnNodes(dev).synchronise(lambda: {"a b": kernels, "caf\u00e9": kernels, "\udcff\n": kernels}, always)

        assert names(dev) == [r"\xff\x0a", r"a\x20b", r"caf\xc3\xa9", "control"]

    def test_keeps_a_name_that_is_written_out_already(self, dev: Path, kernels: DevT) -> None:
        """dmsetup names a device so, and its link is called the same."""
        (dev / r"mapper/a\x20b").symlink_to(f"../dm-{os.minor(kernels)}")

        OwnNodes(dev).synchronise(lambda: {r"a\x20b": kernels}, lambda name: pytest.fail(f"asked about {name}"))

        assert names(dev) == [r"a\x20b", "control"]

    def test_gets_none_where_the_name_would_be_too_long(self, dev: Path, kernels: DevT) -> None:
        """One byte becomes four; the other devices get their links all the same."""
        OwnNodes(dev).synchronise(lambda: {" " * 127: kernels, "mpatha": kernels}, always)

        assert names(dev) == ["control", "mpatha"]


class TestSeveralProcesses:
    def test_take_turns(self, dev: Path) -> None:
        """Nobody lists devices while another brings the folder in step with its own list."""
        waiting = threading.Thread(target=lambda: list(turns(OwnNodes(dev), "second")))
        order: list[str] = []

        def turns(own: OwnNodes, name: str) -> Iterator[None]:
            with own.locked():
                order.append(name)
                yield

        for _ in turns(OwnNodes(dev), "first"):
            waiting.start()
            waiting.join(0.05)
            order.append("first is done")
        waiting.join(5)

        assert order == ["first", "first is done", "second"]


class TestAHostWhereNobodyMakesNodes:
    def test_gets_block_nodes(self, dev: Path, mknod: list[tuple[int, int]]) -> None:
        """With the device's own number, for root alone, and under its name in one step."""
        OwnNodes(dev).synchronise(lambda: {"mpatha": MAP}, always)

        assert mknod == [(stat.S_IFBLK | 0o600, MAP)]
        assert names(dev) == ["control", "mpatha"]

    def test_takes_no_other_device_for_it(self, dev: Path, kernels: DevT, mknod: list[tuple[int, int]]) -> None:
        """The kernel's node counts by its number, not by its name alone."""
        other = devt(4000, os.minor(kernels))

        OwnNodes(dev).synchronise(lambda: {"mpatha": other}, always)

        assert mknod == [(stat.S_IFBLK | 0o600, other)]

    def test_gets_nodes_that_are_real(self, dev: Path) -> None:
        """As root, the node is a block device of that number."""
        try:
            OwnNodes(dev).synchronise(lambda: {"mpatha": MAP}, always)
        except PermissionError:
            pytest.skip("block nodes can be made by root alone, and not in every container")

        made = (dev / "mapper/mpatha").lstat()
        assert (stat.S_ISBLK(made.st_mode), made.st_rdev, stat.S_IMODE(made.st_mode)) == (True, MAP, 0o600)


class TestNodesThatAreLeftOver:
    def test_are_removed(self, dev: Path) -> None:
        """What no device answers to goes: an old name, a link to nothing, the half-made link of a killed run."""
        for name in ("gone", ".mpatha.4711"):
            (dev / "mapper" / name).touch()
        (dev / "mapper/dangling").symlink_to("../dm-999")

        OwnNodes(dev).synchronise(dict, always)

        assert names(dev) == ["control"]

    def test_are_not_the_link_of_a_device_that_was_just_made(self, dev: Path, kernels: DevT) -> None:
        """Another program may make a device and its link at any moment, and takes no lock."""
        link = dev / "mapper/theirs"

        def none_yet() -> dict[str, DevT]:
            link.symlink_to(f"../dm-{os.minor(kernels)}")
            return {}

        OwnNodes(dev).synchronise(none_yet, always)

        assert link.is_symlink()

    def test_are_not_folders(self, dev: Path) -> None:
        """A folder is nobody's node."""
        (dev / "mapper/folder").mkdir()

        OwnNodes(dev).synchronise(dict, always)

        assert names(dev) == ["control", "folder"]

    def test_do_not_stop_a_link_that_was_half_made(self, dev: Path, kernels: DevT) -> None:
        """A run with the same process number may have been killed between the link and its name."""
        (dev / f"mapper/.mpatha.{os.getpid()}").touch()

        OwnNodes(dev).synchronise(lambda: {"mpatha": kernels}, always)

        assert names(dev) == ["control", "mpatha"]

    def test_may_be_no_folder_yet(self, tmp_path: Path) -> None:
        """``/dev/mapper`` is made where it is missing."""
        OwnNodes(tmp_path).synchronise(dict, always)

        assert names(tmp_path) == []


class TestTheControlNode:
    def test_has_the_number_that_the_kernel_says(self, tmp_path: Path, mknod: list[tuple[int, int]]) -> None:
        """A miscellaneous device, whose minor number stands in procfs."""
        (tmp_path / "misc").write_text(" 62 rfkill\n236 device-mapper\n")

        make_control_node(str(tmp_path / "mapper/control"), tmp_path / "misc")

        assert mknod == [(stat.S_IFCHR | 0o600, os.makedev(10, 236))]

    def test_is_not_made_without_device_mapper(self, tmp_path: Path, mknod: list[tuple[int, int]]) -> None:
        """A name that only begins alike is another driver."""
        (tmp_path / "misc").write_text("236 device-mapper-other\n")

        with pytest.raises(FileNotFoundError, match="no device-mapper"):
            make_control_node(str(tmp_path / "mapper/control"), tmp_path / "misc")

        assert mknod == []


class TestTheWayThatNodesAreKept:
    @pytest.mark.parametrize(
        ("mode", "running", "kind"),
        [
            ("auto", True, UdevNodes),
            ("auto", False, OwnNodes),
            ("udev", False, UdevNodes),
            ("own", True, OwnNodes),
            ("none", True, NoNodes),
        ],
    )
    def test_is_the_one_that_was_asked_for(
        self, monkeypatch: pytest.MonkeyPatch, mode: nodes.NodesMode, running: bool, kind: type
    ) -> None:
        """``auto`` follows udev where its daemon runs."""
        monkeypatch.setattr(nodes, "udev_is_running", lambda: running)

        assert type(choose_nodes(mode)) is kind


class TestAHostWithoutUdev:
    def test_is_told_by_its_socket(self, tmp_path: Path) -> None:
        """The daemon's control socket, as libdevmapper looks for it."""
        assert not nodes.udev_is_running(str(tmp_path / "control"))
        (tmp_path / "control").touch()
        assert nodes.udev_is_running(str(tmp_path / "control"))


class TestAChangeThatNobodyWaitsFor:
    @pytest.mark.parametrize("kind", [NoNodes, OwnNodes])
    def test_still_carries_its_flags(self, kind: Callable[[], NoNodes]) -> None:
        """The uevent has the flags and no cookie, should a udev start later."""
        with kind().announced(UdevFlag.SUBSYSTEM_FLAG0 | UdevFlag.DISABLE_LIBRARY_FALLBACK) as announcement:
            pass

        assert announcement.value == 0x01600000
