"""What a manager says, for people and for programs."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import AF_UNIX, SOCK_STREAM, socket
from typing import Any

import pytest

from multipath.frontends.cli.exit_code import ExitCode
from multipath.frontends.cli.main import main
from multipath.frontends.manager.status_socket import SOCKET

PATH = {
    "name": "sda\x1b", "device": "8:0", "group": 1, "state": "up", "machine": "used", "active": True, "priority": 50,
    "next_check": 4.2, "message": "answered",
}  # fmt: skip
STATUS: dict[str, Any] = {
    "text": "maps: 1; paths: 2, not in use: 1",
    "acting": False,
    "seconds": 7.4,
    "maps": [
        {
            "name": "mpatha",
            "wwid": "3600",
            "state": "failing",
            "group": 0,
            "queueing": True,
            "refused": "two sizes",
            "paths": [PATH, {**PATH, "priority": None, "next_check": None, "message": "", "state": "down"}],
        }
    ],
    "held": [{"node": "/dev/sdb", "operation": "scsi", "seconds": 12.7}],
}


@contextmanager
def manager(folder: Path, *answers: dict[str, Any]) -> Iterator[None]:
    """Let a manager answer once, with these lines, and hang up."""
    with socket(AF_UNIX, SOCK_STREAM) as server:
        server.bind(str(folder / SOCKET))
        server.listen()

        def serve() -> None:
            way, _ = server.accept()
            with way, way.makefile("rwb") as lines:
                lines.readline()
                lines.write(b"".join(json.dumps(answer).encode() + b"\n" for answer in answers))

        thread = threading.Thread(target=serve)
        thread.start()
        yield
        thread.join()


class TestTheStatus:
    def test_is_one_line_for_each_map_and_path(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Escaped; with what the kernel holds, and that nothing is done."""
        with manager(tmp_path, {"status": STATUS}):
            assert main(["status", "--folder", str(tmp_path)]) == ExitCode.OK

        assert capsys.readouterr().out.splitlines() == [
            "mpatha (3600) failing, I/O waits",
            "  refused: two sizes",
            "  sda\\x1b  8:0  group 1  up    used  priority 50, next check in 4 s: answered",
            "  sda\\x1b  8:0  group 1  down  used  being checked",
            "held by the kernel for 13 s: scsi of /dev/sdb",
            "maps: 1; paths: 2, not in use: 1; for 7 s; watches only",
        ]

    def test_is_what_the_manager_says_for_programs(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """All of it."""
        with manager(tmp_path, {"status": STATUS}):
            main(["status", "--folder", str(tmp_path), "-o", "json"])

        assert json.loads(capsys.readouterr().out) == STATUS


class TestHealth:
    @pytest.mark.parametrize(("problems", "code"), [([], ExitCode.OK), (["mpatha: no path"], ExitCode.ERROR)])
    def test_is_an_exit_code(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], problems: list[str], code: ExitCode
    ) -> None:
        """And what is wrong."""
        with manager(tmp_path, {"health": {"healthy": not problems, "alive": True, "problems": problems}}):
            assert main(["status", "--health", "--folder", str(tmp_path)]) == code

        assert capsys.readouterr().out.splitlines() == (problems or ["all is well"])


def test_events_come_until_the_manager_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line each."""
    with manager(tmp_path, {"listening": True}, {"event": {"text": "mpatha: failed"}}, {"event": {"text": "gone"}}):
        assert main(["status", "--events", "--folder", str(tmp_path)]) == ExitCode.OK

    assert capsys.readouterr().out == "mpatha: failed\ngone\n"


def test_a_refused_reload_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the words of the manager."""
    with manager(tmp_path, {"error": "m.conf:1: no option"}):
        assert main(["status", "--reload", "--folder", str(tmp_path)]) == ExitCode.ERROR

    assert "m.conf:1: no option" in capsys.readouterr().err


def test_no_manager_is_code_three(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With what to do."""
    assert main(["status", "--folder", str(tmp_path)]) == ExitCode.NOT_FOUND
    assert "mpath run" in capsys.readouterr().err
