"""What the verbs have in common that begin with a plan: its options, the machine, and the plan itself."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ...config.configuration import Configuration
from ...maps.host import Host
from ...maps.plan import Plan
from ...maps.state_file import StateFolder
from .configuration import add_files, usable_files
from .lookup import each_once, map_of, named


def add_planning(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what a plan is made of."""
    add_files(parser)
    parser.add_argument(
        "--state", metavar="DIR", help="keep bindings, wwids and prkeys in this folder, not in /etc/multipath"
    )


def add_asking(parser: argparse.ArgumentParser) -> None:
    """Add the option that says whether paths are asked for what only they know."""
    parser.add_argument(
        "--no-ask", dest="ask", action="store_false",
        help="ask no path for its priority; what the kernel does not show stays unknown",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Planned:
    """
    A plan, and what it was made of.

    Attributes:
        plan: The plan.
        host: The machine.
        configuration: What the administrator wants.
        state: The folder of the bindings and wwids files; ``None`` for a world in memory that was given none.
    """

    plan: Plan
    host: Host
    configuration: Configuration
    state: StateFolder | None


@contextmanager
def planned(verb: str, args: argparse.Namespace, *refs: str) -> Iterator[Planned]:
    """
    Give a plan of this machine, that lives until the block ends.

    Args:
        verb: Who asks.
        args: The options of `add_planning`, and of `add_asking` where the verb has them: else no path is asked.
        refs: The maps and paths that are meant; all of them without any.

    Raises:
        NotFound: one of them is not there.
    """
    configuration = usable_files(verb, args)
    with Host() as host:
        state = StateFolder(args.state) if args.state else StateFolder() if host.control.shared else None
        plan = host.plan(configuration, state=state, ask=getattr(args, "ask", False))
        yield Planned(_part(host, plan, refs) if refs else plan, host, configuration, state)


def _part(host: Host, plan: Plan, refs: tuple[str, ...]) -> Plan:
    """Return the plan for what is meant alone: the maps, those of the paths, and the paths."""
    paths, maps = each_once([named(host, plan, ref) for ref in refs])
    wanted = {planned.wwid for planned in maps}
    wanted |= {planned.wwid for verdict in paths if (planned := map_of(plan, verdict.path.devt))}
    chosen = tuple(planned for planned in plan.maps if planned.wwid in wanted)
    numbers = {verdict.path.devt for verdict in paths} | {path.devt for planned in chosen for path in planned.paths}
    return replace(plan, maps=chosen, paths=tuple(each for each in plan.paths if each.path.devt in numbers))
