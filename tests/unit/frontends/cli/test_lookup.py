"""What a word names: a path, a map, or the paths of a unit without a map."""

from collections.abc import Iterator

import pytest

from multipath import Host, errors
from multipath.config.reader import read_configuration
from multipath.frontends.cli.lookup import Named, each_once, map_of, named, verdicts_of
from multipath.maps.plan import Plan
from multipath.virtual import VirtualHost

TEXT = "defaults {\n find_multipaths yes\n user_friendly_names yes\n}\n"


@pytest.fixture
def host() -> Iterator[Host]:
    """Give a machine with a map of two paths, a unit that is to get one, and a single path."""
    with VirtualHost() as world, Host(**world.seams()) as host:
        world.add_array(paths=2)
        planned(host).apply()
        world.add_array(paths=2)
        world.add_array(paths=1)
        yield host


def planned(host: Host) -> Plan:
    """Return the plan for it."""
    return host.plan(read_configuration([("multipath.conf", TEXT)]))


def names(found: Named) -> list[str]:
    """Return the names of the paths."""
    return [verdict.path.name for verdict in found.paths]


class TestAPath:
    @pytest.mark.parametrize("ref", ["sdc", "8:32", "/dev/sdc", "1:0:0:0"])
    def test_has_a_name_a_number_a_node_and_an_address(self, host: Host, ref: str) -> None:
        """Each of them exact."""
        plan = planned(host)
        address = next(each.path.hctl for each in plan.paths if each.path.name == "sdc")

        assert names(named(host, plan, str(address) if ref.count(":") == 3 else ref)) == ["sdc"]

    def test_is_in_the_map_of_its_unit(self, host: Host) -> None:
        """Or in none."""
        plan = planned(host)
        maps = [map_of(plan, verdict.path.devt) for verdict in plan.paths]

        assert [each and each.name for each in maps] == ["mpatha", "mpatha", "mpathb", "mpathb", None]


class TestAMap:
    def test_answers_to_all_of_its_names(self, host: Host) -> None:
        """Name, node, WWID, uuid, number."""
        plan = planned(host)
        (live,) = host.maps()
        info = live.info()

        for ref in ("mpatha", "/dev/mapper/mpatha", info.node, f"/dev/{info.node}", info.uuid, info.uuid[6:], "253:0"):
            found = named(host, plan, ref).planned
            assert found
            assert found.name == "mpatha"

    def test_that_is_yet_to_be_made_answers_too(self, host: Host) -> None:
        """To the name that it will have."""
        plan = planned(host)
        found = named(host, plan, "mpathb").planned

        assert found
        assert found.live is None
        assert [each.path.name for each in verdicts_of(plan, found)] == ["sdc", "sdd"]

    def test_that_is_called_as_another_is_known_is_ambiguous(self, host: Host) -> None:
        """Nobody guesses which one was meant."""
        first, second = (str(wwid) for wwid in dict.fromkeys(each.wwid for each in planned(host).paths[:4]))
        (live,) = host.maps()
        live.rename(second)
        alias = f"multipaths {{\n multipath {{\n  wwid {first}\n  alias {second}\n }}\n}}\n"
        plan = host.plan(read_configuration([("multipath.conf", TEXT + alias)]))

        with pytest.raises(errors.AmbiguousRef, match=first):
            named(host, plan, second)


class TestAUnitWithoutAMap:
    def test_is_its_paths(self, host: Host) -> None:
        """By the WWID that they have in common."""
        plan = planned(host)
        wwid = str(plan.paths[-1].wwid)

        assert names(named(host, plan, wwid)) == ["sde"]


class TestAnythingElse:
    @pytest.mark.parametrize("ref", ["", "sd", "mpath", "8:999", "/dev/null", "0:0:0", "\x1b"])
    def test_is_not_found(self, host: Host, ref: str) -> None:
        """Part of a name is no name."""
        with pytest.raises(errors.NotFound):
            named(host, planned(host), ref)


def test_what_was_named_twice_is_there_once(host: Host) -> None:
    """In the order of the words."""
    plan = planned(host)
    paths, maps = each_once([named(host, plan, ref) for ref in ("sdb", "sda", "8:16", "mpatha", "mpathb", "mpatha")])

    assert [each.path.name for each in paths] == ["sdb", "sda"]
    assert [each.name for each in maps] == ["mpatha", "mpathb"]
