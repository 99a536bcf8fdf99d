"""
Debian packages by name: fetched with apt into the lab's cache and unpacked there, never installed.

Strategy: apt runs with state and cache folders of the lab's own, so no root is needed, the machine's package lists are
neither used nor changed, and a suite that the machine does not use can be read. All else of the machine's apt settings
(proxy, certificates, credentials) stays in force. Signatures are checked, always.
"""

import os
import pwd
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ..errors import KernelUnavailable, LabError, ToolMissing
from . import cache
from .host import output, tool
from .sources import KEYRING, Source, configured, mirror

# Debian's merged /usr: a package may still name the old folders, the tree that it is unpacked to has only one of each.
_MERGED = ("bin", "sbin", "lib", "lib64")


def from_suite(suite: str, names: Sequence[str], destination: Path) -> None:
    """
    Unpack packages of a Debian suite, and only these: their dependencies stay where they are.

    Raises:
        KernelUnavailable: no mirror, no such suite or package, or the mirror cannot be reached.
    """
    if not KEYRING.exists():
        raise ToolMissing(str(KEYRING), "debian-archive-keyring")
    settings = _settings(suite, [mirror(configured(), suite)])
    cache.say(f"fetching {', '.join(names)} from Debian {suite}")
    with cache.locked(f"apt-{suite}"):
        _update(suite, settings)
        _apt(["download", *names], settings, cwd=destination)
    _unpack_all(destination)


def needs(suite: str, name: str) -> tuple[str, ...]:
    """
    Return the names of the packages that a package of a Debian suite depends on; of alternatives the first.

    Raises:
        KernelUnavailable: as for `from_suite`.
    """
    settings = _settings(suite, [mirror(configured(), suite)])
    with cache.locked(f"apt-{suite}"):
        _update(suite, settings)
        shown = _apt(["show", name], settings, cwd=cache.folder(), program="apt-cache")
    depends = next((line for line in shown.splitlines() if line.startswith("Depends:")), "Depends:")
    return tuple(word.split()[0] for word in depends.partition(":")[2].split(",") if word.strip())


def missing_here(sources: Sequence[Source], names: Sequence[str], destination: Path) -> None:
    """
    Unpack what this machine would have to install to have ``names``: as far as it lacks them and what they need.

    Raises:
        KernelUnavailable: as for `from_suite`.
    """
    settings = [*_settings("here", sources), "-o", "Dir::State::status=/var/lib/dpkg/status"]
    cache.say(f"fetching what this machine lacks of {', '.join(names)}")
    with cache.locked("apt-here"):
        _update("here", settings)
        archives = destination / "archives"
        (archives / "partial").mkdir(parents=True)
        flags = ["--download-only", "--yes", "--no-install-recommends", "-o", "Debug::NoLocking=1"]
        _apt([*flags, "-o", f"Dir::Cache::archives={archives}", "install", *names], settings, cwd=destination)
    for package in archives.glob("*.deb"):
        package.rename(destination / package.name)
    (archives / "lock").unlink(missing_ok=True)
    for left in (archives / "partial", archives):
        left.rmdir()
    _unpack_all(destination)


def _settings(name: str, sources: Sequence[Source]) -> list[str]:
    state = cache.folder() / "apt" / name
    for part in ("lists/partial", "archives/partial"):
        (state / part).mkdir(parents=True, exist_ok=True)
    (state / "status").touch()
    (state / "sources.list").write_text("".join(f"{source}\n" for source in sources))
    chosen = {
        "Dir::State": state,
        "Dir::State::status": state / "status",
        "Dir::Cache": state,
        "Dir::Etc::sourcelist": state / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        # apt would drop root for a user who cannot enter the cache folder, and complain.
        "APT::Sandbox::User": pwd.getpwuid(os.geteuid()).pw_name if os.geteuid() == 0 else "",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
    }
    return [word for key, value in chosen.items() for word in ("-o", f"{key}={value}")]


def _update(name: str, settings: Sequence[str]) -> None:
    cache.say(f"reading the package list of {name}")
    _apt(["-o", "APT::Update::Error-Mode=any", "update"], settings, cwd=cache.folder())


def _apt(arguments: Sequence[str], settings: Sequence[str], *, cwd: Path, program: str = "apt-get") -> str:
    try:
        return output([program, "-q", *settings, *arguments], package="apt", cwd=cwd)
    except ToolMissing:
        raise
    except LabError as error:
        raise KernelUnavailable(str(error)) from error


def _unpack_all(folder: Path) -> None:
    for name in _MERGED:
        (folder / "usr" / name).mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(f"usr/{name}")
    for package in sorted(folder.glob("*.deb")):
        _unpack(package, folder)
        package.unlink()


def _unpack(package: Path, folder: Path) -> None:
    # Not `dpkg-deb -x`: its tar would replace the links of the merged /usr by folders.
    extract = [tool("tar", package="tar"), "-x", "--keep-directory-symlink", "--no-same-owner", "-C", str(folder)]
    with subprocess.Popen(
        [tool("dpkg-deb", package="dpkg"), "--fsys-tarfile", package], stdout=subprocess.PIPE
    ) as reader:
        unpacked = subprocess.run(extract, stdin=reader.stdout, check=False).returncode
    if unpacked or reader.returncode:
        raise KernelUnavailable(f"{package.name} cannot be unpacked")
