import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath.frontends.manager.notify import Notifier


@pytest.fixture(params=["path", "abstract"])
def listener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """A socket as systemd gives it, and the variable that names it."""
    name = f"mpath-test-{os.getpid()}"
    address, named = (f"\0{name}", f"@{name}") if request.param == "abstract" else (str(tmp_path / "notify"),) * 2
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as way:
        way.bind(address)
        way.settimeout(5)
        yield way, named


class TestAServiceManager:
    def test_hears_all_that_it_is_told(self, listener: tuple[socket.socket, str]) -> None:
        """One datagram each, in the words of sd_notify(3)."""
        way, named = listener
        notifier = Notifier({"NOTIFY_SOCKET": named})

        notifier.ready("2 maps\nREADY=0")
        notifier.reloading()
        notifier.alive()
        notifier.stopping()

        told = [way.recv(4096).decode() for _ in range(4)]
        assert told[0] == "READY=1\nSTATUS=2 maps"
        assert told[1].startswith("RELOADING=1\nMONOTONIC_USEC=")
        assert told[2:] == ["WATCHDOG=1", "STOPPING=1"]

    def test_may_be_absent(self, tmp_path: Path) -> None:
        """Without one, or with one that does not listen, nothing happens."""
        Notifier({}).ready("")
        Notifier({"NOTIFY_SOCKET": str(tmp_path / "none")}).ready("")


class TestAWatchdog:
    @pytest.mark.parametrize(
        ("environment", "interval"),
        [
            ({}, None),
            ({"WATCHDOG_USEC": "60000000"}, 30.0),
            ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
            ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}, None),
            ({"WATCHDOG_USEC": "soon"}, None),
        ],
    )
    def test_is_kept_quiet_twice_as_often_as_it_asks(self, environment: dict[str, str], interval: float | None) -> None:
        """Where it is meant for this process."""
        assert Notifier(environment).ping_interval == interval
