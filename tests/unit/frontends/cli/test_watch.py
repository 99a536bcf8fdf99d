"""How an event is printed."""

import json

import pytest

from multipath import Event, EventKind
from multipath.frontends.cli.watch import print_event

from .snapshots import snapshot

EVENT = Event(EventKind.PATH_FAILED, snapshot(name="a\x1b"), "8:16", 1, "failed 3 times")


def test_an_event_is_one_line_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """Escaped."""
    print_event(EVENT, json=False)

    assert capsys.readouterr().out == "a\\x1b: path failed 8:16 (failed 3 times)\n"


def test_an_event_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON lines: a reader takes one line at a time."""
    print_event(EVENT, json=True)

    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out)["event"] == "path_failed"
