"""``mpath show paths --format`` and ``mpath show maps --format``: the wildcards of ``multipathd show``, without it."""

import argparse
from collections.abc import Sequence
from typing import Final

from ...maps.host import Host
from .terminal import Span, print_lines

_KINDS: Final = ("paths", "maps")


def add_format(parser: argparse.ArgumentParser) -> None:
    """Add ``--format`` and ``--raw``; ``args.format`` is ``None`` where it is not given."""
    parser.add_argument(
        "--format",
        metavar="FORMAT",
        help="after the word paths, or maps: a line for each, with the wildcards of multipathd, '%%d %%w'",
    )
    parser.add_argument("--raw", action="store_true", help="with --format, without headers and padding")


def show_formatted(words: Sequence[str], style: str, *, raw: bool) -> int:
    """Run ``mpath show paths --format`` or ``mpath show maps --format``."""
    if len(words) != 1 or words[0] not in _KINDS:
        raise argparse.ArgumentTypeError(
            "--format comes after one of the words paths and maps: mpath show paths --format '%d'"
        )
    with Host() as host:
        view = host.multipathd_view()
    lines = view.format_paths(style, raw=raw) if words[0] == "paths" else view.format_maps(style, raw=raw)
    print_lines([(Span(line),) for line in lines])
    return 0
