"""
The catalogue of kernels: user-mode Linux as Debian packages it, one kernel for each suite.

Strategy: the package brings the kernel and its modules. A suite newer than the machine also brings its C library: the
kernel is linked to it, so a copy of the kernel names that library's loader and folder as its own.
"""

import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..errors import KernelUnavailable, LabError
from . import cache, launch, tools
from .host import release
from .packages import from_suite


@dataclass(frozen=True, slots=True)
class Offer:
    """
    A line of the catalogue.

    Attributes:
        name: What users call it.
        suite: The suite of Debian that it comes from.
        shim: Whether it knows less of the processor's state than the host demands; see ``xstate.c``.
        words: What its command line has besides that of all others.
    """

    name: str
    suite: str
    shim: bool = False
    words: tuple[str, ...] = ()


CATALOGUE = (
    Offer("6.1", "bookworm", shim=True),
    Offer("6.12", "trixie", shim=True),
    # Since Linux v6.16 the guest's system calls can be caught without ptrace: half the time for each of them here.
    Offer("newest", "unstable", words=("seccomp=auto",)),
)


# An absence of these is an error; a newer one may be too new for this machine, or its suite in motion.
ALWAYS = frozenset({"6.1", "6.12"})


@dataclass(frozen=True, slots=True)
class Kernel:
    """
    A kernel that is here.

    Attributes:
        name: Its name in the catalogue.
        release: What ``uname -r`` says in it.
        tree: The folder with the package in it; its modules are under ``usr/lib/modules``.
        program: What is run.
        shim: Whether ``xstate.c`` is preloaded.
        words: What its command line has besides that of all others.
    """

    name: str
    release: str
    tree: Path
    program: Path
    shim: bool
    words: tuple[str, ...]


def names() -> tuple[str, ...]:
    """Return the names of the catalogue, oldest kernel first."""
    return tuple(offer.name for offer in CATALOGUE)


def kernel(name: str) -> Kernel:
    """
    Return a kernel of the catalogue, fetched if need be.

    Raises:
        KernelUnavailable: no such name, or it cannot be fetched.
    """
    line = offer(name)
    tree = cache.made(f"kernel-{name}", lambda draft: _fetch(line, draft))
    return Kernel(name, _release(tree), tree, tree / "usr/bin/linux.uml", line.shim, line.words)


def offer(name: str) -> Offer:
    """
    Return a line of the catalogue.

    Raises:
        KernelUnavailable: no such name.
    """
    found = next((offer for offer in CATALOGUE if offer.name == name), None)
    if found is None:
        raise KernelUnavailable(f"no kernel {name!r} in the catalogue; there are {', '.join(names())}")
    return found


@dataclass(frozen=True, slots=True)
class State:
    """
    What is known of a line of the catalogue.

    Attributes:
        name: Its name.
        suite: The suite of Debian that it comes from.
        release: What ``uname -r`` says in it; empty where it is not here.
        reason: Why it is not here; empty where it is.
        stock: Whether it is Debian's stock kernel, for QEMU, and not user-mode Linux.
    """

    name: str
    suite: str
    release: str
    reason: str
    stock: bool = False


def state(name: str, *, fetch: bool = False) -> State:
    """Return what is known of a kernel; ``fetch`` it if it is not here."""
    return state_of(offer(name), kernel if fetch or (cache.folder() / f"kernel-{name}").is_dir() else None)


def state_of(line: Offer, kernel: Callable[[str], launch.Kernel] | None, *, stock: bool = False) -> State:
    """Return what is known of a line; ``kernel`` returns the kernel of a name, ``None`` where it is not here."""
    if kernel is None:
        return State(line.name, line.suite, "", "not fetched yet", stock)
    try:
        return State(line.name, line.suite, kernel(line.name).release, "", stock)
    except LabError as error:
        return State(line.name, line.suite, "", str(error), stock)


def _release(tree: Path) -> str:
    releases = sorted(path.name for path in (tree / "usr/lib/uml/modules").iterdir())
    if not releases:
        raise KernelUnavailable(f"{tree.name}: the package has no modules")
    return releases[-1]


def _fetch(offer: Offer, draft: Path) -> None:
    from_suite(offer.suite, ["user-mode-linux"], draft)
    (draft / "usr/lib/modules").symlink_to("uml/modules")
    if offer.suite != release():
        _bring_libraries(offer, draft)
    if not (draft / "usr/lib/modules" / _release(draft) / "modules.dep.bin").exists():
        tools.run("depmod", ["-b", draft, _release(draft)])


def _bring_libraries(offer: Offer, draft: Path) -> None:
    libraries = draft / "libc"
    libraries.mkdir()
    from_suite(offer.suite, ["libc6"], libraries)
    final = cache.folder() / f"kernel-{offer.name}" / "libc"
    loader = next((libraries / "usr").glob("lib*/ld-linux*.so.*"), None) or next(
        (libraries / "usr").glob("lib/*/ld-linux*.so.*")
    )
    folder = final / "usr/lib" / f"{platform.machine()}-linux-gnu"
    tools.run(
        "patchelf",
        [
            "--set-interpreter",
            final / loader.relative_to(libraries),
            "--set-rpath",
            folder,
            draft / "usr/bin/linux.uml",
        ],
    )
