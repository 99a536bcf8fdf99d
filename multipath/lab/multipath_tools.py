"""
multipath-tools as Debian packages it: what this library is held against. Fetched and unpacked, never installed.

Strategy: a release runs with the libraries of its own suite, through their loader, so any machine runs any release. It
comes in two forms. As it is, for a guest, which lays it over its root. Or with the working folder in place of ``/etc``,
so that ``multipath -t`` reads the configuration of any folder, as any user, on a machine without device-mapper: the
program has the names of its files compiled in, and those of a process's own folder happen to be of equal length.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import KernelUnavailable
from . import cache
from .host import output
from .packages import from_suite

# What the programs are linked with, by the names that both suites have, and those that one of them has.
_LIBRARIES: Final = (
    "libc6", "libgcc-s1", "libdevmapper1.02.1", "libudev1", "libsystemd0", "libmount1", "libblkid1", "libselinux1",
    "libpcre2-8-0", "libcap2", "libedit2", "libbsd0", "libmd0", "libtinfo6", "libjson-c5", "kpartx", "multipath-tools",
)  # fmt: skip
_OLDER: Final = ("libaio1", "liburcu8", "libgcrypt20", "libgpg-error0", "liblz4-1", "liblzma5", "libzstd1")
_NEWER: Final = ("libaio1t64", "liburcu8t64", "libmultipath0", "libmpathcmd0", "libmpathpersist0")
# Of equal length: what is compiled in, and what it becomes. The main file first, for it begins like the folder.
_PLACES: Final = (
    (b"/etc/multipath.conf", b"/proc/self/cwd/m.cf"),
    (b"/etc/multipath", b"/proc/self/cwd"),
)
MAIN_FILE: Final = "m.cf"
DROP_INS: Final = "conf.d"


@dataclass(frozen=True, slots=True)
class Release:
    """
    A release of multipath-tools.

    Attributes:
        name: What users of this module call it.
        suite: The suite of Debian that it comes from.
        packages: What is fetched.
    """

    name: str
    suite: str
    packages: tuple[str, ...]


RELEASES: Final = {
    release.name: release
    for release in (
        Release("0.9.4", "bookworm", _LIBRARIES + _OLDER),
        Release("newest", "unstable", _LIBRARIES + _NEWER),
    )
}


def tree(name: str) -> Path:
    """
    Return the folder of a release and its libraries, fetched if need be.

    Raises:
        KernelUnavailable: no such release, or it cannot be fetched.
    """
    if name not in RELEASES:
        raise KernelUnavailable(f"no multipath-tools {name!r}; there are {', '.join(RELEASES)}")
    release = RELEASES[name]
    return cache.made(f"multipath-tools-{name}", lambda draft: from_suite(release.suite, release.packages, draft))


def program(name: str, word: str = "multipath", *, at: Path | None = None) -> list[str]:
    """
    Return the words that run a program of a release, which are to be followed by its arguments.

    Args:
        name: The release.
        word: The program: ``multipath``, ``multipathd``, ``kpartx``.
        at: The folder of the release; that of `tree` where it is not given.
    """
    folder = at or tree(name)
    loader = next(path for path in sorted((folder / "usr").rglob("ld-linux*.so.*")))
    libraries = os.pathsep.join(str(path) for path in ((folder / "usr/lib"), *(folder / "usr/lib").glob("*-linux-gnu")))
    return [str(loader), "--library-path", libraries, str(folder / "usr/sbin" / word)]


def version(name: str) -> str:
    """Return the version of a release, as its program prints it."""
    printed = subprocess.run([*program(name), "-h"], capture_output=True, text=True, check=False)
    return (
        printed.stdout.split()[1].removeprefix("v") if printed.stdout else printed.stderr.split()[1].removeprefix("v")
    )


def portable(name: str) -> Path:
    """Return the folder of a release that reads its configuration from the working folder."""
    return cache.made(f"multipath-tools-{name}-portable", lambda draft: _replaced(tree(name), draft))


def dumped(name: str, folder: Path) -> str:
    """
    Return the whole configuration of a folder, as ``multipath -t`` of a release prints it.

    Args:
        name: The release.
        folder: With the files, under the names ``MAIN_FILE`` and ``DROP_INS``.

    Raises:
        ToolMissing: the release cannot run here.
        LabError: it refused the configuration.
    """
    return output([*program(name, at=portable(name)), "-t"], package="multipath-tools", cwd=folder)


def _replaced(source: Path, draft: Path) -> None:
    subprocess.run(["cp", "-a", f"{source}/.", str(draft)], check=True)
    for file in [*(draft / "usr/sbin").iterdir(), *(draft / "usr/lib").rglob("libm*path*.so*")]:
        if file.is_file() and not file.is_symlink():
            content = file.read_bytes()
            for place, replacement in _PLACES:
                content = content.replace(place, replacement)
            file.write_bytes(content)
