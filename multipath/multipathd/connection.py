"""
A connection to multipathd: commands in, answers out, each with one deadline for all of it.

Strategy: whatever goes wrong in the middle of an exchange, the connection is given up, for the answer that comes late
would be taken for that to the next command. The next exchange makes a new one; so it also does where the daemon was
restarted meanwhile, which shows before anything was asked.
"""

import socket
import time
from types import TracebackType
from typing import Self

from .. import errors
from . import packet, reply
from .command import checked
from .socket import connect

_HUNG_UP = "it hung up before it answered"
_MAY_BE_DONE = "what was asked may still be done; ask how things stand"


class Connection:
    """
    A connection that is made when it is first needed.

    Args:
        address: Its socket: a path, or ``@`` and an abstract name. Where it is not given, ``MULTIPATH_SOCKET_NAME``
            of the environment, else both of the daemon's own names.
        timeout: For how many seconds an exchange may last.

    Synchronization: one thread at a time.
    """

    def __init__(self, *, address: str | None = None, timeout: float = 10.0) -> None:
        self._address, self.timeout = address, timeout
        self._way: socket.socket | None = None
        self._closed = False

    def __enter__(self) -> Self:
        """Return the connection."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Hang up; a second time does nothing."""
        self._hang_up()
        self._closed = True

    def ask(self, command: str) -> str:
        """
        Send a command as it is, and return the answer, ``ok`` and a line end where there is nothing to tell.

        Raises:
            NameRefused: it is empty, too long, or holds a NUL.
            DaemonError: it was not done, by the kind of the failure.
        """
        return reply.answer(command, self._exchange(command))

    def _exchange(self, command: str) -> str:
        """Send a command, and return the answer whatever it says."""
        if self._closed:
            raise errors.Closed("this connection to multipathd is closed; make another")
        text, deadline = checked(command), time.monotonic() + self.timeout
        try:
            way = self._sent(text, deadline)
            return packet.receive(way, deadline).decode("utf-8", "surrogateescape")
        except errors.DaemonError as error:  # of the way there, which knows no command
            raise type(error)(command, error.said, error.hint) from None
        except (TimeoutError, BlockingIOError):
            self._hang_up()
            raise errors.DaemonTimeout(command, f"no answer in {self.timeout:g} s", _MAY_BE_DONE) from None
        except packet.Malformed as error:
            self._hang_up()
            raise errors.DaemonReplyMalformed(command, str(error)) from error
        except (EOFError, OSError) as error:
            self._hang_up()
            raise errors.DaemonMissing(command, str(error) or _HUNG_UP, _MAY_BE_DONE) from error
        except BaseException:  # an interruption: its answer is still to come
            self._hang_up()
            raise

    def _sent(self, text: bytes, deadline: float) -> socket.socket:
        """Send a text, over a new connection where the old one ended before, and return the connection."""
        if self._way is not None:
            try:
                packet.send(self._way, text, deadline)
            except (BrokenPipeError, ConnectionResetError):  # nothing of it reached anybody
                self._hang_up()
            else:
                return self._way
        self._way = connect(self._address, deadline - time.monotonic())
        packet.send(self._way, text, deadline)
        return self._way

    def _hang_up(self) -> None:
        if self._way is not None:
            self._way.close()
            self._way = None
