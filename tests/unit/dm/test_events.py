"""What happened between two lists of devices."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.dm.device import DeviceEntry
from multipath.dm.events import DeviceChange, DeviceChangeKind, compare
from multipath.units import DevT, devt

A = DeviceEntry("mpatha", devt(253, 0), 3, "mpath-a")
B = DeviceEntry("mpathb", devt(253, 1), 0, "mpath-b")
LISTS = st.lists(
    st.builds(
        DeviceEntry,
        st.sampled_from("abc"),
        st.integers(0, 3).map(lambda minor: devt(253, minor)),
        st.one_of(st.none(), st.integers(0, 2)),
        st.sampled_from([None, "", "mpath-a", "mpath-b"]),
    ),
    unique_by=lambda entry: entry.devt,
)


def listed(*entries: DeviceEntry) -> dict[DevT, DeviceEntry]:
    """Return a list by number, as a reader keeps it."""
    return {entry.devt: entry for entry in entries}


class TestTwoListsOfDevices:
    @pytest.mark.parametrize(
        ("before", "now", "changes"),
        [
            ([], [], []),
            ([A, B], [B, A], []),
            ([], [A], [("added", "mpatha")]),
            ([A], [], [("removed", "mpatha")]),
            ([A], [replace(A, name="x")], [("renamed", "x")]),
            ([A], [replace(A, event_nr=4)], [("event", "mpatha")]),
            ([A], [replace(A, event_nr=0)], [("event", "mpatha")]),
            ([A], [replace(A, name="x", event_nr=4)], [("renamed", "x")]),
            ([A], [replace(A, uuid="mpath-c")], [("removed", "mpatha"), ("added", "mpatha")]),
            ([A], [replace(B, devt=A.devt)], [("removed", "mpatha"), ("added", "mpathb")]),
            ([A, B], [replace(B, name="mpatha")], [("removed", "mpatha"), ("renamed", "mpatha")]),
        ],
    )
    def test_differ_in_this(
        self, before: list[DeviceEntry], now: list[DeviceEntry], changes: list[tuple[str, str]]
    ) -> None:
        """Numbers name devices, uuids tell whether they are the same, and what is gone comes first."""
        found = compare(listed(*before), listed(*now))

        assert [(change.kind.value, change.entry.name) for change in found] == changes

    def test_keep_what_was_there_before(self) -> None:
        """A change carries both sides, so that nothing of a rename is lost in it."""
        now = replace(A, name="x", event_nr=4)

        assert list(compare(listed(A), listed(now))) == [DeviceChange(DeviceChangeKind.RENAMED, now, A)]

    def test_cannot_tell_a_new_uuid_from_a_new_device(self) -> None:
        """A device that got its uuid late counts as another: the opposite mistake would hide one that was replaced."""
        late = replace(A, uuid="")

        kinds = [change.kind for change in compare(listed(late), listed(A))]

        assert kinds == [DeviceChangeKind.REMOVED, DeviceChangeKind.ADDED]

    @given(LISTS, LISTS)
    def test_are_led_over_by_their_changes(self, before: list[DeviceEntry], now: list[DeviceEntry]) -> None:
        """Whoever applies the changes to the first list has the second."""
        state = listed(*before)
        for change in compare(listed(*before), listed(*now)):
            if change.kind is DeviceChangeKind.REMOVED:
                del state[change.entry.devt]
            else:
                state[change.entry.devt] = change.entry

        assert state == listed(*now)
