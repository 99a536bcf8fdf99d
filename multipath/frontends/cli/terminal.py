"""
The way to the terminal: the one gate through which text of devices, files and users leaves.

Strategy: what is shown is made of `Span`, a text with a style. Each span is escaped when it is printed, never before,
so that no caller can forget it; with the extra ``rich`` on a terminal the style becomes a colour, elsewhere it is
dropped. JSON needs no style, and escapes by itself.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_GLYPHS: Final = str.maketrans("├└│─…", "|`|-~")
WHEN: Final = ("auto", "always", "never")
_DUMB: Final = ("", "dumb", "unknown")


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


class _State:
    """
    What holds for this run of the program.

    Attributes:
        colours: One of `WHEN`.
        traces: Whether errors are told with where they came from.
        aside: What is entered while something is printed: a line that is drawn over and over has to make way.
    """

    colours: str = "auto"
    traces: bool = False
    aside: AbstractContextManager[object] = nullcontext()


def use_colours(when: str) -> None:
    """Let ``"always"`` or ``"never"`` hold over what stream and environment say; ``"auto"`` goes by them."""
    _State.colours = when


def trace_errors(wanted: bool) -> None:
    """Let `trace` print, or not."""
    _State.traces = wanted


def step_aside(for_output: AbstractContextManager[object] | None) -> None:
    """Have this entered around all that is printed; ``None`` ends that."""
    _State.aside = for_output or nullcontext()


def is_stepping_aside() -> bool:
    """Tell whether a line is drawn over and over already."""
    return not isinstance(_State.aside, nullcontext)


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
    """
    Tell whether ``stream`` is to have colours: ``--color``, else a terminal that can, or ``FORCE_COLOR``.

    ``NO_COLOR`` wins over both of these.
    """
    if _State.colours != "auto":
        return _State.colours == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or is_capable(stream)


def is_capable(stream: TextIO) -> bool:
    """Tell whether ``stream`` is a terminal that knows more than letters."""
    return stream.isatty() and os.environ.get("TERM", "").lower() not in _DUMB


def print_lines(lines: Sequence[Line]) -> None:
    """Print lines to standard output, with colours where it is to have them, and flush."""
    stream = sys.stdout
    coloured = _with_rich(lines, stream) if has_colours(stream) else None
    text = "".join(f"{plain(line)}\n" for line in lines) if coloured is None else coloured
    _write(encodable(text, stream), stream)


def print_text(text: str) -> None:
    """Print one line without a style."""
    print_lines([(Span(text),)])


def print_json(value: object, *, indent: int | None = 2) -> None:
    """Print ``value`` as JSON: ASCII, without any control character but the line ends between values; and flush."""
    import json  # here, for people read text

    # json escapes all but DEL, which can stand in strings only.
    _write(json.dumps(value, indent=indent).replace("\x7f", "\\u007f") + "\n", sys.stdout)


def complain(verb: str, message: str) -> None:
    """Print ``mpath VERB: message`` to standard error, in one line."""
    note(f"mpath {verb}: {escaped(message)}".strip())


def complain_of(verb: str, error: BaseException) -> None:
    """Print an error that does not end the command: one line, and where it came from if that is wanted."""
    trace(error)
    complain(verb, str(error))


def note(text: str) -> None:
    """Print one line to standard error."""
    _write(f"{encodable(escaped(text), sys.stderr)}\n", sys.stderr)


def trace(error: BaseException) -> None:
    """Print to standard error where an error came from, if that is wanted; escaped, for it quotes strangers."""
    if _State.traces:
        from traceback import format_exception  # here, for few look

        for line in "".join(format_exception(error)).splitlines():
            note(line)


def console_for(stream: TextIO) -> "Console":
    """
    Return a console of rich that decides nothing by itself: whether there are colours is decided here.

    Raises:
        ImportError: the extra ``cli`` is not installed.
    """
    from rich.console import Console  # the extra "cli"

    return Console(
        file=stream, force_terminal=True, color_system="standard", no_color=False, highlight=False, markup=False,
        emoji=False,
    )  # fmt: skip


def rich_text(line: Line) -> "Text":
    """Return a line for rich: never markup, so what stands in brackets in a foreign text stays text."""
    from rich.text import Text

    return Text.assemble(*((escaped(span.text), span.style) for span in line))


def _with_rich(lines: Sequence[Line], stream: TextIO) -> str | None:
    """Return the lines with the sequences of their styles, or ``None`` where rich is not installed."""
    try:
        console = console_for(stream)
    except ImportError:
        return None
    with console.capture() as capture:
        for line in lines:
            console.print(rich_text(line), soft_wrap=True)
    return capture.get()


def _write(text: str, stream: TextIO) -> None:
    with _State.aside:
        stream.write(text)
        stream.flush()


def encodable(text: str, stream: TextIO) -> str:
    """Return ``text`` in letters that ``stream`` has; those of a tree become near ones, others are written out."""
    encoding = stream.encoding or "ascii"
    if "utf" in encoding.lower():
        return text
    return text.translate(_GLYPHS).encode(encoding, "backslashreplace").decode(encoding)
