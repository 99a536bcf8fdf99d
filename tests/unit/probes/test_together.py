"""What several paths of a unit ask at the same time."""

import asyncio
from dataclasses import replace
from functools import partial

import pytest

from multipath.paths.request import Answer, Request, Silence
from multipath.probes.prioritizers import UNDEFINED, Priority, priority_of
from multipath.probes.together import Together
from multipath.units import parse_devt

from .asked import SDA, Scripted, failing, waited
from .pages import sent

LOST = failing(status=0, host=1)


class Unhurried(Scripted):
    """An asker that answers a round of the loop later."""

    async def ask(self, request: Request, deadline: float) -> Answer | Silence:
        """Return the next answer."""
        await asyncio.sleep(0)
        return await super().ask(request, deadline)


def worths(asker: Scripted, *groups: int, together: Together) -> list[Priority]:
    """Return what paths in these groups are worth that are asked at the same time."""

    async def all_of_them() -> list[Priority]:
        paths = [replace(SDA, devt=parse_devt(f"8:{16 * at}"), port_group=group) for at, group in enumerate(groups)]
        return await asyncio.gather(*(priority_of("alua", "", asker, path, 1.0, together) for path in paths))

    return waited(all_of_them())


class TestTheAccessStatesOfAUnit:
    def test_are_asked_for_once(self) -> None:
        """One report tells each path the state of its own group; nothing is kept for later."""
        asker, together = Unhurried(sent("port-groups")), Together()

        assert [worth.value for worth in worths(asker, 1, 2, 3, 5, together=together)] == [50, 10, 1, 5]
        assert len(asker.asked) == 1
        worths(asker, 1, together=together)
        assert len(asker.asked) == 2

    @pytest.mark.parametrize("answer", [LOST, Silence.DEADLINE, RuntimeError("broken")])
    def test_are_asked_for_by_each_path_where_the_first_one_failed(
        self, answer: Answer | Silence | RuntimeError
    ) -> None:
        """What became of its question says nothing about the others."""
        asker = Unhurried(answer, sent("port-groups"))

        assert [worth.value for worth in worths(asker, 1, 2, 3, together=Together())] == [UNDEFINED, 10, 1]
        assert len(asker.asked) == 3

    def test_are_asked_for_again_by_a_path_whose_group_was_left_out(self) -> None:
        """A port may report fewer groups than another one."""
        asker = Unhurried(sent("port-groups"))

        worths(asker, 1, 99, together=Together())

        assert [request.devt for request in asker.asked] == [parse_devt("8:0"), parse_devt("8:16")]

    def test_are_not_lost_with_a_path_that_stops_waiting(self) -> None:
        """Neither for those that wait still, nor for whoever asks next."""
        together, asked = Together(), list[str]()

        async def story() -> Answer:
            gate = asyncio.Event()

            async def ask(who: str) -> Answer:
                asked.append(who)
                await gate.wait()
                return Answer()

            first, second, third = (
                asyncio.create_task(together.once(b"states", partial(ask, who), lambda answer: answer.good))
                for who in ("first", "second", "third")
            )
            await asyncio.sleep(0)
            second.cancel()
            first.cancel()
            gate.set()
            return await third

        assert waited(story()) == Answer()
        assert asked == ["first", "third"]
