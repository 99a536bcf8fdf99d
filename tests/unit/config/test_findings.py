from collections.abc import Sequence
from pathlib import Path

import pytest

from multipath.config.codes import SEVERITY
from multipath.config.finding import Finding, Severity
from multipath.config.reader import read_configuration
from multipath.errors import ConfigError

from .texts import read

Place = tuple[int, int, str]  # line, column, code
DEVICE = "devices {\n device {\n vendor A\n product B\n%s }\n}"
PROTOCOL = "overrides {\n protocol {\n type scsi:fcp\n }\n protocol {\n type scsi:fcp\n }\n}"
MULTIPATHS = "multipaths {\n multipath {\n wwid %s\n alias x\n }\n multipath {\n wwid %s\n alias %s\n }\n}"
LONG = "x" * 1021

# One text for each thing that there is to say, and where it is said.
ROWS: list[tuple[str, Sequence[Place]]] = [
    # the words of a line
    ("defaults {\n verbosity 2 3\n}", [(2, 14, "extra-data")]),
    ('defaults {\n prio_args "" "a"\n}', [(2, 15, "extra-data")]),
    ("defaults { # c\n} x", [(2, 3, "extra-data")]),
    ("defaults { verbosity 3 }\n}", [(1, 12, "extra-data")]),
    ("defaults {\n verbosity\n}", [(2, 2, "missing-value")]),
    ("defaults {\n verbosity # 3\n}", [(2, 2, "missing-value")]),
    ('defaults {\n prio_args "a # b\n}', [(2, 12, "missing-quote")]),
    ('defaults {\n prio_args "\n}', [(2, 12, "missing-quote")]),
    ("defaults {\n verbosity é3\n}", [(2, 12, "not-ascii")]),
    ("\ufeffdefaults {\n}", [(1, 1, "not-ascii")]),
    ("defaults {\n verbosity 3\0 4\n}", [(2, 13, "text-after-nul")]),
    ("defaults {\r verbosity 3\r}\n}", [(1, 11, "text-after-carriage-return")]),
    (f"# {LONG}defaults {{\n}}", [(1, 1024, "line-too-long")]),
    (f"#{'é' * 511}defaults {{\n}}", [(1, 513, "line-too-long")]),
    # sections and braces
    ("defaults {\n foo 1\n}", [(2, 2, "unknown-option")]),
    ("defaults {\n alias x\n}", [(2, 2, "misplaced-option")]),
    ("verbosity 3", [(1, 1, "misplaced-option")]),
    ("devices {\n vendor A\n}", [(2, 2, "misplaced-option")]),
    ("blacklist {\n alias x\n}", [(2, 2, "misplaced-option")]),
    ('"defaults" x', [(1, 1, "unknown-option")]),
    ("foo {\n bar 1 2\n baz {\n }\n}", [(1, 1, "unknown-section")]),
    ("defaults {\n foo\n {\n bar 1\n }\n}", [(2, 2, "unknown-section")]),
    ("defaults\n{\n}", [(1, 1, "missing-brace"), (2, 1, "stray-brace")]),
    ("defaults foo\n}", [(1, 1, "missing-brace"), (1, 10, "extra-data")]),
    ("overrides\n", [(1, 1, "missing-brace")]),
    ("defaults {\n {\n}", [(2, 2, "stray-brace")]),
    ("}\n", [(1, 1, "unmatched-brace")]),
    ("defaults {\n verbosity 3", [(2, 0, "unclosed-section")]),
    ("defaults {\n verbosity 3\n", [(2, 0, "unclosed-section")]),
    ("defaults {\n}\ndefaults {\n}", [(3, 1, "repeated-section")]),
    ("defaults {\n verbosity 3\n verbosity 2\n}", [(3, 2, "duplicate-option")]),
    ("defaults {\n checker tur\n path_checker tur\n}", [(3, 2, "duplicate-option")]),
    ("blacklist {\n device {\n vendor A\n vendor B\n }\n}", [(4, 2, "duplicate-option")]),
    # values
    ("defaults {\n polling_interval 0\n}", [(2, 19, "bad-value")]),
    ("defaults {\n user_friendly_names Yes\n}", [(2, 22, "bad-value")]),
    ("defaults {\n path_selector round-robin\n}", [(2, 16, "bad-value")]),
    ("defaults {\n alias_prefix a/b\n}", [(2, 15, "bad-value")]),
    ("defaults {\n verbosity 9\n}", [(2, 12, "clamped")]),
    ("defaults {\n uxsock_timeout 5\n}", [(2, 17, "clamped")]),
    ("defaults {\n no_path_retry -1\n}", [(2, 16, "clamped")]),
    ("overrides {\n dev_loss_tmo 30xyz\n}", [(2, 15, "misread-number")]),
    ("defaults {\n mode 0660rw\n}", [(2, 7, "misread-number")]),
    ("defaults {\n rr_min_io 0\n}", [(2, 12, "stands-for-unset")]),
    ("defaults {\n flush_on_last_del yes\n}", [(2, 20, "former-word")]),
    ("defaults {\n config_dir /etc\n}", [(2, 2, "former-option")]),
    ("defaults {\n enable_foreign *\n}", [(2, 17, "bad-expression")]),
    # entries
    ("devices {\n device {\n vendor A\n }\n}", [(2, 2, "incomplete-device")]),
    (DEVICE % ' revision "*"\n', [(5, 11, "bad-expression")]),
    (DEVICE % "" + "\n" + DEVICE % "", [(7, 1, "repeated-section"), (8, 2, "duplicate-device")]),
    ("multipaths {\n multipath {\n alias x\n }\n}", [(2, 2, "incomplete-multipath")]),
    (MULTIPATHS % ("1", "1", "x"), [(6, 2, "duplicate-multipath")]),
    (MULTIPATHS % ("1", "2", "x"), [(8, 0, "duplicate-alias")]),
    (MULTIPATHS % ("2", "1", "x"), [(4, 0, "duplicate-alias")]),
    ("overrides {\n protocol {\n }\n}", [(2, 2, "incomplete-protocol")]),
    ("overrides {\n protocol {\n type foo\n }\n}", [(3, 7, "bad-value")]),
    (PROTOCOL, [(5, 2, "duplicate-protocol")]),
    ("blacklist {\n device {\n }\n}", [(2, 2, "empty-rule")]),
    ("blacklist {\n wwid a\n wwid a\n}", [(3, 2, "duplicate-rule")]),
]
# What multipathd refuses the main file for.
FATAL: list[tuple[str, Place]] = [
    ('blacklist {\n devnode "*"\n}', (2, 10, "bad-expression")),
    ("blacklist {\n device {\n vendor [\n }\n}", (3, 9, "bad-expression")),
    ("defaults {\n reservation_key xyz\n}", (2, 18, "bad-reservation-key")),
    ("multipaths {\n multipath {\n wwid 1\n reservation_key 0\n }\n}", (4, 18, "bad-reservation-key")),
]


def places(findings: Sequence[Finding]) -> list[Place]:
    """Return where what is said."""
    return [(finding.line, finding.column, finding.code) for finding in findings]


class TestWhatIsSaid:
    @pytest.mark.parametrize(("text", "said"), ROWS)
    def test_has_its_place_and_its_code(self, text: str, said: Sequence[Place]) -> None:
        """One thing that is not as it looks is one finding, there where it stands."""
        assert places(read(text).findings) == said

    @pytest.mark.parametrize(("text", "said"), ROWS)
    def test_is_refused_by_the_strict_reading_unless_it_is_a_note(self, text: str, said: Sequence[Place]) -> None:
        """Whatever is dropped, changed or unclear is an error there; what is but said is not."""
        if all(SEVERITY[code] is Severity.NOTE for _, _, code in said):
            assert places(read(text, reading="strict").findings) == said
            return

        with pytest.raises(ConfigError) as caught:
            read(text, reading="strict")

        assert places(caught.value.findings) == said
        assert all(finding.severity is not Severity.WARNING for finding in caught.value.findings)

    def test_covers_every_code(self) -> None:
        """Every code has its text above, or in the tests of the files."""
        said = {code for _, rows in ROWS for _, _, code in rows} | {code for _, (_, _, code) in FATAL}

        assert set(SEVERITY) - said == {"unreadable-file"}

    def test_is_documented(self) -> None:
        """Every code has its line on the page."""
        page = (Path(__file__).parents[3] / "docs/configuration.md").read_text()

        assert [code for code in SEVERITY if f"| `{code}` |" not in page] == []

    def test_is_printed_as_compilers_do(self) -> None:
        """File, line and column come first, the code last; the file's name is escaped too."""
        (finding,) = read_configuration([("\x1b[2J.conf", "foo 1")]).findings

        message = "error: 'foo' stands in no section, and is not read [unknown-option]"
        assert str(finding) == rf"'\x1b[2J.conf':1:1: {message}"


class TestWhatMultipathdRefusesAFileFor:
    @pytest.mark.parametrize(("text", "said"), FATAL)
    def test_is_refused_in_the_main_file(self, text: str, said: Place) -> None:
        """The compatible reading refuses what that program refuses."""
        with pytest.raises(ConfigError) as caught:
            read(text)

        assert places(caught.value.findings) == [said]
        assert (caught.value.line, caught.value.column) == said[:2]

    @pytest.mark.parametrize(("text", "said"), FATAL)
    def test_is_said_of_another_file(self, text: str, said: Place) -> None:
        """In the folder the line is lost, and the rest of the file counts."""
        found = read("", f"{text}\noverrides {{\n failback 7\n}}")

        assert places(found.findings)[0] == said
        assert found.overrides["failback"].value == 7

    def test_is_refused_in_any_file_for_a_blacklisted_product(self) -> None:
        """That program makes a rule of it when all is read, and gives up when it cannot."""
        with pytest.raises(ConfigError, match="product_blacklist"):
            read("", DEVICE % ' product_blacklist "*"\n')
