"""``mpath status``: what a running manager knows of its maps and paths."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..manager.client import asked
from ..manager.status_socket import FOLDER
from .manual import Manual, examples
from .output import add_output
from .terminal import Line, Span, print_json, print_lines, print_text

_STYLES = {"up": "green", "ghost": "cyan", "pending": "yellow", "delayed": "yellow", "unchecked": "dim"}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``status`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "status",
        formatter_class=Manual,
        description="Ask the manager that mpath run started: its maps, their paths, what their checkers say and when "
        "they are checked next.",
        epilog=examples("mpath status", "mpath status --events", "mpath status -o json"),
    )
    parser.add_argument("--events", action="store_true", help="print what it decides from now on, until it ends")
    parser.add_argument("--reload", action="store_true", help="let it read its configuration again and apply it")
    parser.add_argument("--folder", type=Path, default=FOLDER, metavar="DIR", help="of its socket; %(default)s")
    add_output(parser)
    parser.set_defaults(run=status)


def status(args: argparse.Namespace) -> int:
    """Run ``mpath status``."""
    with asked(args.folder) as manager:
        if args.reload:
            manager.ask("reload")
        elif args.events:
            for event in manager.events():
                print_json(event, indent=None) if args.output == "json" else print_text(event["text"])
        elif args.output == "json":
            print_json(manager.ask("status"))
        else:
            print_lines(list(_lines(manager.ask("status"))))
    return 0


def _lines(found: dict[str, Any]) -> Iterator[Line]:
    yield (Span(found["text"]),)
    for each in found["maps"]:
        yield Span(f"{each['name']} ", "bold"), Span(each["wwid"]), Span(f"  {each['state']}")
        for path in each["paths"]:
            yield _path(path)


def _path(path: dict[str, Any]) -> Line:
    state = str(path["checker"])
    priority = "" if path["priority"] is None else f"  priority {path['priority']}"
    return (
        Span(f"  {path['name'] or path['device']:8} {path['device']:8} "),
        Span(f"{state:9}", _STYLES.get(state, "red")),
        Span(f" {path['state']:9}{priority}  next check in {path['next_check_in']:.0f} s  {path['message']}"),
    )
