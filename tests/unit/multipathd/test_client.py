"""Every command of the language as a method: what it sends, what it returns, and what a refusal becomes."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from multipath import errors
from multipath.dm.control import Control
from multipath.dm.target import Target
from multipath.multipathd import reply
from multipath.multipathd.client import Multipathd
from multipath.multipathd.command import FIELD, ROW
from multipath.multipathd.daemon_state import DaemonState, ReservationKey, ReservationState
from multipath.multipathd.path import PATH_COLUMNS
from multipath.units import Sectors
from multipath.virtual import VirtualHost

from .conftest import Asked
from .stand_in import Answer, StandIn, said

Call = Callable[[Multipathd], object]
# What each method that changes something sends.
CHANGES: list[tuple[Call, str]] = [
    (lambda daemon: daemon.add_path("sda"), 'add path "sda"'),
    (lambda daemon: daemon.remove_path("sda"), 'del path "sda"'),
    (lambda daemon: daemon.fail_path("/dev/sda"), 'fail path "/dev/sda"'),
    (lambda daemon: daemon.reinstate_path("8:0"), 'reinstate path "8:0"'),
    (lambda daemon: daemon.set_marginal("sda"), 'setmarginal path "sda"'),
    (lambda daemon: daemon.unset_marginal("sda"), 'unsetmarginal path "sda"'),
    (lambda daemon: daemon.unset_marginal_paths("mpatha"), 'unsetmarginal map "mpatha"'),
    (lambda daemon: daemon.add_map("36001"), 'add map "36001"'),
    (lambda daemon: daemon.remove_map("/dev/mapper/mpatha"), 'del map "mpatha"'),
    (lambda daemon: daemon.remove_maps(), "del maps"),
    (lambda daemon: daemon.reload_map("mpatha"), 'reload map "mpatha"'),
    (lambda daemon: daemon.resize_map("mpatha"), 'resize map "mpatha"'),
    (lambda daemon: daemon.reassign_map("mpatha"), 'reset map "mpatha"'),
    (lambda daemon: daemon.switch_group("mpatha", 2), 'switchgroup map "mpatha" group "2"'),
    (lambda daemon: daemon.suspend_map("mpatha"), 'suspend map "mpatha"'),
    (lambda daemon: daemon.resume_map("mpatha"), 'resume map "mpatha"'),
    (lambda daemon: daemon.reset_statistics(), "reset maps stats"),
    (lambda daemon: daemon.reset_statistics("mpatha"), 'reset map "mpatha" stats'),
    (lambda daemon: daemon.disable_queueing(), "disablequeueing maps"),
    (lambda daemon: daemon.disable_queueing("mpatha"), 'disablequeueing map "mpatha"'),
    (lambda daemon: daemon.restore_queueing(), "restorequeueing maps"),
    (lambda daemon: daemon.restore_queueing("mpatha"), 'restorequeueing map "mpatha"'),
    (lambda daemon: daemon.force_queueing_at_exit(), "forcequeueing daemon"),
    (lambda daemon: daemon.restore_queueing_at_exit(), "restorequeueing daemon"),
    (lambda daemon: daemon.set_reservation_key("mpatha", 0x123), 'setprkey map "mpatha" key "0x123"'),
    (
        lambda daemon: daemon.set_reservation_key("mpatha", ReservationKey(1, aptpl=True)),
        'setprkey map "mpatha" key "0x1:aptpl"',
    ),
    (lambda daemon: daemon.unset_reservation_key("mpatha"), 'unsetprkey map "mpatha"'),
    (lambda daemon: daemon.set_reservation_status("mpatha"), 'setprstatus map "mpatha"'),
    (
        lambda daemon: daemon.set_reservation_status("mpatha", ["8:0", "8:16"]),
        'setprstatus map "mpatha" pathlist "8:0 8:16"',
    ),
    (lambda daemon: daemon.unset_reservation_status("mpatha"), 'unsetprstatus map "mpatha"'),
    (lambda daemon: daemon.set_reservation_hold("mpatha"), 'setprhold map "mpatha"'),
    (lambda daemon: daemon.unset_reservation_hold("mpatha"), 'unsetprhold map "mpatha"'),
    (lambda daemon: daemon.reconfigure(), "reconfigure"),
    (lambda daemon: daemon.reconfigure(everything=True), "reconfigure all"),
]
# What each question sends, and what becomes of an answer.
QUESTIONS: list[tuple[Call, str, str, object]] = [
    (lambda daemon: daemon.daemon(), "show daemon", "pid 7 idle\n", DaemonState(7, "idle")),
    (lambda daemon: daemon.maps(), "show maps json", said("0.9.4", "maps.json"), None),
    (lambda daemon: daemon.map("mpatha"), 'show map "mpatha" json', said("0.9.4", "maps.json"), None),
    (lambda daemon: daemon.path_state("sda"), 'show path "sda"', "running\n", "running"),
    (lambda daemon: daemon.topology(), "show topology", "mpatha (36001) dm-0\n", "mpatha (36001) dm-0\n"),
    (lambda daemon: daemon.topology("mpatha"), 'show map "mpatha" topology', "mpatha\n", "mpatha\n"),
    (lambda daemon: daemon.format_maps("%n"), 'show maps format "%n"', "name\nfail\n", "name\nfail\n"),
    (lambda daemon: daemon.format_map("mpatha", "%n"), 'show map "mpatha" format "%n"', "mpatha\n", "mpatha\n"),
    (lambda daemon: daemon.format_paths("%d"), 'show paths format "%d"', "ok\n", ""),
    (lambda daemon: daemon.format_paths("%d", raw=True), f'show paths raw format "{ROW}%d"', f"{ROW}fail\n", "fail\n"),
    (lambda daemon: daemon.config(), "show config", "defaults {\n}\n", "defaults {\n}\n"),
    (lambda daemon: daemon.config(local=True), "show config local", "defaults {\n}\n", "defaults {\n}\n"),
    (lambda daemon: daemon.reservation_key("mpatha"), 'getprkey map "mpatha"', "none\n", None),
    (lambda daemon: daemon.reservation_status("mpatha"), 'getprstatus map "mpatha"', "1", ReservationState.SET),
    (lambda daemon: daemon.reservation_hold("mpatha"), 'getprhold map "mpatha"', "unset\n", ReservationState.UNSET),
]


class TestEveryCommand:
    @pytest.mark.parametrize(("call", "command"), CHANGES, ids=[command for _, command in CHANGES])
    def test_that_changes_something_is_sent_once(self, call: Call, command: str, asking: Asked) -> None:
        """And returns when the daemon said ok."""
        client, daemon = asking({command: "ok\n"})

        call(client)

        assert daemon.asked == [command]

    @pytest.mark.parametrize(("call", "command", "text", "value"), QUESTIONS, ids=[row[1] for row in QUESTIONS])
    def test_that_asks_something_returns_it(
        self, call: Call, command: str, text: str, value: object, asking: Asked
    ) -> None:
        """As a value of its own."""
        client, daemon = asking({command: text})

        found = call(client)

        assert daemon.asked == [command]
        assert value is None or found == value

    def test_of_the_newest_release_has_a_method(self) -> None:
        """The list that the daemon itself gives; what a listing says, the listing with a format says too."""
        methods = [command for _, command in CHANGES] + [row[1] for row in QUESTIONS]
        methods += ["show status", "show wildcards", "show blacklist", "show devices", "quit", "shutdown"]
        methods += ["show maps raw format $f"]
        known = {" ".join(word for word in method.split() if word[0].isalpha()) for method in methods}

        for command in reply.commands(said("0.15.1", "help.txt")):
            words = " ".join(word for word in command.split() if word[0].isalpha())
            by_format = ("show paths", "show maps", "show maps status", "show maps stats", "show map raw format")
            assert words in known or words in by_format or words == "show maps topology", command


class TestWhatAReleaseSays:
    def test_is_read_by_the_client(self, released: tuple[Multipathd, StandIn], release: str) -> None:
        """Each of its answers."""
        client, _ = released

        assert client.daemon().state == "idle"
        assert client.status().states == {"up": 5}
        assert client.release() == release
        assert [found.name for found in client.maps()] == ["mpatha", "mpathb"]
        assert len(client.devices()) == 7
        assert len(client.blacklist()) > 10
        assert "show daemon" in client.commands()


class TestAListing:
    @staticmethod
    def answers(release: str, rows: str) -> dict[str, Answer]:
        """Return what a daemon says that is asked for all wildcards that it knows."""
        wildcards = said(release, "wildcards.txt")
        known = "wdiDtoTscCpSzMmNnRraGg0PIL" if release == "0.9.4" else "".join(PATH_COLUMNS)
        style = ROW + FIELD.join(f"%{letter}" for letter in PATH_COLUMNS if letter in known)
        return {"show wildcards": wildcards, f'show paths raw format "{style}"': rows}

    def test_asks_for_what_the_release_knows(self, asking: Asked, release: str) -> None:
        """Of the others nothing is known; no field can be taken for another, whatever it holds."""
        newer = ["0x0100", "4096"] if release == "0.15.1" else []
        fields = ["36001", "0:0:0:1", "sda", "8:0", "active", "running", "ready", 'a|b, "c\n', "tur", "XX........ 1/5"]
        fields += ["50", "64M", "ser\nial", "normal", "mpatha", *["[undef]"] * 5, "--", "[undef]  ", "3", "scsi:fcp"]
        fields += ["ok", "0x0001000000000000", *newer]
        client, _ = asking(self.answers(release, f"{ROW}{FIELD.join(fields)}\n{ROW}{FIELD.join(fields)}\n"))

        first, second = client.paths()

        assert first == second
        assert (first.inquiry, first.serial, first.failures, first.map) == ('a|b, "c\n', "ser\nial", 3, "mpatha")
        assert (first.port_group, first.max_sectors_kb) == (("0x0100", 4096) if newer else (None, None))
        assert (first.target_wwnn, first.vpd_data, first.foreign, first.marginal) == (None, None, None, False)

    def test_of_nothing_is_empty(self, asking: Asked) -> None:
        """The daemon says ok to it."""
        client, _ = asking(self.answers("0.15.1", "ok\n"))

        assert client.paths() == ()

    @pytest.mark.parametrize("row", ["sda", FIELD * 27, FIELD * 30])
    def test_with_a_row_that_is_none_is_refused(self, row: str, asking: Asked) -> None:
        """Too few fields, too many, or a number that is none."""
        client, _ = asking(self.answers("0.15.1", f"{ROW}{row}\n"))

        with pytest.raises(errors.DaemonReplyMalformed):
            client.paths()


class TestARefusal:
    @pytest.mark.parametrize(
        "call", [lambda daemon: daemon.map("nope"), lambda daemon: daemon.remove_map("nope")], ids=["ask", "change"]
    )
    def test_without_a_reason_is_looked_into(self, call: Call, asking: Asked) -> None:
        """Releases before 0.9.8 give none: is there such a map?"""
        client, _ = asking(
            {"help": said("0.9.4", "help.txt"), f'show maps raw format "{ROW}%n{FIELD}%d"': f"{ROW}mpatha{FIELD}dm-0\n"}
        )

        with pytest.raises(errors.DaemonNotFound, match="it has no map nope"):
            call(client)

    def test_of_a_path_likewise(self, asking: Asked) -> None:
        """By its name and its number."""
        client, _ = asking(
            {"help": said("0.9.4", "help.txt"), f'show paths raw format "{ROW}%d{FIELD}%D"': f"{ROW}sda{FIELD}8:0\n"}
        )

        with pytest.raises(errors.DaemonNotFound, match="it has no path sdz"):
            client.fail_path("sdz")
        for known in ("sda", "8:0", "/dev/sda"):
            with pytest.raises(errors.DaemonRefused, match="it gave no reason") as raised:
                client.fail_path(known)
            assert type(raised.value) is errors.DaemonRefused

    def test_of_a_command_that_the_release_does_not_have_says_so(self, asking: Asked) -> None:
        """A bare ``fail`` is what 0.9.4 has for words that it never heard."""
        client, _ = asking({"help": said("0.9.4", "help.txt")})

        with pytest.raises(errors.DaemonCommandUnknown, match=r"release 0\.9\.4 does not have it"):
            client.reservation_hold("mpatha")

    def test_by_an_answer_that_cannot_be_read_is_one_of_ours(self, asking: Asked) -> None:
        """No ValueError comes out."""
        client, _ = asking({"show daemon": "all is well\n", "show maps json": "{"})

        with pytest.raises(errors.DaemonReplyMalformed, match="no state of a daemon"):
            client.daemon()
        with pytest.raises(errors.DaemonReplyMalformed, match="it does not begin"):
            client.maps()


class TestTakingLeave:
    @pytest.mark.parametrize("answer", ["ok\n", None])
    def test_ends_with_an_answer_or_without(self, answer: str | None, asking: Asked) -> None:
        """Newer releases hang up at once."""
        client, daemon = asking({"show daemon": "pid 7 idle\n", "quit": answer, "shutdown": answer})

        client.shutdown()
        client.quit()

        assert daemon.asked == ["show daemon", "shutdown", "quit"]
        with pytest.raises(errors.Closed):
            client.daemon()

    def test_that_is_not_granted_says_so(self, asking: Asked) -> None:
        """Only root may end it."""
        client, _ = asking({"show daemon": "pid 7 idle\n", "shutdown": "permission deny: need to be root\n"})

        with pytest.raises(errors.DaemonDenied):
            client.shutdown()

    def test_from_nobody_is_no_success(self, tmp_path: Path) -> None:
        """Where no daemon ran, none was ended."""
        with Multipathd(address=str(tmp_path / "x")) as client, pytest.raises(errors.DaemonMissing):
            client.shutdown()


class TestASuspendedMap:
    ANSWERS: dict[str, Answer] = {  # noqa: RUF012
        'show map "mpatha" json': said("0.9.4", "maps.json"),
        'suspend map "mpatha"': "ok\n",
        'resume map "mpatha"': "ok\n",
        'del map "mpatha"': "fail\nmap or partition in use\n",
    }

    @pytest.fixture
    def dm(self) -> Iterator[Control]:
        """Give a device-mapper with a map of that identity, which is suspended."""
        with VirtualHost() as world:
            device = world.control.create("renamed", uuid="mpath-1Linux_scsi_debug_2000")
            world.control.load(device, [Target(Sectors(0), Sectors(8), "error", "")])
            world.control.resume(device)
            world.control.suspend(device)
            yield world.control

    def test_is_resumed_however_the_block_ends(self, asking: Asked) -> None:
        """Also by an error of multipathd's own."""
        client, daemon = asking(self.ANSWERS)

        with pytest.raises(errors.DaemonMapInUse), client.suspended("mpatha"):
            client.remove_map("mpatha")

        assert daemon.asked[1:] == ['suspend map "mpatha"', 'del map "mpatha"', 'resume map "mpatha"']

    def test_is_resumed_by_the_kernel_where_the_daemon_will_not(self, asking: Asked, dm: Control) -> None:
        """By its identity: its name may have changed."""
        client, _ = asking({**self.ANSWERS, 'resume map "mpatha"': "fail\ntimeout\n"})

        with client.suspended("mpatha", control=dm):
            assert dm.info("renamed").suspended

        assert not dm.info("renamed").suspended

    def test_is_resumed_where_nobody_knows_whether_it_was_suspended(self, asking: Asked, dm: Control) -> None:
        """The daemon may do it after all, once it is asked."""
        client, daemon = asking({**self.ANSWERS, 'suspend map "mpatha"': None})

        with pytest.raises(errors.DaemonMissing), client.suspended("mpatha", control=dm):
            pytest.fail("it was not suspended")

        assert daemon.asked[-1] == 'resume map "mpatha"'

    def test_is_left_alone_where_the_daemon_refused(self, asking: Asked, dm: Control) -> None:
        """Somebody else may have suspended it."""
        client, daemon = asking({**self.ANSWERS, 'suspend map "mpatha"': "fail\ntimeout\n"})

        with pytest.raises(errors.DaemonBusy), client.suspended("mpatha", control=dm):
            pytest.fail("it was not suspended")

        assert daemon.asked[-1] == 'suspend map "mpatha"'
        assert dm.info("renamed").suspended
