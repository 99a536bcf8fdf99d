"""``mpath simulate``: which selector suits an array, found in simulated time."""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from ...simulation.latency import parse_latency
from ...simulation.path import SimulatedPath
from ...simulation.result import SimulationResult
from ...simulation.run import simulate
from ...simulation.timespan import format_time, parse_time
from ...simulation.trace import Trace
from ...simulation.workload import ClosedLoop, OpenLoop, Workload
from ...wire.selectors import SELECTORS, IoAffinity, Selector
from .output import add_output
from .progress import progress
from .simulated_array import (
    PATH_HELP,
    parse_failure,
    parse_io_sizes,
    parse_paths,
    read_trace,
    whole_number,
    with_failures,
)
from .simulation_curve import Curve
from .simulation_plot import check_matplotlib, draw
from .simulation_record import SimulationRecord, result_record, table
from .table import argument, parse_selector
from .terminal import Line, Span, print_json, print_lines

_USUAL_DEPTH: Final = 32
_PICTURES: Final = (".png", ".svg", ".pdf")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``simulate`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "simulate",
        description="Send simulated I/O over the paths of an array, chosen as the kernel's selectors choose them, and "
        "compare the selectors: rates, latencies and shares. No device is touched.",
        epilog='example: mpath simulate --path "exp:200us,parallel=8,count=3" --path lognormal:1ms/0.6 --qd 64',
    )
    parser.add_argument(
        "--path", action="append", required=True, dest="paths", type=argument(parse_paths), metavar="P", help=PATH_HELP
    )
    parser.add_argument(
        "--selector", action="append", dest="selectors", type=argument(parse_selector), metavar="S",
        help="compare only this one, with its arguments; may be repeated; every one that suits the paths without it",
    )  # fmt: skip
    _add_load(parser)
    parser.add_argument(
        "--fail", action="append", default=[], type=argument(parse_failure), metavar="F",
        help="a path is down for some time: 1@2s-3s, from 1; with ,error=30s each I/O in it takes that long to be lost",
    )  # fmt: skip
    parser.add_argument(
        "--seed", type=argument(_seed), default=0, metavar="N", help="of the random numbers; %(default)s"
    )
    parser.add_argument(
        "--plot", type=argument(_picture), metavar="FILE", help="draw latencies and shares: .png, .svg or .pdf"
    )
    add_output(parser)
    parser.set_defaults(run=run_simulations)


def _add_load(parser: argparse.ArgumentParser) -> None:
    load = parser.add_mutually_exclusive_group()
    load.add_argument("--qd", type=argument(whole_number), metavar="N", help=f"I/Os in flight; {_USUAL_DEPTH}")
    load.add_argument("--rate", type=float, metavar="R", help="I/Os that arrive in a second, at random")
    load.add_argument(
        "--trace", type=argument(read_trace), metavar="FILE", help="I/Os as recorded: a log of fio, or blkparse's text"
    )
    parser.add_argument("--even", action="store_true", help="with --rate: at even distances")
    parser.add_argument("--think", type=argument(parse_latency), metavar="L", help="with --qd: a wait before each I/O")
    parser.add_argument(
        "--bytes", type=argument(parse_io_sizes), metavar="B", help="of each I/O: 4KiB, or a mix as 4KiB:70,64KiB:30"
    )
    parser.add_argument("--cpus", type=argument(whole_number), metavar="N", help="I/Os come from as many CPUs; 1")
    parser.add_argument("--ios", type=argument(whole_number), metavar="N", help="how many; a million")
    parser.add_argument("--duration", type=argument(parse_time), metavar="T", help="simulated time after which it ends")


def run_simulations(args: argparse.Namespace) -> int:
    """Run ``mpath simulate``."""
    if args.plot is not None:
        check_matplotlib()
    try:
        paths = with_failures([path for paths in args.paths for path in paths], args.fail)
        workload = load(args)
        selectors = args.selectors or suitable(paths)
        compared = [_compared(selector, paths, workload, args.seed) for selector in selectors]
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if args.plot is not None:
        draw(args.plot, [curve for _, curve in compared], paths, described(paths, args))
    records = [record for record, _ in compared]
    if args.output == "json":
        print_json({"load": described(paths, args), "simulations": records})
    else:
        heading: Line = (Span(described(paths, args), "bold"),)
        print_lines([heading, (), *table(records, args.duration)])
    return 0


def load(args: argparse.Namespace) -> Workload:
    """
    Return the load that the options describe.

    Raises:
        ValueError: options that do not go together, or no load.
    """
    if args.trace is not None:
        _refuse(args, "--trace says it itself", "bytes", "cpus", "think", "even")
        trace: Trace = args.trace
        return replace(trace, ios=args.ios, duration=args.duration)
    size, cpus = 4096 if args.bytes is None else args.bytes, args.cpus or 1
    if args.rate is not None:
        _refuse(args, "it goes with --qd", "think")
        return OpenLoop(args.rate, not args.even, size=size, cpus=cpus, ios=args.ios, duration=args.duration)
    _refuse(args, "it goes with --rate", "even")
    depth = args.qd or _USUAL_DEPTH
    return ClosedLoop(depth, args.think, size=size, cpus=cpus, ios=args.ios, duration=args.duration)


def suitable(paths: Sequence[SimulatedPath]) -> list[Selector]:
    """Return every selector with its default arguments; io-affinity where all paths have CPUs."""
    has_cpus = all(path.cpus for path in paths)
    return [kind() for kind in SELECTORS.values() if has_cpus or kind is not IoAffinity]


def described(paths: Sequence[SimulatedPath], args: argparse.Namespace) -> str:
    """Return the array and the load in one line."""
    if args.trace is not None:
        how = f"{len(args.trace.times)} I/Os of a trace"
    elif args.rate is not None:
        how = f"{args.rate:g} I/Os arriving in a second"
    else:
        how = f"queue depth {args.qd or _USUAL_DEPTH}"
    counted = f"{len(paths)} paths" if len(paths) > 1 else "1 path"
    failures = [f"path {each.path} down at {format_time(each.outage.start)}" for each in args.fail]
    return ", ".join([counted, how, *failures])


def _refuse(args: argparse.Namespace, reason: str, *options: str) -> None:
    for option in options:
        if getattr(args, option):
            raise ValueError(f"leave --{option} out: {reason}")


def _compared(
    selector: Selector, paths: Sequence[SimulatedPath], load: Workload, seed: int
) -> tuple[SimulationRecord, Curve]:
    """Run one simulation, and keep of it what is shown: its arrays may have hundreds of megabytes."""
    result = _simulated(selector, paths, load, seed)
    words = selector.group_words() if selector != type(selector)() else ()
    label = " ".join((selector.name, *words))
    return result_record(label, result, paths), Curve.of(label, result)


def _simulated(selector: Selector, paths: Sequence[SimulatedPath], load: Workload, seed: int) -> SimulationResult:
    """Run one simulation; on a terminal tell of one that takes its time."""
    with progress(f"simulating {selector.name}") as line:
        return simulate(selector, paths, load, seed, progress=lambda done: line.tell(detail=f"{done:.0%}"))


def _seed(text: str) -> int:
    return 0 if text == "0" else whole_number(text)


def _picture(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in _PICTURES:
        raise ValueError(f"not the name of a picture: {text!r}; it ends with {', '.join(_PICTURES)}")
    return path
