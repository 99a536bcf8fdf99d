"""How ``--help`` is set: paragraphs are wrapped, examples are left as they are."""

import argparse


class Manual(argparse.HelpFormatter):
    """A formatter that wraps each line of a description on its own, and keeps those that begin with a blank."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        """Return a description or an epilog as it is printed."""
        lines = text.splitlines()
        return "\n".join(
            line if not line or line[0] == " " else super(Manual, self)._fill_text(line, width, indent)
            for line in lines
        )


def examples(*lines: str) -> str:
    r"""
    Return the epilog of these examples.

    >>> examples("mpath plan", "mpath plan mpatha")
    'examples:\n  mpath plan\n  mpath plan mpatha'
    """
    return "\n".join(["examples:", *(f"  {line}" for line in lines)])
