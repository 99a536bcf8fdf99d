"""The selectors of a kernel, taken from Debian's package of its source."""

import gzip
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from multipath.errors import KernelUnavailable
from multipath.lab import cache
from multipath.lab.host import output
from multipath.lab.packages import from_suite

ALWAYS: Final = "6.1"
NEWEST: Final = "newest"
KERNELS: Final = (ALWAYS, NEWEST)
"""By the names of the lab's catalogue; only the absence of the first is an error."""

_WANTED: Final = ("dm-ps-*.c", "dm-path-selector.h", "dm-mpath.h")


@dataclass(frozen=True, slots=True)
class Sources:
    """
    What was taken of a package.

    Attributes:
        folder: Where the files are.
        version: The version of the package.
    """

    folder: Path
    version: str


def sources(kernel: str) -> Sources:
    """
    Return the selectors of a kernel, fetched if need be, which takes a minute.

    Raises:
        KernelUnavailable: they cannot be fetched.
    """
    folder = cache.made(f"selectors-{kernel}", lambda draft: _fetch(kernel, draft))
    return Sources(folder, (folder / "version").read_text())


def _fetch(kernel: str, draft: Path) -> None:
    package = draft / "package"
    package.mkdir()
    name = f"linux-source-{kernel}" if kernel == ALWAYS else _newest(draft / "newest")
    from_suite("bookworm" if kernel == ALWAYS else "unstable", [name], package)
    cache.say(f"taking the path selectors out of {name}, and leaving the rest")
    (archive,) = (package / "usr/src").glob("*.tar.*")
    members = [f"*/drivers/md/{wanted}" for wanted in _WANTED]
    taken = ["--strip-components=3", "--no-same-owner", "--wildcards", *members]
    output(["tar", "-x", "-C", draft, "-f", archive, *taken], package="tar")
    (draft / "version").write_text(_version(package / f"usr/share/doc/{name}/changelog.Debian.gz"))
    shutil.rmtree(package)


def _newest(folder: Path) -> str:
    """Return the name of the package that Debian's ``linux-source`` stands for: it holds nothing but a link to it."""
    folder.mkdir()
    from_suite("unstable", ["linux-source"], folder)
    name = (folder / "usr/share/doc/linux-source").readlink().name
    shutil.rmtree(folder)
    return name


def _version(changelog: Path) -> str:
    with gzip.open(changelog, "rt", encoding="utf-8") as lines:
        head = re.match(r"linux \(([\w.+~-]+)\)", lines.readline())
    if head is None:
        raise KernelUnavailable(f"{changelog.parent.name} does not say which version it is")
    return head[1]
