import pytest
from hypothesis import given

from multipath.config.reader import read_configuration
from multipath.config.tree import Comment, Document, Section, Statement
from multipath.errors import ConfigError

from .strategies import any_texts


class TestAnyText:
    @given(any_texts)
    def test_prints_as_it_was_read(self, text: str) -> None:
        """A document is its text, byte for byte."""
        assert str(Document.parse(text)) == text

    @given(any_texts)
    def test_is_read_or_refused_with_findings_that_print(self, text: str) -> None:
        """Both readings end with a configuration or a `ConfigError`, and no finding carries a control character."""
        findings = list(Document.parse(text).findings)
        for reading in ("compatible", "strict"):
            try:
                findings += read_configuration([("a.conf", text), ("b.conf", text)], reading=reading).findings
            except ConfigError as error:
                findings += error.findings

        assert all(str(finding).isprintable() for finding in findings)

    @given(any_texts)
    def test_points_at_its_values(self, text: str) -> None:
        """Where a value is said to stand, it stands."""
        document = Document.parse(text)

        for statement in document.root.statements:
            there = document.lines[statement.line - 1][statement.start : statement.end]
            assert statement.value.replace('"', "") in there.replace('"', "")


class TestATree:
    TEXT = "# head\ndefaults { # ours\n\n\t# why\n\tverbosity 3 # quiet\n}\n"

    def test_keeps_sections_options_and_comments_in_order(self) -> None:
        """Everything but blank lines is an item of its section."""
        head, defaults = Document.parse(self.TEXT).root.items

        assert head == Comment(1, "# head")
        assert isinstance(defaults, Section)
        assert defaults.items == [Comment(4, "# why"), Statement(5, 2, "verbosity", "3", 11, 12)]
        assert (defaults.line, defaults.last_line) == (2, 6)


class TestHostileText:
    @pytest.mark.parametrize(
        "text",
        [
            "a" * (1 << 20),
            "{ " * (1 << 19),
            "defaults { x " * (1 << 16),
            '"' * (1 << 20),
            "ö" * (1 << 19),
            "\0" * (1 << 20),
            "\r" * (1 << 20),
            "a {\n" * (1 << 16),
            "defaults {\n" * (1 << 16),
            "a\n" * (1 << 16),
        ],
        ids=["word", "braces", "sections", "quotes", "not ascii", "nul", "returns", "nested", "sections", "bare words"],
    )
    @pytest.mark.slow
    def test_is_read_in_linear_time(self, text: str) -> None:
        """A megabyte of anything, in one line or in many, is read; no recursion, nothing quadratic."""
        document = Document.parse(text)

        assert str(document) == text
        read_configuration([("a.conf", text)])
