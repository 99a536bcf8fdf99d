"""What there is to say about a configuration, as people and programs get it."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.config.finding import Finding, Severity
from multipath.config.reader import read_documents
from multipath.config.tree import Document
from multipath.errors import ConfigError
from multipath.frontends.cli.findings import FindingRecord, counted, finding_lines, finding_record, has_errors
from multipath.frontends.cli.terminal import escaped, plain

FILE = "/etc/multipath.conf"
# The promise: a key may be added here, none may be changed or taken away.
KEYS = ["file", "line", "column", "severity", "code", "message"]


def finding(line: int = 2, column: int = 5, severity: Severity = Severity.ERROR) -> Finding:
    """Return a finding."""
    return Finding(FILE, line, column, severity, "unknown-option", "no such option")


def shown(found: Finding, *lines: str) -> list[str]:
    """Return what people see of a finding in a file of these lines."""
    return [plain(line) for line in finding_lines([found], {FILE: lines})]


class TestAFinding:
    def test_is_printed_as_compilers_do(self) -> None:
        """So that editors find the place; the line follows, with a mark below the column."""
        assert shown(finding(), "defaults {", "    foo bar", "}") == [
            f"{FILE}:2:5: error: no such option [unknown-option]",
            "        foo bar",
            "        ^",
        ]

    @pytest.mark.parametrize(
        ("line", "column", "place"), [(2, 0, f"{FILE}:2: "), (0, 0, f"{FILE}: "), (9, 1, f"{FILE}:9:1: ")]
    )
    def test_of_a_whole_line_or_file_marks_no_column(self, line: int, column: int, place: str) -> None:
        """And a line that is not there any more is not shown."""
        first, *rest = shown(finding(line, column), "defaults {", "foo")

        assert first.startswith(place)
        assert rest == (["    foo"] if line == 2 else [])

    def test_has_its_mark_in_the_right_place_behind_tabs_and_what_is_written_out(self) -> None:
        """Both are wider on the terminal than in the file."""
        _, line, mark = shown(finding(1, 4), "\t\x1bab")

        assert line[mark.index("^")] == "b"
        assert "\x1b" not in line

    def test_of_an_option_that_nobody_knows_names_the_nearest(self) -> None:
        """Behind the mark; nothing where none is near."""
        assert shown(finding(1, 1), "polling_intervall 5")[2] == "    ^ is polling_interval meant?"
        assert shown(finding(1, 1), "colour blue")[2] == "    ^"

    def test_in_one_line_of_a_megabyte_shows_the_part_that_matters(self) -> None:
        """No terminal is filled."""
        text = "x" * 500_000 + "!" + "x" * 500_000
        _, line, mark = shown(finding(1, 500_001), text)

        assert line[mark.index("^")] == "!"
        assert len(line) < 120
        assert (line.strip()[0], line[-1]) == ("…", "…")

    def test_of_a_hostile_file_commands_no_terminal(self) -> None:
        """Neither its name, nor its message, nor its line."""
        hostile = Finding("\x1b[2J", 1, 1, Severity.NOTE, "x", "\x07")
        lines = [plain(line) for line in finding_lines([hostile], {"\x1b[2J": ["\x9b31m"]})]

        assert all(escaped(line) == line for line in lines)

    def test_for_programs_has_the_keys_that_were_promised(self) -> None:
        """All of them plain values, each explained."""
        record = finding_record(finding())

        assert list(record) == KEYS
        assert json.loads(json.dumps(record)) == record
        assert all(f"        {key}: " in str(FindingRecord.__doc__) for key in KEYS)


PIECES = ["defaults {\n", "}\n", "blacklist {\n", "wwid ", '"', "#", "\t", "\n", "\x1b[2J", "\0", "\udcff", "*", "é"]
PIECES += ["x" * 2000]


@given(st.lists(st.sampled_from(PIECES), max_size=20))
def test_no_file_makes_the_findings_unreadable(pieces: list[str]) -> None:
    """Whatever stands in it: each line can be shown, and each mark stands below a line."""
    document = Document.parse("".join(pieces), FILE)
    try:
        findings = read_documents([document]).findings
    except ConfigError as refusal:
        findings = refusal.findings
    lines = [plain(line) for line in finding_lines(findings, {FILE: document.lines})]

    assert all(line.isprintable() for line in lines)
    assert all(line.index("^") < len(above) + 1 for above, line in pairwise(lines) if line.strip()[:1] == "^")


class TestTheSummary:
    def test_counts_each_severity(self) -> None:
        """The worst first."""
        found = [finding(severity=each) for each in (Severity.NOTE, Severity.ERROR, Severity.NOTE, Severity.WARNING)]

        assert counted(found) == "1 error, 1 warning, 2 notes"

    def test_tells_errors_from_the_rest(self) -> None:
        """Warnings alone are no failure."""
        assert has_errors([finding()])
        assert not has_errors([finding(severity=Severity.WARNING)])
