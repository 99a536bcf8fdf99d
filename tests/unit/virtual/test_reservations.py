"""Persistent reservations: who may register, reserve, take and give back, and what that forbids to whom."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.virtual.attention import UnitAttentions
from multipath.virtual.clock import VirtualClock
from multipath.virtual.port import AccessState, InitiatorPort, Nexus, PortGroup, TargetPort
from multipath.virtual.reservations import PersistentReservations, Reservation, ReservationType
from multipath.virtual.scsi.reply import CheckCondition, ReservationConflict
from multipath.wire.sense import (
    INVALID_FIELD_IN_PARAMETERS,
    INVALID_RELEASE,
    REGISTRATIONS_PREEMPTED,
    RESERVATIONS_PREEMPTED,
    RESERVATIONS_RELEASED,
    Sense,
)

WRITE = ReservationType.WRITE_EXCLUSIVE
ACCESS = ReservationType.EXCLUSIVE_ACCESS
WRITE_REGISTRANTS = ReservationType.WRITE_EXCLUSIVE_REGISTRANTS_ONLY
ACCESS_REGISTRANTS = ReservationType.EXCLUSIVE_ACCESS_REGISTRANTS_ONLY
WRITE_ALL = ReservationType.WRITE_EXCLUSIVE_ALL_REGISTRANTS
ACCESS_ALL = ReservationType.EXCLUSIVE_ACCESS_ALL_REGISTRANTS
TELL = [WRITE_REGISTRANTS, ACCESS_REGISTRANTS, WRITE_ALL, ACCESS_ALL]
PORT = TargetPort(1, 0x50, PortGroup(1, AccessState.OPTIMIZED, VirtualClock(), lambda *_: None))
ANN, BEN, CAT = (Nexus(InitiatorPort(0x10 + number), PORT) for number in range(3))


class Unit:
    """The reservations of a unit, and what its initiators have to be told."""

    def __init__(self) -> None:
        self.attentions = UnitAttentions()
        self.state = PersistentReservations(self.attentions.establish)

    def registered(self, *nexuses: Nexus) -> "Unit":
        """Register nexuses with the keys 1, 2, 3."""
        for key, nexus in enumerate(nexuses, 1):
            self.state.register(nexus, 0, key)
        return self

    def told(self, nexus: Nexus) -> Sense | None:
        """Return what a nexus is told next."""
        return self.attentions.take(nexus)


@pytest.fixture
def unit() -> Unit:
    """Give a unit that nobody has registered with."""
    return Unit()


class TestARegistration:
    def test_needs_the_key_that_the_nexus_has(self, unit: Unit) -> None:
        """None at first; then the one that was registered last."""
        unit.state.register(ANN, 0, 0xA)
        unit.state.register(ANN, 0xA, 0xB)

        assert unit.state.registrations == {ANN: 0xB}
        with pytest.raises(ReservationConflict):
            unit.state.register(ANN, 0xA, 0xC)
        with pytest.raises(ReservationConflict):
            unit.state.register(BEN, 0xB, 0xC)

    def test_may_ignore_the_key(self, unit: Unit) -> None:
        """With the service action that says so."""
        unit.state.register(ANN, 0, 0xA)
        unit.state.register(ANN, 0xDEAD, 0xB, ignore=True)

        assert unit.state.registrations == {ANN: 0xB}

    def test_is_taken_back_with_a_key_of_zero(self, unit: Unit) -> None:
        """Twice does no harm, and the second time is no change."""
        unit.state.register(ANN, 0, 0xA)
        unit.state.register(ANN, 0xA, 0)
        unit.state.register(ANN, 0, 0)

        assert (unit.state.registrations, unit.state.generation) == ({}, 2)

    def test_belongs_to_a_nexus(self, unit: Unit) -> None:
        """The other ports of the same machine are not registered, unless all are asked for."""
        unit.state.register(ANN, 0, 0xA, also=[BEN])

        assert unit.state.registrations == {ANN: 0xA, BEN: 0xA}

    @pytest.mark.parametrize("kind", ReservationType)
    def test_takes_the_reservation_of_its_holder_along(self, unit: Unit, kind: ReservationType) -> None:
        """Of all registrants the last one's; the others are told, where they had been let in."""
        unit.registered(ANN, BEN).state.reserve(ANN, 1, kind)
        unit.state.register(ANN, 1, 0)

        left = Reservation(ANN, kind) if kind.is_for_all_registrants else None
        assert unit.state.reservation == left
        assert unit.told(BEN) == (RESERVATIONS_RELEASED if kind in (WRITE_REGISTRANTS, ACCESS_REGISTRANTS) else None)

        unit.state.register(BEN, 2, 0)
        assert unit.state.reservation is None


class TestAReservation:
    def test_needs_a_registration_and_its_key(self, unit: Unit) -> None:
        """Whoever has another key, or none, gets a conflict."""
        unit.registered(ANN)

        for nexus, key in ((BEN, 0), (BEN, 1), (ANN, 2)):
            with pytest.raises(ReservationConflict):
                unit.state.reserve(nexus, key, WRITE)

    def test_may_be_made_again_by_its_holder_alike(self, unit: Unit) -> None:
        """With another type it is a conflict, and from another nexus, too."""
        unit.registered(ANN, BEN).state.reserve(ANN, 1, WRITE)
        unit.state.reserve(ANN, 1, WRITE)

        with pytest.raises(ReservationConflict):
            unit.state.reserve(ANN, 1, ACCESS)
        with pytest.raises(ReservationConflict):
            unit.state.reserve(BEN, 2, WRITE)

    @pytest.mark.parametrize("kind", [WRITE_ALL, ACCESS_ALL])
    def test_of_all_registrants_is_held_by_each(self, unit: Unit, kind: ReservationType) -> None:
        """By those, too, who register later."""
        unit.registered(ANN, BEN).state.reserve(ANN, 1, kind)
        unit.state.reserve(BEN, 2, kind)

        assert unit.state.is_holder(BEN)
        assert not unit.state.is_holder(CAT)
        unit.state.register(CAT, 0, 3)
        assert unit.state.is_holder(CAT)

    def test_does_not_count_as_a_change_of_registrations(self, unit: Unit) -> None:
        """The generation is theirs."""
        unit.registered(ANN).state.reserve(ANN, 1, WRITE)
        unit.state.release(ANN, 1, WRITE)

        assert unit.state.generation == 1


class TestARelease:
    @pytest.mark.parametrize("kind", ReservationType)
    def test_ends_the_reservation(self, unit: Unit, kind: ReservationType) -> None:
        """Those who had been let in are told; the holder knows."""
        unit.registered(ANN, BEN).state.reserve(ANN, 1, kind)
        unit.state.release(ANN, 1, kind)

        assert unit.state.reservation is None
        assert unit.told(BEN) == (RESERVATIONS_RELEASED if kind in TELL else None)
        assert unit.told(ANN) is None

    def test_by_who_does_not_hold_it_does_nothing(self, unit: Unit) -> None:
        """It is no error."""
        unit.registered(ANN, BEN).state.reserve(ANN, 1, WRITE)
        unit.state.release(BEN, 2, WRITE)

        assert unit.state.reservation == Reservation(ANN, WRITE)

    def test_of_another_type_is_refused(self, unit: Unit) -> None:
        """With sense data of its own."""
        unit.registered(ANN).state.reserve(ANN, 1, WRITE)

        with pytest.raises(CheckCondition) as refused:
            unit.state.release(ANN, 1, ACCESS)
        assert refused.value.sense == INVALID_RELEASE

    def test_needs_a_registration_and_its_key(self, unit: Unit) -> None:
        """As everything does."""
        unit.registered(ANN)

        for nexus, key in ((BEN, 0), (ANN, 2)):
            with pytest.raises(ReservationConflict):
                unit.state.release(nexus, key, WRITE)


class TestClearing:
    def test_forgets_everything_and_tells_the_others(self, unit: Unit) -> None:
        """Whoever is registered may do it, the holder or not."""
        unit.registered(ANN, BEN).state.reserve(ANN, 1, WRITE)
        unit.state.clear(BEN, 2)

        assert (unit.state.registrations, unit.state.reservation, unit.state.generation) == ({}, None, 3)
        assert unit.told(ANN) == RESERVATIONS_PREEMPTED
        assert unit.told(BEN) is None

    def test_needs_a_registration(self, unit: Unit) -> None:
        """A stranger clears nothing."""
        unit.registered(ANN)

        with pytest.raises(ReservationConflict):
            unit.state.clear(BEN, 1)


class TestPreempting:
    @pytest.mark.parametrize("kind", [WRITE, ACCESS, WRITE_REGISTRANTS, ACCESS_REGISTRANTS])
    def test_the_holder_takes_the_reservation_over(self, unit: Unit, kind: ReservationType) -> None:
        """The holder is no longer registered, and is told."""
        unit.registered(ANN, BEN).state.reserve(ANN, 1, kind)
        unit.state.preempt(BEN, 2, 1, kind)

        assert unit.state.registrations == {BEN: 2}
        assert unit.state.reservation == Reservation(BEN, kind)
        assert unit.told(ANN) == REGISTRATIONS_PREEMPTED

    def test_the_holder_may_change_the_type(self, unit: Unit) -> None:
        """Those who stay registered are told that what they had been let in to is over."""
        unit.registered(ANN, BEN, CAT).state.reserve(ANN, 1, WRITE_REGISTRANTS)
        unit.state.preempt(BEN, 2, 1, ACCESS)

        assert unit.state.reservation == Reservation(BEN, ACCESS)
        assert unit.told(CAT) == RESERVATIONS_RELEASED

    def test_oneself_changes_the_type(self, unit: Unit) -> None:
        """The holder's own key keeps its registration."""
        unit.registered(ANN).state.reserve(ANN, 1, WRITE)
        unit.state.preempt(ANN, 1, 1, ACCESS)

        assert unit.state.registrations == {ANN: 1}
        assert unit.state.reservation == Reservation(ANN, ACCESS)

    def test_another_takes_only_its_registration(self, unit: Unit) -> None:
        """The reservation stays with its holder."""
        unit.registered(ANN, BEN, CAT).state.reserve(ANN, 1, WRITE)
        unit.state.preempt(BEN, 2, 3, ACCESS)

        assert unit.state.registrations == {ANN: 1, BEN: 2}
        assert unit.state.reservation == Reservation(ANN, WRITE)
        assert unit.told(CAT) == REGISTRATIONS_PREEMPTED

    @pytest.mark.parametrize("kind", [WRITE_ALL, ACCESS_ALL])
    def test_everybody_takes_the_reservation_of_all_registrants(self, unit: Unit, kind: ReservationType) -> None:
        """With a key of zero; with the key of one of them, that one's registration alone."""
        unit.registered(ANN, BEN, CAT).state.reserve(ANN, 1, kind)

        unit.state.preempt(BEN, 2, 1, ACCESS)
        assert unit.state.reservation == Reservation(ANN, kind)
        assert unit.state.registrations == {BEN: 2, CAT: 3}

        unit.state.preempt(BEN, 2, 0, ACCESS)
        assert unit.state.reservation == Reservation(BEN, ACCESS)
        assert unit.state.registrations == {BEN: 2}
        assert unit.told(CAT) == REGISTRATIONS_PREEMPTED

    def test_a_key_that_nobody_has_is_a_conflict(self, unit: Unit) -> None:
        """Nothing changed."""
        unit.registered(ANN).state.reserve(ANN, 1, WRITE)

        with pytest.raises(ReservationConflict):
            unit.state.preempt(ANN, 1, 9, WRITE)
        assert unit.state.generation == 1

    @pytest.mark.parametrize("kind", [None, WRITE, ACCESS_REGISTRANTS])
    def test_a_key_of_zero_is_refused(self, unit: Unit, kind: ReservationType | None) -> None:
        """Unless all registrants hold the reservation."""
        unit.registered(ANN)
        if kind is not None:
            unit.state.reserve(ANN, 1, kind)

        with pytest.raises(CheckCondition) as refused:
            unit.state.preempt(ANN, 1, 0, WRITE)
        assert refused.value.sense == INVALID_FIELD_IN_PARAMETERS

    def test_needs_a_registration_and_its_key(self, unit: Unit) -> None:
        """A stranger takes nothing."""
        unit.registered(ANN)

        for nexus, key in ((BEN, 0), (ANN, 2)):
            with pytest.raises(ReservationConflict):
                unit.state.preempt(nexus, key, 1, WRITE)


# Who may do what under a reservation: the holder, a registered nexus, and one that is not registered.
# Each (reads, writes). The rows of SPC for commands that read, and that write, the medium.
CONFLICTS = {
    WRITE: ((True, True), (True, False), (True, False)),
    ACCESS: ((True, True), (False, False), (False, False)),
    WRITE_REGISTRANTS: ((True, True), (True, True), (True, False)),
    ACCESS_REGISTRANTS: ((True, True), (True, True), (False, False)),
    WRITE_ALL: ((True, True), (True, True), (True, False)),
    ACCESS_ALL: ((True, True), (True, True), (False, False)),
}


class TestTheTableOfConflicts:
    @pytest.mark.parametrize("kind", ReservationType)
    def test_says_who_may_read_and_write(self, unit: Unit, kind: ReservationType) -> None:
        """The holder, a registered nexus, a stranger."""
        unit.registered(ANN, BEN).state.reserve(ANN, 1, kind)

        allowed = tuple(
            (unit.state.allows(nexus, write=False), unit.state.allows(nexus, write=True)) for nexus in (ANN, BEN, CAT)
        )
        assert allowed == CONFLICTS[kind]

    def test_is_empty_without_a_reservation(self, unit: Unit) -> None:
        """A registration alone forbids nothing."""
        unit.registered(ANN)

        assert unit.state.allows(CAT, write=True)


KEYS = st.integers(0, 3)
KINDS = st.sampled_from(ReservationType)
Action = Callable[[PersistentReservations, Nexus], None]


def register(key: int, new: int, *, ignore: bool) -> Action:
    """Return a registration."""
    return lambda state, nexus: state.register(nexus, key, new, ignore=ignore)


ACTIONS: st.SearchStrategy[Action] = st.one_of(
    st.builds(register, KEYS, KEYS, ignore=st.booleans()),
    st.builds(lambda key, kind: lambda state, nexus: state.reserve(nexus, key, kind), KEYS, KINDS),
    st.builds(lambda key, kind: lambda state, nexus: state.release(nexus, key, kind), KEYS, KINDS),
    st.builds(lambda key: lambda state, nexus: state.clear(nexus, key), KEYS),
    st.builds(lambda key, old, kind: lambda state, nexus: state.preempt(nexus, key, old, kind), KEYS, KEYS, KINDS),
)


class TestAnySequenceOfActions:
    @given(st.lists(st.tuples(st.sampled_from([ANN, BEN, CAT]), ACTIONS), max_size=30))
    def test_leaves_a_state_that_makes_sense(self, actions: list[tuple[Nexus, Action]]) -> None:
        """A reservation has a registered holder; what is refused changes nothing; generations only grow."""
        state = Unit().state
        for nexus, action in actions:
            before = (state.registrations, state.reservation, state.generation)
            refused = True
            with suppress(ReservationConflict, CheckCondition):
                action(state, nexus)
                refused = False

            after = (state.registrations, state.reservation, state.generation)
            assert after == before or not refused
            assert after[2] > before[2] or after[0] == before[0]
            held = state.reservation
            assert held is None or any(map(state.is_holder, (ANN, BEN, CAT)))
            assert held is None or held.type.is_for_all_registrants or held.holder in state.registrations

    @given(st.lists(st.tuples(st.sampled_from([ANN, BEN, CAT]), ACTIONS), max_size=30))
    def test_follows_the_table_of_conflicts(self, actions: list[tuple[Nexus, Action]]) -> None:
        """At every moment, for every nexus."""
        state = Unit().state
        for nexus, action in actions:
            with suppress(ReservationConflict, CheckCondition):
                action(state, nexus)
            for each in (ANN, BEN, CAT):
                role = 0 if state.is_holder(each) else 1 if each in state.registrations else 2
                expected = CONFLICTS[state.reservation.type][role] if state.reservation else (True, True)
                assert (state.allows(each, write=False), state.allows(each, write=True)) == expected
