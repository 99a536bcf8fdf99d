"""The table of docs/how-to.md: a call for each of the jobs, that exists, and a verb that is taken."""

import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

import multipath
from multipath.frontends.cli.config_change import parse_change
from multipath.frontends.cli.main import make_parser

PAGE: Final = (Path(__file__).parents[2] / "docs/how-to.md").read_text("utf-8")
JOBS: Final = re.findall(r"^\| (\d+) \| \[(.*?)\]\(#(.*?)\) \| (.*?) \| (.*?) \| (.*?) \|$", PAGE, re.MULTILINE)
# Where the calls are that are no public names of the package.
ROOMS: Final = {
    "StateFolder": "multipath.maps.state_file",
    "read_document": "multipath.config.files",
    "set_option": "multipath.config.writer",
    "save": "multipath.config.files",
    "read_topology": "multipath.multipathd.saved_topology",
    "read_maps": "multipath.multipathd.topology",
    "DeviceBusy": "multipath.errors",
}


def calls() -> Iterator[str]:
    """Yield every call of the table, without its arguments."""
    for *_, call, _verb, _old in JOBS:
        yield from (each.partition("(")[0] for each in re.findall(r"`(.+?)`", call))


def verbs() -> Iterator[str]:
    """Yield every command line of the table."""
    for *_, verb, _old in JOBS:
        yield from re.findall(r"`(mpath .+?)`", verb)


def anchors() -> set[str]:
    """Return what the sections of the page are linked by."""
    titles = re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_job_has_its_row_and_its_section() -> None:
    """All that integrators were found to need, in order."""
    assert [int(number) for number, *_ in JOBS] == list(range(1, 29))
    assert {anchor for _, _, anchor, *_ in JOBS} <= anchors()
    assert all(call and old for *_, call, _verb, old in JOBS)


@pytest.mark.parametrize("call", sorted(set(calls())))
def test_a_call_of_the_table_exists(call: str) -> None:
    """As a public name, or where the page imports it from."""
    name, *rest = call.split(".")
    found = getattr(import_module(ROOMS[name]) if name in ROOMS else multipath, name)
    for attribute in rest:
        fields = getattr(found, "__annotations__", {})
        found = getattr(found, attribute, None) or (
            fields[attribute] if attribute in fields else _set_by(found, attribute)
        )

    assert found is not None
    assert name not in ROOMS or name == "DeviceBusy" or f"from {ROOMS[name]} import" in PAGE or ROOMS[name] in PAGE


def _set_by(kind: object, attribute: str) -> str:
    """Return an attribute that instances get when they are made."""
    code = kind.__init__.__code__  # type: ignore[misc]
    assert attribute in (*code.co_names, *code.co_varnames)
    return attribute


@pytest.mark.parametrize("line", sorted(set(verbs())))
def test_a_verb_of_the_table_is_taken(line: str) -> None:
    """By its parser, as it stands."""
    _, *words = shlex.split(line)
    args = make_parser(words[0]).parse_args(words)

    if hasattr(args, "change"):
        parse_change(args.change)
