"""The checker of CLARiiON and VNX arrays."""

import struct
from collections.abc import Iterator

import pytest

from multipath.paths.request import Answer
from multipath.paths.state import PathState
from multipath.probes.checkers import checker_named, probe
from multipath.probes.checkers.emc_clariion import INACTIVE
from multipath.probes.verdict import Checker, Verdict

from ..asked import SDA, Scripted, failing, fixed, waited
from ..pages import page, sent

CAPACITY = Answer(data=struct.pack(">II", 1023, 512))
BLOCKS = Answer(data=bytes(4096))
SNAPSHOT = failing(fixed(5, 0x25, 1))


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    INACTIVE.clear()


def verdict(*answers: Answer, checker: Checker | None = None) -> Verdict:
    """Return what a checker says to these answers."""
    return waited(probe(checker or checker_named("emc_clariion"), Scripted(*answers), SDA, 1.0, state="running"))


class TestAUnit:
    @pytest.mark.parametrize(
        ("name", "state"),
        [
            ("emc-bound", PathState.UP),
            ("emc-unbound", PathState.DOWN),
            ("emc-closed", PathState.SHAKY),
            ("emc-misconfigured", PathState.DOWN),
            ("emc-revision", PathState.DOWN),
            ("rdac-owned", PathState.DOWN),
        ],
    )
    def test_is_judged_by_its_page(self, name: str, state: PathState) -> None:
        """A passive path is up, not ghost."""
        assert verdict(sent(name)).state is state

    @pytest.mark.parametrize(
        ("answer", "state"),
        [
            (failing(fixed(5, 0x24, 0)), PathState.WILD),
            (failing(fixed(2, 4, 3)), PathState.DOWN),
            (failing(status=0, host=1), PathState.DOWN),
            (Answer(data=page("emc-owned")[:48]), PathState.DOWN),
            (failing(fixed(1, 0, 0), data=page("emc-bound")), PathState.UP),
        ],
    )
    def test_may_send_no_page(self, answer: Answer, state: PathState) -> None:
        """A device that does not know it is wild."""
        assert verdict(answer).state is state

    def test_is_read_where_it_is_owned(self) -> None:
        """Its page says nothing of a snapshot that is not active."""
        assert verdict(sent("emc-owned"), CAPACITY, BLOCKS).state is PathState.UP
        assert verdict(sent("emc-owned"), CAPACITY, failing(fixed(3, 0x11, 0))).state is PathState.DOWN

    def test_must_stay_the_same(self) -> None:
        """A path that leads to another unit by now is down."""
        checker = checker_named("emc_clariion")

        assert verdict(sent("emc-owned"), CAPACITY, BLOCKS, checker=checker).state is PathState.UP
        found = verdict(sent("emc-another-unit"), checker=checker)

        assert found.state is PathState.DOWN
        assert page("emc-another-unit")[10:26].hex() in found.message


class TestASnapshotThatIsNotActive:
    def test_is_down_on_every_path(self) -> None:
        """The owning path learns it, and the passive one goes by that until the owning one reads again."""
        owning, passive = checker_named("emc_clariion"), checker_named("emc_clariion")

        assert verdict(sent("emc-owned"), CAPACITY, SNAPSHOT, checker=owning).state is PathState.DOWN
        assert verdict(sent("emc-bound"), checker=passive).state is PathState.DOWN
        assert verdict(sent("emc-owned"), BLOCKS, checker=owning).state is PathState.UP
        assert verdict(sent("emc-bound"), checker=passive).state is PathState.UP

    def test_is_no_other_failure(self) -> None:
        """A medium error on one path says nothing of the other."""
        assert verdict(sent("emc-owned"), CAPACITY, failing(fixed(3, 0x11, 0))).state is PathState.DOWN
        assert verdict(sent("emc-bound")).state is PathState.UP
