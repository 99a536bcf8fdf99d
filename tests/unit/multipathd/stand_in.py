"""A multipathd that says what a test says: its end of the socket, without a daemon."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

LENGTH: Final = struct.Struct("@N")
GOLDEN: Final = Path(__file__).parents[2] / "golden/multipathd"
RELEASES: Final = ("0.9.4", "0.15.1")
Answer = str | bytes | None | Callable[[socket.socket], None]


def said(release: str, what: str) -> str:
    """Return what a release said when it was asked."""
    return (GOLDEN / release / what).read_text("utf-8")


class StandIn:
    """
    It answers each command, and remembers it; what it does not know, it refuses.

    An answer is a text, with the NUL that follows it; or bytes, as they are sent; ``None`` hangs up.
    """

    def __init__(self, address: str, answers: Mapping[str, Answer]) -> None:
        self.address, self.answers, self.asked = address, dict(answers), list[str]()
        self._place = f"\0{address[1:]}" if address.startswith("@") else address
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self._place)
        self._listener.listen()
        self._peers: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self.hang_up()
        self._thread.join()
        for each in (self._listener, *self._peers):
            each.close()

    def hang_up(self) -> None:
        """Close every connection, as a restart does."""
        for peer in self._peers:
            with suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        workers = []
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                break
            self._peers.append(peer)
            workers.append(threading.Thread(target=self._talk, args=[peer], daemon=True))
            workers[-1].start()
        for worker in workers:
            worker.join()

    def _talk(self, peer: socket.socket) -> None:
        with suppress(OSError):  # who asked has gone
            self._answer(peer)
            peer.shutdown(socket.SHUT_RDWR)

    def _answer(self, peer: socket.socket) -> None:
        with peer.makefile("rb") as lines:
            while len(head := lines.read(LENGTH.size)) == LENGTH.size:
                command = lines.read(LENGTH.unpack(head)[0]).removesuffix(b"\0").decode("utf-8", "surrogateescape")
                self.asked.append(command)
                answer = self.answers.get(command, "fail\n")
                if answer is None:
                    break
                if callable(answer):
                    answer(peer)
                else:
                    peer.sendall(framed(answer) if isinstance(answer, str) else answer)


def framed(answer: str) -> bytes:
    """Return an answer as it travels."""
    text = answer.encode("utf-8", "surrogateescape") + b"\0"
    return LENGTH.pack(len(text)) + text


@contextmanager
def standing_in(address: str, answers: Mapping[str, Answer]) -> Iterator[StandIn]:
    """Have one for the time of a ``with``."""
    daemon = StandIn(address, answers)
    try:
        yield daemon
    finally:
        daemon.close()
