"""``mpath status --watch``: asked once more each time that the manager tells something."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import AF_UNIX, SOCK_STREAM, socket
from typing import Any

import pytest

from multipath.frontends.cli.main import main
from multipath.frontends.manager.status_socket import SOCKET

from .test_status import STATUS

Capture = pytest.CaptureFixture[str]


def later(state: str, next_check: float) -> dict[str, Any]:
    """Return the status with another state of the map, and other times."""
    (each,) = STATUS["maps"]
    paths = [path | {"next_check": next_check} for path in each["paths"]]
    return STATUS | {"maps": [each | {"state": state, "paths": paths}], "seconds": 1000 - next_check}


@contextmanager
def manager(folder: Path, *answers: dict[str, Any]) -> Iterator[None]:
    """Let a manager tell something after each answer but the last, and then end."""
    with socket(AF_UNIX, SOCK_STREAM) as server:
        server.bind(str(folder / SOCKET))
        server.listen()

        def serve() -> None:
            with server.accept()[0] as asked, server.accept()[0] as listener, asked.makefile("rwb") as lines:
                listener.recv(1024)
                listener.sendall(b'{"listening": true}\n')
                for number, answer in enumerate(answers, start=1):
                    lines.readline()
                    lines.write(json.dumps({"status": answer}).encode() + b"\n")
                    lines.flush()
                    if number < len(answers):
                        listener.sendall(b'{"event": {"text": "something"}}\n')

        thread = threading.Thread(target=serve)
        thread.start()
        yield
        thread.join()


def test_a_change_is_printed(tmp_path: Path, capsys: Capture) -> None:
    """And what changes by itself is not: times run, and nothing has happened."""
    with manager(tmp_path, later("up", 4), later("up", 3), later("failing", 2)):
        assert main(["status", "--watch", "-o", "json", "--folder", str(tmp_path)]) == 3

    out, err = capsys.readouterr()
    assert [json.loads(line)["maps"][0]["state"] for line in out.splitlines()] == ["up", "failing"]
    assert err == "mpath status: the manager ended\n"


def test_people_get_the_same_with_a_line_between(tmp_path: Path, capsys: Capture) -> None:
    """By its older name as well."""
    with manager(tmp_path, later("up", 4), later("failing", 2)):
        main(["status", "--live", "--folder", str(tmp_path)])

    first, second = capsys.readouterr().out.split("\n\n")
    assert first.startswith("mpatha (3600) up")
    assert second.startswith("mpatha (3600) failing")
