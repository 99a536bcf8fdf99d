"""
How long does I/O wait when one path of two goes silent, and how near is the computed bound?

``python -m benchmarks.bench_stall [--kernel K] [--rounds N] [CASE...]``; needs no root. Each round breaks the path that
a loaded map uses, under a budget of 5 s, in a guest of the lab, and heals it. What is printed is the worst of the
rounds, the bound and their ratio; a measurement above its bound makes the exit status 1.
"""

import argparse
import asyncio
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from multipath import Host, MultipathTable
from multipath.lab import Machine, faults, run
from multipath.paths.timeout_journal import TimeoutJournal
from multipath.policy.stall import StallPlan
from multipath.units import format_devt
from tests.lab.stalled import Load, Stall, stall_of

BUDGET: Final = 5.0
_REST: Final = 30.0  # seconds until a path that was healed is whole
_TIMEOUT: Final = 900.0


@dataclass(frozen=True, slots=True)
class Case:
    """
    A fault on an array.

    Attributes:
        backend: The array.
        fault: The fault.
        bound: The bound for I/O that the fault catches; empty where there is none.
        lonely: Whether the load is one read at a time.
        stock: Whether it takes a stock kernel.
        most: Seconds for one round.
    """

    backend: str
    fault: str
    bound: str
    lonely: bool = False
    stock: bool = False
    most: float = 15.0


CASES: Final = {
    "lost": Case("scsi_debug_per_path", "lost", "commands lost"),
    "lost-lonely": Case("scsi_debug_per_path", "lost", "commands lost", lonely=True),
    "held": Case("scsi_debug_per_path", "held", "host holds commands"),
    "offline": Case("scsi_debug_per_path", "offline", ""),
    "stuck": Case("stuck", "stuck", ""),
    "iscsi": Case("iscsi", "blackhole", "portal silent"),
    "nvme": Case("nvme_tcp", "blackhole", "commands lost", stock=True),
    "fc": Case("fcoe", "blackhole", "", stock=True, most=40.0),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the cases; return an exit status."""
    parser = argparse.ArgumentParser(prog="bench_stall", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}; all of them when absent")
    parser.add_argument("--kernel", default="6.1", help="of the lab's catalogue; %(default)s")
    parser.add_argument("--rounds", type=int, default=3, help="%(default)s")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args(arguments)
    if args.inside:
        return _measure(args.cases[0], args.rounds)
    print(
        f"{'case':12} {'kernel':24} {'caught':>7} {'bound':>6} {'ratio':>6} {'new':>6} {'bound':>6} {'ratio':>6}",
        flush=True,
    )
    return max(_in_guest(name, args.kernel, args.rounds) for name in args.cases or CASES)


def _in_guest(name: str, kernel: str, rounds: int) -> int:
    case = CASES[name]
    command = [sys.executable, "-m", "benchmarks.bench_stall", "--inside", "--rounds", str(rounds), name]
    machine = Machine(kernel=kernel, backend=case.backend, paths=2, stock=case.stock, timeout=_TIMEOUT)
    return run(command, machine)


def _measure(name: str, rounds: int) -> int:
    """Measure one case, in a guest."""
    with Host() as host:
        found = [_round(host, CASES[name]) for _ in range(rounds)]
    caught, new = max(stall.caught for stall, _ in found), max(stall.new for stall, _ in found)
    plan = found[0][1]
    # Nothing is silent before it is asked: between two reads of a lonely load nobody can know.
    limits = ((CASES[name].bound, caught), ("" if CASES[name].lonely else "path silent", new))
    columns = [column for limit, seconds in limits for column in _columns(seconds, plan, limit)]
    print(f"{name:12} {platform.release():24} {' '.join(columns)}", flush=True)
    assert not any(stall.errors for stall, _ in found), "an I/O failed"
    return 1 if any(_over(plan, limit, seconds) for limit, seconds in limits) else 0


def _columns(seconds: float, plan: StallPlan, bound: str) -> tuple[str, str, str]:
    limit = _bound(plan, bound)
    ratio = "-" if limit is None or not seconds else f"{limit / seconds:.2f}"
    return f"{seconds:7.3f}", "     -" if limit is None else f"{limit:6.2f}", f"{ratio:>6}"


def _over(plan: StallPlan, bound: str, seconds: float) -> bool:
    limit = _bound(plan, bound)
    return limit is not None and seconds > limit


def _bound(plan: StallPlan, fault: str) -> float | None:
    return next((bound.seconds for bound in plan.bounds if bound.fault == fault), None)


def _round(host: Host, case: Case) -> tuple[Stall, StallPlan]:
    numbers = [format_devt(path.devt) for path in host.paths()]
    mpath = host.create("stalled", MultipathTable.build([[number] for number in numbers]), verify=False)
    load, fault = Load(f"/dev/mapper/{mpath.name}", lonely=case.lonely), faults.named(case.fault)
    journal = TimeoutJournal(tempfile.mkdtemp())
    try:
        return asyncio.run(stall_of(host, mpath, load, BUDGET, fault.inject, most=case.most, journal=journal))
    finally:
        fault.heal(host.paths()[0].name)
        load.close()
        mpath.remove()
        _settle(host)


def _settle(host: Host) -> None:
    """Wait until every path runs again."""
    end = time.monotonic() + _REST
    while any(path.state not in ("running", "live") for path in host.paths()):
        assert time.monotonic() < end, "a path does not come back"
        time.sleep(0.1)


if __name__ == "__main__":
    raise SystemExit(main())
