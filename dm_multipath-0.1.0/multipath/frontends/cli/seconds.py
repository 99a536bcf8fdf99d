"""Times as people write them on a command line."""

import argparse


def seconds(text: str) -> float:
    """
    Return the seconds of ``30`` or ``0.5``.

    Raises:
        ArgumentTypeError: less than 0, no finite number, or none at all.
    """
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"not a time in seconds: {text!r}")
    return value
