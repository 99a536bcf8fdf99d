"""
The exporter over HTTP.

Strategy: whoever can connect may ask, and may be slow. So who says nothing is hung up on, and so is who comes when
there are many already; what can be asked for is one page, and nothing that is asked is believed.
"""

import errno
import socket
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore
from typing import Any, Final

from ... import errors
from ..exporter import Exporter
from .exposition import Form
from .family import visible

PAGE: Final = "/metrics"
LOOPBACK: Final = "127.0.0.1"
PORT: Final = 9747
_MOST: Final = 16  # clients at a time
_HIGHEST: Final = 65535
_SILENCE: Final = 10.0  # seconds


class Listener(ThreadingHTTPServer):
    """
    The server; ``serve_forever`` serves until ``shutdown``.

    Args:
        exporter: What is asked.
        host: The address to listen on.
        port: The port; 0 takes a free one.
        silence: Seconds in which a client has to say, or to take, something.

    Raises:
        FileError: nobody can listen there.
    """

    daemon_threads = True

    def __init__(
        self, exporter: Exporter, host: str = LOOPBACK, port: int = PORT, *, silence: float = _SILENCE
    ) -> None:
        self.exporter, self.silence, self._clients = exporter, silence, BoundedSemaphore(_MOST)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            self.address_family, address = found[0][0], found[0][4]
            super().__init__((str(address[0]), int(address[1])), _Handler)
        except OSError as error:
            # A name that cannot be resolved has a number of its own, which is no errno.
            number = errno.EADDRNOTAVAIL if isinstance(error, socket.gaierror) else error.errno or 0
            raise errors.FileError(number, "cannot listen", f"{host}:{port}") from error

    @property
    def url(self) -> str:
        """Where the metrics are."""
        host, port = self.server_address[:2]
        name = host.decode() if isinstance(host, bytes | bytearray) else str(host)
        return f"http://{f'[{name}]' if ':' in name else name}:{port}{PAGE}"

    def server_bind(self) -> None:
        """Bind, without asking a name server who this is, as the base class would."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a client, unless there are too many."""
        if self._clients.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Make room when it is served."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._clients.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that left or was too slow."""


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Listener
    server_version, sys_version = "mpath", ""

    def setup(self) -> None:
        """Be patient as long as the server is."""
        super().setup()
        self.connection.settimeout(self.server.silence)

    def do_GET(self) -> None:
        """Answer with the metrics, in the format that is accepted."""
        if self.path.partition("?")[0] != PAGE:
            self._send(HTTPStatus.NOT_FOUND, f"the metrics are at {PAGE}\n")
            return
        accepted = "application/openmetrics-text" in self.headers.get("Accept", "")
        form = Form.OPENMETRICS if accepted else Form.PROMETHEUS
        try:
            text = self.server.exporter.text(form)
        except errors.MultipathError as error:
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, f"{visible(str(error))}\n")
        else:
            self._send(HTTPStatus.OK, text, form.content_type)

    do_HEAD = do_GET  # noqa: N815

    def _send(self, status: HTTPStatus, text: str, kind: str = "text/plain; charset=utf-8") -> None:
        body = text.encode()
        with suppress(ConnectionError, TimeoutError):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class calls it so
        """Write nothing down."""


def address(text: str) -> tuple[str, int]:
    """
    Return the host and the port of ``9747``, ``0.0.0.0:9747``, ``[::1]:9747``.

    Raises:
        ValueError: there is no port, or one that cannot be.

    >>> address("9000"), address("[::1]:0")
    (('127.0.0.1', 9000), ('::1', 0))
    """
    host, _, port = text.rpartition(":")
    bare = ":" in host and not (host.startswith("[") and host.endswith("]"))  # IPv6: which part is the port?
    if bare or not (port.isascii() and port.isdecimal() and int(port) <= _HIGHEST):
        raise ValueError("PORT, HOST:PORT or [HOST]:PORT")
    return host.removeprefix("[").removesuffix("]") or LOOPBACK, int(port)
