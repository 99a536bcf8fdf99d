"""The glossary: sorted, sourced, and nothing in it leads nowhere."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
ENTRIES = dict(re.findall(r"^### (.+)\n((?:(?!###).*\n?)*)", (DOCS / "glossary.md").read_text("utf-8"), re.MULTILINE))


def test_words_are_in_their_order() -> None:
    """As a reader looks for them."""
    assert list(ENTRIES) == sorted(ENTRIES, key=str.casefold)
    assert len(ENTRIES) > 30


@pytest.mark.parametrize("word", ENTRIES)
def test_a_word_has_a_meaning_and_a_source(word: str) -> None:
    """Somebody else's, so that it can be looked up."""
    meaning, _, source = ENTRIES[word].partition("*Source*: ")
    assert meaning.strip()
    assert re.search(r"linux `|T10 |NVM Express|\(\d\)|multipath-tools", source)


@pytest.mark.parametrize("page", sorted([*DOCS.glob("*.md"), *DOCS.glob("reference/*.md")]), ids=lambda page: page.stem)
def test_a_link_leads_somewhere(page: Path) -> None:
    """To a page that is here, and to a heading that it has."""
    for place, _, heading in re.findall(r"\]\((?!https?:)([^)#]*)(#?)([^)]*)\)", page.read_text("utf-8")):
        target = page.parent / place if place else page
        assert target.exists(), f"{page.name}: {place}"
        if heading:
            assert heading in anchors(target), f"{page.name}: {place}#{heading}"


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings of a page, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}
