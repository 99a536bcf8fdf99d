"""``mpath explain``: everything that decides whether and how a path is used, or how a map is made."""

import argparse
from dataclasses import replace
from typing import Final

from ...config.resolve import Effective
from ...maps.claim import Places, Question, claim
from ...maps.screening import PathVerdict
from ...policy.find_multipaths import BuildFacts, Decision, Mode, decide_build
from .checked_path import check
from .explained_map import map_lines, map_record, map_settings
from .explained_path import ExplainedPath, path_settings
from .explained_stall import STALL, explain_stall, seconds
from .lookup import each_once, map_of, named
from .manual import Manual, examples
from .output import add_output
from .path_lines import path_lines
from .path_record import path_record
from .path_settings import telling
from .planning import Planned, add_asking, add_planning, planned
from .terminal import Line, print_json, print_lines

_VERB: Final = "explain"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``explain`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "explain",
        formatter_class=Manual,
        description="Say of a path what it is, where its WWID comes from, which rule of the blacklist decides about it "
        "and in which file and line that stands, whether find_multipaths lets it be used, which options hold for it, "
        "and in which map and group it is. Say of a map why it has its name, its groups and their order, and its "
        "options. Nothing is changed.",
        epilog=examples(
            "mpath explain sdc",
            "mpath explain 0:0:1:4 8:16",
            "mpath explain sdc --check",
            "mpath explain mpatha -o json",
            "mpath explain stall mpatha --max-stall 5",
        ),
    )
    parser.add_argument(
        "refs", nargs="+", metavar="DEVICE|MAP",
        help="a kernel name, a node, major:minor, H:C:T:L; a map's name, WWID, uuid or dm-N; before them the word stall"
        " asks how long an I/O of these maps can wait for a path, and why",
    )  # fmt: skip
    parser.add_argument("--check", action="store_true", help="also ask each path whether it works, by its checker")
    parser.add_argument(
        "--max-stall", type=seconds, metavar="S", help="explain stall: under this budget, not the configured one"
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="also the options that nobody set")
    add_planning(parser)
    add_asking(parser)
    add_output(parser)
    parser.set_defaults(run=explain)


def explain(args: argparse.Namespace) -> int:
    """Run ``mpath explain``."""
    if args.refs[0] == STALL and len(args.refs) > 1:
        return explain_stall(args)
    chosen = list[Effective] if args.verbose or args.output == "json" else telling
    with planned(_VERB, args) as found:
        paths, maps = each_once([named(found.host, found.plan, ref) for ref in args.refs])
        checked = check(found.host, found.configuration.resolver, paths) if args.check else {}
        of_paths = [
            ExplainedPath(
                verdict,
                map_of(found.plan, verdict.path.devt),
                chosen(path_settings(verdict, found.configuration)),
                _build(found, verdict),
                _claim(found, verdict),
                checked.get(verdict.path.devt),
            )
            for verdict in paths
        ]
    of_maps = [(each, chosen(map_settings(each, found.configuration))) for each in maps]
    if args.output == "json":
        print_json({"paths": list(map(path_record, of_paths)), "maps": [map_record(*each) for each in of_maps]})
    else:
        lines: list[Line] = [line for each in of_paths for line in path_lines(each)]
        print_lines([*lines, *(line for each in of_maps for line in map_lines(*each))])
    return 0


def _build(found: Planned, verdict: PathVerdict) -> Decision | None:
    """Return whether find_multipaths lets the unit of a path have a map, by the facts that the plan went by."""
    if verdict.wwid is None or verdict.ruling is None or not verdict.ruling.allowed:
        return None
    paths = [each for each in found.plan.paths if each.wwid == verdict.wwid and each.ruling and each.ruling.allowed]
    mode = Mode(str(found.configuration.effective("find_multipaths").value))
    live = any(each.live is not None for each in found.plan.maps if each.wwid == verdict.wwid)
    listed = found.state is not None and verdict.wwid in found.state.wwids()
    return decide_build(BuildFacts(mode, live, len(paths) > 1, listed))


def _claim(found: Planned, verdict: PathVerdict) -> Decision | None:
    """Return whether udev would claim the disk; in a world in memory nobody does."""
    if not found.host.control.shared or found.state is None:
        return None
    by_number = {each.path.devt: _screened(each) for each in found.plan.paths}
    question = Question(found.configuration.resolver, lambda paths: [by_number[path.devt] for path in paths])
    return claim(verdict.path.name, question, places=Places(sysfs=found.host.sysfs, state=found.state)).decision


def _screened(verdict: PathVerdict) -> PathVerdict:
    """Return the verdict of the blacklist alone: find_multipaths has one rule for maps, and others for claims."""
    if verdict.ruling is None or verdict.allowed == verdict.ruling.allowed:
        return verdict
    return replace(verdict, allowed=verdict.ruling.allowed, text=str(verdict.ruling))
