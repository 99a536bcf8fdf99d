"""Checkers and prioritizers of other packages: entry points of a package that is really installed."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath.errors import PluginError
from multipath.paths.request import Answer
from multipath.paths.state import PathState
from multipath.probes import plugins
from multipath.probes.checkers import checker_named, probe
from multipath.probes.checkers.tur import TestUnitReady
from multipath.probes.prioritizers import NEEDS_IO, UNDEFINED, Priority, priority, priority_of, problems
from multipath.probes.verdict import Verdict

from .asked import SDA, Scripted
from .package import MODULE, POINTS


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install a package: a module, and the folder that says what it offers."""
    (tmp_path / "acme_probes.py").write_text(MODULE, "utf-8")
    folder = tmp_path / "acme_probes-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-probes\nVersion: 1.0\n", "ascii")
    (folder / "entry_points.txt").write_text(POINTS, "ascii")
    monkeypatch.syspath_prepend(tmp_path)
    plugins.found.cache_clear()
    yield
    plugins.found.cache_clear()
    sys.modules.pop("acme_probes", None)


def verdict(name: str) -> Verdict:
    """Return what a plugin says, within a short time."""
    return asyncio.run(probe(checker_named(name), Scripted(Answer()), SDA, 0.02, state="running"))


def asked(name: str, args: str = "") -> Priority:
    """Return what a plugin says a path is worth."""
    return asyncio.run(priority_of(name, args, Scripted(Answer()), SDA, 0.05))


class TestACheckerOfAnotherPackage:
    def test_is_known_by_its_name(self) -> None:
        """What it says is made printable."""
        assert verdict("acme") == Verdict(PathState.GHOST, "acme looked at sda\\x1b")

    @pytest.mark.parametrize(
        ("name", "state", "said"),
        [
            ("raises", PathState.WILD, "'raises' raised RuntimeError: boom"),
            ("exits", PathState.WILD, "'exits' raised RuntimeError: it would end the program: SystemExit(3)"),
            ("cancels", PathState.WILD, "'cancels' raised RuntimeError: it cancelled itself"),
            ("hangs", PathState.TIMEOUT, "'hangs': no verdict in 0.02 s"),
            ("deaf", PathState.TIMEOUT, "'deaf': no verdict in 0.02 s"),
            ("returns", PathState.WILD, "'returns' returned no verdict but str"),
            ("plain", PathState.WILD, "'plain' raised TypeError"),
        ],
    )
    def test_that_is_broken_is_named_and_harms_nobody(self, name: str, state: PathState, said: str) -> None:
        """Whatever it does."""
        found = verdict(name)

        assert found.state is state
        assert said in found.message

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("cannot", "'cannot' cannot be made: ValueError: no licence"),
            ("nothing", "'nothing' has no method check"),
            ("missing", "'missing' of acme-probes (acme_probes:Missing) cannot be loaded: AttributeError"),
            ("no_module", "'no_module' of acme-probes (acme_lost:Acme) cannot be loaded: ModuleNotFoundError"),
            ("unheard", "there is no checker 'unheard'"),
        ],
    )
    def test_that_cannot_be_had_is_an_error_with_its_name(self, name: str, said: str) -> None:
        """And with that of its package."""
        with pytest.raises(PluginError, match=r"checker") as caught:
            checker_named(name)

        assert said in str(caught.value)

    def test_cannot_stand_in_for_one_that_is_built_in(self) -> None:
        """Whatever name it takes."""
        assert isinstance(checker_named("tur"), TestUnitReady)


class TestAPrioritizerOfAnotherPackage:
    def test_is_known_by_its_name(self) -> None:
        """With its arguments, and what is wrong with them."""
        assert asked("acme", "7") == Priority(7, "acme: sda")
        assert priority("acme", "", SDA) == Priority(None, NEEDS_IO)
        assert problems("acme", "7") == ()
        assert problems("acme", "x") == ("'x' is no number",)

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("odd", "'odd' returned '9', not -1 or a number from 0"),
            ("text", "'text' returned no priority but str"),
            ("none", "'none' returned None"),
            ("breaks", "'breaks' raised KeyError"),
            ("nothing", "raised AttributeError"),
            ("no_module", "'no_module' of acme-probes (acme_lost) cannot be loaded: ModuleNotFoundError"),
            ("unheard", "there is no prioritizer 'unheard'"),
        ],
    )
    def test_that_is_broken_is_named_and_undefined(self, name: str, said: str) -> None:
        """It never raises."""
        found = asked(name)

        assert found.value == UNDEFINED
        assert said in found.why

    def test_that_cannot_be_loaded_is_a_problem(self) -> None:
        """As is one that nobody knows."""
        assert "cannot be loaded" in problems("no_module", "")[0]
        assert problems("unheard", "") == ("there is no prioritizer 'unheard'",)

    def test_cannot_stand_in_for_one_that_is_built_in(self) -> None:
        """``const`` is 1."""
        assert asked("const").value == 1
