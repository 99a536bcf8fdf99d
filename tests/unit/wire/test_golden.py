"""What real kernels printed for maps of every kind: read byte for byte, and recognised as what they were given."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath.wire.status import MultipathStatus
from multipath.wire.table import MultipathTable

RETAIN = "retain_attached_hw_handler"
_CAPTURES = sorted((Path(__file__).parents[2] / "golden" / "kernel").glob("*.txt"))


def lines(capture: Path) -> Iterator[tuple[str, str]]:
    """Yield kind and text of every line."""
    for line in capture.read_text("ascii").splitlines():
        kind, _, text = line.partition("\t")
        yield kind, text


def moments(capture: Path) -> Iterator[tuple[str, str]]:
    """Yield each table with the status that was printed beside it."""
    table = ""
    for kind, text in lines(capture):
        if kind == "status":
            yield table, text
        table = text


def loads(capture: Path) -> Iterator[tuple[str, str]]:
    """Yield each table that was loaded with the table that was printed first."""
    given = None
    for kind, text in lines(capture):
        if kind == "table" and given is not None:
            yield given, text
        given = text if kind == "loaded" else None


def _forgetful() -> Path:
    return next(
        path for path in _CAPTURES if any(RETAIN in given and RETAIN not in told for given, told in loads(path))
    )


def rows(pairs: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return each pair once."""
    return list(dict.fromkeys(pairs))


@pytest.mark.parametrize("capture", _CAPTURES, ids=lambda capture: capture.stem)
class TestWhatAKernelPrinted:
    def test_of_tables_comes_back_byte_for_byte(self, capture: Path) -> None:
        """Every table, loaded or printed."""
        texts = [text for kind, text in lines(capture) if kind != "status"]

        assert [str(MultipathTable.parse(text)) for text in texts] == texts

    def test_of_statuses_comes_back_byte_for_byte(self, capture: Path) -> None:
        """With and without the table as a hint."""
        for table, status in rows(moments(capture)):
            assert str(MultipathStatus.parse(status)) == status
            assert str(MultipathStatus.parse(status, MultipathTable.parse(table))) == status

    def test_is_what_the_library_prints_for_the_same_values(self, capture: Path) -> None:
        """Values without their text print as the kernel does, without the space at its end."""
        for table, status in rows(moments(capture)):
            typed = MultipathTable.parse(table)
            object.__setattr__(typed, "_text", None)
            told = MultipathStatus.parse(status, typed)
            object.__setattr__(told, "_text", None)

            assert (f"{typed} ", f"{told} ") == (table, status)

    def test_has_the_same_paths_in_table_and_status(self, capture: Path) -> None:
        """Group by group."""
        for table, status in rows(moments(capture)):
            groups = MultipathTable.parse(table).groups
            told = MultipathStatus.parse(status).groups

            assert [[path.device for path in group.paths] for group in told] == [
                [path.device for path in group.paths] for group in groups
            ]

    def test_is_recognised_as_what_was_loaded(self, capture: Path) -> None:
        """No table would be loaded again for how the kernel prints it."""
        for given, printed in rows(loads(capture)):
            if RETAIN not in given or RETAIN in printed:
                assert MultipathTable.parse(given).differences(MultipathTable.parse(printed)) == ()


class TestAKernelThatForgetsAWord:
    def test_is_not_given_the_table_again(self) -> None:
        """Target version 1.15 takes retain_attached_hw_handler and does not print it."""
        given, printed = next(pair for pair in loads(_forgetful()) if RETAIN in pair[0])

        assert RETAIN not in printed
        assert MultipathTable.parse(given).same_as(MultipathTable.parse(printed))
