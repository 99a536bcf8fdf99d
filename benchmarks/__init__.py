"""
One question per file, each against the best other way to do the same; ``make bench`` asks them all.

The question is the first line of its file. ``run`` asks, on the machine and in guests of the lab, by pytest-benchmark,
and ``page`` makes ``README.md`` of what pytest-benchmark wrote; `conftest` holds what all benchmarks stand on.
"""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parents[1] / "build/benchmarks"
"""Where a run leaves its files: pytest-benchmark's JSON, and the binding of the peer."""
