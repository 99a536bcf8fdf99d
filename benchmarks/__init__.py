"""
One question per file, each against the best other way to do the same; ``make bench`` asks them all.

The question is the first line of its file. ``run`` asks, on the machine and in guests of the lab, and writes what was
answered into ``README.md``; `conftest` holds what all benchmarks stand on.
"""
