"""Asking in a world in memory: the turns and silences of the kernel's asker, in the world's time."""

import asyncio
import errno
from collections.abc import Iterator
from dataclasses import replace

import pytest

from multipath.maps.host import Host
from multipath.paths.path import Path
from multipath.paths.request import Answer, Asker, Operation, Request, Silence, fetch, nvme, read, scsi, scsi_out, store
from multipath.virtual.asker import VirtualAsker
from multipath.virtual.event_loop import run
from multipath.virtual.host import VirtualHost
from multipath.virtual.path import VirtualPath

INQUIRY = bytes((0x12, 0, 0, 0, 96, 0))
READY = bytes(6)


@pytest.fixture
def world() -> Iterator[VirtualHost]:
    """Give a world with two paths to one unit."""
    with VirtualHost() as made:
        made.add_array(paths=2)
        yield made


@pytest.fixture
def asker(world: VirtualHost) -> VirtualAsker:
    """Give its asker."""
    return world.asker()


@pytest.fixture
def disk(world: VirtualHost) -> VirtualPath:
    """Give the first path, as the world has it."""
    return world.arrays[0].paths[0]


@pytest.fixture
def paths(world: VirtualHost) -> tuple[Path, ...]:
    """Give both paths, as the library found them."""
    with Host(**world.seams()) as host:
        return host.paths()


def asked(world: VirtualHost, asker: Asker, request: Request, deadline: float = 60.0) -> Answer | Silence:
    """Ask on a loop of its own."""
    return run(world.clock, asker.ask(request, deadline))


def answered(world: VirtualHost, asker: Asker, request: Request, deadline: float = 60.0) -> Answer:
    """Ask, and be answered."""
    answer = asked(world, asker, request, deadline)
    assert isinstance(answer, Answer)
    return answer


class TestAQuestion:
    def test_is_answered_by_the_disk(self, world: VirtualHost, asker: VirtualAsker, paths: tuple[Path, ...]) -> None:
        """No more than there is room for, and no time passes."""
        answer = answered(world, asker, scsi(paths[0], INQUIRY, 16))

        assert (answer.good, len(answer.data), answer.seconds) == (True, 16, 0)
        assert asker.ask_blocking(scsi(paths[0], INQUIRY, 16), 1.0) == answer

    def test_may_be_refused_by_the_disk(self, world: VirtualHost, asker: VirtualAsker, paths: tuple[Path, ...]) -> None:
        """With sense data, which the driver byte announces."""
        answer = answered(world, asker, scsi(paths[0], bytes((0x12, 1, 0xC9, 0, 96, 0)), 96))

        assert (answer.error, answer.status, answer.driver, answer.sense[12]) == (0, 2, 8, 0x24)

    def test_may_send_data(self, world: VirtualHost, asker: VirtualAsker, paths: tuple[Path, ...]) -> None:
        """A block, which the other path reads."""
        command = bytes((0x2A, 0, 0, 0, 0, 0, 0, 0, 1, 0))

        assert answered(world, asker, scsi_out(paths[0], command, b"x" * 512)).good
        assert answered(world, asker, read(paths[1], 1024)).data == b"x" * 512 + bytes(512)

    def test_takes_as_long_as_the_disk_does(
        self, world: VirtualHost, asker: VirtualAsker, disk: VirtualPath, paths: tuple[Path, ...]
    ) -> None:
        """In the world's time."""
        disk.latency = 0.5

        for request in (scsi(paths[0], READY), read(paths[0], 512)):
            assert answered(world, asker, request).seconds == pytest.approx(0.5)

    def test_may_be_about_an_attribute(
        self, world: VirtualHost, asker: VirtualAsker, disk: VirtualPath, paths: tuple[Path, ...]
    ) -> None:
        """Of the world's sysfs, under its real name or below ``/sys``; what is written counts."""
        file = f"/sys/{disk.folder}/state"

        assert answered(world, asker, fetch(file)).data == b"running\n"
        assert answered(world, asker, store(str(world.sysfs.root / disk.folder / "state"), "offline\n")).result == 8
        assert answered(world, asker, fetch(file)).data == b"offline\n"
        assert answered(world, asker, scsi(paths[0], READY)).error == errno.ENXIO
        assert answered(world, asker, store(f"/sys/{disk.folder}/nothing", "1")).error == errno.ENOENT

    def test_is_of_this_disk_alone(self, world: VirtualHost, asker: VirtualAsker, paths: tuple[Path, ...]) -> None:
        """Another one may have its name by now."""
        assert asked(world, asker, replace(scsi(paths[0], READY), diskseq=99)) == Answer(error=errno.ENXIO)
        assert asked(world, asker, replace(scsi(paths[0], READY), devt=paths[1].devt)) == Answer(error=errno.ENXIO)
        assert asked(world, asker, replace(scsi(paths[0], READY), node="/dev/sdz")) == Answer(error=errno.ENOENT)

    def test_may_be_one_that_it_does_not_know(
        self, world: VirtualHost, asker: VirtualAsker, paths: tuple[Path, ...]
    ) -> None:
        """As the kernel has it."""
        assert answered(world, asker, nvme(paths[0], bytes(64))).error == errno.EINVAL
        assert answered(world, asker, scsi(paths[0], bytes(5))).error == errno.EINVAL
        assert answered(world, asker, read(paths[0], 100)).error == errno.EINVAL

    def test_fails_as_the_path_does(
        self, world: VirtualHost, asker: VirtualAsker, disk: VirtualPath, paths: tuple[Path, ...]
    ) -> None:
        """A command ends with its own time, a read with all the attempts of the disk."""
        disk.silence()

        answer = answered(world, asker, scsi(paths[0], READY, timeout=3))
        assert (answer.error, answer.host, answer.seconds) == (0, 3, 3)
        answer = answered(world, asker, read(paths[0], 512), 600)
        assert (answer.error, answer.seconds) == (errno.EIO, 180)


class TestAQuestionThatHangs:
    def test_has_no_answer_in_time(
        self, world: VirtualHost, asker: VirtualAsker, disk: VirtualPath, paths: tuple[Path, ...]
    ) -> None:
        """And is reported, with the world's time."""
        disk.freeze()

        assert asked(world, asker, scsi(paths[0], READY), 2) is Silence.DEADLINE
        world.clock.advance(3600)
        (held,) = asker.held
        assert (held.node, held.operation, held.seconds) == ("/dev/sda", Operation.SCSI, 3602)

    def test_refuses_others_of_its_node_alone(
        self, world: VirtualHost, asker: VirtualAsker, disk: VirtualPath, paths: tuple[Path, ...]
    ) -> None:
        """At once; the other path answers."""
        disk.freeze()

        async def ask() -> list[Answer | Silence]:
            requests = scsi(paths[0], READY), read(paths[0], 512), scsi(paths[1], READY)
            return [*await asyncio.gather(*(asker.ask(each, 2) for each in requests))]

        first, second, third = run(world.clock, ask())
        assert (first, second) == (Silence.DEADLINE, Silence.HELD)
        assert isinstance(third, Answer)
        assert asker.ask_blocking(scsi(paths[0], READY), 60) is Silence.HELD

    def test_is_forgotten_when_it_ends(
        self, world: VirtualHost, asker: VirtualAsker, disk: VirtualPath, paths: tuple[Path, ...]
    ) -> None:
        """Its answer is late, and counted."""
        disk.freeze()
        asker.ask_blocking(scsi(paths[0], READY), 2)

        disk.thaw()

        assert (asker.held, asker.late) == ((), 1)
        assert answered(world, asker, scsi(paths[0], READY)).good

    def test_waits_behind_a_link_that_is_blocked(
        self, world: VirtualHost, asker: VirtualAsker, disk: VirtualPath, paths: tuple[Path, ...]
    ) -> None:
        """Until the transport fails it."""
        world.sysfs.replace(f"{disk.remote_port.attributes}/fast_io_fail_tmo", 5)
        disk.break_cable()

        assert asked(world, asker, scsi(paths[0], READY), 2) is Silence.DEADLINE
        world.clock.advance(3)
        assert asker.held == ()

    def test_is_left_behind_by_a_task_that_is_cancelled(
        self, world: VirtualHost, asker: VirtualAsker, disk: VirtualPath, paths: tuple[Path, ...]
    ) -> None:
        """The world has it all the same."""
        disk.freeze()

        async def ask() -> None:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asker.ask(scsi(paths[0], READY), 60), 1)

        run(world.clock, ask())
        assert [held.seconds for held in asker.held] == [1]

    def test_comes_back_when_the_unit_is_reset(
        self, world: VirtualHost, asker: VirtualAsker, disk: VirtualPath, paths: tuple[Path, ...]
    ) -> None:
        """What vanished does, once the unit answers to that; as long as it is silent it does not."""
        reset = Request(Operation.RESET, "/dev/sda", (1).to_bytes(4, "little"))
        disk.silence()
        assert disk.send(READY, b"", lambda reply: ended.append(reply.host_status)) is None
        ended: list[int] = []

        assert (answered(world, asker, reset).error, ended) == (errno.EIO, [])
        disk.unsilence()
        assert (answered(world, asker, reset).error, ended) == (0, [0x0E])


class TestAnAskerThatIsClosed:
    def test_asks_nothing(
        self, world: VirtualHost, asker: VirtualAsker, disk: VirtualPath, paths: tuple[Path, ...]
    ) -> None:
        """And answers those that wait."""
        disk.freeze()

        async def ask() -> Answer | Silence:
            task = asyncio.create_task(asker.ask(scsi(paths[0], READY), 60))
            await asyncio.sleep(1)
            asker.close()
            return await task

        assert run(world.clock, ask()) == Answer(error=errno.ECANCELED)
        assert answered(world, asker, scsi(paths[1], READY)).error == errno.EBADF
        disk.thaw()
        assert (asker.held, asker.late) == ((), 0)


class TestACommandThatLeads:
    def test_is_followed_where_it_is_answered_well(
        self, world: VirtualHost, asker: VirtualAsker, disk: VirtualPath, paths: tuple[Path, ...]
    ) -> None:
        """At once, or later: each of the two has the deadline."""
        both = replace(scsi(paths[0], INQUIRY, 96), lead=READY)

        assert answered(world, asker, both).led
        disk.latency = 2
        answer = answered(world, asker, both, 3)
        assert (answer.led, len(answer.data)) == (True, 96)
        assert answer.seconds == pytest.approx(4)

    def test_is_the_answer_where_it_is_not(
        self, world: VirtualHost, asker: VirtualAsker, paths: tuple[Path, ...]
    ) -> None:
        """The other one is not sent."""
        answer = answered(world, asker, replace(scsi(paths[0], INQUIRY, 96), lead=bytes((0x12, 1, 0xC9, 0, 96, 0))))

        assert (answer.led, answer.sense[2] & 0xF, answer.data) == (False, 5, b"")

    def test_is_told_of_where_the_other_is_silent(
        self, world: VirtualHost, asker: VirtualAsker, disk: VirtualPath, paths: tuple[Path, ...]
    ) -> None:
        """And not where it is silent itself."""
        both, waits = replace(scsi(paths[0], INQUIRY, 96), lead=READY), iter((1.0, 60.0, 60.0))
        disk.latency = lambda: next(waits)

        began = asker.now()
        assert asked(world, asker, both, 3) is Silence.LED
        assert asker.now() - began == pytest.approx(6)
        world.clock.advance(60)
        assert asked(world, asker, both, 3) is Silence.DEADLINE
