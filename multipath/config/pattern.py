"""
Regular expressions as multipath.conf has them: POSIX extended, by the C library itself.

Strategy: Python's ``re`` accepts another language; a rule that means something else here than in multipathd would let
the wrong disk in. So the C library compiles and searches, once for each text.
"""

from functools import lru_cache

from .._native.libc import ffi, lib

_LONGEST = 4096  # an expression; the C library's memory grows with its repetitions


class Pattern:
    r"""
    One expression; it is searched for, anywhere in a text, case counts.

    A leading ``!`` inverts it, and ``\!`` stands for a leading ``!`` of the expression itself.

    Args:
        text: The expression as written.
        invertible: Whether ``!`` inverts: it does so in the blacklist alone.

    Raises:
        ValueError: no expression; the C library's own words.

    >>> Pattern("^sd[a-z]").search("sda"), Pattern("!^sd", invertible=True).search("sda")
    (True, False)
    """

    __slots__ = ("_compiled", "inverted", "text")

    def __init__(self, text: str, *, invertible: bool = False) -> None:
        self.text = text
        self.inverted = invertible and text.startswith("!")
        expression = text[1:] if self.inverted or (invertible and text.startswith("\\!")) else text
        self._compiled = _compiled(expression)

    def search(self, text: str) -> bool:
        """Tell whether it is found in ``text``, or for an inverted one, that it is not."""
        return (
            bool(lib.regexec(self._compiled, text.encode("utf-8", "surrogateescape"), 0, ffi.NULL, 0)) is self.inverted
        )

    def __repr__(self) -> str:
        """Return the text as written."""
        return f"Pattern({self.text!r})"

    def __eq__(self, other: object) -> bool:
        """Two are equal that were written alike."""
        return isinstance(other, Pattern) and (self.text, self.inverted) == (other.text, other.inverted)

    def __hash__(self) -> int:
        """Return the hash of what was written."""
        return hash(self.text)


@lru_cache(maxsize=4096)
def _compiled(expression: str) -> object:
    source = expression.encode("utf-8", "surrogateescape")
    if len(source) > _LONGEST or b"\0" in source:
        raise ValueError(f"no regular expression: {len(source)} bytes, or a NUL among them")
    compiled = ffi.gc(ffi.new("regex_t *"), lib.regfree)
    code = lib.regcomp(compiled, source, lib.REG_EXTENDED | lib.REG_NOSUB)
    if code:
        said = ffi.new("char[]", 256)
        lib.regerror(code, compiled, said, 256)
        raise ValueError(f"no regular expression: {ffi.string(said).decode('ascii', 'replace')}")
    return compiled
