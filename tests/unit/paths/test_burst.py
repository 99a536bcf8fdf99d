"""Of many uevents those are kept that still matter."""

import pytest

from multipath.paths.burst import merged
from multipath.paths.uevent import Uevent


def words(text: str) -> list[Uevent]:
    """Return uevents of ``action:device``."""
    pairs = (word.partition(":")[::2] for word in text.split())
    return [Uevent(action, f"/block/{name}", "block", {}, number) for number, (action, name) in enumerate(pairs)]


class TestABurst:
    @pytest.mark.parametrize(
        ("came", "kept"),
        [
            ("change:sda change:sda change:sda", "change:sda"),
            ("change:sda add:sda", "add:sda"),
            ("add:sda change:sda", "add:sda change:sda"),
            ("add:sda change:sda remove:sda", "remove:sda"),
            ("remove:sda add:sda", "remove:sda add:sda"),
            ("change:sda remove:sdb change:sda", "remove:sdb change:sda"),
            ("change:dm-0 change:dm-0", "change:dm-0 change:dm-0"),
        ],
    )
    def test_is_what_still_matters(self, came: str, kept: str) -> None:
        """A removal makes all before it moot, an addition the changes; of a map all are kept."""
        assert [f"{uevent.action}:{uevent.name}" for uevent in merged(words(came))] == kept.split()

    def test_is_put_in_order(self) -> None:
        """By the numbers of the kernel, not as they came."""
        assert [uevent.seqnum for uevent in merged(reversed(words("add:sda add:sdb remove:sdc")))] == [0, 1, 2]
