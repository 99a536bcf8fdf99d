"""The checker of NVMe namespaces."""

import errno
from dataclasses import replace

import pytest

from multipath.paths.request import Answer, Operation, Silence
from multipath.paths.state import PathState
from multipath.probes.checkers import checker_named, probe
from multipath.probes.verdict import Checker, Verdict

from ..asked import SDA, Scripted, waited
from ..pages import page, sent

NVME = replace(SDA, name="nvme0n1", hctl=None, bus="nvme", state="live")
ANA, STAY, PLAIN = sent("nvme-controller-ana"), sent("nvme-controller-groups-stay"), sent("nvme-controller-plain")
NAMESPACE = sent("nvme-namespace")  # of group 2
LOG, GROUPS = sent("ana-log"), sent("ana-log-groups")


def number(namespace: int) -> Answer:
    """Return what the kernel says is the namespace's number."""
    return Answer(data=f"{namespace}\n".encode())


def verdict(*answers: Answer | Silence, checker: Checker | None = None) -> tuple[Verdict, Scripted]:
    """Return what a checker says to these answers, and what it asked."""
    asker = Scripted(*answers)
    return waited(probe(checker or checker_named("nvme"), asker, NVME, 1.0, state="live")), asker


class TestANamespaceWithAsymmetricAccess:
    @pytest.mark.parametrize(
        ("namespace", "state"),
        [
            (1, PathState.UP),
            (2, PathState.UP),
            (3, PathState.GHOST),
            (4, PathState.DOWN),
            (5, PathState.PENDING),
            (6, PathState.DOWN),
        ],
    )
    def test_is_judged_by_the_log(self, namespace: int, state: PathState) -> None:
        """In each state, and in none."""
        assert verdict(ANA, number(namespace), LOG)[0].state is state

    def test_is_known_by_its_group_where_that_never_changes(self) -> None:
        """The log is read without the namespaces, and only the log is read again."""
        checker = checker_named("nvme")
        found, asker = verdict(STAY, number(9), NAMESPACE, GROUPS, checker=checker)

        assert found == Verdict(PathState.UP, "Get Log Page of ANA: non-optimized")
        assert [request.payload[:1].hex() for request in asker.asked] == ["06", "", "06", "02"]
        assert asker.asked[-1].payload[41] == 1
        assert asker.asked[1].node == "/sys/class/block/nvme0n1/nsid"

        assert [each.operation for each in verdict(GROUPS, checker=checker)[1].asked] == [Operation.NVME]

    @pytest.mark.parametrize("cut", [0, 15, 16, 47, 51])
    def test_may_be_in_a_log_that_was_cut(self, cut: int) -> None:
        """What did not come does not count."""
        assert verdict(ANA, number(1), Answer(data=page("ana-log")[:cut]))[0].state is PathState.DOWN


class TestANamespaceWithoutAsymmetricAccess:
    def test_is_there_or_not(self) -> None:
        """One that is not attached has no size."""
        assert verdict(PLAIN, number(1), NAMESPACE)[0].state is PathState.UP
        assert verdict(PLAIN, number(1), Answer(data=bytes(4096)))[0].state is PathState.DOWN

    @pytest.mark.parametrize(
        ("answers", "state"),
        [
            ((Answer(error=errno.ENOTTY),), PathState.WILD),
            ((Answer(error=errno.EIO),), PathState.DOWN),
            ((Answer(status=0x4002),), PathState.DOWN),
            ((Answer(data=b"\1\2"),), PathState.DOWN),
            ((PLAIN, Answer(error=errno.ENOENT)), PathState.DOWN),
            ((PLAIN, Answer(data=b"0\n")), PathState.DOWN),
            ((PLAIN, Answer(data=b"x\n")), PathState.DOWN),
            ((PLAIN, number(1), Answer(status=0x400B)), PathState.DOWN),
            ((PLAIN, number(1), Silence.DEADLINE), PathState.TIMEOUT),
        ],
    )
    def test_may_not_be_told_of(self, answers: tuple[Answer | Silence, ...], state: PathState) -> None:
        """Refused, cut, unknown, silent."""
        assert verdict(*answers)[0].state is state


class TestAControllerThatIsNotLive:
    @pytest.mark.parametrize(
        ("state", "expected"),
        [
            ("dead", PathState.DOWN),
            ("connecting", PathState.DOWN),
            ("new", PathState.PENDING),
            ("deleting", PathState.PENDING),
        ],
    )
    def test_is_not_asked(self, state: str, expected: PathState) -> None:
        """The kernel's word is enough."""
        asker = Scripted(PLAIN)

        assert waited(probe(checker_named("nvme"), asker, NVME, 1.0, state=state)).state is expected
        assert asker.asked == []
