"""What the tests of the compiled core build: the core with sanitizers, and a kernel to preload."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
Scenario = Callable[[str], Any]
_SANITIZE = "-fsanitize=address,undefined"


def python(*arguments: str, environment: dict[str, str], tree: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a Python of its own on the package in ``tree``, whatever comes of it."""
    command = [sys.executable, *arguments]
    return subprocess.run(command, check=False, cwd=tree, env=environment, capture_output=True, text=True, timeout=600)


def built(tree: Path, compiling: str, linking: str, modules: Sequence[str] = ()) -> Path:
    """
    Return a folder in ``tree`` with the package and its tests, its compiled core built with further flags.

    With ``modules`` it has these of the compiled modules only.
    """
    script = (ROOT / "setup.py").read_text()
    if modules:
        script, found = re.subn(r"(?m)^MODULES = \([^)]*\)", f"MODULES = {tuple(modules)!r}", script)
        assert found == 1
    (tree / "setup.py").write_text(script)
    shutil.copytree(ROOT / "_native", tree / "_native")
    flags = {"CFLAGS": f"{compiling} -fno-omit-frame-pointer -g -O1", "LDFLAGS": linking}
    build = [sys.executable, "setup.py", "-q", "build_ext", "-j", "4", "--build-lib", "lib"]
    done = subprocess.run(build, check=False, cwd=tree, env=os.environ | flags, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (tree / "lib/tests").symlink_to(ROOT / "tests")
    ordinary = shutil.ignore_patterns("*.so", "__pycache__")
    return Path(shutil.copytree(ROOT / "multipath", tree / "lib/multipath", ignore=ordinary, dirs_exist_ok=True)).parent


@pytest.fixture(scope="session")
def sanitized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree with the package, its compiled core built with AddressSanitizer and UndefinedBehaviorSanitizer."""
    return built(tmp_path_factory.mktemp("sanitized"), f"{_SANITIZE} -fno-sanitize-recover=undefined", _SANITIZE)


@pytest.fixture(scope="session")
def sanitizer_environment() -> dict[str, str]:
    """The environment for a Python that loads sanitized modules: every allocation by malloc, so each has red zones."""
    found = subprocess.run(["gcc", "-print-file-name=libasan.so"], check=True, capture_output=True, text=True)
    # Python leaves much to the end of the process, so leaks are looked for elsewhere.
    settings = {"LD_PRELOAD": found.stdout.strip(), "ASAN_OPTIONS": "detect_leaks=0", "PYTHONMALLOC": "malloc"}
    return os.environ | settings


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that answers ioctls in the kernel's place."""
    library = tmp_path_factory.mktemp("shim") / "shim.so"
    source = Path(__file__).with_name("shim.c")
    subprocess.run(
        ["gcc", "-shared", "-fPIC", "-Wall", "-Werror", "-o", library, source, "-ldl", "-lpthread"], check=True
    )
    return library


@pytest.fixture
def run(shim: Path) -> Scenario:
    """Runs one scenario of `under_shim` and returns what it saw."""

    def scenario(name: str) -> Any:
        environment = os.environ | {"LD_PRELOAD": str(shim)}
        done = python("-m", "tests.unit.native.under_shim", name, environment=environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return scenario
