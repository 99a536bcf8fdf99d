"""What a user installs: an sdist that builds, and a wheel that needs no compiler."""

import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
USE = (
    "import multipath, multipath._native.control, multipath._native.libc;"
    "print(multipath.MultipathTable.parse('0 0 1 1 round-robin 0 1 1 8:16 1').devices)"
)

DRIVER = """
from multipath._native.selector cimport Selector, hold, release

def drive(Selector selector, int n):
    cdef int done = 0, path
    with nogil:
        hold(selector)
        for _ in range(n):
            path = selector.pick(4096, 0, 0)
            selector.started(path, 4096)
            selector.ended(path, 4096, 0, 0)
            done += path >= 0
        release(selector)
    return done
"""
DRIVE = (
    "from multipath._native.service_time import ServiceTime; import driver;"
    "selector = ServiceTime([1, 3]); print(driver.drive(selector, 1000), selector.status())"
)
COMPILE = (
    "gcc", "-shared", "-fPIC", f"-I{sysconfig.get_path('include')}", "driver.c",
    "-o", f"driver{sysconfig.get_config_var('EXT_SUFFIX')}",
)  # fmt: skip


def run(*words: str | Path, cwd: Path, path: str | None = None) -> str:
    """Run a program that must succeed, and return what it printed."""
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"} | ({"PATH": path} if path is not None else {})
    done = subprocess.run(
        [*map(str, words)], cwd=cwd, env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist, and the wheel from it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT, cwd=folder)
    return folder


class TestTheWheel:
    def test_installs_and_works_without_a_compiler(self, dist: Path, tmp_path: Path) -> None:
        """A clean environment, no gcc in reach, and the compiled core runs."""
        python = tmp_path / "venv/bin/python"
        run(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)

        run(python, "-m", "pip", "install", "--quiet", next(dist.glob("*.whl")), cwd=tmp_path, path=str(python.parent))

        assert run(python, "-c", USE, cwd=tmp_path, path="") == "('8:16',)\n"
        assert "show" in run(python.parent / "mpath", "--help", cwd=tmp_path, path="")

    def test_carries_types_and_the_labs_scripts_and_no_sources_of_the_core(self, dist: Path) -> None:
        """Stubs, declarations, py.typed and the guest's scripts are in; .pyx and tests are not."""
        names = zipfile.ZipFile(next(dist.glob("*.whl"))).namelist()

        assert {"multipath/py.typed", "multipath/_native/codec.pyi"} <= set(names)
        assert {f"multipath/lab/{name}" for name in ("pivot.sh", "xstate.c", "fpin.c")} <= set(names)
        metrics = "multipath/frontends/metrics/multipath"
        assert {f"{metrics}.rules.yml", f"{metrics}.dashboard.json"} <= set(names)
        assert "multipath/frontends/cli/mpath.schema.json" in names
        share = {name.partition(".data/data/share/")[2] for name in names}
        assert {"man/man1/mpath.1", "man/man1/mpath-run.1", "bash-completion/completions/mpath"} <= share
        assert {"multipath/_native/selector.pxd", "multipath/_native/group.pxd"} <= set(names)
        assert not [name for name in names if name.endswith(".pyx") or name.startswith(("tests", "_native"))]

    def test_lets_another_compiled_module_drive_a_selector(self, dist: Path, tmp_path: Path) -> None:
        """Its own loop, without the GIL, over the hooks of an installed selector."""
        site = tmp_path / "site"
        run(
            sys.executable,
            "-m",
            "pip",
            "install",
            "-q",
            "--no-deps",
            "-t",
            site,
            next(dist.glob("*.whl")),
            cwd=tmp_path,
        )
        (tmp_path / "driver.pyx").write_text(DRIVER)

        run("env", f"PYTHONPATH={site}", sys.executable, "-m", "cython", "-3", "driver.pyx", cwd=tmp_path)
        run(*COMPILE, cwd=tmp_path)

        assert run("env", f"PYTHONPATH={site}", sys.executable, "-c", DRIVE, cwd=tmp_path) == "1000 ((0, 1), (0, 3))\n"


class TestTheSdist:
    def test_carries_what_a_build_needs_and_nothing_that_was_built(self, dist: Path) -> None:
        """The core's sources are in, compiled modules are not."""
        with tarfile.open(next(dist.glob("*.tar.gz"))) as archive:
            names = [name.partition("/")[2] for name in archive.getnames()]

        assert {"setup.py", "_native/codec.pyx", "_native/__init__.pxd", "LICENSE"} <= set(names)
        assert not [name for name in names if name.endswith(".so")]
