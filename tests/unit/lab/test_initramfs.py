"""What a guest of QEMU begins with, as an archive that others can read, and in the order in which modules load."""

import lzma
import stat
import subprocess
from pathlib import Path

import pytest

from multipath.lab import initramfs
from multipath.lab.initramfs import Entry


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    """Give a folder of modules where one needs another, which is packed."""
    (tmp_path / "modules.dep").write_text(
        "fs/9p.ko: net/9pnet.ko.xz\nnet/9pnet.ko.xz:\nnet/9pnet_virtio.ko: net/9pnet.ko.xz\nother.ko:\n"
    )
    for name in ("fs", "net"):
        (tmp_path / name).mkdir()
    (tmp_path / "fs/9p.ko").write_bytes(b"9p")
    (tmp_path / "net/9pnet_virtio.ko").write_bytes(b"virtio")
    (tmp_path / "net/9pnet.ko.xz").write_bytes(lzma.compress(b"net"))
    return tmp_path


def unpacked(archive: bytes) -> dict[str, tuple[int, bytes]]:
    """Return the mode and content of each file of an archive."""
    found, rest = {}, archive
    while rest:
        fields = [int(rest[at : at + 8], 16) for at in range(6, 110, 8)]
        size, length = fields[6], fields[11]
        start = (110 + length + 3) & ~3
        found[rest[110 : 110 + length - 1].decode()] = fields[1], rest[start : start + size]
        rest = rest[start + ((size + 3) & ~3) :]
    return found


class TestAnArchive:
    def test_ends_as_the_kernel_wants_it(self) -> None:
        """Its last member has the name that says so."""
        assert list(unpacked(initramfs.archive([]))) == ["TRAILER!!!"]

    def test_has_its_files_by_name(self) -> None:
        """With mode and content, whatever their lengths are."""
        entries = [Entry("ab"[:n] or "c", stat.S_IFREG | 0o644, b"x" * n) for n in range(3)]

        found = unpacked(initramfs.archive(entries))

        assert {name: data for name, (_, data) in found.items()} == {
            "c": b"",
            "a": b"x",
            "ab": b"xx",
            "TRAILER!!!": b"",
        }
        assert found["a"][0] == stat.S_IFREG | 0o644

    def test_is_aligned_throughout(self) -> None:
        """Each member begins at a multiple of four."""
        assert len(initramfs.archive([Entry("odd", stat.S_IFREG, b"12345")])) % 4 == 0


class TestTheOrderOfModules:
    def test_has_what_is_needed_first_and_once(self, modules: Path) -> None:
        """As a loader without a list of needs must have it."""
        order = initramfs.order(modules, ("9pnet_virtio", "9p"))

        assert order == ["net/9pnet.ko.xz", "net/9pnet_virtio.ko", "fs/9p.ko"]

    def test_leaves_out_what_is_built_in(self, modules: Path) -> None:
        """There is no file of it."""
        assert initramfs.order(modules, ("ext4", "other")) == ["other.ko"]


class TestTheImageOfAKernel:
    def test_has_modules_unpacked_in_their_order(self, modules: Path, tmp_path: Path) -> None:
        """And a script that the shell can read, by the name that the kernel runs."""
        busybox = tmp_path / "busybox"
        busybox.write_bytes(b"program")

        found = unpacked(initramfs.image(busybox, modules))

        assert [data for name, (_, data) in found.items() if name.startswith("modules/")] == [b"net", b"virtio", b"9p"]
        assert found["bin/busybox"] == (stat.S_IFREG | 0o755, b"program")
        assert found["bin/sh"] == (stat.S_IFLNK | 0o777, b"busybox")
        script = found["init"][1].decode()
        assert subprocess.run(["sh", "-n"], input=script, text=True, check=False).returncode == 0
