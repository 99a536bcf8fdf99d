"""``mpath status``: what a running manager knows of its maps and paths."""

import argparse
from pathlib import Path
from typing import Any, Final

from ..manager.client import ManagerClient, asked
from ..manager.status_socket import FOLDER
from .columns import column_widths, padded
from .exit_code import ExitCode
from .manual import Manual, examples
from .output import add_output, add_watch
from .terminal import Line, Span, print_json, print_lines, print_text

_STYLES: Final = {"up": "green", "ghost": "cyan", "pending": "yellow", "delayed": "yellow", "unchecked": "dim"}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``status`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "status",
        formatter_class=Manual,
        description="Ask the manager that mpath run started: its maps, their paths, what their checkers say and when "
        "they are checked next. The code is 3 where none runs.",
        epilog=examples(
            "mpath status", "mpath status --watch", "mpath status --health", "mpath status --events -o json"
        ),
    )
    what = parser.add_mutually_exclusive_group()
    add_watch(what, "--live")
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
        if args.watch:
            from .watched_manager import watch_manager  # here, for few stay

            return watch_manager(manager, args)
        found = manager.ask("status")
    if json:
        print_json(found)
    else:
        print_lines(status_lines(found))
    return ExitCode.OK


def _health(manager: ManagerClient, *, json: bool) -> int:
    found = manager.ask("health")
    if json:
        print_json(found)
    else:
        print_lines([(Span(each, "red"),) for each in found["problems"]] or [(Span("all is well", "green"),)])
    return ExitCode.OK if found["healthy"] else ExitCode.ERROR


def _reload(manager: ManagerClient, *, json: bool) -> int:
    found = manager.ask("reload")
    if json:
        print_json(found)
    else:
        for finding in found["findings"]:
            print_text(finding)
    return ExitCode.OK


def status_lines(found: dict[str, Any]) -> list[Line]:
    """Return what a manager says of everything: its maps, their paths, what the kernel holds, and a summary."""
    widths = column_widths([_cells(path) for each in found["maps"] for path in each["paths"]])
    lines: list[Line] = []
    for each in found["maps"]:
        waits = ", I/O waits" if each["queueing"] and not each["group"] else ""
        lines.append((
            Span(f"{each['name']} ", "bold"), Span(f"({each['wwid']}) "), Span(each["state"], _of_map(each)),
            Span(waits, "red"),
        ))  # fmt: skip
        if each["refused"]:
            lines.append((Span(f"  refused: {each['refused']}", "red"),))
        lines += [(Span("  "), *padded(_cells(path), widths)) for path in each["paths"]]
    lines += [
        (Span(f"held by the kernel for {held['seconds']:.0f} s: {held['operation']} of {held['node']}", "red"),)
        for held in found["held"]
    ]
    acting = "" if found["acting"] else "; watches only"
    return [*lines, (Span(f"{found['text']}; for {found['seconds']:.0f} s{acting}"),)]


def _of_map(each: dict[str, Any]) -> str:
    return "red" if each["refused"] or not each["group"] else ""


def _cells(path: dict[str, Any]) -> Line:
    state, priority = str(path["state"]), "" if path["priority"] is None else f"priority {path['priority']}, "
    due = "being checked" if path["next_check"] is None else f"next check in {path['next_check']:.0f} s"
    return (
        Span(path["name"], "bold"),
        Span(path["device"]),
        Span(f"group {path['group']}"),
        Span(state, _STYLES.get(state, "red")),
        Span(path["machine"]),
        Span(f"{priority}{due}{': ' if path['message'] else ''}{path['message']}"),
    )
