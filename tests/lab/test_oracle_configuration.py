"""multipath.conf as multipath-tools reads it: its print of the whole configuration, and ours, of the same files."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from multipath.config.dump import dump
from multipath.config.files import load
from multipath.errors import ConfigError
from multipath.lab import multipath_tools
from multipath.lab.multipath_tools import DROP_INS, MAIN_FILE

from .effective import Difference, differences, entries, facts
from .known_differences import KNOWN, explain

CONFIGS: Final = Path(__file__).parents[1] / "golden/configs"
NAMES: Final = sorted(path.stem for path in CONFIGS.glob("*.conf"))
DOCUMENT: Final = Path(__file__).parents[2] / "docs/differences.md"
# No print takes a tenth of it.
PATIENCE: Final = 5.0
# How a program ends that prints nothing.
_ENDS: Final = {1: "refused", -11: "crash", -8: "crash"}


class Answers:
    """What a release and this library make of each configuration of the corpus."""

    def __init__(self, release: str, folder: Path) -> None:
        self.release, self._folder = release, folder
        self.theirs = {name: self._their_print(self._laid_out(name)) for name in NAMES}
        self.ours = {name: _our_print(self._folder / name) for name in NAMES}
        self._base = {
            (each.place, each.option) for each in self.found("empty") if each.place.startswith(("devices", "blacklist"))
        }

    def found(self, name: str) -> list[Difference]:
        """Return what differs for a configuration."""
        theirs, ours = self.theirs[name], self.ours[name]
        if "{" in theirs and "{" in ours:
            return sorted(differences(facts(theirs), facts(ours)))
        ends = [printed if "{" not in printed else "read" for printed in (theirs, ours)]
        return [Difference("", "", *ends)] if ends[0] != ends[1] else []

    def meaning(self, found: Difference) -> str:
        """Return the id of what is meant by a difference; empty where nothing is."""
        older = self.release == "0.9.4" and (found.place, found.option) in self._base
        return explain(found, self.release) or "older-table" * older

    def _laid_out(self, name: str) -> Path:
        place = self._folder / name
        place.mkdir()
        shutil.copy(CONFIGS / f"{name}.conf", place / MAIN_FILE)
        drop_ins = CONFIGS / name
        shutil.copytree(drop_ins, place / DROP_INS) if drop_ins.is_dir() else (place / DROP_INS).mkdir()
        return place

    def _their_print(self, place: Path) -> str:
        words = [*multipath_tools.program(self.release, at=multipath_tools.portable(self.release)), "-t"]
        try:
            done = subprocess.run(words, cwd=place, capture_output=True, timeout=PATIENCE, check=False)
        except subprocess.TimeoutExpired:
            return "hang"
        return done.stdout.decode("utf-8", "surrogateescape") if not done.returncode else _ENDS[done.returncode]


def _our_print(place: Path) -> str:
    try:
        return dump(load(str(place / MAIN_FILE), str(place / DROP_INS)))
    except ConfigError:
        return "refused"


@pytest.fixture(scope="module", params=multipath_tools.RELEASES)
def answers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """Give what a release says of the corpus."""
    return Answers(request.param, tmp_path_factory.mktemp("configs"))


@pytest.mark.slow
class TestEveryConfigurationOfTheCorpus:
    def test_means_what_multipath_tools_takes_it_for(self, answers: Answers) -> None:
        """Option by option, rule by rule, but for the differences that are meant."""
        unexplained = {
            name: found
            for name in NAMES
            if (found := [each for each in answers.found(name) if not answers.meaning(each)])
        }

        assert unexplained == {}

    def test_is_refused_when_that_program_refuses_it(self, answers: Answers) -> None:
        """And there are some of these."""
        refused = {name for name in NAMES if answers.theirs[name] == "refused"}

        assert refused == {name for name in NAMES if answers.ours[name] == "refused"} != set()

    def test_has_its_own_devices_in_that_order(self, answers: Answers) -> None:
        """The later one wins."""
        built_in = {*entries(answers.theirs["empty"]), *entries(answers.ours["empty"])}
        for name in NAMES:
            theirs, ours = (
                [entry for entry in entries(printed[name]) if entry not in built_in]
                for printed in (answers.theirs, answers.ours)
            )
            assert ours == [entry for entry in theirs if entry in ours]


@pytest.mark.slow
class TestTheListOfDifferences:
    def test_has_what_is_found_and_no_more(self, answers: Answers) -> None:
        """Each difference of the document, with the releases that have it, is one that the corpus shows."""
        found = {answers.meaning(each) for name in NAMES for each in answers.found(name)}
        older = {"older-table"} if answers.release == "0.9.4" else set()

        assert found == {known.id for known in KNOWN if answers.release in known.releases} | older
        assert found == _listed(answers.release)


def _listed(release: str) -> set[str]:
    """Return the ids of the document's lines that name a release, or both of them."""
    lines = re.findall(r"(?m)^\| `([a-z-]+)` \| (both|0\.9\.4|newest) \|", DOCUMENT.read_text().partition("\n## ")[0])
    return {name for name, which in lines if which in ("both", release)}
