"""Asking a manager that runs: one question, one answer, or its events as they come."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, cast

from ... import errors
from .status_socket import SOCKET

_PATIENCE: Final = 10.0  # seconds


class ManagerClient:
    """
    A connection to the manager.

    Args:
        folder: Where its socket is.
        patience: For how many seconds an answer is waited for.

    Raises:
        NotFound: no manager runs.
        FileError: its socket cannot be opened.
    """

    def __init__(self, folder: Path, patience: float = _PATIENCE) -> None:
        place = folder / SOCKET
        self._way = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._patience = patience
        self._way.settimeout(patience)
        try:
            self._way.connect(str(place))
        except (FileNotFoundError, ConnectionRefusedError):
            self._way.close()
            raise errors.NotFound(f"no manager answers at {place}; start one with mpath run") from None
        except OSError as error:
            self._way.close()
            raise errors.FileError(error.errno or 0, "cannot be opened", str(place)) from error
        self._lines = self._way.makefile("rb")

    def close(self) -> None:
        """Hang up."""
        self._lines.close()
        self._way.close()

    def ask(self, word: str) -> dict[str, Any]:
        """
        Return the answer to a question: ``status``, ``health`` or ``reload``.

        Raises:
            WaitTimeout: no answer came in time.
            MultipathError: the manager cannot do it.
        """
        self._send(word)
        answer = self._received()
        if word not in answer:
            raise errors.MultipathError(f"the manager's answer to {word!r} is none: is it of another version?")
        return cast("dict[str, Any]", answer[word])

    def events(self) -> Iterator[dict[str, Any]]:
        """Yield the events as they come, until the manager ends."""
        self._send("events")
        self._received()
        self._way.settimeout(None)
        while (message := self._next()) is not None:
            yield message["event"]

    def _send(self, word: str) -> None:
        # One that is not welcome is told so before it says anything, and then hung up on.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._way.sendall(json.dumps({"ask": word}).encode() + b"\n")

    def _received(self) -> dict[str, Any]:
        message = self._next()
        if message is None:
            raise errors.NotFound("the manager ended before it answered")
        return message

    def _next(self) -> dict[str, Any] | None:
        try:
            line = self._lines.readline()
        except TimeoutError:
            raise errors.WaitTimeout(f"the manager did not answer in {self._patience:g} s") from None
        except ConnectionError:
            return None
        try:
            message: dict[str, Any] = dict(json.loads(line)) if line else {}
        except (ValueError, TypeError, RecursionError):
            raise errors.MultipathError("the manager's answer cannot be read: is it of another version?") from None
        if "error" in message:
            raise errors.MultipathError(f"the manager said: {message['error']}")
        return message or None


@contextmanager
def asked(folder: Path, patience: float = _PATIENCE) -> Iterator[ManagerClient]:
    """Yield a connection to the manager."""
    client = ManagerClient(folder, patience)
    try:
        yield client
    finally:
        client.close()
