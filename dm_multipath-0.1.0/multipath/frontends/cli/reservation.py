"""``mpath pr``: persistent reservations of the unit behind a map."""

import argparse
from collections.abc import Callable
from typing import Any, Final

from ...maps.host import Host
from ...maps.reservation_result import Question, ReservationResult, failure
from ...maps.reservations import Reservations, Through
from ...maps.state_file import FOLDER, StateFolder
from ...wire.reservation import ReservationType, reservation_type
from .configuration import add_files, usable_files
from .exit_code import ExitCode
from .manual import Manual, examples
from .output import add_output
from .reservation_record import Shown, answers_shown, result_shown
from .table import argument
from .terminal import Span, complain, print_json, print_lines

Do = Callable[[Reservations, argparse.Namespace], Any]
_SHORT: Final = {"we": 1, "ea": 3, "wero": 5, "earo": 6, "wear": 7, "eaar": 8}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``pr`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "pr",
        formatter_class=Manual,
        description="Read and change the persistent reservations of the unit behind a map, through all its paths. "
        "Registering is all or nothing: where a path fails, the others get back the key that they had. "
        "The code is 4 where another host holds the unit or has another key.",
        epilog=examples(
            "mpath pr register mpatha --key 0xabc",
            "mpath pr reserve mpatha --key 0xabc --type write-exclusive-registrants-only",
            "mpath pr preempt mpatha --key 0xabc --victim 0xdef --type wero --abort",
            "mpath pr status mpatha -o json",
        ),
    )
    verbs = parser.add_subparsers(metavar="ACTION", required=True)
    _add_reading(verbs)
    _add_registering(verbs)
    _add_reserving(verbs)


def _add_reading(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    for name, question, summary in (
        ("keys", Question.KEYS, "every registered key"),
        ("reservation", Question.RESERVATION, "who holds the unit"),
        ("status", Question.FULL_STATUS, "every registration, and who has it"),
        ("capabilities", Question.CAPABILITIES, "what the unit can do"),
    ):
        _add(verbs, name, summary, _reading(question))


def _reading(question: Question) -> Do:
    def read(pr: Reservations, args: argparse.Namespace) -> Shown:
        answers = pr.by_path(question)
        if all(each.read is None for each in answers):
            raise failure(args.map, f"the {question} cannot be read", (each.path for each in answers))
        return answers_shown(answers)

    return read


def _add_registering(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = _add(
        verbs, "register", "register this host with every path",
        lambda pr, args: pr.register(
            args.key, current=args.current, ignore=args.ignore, aptpl=args.aptpl, all_target_ports=args.all_target_ports
        ),
    )  # fmt: skip
    _add_key(parser)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--current", type=argument(parse_key), default=0, metavar="KEY", help="the key that it has now")
    which.add_argument("--ignore", action="store_true", help="whatever key it has now")
    parser.add_argument("--aptpl", action="store_true", default=None, help="let it persist through a loss of power")
    _add_all_target_ports(parser)
    parser = _add(
        verbs, "unregister", "take the registration of every path back, and the reservation with it",
        lambda pr, args: pr.unregister(args.key, all_target_ports=args.all_target_ports),
    )  # fmt: skip
    _add_key(parser)
    _add_all_target_ports(parser)


def _add_reserving(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = _add(verbs, "reserve", "reserve the unit", lambda pr, args: pr.reserve(args.type, args.key))
    _add_key(parser)
    _add_type(parser)
    parser = _add(verbs, "release", "give the reservation up", lambda pr, args: pr.release(args.type, args.key))
    _add_key(parser)
    _add_type(parser)
    _add_key(_add(verbs, "clear", "take all registrations and the reservation away", lambda pr, a: pr.clear(a.key)))
    parser = _add(
        verbs, "preempt", "take registrations from others, and their reservation",
        lambda pr, args: pr.preempt(args.victim, args.type, args.key, abort=args.abort),
    )  # fmt: skip
    _add_key(parser)
    parser.add_argument(
        "--victim", type=argument(parse_key), required=True, metavar="KEY", help="whose; one's own for lost paths"
    )
    _add_type(parser)
    parser.add_argument("--abort", action="store_true", help="abort the commands that they sent")


def _add(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, summary: str, do: Do
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
    parser.add_argument("map", metavar="MAP", help="name, WWID, uuid, major:minor, dm-N or node")
    parser.add_argument(
        "--through", choices=[str(each) for each in Through], default="commands",
        help="how orders go to a path: as %(default)s of SCSI or NVMe, or by the kernel's own calls",
    )  # fmt: skip
    parser.add_argument("--state", metavar="DIR", default=FOLDER, help="where prkeys is; %(default)s")
    add_files(parser)
    add_output(parser)
    parser.set_defaults(run=reservations, verb=f"pr {name}", do=do)
    return parser


def _add_key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--key", type=argument(parse_key), metavar="KEY", help="the key of this host; else reservation_key of the map"
    )


def _add_type(parser: argparse.ArgumentParser) -> None:
    words = ", ".join(each.word for each in ReservationType)
    parser.add_argument(
        "--type", type=argument(parse_type), required=True, metavar="TYPE",
        help=f"{words}; or their initials (wero), or the numbers of SCSI (5)",
    )  # fmt: skip


def _add_all_target_ports(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all-target-ports", action="store_true", help="tell each adapter once, for all target ports")


def parse_key(text: str) -> int:
    """
    Return a key, in hexadecimal as multipath-tools and sg3-utils have it.

    Raises:
        ValueError: it is none.

    >>> parse_key("0xabc") == parse_key("abc")
    True
    """
    digits = text.lower().removeprefix("0x")
    if not digits or len(digits) > 16 or not set(digits) <= set("0123456789abcdef"):
        raise ValueError(f"{text!r} is no key: up to 16 hexadecimal digits")
    return int(digits, 16)


def parse_type(text: str) -> ReservationType:
    """
    Return a type of reservation by its name, its initials, or its number in SCSI.

    Raises:
        ValueError: there is none such.

    >>> parse_type("wero").word
    'write-exclusive-registrants-only'
    """
    words = {each.word: int(each) for each in ReservationType} | _SHORT
    number = words.get(text.lower().replace("_", "-"), int(text) if text.isascii() and text.isdigit() else 0)
    kind = reservation_type(number)
    if kind is None:
        raise ValueError(f"{text!r} is no type of reservation; there are {', '.join(words)}")
    return kind


def reservations(args: argparse.Namespace) -> int:
    """Run ``mpath pr``."""
    config = usable_files(args.verb, args)
    with Host() as host:
        pr = host.reservations(args.map, config=config, state=StateFolder(args.state), through=args.through)
        done = args.do(pr, args)
    if isinstance(done, ReservationResult):
        for remark in done.remarks:
            complain(args.verb, remark)
        done = result_shown(done)
    if args.output == "json":
        print_json(done.record)
    else:
        print_lines([(Span(line),) for line in done.lines])
    return ExitCode.OK
