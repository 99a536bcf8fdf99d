from dataclasses import replace

import pytest

from multipath.config.entry import Subject
from multipath.config.setting import Layer
from multipath.paths.path import Path
from multipath.policy import detection
from multipath.policy.member import Member

from .world import NVME, a_member, a_path, by, configured

SUBJECT = Subject("ACME", "disk")
# TPGS and attached handler of each path, what the entry says, and the handler of the map.
HANDLERS: list[tuple[list[tuple[int | None, str | None]], str | None, str, str]] = [
    ([(1, None), (1, None)], None, "1 alua", "the paths support ALUA"),
    ([(1, None), (None, None)], None, "1 alua", "the paths support ALUA"),
    ([(None, None)], None, "0", ""),
    ([(0, None)], None, "0", ""),
    ([(1, None), (0, None)], None, "0", ""),
    ([(1, "alua"), (0, "alua")], None, "0", "sdb does not support ALUA"),
    ([(1, None), (1, "alua")], None, "1 alua", "attached to sdb"),
    ([(0, "rdac")], "1 emc", "1 rdac", "attached to sda"),
    ([(0, None)], "1 emc", "1 emc", ""),
    ([(1, None)], "0", "0", ""),
    ([(0, None)], "1 alua", "0", "sda does not support ALUA"),
]


def members(facts: list[tuple[int | None, str | None]]) -> list[Member]:
    """Return paths with these TPGS fields and handlers."""
    return [a_member(unit, tpgs=tpgs, handler=handler) for unit, (tpgs, handler) in enumerate(facts)]


class TestTheHandler:
    @pytest.mark.parametrize(("paths", "entry", "handler", "reason"), HANDLERS)
    def test_follows_from_what_is_attached_configured_and_supported(
        self, paths: list[tuple[int | None, str | None]], entry: str | None, handler: str, reason: str
    ) -> None:
        """In this order; and alua is for paths that all may have it."""
        options = configured(**({} if entry is None else {"hardware_handler": entry}))

        found = detection.hardware_handler(members(paths), options, SUBJECT, retained=True)

        assert found.value == handler
        assert found.origin.detail == reason
        assert (found.origin.layer is Layer.DETECTED) is bool(reason)

    def test_that_is_attached_means_nothing_where_it_is_not_retained(self) -> None:
        """On old kernels, when the configuration says so."""
        found = detection.hardware_handler(members([(0, "rdac")]), configured(), SUBJECT, retained=False)

        assert found.value == "0"


class TestTheGroupingPolicy:
    @pytest.mark.parametrize(
        ("names", "options", "policy"),
        [
            (["sysfs", "alua"], {}, "group_by_prio"),
            (["sysfs", "sysfs"], {"detect_pgpolicy_use_tpg": True}, "group_by_tpg"),
            (["sysfs", "const"], {"path_grouping_policy": "multibus"}, "multibus"),
            (["ana", "ana"], {"path_grouping_policy": "multibus"}, "multibus"),
            (["sysfs"], {"path_grouping_policy": "multibus", "detect_pgpolicy": False}, "multibus"),
            (["const"], {"path_grouping_policy": "group_by_tpg"}, "failover"),
            (["sysfs"], {"path_grouping_policy": "group_by_tpg", "detect_pgpolicy": False}, "group_by_tpg"),
            ([], {}, "failover"),
        ],
    )
    def test_is_detected_where_all_paths_speak_alua(
        self, names: list[str], options: dict[str, bool | str], policy: str
    ) -> None:
        """And configured where one does not; by port group only with ALUA."""
        paths = [by(a_member(unit), name) for unit, name in enumerate(names)]

        assert detection.grouping_policy(paths, configured(**options), SUBJECT).value == policy

    def test_that_loses_is_not_forgotten(self) -> None:
        """It stands among the losing settings, with its line."""
        options = configured(path_grouping_policy="multibus")

        found = detection.grouping_policy([by(a_member(), "sysfs")], options, SUBJECT)

        assert [(setting.value, setting.origin.line) for setting in found.losing] == [("multibus", 7), ("failover", 0)]
        assert str(found.origin) == "detected (every path speaks ALUA)"

    def test_is_not_detected_for_paths_that_nobody_looked_at(self) -> None:
        """A path without a prioritizer speaks nothing."""
        assert detection.grouping_policy([a_member()], configured(), SUBJECT).value == "failover"


class TestTheChecker:
    @pytest.mark.parametrize(
        ("path", "options", "checker"),
        [
            (a_path(tpgs=1), {"path_checker": "directio"}, "tur"),
            (a_path(tpgs=0), {"path_checker": "directio"}, "directio"),
            (a_path(tpgs=1), {"path_checker": "directio", "detect_checker": False}, "directio"),
            (a_path(tpgs=1), {"path_checker": "rdac"}, "rdac"),
            (replace(NVME, tpgs=None), {"path_checker": "none"}, "none"),
        ],
    )
    def test_is_tur_where_the_path_speaks_alua(self, path: Path, options: dict[str, bool | str], checker: str) -> None:
        """But that of the array where its entry names rdac, and the configured one elsewhere."""
        assert detection.checker(path, configured(**options)).value == checker
