"""Devices: made, listed, found, renamed, removed."""

import errno
import os

import pytest

from multipath import Control, errors
from multipath._native import codec
from multipath.dm.device import DeviceInfo
from multipath.units import DevT

from .differences import Differences
from .world import World, answer, line, make, refused


@pytest.fixture
def device(world: World) -> DeviceInfo:
    """Give a device of two lines over one path."""
    path = world.paths[0]
    world.control.create("stack", uuid="TEST-stack")
    two = (line("linear", f"{path} 0", length=2048), line("linear", f"{path} 4096", start=2048, length=2048))
    world.control.load("stack", two)
    return world.control.resume("stack")


class TestANewDevice:
    def test_has_neither_flag_nor_table(self, subject: Control) -> None:
        """No flag is set: it is not suspended."""
        info = subject.info("subject")

        assert (info.flags, info.target_count, info.event_nr, info.open_count) == (0, 0, 0, 0)

    def test_has_no_lines_and_no_devices(self, subject: Control) -> None:
        """Table, status and dependencies are empty answers, no errors."""
        assert (list(subject.table("subject")), list(subject.status("subject"))) == ([], [])
        assert subject.deps("subject") == ()

    def test_gets_the_lowest_number_that_is_free(self, dm: Control) -> None:
        """A number that a removed device gave back is the next one."""
        first, second = dm.create("first"), dm.create("second")
        dm.remove("first")

        assert second.devt > first.devt
        assert dm.create("third").devt == first.devt

    def test_gets_the_number_that_is_asked_for(self, dm: Control) -> None:
        """A persistent minor number is honoured."""
        assert os.minor(dm.create("chosen", minor=77).devt) == 77

    def test_does_not_get_the_number_of_another(self, dm: Control) -> None:
        """ENXIO, the same as for a device that is not there."""
        taken = os.minor(dm.create("first").devt)

        assert refused(lambda: dm.create("second", minor=taken)) == errno.ENXIO

    @pytest.mark.parametrize("minor", [-1, 1 << 20, 1 << 40])
    def test_gets_no_number_that_linux_cannot_have(self, dm: Control, minor: int) -> None:
        """The kernel would take its lowest bits."""
        with pytest.raises(ValueError, match="no device number"):
            dm.create("chosen", minor=minor)
        assert dm.devices() == []

    def test_has_a_name_and_a_uuid_of_its_own(self, dm: Control) -> None:
        """A second device of one name or one uuid is refused, and nothing is left of it."""
        dm.create("taken", uuid="TEST-taken")

        with pytest.raises(errors.DeviceExists, match="DM_DEV_CREATE on taken"):
            dm.create("taken")
        with pytest.raises(errors.DeviceExists):
            dm.create("other", uuid="TEST-taken")
        assert [entry.name for entry in dm.devices()] == ["taken"]

    @pytest.mark.parametrize("name", [b"", b"a/b", b"/"])
    def test_has_a_name_without_a_slash(self, world: World, name: bytes) -> None:
        """EINVAL for what could not be a file."""
        assert answer(world, codec.DEV_CREATE, name=name) == errno.EINVAL

    @pytest.mark.parametrize("name", [b"control", b".", b".."])
    def test_is_not_called_as_what_is_there_already(self, world: World, kernel: Differences, name: bytes) -> None:
        """Newer kernels do not take the names that the folder has anyway."""
        made = answer(world, codec.DEV_CREATE, name=name)

        assert (made == errno.EINVAL) == kernel.refuses_the_names_of_the_folder

    @pytest.mark.parametrize("name", [b"a b", b"\xff", b"x" * 127])
    def test_may_be_called_anything_else(self, world: World, name: bytes) -> None:
        """The kernel has fewer scruples than this library."""
        made = answer(world, codec.DEV_CREATE, name=name)

        assert isinstance(made, codec.Reply)
        assert os.fsencode(made.name) == name

    def test_is_created_with_the_flags_that_mean_something(self, world: World) -> None:
        """State is never taken from the caller, nor is an event number; other flags come back."""
        given = codec.FLAG_READONLY | codec.FLAG_SUSPEND | codec.FLAG_ACTIVE_PRESENT | codec.FLAG_INACTIVE_PRESENT
        kept = codec.FLAG_STATUS_TABLE | codec.FLAG_NOFLUSH | codec.FLAG_DEFERRED_REMOVE
        wiped = codec.FLAG_BUFFER_FULL | codec.FLAG_SECURE_DATA

        made = answer(world, codec.DEV_CREATE, name=b"flags", flags=given | kept | wiped, event_nr=77)

        assert isinstance(made, codec.Reply)
        assert (made.flags, made.event_nr) == (kept, 0)
        assert world.control.info("flags").flags == 0


class TestTheList:
    def test_is_empty_at_first(self, dm: Control) -> None:
        """No device, no entry."""
        assert dm.devices() == []

    def test_is_in_the_order_of_bytes(self, dm: Control) -> None:
        """Capitals first, and 10 before 9."""
        for name in ("zeta", "alpha", "Mid", "a10", "a9"):
            dm.create(name)

        assert [entry.name for entry in dm.devices()] == ["Mid", "a10", "a9", "alpha", "zeta"]

    def test_has_uuid_and_event_number(self, dm: Control, device: DeviceInfo) -> None:
        """The list tells what each device's own status tells."""
        dm.create("bare")
        dm.rename("stack", "named")
        info = dm.info("named")

        bare, named = dm.devices()
        assert (named.name, named.devt, named.uuid, named.event_nr) == ("named", info.devt, "TEST-stack", 1)
        assert (bare.name, bare.uuid, bare.event_nr) == ("bare", "", 0)

    @pytest.mark.parametrize(
        ("name", "uuid", "names"),
        [(b"a", b"", ["a1", "a2"]), (b"", b"U-1", ["a1", "b1"]), (b"a", b"U-1", ["a1"]), (b"c", b"", [])],
    )
    def test_is_filtered_by_beginnings(self, world: World, name: bytes, uuid: bytes, names: list[str]) -> None:
        """Of name and uuid, and of both at once."""
        for made, own in (("a1", "U-1a"), ("a2", "U-2"), ("b1", "U-1b")):
            world.control.create(made, uuid=own)

        listed = answer(world, codec.LIST_DEVICES, name=name, uuid=uuid)

        assert isinstance(listed, codec.Reply)
        assert [entry[1] for entry in listed.names()] == names

    def test_outgrows_the_first_buffer(self, dm: Control) -> None:
        """Two hundred long names come whole, and all of them go at once."""
        names = [f"long-name-{'x' * 100}-{number:03}" for number in range(200)]
        for name in names:
            dm.create(name, uuid=f"TEST-{name}")

        assert [entry.name for entry in dm.devices()] == names
        dm.remove_all()
        assert dm.devices() == []


class TestADevice:
    def test_is_found_by_name_number_and_snapshot(self, dm: Control, device: DeviceInfo) -> None:
        """All references lead to one device."""
        assert {dm.info(ref).uuid for ref in ("stack", device.devt, device, dm.devices()[0])} == {"TEST-stack"}

    def test_is_not_found_by_two_references_at_once(self, world: World, device: DeviceInfo) -> None:
        """Name and uuid are EINVAL; a number beside one of them hides it."""
        assert answer(world, codec.DEV_STATUS, name=b"stack", uuid=b"TEST-stack") == errno.EINVAL
        assert answer(world, codec.DEV_STATUS, name=b"stack", dev=device.devt) == errno.ENXIO
        assert answer(world, codec.DEV_STATUS, uuid=b"TEST-stack", dev=device.devt) == errno.ENXIO
        assert answer(world, codec.DEV_STATUS) == errno.ENXIO

    def test_is_not_found_by_the_beginning_of_its_uuid(self, world: World, device: DeviceInfo) -> None:
        """A lookup is exact."""
        assert answer(world, codec.DEV_STATUS, uuid=b"TEST") == errno.ENXIO

    def test_that_is_not_there_is_not_found(self, dm: Control) -> None:
        """The error says what was tried and on what."""
        with pytest.raises(errors.DeviceNotFound, match=r"DM_DEV_STATUS on ghost: .*ENXIO"):
            dm.info("ghost")

    def test_counts_who_has_it_open(self, world: World, device: DeviceInfo) -> None:
        """Programs and maps above."""
        path = f"{os.major(device.devt)}:{os.minor(device.devt)}"
        with world.open("stack"), world.open("stack"):
            assert world.control.info("stack").open_count == 2
        make(world, "above", line("linear", f"{path} 0", length=8))

        assert world.control.info("stack").open_count == 1

    def test_that_was_made_again_is_another(self, dm: Control, device: DeviceInfo) -> None:
        """A snapshot of a removed device does not lead to its successor under another number."""
        dm.remove(device)
        dm.create("placeholder")
        dm.create("stack", uuid="TEST-stack")

        with pytest.raises(errors.DeviceNotFound, match="now belongs to"):
            dm.info(device)


class TestARename:
    def test_keeps_the_identity(self, dm: Control, device: DeviceInfo) -> None:
        """A snapshot from before leads to the renamed device."""
        dm.rename(device, "other")

        assert dm.info(device).name == "other"
        assert [entry.name for entry in dm.devices()] == ["other"]

    def test_to_a_name_that_is_taken_is_refused(self, dm: Control) -> None:
        """EBUSY, also to its own."""
        dm.create("first")
        dm.create("second")

        assert refused(lambda: dm.rename("first", "second")) == errno.EBUSY
        assert refused(lambda: dm.rename("first", "first")) == errno.EBUSY

    def test_of_nothing_is_refused(self, dm: Control) -> None:
        """ENXIO."""
        assert refused(lambda: dm.rename("ghost", "other")) == errno.ENXIO

    def test_is_by_name_alone(self, world: World, device: DeviceInfo) -> None:
        """Neither uuid nor number leads to the device here."""
        new = codec.pack_text(b"other")

        assert answer(world, codec.DEV_RENAME, uuid=b"TEST-stack", payload=new) == errno.ENXIO
        assert answer(world, codec.DEV_RENAME, dev=device.devt, payload=new) == errno.ENXIO

    @pytest.mark.parametrize("new", [b"", b"a/b", b"x" * 128])
    def test_to_what_is_no_name_is_refused(self, world: World, subject: Control, new: bytes) -> None:
        """EINVAL; here a name that is too long is not cut."""
        assert answer(world, codec.DEV_RENAME, name=b"subject", payload=codec.pack_text(new)) == errno.EINVAL

    def test_answers_with_the_old_name(self, world: World, subject: Control) -> None:
        """The reply is about the device as it was asked for, and its number is told."""
        reply = answer(world, codec.DEV_RENAME, name=b"subject", payload=codec.pack_text(b"other"))

        assert isinstance(reply, codec.Reply)
        assert (reply.name, DevT(reply.dev)) == ("subject", subject.info("other").devt)

    def test_gives_a_uuid_once(self, dm: Control) -> None:
        """A device without uuid takes one; a second is refused."""
        dm.create("bare")

        assert dm.set_uuid("bare", "TEST-bare").uuid == "TEST-bare"
        with pytest.raises(errors.DeviceMapperError, match="set once") as twice:
            dm.set_uuid("bare", "TEST-again")
        assert twice.value.errno == errno.EINVAL

    def test_gives_no_uuid_of_another(self, dm: Control) -> None:
        """EBUSY, and so is its own once more."""
        dm.create("first", uuid="TEST-first")
        dm.create("second")

        assert refused(lambda: dm.set_uuid("second", "TEST-first")) == errno.EBUSY
        assert refused(lambda: dm.set_uuid("first", "TEST-first")) == errno.EBUSY

    @pytest.mark.parametrize(("uuid", "taken"), [(b"", False), (b"u" * 129, False), (b"a/b", True), (b"u" * 128, True)])
    def test_gives_a_uuid_of_any_letters(self, world: World, subject: Control, uuid: bytes, taken: bool) -> None:
        """A slash too; but not none, and not too many."""
        payload = codec.pack_text(uuid)
        reply = answer(world, codec.DEV_RENAME, name=b"subject", flags=codec.FLAG_UUID, payload=payload)

        assert (reply == errno.EINVAL) == (not taken)


class TestARemoval:
    def test_leaves_nothing(self, dm: Control, device: DeviceInfo) -> None:
        """A second one finds no device."""
        dm.remove(device)

        assert dm.devices() == []
        assert refused(lambda: dm.remove("stack")) == errno.ENXIO

    def test_of_an_open_device_is_refused(self, world: World, device: DeviceInfo) -> None:
        """EBUSY, and the device is as before."""
        with world.open("stack"):
            before = world.control.info("stack")
            assert refused(lambda: world.control.remove("stack", timeout=0)) == errno.EBUSY
            assert world.control.info("stack") == before

    def test_that_is_deferred_waits_for_the_last_user(self, world: World, device: DeviceInfo) -> None:
        """Until then the flag tells; the last close takes the device away."""
        dm = world.control
        with world.open("stack"):
            dm.remove(device, deferred=True)
            assert dm.info(device).deferred_remove
            dm.arm_poll()

        assert dm.poll(10)
        with pytest.raises(errors.DeviceNotFound):
            dm.info(device)

    def test_that_is_deferred_can_be_called_off(self, world: World, device: DeviceInfo) -> None:
        """A message to device-mapper itself; the last close then takes nothing away."""
        dm = world.control
        with world.open("stack"):
            dm.remove(device, deferred=True)
            assert dm.message(device, "@cancel_deferred_remove") is None
            assert not dm.info(device).deferred_remove

        assert dm.info(device).name == "stack"

    def test_that_is_deferred_goes_on_where_nobody_has_it_open(self, dm: Control, device: DeviceInfo) -> None:
        """There is nothing to wait for."""
        dm.remove(device, deferred=True)

        assert dm.devices() == []

    def test_of_a_suspended_device_goes_on(self, dm: Control, device: DeviceInfo) -> None:
        """Nobody need resume it first."""
        dm.suspend(device)
        dm.remove(device)

        assert dm.devices() == []

    def test_answers_without_a_number(self, world: World, device: DeviceInfo) -> None:
        """Name and uuid tell which device it was."""
        reply = answer(world, codec.DEV_REMOVE, name=b"stack")

        assert isinstance(reply, codec.Reply)
        assert (reply.name, reply.uuid, reply.dev) == ("stack", "TEST-stack", 0)
        assert reply.flags == codec.FLAG_UEVENT_GENERATED

    def test_of_all_leaves_those_that_are_open(self, world: World, device: DeviceInfo) -> None:
        """Those above others go first; who is open stays, or is marked."""
        dm = world.control
        make(world, "above", line("linear", f"{os.major(device.devt)}:{os.minor(device.devt)} 0", length=8))
        make(world, "busy", line("zero", length=8))
        with world.open("busy"):
            dm.remove_all()
            assert [entry.name for entry in dm.devices()] == ["busy"]
            dm.remove_all(deferred=True)
            assert dm.info("busy").deferred_remove
            dm.arm_poll()

        assert dm.poll(10)
        assert dm.devices() == []


class TestAGeometry:
    @pytest.mark.parametrize("numbers", [(4, 16, 63, 0), (65535, 255, 255, 0), (1, 1, 1, 1), (0, 0, 0, 0)])
    def test_within_the_limits_is_taken(self, dm: Control, device: DeviceInfo, numbers: tuple[int, ...]) -> None:
        """Cylinders, heads, sectors, and a start within them."""
        cylinders, heads, sectors, start = numbers

        dm.set_geometry(device, cylinders, heads, sectors, start=start)

    @pytest.mark.parametrize(
        "text",
        ["65536 1 1 0", "1 256 1 0", "1 1 256 0", "1 1 1 2", "1 1 1", "1 1 1 1 1", "x", "", "-1 1 1 0", " 1 1 1 0 "],
    )
    def test_beyond_them_is_refused(self, world: World, device: DeviceInfo, text: str) -> None:
        """EINVAL, also for blanks around."""
        payload = codec.pack_text(text.encode())

        assert answer(world, codec.DEV_SET_GEOMETRY, name=b"stack", payload=payload) == errno.EINVAL

    def test_may_be_set_without_a_table(self, subject: Control) -> None:
        """Nothing to compare it with, and nobody asks."""
        subject.set_geometry("subject", 1, 1, 1)


class TestTheInterface:
    def test_has_a_version(self, dm: Control) -> None:
        """Four, since 2004."""
        assert dm.version().major == 4

    def test_has_the_targets_that_are_always_there(self, dm: Control) -> None:
        """Device-mapper brings them by itself."""
        assert {"linear", "error"} <= dm.target_versions().keys()

    def test_loads_the_module_of_a_target_that_is_asked_for(self, dm: Control) -> None:
        """Asking for one target's version brings its module in."""
        asked = dm.target_version("zero")

        assert dm.target_versions()["zero"] == asked

    def test_has_no_target_of_another_name(self, dm: Control) -> None:
        """An unknown target is an error that names it."""
        with pytest.raises(errors.DeviceMapperError, match=r"DM_GET_TARGET_VERSION on nonesuch: .*EINVAL"):
            dm.target_version("nonesuch")

    def test_has_no_other_command(self, world: World) -> None:
        """ENOTTY for a number that is none; EINVAL for a version that is to come."""
        assert answer(world, 99) == errno.ENOTTY
        assert answer(world, codec.LIST_DEVICES, minor=99) == errno.EINVAL

    def test_is_closed_for_good(self, dm: Control) -> None:
        """Use after close is refused before the kernel is asked, and closing twice is fine."""
        control = dm.sibling()
        control.close()
        control.close()

        with pytest.raises(errors.Closed):
            control.devices()
