import itertools
from collections.abc import Iterator

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from multipath.config.reader import read_configuration
from multipath.config.setting import Value
from multipath.config.tree import Document
from multipath.config.writer import Place, add_entry, quote, remove_entry, set_option, unset_option
from multipath.errors import ConfigError

from .strategies import any_texts, values
from .texts import section

TEXT = """\
# ours
defaults {  # all
    verbosity   2      # quiet
\tprio_args "a ""b"" # c"  # why
}

devices {
  device {
    vendor "IBM"   # the box
    product 2107
    no_path_retry 5
  }
}
blacklist {
    wwid 3600
    devnode "!^sd"
}
"""
DEFAULTS = Place("defaults")
IBM = Place("devices/device", {"vendor": "IBM", "product": "2107"})


def edited(text: str, new: str, old: str) -> str:
    """Return a text in which one stretch is another one."""
    assert text.count(old) == 1
    return text.replace(old, new)


def ways_to_set(document: Document, value: str) -> Iterator[str]:
    """Return each text in which an option of ``defaults`` has a value and nothing else differs."""
    defaults = [one for one in document.root.sections if one.known and one.keyword == "defaults"]
    lines, text = list(document.lines), quote(value)
    for one in (one for block in defaults for one in block.statements if one.keyword == "prio_args"):
        line = lines[one.line - 1]
        for new in (text, f'"{text}"'):
            yield "".join([*lines[: one.line - 1], line[: one.start] + new + line[one.end :], *lines[one.line :]])
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\r\n" if lines[0].endswith("\r\n") else "\n"
    for block in defaults:
        at = block.last_line - 1 if block.last_line else len(lines)
        for blank, end in itertools.product(("", " ", "\t", " \t", "\t\t"), ("\n", "\r\n")):
            yield "".join([*lines[:at], f"{blank}prio_args {text}{end}", *lines[at:]])
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    yield "".join([*lines, f"defaults {{{end}", f"\tprio_args {text}{end}", f"}}{end}"])


class TestAnOptionThatIsSet:
    @pytest.mark.parametrize(
        ("place", "option", "value", "old", "new"),
        [
            (DEFAULTS, "verbosity", 4, "verbosity   2      # quiet", "verbosity   4      # quiet"),
            (DEFAULTS, "prio_args", 'x "y"', '"a ""b"" # c"  # why', '"x ""y"""  # why'),
            (DEFAULTS, "prio_args", "plain", '"a ""b"" # c"  # why', '"plain"  # why'),
            (IBM, "no_path_retry", "queue", "no_path_retry 5", "no_path_retry queue"),
        ],
    )
    def test_gets_the_value_and_nothing_else_changes(
        self, place: Place, option: str, value: Value, old: str, new: str
    ) -> None:
        """Blanks, comments and the style of quotes stay."""
        assert str(set_option(Document.parse(TEXT), place, option, value)) == edited(TEXT, new, old)

    def test_is_changed_where_it_counts(self) -> None:
        """Of several assignments the last one counts, so that one gets the value."""
        text = section("defaults", "verbosity 1") + section("defaults", "verbosity 2")

        changed = set_option(Document.parse(text), DEFAULTS, "verbosity", 3)

        assert str(changed) == edited(text, "verbosity 3", "verbosity 2")

    def test_may_have_its_other_name(self) -> None:
        """Who sets ``path_checker`` changes ``checker``."""
        changed = set_option(Document.parse(section("defaults", "checker tur")), DEFAULTS, "path_checker", "directio")

        assert str(changed) == section("defaults", "checker directio")


class TestAnOptionThatIsNotSet:
    def test_gets_a_line_at_the_end_of_its_section(self) -> None:
        """It is indented as its neighbours are."""
        changed = set_option(Document.parse(TEXT), IBM, "failback", "immediate")

        assert str(changed) == edited(TEXT, "no_path_retry 5\n    failback immediate\n", "no_path_retry 5\n")

    def test_gets_a_section_where_there_is_none(self) -> None:
        """The section is added at the end; a last line without a newline gets one."""
        changed = set_option(Document.parse("# x"), Place("overrides"), "no_path_retry", "fail")

        assert str(changed) == "# x\noverrides {\n\tno_path_retry fail\n}\n"

    def test_follows_the_ends_of_lines(self) -> None:
        """A file with the line ends of another system keeps them."""
        changed = set_option(Document.parse("defaults {\r\n}\r\n"), DEFAULTS, "verbosity", 3)

        assert str(changed) == "defaults {\r\n\tverbosity 3\r\n}\r\n"

    def test_goes_into_a_section_that_is_not_closed(self) -> None:
        """It is added at the end of the file, where the section still is."""
        changed = set_option(Document.parse("defaults {\nverbosity 2"), DEFAULTS, "failback", 5)

        assert str(changed) == "defaults {\nverbosity 2\nfailback 5\n"


class TestUnsetting:
    def test_removes_every_line_that_sets_it(self) -> None:
        """Else an earlier one would count."""
        text = section("defaults", "verbosity 1", "prio const", "verbosity 2")

        assert str(unset_option(Document.parse(text), DEFAULTS, "verbosity")) == section("defaults", "prio const")

    def test_leaves_a_file_alone_that_does_not_set_it(self) -> None:
        """There is nothing to do."""
        assert str(unset_option(Document.parse(TEXT), DEFAULTS, "failback")) == TEXT


class TestAnEntry:
    def test_is_added_to_its_section(self) -> None:
        """A device goes behind the last one."""
        changed = add_entry(Document.parse(TEXT), "devices/device", {"vendor": "A B", "product": ".*", "failback": 0})

        new = '  }\n  device {\n  \tvendor "A B"\n  \tproduct .*\n  \tfailback 0\n  }\n}\nblacklist'
        assert str(changed) == edited(TEXT, new, "  }\n}\nblacklist")

    def test_is_removed_with_its_lines(self) -> None:
        """What stood around it stays."""
        changed = remove_entry(Document.parse(TEXT), IBM)

        first, _, rest = TEXT.partition("  device {")
        assert str(changed) == first + rest.partition("  }\n")[2]

    def test_that_is_not_there_cannot_be_changed(self) -> None:
        """An option is not set in an entry that nobody asked to add."""
        with pytest.raises(ConfigError, match="add the entry first"):
            set_option(Document.parse(TEXT), Place("multipaths/multipath", {"wwid": "1"}), "alias", "x")


class TestARule:
    def test_is_added_and_removed(self) -> None:
        """One line comes, and the same line goes."""
        added = add_entry(Document.parse(TEXT), "blacklist", {"wwid": "3601"})
        removed = remove_entry(added, Place("blacklist", {"wwid": "3601"}))

        assert str(added) == edited(TEXT, '"!^sd"\n    wwid 3601\n', '"!^sd"\n')
        assert str(removed) == TEXT


class TestAnEditThatCannotBe:
    @pytest.mark.parametrize(
        ("option", "value", "why"),
        [
            ("prio_args", "a\nb", "newlines"),
            ("prio_args", "ö", "ASCII"),
            ("prio_args", "x" * 1100, "1023 at a time"),
            ("verbosity", 9, "9.* becomes 4"),
            ("polling_interval", 0, "not a number of seconds, 1 or more"),
            ("failback", "soon", "not immediate or manual"),
            ("alias", "x", "no option of defaults"),
            ("foo", "x", "no option of defaults"),
        ],
    )
    def test_is_refused(self, option: str, value: Value, why: str) -> None:
        """What no file can hold, or no option takes, is not written."""
        with pytest.raises(ConfigError, match=why):
            set_option(Document.parse(TEXT), DEFAULTS, option, value)

    @pytest.mark.parametrize(
        ("where", "options", "why"),
        [
            ("devices/device", {"vendor": "A"}, "needs product and vendor"),
            ("devices/device", {"vendor": "IBM", "product": "2107"}, "is there; set its options"),
            ("overrides/protocol", {"type": "scsi:foo"}, "no protocol"),
            ("blacklist", {"vendor": "A"}, "no option of blacklist"),
            ("foo", {"wwid": "1"}, "no option of foo"),
        ],
    )
    def test_adds_no_entry_that_multipathd_would_lose(self, where: str, options: dict[str, Value], why: str) -> None:
        """An entry says which devices it is for, and is the only one that does."""
        with pytest.raises(ConfigError, match=why):
            add_entry(Document.parse(TEXT), where, options)

    def test_is_refused_where_a_line_is_two(self) -> None:
        """In a line that multipathd reads as several, nothing can be added or removed by lines."""
        text = f"defaults {{\nverbosity 2{' ' * 1012}prio const\n}}"

        with pytest.raises(ConfigError, match="by hand"):
            unset_option(Document.parse(text), DEFAULTS, "verbosity")


class TestAnyEdit:
    @given(any_texts, values)
    def test_is_read_back_and_keeps_the_rest(self, text: str, value: str) -> None:
        """Whatever stands in the file: the new value counts, all other bytes are as they were, or it is refused."""
        document = Document.parse(text)
        try:
            changed = set_option(document, DEFAULTS, "prio_args", value)
            assume(len(value) < 900)
        except ConfigError:
            return
        try:
            found = read_configuration([("a.conf", str(changed))])
        except ConfigError:
            return

        assert found.defaults["prio_args"].value == value
        assert str(changed) in ways_to_set(document, value)

    @given(values.filter(lambda value: "\0" not in value))
    def test_quotes_so_that_it_reads_back(self, value: str) -> None:
        """Quotes, blanks, braces and the marks of comments come back."""
        (defaults,) = Document.parse(section("defaults", f"prio_args {quote(value)} # c")).root.sections

        assert [statement.value for statement in defaults.statements] == [value]

    @given(st.sampled_from(["wwid", "devnode", "property"]), values.filter(lambda value: "\0" not in value))
    def test_that_adds_is_undone_by_the_one_that_removes(self, kind: str, value: str) -> None:
        """A rule that was added can be removed again, and the file is what it was."""
        added = add_entry(Document.parse(TEXT), "blacklist", {kind: value})
        assume((kind, value) not in [("wwid", "3600"), ("devnode", "!^sd")])

        assert str(remove_entry(added, Place("blacklist", {kind: value}))) == TEXT
