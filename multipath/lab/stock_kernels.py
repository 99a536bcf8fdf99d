"""
The catalogue of Debian's stock kernels, under the names that `kernels` has: what machines of flesh and blood run.

Strategy: the newest kernel of a suite is what ``linux-image-amd64`` of that suite depends on. Newer suites split it in
several packages. Where the kernel is packed with xz it is unpacked once here and entered as a Xen guest is ("PVH"): an
emulated processor would unpack it for seconds at each boot.
"""

import hashlib
import lzma
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import KernelUnavailable
from . import cache, emulator, initramfs, kernels, tools
from .packages import from_suite, needs

_META: Final = "linux-image-amd64"
_PARTS: Final = ("linux-binary-", "linux-modules-")
_XZ: Final = b"\xfd7zXZ\0"
_ELF: Final = b"\x7fELF"


@dataclass(frozen=True, slots=True)
class StockKernel:
    """
    A stock kernel that is here.

    Attributes:
        name: Its name in the catalogue.
        release: What ``uname -r`` says in it.
        tree: The folder with the packages in it; its modules are under ``usr/lib/modules``.
        image: What is booted.
        initramfs: What it begins with.
    """

    name: str
    release: str
    tree: Path
    image: Path
    initramfs: Path


def kernel(name: str) -> StockKernel:
    """
    Return a stock kernel of the catalogue, fetched if need be, with QEMU if need be.

    Raises:
        KernelUnavailable: no such name, or it cannot be fetched.
    """
    offer = kernels.offer(name)
    tree = cache.made(f"stock-{name}", lambda draft: _fetch(offer.suite, draft))
    release = _release(tree)
    key = hashlib.sha256(initramfs.__loader__.get_data(initramfs.__file__)).hexdigest()[:12]  # type: ignore[union-attr]
    begin = cache.made(f"initramfs-{release}-{key}", lambda draft: _begin(tree / "usr/lib/modules" / release, draft))
    return StockKernel(name, release, tree, tree / "image", begin / "image")


def state(name: str, *, fetch: bool = False) -> kernels.State:
    """Return what is known of a stock kernel; ``fetch`` it if it is not here."""
    here = (cache.folder() / f"stock-{name}").is_dir()
    return kernels.state_of(kernels.offer(name), kernel if fetch or here else None, stock=True)


def _release(tree: Path) -> str:
    releases = sorted(path.name for path in (tree / "usr/lib/modules").glob("*"))
    if not releases:
        raise KernelUnavailable(f"{tree.name}: the package has no modules")
    return releases[-1]


def _fetch(suite: str, draft: Path) -> None:
    image = next((name for name in needs(suite, _META) if name.startswith("linux-image-")), None)
    if image is None:
        raise KernelUnavailable(f"{_META} of Debian {suite} names no kernel")
    parts = [name for name in needs(suite, image) if name.startswith(_PARTS)]
    from_suite(suite, [image, *parts], draft)
    release = _release(draft)
    packed = next((path for path in _places(draft, release) if path.exists()), None)
    if packed is None:
        raise KernelUnavailable(f"{image} has no vmlinuz")
    (draft / "image").write_bytes(unpacked(packed.read_bytes()))
    tools.run("depmod", ["-b", draft, release])


def _places(tree: Path, release: str) -> tuple[Path, ...]:
    return tree / "boot" / f"vmlinuz-{release}", tree / "usr/lib/modules" / release / "vmlinuz"


def unpacked(image: bytes) -> bytes:
    """Return the kernel in a boot image where xz has packed it, else the image, which unpacks itself."""
    start = image.find(_XZ)
    if start < 0:
        return image
    kernel = lzma.LZMADecompressor(format=lzma.FORMAT_XZ).decompress(image[start:])
    return kernel if kernel.startswith(_ELF) else image


def _begin(modules: Path, draft: Path) -> None:
    (draft / "image").write_bytes(initramfs.image(emulator.busybox(), modules))
