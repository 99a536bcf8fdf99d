"""What a user installs: an sdist that builds, and a wheel that needs no compiler."""

import os
import subprocess
import sys
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
        """Stubs, py.typed and the guest's scripts are in; .pyx and tests are not."""
        names = zipfile.ZipFile(next(dist.glob("*.whl"))).namelist()

        assert {"multipath/py.typed", "multipath/_native/codec.pyi", "multipath/lab/pivot.sh"} <= set(names)
        assert not [name for name in names if name.endswith((".pyx", ".pxd")) or name.startswith(("tests", "_native"))]


class TestTheSdist:
    def test_carries_what_a_build_needs_and_nothing_that_was_built(self, dist: Path) -> None:
        """The core's sources are in, compiled modules are not."""
        with tarfile.open(next(dist.glob("*.tar.gz"))) as archive:
            names = [name.partition("/")[2] for name in archive.getnames()]

        assert {"setup.py", "_native/codec.pyx", "_native/__init__.pxd", "LICENSE"} <= set(names)
        assert not [name for name in names if name.endswith(".so")]
