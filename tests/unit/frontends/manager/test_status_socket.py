"""The socket of a manager, and those who are not as they should be at the other end."""

import asyncio
import json
import os
import socket
import stat
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from multipath import errors
from multipath.frontends.manager.client import asked
from multipath.frontends.manager.status_socket import SOCKET, Limits, StatusSocket


async def answer(question: dict[str, Any]) -> dict[str, Any]:
    """Answer as a manager would."""
    if question["ask"] == "reload":
        raise errors.ConfigError("two files say otherwise")
    return {question["ask"]: {"maps": 2}}


async def numbers() -> AsyncGenerator[dict[str, Any], None]:
    """Tell a thousand events, each as large as one with a table, and then nothing."""
    for number in range(1000):
        yield {"number": number, "table": "x" * 1000}
    await asyncio.Event().wait()


def served(folder: Path, work: Callable[[StatusSocket], Awaitable[None]], limits: Limits | None = None) -> None:
    """Serve while ``work`` runs."""

    async def serve() -> None:
        server = StatusSocket(answer, numbers, limits)
        async with server.listening(folder):
            await work(server)

    asyncio.run(serve())


def said(folder: Path, data: bytes) -> bytes:
    """Return what the server says to some bytes, until it hangs up."""
    read = b""
    # Whoever hangs up without having read all resets the connection; what he said comes first.
    with client(folder) as way, suppress(ConnectionError):
        way.settimeout(5)
        with suppress(ConnectionError):
            way.sendall(data)
            way.shutdown(socket.SHUT_WR)
        while part := way.recv(4096):
            read += part
    return read


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
        """None is lost to one that reads."""

        def listen() -> list[int]:
            with asked(tmp_path) as manager:
                return [event["number"] for event in islice(manager.events(), 1000)]

        async def work(_: StatusSocket) -> None:
            assert await asyncio.to_thread(listen) == list(range(1000))

        served(tmp_path, work)

    def test_that_does_not_read_is_let_go(self, tmp_path: Path) -> None:
        """What it did not take is not kept, and others are answered meanwhile."""

        async def work(server: StatusSocket) -> None:
            with client(tmp_path) as deaf:
                deaf.sendall(b'{"ask": "events"}\n')
                await until(lambda: server.clients == 1)
                assert b"maps" in await asyncio.to_thread(said, tmp_path, b'{"ask": "status"}\n')
                await until(lambda: server.clients == 0)

        served(tmp_path, work, Limits(slowness=0.05, unread=4096))

    def test_that_hangs_up_is_forgotten(self, tmp_path: Path) -> None:
        """Though there may be no event for days."""

        async def work(server: StatusSocket) -> None:
            await asyncio.to_thread(said, tmp_path, b'{"ask": "events"}\n')
            await until(lambda: server.clients == 0)

        served(tmp_path, work)


class TestAClientThatIsNotAsItShouldBe:
    def test_is_let_go_when_it_says_nothing(self, tmp_path: Path) -> None:
        """Nor ends its line: else a few of them would lock out everybody."""

        async def work(server: StatusSocket) -> None:
            with client(tmp_path) as silent:
                silent.sendall(b'{"ask"')
                await until(lambda: server.clients == 1)
                await until(lambda: server.clients == 0)

        served(tmp_path, work, Limits(silence=0.05))

    def test_is_told_that_there_are_too_many(self, tmp_path: Path) -> None:
        """And whoever leaves makes room."""

        async def work(server: StatusSocket) -> None:
            with client(tmp_path):
                await until(lambda: server.clients == 1)
                assert b"clients already" in await asyncio.to_thread(said, tmp_path, b'{"ask": "status"}\n')
            await until(lambda: server.clients == 0)
            assert b"maps" in await asyncio.to_thread(said, tmp_path, b'{"ask": "status"}\n')

        served(tmp_path, work, Limits(clients=1))

    def test_is_refused_where_it_is_somebody_else(self, tmp_path: Path) -> None:
        """A descriptor may have been passed on: the kernel says who opened it."""

        async def serve() -> bytes:
            async with StatusSocket(answer, numbers, owners=[os.geteuid() + 1]).listening(tmp_path):
                return await asyncio.to_thread(said, tmp_path, b'{"ask": "status"}\n')

        assert b"only the owner" in asyncio.run(serve())

    def test_leaves_nothing_behind(self, tmp_path: Path) -> None:
        """No descriptor, after a hundred that hung up in the middle of an answer."""

        async def work(server: StatusSocket) -> None:
            await until(lambda: server.clients == 0)
            before = len(os.listdir("/proc/self/fd"))
            for _ in range(100):
                with client(tmp_path) as rude:
                    rude.sendall(b'{"ask": "status"}\n' * 10)
            await until(lambda: server.clients == 0 and len(os.listdir("/proc/self/fd")) <= before)

        served(tmp_path, work)


def client(folder: Path) -> socket.socket:
    """Return a connection."""
    way = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    way.connect(str(folder / SOCKET))
    return way


async def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0)
