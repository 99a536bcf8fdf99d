"""
Is a multipath.conf of 10,000 lines read while nobody waits?

The file is that of a large site: rules, arrays, volumes and comments. We read it into a configuration, each value with
its meaning and its place. The peers are ``multipath -t``, a process of its own that merges the built-in arrays too and
prints it all; and the least that Python could do, which splits lines into words and knows nothing.
"""

# mypy: untyped-calls-exclude=pytest_benchmark

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from multipath.config.files import load
from multipath.config.reader import read_configuration
from multipath.config.tree import Document, Section, Statement
from multipath.errors import LabError
from multipath.lab import multipath_tools
from multipath.lab.guest import inside

from .contest import Contest

_LINES: Final = 10_000
_LIMIT: Final = 0.1
_RELEASE: Final = "0.9.4"


def test_beside_multipath(tmp_path: Path, benchmark: BenchmarkFixture) -> None:
    """From the file on disk to all that it says."""
    (tmp_path / multipath_tools.DROP_INS).mkdir()
    file = tmp_path / multipath_tools.MAIN_FILE
    file.write_text(site())
    printed = _printed(tmp_path)
    ours, theirs = load(file, tmp_path / multipath_tools.DROP_INS), read_configuration([("-t", printed)])
    values = [
        {wwid: {name: one.value for name, one in entry.settings.items()} for wwid, entry in read.multipaths.items()}
        for read in (ours, theirs)
    ]
    assert values[0] == values[1]
    assert len(ours.devices) > 200

    Contest(f"`load` of {_LINES} lines", f"`multipath -t` {_RELEASE}", rounds=20, limit=_LIMIT).hold(
        benchmark,
        lambda: load(file, tmp_path / multipath_tools.DROP_INS),
        lambda: multipath_tools.dumped(_RELEASE, tmp_path),
    )


def test_beside_the_least(benchmark: BenchmarkFixture) -> None:
    """From the text in memory."""
    text = site()
    assert list(_words(Document.parse(text).root)) == split(text)

    contest = Contest(
        f"`read_configuration` of {_LINES} lines", "`str.split`, meanings unknown", rounds=20, limit=_LIMIT
    )
    contest.hold(benchmark, lambda: read_configuration([("multipath.conf", text)]), lambda: split(text))


def site() -> str:
    """Return the file of a large site."""
    lines = ["# large site", "defaults {", "\tuser_friendly_names yes", "\tpolling_interval 10", "}", "", "blacklist {"]
    lines += [f'\twwid "3600508b4{number:023x}"' for number in range(500)]
    for number in range(100):
        lines += ["\t# not ours", f'\tdevnode "^(ram|loop|fd){number}[0-9]*"']
    lines += ["}", "", "devices {"]
    for number in range(250):
        lines += [
            "\tdevice {",
            f'\t\tvendor "VENDOR{number}"',
            f'\t\tproduct "^(ARRAY|LUN){number}"',
            *_ARRAY,
            "\t}",
            "",
        ]
    lines += ["}", "", "multipaths {"]
    for number in range((_LINES - len(lines)) // 6):
        lines += ["\t# a volume", "\tmultipath {", f'\t\twwid "3600a0980{number:023x}"', f"\t\talias data{number}"]
        lines += ["\t\tno_path_retry queue", "\t}"]
    lines += ["}"]
    return "\n".join([*lines, *["# the end"] * (_LINES - len(lines)), ""])


_ARRAY: Final = (
    '\t\tpath_grouping_policy "group_by_prio"', '\t\tprio "alua"', "\t\tpath_checker tur",
    '\t\tfeatures "1 queue_if_no_path"', '\t\thardware_handler "1 alua"', "\t\tfailback immediate",
    "\t\tno_path_retry 30 # as the vendor says", "\t\tfast_io_fail_tmo 5",
)  # fmt: skip


def split(text: str) -> list[tuple[str, str]]:
    """Return the options with their values, as far as no rule of the grammar matters."""
    found = []
    for line in text.split("\n"):
        name, _, rest = line.strip().partition(" ")
        if not name or name == "}" or name[0] == "#" or rest == "{":
            continue
        found.append((name, rest.split('"')[1] if rest[0] == '"' else rest.split()[0]))
    return found


def _words(section: Section) -> Iterator[tuple[str, str]]:
    for item in section.items:
        if isinstance(item, Section):
            yield from _words(item)
        elif isinstance(item, Statement):
            yield item.keyword, item.value


def _printed(folder: Path) -> str:
    """Return what the peer prints; skip where there is none."""
    if inside():
        pytest.skip("the peer is fetched on the machine")
    try:
        return multipath_tools.dumped(_RELEASE, folder)
    except LabError as error:
        pytest.skip(f"no peer: {error}")
