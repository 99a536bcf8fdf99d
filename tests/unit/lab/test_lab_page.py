"""The page on the lab has the arrays and the faults that there are."""

import re
from pathlib import Path
from typing import Final

from multipath.lab import backends, faults

PAGE: Final = (Path(__file__).parents[3] / "docs/lab.md").read_text()


def rows(heading: str) -> list[list[str]]:
    """Return the rows of the table under a heading, without its head."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


class TestThePage:
    def test_has_every_array(self) -> None:
        """By the names of the files, in their order."""
        assert [row[0].strip("`") for row in rows("Arrays")] == list(backends.names())

    def test_has_every_fault_as_its_file_says(self) -> None:
        """What it does to I/O, and where it works."""
        told = [(row[0].strip("`"), row[1], tuple(re.findall(r"`(\w+)`", row[2]))) for row in rows("Faults")]

        assert told == [(name, faults.named(name).EFFECT, faults.named(name).BACKENDS) for name in faults.names()]
