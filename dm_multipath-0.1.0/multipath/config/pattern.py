r"""
Regular expressions as multipath.conf has them: POSIX extended, by the C library itself.

Strategy: Python's ``re`` accepts another language; a rule that means something else here than in multipathd would let
the wrong disk in. So the C library compiles and searches, byte by byte whatever the locale is; an expression without
any sign of one is searched for without it, which comes to the same and costs less.

The C library copies what is repeated, and what may be left out costs it the cube of how often: ``((a{255}){255}){255}``
takes all memory there is. So the size of what it would build is reckoned beforehand, and too much is refused. It also
tries every way to satisfy a back-reference: ``(a*)*\1`` on a hundred letters takes gigabytes. POSIX has none of them in
extended expressions, and here they are refused.
"""

import re
from functools import lru_cache
from typing import Final

from .._native.libc import ffi, lib

_LONGEST: Final = 4096  # bytes of an expression
_MOST_NODES: Final = 4096  # letters and the like, once what is repeated is copied
_MOST_OPTIONAL: Final = 250  # things that may be left out or repeated at will; a tenth of a second
_DEEPEST: Final = 200  # groups within each other: the C library calls itself for each

_LITERAL: Final = re.compile(r"[A-Za-z0-9 _:/,;=@%&~'\"<>-]*")
_TOKEN: Final = re.compile(
    r"""
    \\ (?P<escaped> . )
    | \{ (?P<least> [0-9]* ) (?P<comma> , (?P<most> [0-9]* ) )? \}
    | (?P<bracket> \[ \^? \]? (?: \[ (?P<of> [.:=] ) .{0,32}? (?P=of) \] | [^\]] )*+ \] )
    | (?P<plain> . )
    """,
    re.VERBOSE | re.DOTALL,
)


class Pattern:
    r"""
    One expression; it is searched for, anywhere in a text, case counts.

    A leading ``!`` inverts it, and ``\!`` stands for a leading ``!`` of the expression itself.

    Args:
        text: The expression as written.
        invertible: Whether ``!`` inverts: it does so in the blacklist alone.

    Raises:
        ValueError: no expression, in the C library's own words; or one that it could take too long with.

    >>> Pattern("^sd[a-z]").search("sda"), Pattern("!^sd", invertible=True).search("sda")
    (True, False)
    """

    __slots__ = ("_compiled", "_literal", "inverted", "text")

    def __init__(self, text: str, *, invertible: bool = False) -> None:
        self.text = text
        self.inverted = invertible and text.startswith("!")
        expression = text[1:] if self.inverted or (invertible and text.startswith("\\!")) else text
        self._literal = expression if _LITERAL.fullmatch(expression) else None
        self._compiled = _compiled(expression) if self._literal is None else None

    def search(self, text: str) -> bool:
        """
        Tell whether it is found in ``text``, or for an inverted one, that it is not.

        A text ends at a NUL, as it does for multipathd: what a device hides behind one must not decide.
        """
        text = text.partition("\0")[0]
        if self._literal is not None:
            return (self._literal in text) is not self.inverted
        return bool(lib.regexec(self._compiled, _bytes(text), 0, ffi.NULL, 0)) is self.inverted

    def __repr__(self) -> str:
        """Return the text as written."""
        return f"Pattern({self.text!r})"

    def __eq__(self, other: object) -> bool:
        """Two are equal that were written alike."""
        return isinstance(other, Pattern) and (self.text, self.inverted) == (other.text, other.inverted)

    def __hash__(self) -> int:
        """Return the hash of what was written."""
        return hash(self.text)


def _bytes(text: str) -> bytes:
    """Return the bytes that a text was; half a surrogate pair never was any, and stands for bytes that match none."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


@lru_cache(maxsize=4096)
def _compiled(expression: str) -> object:
    source = _bytes(expression)
    if len(source) > _LONGEST or b"\0" in source:
        raise ValueError(f"no regular expression: {len(source)} bytes, or a NUL among them")
    _reckon(expression)
    compiled = ffi.gc(ffi.new("regex_t *"), lib.regfree)
    code = lib.regcomp_bytes(compiled, source, lib.REG_EXTENDED | lib.REG_NOSUB)
    if code:
        said = ffi.new("char[]", 256)
        lib.regerror(code, compiled, said, 256)
        raise ValueError(f"no regular expression: {ffi.string(said).decode('ascii', 'replace')}")
    return compiled


class _Size:
    """How much the C library builds of an expression: ``nodes`` in all, ``optional`` ones among them."""

    __slots__ = ("last_nodes", "last_optional", "nodes", "optional")

    def __init__(self) -> None:
        self.nodes = self.optional = self.last_nodes = self.last_optional = 0

    def add(self, nodes: int, optional: int) -> None:
        """Add one letter, or a group."""
        self.nodes += nodes
        self.optional += optional
        self.last_nodes, self.last_optional = nodes, optional

    def repeat(self, copies: int, optional: int) -> None:
        """Copy what was added last, and let so many of the copies be left out."""
        nodes, more = self.last_nodes * copies + 1, self.last_optional * copies + optional
        self.nodes += nodes - self.last_nodes
        self.optional += more - self.last_optional
        self.last_nodes, self.last_optional = nodes, more


def _reckon(expression: str) -> None:
    """
    Refuse what the C library would take too much of memory, of the stack, or of time for.

    The size is an upper bound: what the C library refuses is reckoned as if it took it, and no copy counts less than
    once.

    Raises:
        ValueError: it would.
    """
    groups = [_Size()]
    for token in _TOKEN.finditer(expression):
        plain, size = token["plain"], groups[-1]
        if plain == "(":
            groups.append(_Size())
        elif plain == "[":
            return  # it is not closed: the C library goes no further
        elif plain == ")" and len(groups) > 1:
            groups.pop()
            groups[-1].add(size.nodes + 1, size.optional)
        elif plain is not None and plain in "*?":
            size.repeat(1, 1)
        elif plain == "+":
            size.repeat(2, 1)  # a+ is built as aa*
        elif token["least"] is not None:
            _repeat(size, token)
        elif token["escaped"] is not None and token["escaped"] in "123456789":
            raise ValueError(f"no regular expression: a back-reference, \\{token['escaped']}, may take for ever")
        else:
            size.add(1, 0)
        if len(groups) > _DEEPEST or groups[-1].nodes > _MOST_NODES or groups[-1].optional > _MOST_OPTIONAL:
            raise ValueError("no regular expression: too many repetitions or groups within each other")
    if sum(size.nodes for size in groups) > _MOST_NODES or sum(size.optional for size in groups) > _MOST_OPTIONAL:
        raise ValueError("no regular expression: too many repetitions")


def _repeat(size: _Size, token: "re.Match[str]") -> None:
    least = _count(token["least"])
    if token["comma"] is None:
        size.repeat(max(least, 1), 0)
    elif token["most"] == "":
        size.repeat(least + 1, 1)
    else:
        most = _count(token["most"])
        size.repeat(max(least, most, 1), max(most - least, 0))


def _count(digits: str) -> int:
    """Return a number, of one with very many digits but a large one."""
    return int(digits.lstrip("0")[:6] or 0)
