"""Reservations through every path of a map: two hosts at one virtual array."""

import asyncio
import errno
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from multipath import Host, MultipathTable, errors
from multipath.config.configuration import Configuration
from multipath.config.reader import read_configuration
from multipath.maps import async_reservations
from multipath.maps.prkeys import Prkey
from multipath.maps.reservation_result import PathOutcome, Question
from multipath.maps.reservations import Reservations
from multipath.maps.state_file import StateFolder
from multipath.paths.request import Answer, Request, Silence
from multipath.virtual import OtherHost, VirtualArray, VirtualHost
from multipath.virtual.asker import VirtualAsker
from multipath.virtual.event_loop import run
from multipath.wire.reservation import ReservationType
from multipath.wire.sense import POWER_ON

OURS, THEIRS = 0xA11CE, 0xB0B
WERO = ReservationType.WRITE_EXCLUSIVE_REGISTRANTS_ONLY
WEAR = ReservationType.WRITE_EXCLUSIVE_ALL_REGISTRANTS
WE = ReservationType.WRITE_EXCLUSIVE
OUT = 0x5F
REGISTERING = (0, 6)


class Lossy(VirtualAsker):
    """An asker that has some requests done, or not, and answers as a test wants it."""

    spoil: Callable[[Request], tuple[bool, Answer | Silence] | None] = staticmethod(lambda _: None)

    async def ask(self, request: Request, deadline: float) -> Answer | Silence:
        """Ask, or pretend to have asked."""
        spoiled = self.spoil(request)
        if spoiled is None or spoiled[0]:
            answer = await super().ask(request, deadline)
        return answer if spoiled is None else spoiled[1]


class Site:
    """Two hosts, one array, and a map of four paths."""

    def __init__(self, world: VirtualHost) -> None:
        self.world = world
        self.asker = Lossy(world.devices, world.sysfs.root, world.clock)
        self.host = Host(**world.seams(), asker=self.asker)
        self.array: VirtualArray = world.add_array(paths=4)
        self.other: OtherHost = self.array.other_host()
        self.names = [path.name for path in self.array.paths]
        self.map = self.host.create("mpatha", MultipathTable.build([self.names]), uuid=f"mpath-{self.array.wwid}")
        self.pr = self.host.reservations("mpatha")

    @property
    def keys(self) -> list[int]:
        """The keys at the unit, in order of size."""
        return sorted(self.array.units[0].reservations.registrations.values())

    @property
    def key_of(self) -> dict[str, int]:
        """The key of each path that is registered."""
        found = self.array.units[0].reservations.registrations
        paths = {path.remote_port.nexus: path.name for path in self.array.paths}
        return {paths[nexus]: key for nexus, key in found.items() if nexus in paths}

    def configured(self, key: str, state: StateFolder | None = None) -> Reservations:
        """Return the reservations under a configuration with that ``reservation_key``."""
        text = f"defaults {{\n reservation_key {key}\n}}\n"
        return self.host.reservations("mpatha", config=read_configuration([("multipath.conf", text)]), state=state)

    def spoil(self, path: int, actions: tuple[int, ...], answer: Answer | Silence, *, done: bool = False) -> None:
        """Let orders through a path be answered like that, whether they are done or not."""
        node = f"/dev/{self.names[path]}"

        def spoiled(request: Request) -> tuple[bool, Answer | Silence] | None:
            meant = request.node == node and request.payload[0] == OUT and request.payload[1] in actions
            return (done, answer) if meant else None

        self.asker.spoil = spoiled


@pytest.fixture
def site() -> Iterator[Site]:
    """Give two hosts at an array."""
    with VirtualHost() as world:
        made = Site(world)
        yield made
        made.host.close()


def outcomes(results: object) -> list[str]:
    """Return the outcomes in the order of the paths."""
    return [str(each.outcome) for each in results]  # type: ignore[attr-defined]


class TestRegistering:
    def test_tells_every_path(self, site: Site) -> None:
        """Each nexus has the key; once more is no error where the key is named."""
        result = site.pr.register(OURS)
        site.pr.register(OURS, current=OURS)

        assert outcomes(result.paths) == ["done"] * 4
        assert site.keys == [OURS] * 4 == sorted(site.pr.keys().keys)

    def test_tells_a_path_that_came_later(self, site: Site) -> None:
        """It has no key yet, and the others have the old one."""
        site.pr.register(OURS)
        nexus = site.array.paths[2].remote_port.nexus
        site.array.units[0].reservations.register(nexus, 0, 0, ignore=True)

        site.pr.register(OURS + 1, current=OURS)

        assert site.keys == [OURS + 1] * 4

    def test_skips_what_the_map_does_not_use(self, site: Site) -> None:
        """And says so."""
        site.map.fail_path(site.names[1])
        result = site.pr.register(OURS)

        assert outcomes(result.paths) == ["done", "skipped", "done", "done"]
        assert "could not be registered" in result.remarks[0]
        assert site.names[1] not in site.key_of

    def test_with_all_ports_tells_each_adapter_once(self, site: Site) -> None:
        """Each nexus has the key all the same."""
        result = site.pr.register(OURS, all_target_ports=True)

        assert sorted(outcomes(result.paths)) == ["covered", "covered", "done", "done"]
        assert site.keys == [OURS] * 4

    def test_with_zero_is_refused(self, site: Site) -> None:
        """That would take the registration back."""
        with pytest.raises(errors.NumberRefused, match="unregister"):
            site.pr.register(0)

    def test_needs_a_path(self, site: Site) -> None:
        """All have failed: nothing can be told."""
        for name in site.names:
            site.map.fail_path(name)

        with pytest.raises(errors.ReservationError, match="no path can be used"):
            site.pr.register(OURS)


class TestARegistrationThatFailsOnOnePath:
    @pytest.mark.parametrize("ignore", [False, True])
    @pytest.mark.parametrize("before", [0, OURS])
    def test_is_taken_back_on_the_others(self, site: Site, before: int, ignore: bool) -> None:
        """Each has the key again that it had, also where the order ignored that."""
        if before:
            site.pr.register(before)
        was = site.key_of
        site.spoil(3, REGISTERING, Answer(host=1))

        with pytest.raises(errors.ReservationError) as failed:
            site.pr.register(OURS + 1, current=0 if ignore else before, ignore=ignore)

        assert site.key_of == was
        assert outcomes(failed.value.results) == ["rolled back"] * 3 + ["failed"]
        assert "sdd failed (the path failed: host byte 0x01)" in str(failed.value)

    def test_by_a_conflict_is_a_conflict(self, site: Site) -> None:
        """Somebody registered that path with another key."""
        site.array.units[0].reservations.register(site.array.paths[0].remote_port.nexus, 0, 0x77)

        with pytest.raises(errors.ReservationConflict, match="sda conflict"):
            site.pr.register(OURS)

        assert site.key_of == {"sda": 0x77}

    def test_leaves_other_keys_where_they_were(self, site: Site) -> None:
        """Each path had a key of its own; all come back."""
        for number, path in enumerate(site.array.paths):
            site.array.units[0].reservations.register(path.remote_port.nexus, 0, 0x70 + number)
        was = site.key_of
        site.spoil(3, REGISTERING, Silence.DEADLINE)

        with pytest.raises(errors.ReservationError):
            site.pr.register(OURS, ignore=True)

        assert site.key_of == was

    def test_tells_what_could_not_be_taken_back(self, site: Site) -> None:
        """One path fails while it is told, another while it is told to forget."""
        told: list[str] = []

        def spoiled(request: Request) -> tuple[bool, Answer | Silence] | None:
            if request.payload[0] != OUT:
                return None
            told.append(request.node)
            late = request.node == "/dev/sda" and told.count("/dev/sda") > 1
            return (False, Answer(error=errno.EIO)) if request.node == "/dev/sdd" or late else None

        site.asker.spoil = spoiled
        with pytest.raises(errors.ReservationError, match="sda left"):
            site.pr.register(OURS)

        assert site.key_of == {"sda": OURS}

    def test_survives_being_pickled(self, site: Site) -> None:
        """Errors cross the borders of processes, with what became of each path."""
        site.spoil(3, REGISTERING, Answer(host=1))
        with pytest.raises(errors.ReservationError) as failed:
            site.pr.register(OURS)

        again = pickle.loads(pickle.dumps(failed.value))

        assert (str(again), again.results) == (str(failed.value), failed.value.results)


class TestUnregistering:
    def test_takes_the_reservation_along(self, site: Site) -> None:
        """And what was not registered stays so."""
        site.pr.register(OURS)
        site.pr.reserve(WERO, OURS)
        site.array.units[0].reservations.register(site.array.paths[3].remote_port.nexus, 0, 0, ignore=True)

        site.pr.unregister(OURS)

        assert (site.keys, site.pr.reservation().is_held) == ([], False)

    def test_gives_up_what_a_lost_path_holds(self, site: Site) -> None:
        """Else nobody could give it up any more."""
        site.pr.register(OURS)
        site.pr.reserve(WERO, OURS)
        site.map.fail_path("sda")

        site.pr.unregister(OURS)

        assert (site.keys, site.array.units[0].reservations.reservation) == ([], None)

    def test_with_another_key_changes_nothing(self, site: Site) -> None:
        """Neither the registrations nor the reservation."""
        site.pr.register(OURS)
        site.pr.reserve(WERO, OURS)

        with pytest.raises(errors.ReservationConflict):
            site.pr.unregister(THEIRS)

        assert (site.keys, site.pr.reservation().key) == ([OURS] * 4, OURS)


class TestTwoHosts:
    def test_contend_and_the_first_wins(self, site: Site) -> None:
        """The second gets a conflict that names each path."""
        site.other.register(THEIRS)
        site.other.reserve(THEIRS, WERO)
        site.pr.register(OURS)

        with pytest.raises(errors.ReservationConflict) as failed:
            site.pr.reserve(WERO, OURS)

        assert outcomes(failed.value.results) == ["conflict"] * 4

    def test_preempt_each_other(self, site: Site) -> None:
        """Registrations and reservation go over."""
        site.other.register(THEIRS)
        site.other.reserve(THEIRS, WERO)
        site.pr.register(OURS)

        site.pr.preempt(THEIRS, WERO, OURS, abort=True)

        assert (site.keys, site.pr.reservation().key) == ([OURS] * 4, OURS)

    def test_are_forgotten_by_clear(self, site: Site) -> None:
        """Both of them."""
        site.other.register(THEIRS)
        site.pr.register(OURS)
        site.pr.clear(OURS)

        assert site.keys == []

    def test_are_told_of_once(self, site: Site) -> None:
        """A unit attention is not an answer: it is asked again."""
        site.array.units[0].tell(POWER_ON)

        assert site.pr.keys().keys == ()


class TestAReservation:
    def test_is_made_by_the_first_path_that_answers(self, site: Site) -> None:
        """Made again, by the one that holds it."""
        site.pr.register(OURS)
        site.spoil(0, (1,), Answer(host=1))
        first = site.pr.reserve(WERO, OURS)
        site.spoil(0, (), Answer())
        again = site.pr.reserve(WERO, OURS)

        assert outcomes(first.paths) == ["failed", "done", "not asked", "not asked"]
        assert outcomes(again.paths)[1] == "done"

    @pytest.mark.parametrize(
        ("action", "act"),
        [
            (1, lambda pr: pr.reserve(WERO, OURS)),
            (3, lambda pr: pr.clear(OURS)),
            (4, lambda pr: pr.preempt(THEIRS, WERO, OURS)),
        ],
    )
    def test_counts_where_its_answer_was_lost(
        self, site: Site, action: int, act: Callable[[Reservations], object]
    ) -> None:
        """The next path would get a conflict; the unit itself says that it was done."""
        site.other.register(THEIRS)
        site.pr.register(OURS)
        site.spoil(0, (action,), Silence.DEADLINE, done=True)

        result = act(site.pr)

        assert outcomes(result.paths)[:2] == ["failed", "done"]  # type: ignore[attr-defined]

    def test_is_released_by_its_holder_alone(self, site: Site) -> None:
        """From another host nothing happens, which is no error."""
        site.other.register(THEIRS)
        site.other.reserve(THEIRS, WERO)
        site.pr.register(OURS)
        site.pr.release(WERO, OURS)

        assert site.pr.reservation().key == THEIRS

    def test_with_another_type_is_not_released(self, site: Site) -> None:
        """The unit refuses, and says why."""
        site.pr.register(OURS)
        site.pr.reserve(WERO, OURS)

        with pytest.raises(errors.ReservationError, match="ILLEGAL_REQUEST 26/04"):
            site.pr.release(WE, OURS)

    def test_is_released_where_its_path_is_gone(self, site: Site) -> None:
        """No path is without a registration at any moment, and the map is not suspended."""
        site.pr.register(OURS)
        site.pr.reserve(WERO, OURS)
        site.array.paths[0].break_cable()
        site.map.fail_path("sda")
        seen: list[set[str]] = []
        site.asker.spoil = lambda _: seen.append(set(site.key_of))

        site.pr.release(WERO, OURS)

        assert not site.pr.reservation().is_held
        assert site.key_of == dict.fromkeys(["sdb", "sdc", "sdd"], OURS)
        assert all({"sdb", "sdc", "sdd"} <= each for each in seen)

    def test_is_released_where_the_map_has_not_noticed_that_its_path_is_gone(self, site: Site) -> None:
        """The others do it, and the result says which one did not answer."""
        site.pr.register(OURS)
        site.pr.reserve(WERO, OURS)
        site.array.paths[0].offline()

        result = site.pr.release(WERO, OURS)

        assert outcomes(result.paths) == ["failed", "done", "done", "done"]
        assert not site.pr.reservation().is_held

    def test_is_taken_over_from_ones_own_lost_path(self, site: Site) -> None:
        """By its own key."""
        site.pr.register(OURS)
        site.pr.reserve(WERO, OURS)
        site.map.fail_path("sda")

        site.pr.preempt(OURS, WERO, OURS)

        holder = site.array.units[0].reservations.reservation
        assert holder is not None
        assert holder.holder == site.array.paths[1].remote_port.nexus
        assert site.key_of == dict.fromkeys(["sdb", "sdc", "sdd"], OURS)

    def test_of_all_registrants_is_released_by_any(self, site: Site) -> None:
        """It has no key of its own."""
        site.pr.register(OURS)
        site.pr.reserve(WEAR, OURS)
        held = site.pr.reservation()
        site.pr.release(WEAR, OURS)

        assert (held.key, held.type, site.pr.reservation().is_held) == (0, WEAR, False)

    def test_of_one_holder_comes_with_a_warning(self, site: Site) -> None:
        """The other paths of the map cannot write."""
        site.pr.register(OURS)

        assert site.pr.reserve(WE, OURS).remarks == (
            "write-exclusive: only sda may use the unit as its holder; a type for registrants lets all paths in",
        )


class TestReading:
    def test_asks_the_next_path_where_one_does_not_answer(self, site: Site) -> None:
        """A lost path is no obstacle; each path says for itself what it says."""
        site.pr.register(OURS)
        site.array.paths[0].break_cable()
        site.world.clock.advance(60)

        assert site.pr.keys().keys == (OURS,) * 4
        by_path = site.pr.by_path(Question.KEYS)
        assert [each.path.outcome for each in by_path] == [PathOutcome.FAILED, *[PathOutcome.DONE] * 3]
        assert [each.read is None for each in by_path] == [True, False, False, False]

    @pytest.mark.parametrize("question", Question)
    def test_asks_each_path_that_is_used(self, site: Site, question: Question) -> None:
        """They say the same; all are asked where none is used."""
        site.pr.register(OURS)
        site.map.fail_path("sdb")
        some = site.pr.by_path(question)
        for name in site.names:
            site.map.fail_path(name)
        every = site.pr.by_path(question)

        assert [str(each.path.outcome) for each in some] == ["done", "skipped", "done", "done"]
        assert {str(each.read) for each in every} == {str(some[0].read)}

    def test_fails_where_none_answers(self, site: Site) -> None:
        """With what each path said."""
        site.asker.spoil = lambda _: (False, Answer(data=b"\0\0\0\1\0\0\0\5ab"))

        with pytest.raises(errors.ReservationError, match="contradicts itself"):
            site.pr.keys()

    def test_knows_what_the_unit_can_do(self, site: Site) -> None:
        """All of it."""
        assert site.pr.capabilities().types == tuple(ReservationType)


class TestASilentPath:
    def test_costs_one_deadline_and_no_registration(self) -> None:
        """The others have their keys again when it is over."""
        with VirtualHost() as world:
            site = Site(world)
            site.array.paths[2].silence()

            async def story() -> tuple[float, list[int]]:
                loop = asyncio.get_running_loop()
                began = loop.time()
                with pytest.raises(errors.ReservationError, match="sdc failed"):
                    await site.pr.asynchronous.register(OURS)
                return loop.time() - began, site.keys

            took, keys = run(world.clock, story())
            site.host.close()

        assert (took < 31, keys) == (True, [])

    def test_does_not_leave_half_a_registration_behind_who_is_cancelled(self) -> None:
        """Whoever does not want to wait any longer gets nothing, and nothing is left."""
        with VirtualHost() as world:
            site = Site(world)
            site.array.paths[2].latency = 3.0

            async def story() -> tuple[list[int], list[int]]:
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(1):
                        await site.pr.asynchronous.register(OURS)
                return site.keys, sorted(site.key_of.values())

            found = run(world.clock, story())
            site.host.close()

        assert found == ([], [])


class TestTheConfiguredKey:
    def test_is_taken_where_none_is_given(self, site: Site) -> None:
        """With its flag for a loss of power."""
        result = site.configured("0xabc:aptpl").register()

        assert (site.keys, result.order.aptpl) == ([0xABC] * 4, True)

    def test_is_missed_where_there_is_none(self, site: Site) -> None:
        """Nothing is sent then."""
        with pytest.raises(errors.ReservationError, match="no reservation key is configured"):
            site.pr.register()

    def test_is_kept_in_the_file(self, site: Site, tmp_path: Path) -> None:
        """Until it is taken back."""
        state = StateFolder(tmp_path)
        pr = site.configured("file", state)
        pr.register(OURS, aptpl=True)
        kept = dict(state.prkeys().keys)
        pr.unregister()

        assert kept == {site.array.wwid: Prkey(OURS, aptpl=True)}
        assert (dict(state.prkeys().keys), site.keys) == ({}, [])

    @pytest.mark.parametrize("before", [None, Prkey(0x1)])
    def test_is_put_back_in_the_file_where_it_is_refused(
        self, site: Site, tmp_path: Path, before: Prkey | None
    ) -> None:
        """The file says what the unit knows."""
        state = StateFolder(tmp_path)
        if before:
            state.set_prkey(site.array.wwid, before)
        site.spoil(3, REGISTERING, Answer(host=1))

        with pytest.raises(errors.ReservationError):
            site.configured("file", state).register(OURS)

        assert state.prkeys().keys.get(site.array.wwid) == before


class TestBesideMultipathd:
    @pytest.mark.parametrize(
        ("key", "told"),
        [
            ("0xa11ce", "multipathd setprstatus map mpatha"),
            ("file", "multipathd setprkey map mpatha key 0xa11ce; multipathd setprstatus map mpatha"),
        ],
    )
    def test_says_what_would_tell_it(
        self, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, told: str
    ) -> None:
        """It registers paths that come back only where it knows that the map is registered."""
        monkeypatch.setattr(type(site.world.control), "shared", True)
        monkeypatch.setattr(async_reservations, "daemon_is_running", lambda: True)
        pr = site.configured(key, StateFolder(tmp_path))

        assert pr.register(OURS).remarks == (f"multipathd does not know of it: {told}",)
        assert "unsetprstatus" in pr.unregister(OURS).remarks[0]


class TestAnEventLoop:
    def test_may_run_already(self, site: Site) -> None:
        """The calls that wait do so in a thread of their own."""

        async def story() -> tuple[int, ...]:
            site.pr.register(OURS)
            return (await site.pr.asynchronous.keys()).keys

        assert asyncio.run(story()) == (OURS,) * 4


def test_unknown_ways_are_refused(site: Site) -> None:
    """There are two."""
    with pytest.raises(ValueError, match="smoke"):
        site.host.reservations("mpatha", config=Configuration(), through="smoke")
