"""
The way to the terminal: the one gate through which text of devices, files and users leaves.

Strategy: what is shown is made of `Span`, a text with a style. Each span is escaped when it is printed, never before,
so that no caller can forget it; with the extra ``rich`` on a terminal the style becomes a colour, elsewhere it is
dropped. JSON needs no style, and escapes by itself.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TextIO

_GLYPHS: Final = str.maketrans("├└│─", "|`|-")


@dataclass(frozen=True, slots=True)
class Span:
    """
    A text in one style.

    Attributes:
        text: As it came; unescaped.
        style: A style of rich, ``"bold red"``; empty for none.
    """

    text: str
    style: str = ""


Line = tuple[Span, ...]


def escaped(text: str) -> str:
    r"""
    Return ``text`` with everything that is not a plain visible character written out.

    Control characters, escape sequences, marks that turn the direction of writing, and what is no Unicode at all.

    >>> escaped("\x1b[31mred\n")
    '\\x1b[31mred\\n'
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def plain(line: Line) -> str:
    """Return a line without styles, escaped."""
    return "".join(escaped(span.text) for span in line)


def has_colours(stream: TextIO) -> bool:
    """Tell whether ``stream`` is to have colours: a terminal that can, or ``FORCE_COLOR``; ``NO_COLOR`` wins."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM", "dumb") != "dumb")


def print_lines(lines: Sequence[Line]) -> None:
    """Print lines to standard output, with colours where it is to have them, and flush."""
    stream = sys.stdout
    coloured = _with_rich(lines, stream) if has_colours(stream) else None
    text = "".join(f"{plain(line)}\n" for line in lines) if coloured is None else coloured
    stream.write(_encodable(text, stream))
    stream.flush()


def print_text(text: str) -> None:
    """Print one line without a style."""
    print_lines([(Span(text),)])


def print_json(value: object, *, indent: int | None = 2) -> None:
    """Print ``value`` as JSON: ASCII, without any control character but the line ends between values; and flush."""
    import json  # here, for people read text

    # json escapes all but DEL, which can stand in strings only.
    sys.stdout.write(json.dumps(value, indent=indent).replace("\x7f", "\\u007f") + "\n")
    sys.stdout.flush()


def complain(verb: str, message: str) -> None:
    """Print ``mpath VERB: message`` to standard error, in one line."""
    text = f"mpath {verb}: {escaped(message)}".strip()
    print(_encodable(text, sys.stderr), file=sys.stderr, flush=True)


def _with_rich(lines: Sequence[Line], stream: TextIO) -> str | None:
    """Return the lines with the sequences of their styles, or ``None`` where rich is not installed."""
    try:
        from rich.console import Console  # the extra "cli"
        from rich.text import Text
    except ImportError:
        return None
    console = Console(file=stream, force_terminal=True, highlight=False, markup=False, emoji=False)
    with console.capture() as capture:
        for line in lines:
            # Text, never markup: what stands in brackets in a foreign text stays text.
            text = Text.assemble(*((escaped(span.text), span.style) for span in line))
            console.print(text, soft_wrap=True)
    return capture.get()


def _encodable(text: str, stream: TextIO) -> str:
    encoding = stream.encoding or "ascii"
    if "utf" in encoding.lower():
        return text
    return text.translate(_GLYPHS).encode(encoding, "backslashreplace").decode(encoding)
