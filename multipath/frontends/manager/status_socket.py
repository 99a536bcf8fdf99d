"""
The socket by which a running manager is asked: lines of JSON, one question each, one answer each.

Strategy: whoever may open the socket, root, may ask; and whoever asks may be slow, or hostile. So a question is short,
an answer has a time limit, clients are counted, and one who listens to events and does not read is let go.
"""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

from ... import errors

FOLDER: Final = Path("/run/mpath")
SOCKET: Final = "manager.socket"
_LONGEST: Final = 4096  # bytes of a question
_MOST: Final = 64  # clients at a time
_PATIENCE: Final = 10.0  # seconds until an answer must have been taken
_BEHIND: Final = 10_000  # events that a listener may be behind

Answer = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class StatusSocket:
    """
    The server.

    Args:
        answer: From a question, ``{"ask": WORD, …}``, to its answer; may raise `MultipathError`.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._listeners: set[asyncio.Queue[dict[str, Any] | None]] = set()
        self._clients: set[asyncio.Task[None]] = set()

    def tell(self, event: dict[str, Any]) -> None:
        """Send an event to all who listen."""
        for queue in list(self._listeners):
            try:
                queue.put_nowait(event)
            except asyncio.QueueFull:
                self._listeners.discard(queue)
                queue.get_nowait()
                queue.put_nowait(None)

    @asynccontextmanager
    async def listening(self, folder: Path) -> AsyncIterator[None]:
        """
        Serve while the context lasts; a socket that a killed manager left behind is replaced.

        Raises:
            FileError: the socket cannot be made.
        """
        place = folder / SOCKET
        try:
            place.unlink(missing_ok=True)
            server = await asyncio.start_unix_server(self._meet, sock=_bound(place), limit=_LONGEST)
        except OSError as error:
            raise errors.FileError(error.errno or 0, "cannot listen", str(place)) from error
        try:
            yield
        finally:
            server.close()
            for client in list(self._clients):
                client.cancel()
            await asyncio.gather(*self._clients, return_exceptions=True)
            place.unlink(missing_ok=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        try:
            if len(self._clients) >= _MOST:
                await self._send(writer, {"error": f"there are {_MOST} clients already"})
                return
            self._clients.add(task)
            with suppress(ConnectionError, TimeoutError, asyncio.CancelledError):
                await self._talk(reader, writer)
        finally:
            self._clients.discard(task)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                line = await reader.readline()
            except ValueError:
                await self._send(writer, {"error": f"a question has at most {_LONGEST} bytes"})
                return
            if not line:
                return
            question = _question(line)
            if question is None:
                await self._send(writer, {"error": 'a question is a line like {"ask": "status"}'})
            elif question["ask"] == "events":
                await self._follow(writer)
                return
            else:
                await self._send(writer, await self._answered(question))

    async def _answered(self, question: dict[str, Any]) -> dict[str, Any]:
        try:
            return await self._answer(question)
        except errors.MultipathError as error:
            return {"error": str(error)}

    async def _follow(self, writer: asyncio.StreamWriter) -> None:
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(_BEHIND)
        self._listeners.add(queue)
        try:
            await self._send(writer, {"listening": True})
            while (event := await queue.get()) is not None:
                await self._send(writer, {"event": event})
            await self._send(writer, {"error": f"more than {_BEHIND} events were not read; ask again"})
        finally:
            self._listeners.discard(queue)

    async def _send(self, writer: asyncio.StreamWriter, message: dict[str, Any]) -> None:
        writer.write(json.dumps(message).encode() + b"\n")
        async with asyncio.timeout(_PATIENCE):
            await writer.drain()


def _bound(place: Path) -> socket.socket:
    """Return a socket at a place that root alone can open, from its first moment on."""
    way = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    before = os.umask(0o177)
    try:
        way.bind(str(place))
    except BaseException:
        way.close()
        raise
    finally:
        os.umask(before)
    return way


def _question(line: bytes) -> dict[str, Any] | None:
    try:
        question = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return question if isinstance(question, dict) and isinstance(question.get("ask"), str) else None
