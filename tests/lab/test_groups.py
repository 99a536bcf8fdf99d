"""
The groups of a map, the kernel's and ours: random scripts of messages, reads and failures, compared after every step.

Seen are the path that serves each read and each ioctl, every number of the status, the table's queueing and the event
number. All of it is in request mode and in bio mode, by three selectors, and with devices that stand twice.
"""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from multipath import Control, MultipathTable
from multipath._native.control import probe_paths
from multipath.wire.features import Features
from multipath.wire.group import PathGroup, TablePath
from multipath.wire.handler import HardwareHandler
from multipath.wire.selectors import QueueLength, RoundRobin, Selector, ServiceTime
from multipath.wire.selectors.service_time import ServiceTimeArgs

from .twin import BLOCK, NAME, Twin, eventually, read

pytestmark = pytest.mark.kernel

STEPS: Final = 300
WEIGHTS: Final = {
    Twin.read: 40,
    Twin.fail_path: 14,
    Twin.reinstate_path: 12,
    Twin.cut_or_mend: 6,
    Twin.switch_group: 6,
    Twin.disable_group: 5,
    Twin.enable_group: 3,
    Twin.inquire: 4,
    Twin.queue_if_no_path: 3,
    Twin.fail_if_no_path: 2,
    Twin.suspend: 3,
    Twin.probe: 2,
}
# The least pause before an activation that is delayed, of the 2 s that the kernel takes; in seconds.
PAUSE: Final = 1.0
DELAY: Final = Path("/sys/bus/pseudo/drivers/scsi_debug/delay")
SECOND: Final = 100  # in the jiffies of ``delay``


def play(twin: Twin, rng: random.Random, steps: int, *without: str) -> None:
    """Do what the dice say, and compare."""
    acts = {act: weight for act, weight in WEIGHTS.items() if act.__name__ not in without}
    for act in rng.choices(list(acts), list(acts.values()), k=steps):
        act(twin, rng)
        twin.agree()


def group_of(devices: list[str], selector: Selector, rng: random.Random) -> PathGroup:
    """Return a group; service-time gets throughputs by the dice."""
    if not isinstance(selector, ServiceTime):
        return PathGroup.of(devices, selector)
    return PathGroup.of(
        [TablePath(device, ServiceTimeArgs(1, rng.choice([0, 1, 1, 7]))) for device in devices], selector
    )


def random_table(paths: list[str], selector: Selector, features: Features, rng: random.Random) -> MultipathTable:
    """Return a table of two or three groups of these paths, with any first group."""
    chosen = rng.sample(paths, len(paths))
    cuts = sorted(rng.sample(range(1, len(chosen)), rng.choice([1, 2])))
    parts = [chosen[start:end] for start, end in zip([0, *cuts], [*cuts, None], strict=True)]
    groups = tuple(group_of(part, selector, rng) for part in parts)
    return MultipathTable(groups, features, initial_group=rng.randint(1, len(groups) + 1))


class Twins:
    """Makes them, each with the paths of the array."""

    def __init__(self, dm: Control) -> None:
        self._dm = dm
        self._made: list[Twin] = []

    def __call__(self, table: MultipathTable) -> Twin:
        """Make one of this table."""
        twin = Twin(self._dm, table)
        self._made.append(twin)
        return twin

    def close(self) -> None:
        """Let go of them."""
        for twin in self._made:
            twin.close()


@pytest.fixture
def twins(dm: Control) -> Iterator[Twins]:
    """Give a maker of twins."""
    made = Twins(dm)
    yield made
    made.close()


@pytest.fixture(params=["rq", "bio"])
def mode(request: pytest.FixtureRequest) -> str:
    """Give the queue mode."""
    return str(request.param)


@pytest.mark.slow
class TestAMapOfManyMisfortunes:
    @pytest.mark.parametrize("selector", [RoundRobin(), QueueLength(), ServiceTime()], ids=lambda it: it.name)
    @pytest.mark.parametrize("queues", [False, True], ids=["fails", "queues"])
    def test_decides_as_its_twin(
        self, twins: Twins, paths: list[str], mode: str, selector: Selector, queues: bool
    ) -> None:
        """Four paths in two or three groups."""
        rng = random.Random(f"{mode} {selector.name} {queues}")
        features = Features(queue_mode=mode, queue_if_no_path=queues)

        play(twins(random_table(paths, selector, features, rng)), rng, STEPS)

    @pytest.mark.parametrize("seed", ["one", "two"])
    def test_decides_as_its_twin_where_devices_stand_twice(
        self, twins: Twins, paths: list[str], mode: str, seed: str
    ) -> None:
        """Six paths of four devices, in one group or in two: a message goes to all of them, an I/O's failure to one."""
        rng = random.Random(f"{mode} {seed}")
        twice = [*paths, *rng.sample(paths, 2)]

        play(twins(random_table(twice, RoundRobin(), Features(queue_mode=mode), rng)), rng, STEPS)

    def test_decides_as_its_twin_with_a_device_handler(self, twins: Twins, paths: list[str]) -> None:
        """Each change of the group waits for its initialisation; none is bypassed, for that costs 2 s from then on."""
        rng = random.Random("handler")
        table = random_table(paths, RoundRobin(), Features(), rng)

        play(twins(replace(table, handler=HardwareHandler("alua"))), rng, STEPS, "disable_group")


class TestAGroupWithAHandler:
    @pytest.fixture
    def twin(self, twins: Twins, paths: list[str]) -> Twin:
        """Give a map of two groups."""
        return twins(MultipathTable.build([paths[:2], paths[2:]], RoundRobin(), handler="alua"))

    @pytest.mark.slow
    def test_that_had_to_serve_although_bypassed_is_initialised_after_a_pause(self, twin: Twin) -> None:
        """The kernel takes its 2 s, and again for every group that comes into use later."""
        rng = random.Random(0)
        twin.read(rng)  # the initial group is asked without a pause, bypassed or not
        for number in (1, 2):
            twin.control.message(NAME, f"disable_group {number}")
            twin.groups.bypass_group(number, bypass=True)

        assert self.seconds_of_a_read(twin, rng) > PAUSE
        twin.agree()
        twin.switch_group(rng)
        assert self.seconds_of_a_read(twin, rng) > PAUSE
        twin.agree()

    def seconds_of_a_read(self, twin: Twin, rng: random.Random) -> float:
        """Read, and return how long that took the kernel."""
        start = time.monotonic()
        twin.read(rng)
        return time.monotonic() - start


class TestAProbeThatTakesItsTime:
    """It reads from both paths of the first group, a second each; the kernel has it since interface 4.50."""

    @pytest.fixture
    def twin(self, twins: Twins, paths: list[str]) -> Iterator[Twin]:
        """Give a map whose first group is current, on an array that has become slow."""
        twin = twins(MultipathTable.build([paths[:2], paths[2:]], RoundRobin()))
        twin.read(random.Random(0))
        DELAY.write_text(f"{SECOND}\n")
        yield twin
        assert eventually(self.set_fast)

    def set_fast(self) -> bool:
        """Set the array to its former speed, if it has nothing to do."""
        with suppress(OSError):
            DELAY.write_text("0\n")
            return True
        return False

    @pytest.mark.slow
    def test_keeps_the_current_group_until_its_end(self, twin: Twin) -> None:
        """A switch is noted, and the current group, which is asked first, serves on; afterwards the other one does."""
        if not twin.probes:
            with pytest.raises(OSError, match=r"Invalid argument|Inappropriate ioctl"):
                probe_paths(twin.fd)
            return
        probe = threading.Thread(target=probe_paths, args=(twin.fd,))
        before = twin.commands()
        probe.start()
        assert eventually(lambda: twin.commands() != before)
        assert len(twin.groups.begin_probe()) == 2

        twin.control.message(NAME, "switch_group 2")
        twin.groups.switch_group(2)
        twin.agree()
        served = twin.devices[twin.groups.map(BLOCK)]
        assert (read(twin.fd, 0), probe.is_alive()) == ("data", True)
        twin.groups.end(twin.devices.index(served), BLOCK)
        twin.agree()

        probe.join()
        twin.groups.end_probe()
        twin.agree()
        assert {device: count - before[device] for device, count in twin.commands().items()} == {
            **dict.fromkeys(twin.devices[:2], 1), **dict.fromkeys(twin.devices[2:], 0), served: 2,
        }  # fmt: skip
        twin.read(random.Random(0))
        twin.agree()


class TestAMapWithoutGroups:
    def test_fails_or_queues(self, twins: Twins, mode: str) -> None:
        """No group is current, and reads end in errors or wait."""
        twin = twins(MultipathTable(features=Features(queue_mode=mode, queue_if_no_path=True)))

        play(twin, random.Random(mode), 40, "fail_path", "reinstate_path", "cut_or_mend", "switch_group",
             "disable_group", "enable_group")  # fmt: skip
