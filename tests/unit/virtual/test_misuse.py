"""What cannot be: refused with its reason, and nothing is left of it."""

import math
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from multipath import Target, errors
from multipath.units import Sectors
from multipath.virtual import VirtualClock, VirtualHost
from multipath.virtual.world_folder import WorldFolder


@pytest.fixture
def world() -> Iterator[VirtualHost]:
    """Give a machine with one disk."""
    with VirtualHost() as world:
        world.add_array(paths=1)
        yield world


class TestAMachineThatIsClosed:
    @pytest.mark.parametrize(
        "use",
        [
            lambda world: world.add_array(),
            lambda world: world.scan(),
            lambda world: world.delete(world.arrays[0].paths[0]),
            lambda world: world.add_file_path("/dev/null"),
            lambda world: world.open("sda"),
        ],
    )
    def test_refuses_every_use(self, world: VirtualHost, use: Callable[[VirtualHost], object]) -> None:
        """And says so."""
        world.close()

        with pytest.raises(errors.Closed, match="VirtualHost is closed"):
            use(world)

    def test_leaves_nobody_waiting_for_its_events(self, world: VirtualHost) -> None:
        """Neither in the kernel nor at a descriptor; the next command says that the machine is gone."""
        dm = world.control
        dm.load(dm.create("waits"), [Target(Sectors(0), Sectors(8), "zero")])
        number, poller = dm.resume("waits").event_nr, dm.sibling()
        poller.arm_poll()
        waiter = threading.Thread(target=lambda: dm.wait("waits", number), daemon=True)
        waiter.start()
        while not world.kernel.map_named("waits").references:  # type: ignore[union-attr]
            os.sched_yield()

        world.close()

        waiter.join(10)
        assert not waiter.is_alive()
        assert poller.poll(0)
        with pytest.raises(errors.DeviceMapperError, match="ENODEV"):
            poller.devices()
        poller.close()


class TestADisk:
    def test_of_another_machine_is_not_deleted(self, world: VirtualHost) -> None:
        """Each machine has its own, whatever they are called."""
        with VirtualHost() as other, pytest.raises(errors.NotFound, match="no disk of this world"):
            world.delete(other.add_array(paths=1).paths[0])

    def test_is_deleted_once(self, world: VirtualHost) -> None:
        """A second time does nothing."""
        path = world.arrays[0].paths[0]
        world.delete(path)

        world.delete(path)

    def test_knows_what_it_is_asked_for(self, world: VirtualHost) -> None:
        """There are three kinds of I/O."""
        with (
            world.open("sda") as disk,
            pytest.raises(ValueError, match="'trim' is no I/O; there are read, write, flush"),
        ):
            disk.submit("trim", 0, b"")  # type: ignore[arg-type]

    @pytest.mark.parametrize("length", [1 << 62, 1 << 80])
    def test_is_not_read_into_memory_that_nobody_has(self, world: VirtualHost, length: int) -> None:
        """As pread would say it."""
        with world.open("sda") as disk, pytest.raises(errors.BlockError, match="ENOMEM"):
            disk.read(0, length)


class TestAnArray:
    @pytest.mark.parametrize(
        ("words", "reason"),
        [
            ({"paths": 2048}, "up to 1024"),
            ({"units": 20000}, "16384 units"),
            ({"size": 1 << 60}, "more than Linux can address"),
            ({"size": 0}, "at least one"),
        ],
    )
    def test_beyond_all_measure_is_refused(self, world: VirtualHost, words: dict[str, int], reason: str) -> None:
        """With the measure."""
        with pytest.raises(ValueError, match=reason):
            world.add_array(**words)  # type: ignore[arg-type]


class TestTime:
    @pytest.mark.parametrize("seconds", [-1, math.nan, math.inf])
    def test_goes_on_by_a_number_of_seconds(self, seconds: float) -> None:
        """Neither back nor to where no clock gets."""
        clock = VirtualClock()
        before = clock.monotonic_ns()

        with pytest.raises(ValueError, match=r"time only moves on|no clock gets there"):
            clock.advance(seconds)
        assert clock.monotonic_ns() == before


class TestTheFolderOfAWorld:
    def test_that_a_killed_process_left_goes_with_the_next_world(self) -> None:
        """A folder that nobody holds any more was left behind."""
        code = "from multipath.virtual import VirtualHost; w = VirtualHost(); print(w.sysfs.root, flush=True); input()"
        with subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as other:
            assert other.stdout is not None
            left = Path(other.stdout.readline().strip())
            VirtualHost().close()
            assert left.exists()  # it lives, and so does its folder
            os.kill(other.pid, signal.SIGKILL)
        assert left.exists()

        VirtualHost().close()

        assert not left.exists()

    def test_is_left_alone_by_a_forked_process(self) -> None:
        """The child's end is not the world's."""
        folder = WorldFolder()
        child = os.fork()
        if child == 0:
            folder.remove()
            os._exit(0)
        os.waitpid(child, 0)

        assert folder.path.exists()
        folder.remove()
        assert not folder.path.exists()
