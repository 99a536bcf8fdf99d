import asyncio
import json
import socket
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from multipath import errors
from multipath.frontends.manager.client import asked
from multipath.frontends.manager.status_socket import SOCKET, StatusSocket


async def answer(question: dict[str, Any]) -> dict[str, Any]:
    """Answer as a manager would."""
    if question["ask"] == "reload":
        raise errors.ConfigError("two files say otherwise")
    return {question["ask"]: {"maps": 2}}


def served(folder: Path, work: Callable[[StatusSocket], Awaitable[None]]) -> None:
    """Serve while ``work`` runs."""

    async def serve() -> None:
        server = StatusSocket(answer)
        async with server.listening(folder):
            await work(server)

    asyncio.run(serve())


def said(folder: Path, data: bytes) -> bytes:
    """Return what the server says to some bytes, until it hangs up."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as way:
        way.settimeout(5)
        way.connect(str(folder / SOCKET))
        way.sendall(data)
        way.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: way.recv(4096), b""))


class TestAManagerThatIsAsked:
    def test_answers(self, tmp_path: Path) -> None:
        """One question, one answer; an error is told with its words."""

        def ask() -> None:
            with asked(tmp_path) as manager:
                assert manager.ask("status") == {"maps": 2}
                with pytest.raises(errors.MultipathError, match="two files say otherwise"):
                    manager.ask("reload")
                assert manager.ask("status") == {"maps": 2}

        served(tmp_path, lambda _: asyncio.to_thread(ask))

    def test_lets_root_alone_ask(self, tmp_path: Path) -> None:
        """Its socket has mode 0600; one that a killed manager left is replaced, and none stays."""
        (tmp_path / SOCKET).touch()

        async def look(_: StatusSocket) -> None:
            assert stat.S_IMODE((tmp_path / SOCKET).stat().st_mode) == 0o600

        served(tmp_path, look)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        "data", [b"\n", b"[]\n", b'{"ask": 1}\n', b"\xff\xfe\n", b"[" * 4000 + b"\n", b"x" * 100_000, b"{}"]
    )
    def test_refuses_what_is_no_question(self, tmp_path: Path, data: bytes) -> None:
        """And answers the next client."""

        async def work(_: StatusSocket) -> None:
            refused = await asyncio.to_thread(said, tmp_path, data)
            assert "error" in json.loads(refused.splitlines()[0])
            assert json.loads(await asyncio.to_thread(said, tmp_path, b'{"ask": "status"}\n')) == {
                "status": {"maps": 2}
            }

        served(tmp_path, work)

    def test_is_found_absent_in_words(self, tmp_path: Path) -> None:
        """With what to do."""
        with pytest.raises(errors.NotFound, match="mpath run"), asked(tmp_path):
            pass


class TestAListener:
    def test_gets_every_event_in_order(self, tmp_path: Path) -> None:
        """Until the manager ends."""
        heard: list[dict[str, Any]] = []

        def listen(ready: Callable[[], object]) -> None:
            with asked(tmp_path) as manager:
                for event in manager.events():
                    if event["number"] == -1:
                        ready()
                    else:
                        heard.append(event)

        async def work(server: StatusSocket) -> None:
            loop, ready = asyncio.get_running_loop(), asyncio.Event()
            task = asyncio.create_task(asyncio.to_thread(listen, lambda: loop.call_soon_threadsafe(ready.set)))
            while not ready.is_set():
                server.tell({"number": -1})
                await asyncio.sleep(0)
            for number in range(1000):
                server.tell({"number": number})
            pending.append(task)
            while len(heard) < 1000:
                await asyncio.sleep(0)

        pending: list[asyncio.Task[None]] = []
        served(tmp_path, work)

        assert [event["number"] for event in heard] == list(range(1000))
