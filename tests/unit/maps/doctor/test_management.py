"""Who looks after the maps, and who is asked."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from multipath.frontends.manager import status_socket
from multipath.maps.doctor import managers
from multipath.maps.doctor.managers import Managers, ask_managers

from .patient import Patient, ids


class TestMaps:
    @pytest.mark.parametrize(
        ("who", "finds"),
        [
            (Managers(), ["no-manager"]),
            (Managers(mpath=True, acting=False), ["no-manager"]),
            (Managers(mpath=True), []),
            (Managers(multipathd=True, mpath=True, acting=False), []),
            (Managers(multipathd=True, mpath=True), ["two-managers"]),
            (Managers(multipathd=True, stuck="no reply in 2 s"), ["multipathd-stuck"]),
            (Managers(mpath=True, hung="no answer within 2 s"), ["manager-stuck"]),
        ],
    )
    def test_want_one_manager_that_answers(self, patient: Patient, who: Managers, finds: list[str]) -> None:
        """None leaves failed paths as they are, two fight; one that only watches counts for none."""
        patient.mapped()

        assert [name for name in ids(patient.facts(managers=who)) if name != "queues-for-ever"] == finds


@contextmanager
def listening(folder: Path, answer: Callable[[socket.socket], None]) -> Iterator[None]:
    """Let somebody answer one question where the manager would."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / managers.SOCKET))
        server.listen(1)

        def serve() -> None:
            client, _ = server.accept()
            with client:
                client.recv(4096)
                answer(client)

        thread = threading.Thread(target=serve)
        thread.start()
        yield
        thread.join()


class TestTheManager:
    def test_is_looked_for_where_it_listens(self) -> None:
        """The room of the manager stands above this one, so the names stand twice."""
        assert (managers.FOLDER, managers.SOCKET) == (status_socket.FOLDER, status_socket.SOCKET)

    def test_that_is_not_there_is_none(self, tmp_path: Path) -> None:
        """As on any machine without it."""
        assert ask_managers(tmp_path).mpath is False

    @pytest.mark.parametrize("acting", [True, False])
    def test_says_whether_it_acts(self, tmp_path: Path, *, acting: bool) -> None:
        """One that only watches brings no path back."""
        text = json.dumps({"status": {"acting": acting}}).encode() + b"\n"

        with listening(tmp_path, lambda client: client.sendall(text)):
            found = ask_managers(tmp_path)

        assert (found.mpath, found.acting) == (True, acting)

    def test_that_does_not_answer_hangs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is waited for, but not for long."""
        monkeypatch.setattr(managers, "_PATIENCE", 0.05)

        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(tmp_path / managers.SOCKET))
            server.listen(1)
            found = ask_managers(tmp_path)

        assert (found.mpath, found.hung[:10]) == (True, "no answer ")

    @pytest.mark.parametrize("text", [b"", b"nonsense\n", b"[]\n", b'{"status": 3}\n'])
    def test_of_another_kind_acts(self, tmp_path: Path, text: bytes) -> None:
        """Whatever it says, it is there."""
        with listening(tmp_path, lambda client: client.sendall(text)):
            found = ask_managers(tmp_path)

        assert (found.mpath, found.acting) == (True, True)
