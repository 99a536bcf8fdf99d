"""The exporter over HTTP, and those who are not as they should be at the other end."""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from multipath import Exporter, Host, errors
from multipath.frontends.metrics import listener as module
from multipath.frontends.metrics.exposition import Form
from multipath.frontends.metrics.listener import Listener, address
from multipath.virtual import VirtualHost


@pytest.fixture
def host() -> Iterator[Host]:
    """Give a host in memory."""
    with VirtualHost() as world, Host(**world.seams(), asker=world.asker()) as host:
        yield host


@pytest.fixture
def listener(host: Host, tmp_path: Path) -> Iterator[Listener]:
    """Give a listener at work, on a free port."""
    with Listener(Exporter(host, folder=tmp_path), port=0) as listener:
        thread = threading.Thread(target=lambda: listener.serve_forever(0.01))
        thread.start()
        yield listener
        listener.shutdown()
        thread.join()


def asked(
    listener: Listener, path: str = "/metrics", method: str = "GET", accept: str = ""
) -> http.client.HTTPResponse:
    """Return the answer to a question."""
    way = http.client.HTTPConnection("127.0.0.1", listener.server_port, timeout=30)
    way.request(method, path, headers={"Accept": accept})
    answer = way.getresponse()
    answer.body = answer.read().decode()  # type: ignore[attr-defined]
    way.close()
    return answer


def body(answer: http.client.HTTPResponse) -> str:
    """Return what an answer said."""
    return str(answer.body)  # type: ignore[attr-defined]


class TestAListener:
    def test_speaks_the_format_that_is_accepted(self, listener: Listener) -> None:
        """Prometheus asks for OpenMetrics, older tools do not know it."""
        new = asked(listener, accept="application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
        old = asked(listener)

        assert (new.status, new.headers["Content-Type"]) == (200, Form.OPENMETRICS.content_type)
        assert body(new).endswith("# EOF\n")
        assert (old.status, old.headers["Content-Type"]) == (200, Form.PROMETHEUS.content_type)
        assert "# EOF" not in body(old)

    def test_listens_on_loopback_alone(self, listener: Listener) -> None:
        """Unless it is told otherwise."""
        assert listener.url == f"http://127.0.0.1:{listener.server_port}/metrics"

    def test_has_one_page(self, listener: Listener) -> None:
        """What else is asked is told where it is."""
        answer = asked(listener, "/../etc/passwd")

        assert (answer.status, body(answer)) == (404, "the metrics are at /metrics\n")

    def test_tells_a_head_alone_as_well(self, listener: Listener) -> None:
        """For those who only want to know whether it is there."""
        answer = asked(listener, method="HEAD")

        assert (answer.status, body(answer)) == (200, "")

    def test_answers_no_other_method(self, listener: Listener) -> None:
        """Nothing can be told to it."""
        assert asked(listener, method="POST").status == 501

    def test_says_why_there_is_nothing(self, listener: Listener, host: Host) -> None:
        """In one line; Prometheus then has ``up 0``."""
        host.close()
        answer = asked(listener)

        assert (answer.status, body(answer)) == (503, "this Host is closed; open another\n")

    def test_serves_on_after_a_client_that_left(self, listener: Listener) -> None:
        """Before it took the answer."""
        with socket.create_connection(("127.0.0.1", listener.server_port)) as way:
            way.sendall(b"GET /metrics HTTP/1.0\r\n")

        assert asked(listener).status == 200

    def test_hangs_up_on_one_too_many(self, listener: Listener) -> None:
        """Those who came before are served all the same."""
        with ExitStack() as stack:
            place = ("127.0.0.1", listener.server_port)
            ways = [stack.enter_context(socket.create_connection(place, timeout=30)) for _ in range(module._MOST)]
            for way in ways:
                way.sendall(b"GET /metrics HTTP/1.0\r\n")
            last = stack.enter_context(socket.create_connection(place, timeout=30))

            assert last.recv(1) == b""
            for way in ways:
                way.sendall(b"\r\n")
                assert way.recv(12) == b"HTTP/1.0 200"

    def test_has_room_again_for_each_who_left(self, listener: Listener) -> None:
        """However many they were."""
        assert [asked(listener, method="HEAD").status for _ in range(2 * module._MOST)] == [200] * 2 * module._MOST

    def test_hangs_up_on_one_who_says_nothing(self, listener: Listener) -> None:
        """After a time, which is short here."""
        listener.silence = 0.01
        with socket.create_connection(("127.0.0.1", listener.server_port), timeout=30) as way:
            assert way.recv(1) == b""

    @pytest.mark.parametrize("line", [b"\x00\xff\r\n\r\n", b"GET\r\n\r\n", b"GET /metrics HTTP/9\r\n\r\n", b"A" * 9999])
    def test_survives_nonsense(self, listener: Listener, line: bytes) -> None:
        """And serves the next one."""
        with socket.create_connection(("127.0.0.1", listener.server_port), timeout=30) as way:
            way.sendall(line)

        assert asked(listener).status == 200


class TestAPlace:
    def test_that_is_taken_is_refused(self, listener: Listener, host: Host) -> None:
        """With the address, and what the kernel says."""
        with pytest.raises(errors.FileError, match=f"127.0.0.1:{listener.server_port}: cannot listen: Address already"):
            Listener(Exporter(host), port=listener.server_port)

    def test_that_is_no_place_is_refused(self, host: Host) -> None:
        """Such a name nobody has."""
        with pytest.raises(errors.FileError, match="cannot listen"):
            Listener(Exporter(host), "no such host", 0)

    @pytest.mark.parametrize(
        ("text", "place"),
        [
            ("9000", ("127.0.0.1", 9000)),
            (":9000", ("127.0.0.1", 9000)),
            ("0.0.0.0:0", ("0.0.0.0", 0)),
            ("[::]:65535", ("::", 65535)),
            ("localhost:1", ("localhost", 1)),
        ],
    )
    def test_is_read(self, text: str, place: tuple[str, int]) -> None:
        """Loopback where no host is named."""
        assert address(text) == place

    @pytest.mark.parametrize("text", ["", "host", "host:", "host:x", "1:65536", "::1", "::1:80", "[::1]", "1:-1"])
    def test_is_refused_where_it_is_none(self, text: str) -> None:
        """An IPv6 address without brackets could be one with a port."""
        with pytest.raises(ValueError, match="PORT, HOST:PORT"):
            address(text)
