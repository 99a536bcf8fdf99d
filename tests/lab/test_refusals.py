"""Without the right to, on paths in use, after a removal: each refused in its own words, and nothing left behind."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from multipath import Control, Host, MultipathTable, errors

pytestmark = pytest.mark.kernel


def as_nobody(act: Callable[[], object]) -> str:
    """Run ``act`` in a child without privileges, and return the error that it met."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setresuid(65534, 65534, 65534)
        try:
            act()
            os.write(writer, b"no error")
        except Exception as error:  # noqa: BLE001 -- whatever it is goes to the parent
            os.write(writer, f"{type(error).__name__}: {error}".encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with open(reader, encoding="utf-8") as answer:
        return answer.read()


@contextmanager
def mounted(node: str, at: Path) -> Iterator[None]:
    """Mount a fresh file system."""
    subprocess.run(["mkfs.ext4", "-q", "-F", node], check=True)
    subprocess.run(["mount", node, at], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", at], check=True)


@contextmanager
def swapped(node: str, _: Path) -> Iterator[None]:
    """Swap to a device."""
    subprocess.run(["mkswap", "-q", node], check=True)
    subprocess.run(["swapon", node], check=True)
    try:
        yield
    finally:
        subprocess.run(["swapoff", node], check=True)


class TestWithoutPrivilege:
    def test_the_node_does_not_open(self) -> None:
        """Who may not open it is told what would help."""
        assert as_nobody(Control).startswith("NotPermitted: open on /dev/mapper/control: Permission denied (EACCES)")

    def test_an_open_node_does_not_answer(self, dm: Control) -> None:
        """The kernel's EACCES on an open file is about the capability, and says so."""
        assert "NotPermitted: DM_LIST_DEVICES" in as_nobody(dm.devices)
        assert "CAP_SYS_ADMIN" in as_nobody(dm.version)


class TestAPathInUse:
    @pytest.mark.parametrize(("use", "kind"), [(mounted, "mount"), (swapped, "swap")])
    def test_is_refused_with_its_user(
        self,
        host: Host,
        paths: list[str],
        tmp_path: Path,
        use: Callable[[str, Path], Iterator[None]],
        kind: str,
    ) -> None:
        """Mounted or swapped to: the error names the holder, and neither device nor table is left."""
        node = f"/dev/{host.paths()[1].name}"
        with use(node, tmp_path), pytest.raises(errors.TableLoadError) as refused:  # type: ignore[attr-defined]
            host.create("greedy", MultipathTable.build([paths]))

        assert refused.value.errno == 16
        assert [holder.kind for holder in refused.value.holders if holder.kind != "process"] == [kind]  # type: ignore[attr-defined]
        assert host.control.devices() == []
        assert all(not list(Path(f"/sys/dev/block/{path}/holders").iterdir()) for path in paths)


class TestADeviceRemovedUnderOurFeet:
    def test_ends_every_command_the_same_way(self, host: Host, table: MultipathTable, paths: list[str]) -> None:
        """Whatever is asked of a handle whose map is gone, the answer is DeviceNotFound."""
        gone = host.create("mpatha", table, uuid="mpath-gone")
        host.control.remove("mpatha")

        for act in (
            gone.info,
            gone.status,
            gone.table,
            gone.suspend,
            gone.resume,
            gone.remove,
            lambda: gone.fail_path(paths[0]),
            lambda: gone.reload(table),
            lambda: gone.rename("other"),
            lambda: gone.queue_if_no_path(True),
        ):
            with pytest.raises(errors.DeviceNotFound, match="ENXIO"):
                act()
        assert host.control.devices() == []

    def test_is_left_out_of_a_listing(self, host: Host, table: MultipathTable) -> None:
        """A map that goes away between the list and its status does no harm."""
        made = host.create("mpatha", table)
        entries = host.control.devices()
        made.remove()
        host.control.devices = lambda: entries  # type: ignore[method-assign]
        try:
            assert host.maps() == []
        finally:
            del host.control.devices
