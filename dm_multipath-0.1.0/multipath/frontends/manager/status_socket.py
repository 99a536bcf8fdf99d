"""
The socket by which a running manager is asked: lines of JSON, one question each, one answer each.

Strategy: whoever may open the socket, root, may ask; and whoever asks may be slow, or hostile. So a question is short
and has to be complete in time, an answer has to be taken in time, clients are counted, and one who listens to events
and does not read is let go. The name leads to a socket from its first moment on that its owner alone can open, and one
that a killed manager left is replaced in one step.
"""

import asyncio
import json
import os
import socket
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ... import errors

FOLDER: Final = Path("/run/mpath")
SOCKET: Final = "manager.socket"
_LONGEST: Final = 4096  # bytes of a question
_CREDENTIALS: Final = "iII"  # struct ucred: process, user, group

Answer = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
Events = Callable[[], AsyncGenerator[dict[str, Any], None]]


@dataclass(frozen=True, slots=True)
class Limits:
    """
    What a client may cost.

    Attributes:
        clients: How many there are at a time.
        silence: Seconds until a question must be complete.
        slowness: Seconds until an answer must have been taken.
        unread: Bytes that wait for a client before it counts as slow.
    """

    clients: int = 64
    silence: float = 60.0
    slowness: float = 10.0
    unread: int = 1 << 16


class StatusSocket:
    """
    The server.

    Args:
        answer: From a question, ``{"ask": WORD, …}``, to its answer; may raise `MultipathError`.
        events: Gives a new stream of events.
        limits: What a client may cost.
        owners: The users who may ask; root and this process's own when absent.
    """

    def __init__(
        self, answer: Answer, events: Events, limits: Limits | None = None, owners: Collection[int] | None = None
    ) -> None:
        self._answer, self._events, self._limits = answer, events, limits or Limits()
        self._owners = (0, os.geteuid()) if owners is None else owners
        self._clients: set[asyncio.Task[None]] = set()

    @property
    def clients(self) -> int:
        """How many there are."""
        return len(self._clients)

    @asynccontextmanager
    async def listening(self, folder: Path) -> AsyncIterator[None]:
        """
        Serve while the context lasts.

        Raises:
            FileError: the socket cannot be made.
        """
        place = folder / SOCKET
        try:
            server = await asyncio.start_unix_server(self._meet, sock=_bound(place), limit=_LONGEST)
        except OSError as error:
            raise errors.FileError(error.errno or 0, "cannot listen", str(place)) from error
        try:
            yield
        finally:
            place.unlink(missing_ok=True)
            server.close()
            for client in list(self._clients):
                client.cancel()
            await asyncio.gather(*self._clients, return_exceptions=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._clients.add(task)
        writer.transport.set_write_buffer_limits(self._limits.unread)
        try:
            with suppress(ConnectionError, asyncio.CancelledError):
                await self._talk(reader, writer)
        except TimeoutError:
            # What it did not take is not kept for it.
            writer.transport.abort()
        finally:
            self._clients.discard(task)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if reason := self._unwelcome(writer):
            await self._send(writer, {"error": reason})
            return
        while line := await self._line(reader, writer):
            question = _question(line)
            if question is None:
                await self._send(writer, {"error": 'a question is a line like {"ask": "status"}'})
            elif question["ask"] == "events":
                await self._follow(reader, writer)
                return
            else:
                await self._send(writer, await self._answered(question))

    def _unwelcome(self, writer: asyncio.StreamWriter) -> str:
        way: socket.socket = writer.get_extra_info("socket")
        credentials = way.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize(_CREDENTIALS))
        _, user, _ = struct.unpack(_CREDENTIALS, credentials)
        if user not in self._owners:
            return "only the owner of the manager may ask"
        many = self._limits.clients
        return f"there are {many} clients already" if len(self._clients) > many else ""

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        try:
            async with asyncio.timeout(self._limits.silence):
                return await reader.readline()
        except ValueError:
            await self._send(writer, {"error": f"a question has at most {_LONGEST} bytes"})
            return b""

    async def _answered(self, question: dict[str, Any]) -> dict[str, Any]:
        try:
            return await self._answer(question)
        except errors.MultipathError as error:
            return {"error": str(error)}

    async def _follow(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send events until it hangs up, which only a read tells."""
        await self._send(writer, {"listening": True})
        tasks = asyncio.ensure_future(_hung_up(reader)), asyncio.ensure_future(self._send_events(writer))
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _send_events(self, writer: asyncio.StreamWriter) -> None:
        async with aclosing(self._events()) as events:
            async for event in events:
                await self._send(writer, {"event": event})

    async def _send(self, writer: asyncio.StreamWriter, message: dict[str, Any]) -> None:
        writer.write(json.dumps(message).replace("\x7f", "\\u007f").encode("ascii") + b"\n")
        async with asyncio.timeout(self._limits.slowness):
            await writer.drain()


def _bound(place: Path) -> socket.socket:
    """Return a socket at a place that root alone can open, from its first moment on."""
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    way = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    before = os.umask(0o177)
    try:
        draft.unlink(missing_ok=True)
        way.bind(str(draft))
        draft.replace(place)
    except BaseException:
        way.close()
        raise
    finally:
        os.umask(before)
    return way


async def _hung_up(reader: asyncio.StreamReader) -> None:
    """Wait until a client hangs up; what it says until then is not kept."""
    while await reader.read(_LONGEST):
        pass


def _question(line: bytes) -> dict[str, Any] | None:
    try:
        question = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return question if isinstance(question, dict) and isinstance(question.get("ask"), str) else None
