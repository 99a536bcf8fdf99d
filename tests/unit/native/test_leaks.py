"""Every function of the compiled core gives back what it took: memory, references and descriptors."""

import gc
import inspect
import os
import pkgutil
import select
import tracemalloc
from array import array
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Final

import pytest

import multipath._native
from multipath._native import codec, group, selector
from multipath._native.codec import Reply, Request
from multipath._native.control import ControlFile, Unanswered, probe_paths
from multipath._native.decisions import Decisions
from multipath._native.distribution import Distribution
from multipath._native.group import PriorityGroups
from multipath._native.historical_service_time import HistoricalServiceTime
from multipath._native.io_affinity import IoAffinity
from multipath._native.libc import ffi, lib
from multipath._native.passthrough import sg_read
from multipath._native.queue_length import QueueLength
from multipath._native.ranking import ascending
from multipath._native.round_robin import RoundRobin
from multipath._native.selector import Selector
from multipath._native.service_time import ServiceTime
from multipath._native.simulation import Simulation
from multipath._native.workers import Workers
from multipath.config import pattern
from multipath.dm.udev import UdevCookie, remove_orphans
from multipath.paths.folder_watch import FolderWatch
from multipath.paths.request import Operation

from . import kernel
from .conftest import Scenario

TIMES: Final = 500
TOLERANCE: Final = TIMES  # less than a byte for each call: what leaks, leaks at least a reference's object
GROWTH: Final = 1 << 20
SCSI, FETCH = Operation.SCSI, Operation.FETCH


def _text(size: int = 20) -> bytes:
    """Return bytes that nobody else holds, so that a lost reference to them is seen."""
    return os.urandom(size).replace(b"\0", b"x")


def _readings(decode: str) -> Callable[[], None]:
    """Return a call of one decoder on a reply that it reads, on one that it refuses, and on one that was too full."""

    def call() -> None:
        payload = {
            "names": lambda: kernel.names([(1, _text(), 1, _text()), (2, _text(), 2, b"")]),
            "deps": lambda: kernel.deps([2**40, 2**41]),
            "versions": lambda: kernel.versions([(_text(), (1000, 2000, 3000))]),
            "text": lambda: _text() + b"\0",
        }.get(decode, lambda: kernel.status_lines([(2**40, 2**41, b"multipath", _text())] * 2))()
        good = kernel.reply(payload, target_count=2, flags=kernel.DATA_OUT, name=_text(), uuid=_text())
        cut = bytearray(good[:-8])
        cut[12:16] = len(cut).to_bytes(4, "little")
        cut[312:] = cut[312:].replace(b"\0", b"\xff")
        full = kernel.reply(payload, target_count=2, flags=kernel.DATA_OUT | kernel.BUFFER_FULL)
        for data in (good, bytes(cut), full):
            with suppress(ValueError):
                value = getattr(Reply(data), decode)
                value() if callable(value) else None

    return call


def _refused(call: Callable[[], object], *refusals: type[BaseException]) -> None:
    with pytest.raises(refusals):
        call()


def _requests() -> None:
    Request(codec.DEV_CREATE, name=_text(), uuid=_text(), payload=_text(), dev=2**40)
    _refused(lambda: Request(codec.DEV_CREATE, name=_text(200)), ValueError)
    _refused(lambda: Request(codec.DEV_CREATE, payload=_text().decode("latin-1")), TypeError)  # type: ignore[arg-type]


def _fields() -> None:
    request = Request(codec.DEV_CREATE, name=_text(), uuid=_text(), payload=_text(), dev=2**40, flags=2**31, minor=1000)
    for name in vars(Request):
        getattr(request, name)


def _replies() -> None:
    Reply(kernel.reply(_text()))
    Reply(bytearray(kernel.reply(_text())))
    _refused(lambda: Reply(_text()), ValueError)
    _refused(lambda: Reply(_text().decode("latin-1")), TypeError)  # type: ignore[arg-type]


def _tables() -> None:
    codec.pack_targets([(2**40, 2**41, _text(15), _text()), (0, 1, b"zero", b"")])
    _refused(lambda: codec.pack_targets([(0, 1, _text(15), _text()), (0, 1, _text(40), _text())]), ValueError)
    _refused(lambda: codec.pack_targets([(0, 1, _text(15), None)]), TypeError)  # type: ignore[list-item]


def _strings() -> None:
    codec.pack_message(2**40, _text())
    codec.pack_text(_text())
    _refused(lambda: codec.pack_message(-1, _text()), OverflowError)
    _refused(lambda: codec.pack_text(_text().decode("latin-1")), TypeError)  # type: ignore[arg-type]


def _unpackings() -> None:
    codec.unpack_targets(codec.pack_targets([(2**40, 2**41, _text(15), _text())] * 2))
    codec.unpack_message(codec.pack_message(2**40, _text()))
    codec.unpack_text(codec.pack_text(_text()))
    for unpack in (codec.unpack_targets, codec.unpack_message, codec.unpack_text):
        with suppress(ValueError):
            unpack(_text(200))
    _refused(lambda: codec.unpack_targets(_text().decode("latin-1")), TypeError)  # type: ignore[arg-type]
    _refused(lambda: codec.unpack_message(_text().decode("latin-1")), TypeError)  # type: ignore[arg-type]
    _refused(lambda: codec.unpack_text(_text().decode("latin-1")), TypeError)  # type: ignore[arg-type]


def _packings() -> None:
    version = (1000, 2000, 3000)
    codec.pack_reply(version, _text(), name=_text(), uuid=_text(), dev=2**40)
    codec.pack_lines([(2**40, 2**41, _text(15), _text())] * 2)
    codec.pack_names([(2**40, _text(), 2**31, _text()), (1, _text(), 2, b"")], uuids=True)
    codec.pack_deps([2**40, 2**41])
    codec.pack_versions([(_text(), version)] * 2)
    _refused(lambda: codec.pack_reply(version, name=_text(200)), ValueError)
    _refused(lambda: codec.pack_reply((_text(), 1, 2)), TypeError)  # type: ignore[arg-type]
    _refused(lambda: codec.pack_lines([(0, 1, _text(40), _text())]), ValueError)
    _refused(lambda: codec.pack_names([(1, _text(), _text(), b"")]), TypeError)  # type: ignore[list-item]
    _refused(lambda: codec.pack_deps([2**64]), OverflowError)
    _refused(lambda: codec.pack_versions([(_text(), None)]), TypeError)  # type: ignore[list-item]


def _files() -> None:
    ControlFile("/dev/null")
    _refused(lambda: ControlFile("/nowhere/" + _text().hex()), OSError)
    with open("/dev/null", encoding="ascii") as null:
        _refused(lambda: probe_paths(null.fileno()), OSError)


def _calls() -> None:
    control = ControlFile("/dev/null")
    _refused(lambda: control.call(Request(codec.TARGET_MSG, payload=_text(4000))), OSError)
    control.fileno()
    control.close()
    control.close()
    _refused(lambda: control.call(Request(codec.VERSION)), OSError)


def _scsi() -> None:
    with open("/dev/null", encoding="ascii") as null:
        _refused(lambda: sg_read(null.fileno(), _text(6), 60_000, 1), OSError)
    _refused(lambda: sg_read(0, _text(20), 0, 1), ValueError)


def _locked_pages() -> None:
    assert lib.mlockall(0) == -1  # nothing is asked for, and nothing locked
    assert lib.munlockall() == 0


def _watched_folders() -> None:
    with FolderWatch([Path("/")]) as watch:
        assert not watch.read()


def _cookies() -> None:
    remove_orphans()
    with UdevCookie() as cookie:
        cookie.add()
        cookie.drop()
        cookie.wait(1)


def _selections(make: Callable[[], Selector]) -> Callable[[], None]:
    """Return a call of every method of a selector, with arguments that it takes and with such as it refuses."""

    def call() -> None:
        _refused_selections()
        chosen = make()
        zeroes, steps = array("Q", [0] * 3), bytes([selector.START, selector.END, 9])
        chosen.start_io(0, 2**40)
        chosen.end_io(0, 2**40, 2**50, 2**51)
        _refused(lambda: chosen.end_io(0, 2**40), ValueError)
        for change in (chosen.fail, chosen.reinstate):
            change(0)
            _refused(lambda change=change: change(2**70), IndexError)  # type: ignore[misc]
        assert chosen.select(2**40, 2**50) >= 0
        _refused(lambda: chosen.select(-(2**70)), ValueError)
        _refused(lambda: chosen.select("many"), TypeError)  # type: ignore[arg-type]
        assert len(chosen.status()) == len(chosen.usable) == chosen.n_paths
        chosen.group_status()
        _ = getattr(chosen, "weights", None)
        chosen.select_batch(zeroes, zeroes, array("i", [0] * 3), start=True)
        _refused(lambda: chosen.select_batch(zeroes, zeroes, array("i", [0] * 2)), ValueError)
        _refused(lambda: chosen.replay(steps, array("q", [0] * 3), zeroes, zeroes, array("i", [0] * 3)), ValueError)
        _refused(lambda: chosen.replay(steps, zeroes, zeroes, zeroes, array("i", [0] * 3)), ValueError)

    return call


_SELECTORS: Final[dict[str, tuple[type[Selector], Callable[[], None]]]] = {
    "selector.Selector": (Selector, _selections(lambda: RoundRobin(2))),
    "round_robin.RoundRobin": (RoundRobin, _selections(lambda: RoundRobin(40))),
    "queue_length.QueueLength": (QueueLength, _selections(lambda: QueueLength(40))),
    "service_time.ServiceTime": (ServiceTime, _selections(lambda: ServiceTime([1, 50, 100]))),
    "historical_service_time.HistoricalServiceTime": (
        HistoricalServiceTime,
        _selections(lambda: HistoricalServiceTime(40, 1023, 2**31)),
    ),
    "io_affinity.IoAffinity": (IoAffinity, _selections(lambda: IoAffinity([2**8000, 2**31], 8192, [2**31] * 8192))),
}


def _refused_selections() -> None:
    _refused(lambda: RoundRobin(2**70), ValueError)
    _refused(lambda: ServiceTime([1, 2**70]), ValueError)
    _refused(lambda: HistoricalServiceTime(1, 1024), ValueError)
    _refused(lambda: IoAffinity([1, 1], nodes=[2**20]), ValueError)


def _groups() -> None:
    fresh = [RoundRobin(2), QueueLength(40)]
    groups = PriorityGroups(fresh, initial_group=2**10, queue_if_no_path=True, handler=True, pg_init_retries=50)
    _refused(Decisions, TypeError)
    _refused(lambda: PriorityGroups([*fresh, _text()]), TypeError)  # type: ignore[list-item]
    _refused(lambda: PriorityGroups([*fresh, fresh[0]]), ValueError)
    _refused(lambda: PriorityGroups(fresh, initial_group=2**70), ValueError)
    _refused(lambda: PriorityGroups(fresh, pg_init_retries=2**70), ValueError)
    assert (groups.n_groups, groups.n_paths, groups.valid_paths, len(groups.selectors)) == (2, 42, 42, 2)
    assert groups.choose(2**50) == groups.map(2**40, 2**50) == group.INIT
    assert groups.pg_init_paths() == (0, 1)
    assert (groups.pg_init_done(0, group.DH_RETRY), groups.pg_init_done(1, group.DH_OK)) == (False, False)
    _refused(lambda: groups.pg_init_done(1, group.DH_OK), ValueError)
    assert groups.pg_init_paths() == (0, 1)
    assert (groups.pg_init_done(0, group.DH_OK), groups.pg_init_done(1, 2**20)) == (False, True)
    assert not (groups.pg_init_delayed or groups.pg_init_in_progress or groups.queue_io)
    groups.end(groups.map(2**40), 2**40, 2**50, 2**51)
    _refused(lambda: groups.end(0, 2**40), ValueError)
    groups.end_held(0, 2**40, 2**50, 2**51)
    _refused(lambda: groups.end_held(0, -1), ValueError)
    _refused(lambda: groups.map(-(2**70)), ValueError)
    assert groups.begin_probe() == (0,)
    _refused(groups.begin_probe, ValueError)
    groups.end_probe()
    for change in (groups.switch_group, lambda number: groups.bypass_group(number, bypass=True)):
        change(2)
        _refused(lambda change=change: change(2**70), IndexError)  # type: ignore[misc]
    for act in (groups.fail_path, groups.reinstate_path, groups.path_active, groups.fail_count, groups.in_flight):
        act(41)
        _refused(lambda act=act: act(2**70), IndexError)  # type: ignore[misc]
    assert (groups.group_state(2), groups.current_group, groups.pg_init_count, groups.events) == ("D", 2, 2, 5)
    groups.queue_if_no_path = not groups.queue_if_no_path
    groups.presuspend(noflush=True)
    groups.presuspend_undo()
    assert groups.postsuspend() and groups.after_failure() == group.AGAIN
    groups.resume()


def _distributions() -> None:
    Distribution.fixed(2**40)
    Distribution.exponential(2**40)
    Distribution.lognormal(2**40, 0.5)
    Distribution.measured([2**40, 2**41], [2**70, 2**71]).samples(2**63, 10)
    _refused(lambda: Distribution.fixed(0), ValueError)
    _refused(lambda: Distribution.lognormal(2**40, 9.5), ValueError)
    _refused(lambda: Distribution.measured([2**40, 0], [2**70, 2**71]), ValueError)


def _simulation() -> Simulation:
    law = Distribution.exponential(2**20)
    simulation = Simulation(RoundRobin(2), seed=2**63, ios=500, duration=2**40, sizes=Distribution.fixed(2**12))
    _refused(simulation.run, RuntimeError)
    _refused(lambda: simulation.closed_loop(2), ValueError)
    for _ in range(2):
        simulation.add_path(law, parallel=1, bytes_per_second=2**40)
    _refused(lambda: simulation.add_path(law), ValueError)
    simulation.add_change(2**24, 1, True, 2**22)
    simulation.add_change(2**25, 1, False)
    _refused(lambda: simulation.add_change(2**24, 1, False), ValueError)
    _refused(lambda: simulation.add_change(2**24, 2, False), IndexError)
    return simulation


def _simulations() -> None:
    _refused(lambda: Simulation(RoundRobin(2), seed=0, ios=0, duration=1, sizes=Distribution.fixed(1)), ValueError)
    closed, opened, recorded = _simulation(), _simulation(), _simulation()
    _refused(lambda: closed.closed_loop(0), ValueError)
    closed.closed_loop(100, Distribution.fixed(2**10))
    _refused(lambda: closed.closed_loop(100), RuntimeError)
    _refused(lambda: opened.open_loop(0), ValueError)
    opened.open_loop(1e6)
    _refused(lambda: _simulation().trace(array("Q", [2**40]), array("Q")), ValueError)
    recorded.trace(array("Q", [2**30] * 400), array("Q", [2**12] * 400), array("Q", [2**31] * 400))
    for simulation in (closed, opened, recorded):
        assert simulation.run(100)
        assert not simulation.run()
        assert simulation.ended == len(simulation.ios_that_ended()[0]) >= 400
        assert simulation.now and simulation.arrived and simulation.wanted and simulation.held_time >= 0
        assert simulation.path(1) and simulation.retries >= 0
        _refused(lambda simulation=simulation: simulation.path(2), IndexError)  # type: ignore[misc]


def _sorts() -> None:
    ascending(array("Q", [2**63, 2**40]))
    # Python keeps 2,000 freed tuples of one length: as many refusals as fill that store within the first look.
    for _ in range(5):
        _refused(lambda: ascending(array("q", [2**40])), ValueError)


_POOL: Final = Workers(2, 60_000)


def _questions() -> None:
    tickets = {
        _POOL.submit(FETCH, b"/proc/self/comm", length=4000),
        _POOL.submit(SCSI, b"/dev/null", _text(6), lead=_text(6)),
    }
    while tickets:
        assert not any(_POOL.led(ticket) for ticket in tickets)
        select.select([_POOL.fileno()], [], [])
        tickets -= {answer[0] for answer in _POOL.collect()}
    assert (_POOL.alive, _POOL.busy, _POOL.lagging(0)) == (2, 0, (0, 0))
    _POOL.submit(FETCH, b"/proc/self/comm", start=False)
    if not _POOL.withdraw(_POOL.submit(FETCH, b"/proc/self/comm", start=False)):
        _POOL.rouse(2)
    while _POOL.busy:
        _POOL.rouse(1)
        select.select([_POOL.fileno()], [], [])
        _POOL.collect()
    _refused(lambda: _POOL.submit(FETCH, _text(5000)), ValueError)
    _refused(lambda: _POOL.submit(FETCH, _text().decode("latin-1")), TypeError)  # type: ignore[arg-type]


_TURNS: Final = count()


def _pools() -> None:
    pool = Workers(1, 60_000)
    if next(_TURNS) % 50 == 0:  # a process takes its time
        pool.submit(FETCH, b"/proc/self/comm", length=4000)
    pool.close()
    pool.close()
    _refused(lambda: pool.submit(FETCH, _text()), OSError)
    Workers(1, 60_000)
    _refused(lambda: Workers(0, 60_000), ValueError)


def _expressions() -> object:
    with suppress(ValueError):
        pattern._compiled.__wrapped__("(")
    return lib.regexec(pattern._compiled.__wrapped__("^sd[a-z]"), b"sda", 0, ffi.NULL, 0)


# Every function by its name, and what calls it; several may share one call.
CALLS: Final[dict[str, Callable[[], object]]] = {
    "codec.Request": _requests,
    "codec.Request.encoded": lambda: Request(codec.TABLE_LOAD, name=_text(), payload=_text(200)).encoded(4000),
    **{f"codec.Request.{name}": _fields for name in vars(Request) if not name.startswith("_") and name != "encoded"},
    "codec.Reply": _replies,
    **{f"codec.Reply.{name}": _readings(name) for name, _ in inspect.getmembers(Reply) if not name.startswith("_")},
    "codec.pack_targets": _tables,
    "codec.pack_message": _strings,
    **{f"codec.unpack_{what}": _unpackings for what in ("targets", "message", "text")},
    **{f"codec.pack_{what}": _packings for what in ("reply", "lines", "names", "deps", "versions")},
    "codec.pack_text": _strings,
    **{
        name: call
        for place, (kind, call) in _SELECTORS.items()
        for name in (place, *(f"{place}.{member}" for member in vars(kind) if not member.startswith("_")))
    },
    "control.ControlFile": _files,
    "control.ControlFile.call": _calls,
    "control.ControlFile.fileno": _calls,
    "control.ControlFile.close": _calls,
    "control.Unanswered": lambda: str(Unanswered(2**40)),
    "control.probe_paths": _files,
    "passthrough.sg_read": _scsi,
    "ranking.ascending": _sorts,
    **{
        f"{place}{member}": call
        for place, kind, call in (
            ("distribution.Distribution", Distribution, _distributions),
            ("decisions.Decisions", Decisions, _groups),
            ("group.PriorityGroups", PriorityGroups, _groups),
            ("simulation.Simulation", Simulation, _simulations),
        )
        for member in ("", *(f".{name}" for name in vars(kind) if not name.startswith("_")))
    },
    "workers.Workers": _pools,
    "workers.Workers.close": _pools,
    **{
        f"workers.Workers.{name}": _questions
        for name in ("submit", "rouse", "withdraw", "collect", "fileno", "alive", "busy", "lagging", "led")
    },
    **{f"libc.{name}": _cookies for name in ("semget", "semop", "semtimedop", "semctl_plain", "semctl_array")},
    **{f"libc.{name}": _locked_pages for name in ("mlockall", "munlockall")},
    **{f"libc.{name}": _watched_folders for name in ("inotify_init1", "inotify_add_watch")},
    **{f"libc.{name}": _expressions for name in ("regcomp_bytes", "regexec", "regerror", "regfree")},
}


def native_functions() -> list[str]:
    """Return the public functions, classes, methods and properties of every compiled module."""
    found = []
    for module in pkgutil.iter_modules(multipath._native.__path__):
        content = import_module(f"multipath._native.{module.name}")
        members = inspect.getmembers(getattr(content, "lib", content), callable)
        for name, value in members:
            if getattr(value, "__module__", content.__name__) in (content.__name__, None) and not name.startswith("_"):
                found.append(f"{module.name}.{name}")
                found += [f"{module.name}.{name}.{method}" for method in _methods(value)]
    return found


def _methods(value: object) -> list[str]:
    if not isinstance(value, type) or issubclass(value, BaseException):
        return []
    return [name for name in vars(value) if not name.startswith("_")]


def _grown(call: Callable[[], object]) -> int:
    """Return how many bytes of Python's allocators many calls left behind."""
    for _ in range(20):
        call()
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(TIMES):
        call()
    return tracemalloc.get_traced_memory()[0] - before


@pytest.mark.slow
class TestAFunctionThatIsCalledOften:
    """Calls that succeed and calls that fail, many times."""

    @pytest.mark.parametrize("name", native_functions())
    def test_leaves_nothing_behind(self, name: str) -> None:
        """No memory, no reference to an argument and no descriptor is kept; one look of three decides."""
        call = CALLS[name]
        call()  # what is kept from the first call on is no leak
        gc.collect()
        descriptors = len(os.listdir("/proc/self/fd"))

        tracemalloc.start()
        try:
            grown = min(_grown(call) for _ in range(3))
        finally:
            tracemalloc.stop()

        assert grown < TOLERANCE
        assert len(os.listdir("/proc/self/fd")) <= descriptors

    def test_would_be_noticed_if_it_did(self) -> None:
        """One kept object for each call is far above what is tolerated."""
        kept: list[bytes] = []

        tracemalloc.start()
        grown = _grown(lambda: kept.append(_text()))
        tracemalloc.stop()

        assert grown > TOLERANCE

    @pytest.mark.parametrize("scenario", ["steady", "steady_scsi"])
    def test_leaves_the_process_as_large_as_it_was(self, run: Scenario, scenario: str) -> None:
        """Replies, growing buffers, interruptions and refusals of a kernel, by the size of the whole process."""
        assert run(scenario)["growth"] < GROWTH
