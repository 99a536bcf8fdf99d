"""``mpath status``: what a running manager knows of its maps and paths."""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ..manager.client import ManagerClient, asked
from ..manager.status_socket import FOLDER
from .exit_code import ExitCode
from .manual import Manual, examples
from .output import add_output
from .terminal import Line, Span, print_json, print_lines, print_text

_STYLES: Final = {"up": "green", "ghost": "cyan", "pending": "yellow", "delayed": "yellow", "unchecked": "dim"}
_CLEAR: Final = "\x1b[H\x1b[2J"
_EVERY: Final = 1.0  # seconds between two views


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``status`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "status",
        formatter_class=Manual,
        description="Ask the manager that mpath run started: its maps, their paths, what their checkers say and when "
        "they are checked next. The code is 3 where none runs.",
        epilog=examples(
            "mpath status", "mpath status --live", "mpath status --health", "mpath status --events -o json"
        ),
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--live", action="store_true", help="show it again each second, until interrupted")
    what.add_argument("--health", action="store_true", help="what is wrong; the code is 1 where anything is")
    what.add_argument("--events", action="store_true", help="print what happens and is decided, until it ends")
    what.add_argument("--reload", action="store_true", help="let it read its configuration again and apply it")
    parser.add_argument("--folder", type=Path, default=FOLDER, metavar="DIR", help="of its socket; %(default)s")
    add_output(parser)
    parser.set_defaults(run=status)


def status(args: argparse.Namespace) -> int:
    """Run ``mpath status``."""
    json = args.output == "json"
    with asked(args.folder) as manager:
        if args.events:
            for event in manager.events():
                print_json(event, indent=None) if json else print_text(event["text"])
            return ExitCode.OK
        if args.health:
            return _health(manager, json=json)
        if args.reload:
            return _reload(manager, json=json)
        _show(manager, json=json)
        while args.live:
            time.sleep(_EVERY)
            _show(manager, json=json, again=True)
    return ExitCode.OK


def _show(manager: ManagerClient, *, json: bool, again: bool = False) -> None:
    found = manager.ask("status")
    if json:
        print_json(found, indent=None if again else 2)
        return
    if again:
        print(_CLEAR, end="")
    print_lines(list(status_lines(found)))


def _health(manager: ManagerClient, *, json: bool) -> int:
    found = manager.ask("health")
    if json:
        print_json(found)
    else:
        for problem in found["problems"] or ["all is well"]:
            print_text(problem)
    return ExitCode.OK if found["healthy"] else ExitCode.ERROR


def _reload(manager: ManagerClient, *, json: bool) -> int:
    found = manager.ask("reload")
    if json:
        print_json(found)
    else:
        for finding in found["findings"]:
            print_text(finding)
    return ExitCode.OK


def status_lines(found: dict[str, Any]) -> Iterator[Line]:
    """Yield what a manager says of everything: its maps, their paths, what the kernel holds, and a summary."""
    for each in found["maps"]:
        waits = ", I/O waits" if each["queueing"] and not each["group"] else ""
        yield Span(f"{each['name']} ", "bold"), Span(f"({each['wwid']}) {each['state']}{waits}")
        if each["refused"]:
            yield (Span(f"  refused: {each['refused']}", "red"),)
        for path in each["paths"]:
            yield _path(path)
    for held in found["held"]:
        yield (Span(f"held by the kernel for {held['seconds']:.0f} s: {held['operation']} of {held['node']}", "red"),)
    acting = "" if found["acting"] else "; watches only"
    yield (Span(f"{found['text']}; for {found['seconds']:.0f} s{acting}"),)


def _path(path: dict[str, Any]) -> Line:
    state, priority = str(path["state"]), "" if path["priority"] is None else f" priority {path['priority']},"
    due = "being checked" if path["next_check"] is None else f"next check in {path['next_check']:.0f} s"
    return (
        Span(f"  {path['name']:8} {path['device']:8} group {path['group']} "),
        Span(f"{state:9}", _STYLES.get(state, "red")),
        Span(f" {path['machine']},{priority} {due}{': ' if path['message'] else ''}{path['message']}"),
    )
