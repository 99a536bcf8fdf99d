"""
Modules that Debian's stock kernels lack, built for them: from Debian's own packages of the kernel's source, or ours.

Strategy: headers and source are fetched by name and unpacked, the few files that are wanted are built beside them with
this machine's make and gcc, and only the modules are kept. The kernel takes them although nobody has signed them.
"""

import hashlib
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Final

from ..errors import LabError
from . import cache, kernels, stock_kernels
from .host import output
from .machine import Machine
from .packages import from_suite, needs

SOURCES: Final = {
    "dm-dust": "dm-dust",
    "dm-historical-service-time": "dm-ps-historical-service-time",
    "dm-io-affinity": "dm-ps-io-affinity",
}
# Of this package, ``NAME.c``.
OWN: Final = ("fpin",)
NAMES: Final = (*SOURCES, *OWN)
# What is loaded before them: insmod does not look for what a module needs.
_NEEDS: Final = {"fpin": "scsi_transport_fc"}
_PARTS: Final = ("linux-headers-", "linux-kbuild-")


def script(machine: Machine, folder: Path) -> str:
    """
    Return the shell text that loads the further modules of a machine, built if need be.

    Args:
        machine: The machine.
        folder: Its run folder, which gets the modules: the cache may be where the guest has something of its own.

    Raises:
        LabError: not for user-mode Linux, or there is no such module.
        KernelUnavailable: the packages cannot be fetched.
        ToolMissing: no make or no gcc on this machine.
    """
    if not machine.modules:
        return ""
    if not machine.stock:
        raise LabError("further modules are for stock kernels only")
    for name in machine.modules:
        if name not in NAMES:
            raise LabError(f"no module {name!r} can be built; there are {', '.join(NAMES)}")
    for name in machine.modules:
        shutil.copy(built(machine.kernel) / f"{name}.ko", folder)
    modules = " ".join(f'"$lab/{name}.ko"' for name in machine.modules)
    needs = " ".join(sorted({_NEEDS.get(name, "dm_multipath") for name in machine.modules}))
    return f'modprobe -a {needs}\nfor module in {modules}; do insmod "$module"; done\n'


def built(name: str) -> Path:
    """
    Return the folder with the modules for a stock kernel, built if need be.

    Args:
        name: Of the catalogue.

    Raises:
        KernelUnavailable: the packages cannot be fetched.
        ToolMissing: no make or no gcc on this machine.
    """
    release = stock_kernels.kernel(name).release
    key = hashlib.sha256(repr((SOURCES, [_own(name) for name in OWN])).encode()).hexdigest()[:12]
    return cache.made(f"modules-{release}-{key}", lambda draft: _build(kernels.offer(name).suite, release, draft))


def _build(suite: str, release: str, draft: Path) -> None:
    work = draft / "work"
    tree = work / "packages"
    tree.mkdir(parents=True)
    headers = f"linux-headers-{release}"
    parts = [name for name in needs(suite, headers) if name.startswith(_PARTS)]
    source = next(name for name in needs(suite, "linux-source") if name.startswith("linux-source-"))
    from_suite(suite, [headers, *parts, source], tree)
    place = tree / "usr/src" / headers
    # It names its other half where the package would be installed.
    makefile = place / "Makefile"
    makefile.write_text(makefile.read_text().replace("/usr/src/", "$(dir $(lastword $(MAKEFILE_LIST)))../"))
    _take(tree, work)
    for name in OWN:
        (work / f"{name}.c").write_bytes(_own(name))
    cache.say(f"building modules for {release}")
    output(["make", "-C", place, f"M={work}", "CC=gcc", "modules"], package="make gcc")
    for module in work.glob("*.ko"):
        module.rename(draft / module.name)
    shutil.rmtree(work)


def _own(name: str) -> bytes:
    """Return the source of a module of ours."""
    return files(__package__).joinpath(f"{name}.c").read_bytes()


def _take(tree: Path, folder: Path) -> None:
    """Take the sources of the modules, and the headers beside them, out of the archive in the package."""
    (archive,) = (tree / "usr/src").glob("linux-source-*.tar.*")
    members = [f"*/drivers/md/{name}" for name in ("dm*.h", *(f"{stem}.c" for stem in SOURCES.values()))]
    taken = ["--strip-components=3", "--no-same-owner", "--wildcards", *members]
    output(["tar", "-x", "-C", folder, "-f", archive, *taken], package="tar xz-utils")
    lines = [f"obj-m += {name}.o" for name in NAMES]
    lines += [f"{name}-y := {stem}.o" for name, stem in SOURCES.items() if name != stem]
    (folder / "Makefile").write_text("\n".join(lines) + "\n")
