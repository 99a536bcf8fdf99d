"""What a checker and a prioritizer ask of a path, in one call."""

from dataclasses import replace

from multipath.paths.request import Answer, Silence
from multipath.paths.state import PathState
from multipath.probes.ahead import asking_ahead
from multipath.probes.checkers import checker_named, probe
from multipath.probes.prioritizers import UNDEFINED, priority_of

from .asked import SDA, Scripted, failing, fixed, waited
from .pages import page

PATH = replace(SDA, port_group=1)
REPORT = replace(Answer(data=page("port-groups")), led=True)
ATTENTION = failing(fixed(6, 0x2A, 6))


def checked(*answers: Answer | Silence, checker: str = "tur", prio: str = "alua") -> tuple[Scripted, PathState, int]:
    """Return who was asked, the verdict of a checker, and what the path is worth then."""
    asker, name = Scripted(*answers), checker_named(checker)

    async def both() -> tuple[PathState, int | None]:
        ahead = asking_ahead(asker, name, prio, PATH)
        verdict = await probe(name, ahead, PATH, 1.0, state="running")
        return verdict.state, (await priority_of(prio, "", ahead, PATH, 1.0)).value

    state, worth = waited(both())
    assert worth is not None
    return asker, state, worth


class TestAPathThatIsWell:
    def test_is_asked_once(self) -> None:
        """The report comes along with the verdict."""
        asker, state, worth = checked(REPORT)

        assert (state, worth) == (PathState.UP, 50)
        assert [(each.lead, each.payload[:2]) for each in asker.asked] == [(bytes(6), b"\xa3\x0a")]

    def test_is_asked_anew_after_a_unit_attention(self) -> None:
        """Each of the two commands may meet one; the one that leads is not sent again for the other."""
        asker, state, worth = checked(ATTENTION, replace(ATTENTION, led=True), replace(REPORT, led=False))

        assert (state, worth) == (PathState.UP, 50)
        assert [bool(each.lead) for each in asker.asked] == [True, True, False]


class TestAPathThatIsNotReady:
    def test_has_the_verdict_of_its_answer(self) -> None:
        """Standby, as without asking ahead; then the state is asked for by itself."""
        asker, state, worth = checked(failing(fixed(2, 4, 0x0B)), replace(REPORT, led=False))

        assert (state, worth) == (PathState.GHOST, 50)
        assert [bool(each.lead) for each in asker.asked] == [True, False]

    def test_is_silent_where_it_is(self) -> None:
        """Neither command was answered."""
        _, state, worth = checked(Silence.DEADLINE)

        assert (state, worth) == (PathState.TIMEOUT, UNDEFINED)


class TestAReportThatDoesNotCome:
    def test_leaves_the_verdict_as_it_is(self) -> None:
        """The path is up, and what it is worth nobody knows."""
        asker, state, worth = checked(Silence.LED)

        assert (state, worth) == (PathState.UP, UNDEFINED)
        assert len(asker.asked) == 1


class TestOthers:
    def test_ask_one_after_the_other(self) -> None:
        """A checker that reads, a prioritizer that does not ask, a path whose group is to be asked for first."""
        asker = Scripted(REPORT)

        assert asking_ahead(asker, checker_named("directio"), "alua", PATH) is asker
        assert asking_ahead(asker, checker_named("tur"), "const", PATH) is asker
        assert asking_ahead(asker, checker_named("tur"), "of-a-plugin", PATH) is asker
        assert asking_ahead(asker, checker_named("tur"), "alua", replace(PATH, port_group=None)) is asker
        assert asking_ahead(asker, checker_named("tur"), "alua", replace(PATH, tpgs=0)) is asker
