"""The real `Control` over a virtual kernel, and the machine that stays outside."""

import errno
import os
import signal
import threading
from collections.abc import Iterator

import pytest

import multipath.maps.host
import multipath.multipathd.socket
import multipath.paths.sysfs
from multipath import Control, Host, MultipathTable, errors
from multipath.dm.events import DeviceChangeKind, DeviceEvents
from multipath.dm.holders import Holder
from multipath.units import Sectors, devt
from multipath.virtual.control import VirtualControl
from multipath.virtual.host import VirtualHost

from .bench import Bench, lines

LINEAR = lines((8, "linear", "8:0 0"))


@pytest.fixture
def host() -> Iterator[tuple[VirtualHost, Host]]:
    """Give a world with two paths to one unit, and the machine over it."""
    with VirtualHost() as world, Host(**world.seams()) as host:
        world.add_array(paths=2)
        yield world, host


class TestAVirtualControl:
    def test_is_a_control(self, bench: Bench) -> None:
        """Nothing but the file below it is another's."""
        assert isinstance(bench.dm, Control)
        assert set(vars(VirtualControl)) & {"create", "load", "resume", "status", "wait", "remove"} == set()

    def test_is_closed_as_any(self, dm: Control) -> None:
        """Twice does no harm, and then it refuses."""
        dm.close()
        dm.close()

        with pytest.raises(errors.Closed, match=r"virtual Linux 7\.2"):
            dm.devices()

    def test_refuses_as_any(self, every: Bench) -> None:
        """A kernel that is too old is not asked to probe, and a newer one says that there are no paths to probe."""
        every.live("device", *LINEAR)

        with pytest.raises(errors.InterfaceMismatch, match="ENOTTY"):
            every.dm.probe_paths("device")

    def test_has_siblings_with_events_of_their_own(self, dm: Control) -> None:
        """Arming one leaves the other readable."""
        with dm.sibling() as sibling:
            dm.create("device")
            dm.arm_poll()

            assert (dm.poll(0), sibling.poll(0)) == (False, True)

    def test_is_watched_without_a_loss(self, dm: Control) -> None:
        """The reader of changes works on its descriptor."""
        with DeviceEvents(dm) as events:
            events.changes()
            dm.create("device")
            assert events.poll(0)
            dm.rename("device", "renamed")

            assert [(change.kind, change.entry.name) for change in events.changes()] == [
                (DeviceChangeKind.ADDED, "renamed")
            ]


class TestAWait:
    def test_ends_with_the_next_event(self, bench: Bench, dm: Control) -> None:
        """In the thread that waits."""
        device = bench.live("device", *LINEAR)
        seen: list[int] = []
        waiter = threading.Thread(target=lambda: seen.append(dm.wait("device", 0).info.event_nr))
        waiter.start()
        bench.until(lambda: device.references)
        dm.rename("device", "renamed")
        waiter.join(10)

        assert seen == [1]

    def test_ends_with_the_removal(self, bench: Bench, dm: Control) -> None:
        """Which waits for the waiter in its turn."""
        device = bench.live("device", *LINEAR)
        seen: list[str] = []
        waiter = threading.Thread(target=lambda: seen.append(dm.wait("device", 0).info.name))
        waiter.start()
        bench.until(lambda: device.references)
        dm.remove("device")
        waiter.join(10)

        assert (seen, dm.devices()) == (["device"], [])

    def test_is_interrupted_by_a_signal_whose_handler_raises(self, bench: Bench, dm: Control) -> None:
        """As the ioctl is."""
        bench.live("device", *LINEAR)

        def give_up(*_: object) -> None:
            raise InterruptedError("enough")

        before = signal.signal(signal.SIGALRM, give_up)
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        try:
            with pytest.raises((InterruptedError, errors.DeviceMapperError)):
                dm.wait("device", 0)
        finally:
            signal.signal(signal.SIGALRM, before)
        dm.remove("device")

    def test_with_a_timeout_tells_what_it_saw(self, bench: Bench, dm: Control) -> None:
        """In the caller's own seconds."""
        bench.live("device", *LINEAR)

        with pytest.raises(errors.WaitTimeout) as late:
            dm.wait("device", 0, timeout=0)
        assert late.value.seen is not None


class TestWhatIsHeld:
    def test_names_the_maps_above(self, bench: Bench, dm: Control) -> None:
        """And this process, where it has the device open."""
        low = bench.live("low", *LINEAR)
        bench.live("above", *lines((8, "linear", "/dev/mapper/low 0")))
        low.open()

        with pytest.raises(errors.DeviceBusy) as busy:
            dm.remove("low", timeout=0)
        assert busy.value.holders == (Holder("map", "above"), Holder("process", f"{os.getpid()} (python)"))

    def test_keeps_a_table_away(self, bench: Bench, dm: Control) -> None:
        """The error has the kernel's own reason, and who mounted the disk."""
        mount = Holder("mount", "/srv")
        bench.devices.open(devt(8, 16), mount)
        dm.create("device")

        with pytest.raises(errors.TableLoadError, match=r"linear: Device lookup failed \(-EBUSY\)") as refused:
            dm.load("device", lines((8, "linear", "8:16 0")))
        assert refused.value.holders == (mount,)


class TestATableThatFollowsAMapOfRequests:
    def test_may_fail_everything(self, bench: Bench, dm: Control) -> None:
        """But not over a device: that needs a target which nothing else may follow."""
        bench.live("mpath", *lines((64, "multipath", "0 0 1 1 round-robin 0 1 0 8:0")))

        with pytest.raises(errors.TableLoadError) as refused:
            dm.load("mpath", lines((8, "error", "8:16 0")))
        assert (refused.value.errno, refused.value.reason) == (errno.EINVAL, None)
        dm.load("mpath", lines((8, "error", "")))
        assert dm.resume("mpath").live_table


class TestTheMachineOutside:
    def test_has_no_daemon_that_owns_a_virtual_map(
        self, host: tuple[VirtualHost, Host], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its multipathd knows nothing of this world."""
        world, machine = host
        monkeypatch.setattr(multipath.multipathd.socket, "daemon_is_running", lambda: True)
        array = world.arrays[0]

        mpath = machine.create("mpatha", MultipathTable.build([["sda", "sdb"]]), uuid=f"mpath-{array.wwid}")
        mpath.rename("mpathb")
        mpath.suspend()
        mpath.resume()
        mpath.reload(MultipathTable.build([["sda"], ["sdb"]]))
        mpath.remove()
        assert machine.maps() == []

    def test_has_no_nodes_that_lead_into_this_world(
        self, host: tuple[VirtualHost, Host], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A link below its ``/dev`` would name a disk here by chance of numbers."""
        _, machine = host
        monkeypatch.setattr(multipath.paths.sysfs, "number_behind", _forbidden)

        with pytest.raises(errors.NotFound):
            machine.create("mpatha", MultipathTable.build([["/dev/disk/by-id/x"]]), size=Sectors(8))
        monkeypatch.setattr(multipath.maps.lookup, "number_behind", _forbidden)
        with pytest.raises(errors.NotFound):
            machine.map("/dev/disk/by-id/x")

    def test_is_not_asked_who_holds_a_map(
        self, host: tuple[VirtualHost, Host], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The answer is this world's own."""
        _, machine = host
        mpath = machine.create("mpatha", MultipathTable.build([["sda", "sdb"]]), uuid="mpath-a")
        monkeypatch.setattr("multipath.dm.surroundings.holders", _forbidden)

        assert mpath.holders() == ()


def _forbidden(*_: object, **__: object) -> object:
    raise AssertionError("this is the real machine")
