"""The conversation with QEMU, against one that says what it is told to say."""

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from multipath.errors import LabError
from multipath.lab import qmp
from multipath.lab.qmp import Qmp

Answers = Callable[[dict[str, Any]], list[dict[str, Any]]]


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Answers], Qmp]]:
    """Give a conversation with a QEMU whose answers are given."""
    ours, theirs = socket.socketpair()
    monkeypatch.setattr(qmp, "refuse_outside", lambda: None)
    threads: list[threading.Thread] = []

    def begun(answers: Answers) -> Qmp:
        def serve() -> None:
            with theirs.makefile("rw") as lines:
                for line in lines:
                    for answer in answers(json.loads(line)):
                        lines.write(json.dumps(answer) + "\n")
                    lines.flush()

        threads.append(threading.Thread(target=serve))
        threads[0].start()
        monkeypatch.setattr(os, "open", lambda *_: ours.detach())
        return Qmp("port")

    yield begun
    threads[0].join()
    ours.close()
    theirs.close()


def willing(question: dict[str, Any]) -> list[dict[str, Any]]:
    """Say something else first, as QEMU does, and then agree."""
    return [{"QMP": {}}, {"event": "RESUME"}, {"return": question["arguments"], "id": question["id"]}]


class TestAConversation:
    def test_returns_what_was_answered(self, talk: Callable[[Answers], Qmp]) -> None:
        """Greetings and events are passed over."""
        with talk(willing) as qemu:
            assert qemu.execute("device_del", id="hba0") == {"id": "hba0"}

    def test_tells_what_was_refused(self, talk: Callable[[Answers], Qmp]) -> None:
        """In QEMU's own words; that capabilities were agreed on before is no refusal."""

        def unwilling(question: dict[str, Any]) -> list[dict[str, Any]]:
            error = {"class": "CommandNotFound", "desc": "no such command"}
            return [{"error": error, "id": question["id"]}]

        with talk(unwilling) as qemu, pytest.raises(LabError, match="QEMU refuses nonsense: no such command"):
            qemu.execute("nonsense")

    def test_is_not_to_be_had_elsewhere(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A guest of user-mode Linux has no such port."""
        monkeypatch.setattr(qmp, "refuse_outside", lambda: None)
        with pytest.raises(LabError, match="it is to be a stock one"):
            Qmp(str(tmp_path / "port"))
