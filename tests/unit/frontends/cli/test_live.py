"""A view that stays, where nobody draws: a snapshot for each change, and nothing else."""

import asyncio
import json
import os
import signal
from collections.abc import Iterable

import pytest

from multipath import errors
from multipath.frontends.cli.live import View, _views, stay
from multipath.frontends.cli.terminal import Span

Capture = pytest.CaptureFixture[str]


def view(text: str, *complaints: str, key: object = None) -> View:
    """Return a view that shows a text."""
    return View({"text": text}, [(Span(text),)], text if key is None else key, complaints=complaints)


class Script:
    """Views that come one after the other; at the end somebody presses Ctrl-C."""

    def __init__(self, views: Iterable[View], *, end: int = signal.SIGINT) -> None:
        self._views, self._end = list(views), end
        self.waits: list[float] = []

    def look(self) -> View:
        """Return the next one."""
        return self._views.pop(0)

    async def wait(self, seconds: float) -> bool:
        """Return at once, while there are more."""
        self.waits.append(seconds)
        if not self._views:
            os.kill(os.getpid(), self._end)
            await asyncio.Event().wait()
        return True


class TestForPeople:
    def test_it_is_printed_for_each_change(self, capsys: Capture) -> None:
        """A line between two of them; one that says nothing new is not printed."""
        assert stay("show", Script(map(view, ["a", "a", "b"])), json=False, every=1) == 0
        assert capsys.readouterr() == ("a\n\nb\n", "")

    def test_it_is_escaped(self, capsys: Capture) -> None:
        """As everything."""
        stay("show", Script([view("\x1b[2J", "\x9b\n")]), json=False, every=1)
        assert capsys.readouterr() == ("\\x1b[2J\n", "mpath show: \\x9b\\n\n")

    def test_what_is_restless_does_not_count(self, capsys: Capture) -> None:
        """The key decides."""
        stay("show", Script([view("1 in flight", key=0), view("2 in flight", key=0)]), json=False, every=1)
        assert capsys.readouterr().out == "1 in flight\n"


class TestForPrograms:
    def test_each_change_is_one_object_a_line(self, capsys: Capture) -> None:
        """So that a reader takes a line at a time."""
        stay("show", Script(map(view, ["a", "b"])), json=True, every=1)
        assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [{"text": "a"}, {"text": "b"}]


class TestTheEnd:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_by_a_signal_is_no_failure(self, number: int) -> None:
        """As that of ``mpath watch``."""
        assert stay("show", Script([view("a")], end=number), json=False, every=1) == 0

    def test_by_an_error_is_the_error(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        """Whatever was printed stays."""
        script = Script([view("a")])

        async def fail(_seconds: float) -> bool:
            raise errors.NotFound("it ended")

        monkeypatch.setattr(script, "wait", fail)
        with pytest.raises(errors.NotFound):
            stay("status", script, json=False, every=1)
        assert capsys.readouterr().out == "a\n"


def test_nobody_looks_more_often_than_a_look_is_worth(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that takes half a second comes every ten at most, unless something happens."""
    script, times = Script(map(view, "abc")), iter([0.0, 0.5, 100.0, 100.001])
    monkeypatch.setattr("time.monotonic", lambda: next(times))
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)

    async def go() -> None:
        async for _ in _views(script, script.look(), 2.0):
            if len(script.waits) == 2:
                return

    coroutine = go()
    with pytest.raises(StopIteration):
        coroutine.send(None)
    assert script.waits == [2.0, 10.0]
    assert pauses == [0.0, 0.5]
