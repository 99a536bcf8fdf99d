from dataclasses import replace

import pytest

from multipath.config.setting import Layer, Value
from multipath.policy.prioritizer import prioritizer

from .world import NVME, WWID, a_path, configured, layered

ALUA = a_path(tpgs=1, access_state="active/optimized")
M, O, V, H, D = Layer.MULTIPATHS, Layer.OVERRIDES, Layer.DEVICES, Layer.HWTABLE, Layer.DEFAULTS  # noqa: E741 - scopes
BIT = "exclusive_pref_bit"
# What is configured, and the name and arguments of the prioritizer of a path whose own is not looked for.
WRITTEN: list[tuple[dict[Layer, dict[str, Value]], str, str]] = [
    ({}, "const", ""),
    ({V: {"prio": "weightedpath", "prio_args": "devname sda 5"}}, "weightedpath", "devname sda 5"),
    ({V: {"prio": "alua"}, H: {"prio_args": BIT}}, "alua", BIT),
    ({M: {"prio": "alua"}, V: {"prio_args": BIT}}, "alua", ""),
    ({O: {"prio": "alua", "prio_args": BIT}, V: {"prio": "rdac", "prio_args": "x"}}, "alua", BIT),
    ({O: {"prio_args": BIT}, V: {"prio": "alua"}}, "alua", ""),
    ({D: {"prio": "alua", "prio_args": BIT}}, "alua", BIT),
    ({D: {"prio_args": BIT}}, "const", ""),
    ({V: {"prio_args": BIT}}, "const", ""),
]
# What is configured, and the arguments of sysfs, which the path has anyway.
DETECTED: list[tuple[dict[Layer, dict[str, Value]], str]] = [
    ({}, ""),
    ({V: {"prio": "sysfs", "prio_args": BIT}}, BIT),
    ({V: {"prio": "alua", "prio_args": BIT}}, BIT),
    ({D: {"prio": "alua", "prio_args": BIT}}, BIT),
    ({V: {"prio": "weightedpath", "prio_args": "devname sda 5"}}, ""),
    ({M: {"prio": "alua"}, V: {"prio_args": BIT}}, ""),
    ({H: {"prio_args": BIT}}, BIT),
    ({H: {"prio_args": BIT}, D: {"prio": "const", "prio_args": ""}}, BIT),
    ({D: {"prio_args": BIT}}, ""),
]


def of(path: object = ALUA, **options: Value) -> str:
    """Return the name of a path's prioritizer."""
    return prioritizer(path, configured(**options), WWID).name  # type: ignore[arg-type]


class TestThePrioritizerOfAPath:
    def test_reads_the_state_that_the_kernel_shows(self) -> None:
        """With ALUA and a device handler."""
        chosen = prioritizer(ALUA, configured(prio="rdac"), WWID)

        assert chosen.name == "sysfs"
        assert str(chosen) == "sysfs, detected (TPGS 1, and the kernel shows the access_state)"
        assert [setting.value for setting in chosen.losing] == ["rdac", "const"]

    def test_asks_the_array_where_the_kernel_shows_nothing(self) -> None:
        """With ALUA and no device handler."""
        assert of(a_path(tpgs=3)) == "alua"

    @pytest.mark.parametrize(("tpgs", "name"), [(1, "alua"), (2, "sysfs"), (3, "alua")])
    def test_asks_an_rdac_array_itself(self, tpgs: int, name: str) -> None:
        """It balances its load by being asked, unless a host may set the states only explicitly."""
        assert of(replace(ALUA, tpgs=tpgs), path_checker="rdac") == name

    def test_knows_an_rdac_array_by_its_entry(self) -> None:
        """Not by what the administrator wants for all arrays; but an override hides no entry."""
        for_all = layered({Layer.DEFAULTS: {"path_checker": "rdac"}})
        hidden = layered({Layer.OVERRIDES: {"path_checker": "tur"}, Layer.HWTABLE: {"path_checker": "rdac"}})

        assert [prioritizer(ALUA, each).name for each in (for_all, hidden)] == ["sysfs", "alua"]

    def test_of_a_namespace_is_ana(self) -> None:
        """Where the controller reports it."""
        assert of(replace(NVME, ana_state="optimized")) == "ana"
        assert of(NVME) == "const"

    @pytest.mark.parametrize("tpgs", [0, None])
    def test_is_the_configured_one_without_alua(self, tpgs: int | None) -> None:
        """Nothing is detected."""
        assert of(a_path(tpgs=tpgs), prio="rdac") == "rdac"

    def test_is_the_configured_one_where_nothing_shall_be_detected(self) -> None:
        """``detect_prio no``."""
        assert of(ALUA, detect_prio=False, prio="hp_sw") == "hp_sw"

    def test_is_const_where_alua_cannot_be(self) -> None:
        """A path without ALUA, and one that is no SCSI device."""
        assert of(a_path(tpgs=0), prio="alua") == "const"
        assert of(NVME, prio="alua") == "const"
        assert of(a_path(tpgs=None), prio="alua") == "alua"


class TestTheArguments:
    @pytest.mark.parametrize(("layers", "name", "args"), WRITTEN)
    def test_come_from_where_the_name_stands(self, layers: dict[Layer, dict[str, Value]], name: str, args: str) -> None:
        """In ``devices`` from any entry, else from that section alone."""
        chosen = prioritizer(a_path(), layered(layers), WWID)

        assert (chosen.name, chosen.args) == (name, args)

    @pytest.mark.parametrize(("layers", "args"), DETECTED)
    def test_reach_a_detected_prioritizer_of_the_same_family(
        self, layers: dict[Layer, dict[str, Value]], args: str
    ) -> None:
        """multipath-tools loses them; here what was meant for alua or sysfs is not lost."""
        chosen = prioritizer(ALUA, layered(layers), WWID)

        assert (chosen.name, chosen.args) == ("sysfs", args)
