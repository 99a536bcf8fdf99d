"""A connection: both names, answers of any size in any pieces, one deadline, and no answer that belongs to another."""

import os
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from multipath import errors
from multipath.multipathd import packet
from multipath.multipathd import socket as addresses
from multipath.multipathd.client import Multipathd
from multipath.multipathd.connection import Connection

from .conftest import Asked
from .stand_in import LENGTH, framed, standing_in


class TestAnAnswer:
    def test_of_many_megabytes_comes_whole(self, asking: Asked) -> None:
        """However many pieces it is sent in."""
        text = "x" * (9 << 20)
        client, _ = asking({"show topology": text})

        assert client.ask("show topology") == text

    def test_in_single_bytes_is_the_same(self, asking: Asked) -> None:
        """Nobody promised that a packet comes in one piece."""

        def drip(peer: socket.socket) -> None:
            for byte in framed("pid 7 idle\n"):
                peer.sendall(bytes([byte]))

        client, _ = asking({"show daemon": drip})

        assert client.daemon().pid == 7

    def test_with_a_buffer_behind_its_end_ends_there(self, asking: Asked) -> None:
        """Some releases send the whole of their buffer."""
        client, _ = asking({"show daemon": LENGTH.pack(100) + b"pid 7 idle\n".ljust(100, b"\0")})

        assert client.ask("show daemon") == "pid 7 idle\n"

    def test_that_is_no_unicode_keeps_its_bytes(self, asking: Asked) -> None:
        """What a device says may be anything."""
        client, _ = asking({"show topology": LENGTH.pack(3) + b"\xff\xfe\0"})

        assert os.fsencode(client.topology()) == b"\xff\xfe"

    def test_is_followed_by_others_on_the_same_connection(self, asking: Asked) -> None:
        """One connection for many commands."""
        client, daemon = asking({"show daemon": "pid 7 idle\n"})

        assert [client.daemon().pid for _ in range(3)] == [7, 7, 7]
        assert daemon.asked == ["show daemon"] * 3
        assert len(daemon._peers) == 1


class TestAConnectionThatFails:
    def test_in_the_middle_of_an_answer_says_so(self, asking: Asked) -> None:
        """And how far it came."""
        client, _ = asking({"show daemon": LENGTH.pack(50) + b"pid 7", "quit": None})
        client.timeout = 0.2

        with pytest.raises(errors.DaemonTimeout, match=r"'show daemon': no answer in 0.2 s; what was asked may still"):
            client.daemon()

    def test_because_the_daemon_hangs_up_is_missing(self, asking: Asked) -> None:
        """It ended, or the command was too much for it."""
        client, _ = asking({"show daemon": None})

        with pytest.raises(errors.DaemonMissing, match="hung up after 0 of 8 bytes"):
            client.daemon()

    def test_never_takes_a_late_answer_for_that_to_the_next_command(self, asking: Asked) -> None:
        """The connection is given up with the command that it was for."""
        late = threading.Event()

        def answer_late(peer: socket.socket) -> None:
            late.wait(60)
            peer.sendall(framed("pid 1 late\n"))

        client, _ = asking({"show status": answer_late, "show daemon": "pid 7 idle\n"})
        client.timeout = 0.1
        with pytest.raises(errors.DaemonTimeout):
            client.status()
        client.timeout = 60

        assert client.daemon().pid == 7
        late.set()

    def test_by_an_interruption_is_given_up_too(self, asking: Asked) -> None:
        """Ctrl-C comes between command and answer."""
        interrupted, late = threading.Event(), threading.Event()

        def interrupt(peer: socket.socket) -> None:
            os.kill(os.getpid(), signal.SIGINT)
            interrupted.wait(60)
            try:
                peer.sendall(framed("pid 1 late\n"))
            finally:
                late.set()

        client, _ = asking({"show status": interrupt, "show daemon": "pid 7 idle\n"})
        with pytest.raises(KeyboardInterrupt):
            client.status()
        interrupted.set()
        late.wait(60)

        assert client.daemon().pid == 7

    def test_between_commands_is_made_again(self, asking: Asked) -> None:
        """The daemon was restarted meanwhile; nothing was lost."""
        client, daemon = asking({"show daemon": "pid 7 idle\n"})
        client.daemon()
        daemon.hang_up()

        assert client.daemon().pid == 7

    def test_with_a_length_that_no_answer_has_is_refused(self, asking: Asked) -> None:
        """Nothing is set aside for it."""
        client, _ = asking({"show daemon": LENGTH.pack(1 << 60)})

        with pytest.raises(errors.DaemonReplyMalformed, match="1152921504606846976 bytes is announced"):
            client.daemon()


class TestADeadline:
    def test_is_one_for_the_whole_of_an_exchange(self, asking: Asked) -> None:
        """A byte now and then does not prolong it."""
        ended = threading.Event()

        def drip_for_ever(peer: socket.socket) -> None:
            peer.sendall(LENGTH.pack(1 << 20))
            while not ended.wait(0.02):
                peer.sendall(b"x")

        client, _ = asking({"show daemon": drip_for_ever})
        client.timeout = 0.3

        with pytest.raises(errors.DaemonTimeout):
            client.daemon()
        ended.set()

    def test_holds_for_a_backlog_that_is_full(self, tmp_path: Path) -> None:
        """A daemon that is stopped accepts nobody."""
        place = str(tmp_path / "socket")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(place)
            listener.listen(0)
            waiting = [socket.socket(socket.AF_UNIX) for _ in range(1)]
            for each in waiting:
                each.connect(place)

            with Multipathd(address=place, timeout=0.1) as client, pytest.raises(errors.DaemonTimeout) as raised:
                client.daemon()
            for each in waiting:
                each.close()

        assert raised.value.command == "show daemon"

    def test_that_has_passed_reads_nothing_more(self) -> None:
        """Also where the answer is there."""
        here, there = socket.socketpair()
        with here, there:
            there.sendall(framed("pid 7 idle\n"))

            with pytest.raises(TimeoutError):
                packet.receive(here, time.monotonic() - 1)


class TestAnAddress:
    def test_may_be_abstract(self, tmp_path: Path) -> None:
        """Written with an @, as everybody writes it."""
        name = f"@{tmp_path}/daemon"
        with standing_in(name, {"show daemon": "pid 7 idle\n"}), Multipathd(address=name) as client:
            assert client.daemon().pid == 7

    def test_comes_from_the_environment(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """As for multipath-tools' own client: containers have it elsewhere."""
        place = str(tmp_path / "socket")
        monkeypatch.setenv("MULTIPATH_SOCKET_NAME", place)
        with standing_in(place, {"show daemon": "pid 7 idle\n"}), Multipathd() as client:
            assert client.daemon().pid == 7

    @pytest.mark.parametrize("which", ["path", "abstract"])
    def test_is_each_of_the_two_names(self, which: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Releases before 0.12 have the abstract one alone; a container may see but the path."""
        path, abstract = str(tmp_path / "socket"), f"\0{tmp_path}"
        monkeypatch.setattr(addresses, "SOCKETS", (path, abstract))
        monkeypatch.delenv("MULTIPATH_SOCKET_NAME", raising=False)
        place = path if which == "path" else f"@{tmp_path}"

        with standing_in(place, {"show daemon": "pid 7 idle\n"}), Multipathd() as client:
            assert client.daemon().pid == 7
            assert addresses.daemon_is_running()

    def test_where_nobody_listens_is_missing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Both are named, with what the kernel said of each."""
        monkeypatch.setattr(addresses, "SOCKETS", (str(tmp_path / "socket"), f"\0{tmp_path}"))
        monkeypatch.delenv("MULTIPATH_SOCKET_NAME", raising=False)

        with Multipathd() as client, pytest.raises(errors.DaemonMissing) as raised:
            client.daemon()

        assert str(raised.value) == (
            f"multipathd, asked to 'show daemon': {tmp_path}/socket: No such file or directory; "
            f"@{tmp_path}: Connection refused; start multipathd, or give the address of its socket"
        )

    def test_that_a_stranger_bound_is_not_believed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Any user may bind an abstract name while no daemon runs."""
        monkeypatch.setattr(addresses, "SOCKETS", (f"\0{tmp_path}",))
        monkeypatch.setattr(addresses, "_believed", lambda: (4711,))
        monkeypatch.delenv("MULTIPATH_SOCKET_NAME", raising=False)

        with (
            standing_in(f"@{tmp_path}", {"show daemon": "pid 7 idle\n"}) as daemon,
            Multipathd() as client,
            pytest.raises(errors.DaemonMissing, match=rf"user {os.geteuid()} listens, and not root"),
        ):
            client.daemon()
        assert daemon.asked == []

    @pytest.mark.parametrize(
        ("users", "believed"),
        [("0 0 4294967295\n", set()), ("0 1000 1\n", {65534}), (None, set())],
        ids=["host", "container", "without proc"],
    )
    def test_is_believed_where_root_of_the_host_listens(
        self, users: str | None, believed: set[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Who has no number in a container, but the one of those who have none."""
        (tmp_path / "overflowuid").write_text("65534\n")
        if users is not None:
            (tmp_path / "uid_map").write_text(users)
        monkeypatch.setattr(addresses, "_USERS", tmp_path / "uid_map")
        monkeypatch.setattr(addresses, "_UNKNOWN_USER", tmp_path / "overflowuid")

        assert set(addresses._believed()) == {0, os.geteuid()} | believed

    def test_that_nobody_may_open_is_denied(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A socket file has an owner and a mode."""

        def refuse(*_: object, **__: object) -> socket.socket:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(addresses, "_opened", refuse)

        with Multipathd(address="/x") as client, pytest.raises(errors.DaemonDenied, match=r"/x: Permission denied"):
            client.daemon()

    def test_too_long_for_a_socket_is_missing(self) -> None:
        """No error of another kind comes out."""
        with Multipathd(address="/x" * 100) as client, pytest.raises(errors.DaemonMissing, match="too long"):
            client.daemon()


class TestAfterClose:
    def test_every_command_is_refused(self) -> None:
        """And a second close does nothing."""
        connection = Connection()
        connection.close()
        connection.close()

        with pytest.raises(errors.Closed):
            connection.ask("show daemon")
