"""The smaller things that it tells: read from the answers of both releases, and refused where they are none."""

from collections.abc import Callable

import pytest

from multipath.multipathd.daemon_state import (
    BlacklistRule,
    CheckerStates,
    DaemonState,
    KnownDevice,
    ReservationKey,
    ReservationState,
    read_blacklist,
    read_devices,
    read_wildcards,
)

from .stand_in import said


class TestTheDaemon:
    def test_tells_its_process_and_state(self, release: str) -> None:
        """Newer releases say also what is pending."""
        assert DaemonState.read(said(release, "daemon.txt")).state == "idle"
        assert DaemonState.read("pid 958 running (pending reconfigure)\n") == DaemonState(
            958, "running (pending reconfigure)"
        )

    def test_tells_how_many_paths_are_in_which_state(self, release: str) -> None:
        """And whether it still has something to do."""
        assert CheckerStates.read(said(release, "status.txt")) == CheckerStates({"up": 5}, 5, busy=False)
        two = "path checker states:\nunchecked           1\ni/o pending         3\n\npaths: 2\nbusy: True\n"
        assert CheckerStates.read(two) == CheckerStates({"unchecked": 1, "i/o pending": 3}, 2, busy=True)

    def test_tells_its_devices(self, release: str) -> None:
        """Those that it looks after, and the others."""
        found = read_devices(said(release, "devices.txt"))

        assert found[0] == KnownDevice("sda", "devnode whitelisted", monitored=True)
        assert KnownDevice("dm-0", "devnode blacklisted", monitored=False) in found

    def test_tells_its_rules(self, release: str) -> None:
        """Each with what it looks at, where it stands, and whether it excepts."""
        found = read_blacklist(said(release, "blacklist.txt"))

        assert BlacklistRule("device node", False, "default", "!^(sd[a-z]|dasd[a-z]|nvme[0-9])") in found
        assert BlacklistRule("udev property", True, "default", "(SCSI_IDENT_|ID_WWN)") in found
        assert BlacklistRule("device", False, "default", "Promise:Vess V-LUN") in found

    def test_without_devices_lists_none(self) -> None:
        """A host may have no disk."""
        assert read_devices("available block devices:\n") == ()


class TestAReservation:
    @pytest.mark.parametrize(
        ("text", "state"),
        [("0", "unset"), ("1", "set"), ("set\n", "set"), ("unset\n", "unset"), ("unknown\n", "unknown")],
    )
    def test_is_set_or_not(self, text: str, state: str) -> None:
        """Older releases say it by a number, without a line end."""
        assert ReservationState.read(text) == state

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("none\n", None),
            ("0x123\n", ReservationKey(0x123)),
            ("0xFfffffffffffffff\n", ReservationKey((1 << 64) - 1)),
            ("0x1:aptpl\n", ReservationKey(1, aptpl=True)),
            ("abc", ReservationKey(0xABC)),
        ],
    )
    def test_has_a_key(self, text: str, key: ReservationKey | None) -> None:
        """Or none."""
        assert ReservationKey.read(text) == key

    def test_writes_its_key_as_the_daemon_takes_it(self) -> None:
        """With the mark of the flag."""
        assert (str(ReservationKey(0x123)), str(ReservationKey(0x123, aptpl=True))) == ("0x123", "0x123:aptpl")

    @pytest.mark.parametrize("value", [0, -1, 1 << 64])
    def test_refuses_what_is_no_key(self, value: int) -> None:
        """Zero is what a host without a key has."""
        with pytest.raises(ValueError, match="1 to 64 bits"):
            ReservationKey(value)


@pytest.mark.parametrize(
    "read",
    [
        DaemonState.read,
        CheckerStates.read,
        read_blacklist,
        read_devices,
        read_wildcards,
        ReservationState.read,
        ReservationKey.read,
    ],
)
@pytest.mark.parametrize("text", ["", "something else\n", "pid x idle", "path checker states:\nup\n\npaths: 1\n"])
def test_what_is_none_of_this_is_refused(read: Callable[[str], object], text: str) -> None:
    """By a ValueError, of which the client makes an error of its own; an empty blacklist is one."""
    if read is read_blacklist and not text:
        assert read(text) == ()
        return
    with pytest.raises(ValueError, match=r"."):
        read(text)
