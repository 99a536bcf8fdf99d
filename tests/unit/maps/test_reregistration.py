"""A monitor registers the paths that come back, before they are used: on a host in memory, in its time."""

from pathlib import Path

from multipath.maps.prkeys import Prkey
from multipath.maps.state_file import StateFolder
from multipath.paths.request import Request
from multipath.virtual import VirtualArray
from multipath.wire.reservation import ReservationType

from .monitored import Watched, in_world

KEY, OTHERS = 0xABC, 0xB0B
CONFIGURED = "find_multipaths off\nreservation_key 0xabc"
WERO = ReservationType.WRITE_EXCLUSIVE_REGISTRANTS_ONLY


def keys(array: VirtualArray) -> list[int]:
    """Return the registered keys."""
    return sorted(array.units[0].reservations.registrations.values())


async def registered(watched: Watched) -> VirtualArray:
    """Let the monitor make the map, and register its paths."""
    (array,) = watched.world.arrays
    await watched.passes(3)
    await watched.host.reservations(watched.the_map().name, config=watched.config).asynchronous.register(KEY)
    assert keys(array) == [KEY] * len(array.paths)
    return array


def forget(array: VirtualArray, path: int) -> None:
    """Let a path lose its registration, as one does that comes back through another port."""
    array.units[0].reservations.register(array.paths[path].remote_port.nexus, 0, 0, ignore=True)


class TestAPathThatComesBack:
    def test_is_registered_before_it_is_used(self) -> None:
        """This host is registered, so the path is: and only then it is reinstated."""

        async def story(watched: Watched) -> None:
            array = await registered(watched)
            array.paths[1].break_cable()
            await watched.until(lambda: watched.the_map().status().paths_active == 1)
            forget(array, 1)
            array.paths[1].plug_cable()
            await watched.until(lambda: watched.the_map().status().paths_active == 2)

            assert keys(array) == [KEY, KEY]
            assert watched.kinds("registered", "reinstate_path") == ["registered", "reinstate_path"]

        in_world(story, arrays=(2,), defaults=CONFIGURED)

    def test_is_not_registered_where_this_host_was_preempted(self) -> None:
        """Another host has fenced it: nothing undoes that, and the path is used as the array lets it."""

        async def story(watched: Watched) -> None:
            array = await registered(watched)
            array.paths[1].break_cable()
            await watched.until(lambda: watched.the_map().status().paths_active == 1)
            other = array.other_host()
            other.register(OTHERS)
            other.preempt(OTHERS, KEY, WERO)
            array.paths[1].plug_cable()
            await watched.until(lambda: watched.the_map().status().paths_active == 2)

            assert keys(array) == [OTHERS]
            assert watched.kinds("registered") == []

        in_world(story, arrays=(2,), defaults=CONFIGURED)

    def test_gets_the_key_of_the_prkeys_file(self, tmp_path: Path) -> None:
        """Where the configuration says that it stands there."""
        state = StateFolder(tmp_path)

        async def story(watched: Watched) -> None:
            (array,) = watched.world.arrays
            await watched.passes(3)
            state.set_prkey(array.wwid, Prkey(KEY))
            array = await registered(watched)
            array.paths[1].break_cable()
            await watched.until(lambda: watched.the_map().status().paths_active == 1)
            forget(array, 1)
            array.paths[1].plug_cable()
            await watched.until(lambda: watched.the_map().status().paths_active == 2)

            assert keys(array) == [KEY, KEY]

        in_world(story, arrays=(2,), defaults="find_multipaths off\nreservation_key file", state=state)

    def test_is_left_alone_where_no_key_is_configured(self) -> None:
        """Whoever registered it looks after it."""

        async def story(watched: Watched) -> None:
            array = await registered(watched)
            array.paths[1].break_cable()
            await watched.until(lambda: watched.the_map().status().paths_active == 1)
            forget(array, 1)
            array.paths[1].plug_cable()
            await watched.until(lambda: watched.the_map().status().paths_active == 2)

            assert keys(array) == [KEY]

        in_world(story, arrays=(2,))

    def test_waits_where_it_cannot_be_registered(self) -> None:
        """I/O down it would be refused, and no other path would be tried; it is used once it is registered."""

        async def story(watched: Watched) -> None:
            array = await registered(watched)
            array.paths[1].break_cable()
            await watched.until(lambda: watched.the_map().status().paths_active == 1)
            forget(array, 1)
            asker = watched.host.asker
            asks, refuses = asker.ask, [True]

            async def ask(request: Request, deadline: float) -> object:
                if refuses[0] and request.payload[:1] == b"\x5f":
                    raise TimeoutError
                return await asks(request, deadline)

            asker.ask = ask  # type: ignore[assignment, method-assign]
            array.paths[1].plug_cable()
            await watched.passes(20)
            active = watched.the_map().status().paths_active
            refuses[0] = False
            await watched.until(lambda: watched.the_map().status().paths_active == 2)

            assert active == 1
            assert keys(array) == [KEY, KEY]
            assert any("not registered with the unit" in event.reason for event in watched.events)

        in_world(story, arrays=(2,), defaults=CONFIGURED)


class TestAPathThatIsAdded:
    def test_is_registered_before_it_joins(self) -> None:
        """The map had one path less; the unit has a registration of it before the map has the path."""

        async def story(watched: Watched) -> None:
            array = await registered(watched)
            gone = array.paths[1]
            nexus = gone.remote_port.nexus
            watched.world.delete(gone)
            watched.uevents.send("remove", gone.name, "8:16")
            await watched.until(lambda: len(watched.the_map().status().paths) == 1)
            array.units[0].reservations.register(nexus, 0, 0, ignore=True)
            (added,) = watched.world.scan()
            watched.uevents.send("add", added.name)
            await watched.until(lambda: len(watched.the_map().status().paths) == 2)

            assert keys(array) == [KEY, KEY]
            assert watched.kinds("registered") == ["registered"]

        in_world(story, arrays=(2,), defaults=CONFIGURED)
