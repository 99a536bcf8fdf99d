"""
What may import what, read from the sources.

The rooms of the package stand in one order, and each imports only what stands to its right; so any room can be read,
and tested, without those to its left. The pure rooms do no I/O. Names that say nothing are no names of files.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

import multipath

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = "multipath"

# The order: from what people see to what everything stands on. Rooms of one line do not import each other.
ORDER: Final = (
    ("frontends",),
    ("maps",),
    ("multipathd",),
    ("policy", "probes"),
    ("paths",),
    ("config", "dm"),
    ("wire",),
    ("errors", "clock"),
    ("units", "late", "blocks"),
)
FOUNDATION: Final = frozenset({"errors", "clock", "units", "late", "blocks"})
NATIVE: Final = "_native"
# Who may import the compiled core.
NATIVE_USERS: Final = frozenset({"config", "dm", "paths", "wire", "virtual", "simulation"})
# The rooms beside the order: each has its own list.
BESIDE: Final = {
    "virtual": frozenset({"dm", "paths", "wire", NATIVE}) | FOUNDATION,
    "simulation": frozenset({"wire", NATIVE}) | FOUNDATION,
    "lab": FOUNDATION,
    NATIVE: FOUNDATION,
}
PURE: Final = frozenset({"wire", "config", "policy"})
NOT_PURE: Final = frozenset({f"{PACKAGE}.config.files"})
IO: Final = frozenset(
    {
        "asyncio",
        "concurrent",
        "ctypes",
        "fcntl",
        "glob",
        "importlib",
        "io",
        "logging",
        "mmap",
        "multiprocessing",
        "os",
        "pathlib",
        "random",
        "secrets",
        "select",
        "selectors",
        "shutil",
        "signal",
        "socket",
        "subprocess",
        "syslog",
        "tempfile",
        "termios",
        "threading",
        "time",
    }
)
NAMELESS: Final = frozenset(
    {
        "util",
        "utils",
        "common",
        "helper",
        "helpers",
        "misc",
        "core",
        "shared",
        "tools2",
        "manager2",
        "stuff",
    }
)
# What `import multipath` may bring along, beside what Python has loaded by then.
LIGHT: Final = frozenset(
    {
        "multipath",
        "multipath.late",
        "_collections",
        "_collections_abc",
        "_operator",
        "collections",
        "collections.abc",
        "importlib",
        "importlib._bootstrap",
        "importlib._bootstrap_external",
        "itertools",
        "keyword",
        "operator",
        "reprlib",
        "warnings",
        "_warnings",
        "types",
    }
)
HEAVY: Final = frozenset(
    {
        "asyncio",
        "ssl",
        "http",
        "logging",
        "unittest",
        "subprocess",
        "multiprocessing",
        "rich",
        "pyudev",
        "email",
    }
)


def allowed(room: str) -> frozenset[str]:
    """Return the rooms that ``room`` may import, beside itself."""
    if room in BESIDE:
        return BESIDE[room]
    place = next(index for index, rooms in enumerate(ORDER) if room in rooms)
    right = frozenset(name for rooms in ORDER[place + 1 :] for name in rooms)
    if room in NATIVE_USERS:
        right |= {NATIVE}
    # What shows things to people may show every room: the laboratory, the rehearsals.
    return right | {"lab", "virtual", "simulation"} if room == "frontends" else right


@dataclass(frozen=True)
class Import:
    """One imported module, by its full name, and the line that imports it."""

    module: str
    line: int

    @property
    def room(self) -> str | None:
        """The room of this package that it belongs to; ``None`` for other packages and for the package itself."""
        parts = self.module.split(".")
        return parts[1] if parts[0] == PACKAGE and len(parts) > 1 else None


def imports(module: str, source: str, *, is_package: bool = False) -> Iterator[Import]:
    """Yield every import of a module: at its top, inside functions, and under ``TYPE_CHECKING``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")[: None if is_package and node.level == 1 else is_package - node.level]
            base = ".".join([*(above if node.level else ()), *([node.module] if node.module else ())])
            yield from (Import(_home(f"{base}.{alias.name}"), node.lineno) for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            yield from (
                Import(str(word.value), node.lineno) for word in node.args[:1] if isinstance(word, ast.Constant)
            )


def _home(name: str) -> str:
    """Return the module behind a name of this package that is public, so that it cannot be a way around the order."""
    public = name.removeprefix(f"{PACKAGE}.")
    return f"{PACKAGE}.{multipath._ROOMS[public]}" if public in multipath._ROOMS else name


def breaches(module: str, source: str, *, is_package: bool = False) -> list[str]:
    """Return what a module imports and may not, one line each."""
    parts = module.split(".")
    if len(parts) == 1:
        return []
    found, room = [], parts[1]
    for each in imports(module, source, is_package=is_package):
        if each.module == PACKAGE and room != "frontends":
            found.append(f"{module}:{each.line}: {room} may not import the package that it is a part of")
        elif each.room not in (None, room) and each.room not in allowed(room):
            found.append(f"{module}:{each.line}: {room} may not import {each.room}")
        elif room in PURE and module not in NOT_PURE and each.module.split(".")[0] in IO:
            found.append(f"{module}:{each.line}: {room} does no I/O and may not import {each.module}")
    return found


def sources() -> list[tuple[str, Path]]:
    """Return every module of the package, with its file; of the compiled ones the stub."""
    files = sorted(path for path in (ROOT / PACKAGE).rglob("*.py*") if path.suffix in (".py", ".pyi"))
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in files]
    return list(zip(names, files, strict=True))


def late_packages() -> list[str]:
    """Return the packages whose public names are imported when they are first used."""
    return [name for name, file in sources() if file.name == "__init__.py" and " = late(" in file.read_text()]


class TestEveryModule:
    @pytest.mark.parametrize(("module", "file"), sources(), ids=lambda value: value if isinstance(value, str) else "")
    def test_imports_only_what_stands_to_its_right(self, module: str, file: Path) -> None:
        """And no I/O where its room is pure."""
        assert breaches(module, file.read_text(), is_package=file.stem == "__init__") == []

    def test_stands_in_a_room_of_the_order(self) -> None:
        """A new room has to find its place first."""
        rooms = {name.split(".")[1] for name, _ in sources() if "." in name}

        assert rooms <= {room for line in ORDER for room in line} | BESIDE.keys()

    @pytest.mark.parametrize("folder", [PACKAGE, "_native", "tests", "benchmarks"])
    def test_has_a_name_that_says_something(self, folder: str) -> None:
        """A file is called after what it holds."""
        files = [path for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".pyx", ".pxd", ".pyi", "")]

        assert [path for path in files if path.stem.lstrip("_").removeprefix("test_") in NAMELESS] == []


class TestTheReaderOfImports:
    @pytest.mark.parametrize(
        ("module", "source", "breach"),
        [
            ("multipath.dm.control", "from ..maps import map", "dm may not import maps"),
            ("multipath.dm.control", "from ..maps.map import Map", "dm may not import maps"),
            ("multipath.dm.control", "import multipath.maps.map", "dm may not import maps"),
            ("multipath.dm.control", "from multipath.maps import map", "dm may not import maps"),
            ("multipath.dm.control", "from multipath import maps", "dm may not import maps"),
            ("multipath.dm.control", "from multipath import Host", "dm may not import maps"),
            ("multipath.dm.control", "from .. import Host", "dm may not import maps"),
            ("multipath.dm.control", "import multipath", "dm may not import the package that it is a part of"),
            ("multipath.dm.control", "def f():\n    from ..maps import map", "dm may not import maps"),
            ("multipath.dm.control", "if TYPE_CHECKING:\n    from ..maps import map", "dm may not import maps"),
            ("multipath.dm.control", "importlib.import_module('multipath.maps.map')", "dm may not import maps"),
            ("multipath.dm.targets.linear", "from ...config import lexer", "dm may not import config"),
            ("multipath.config.files", "from ..dm import control", "config may not import dm"),
            ("multipath.multipathd.socket", "from ..maps import map", "multipathd may not import maps"),
            ("multipath.policy.grouping", "from ..probes import checkers", "policy may not import probes"),
            ("multipath.maps.map", "from .._native import codec", "maps may not import _native"),
            ("multipath.frontends.exporter", "from .._native import codec", "frontends may not import _native"),
            ("multipath.lab.guest", "from ..dm import control", "lab may not import dm"),
            ("multipath.simulation.latency", "from ..dm import control", "simulation may not import dm"),
            ("multipath.virtual.host", "from ..maps import map", "virtual may not import maps"),
            ("multipath.units", "from . import errors", "units may not import errors"),
            ("multipath.wire.table", "import time", "wire does no I/O and may not import time"),
            ("multipath.wire.table", "def f():\n    import os.path", "wire does no I/O and may not import os.path"),
            (
                "multipath.wire.table",
                "from time import monotonic",
                "wire does no I/O and may not import time.monotonic",
            ),
            (
                "multipath.policy.stall",
                "from pathlib import Path",
                "policy does no I/O and may not import pathlib.Path",
            ),
            ("multipath.config.lexer", "import socket", "config does no I/O and may not import socket"),
        ],
    )
    def test_catches(self, module: str, source: str, breach: str) -> None:
        """Upward imports in every form, and I/O in a pure room."""
        assert [line.partition(": ")[2] for line in breaches(module, source)] == [breach]

    @pytest.mark.parametrize(
        ("module", "source"),
        [
            ("multipath.frontends.cli.main", "from ...maps import host\nfrom ...lab import guest\nimport time"),
            ("multipath.maps.map", "from ..multipathd import socket\nfrom ..dm.control import Control\nimport os"),
            ("multipath.dm.control", "from .._native import codec\nfrom . import name\nfrom ..wire.words import Words"),
            ("multipath.virtual.control", "from ..dm import device\nfrom .._native import codec"),
            ("multipath.config.files", "import os\nfrom pathlib import Path"),
            ("multipath.units", "import os"),
            ("multipath.wire.table", "import re\nfrom dataclasses import dataclass\nfrom ..errors import TableError"),
            ("multipath", "from .maps.host import Host\nfrom .late import late"),
        ],
    )
    def test_lets_pass(self, module: str, source: str) -> None:
        """What the order allows."""
        assert breaches(module, source) == []

    def test_knows_where_a_package_stands(self) -> None:
        """In ``__init__`` one dot is the package itself."""
        source = "from .params import TargetParams\nfrom ...maps import map"

        assert breaches("multipath.dm.targets", source, is_package=True) == [
            "multipath.dm.targets:2: dm may not import maps"
        ]


class TestAPackageWithLateNames:
    @pytest.mark.parametrize("package", late_packages())
    def test_resolves_every_one_of_them(self, package: str) -> None:
        """Each public name is the one that its module defines, and is there for ``dir``."""
        module = import_module(package)

        for name, home in self.drawn(package).items():
            assert getattr(module, name) is getattr(import_module(home, package), name)
            assert name in dir(module)

    @pytest.mark.parametrize("package", late_packages())
    def test_shows_type_checkers_the_same(self, package: str) -> None:
        """The names under ``TYPE_CHECKING`` are ``__all__``, from the same modules."""
        module = import_module(package)
        homes = next(value for value in vars(module).values() if isinstance(value, dict) and [*value] == module.__all__)

        assert self.drawn(package) == {name: f".{home}" for name, home in homes.items()}

    @pytest.mark.parametrize("package", late_packages())
    def test_has_no_other_names(self, package: str) -> None:
        """A misspelt name is an error at once."""
        with pytest.raises(AttributeError, match="no attribute 'Hots'"):
            import_module(package).Hots  # noqa: B018

    @staticmethod
    def drawn(package: str) -> dict[str, str]:
        """Return the names under ``TYPE_CHECKING``, each with its module."""
        tree = ast.parse((ROOT.joinpath(*package.split(".")) / "__init__.py").read_text())
        blocks = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
        froms = [node for block in blocks for node in block.body if isinstance(node, ast.ImportFrom)]
        return {alias.asname or "": f".{node.module}" for node in froms for alias in node.names}


class TestAnImport:
    @staticmethod
    def loaded(statement: str) -> set[str]:
        """Return the modules that a statement loads into a new Python."""
        code = f"import sys; before = set(sys.modules); {statement}; print(*set(sys.modules) - before)"
        done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)
        return set(done.stdout.split())

    def test_of_the_package_is_light(self) -> None:
        """An installer's small environment pays for what it uses."""
        assert self.loaded("import multipath") <= LIGHT

    @pytest.mark.parametrize("name", multipath.__all__)
    def test_of_a_name_brings_nothing_heavy(self, name: str) -> None:
        """No event loop, no optional package, nothing that starts processes."""
        assert {module.split(".")[0] for module in self.loaded(f"from multipath import {name}")} & HEAVY == set()

    @pytest.mark.parametrize(
        ("statement", "room"),
        [
            ("from multipath import Host", "maps"),
            ("from multipath.frontends.cli.main import make_parser; make_parser('show', alone=True)", "frontends"),
        ],
    )
    def test_of_who_looks_at_maps_brings_nothing_that_plans_asks_or_acts(self, statement: str, room: str) -> None:
        """A process that lists maps once costs more by what it imports than by what it does."""
        loaded = self.loaded(statement)

        rooms = {module.split(".")[1] for module in loaded if module.startswith("multipath.")}
        assert rooms <= FOUNDATION | {room, "maps", "paths", "dm", "wire", NATIVE}
        assert (
            loaded & {"json", "socket", "ctypes", "_cffi_backend", "logging", "random", "multipath.maps.plan"} == set()
        )

    def test_of_a_pure_room_does_not_bring_the_others(self) -> None:
        """Texts can be read without the compiled core, and without device-mapper."""
        loaded = self.loaded("import multipath.wire.status, multipath.wire.message, multipath.wire.vpd")

        assert {module.split(".")[1] for module in loaded if module.startswith("multipath.")} <= FOUNDATION | {"wire"}
