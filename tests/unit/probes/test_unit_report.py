"""Access states that one path of a unit reports for all of them."""

import asyncio
import time
from dataclasses import replace
from functools import partial

import pytest

from multipath.paths.request import Answer, Request, Silence
from multipath.probes.prioritizers import UNDEFINED, Priority, priority_of
from multipath.probes.unit_report import UnitReport
from multipath.units import parse_devt

from .asked import SDA, Scripted, failing, waited
from .pages import page, sent

LOST = failing(status=0, host=1)
# A group that no other report has.
OTHER = Answer(data=bytes.fromhex("00000008 01cf0099 00020000"))
# Group 1 is not optimized any more.
SWAPPED = Answer(data=page("port-groups").replace(b"\x80", b"\x01", 1))


class Unhurried(Scripted):
    """An asker that answers a round of the loop later."""

    async def ask(self, request: Request, deadline: float) -> Answer | Silence:
        """Return the next answer."""
        await asyncio.sleep(0)
        return await super().ask(request, deadline)


class Clocked(Unhurried):
    """An asker with a clock of its own."""

    time = 0.0

    def now(self) -> float:
        """Return the time."""
        return self.time


def worths(asker: Scripted, *groups: int, report: UnitReport, good_for: float = 0.0) -> list[int | None]:
    """Return what paths in these groups are worth that are asked at the same time."""
    hear = partial(report.heard, good_for=good_for)

    async def all_of_them() -> list[Priority]:
        paths = [replace(SDA, devt=parse_devt(f"8:{16 * at}"), port_group=group) for at, group in enumerate(groups)]
        return await asyncio.gather(*(priority_of("alua", "", asker, path, 1.0, hear) for path in paths))

    return [worth.value for worth in waited(all_of_them())]


class TestAReport:
    def test_is_asked_for_once_at_a_time(self) -> None:
        """It tells each path the state of its own group; the next time it is asked for again."""
        asker, report = Unhurried(sent("port-groups")), UnitReport()

        assert worths(asker, 1, 2, 3, 5, report=report) == [50, 10, 1, 5]
        assert len(asker.asked) == 1
        worths(asker, 1, report=report)
        assert len(asker.asked) == 2

    def test_does_for_who_is_content_with_an_older_one(self) -> None:
        """As long as it is young enough."""
        asker, report = Clocked(sent("port-groups")), UnitReport()

        worths(asker, 1, report=report, good_for=15.0)
        asker.time = 14.9
        assert worths(asker, 2, report=report, good_for=15.0) == [10]
        assert len(asker.asked) == 1
        asker.time = 15.0
        worths(asker, 2, report=report, good_for=15.0)
        assert len(asker.asked) == 2

    def test_says_whether_it_is_news(self) -> None:
        """Not the first one, and not one in other words that says the same."""
        asker, report = Unhurried(sent("port-groups"), sent("port-groups-extended"), SWAPPED), UnitReport()

        assert (worths(asker, 1, report=report), report.changed) == ([50], False)
        assert (worths(asker, 1, report=report), report.changed) == ([50], False)
        assert (worths(asker, 1, report=report), report.changed) == ([10], True)

    def test_is_no_news_for_naming_other_groups(self) -> None:
        """Every port of some arrays reports its own alone."""
        asker, report = Unhurried(sent("port-groups"), OTHER, sent("port-groups")), UnitReport()

        for _ in range(3):
            worths(asker, 1, report=report)
            assert not report.changed

    @pytest.mark.parametrize("answer", [LOST, Silence.DEADLINE, RuntimeError("broken")])
    def test_that_failed_leaves_the_others_to_ask(self, answer: Answer | Silence | RuntimeError) -> None:
        """What became of a question says nothing about the other paths, and nothing is kept of it."""
        asker, report = Unhurried(answer, sent("port-groups")), UnitReport()

        assert worths(asker, 1, 2, 3, report=report, good_for=15.0) == [UNDEFINED, 10, 1]
        assert len(asker.asked) == 3

    def test_that_leaves_a_group_out_is_not_enough_for_its_paths(self) -> None:
        """A port may report fewer groups than another one."""
        asker = Unhurried(sent("port-groups"))

        worths(asker, 1, 99, report=UnitReport())

        assert [request.devt for request in asker.asked] == [parse_devt("8:0"), parse_devt("8:16")]

    def test_is_not_lost_with_a_path_that_stops_waiting(self) -> None:
        """Neither for those that wait still, nor for whoever asks next."""
        report, asked = UnitReport(), list[str]()

        async def story() -> Answer:
            gate = asyncio.Event()

            async def ask(who: str) -> Answer:
                asked.append(who)
                await gate.wait()
                return Answer()

            first, second, third = (
                asyncio.create_task(report.heard(partial(ask, who), time.monotonic, 0.0))
                for who in ("first", "second", "third")
            )
            await asyncio.sleep(0)
            second.cancel()
            first.cancel()
            gate.set()
            return await third

        assert waited(story()) == Answer()
        assert asked == ["first", "third"]
