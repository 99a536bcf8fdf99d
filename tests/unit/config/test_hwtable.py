"""The built-in arrays against the facts of multipath-tools 0.14.3."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from multipath.config.arrays import ARRAYS
from multipath.config.configuration import Configuration
from multipath.config.entry import DeviceEntry, Subject
from multipath.config.hwtable import built_in
from multipath.config.schema import OPTIONS, Scope

FACTS: Final[list[dict[str, Any]]] = json.loads((Path(__file__).parents[2] / "golden/arrays.json").read_text())
# Every vendor that some entry is for.
VENDORS: Final = sorted({name for fact in FACTS for name in fact["vendor"].strip("^()").split("|")})
# Devices that more than one entry is for: (vendor, product, the option they disagree about, what the reference says).
DISPUTED: Final = [
    ("NVME", "HPE Alletra", "no_path_retry", "queue"),
    ("NVME", "HPE Alletra", "path_checker", "none"),
    ("NVME", "Pure Storage FlashArray", "uid_attribute", "ID_WWN"),
    ("HITACHI", "DF600F", "path_grouping_policy", "multibus"),
    ("HITACHI", "DF600F", "prio", "hds"),
    ("HITACHI", "DF800", "path_grouping_policy", "group_by_prio"),
]


def entry_of(fact: dict[str, Any]) -> DeviceEntry:
    """Return the one entry for a fact."""
    (found,) = (
        entry for entry in built_in() if (entry.vendor.text, entry.product.text) == (fact["vendor"], fact["product"])
    )
    return found


class TestTheTable:
    @pytest.mark.parametrize("fact", FACTS, ids=lambda fact: f"{fact['vendor']} {fact['product']}")
    def test_has_every_array_with_all_its_options(self, fact: dict[str, Any]) -> None:
        """And none that the facts do not have."""
        entry = entry_of(fact)

        assert {name: setting.text for name, setting in entry.settings.items()} == {
            name: str(value) for name, value in fact["settings"].items()
        }
        blacklist = entry.product_blacklist
        assert (blacklist.text if blacklist else None) == fact.get("product_blacklist")

    def test_has_nothing_else(self) -> None:
        """One entry for each array."""
        assert len(built_in()) == len(FACTS) == 137

    def test_says_nothing_that_a_file_could_not_say(self) -> None:
        """Each value is one that the option takes in a ``device``."""
        settings = [setting for entry in built_in() for setting in entry.settings.values()]

        assert all(Scope.DEVICE in OPTIONS[setting.option].scopes for setting in settings)
        assert all(OPTIONS[setting.option].kind.meaning(setting.text).value == setting.value for setting in settings)

    def test_is_ordered_by_maker(self) -> None:
        """Whoever looks for an array knows where."""
        makers = [maker.casefold() for maker in ARRAYS]

        assert makers == sorted(makers)

    @pytest.mark.parametrize("vendor", VENDORS)
    def test_has_the_entries_of_a_vendor_in_the_order_of_the_facts(self, vendor: str) -> None:
        """So the same one wins, whatever the product: the order tells only when more than one entry fits."""
        places = {(fact["vendor"], fact["product"]): place for place, fact in enumerate(FACTS)}

        found = [places[entry.vendor.text, entry.product.text] for entry in built_in() if entry.vendor.search(vendor)]

        assert found
        assert found == sorted(found)


class TestADeviceOfTwoEntries:
    @pytest.mark.parametrize(("vendor", "product", "option", "value"), DISPUTED)
    def test_gets_each_option_from_the_later_one(self, vendor: str, product: str, option: str, value: object) -> None:
        """As in the reference's order."""
        assert Configuration().effective(option, Subject(vendor, product)).value == value
