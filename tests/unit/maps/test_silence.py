"""The watch for silence: who is asked, and who is said to be silent."""

import asyncio
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path as Folder
from typing import Any

import pytest

from multipath import Host, MultipathTable
from multipath.maps.silence import SilenceWatch, Silent, failing
from multipath.paths.path import Path
from multipath.paths.request import Answer, Held, Operation, Request, Silence
from multipath.policy.worst_case import Detection
from multipath.units import format_devt
from multipath.virtual import VirtualHost

from ..paths.timeout_tree import timeout_tree

DETECTION = Detection(0.15, 0.2, 0.2, 1.5)
LINE = "8 {minor} {name} {done} 0 0 0 0 0 0 0 {out} 0 0 0 0 0 0 0 0\n"


class Line:
    """A telephone: who is asked, and what they say."""

    def __init__(self) -> None:
        self.asked: list[tuple[Request, float]] = []
        self.says: Answer | Silence = Silence.DEADLINE

    @property
    def held(self) -> tuple[Held, ...]:
        """Nothing is."""
        return ()

    def ask_blocking(self, request: Request, deadline: float) -> Answer | Silence:
        """Nobody does that here."""
        raise NotImplementedError

    async def ask(self, request: Request, deadline: float) -> Answer | Silence:
        """Answer at once."""
        self.asked.append((request, deadline))
        await asyncio.sleep(0)
        return self.says

    def now(self) -> float:
        """Return the time."""
        return time.monotonic()

    def close(self) -> None:
        """Do nothing."""


class World:
    """One path, its counters, a watch over it, and what the watch told."""

    def __init__(self, folder: Folder, name: str) -> None:
        self.line, self.told = Line(), list[Silent]()
        self.path: Path = timeout_tree(name, folder / "sys")
        self.source = folder / "diskstats"

        async def tell(silent: Silent) -> None:
            self.told.append(silent)

        self.watch = SilenceWatch(self.line, DETECTION, tell, sysfs=folder / "sys", source=str(self.source))
        self.watch.watch([self.path])

    def counts(self, out: int, done: int) -> None:
        """Let the kernel count."""
        self.source.write_text(LINE.format(minor=0, name=self.path.name, done=done, out=out))

    async def looks(self, *moments: float) -> None:
        """Look at these moments, and let who was asked answer."""
        for moment in moments:
            self.watch.look(moment)
            for _ in range(4):
                await asyncio.sleep(0)


@pytest.fixture
def world(tmp_path: Folder) -> World:
    """Give a disk over Fibre Channel."""
    return World(tmp_path, "fc")


def run(work: Coroutine[Any, Any, Any]) -> None:
    """Run a coroutine on a loop of its own."""
    asyncio.run(work)


class TestAPathThatDoesNotAnswer:
    def test_is_told_once_it_was_asked(self, world: World) -> None:
        """With what was seen and what was asked."""
        world.counts(3, 100)

        run(world.looks(0.0, 0.1, 0.3))

        assert [silent.path for silent in world.told] == [world.path]
        assert world.told[0].evidence == "3 in flight, and none came back for 0.3 s; asked, it gave no answer in 0.2 s"
        assert [deadline for _, deadline in world.line.asked] == [0.2]

    def test_is_told_when_its_host_takes_no_commands(self, world: World, tmp_path: Folder) -> None:
        """Nothing is in flight then: device-mapper holds it back."""
        world.counts(0, 100)
        next((tmp_path / "sys").rglob("scsi_host/host2/state")).write_text("recovery\n")

        run(world.looks(0.0, 0.3))

        assert world.told[0].evidence.startswith("scsi_host host2 is recovery for 0.3 s")


class TestAPathThatAnswers:
    def test_is_left_alone(self, world: World) -> None:
        """However slow its I/O is; and it is not asked again at once."""
        world.line.says = Answer(status=2)
        world.counts(3, 100)

        run(world.looks(0.0, 0.3, 0.4, 0.5))

        assert world.told == []
        assert len(world.line.asked) == 1

    def test_is_not_asked_while_its_io_comes_back(self, world: World) -> None:
        """A look costs it nothing."""

        async def works() -> None:
            for done in range(10):
                world.counts(3, done)
                await world.looks(done * 0.15)

        run(works())

        assert world.line.asked == []

    def test_is_not_asked_when_it_has_nothing_to_do(self, world: World) -> None:
        """Nothing in flight, nothing to ask."""
        world.counts(0, 100)

        run(world.looks(0.0, 1.0, 2.0))

        assert world.line.asked == []


class TestTheQuestion:
    def test_is_a_read_through_the_generic_node(self, world: World, tmp_path: Folder) -> None:
        """There a command may have less than 7 s; the kernel gives it up before the data is late."""
        (tmp_path / "sys/block" / world.path.name / "device/scsi_generic/sg4").mkdir(parents=True)
        world.watch.watch([world.path])
        world.counts(1, 1)

        run(world.looks(0.0, 0.3))

        request = world.line.asked[0][0]
        assert (request.operation, request.node, request.timeout) == (Operation.SCSI, "/dev/sg4", 1.5)
        assert (request.payload[0], request.length) == (0x28, 512)

    @pytest.mark.parametrize("name", ["fc", "nvme"])
    def test_is_a_read_of_the_disk_where_there_is_no_such_node(self, tmp_path: Folder, name: str) -> None:
        """With the identity of the disk that is meant."""
        world = World(tmp_path, name)
        world.counts(1, 1)

        run(world.looks(0.0, 0.3))

        request = world.line.asked[0][0]
        assert (request.operation, request.devt) == (Operation.READ, world.path.devt)


@pytest.fixture
def host() -> Iterator[Host]:
    """Give a virtual host with an array of two paths."""
    with VirtualHost() as world:
        world.add_array(paths=2)
        with Host(**world.seams()) as host:
            yield host


class TestFailingAPath:
    def test_leaves_the_last_one_of_a_map_alone(self, host: Host) -> None:
        """The first is failed, and the other is not: it may answer yet."""
        first, second = host.paths()
        host.create("m", MultipathTable.build([[format_devt(first.devt)], [format_devt(second.devt)]]))
        fail = failing(host)

        async def fail_both() -> list[bool]:
            return [await fail(Silent(path, 1.0, "silent")) for path in (first, second)]

        assert asyncio.run(fail_both()) == [True, False]
        assert host.map("m").snapshot.status.active_paths == {format_devt(second.devt)}
