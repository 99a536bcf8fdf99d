"""Paths that are not registered with the map's key."""

import pytest

from multipath.wire.reservation import ReservationKeys

from .patient import Patient, configured, found, ids

KEY = 0xABC


@pytest.fixture
def keyed(patient: Patient) -> Patient:
    """Give a host whose maps have a key, with one map."""
    patient.config = configured(f"reservation_key {KEY:#x}")
    patient.mapped()
    return patient


class TestAMap:
    def test_of_which_some_paths_are_registered_is_told(self, keyed: Patient) -> None:
        """A path that came later, most likely."""
        unit = keyed.facts().maps[0].wwid
        keys = ReservationKeys(3, (KEY, KEY, KEY))

        (diagnosis,) = found(keyed.facts(keys={unit: keys}), "reservation-partial")
        assert diagnosis.evidence == "3 of 4 paths are registered with 0xabc"

    def test_of_which_none_is_registered_is_told_where_others_are(self, keyed: Patient) -> None:
        """This host was fenced."""
        unit = keyed.facts().maps[0].wwid

        assert ids(keyed.facts(keys={unit: ReservationKeys(3, (0xDEF,))})) == ["reservation-lost"]

    def test_that_nobody_uses_keys_of_is_well(self, keyed: Patient) -> None:
        """A key in the configuration is for when a cluster comes."""
        assert ids(keyed.facts()) == []

    def test_of_an_array_that_counts_adapters_is_well(self, keyed: Patient) -> None:
        """Some give one registration to each."""
        unit = keyed.facts().maps[0].wwid

        assert ids(keyed.facts(keys={unit: ReservationKeys(3, (KEY, KEY))})) == []

    def test_that_is_registered_on_every_path_is_well(self, keyed: Patient) -> None:
        """As the unit itself tells when it is asked."""
        mpath = keyed.host.map("mpatha")
        keyed.host.reservations(mpath.uuid).register(KEY)

        facts = keyed.facts()
        assert facts.keys[facts.maps[0].wwid].keys == (KEY,) * 4
        assert ids(facts) == []

    def test_with_a_path_that_came_later_is_told_by_the_unit(self, keyed: Patient) -> None:
        """It was not used when the others were registered."""
        mpath = keyed.host.map("mpatha")
        mpath.fail_path("8:0")
        keyed.host.reservations("mpatha").register(KEY)
        mpath.reinstate_path("8:0")

        assert ids(keyed.facts()) == ["reservation-partial"]
