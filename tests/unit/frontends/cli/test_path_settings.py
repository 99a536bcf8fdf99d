"""The options of a path and of a map, with what the hardware decides."""

from collections.abc import Iterator

import pytest

from multipath import Host, MultipathTable
from multipath.config.configuration import Configuration
from multipath.config.reader import read_configuration
from multipath.config.setting import Layer
from multipath.frontends.cli.path_settings import of_map, of_path, telling
from multipath.virtual import VirtualHost
from multipath.virtual.model import Model

TEXT = """\
defaults {
	find_multipaths yes
	path_checker readsector0
	prio weightedpath
	prio_args "devname sda 7"
	no_path_retry queue
}
"""
ALUA = ("active/optimized", "standby")


@pytest.fixture
def host() -> Iterator[Host]:
    """Give a machine with an array that nobody knows: one unit, with ALUA."""
    with VirtualHost() as world, Host(**world.seams()) as host:
        world.add_array(paths=2, groups=ALUA, model=Model(vendor="EXAMPLE", product="DISK"))
        yield host


@pytest.fixture
def wanted() -> Configuration:
    """Return what the administrator wants."""
    return read_configuration([("multipath.conf", TEXT)])


class TestAPath:
    @pytest.mark.parametrize(
        ("option", "value", "layer"),
        [
            ("path_checker", "tur", Layer.DETECTED),
            ("prio", "sysfs", Layer.DETECTED),
            ("prio_args", "", Layer.DETECTED),
            ("no_path_retry", "queue", Layer.DEFAULTS),
        ],
    )
    def test_has_what_was_detected_before_what_was_written(
        self, host: Host, wanted: Configuration, option: str, value: str, layer: Layer
    ) -> None:
        """Arguments that were meant for another prioritizer are none."""
        found = of_path(option, host.paths()[0], None, wanted)

        assert (found.value, found.origin.layer) == (value, layer)

    def test_keeps_what_lost(self, host: Host, wanted: Configuration) -> None:
        """The line in the file is still told."""
        losing = of_path("path_checker", host.paths()[0], None, wanted).losing

        assert (losing[0].value, losing[0].origin.line) == ("readsector0", 3)


class TestAMap:
    @pytest.mark.parametrize(
        ("option", "value"), [("path_grouping_policy", "group_by_prio"), ("path_checker", "tur"), ("verbosity", 2)]
    )
    def test_has_its_own_options_and_those_of_its_paths(
        self, host: Host, wanted: Configuration, option: str, value: object
    ) -> None:
        """Whatever is asked of it."""
        (planned,) = host.plan(wanted).maps

        assert of_map(option, planned, wanted).value == value

    def test_that_is_refused_has_what_is_written(self, host: Host, wanted: Configuration) -> None:
        """Nothing was detected for it."""
        host.create("other", MultipathTable.build([[path.name for path in host.paths()]]), uuid="MINE-1")
        (planned,) = host.plan(wanted).maps

        assert of_map("path_grouping_policy", planned, wanted).origin.layer is Layer.BUILT_IN
        assert of_map("no_path_retry", planned, wanted).value == "queue"


def test_what_nobody_set_is_left_out_unless_it_matters(host: Host, wanted: Configuration) -> None:
    """So that the few that somebody set are seen."""
    (planned,) = host.plan(wanted).maps
    options = ("failback", "skip_kpartx", "no_path_retry")

    assert [each.option for each in telling([of_map(option, planned, wanted) for option in options])] == [
        "failback",
        "no_path_retry",
    ]
