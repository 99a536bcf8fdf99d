"""A root with nothing but Python, its libraries, our wheel and the wheels that it needs: an archive that boots."""

import os
import re
import stat
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import _cffi_backend
import cffi
import ioctl_opt

from multipath.lab import backends, kernels
from multipath.lab.initramfs import Entry, archive, content, order
from multipath.lab.machine import Machine

ROOT: Final = Path(__file__).parents[2]
MODULES: Final = ("sd_mod", "dm_multipath", "dm_service_time", "target_core_file", "tcm_loop")
ARRAY: Final = Machine(backend="tcm_loop", paths=4, luns=1, size=64)
# What no program needs that was built already.
_LEFT_OUT: Final = re.compile(
    r"(__pycache__|test|tests|idlelib|tkinter|ensurepip|lib2to3|turtledemo|config-.*|.*-packages)"
)
_FOLDER: Final = "installer"


def wheel(folder: Path) -> Path:
    """Build our wheel."""
    words = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(words, check=True, capture_output=True, cwd=folder)
    return next(folder.glob("*.whl"))


def image(folder: Path) -> bytes:
    """Return the file system of the system that is installed: its folders, and nothing in them."""
    tree, file = folder / "tree", folder / "image"
    for name in ("etc", "usr", "var"):
        (tree / name).mkdir(parents=True)
    subprocess.run(
        ["/usr/sbin/mke2fs", "-q", "-t", "ext4", "-E", "root_owner=0:0", "-d", str(tree), str(file), "16m"], check=True
    )
    return file.read_bytes()


def boot_archive(kernel: str, wheel: Path, image: bytes) -> bytes:
    """Return the archive of a kernel whose first process is ``installer_init.py``."""
    files = {
        **_python(),
        **_wheel(wheel),
        f"{_FOLDER}/image": (0o644, image),
        f"{_FOLDER}/recipe": (0o644, recipe().encode()),
        f"{_FOLDER}/array": (0o644, _array().encode()),
        "init": (0o755, _first_process()),
    }
    modules = kernels.kernel(kernel).tree / "usr/lib/modules" / kernels.kernel(kernel).release
    for number, path in enumerate(order(modules, MODULES)):
        files[f"{_FOLDER}/modules/{number:02}.ko"] = (0o644, content(modules / path))
    folders = sorted({str(above) for name in files for above in Path(name).parents if above.name} | {"dev"})
    console = Entry("dev/console", stat.S_IFCHR | 0o600, device=(5, 1))
    return archive(
        [
            *(Entry(name, stat.S_IFDIR | 0o755) for name in folders),
            console,
            *(Entry(name, stat.S_IFREG | mode, data) for name, (mode, data) in files.items()),
        ]
    )


def recipe() -> str:
    """Return the Python of the page for installers."""
    page = (ROOT / "docs/installers.md").read_text("utf-8")
    return "\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL))


_Files = dict[str, tuple[int, bytes]]


def _array() -> str:
    """Return what makes the array, without what needs a shell."""
    text = backends.script(ARRAY)
    return "".join(f"{line}\n" for line in text.splitlines() if line.split()[0] in ("mkdir", "echo", "ln", "truncate"))


def _first_process() -> bytes:
    return f"#!{_interpreter()}\n".encode() + (Path(__file__).with_name("installer_init.py")).read_bytes()


def _interpreter() -> Path:
    return Path(os.path.realpath(sys.executable))


def _python() -> _Files:
    """Return the interpreter, its library, and the shared libraries of both, at their own places."""
    library = Path(sysconfig.get_path("stdlib"))
    files: _Files = {}
    for folder, names, members in os.walk(library):
        names[:] = [name for name in names if not _LEFT_OUT.fullmatch(name)]
        for member in members:
            file = Path(folder, member)
            files[str(file)[1:]] = (0o644, file.read_bytes())
    files[str(_interpreter())[1:]] = (0o755, _interpreter().read_bytes())
    binaries = [_interpreter(), *(Path(f"/{name}") for name in files if name.endswith(".so"))]
    binaries += [Path(_cffi_backend.__file__)]
    return files | {str(path)[1:]: (0o755, path.read_bytes()) for path in _libraries(binaries)}


def _libraries(binaries: Iterable[Path]) -> Iterator[Path]:
    """Yield the shared libraries of programs, and their loader."""
    printed = subprocess.run(["ldd", *map(str, binaries)], check=False, capture_output=True, text=True).stdout
    yield from {Path(found) for found in re.findall(r"(?:=> |^\t)(/\S+) \(", printed, re.MULTILINE)}


def _wheel(wheel: Path) -> _Files:
    """Return what an installation of the wheels consists of."""
    archived = zipfile.ZipFile(wheel)
    files: _Files = {f"{_FOLDER}/{name}": (0o644, archived.read(name)) for name in archived.namelist()}
    backend = Path(_cffi_backend.__file__)
    files[f"{_FOLDER}/{backend.name}"] = (0o644, backend.read_bytes())
    for package in (cffi, ioctl_opt):
        for file in Path(str(package.__file__)).parent.glob("*.py"):
            files[f"{_FOLDER}/{package.__name__}/{file.name}"] = (0o644, file.read_bytes())
    return files
