"""The programs that the guest and the lab need and this machine lacks, as one more layer of the guest's root."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from . import cache
from .host import output, release
from .packages import missing_here
from .sources import configured, mirror, of_release

# sg3-utils-udev: without its rules a SCSI disk has no SCSI_IDENT_* properties, by which multipath-tools knows a path.
NAMES = ("udev", "kmod", "dmsetup", "sg3-utils", "sg3-utils-udev", "patchelf", "iproute2", "mount")


def layer(more: Sequence[str] = ()) -> Path:
    """Return the folder with those packages of `NAMES`, and of ``more``, that this machine has not installed."""
    return fetched("tools", (*NAMES, *more))


def fetched(kind: str, names: Sequence[str]) -> Path:
    """
    Return a folder with those packages, and what they need, that this machine has not installed.

    A machine that installs or upgrades a package gets a new one: a library that was fetched must fit the machine's.

    Args:
        kind: What the folder of the cache is called, before its key.
        names: Packages of this machine's release.
    """
    status = Path("/var/lib/dpkg/status").stat()
    key = hashlib.sha256(repr((names, status.st_mtime_ns, status.st_size)).encode()).hexdigest()[:12]
    return cache.made(f"{kind}-{key}", lambda draft: _fetch(names, draft))


def _fetch(names: Sequence[str], draft: Path) -> None:
    sources = configured()
    # A machine may name its release by its role, "stable"; the mirror knows both names.
    missing_here(of_release(sources, release()) or [mirror(sources, release())], names, draft)
    for link in (draft / "usr").glob("*bin/*"):
        target = os.readlink(link) if link.is_symlink() else ""
        # kmod's many names point to /bin/kmod, which is right in the guest but not on the machine.
        if target.startswith("/") and (draft / target[1:]).exists():
            link.unlink()
            link.symlink_to(os.path.relpath((draft / target[1:]).resolve(), link.parent))


def libraries(tree: Path) -> str:
    """Return the search path of the layer's libraries."""
    return os.pathsep.join(map(str, (tree / "usr/lib").glob("*-linux-gnu")))


def run(name: str, arguments: Sequence[str | Path]) -> str:
    """Run a program of the layer on this machine; the machine's own where the layer has none."""
    tree = layer()
    own = [path for path in (tree / "usr/bin" / name, tree / "usr/sbin" / name) if path.exists()]
    return output([next(iter(own), name), *arguments], package=name, env={"LD_LIBRARY_PATH": libraries(tree)})
