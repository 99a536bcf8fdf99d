"""Commands and I/O from many threads at once."""

import random
import threading
from collections.abc import Callable
from contextlib import suppress

import pytest

from multipath import errors
from multipath.virtual.bio import BlockStatus

from .bench import SECTOR, Bench, lines

ROUNDS = 120
TABLES = [
    lines((64, "linear", "8:0 0")),
    lines((32, "linear", "8:16 0"), (32, "linear", "8:32 0")),
    lines((64, "delay", "8:48 0 1")),
]


def run(*acts: Callable[[random.Random], object]) -> list[BaseException]:
    """Run each act many times, each in a thread of its own; return what they raised."""
    failures: list[BaseException] = []

    def often(act: Callable[[random.Random], object], seed: int) -> None:
        chance = random.Random(seed)
        try:
            for _ in range(ROUNDS):
                act(chance)
        except BaseException as error:  # noqa: BLE001 - whatever it is goes to the test
            failures.append(error)

    threads = [threading.Thread(target=often, args=(act, seed)) for seed, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return failures


@pytest.mark.slow
class TestADeviceUnderManyHands:
    def test_loses_no_io_while_its_table_changes(self, bench: Bench) -> None:
        """Each I/O ends once, well, whatever is loaded, suspended and resumed meanwhile."""
        device = bench.live("busy", *TABLES[0])
        ends = []

        def io(chance: random.Random) -> None:
            op = chance.choice(["read", "write", "flush"])
            data = bytearray(0 if op == "flush" else 8 * SECTOR)
            ends.append(bench.submit(device, op, chance.randrange(56), data))  # type: ignore[arg-type]

        def reload(chance: random.Random) -> None:
            dm = bench.dm
            with suppress(errors.DeviceMapperError):  # what another resumed or cleared meanwhile
                dm.load("busy", chance.choice(TABLES))
                if chance.random() < 0.3:
                    dm.suspend("busy", flush=chance.random() < 0.5)
                dm.resume("busy")

        assert run(io, io, io, reload, reload) == []
        bench.dm.resume("busy")
        assert bench.clock.wait_for(lambda: all(ended.times for ended in ends))
        assert [(ended.times, ended.status) for ended in ends] == [(1, BlockStatus.OK)] * (3 * ROUNDS)

    def test_leaves_nothing_behind(self, bench: Bench) -> None:
        """Devices that are made, renamed, waited for and removed in any order: no claim and no number stays."""
        names = ["a", "b", "c"]

        def change(chance: random.Random) -> None:
            name, dm = chance.choice(names), bench.dm
            with suppress(errors.DeviceMapperError, errors.WaitTimeout):
                chance.choice(
                    (
                        lambda: dm.create(name),
                        lambda: dm.load(name, chance.choice(TABLES)),
                        lambda: dm.resume(name),
                        lambda: dm.rename(name, chance.choice(names)),
                        lambda: dm.remove(name, timeout=0),
                        lambda: dm.status(name),
                        lambda: dm.wait(name, 1, timeout=0),
                        lambda: dm.message(name, "@stats_create - 1"),
                        dm.devices,
                        dm.remove_all,
                    )
                )()

        assert run(*[change] * 5) == []
        bench.dm.remove_all()
        assert (bench.dm.devices(), bench.sysfs.maps) == ([], {})
        assert [bench.devices.claims(disk.devt) for disk in bench.disks] == [()] * 4
        assert bench.dm.create("last").devt == 0xFD00
