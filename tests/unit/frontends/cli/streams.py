"""Standard streams that a test watches: a terminal that remembers, and an input that is there already."""

import io


class Terminal(io.StringIO):
    """A terminal that remembers."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """Return that it is one."""
        return True


def standard_input(content: bytes) -> io.TextIOWrapper:
    """Return a standard input with these bytes."""
    return io.TextIOWrapper(io.BytesIO(content))
