"""What the readers of the state files have to say: findings, collected while one file is read."""

from ..config.finding import Finding, Severity

_SHOWN = 60


class Remarks:
    """The findings of one file, in the order of its lines."""

    __slots__ = ("_file", "found")

    def __init__(self, file: str) -> None:
        self._file = file
        self.found: list[Finding] = []

    def error(self, line: int, code: str, message: str) -> None:
        """Note that a line is not used."""
        self.found.append(Finding(self._file, line, 0, Severity.ERROR, code, message))

    def warning(self, line: int, code: str, message: str) -> None:
        """Note that a line is used, but not as it may look."""
        self.found.append(Finding(self._file, line, 0, Severity.WARNING, code, message))


def text(raw: bytes) -> str:
    """Return the bytes of a file as text; what is not UTF-8 comes back as the same bytes."""
    return raw.decode("utf-8", "surrogateescape")


def raw(text: str) -> bytes:
    """Return the bytes of a text: the inverse of `text`."""
    return text.encode("utf-8", "surrogateescape")


def shown(word: str) -> str:
    """Return a word of a file, quoted and escaped and not too long."""
    return repr(word) if len(word) <= _SHOWN else f"{word[:_SHOWN]!r}..."
