import json
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multipath._native import codec
from multipath.dm.holders import Holder
from multipath.maps.bindings import parse_bindings
from multipath.maps.plan import Plan
from multipath.maps.planned_map import Action, PlannedMap
from multipath.paths.state import PathState
from multipath.policy.observation import Observation
from multipath.units import DevT, Sectors

from .world import CONFIGURATION, SIZE, a_live_map, a_path, inputs, made, number_of, page_of, plan, units, wwid_of

SELECTORS = (
    "service-time 0",
    "round-robin 0",
    "queue-length 0",
    "historical-service-time 0",
    "historical-service-time 2 512 1",
)
FIRST, SECOND = "service-time 0 2 2 8:0 1 1 8:32 1 1", "service-time 0 2 2 8:16 1 1 8:48 1 1"
TABLE = f"0 1 alua 2 1 {FIRST} {SECOND}"


def only(found: Plan) -> PlannedMap:
    """Return the one map of a plan."""
    (planned,) = found.maps
    return planned


def codes(planned: PlannedMap) -> list[str]:
    """Return why it is planned."""
    return [reason.code for reason in planned.reasons]


def refused(found: Plan) -> list[str]:
    """Return why the one map is refused, and that nothing else is done about it."""
    planned = only(found)
    assert planned.actions == (Action.REFUSE,)
    assert found.changes == ()
    return codes(planned)


def by_udev(wwid: str) -> dict[str, str]:
    """Return what udev's database has of a disk."""
    return {"ID_SERIAL": wwid, "SCSI_IDENT_SERIAL": "0001"}


def live(table: str = TABLE, name: str = "mpatha", size: int = SIZE, failed: str = "") -> dict[str, Any]:
    """Return the inputs of a host on which the first unit has this map."""
    snapshot = a_live_map(name, wwid_of(0), table, size, failed=failed)
    bindings = parse_bindings(f"mpatha {wwid_of(0)}\n".encode())
    return {"maps": [snapshot], "names": {name: snapshot.uuid}, "bindings": bindings}


class TestAMapThatIsSuspended:
    def test_is_not_said_to_be_as_it_should(self) -> None:
        """Its table is; but I/O waits, perhaps since somebody was killed."""
        known = made(plan(units(1)).maps)
        (running,) = known["maps"]
        stopped = replace(running, info=replace(running.info, flags=running.info.flags | codec.FLAG_SUSPEND))
        planned = only(plan(units(1), **{**known, "maps": [stopped]}))

        assert (planned.actions, codes(planned)[0]) == ((Action.NOTHING,), "suspended")


class TestAMapOfANewerKernel:
    @pytest.mark.parametrize("what", ["table_line", "status_line"])
    def test_is_refused_and_no_other(self, what: str) -> None:
        """Nobody here can read it, so nobody touches it; the unit beside it gets its map."""
        known = a_live_map("mpatha", wwid_of(0), TABLE)
        newer = replace(known, **{what: replace(getattr(known, what), params="2 of a kind")})
        found = plan(units(2), maps=[newer], names={"mpatha": newer.uuid})

        assert [each.actions for each in found.maps] == [(Action.REFUSE,), (Action.CREATE,)]
        assert codes(found.maps[0]) == ["unreadable-map"]


class TestAUnitWithoutAMap:
    def test_gets_one(self) -> None:
        """Its table, its size and its name."""
        planned = only(plan(units(1)))

        assert (planned.actions, planned.name, planned.binding) == ((Action.CREATE,), "mpatha", "mpatha")
        assert (str(planned.table), planned.size) == (TABLE.replace("0 1", "1 queue_if_no_path 1", 1), SIZE)

    def test_is_made_in_the_order_of_its_first_path(self) -> None:
        """Names follow addresses, not who was found first."""
        found = plan(reversed(units(30, 2)))

        assert [planned.name for planned in found.maps][:3] == ["mpatha", "mpathb", "mpathc"]
        assert [planned.wwid for planned in found.maps] == [wwid_of(unit) for unit in range(30)]

    def test_of_whose_paths_none_is_up_waits(self) -> None:
        """Nothing can be put into a table yet."""
        planned = only(plan([a_path(0, which, state="offline") for which in range(2)]))

        assert (planned.actions, codes(planned)[0]) == ((Action.NOTHING,), "no-path-up")

    def test_gets_none_where_find_multipaths_does_not_want_it(self) -> None:
        """One path of an unknown unit is a local disk, as far as anybody knows; the path says so."""
        found = plan([a_path(0)], CONFIGURATION.replace("off", "on"))

        assert found.maps == ()
        assert not found.paths[0].allowed

    def test_that_a_killed_program_left_half_made_is_finished_and_named(self) -> None:
        """The device of its identity is there, without a table; kernels know one device of an identity."""
        uuid = f"mpath-{wwid_of(0)}"

        planned = only(plan(units(1), names={"left": uuid}, unfinished={uuid: "left"}))

        assert (planned.old_name, planned.name, codes(planned)[0]) == ("left", "mpatha", "unfinished")
        assert planned.actions == (Action.CREATE, Action.RENAME)

    def test_whose_identity_a_stranger_has_is_refused(self) -> None:
        """A device that is no multipath map is nobody's to replace."""
        uuid = f"mpath-{wwid_of(0)}"

        assert refused(plan(units(1), names={"other": uuid}, strangers=frozenset({uuid})))[0] == "uuid-taken"


class TestAUnitWithItsMap:
    @pytest.mark.parametrize("selector", SELECTORS)
    @pytest.mark.parametrize("more", ["", " failback immediate\n", " rr_weight priorities\n rr_min_io_rq 3\n"])
    def test_has_nothing_to_be_done(self, selector: str, more: str) -> None:
        """Whatever the selector and its arguments: what was made is what is wanted."""
        text = CONFIGURATION.replace("}", f' path_selector "{selector}"\n{more}}}')
        first = plan(units(3), text)

        second = plan(units(3), text, **made(first.maps))

        assert {planned.actions for planned in second.maps} == {(Action.NOTHING,)}
        assert second.changes == ()

    def test_is_reloaded_for_a_path_that_came(self) -> None:
        """The sentence says what differs."""
        planned = only(plan(units(1), **live("0 1 alua 1 1 service-time 0 2 2 8:0 1 1 8:32 1 1")))

        assert planned.action is Action.RELOAD
        assert "group" in planned.reasons[0].text

    def test_is_reloaded_without_a_path_that_went(self) -> None:
        """What sysfs no longer has is no path."""
        planned = only(plan(units(1)[:3], **live()))

        assert planned.action is Action.RELOAD
        assert planned.table is not None
        assert planned.table.devices == ("8:0", "8:32", "8:16")

    def test_is_not_reloaded_for_another_order_of_its_groups(self) -> None:
        """Groups in another order are the same groups: at most the kernel is told to begin with another."""
        turned = f"1 queue_if_no_path 1 alua 2 1 {SECOND} {FIRST}"

        manual, at_once = (
            only(plan(units(1), f"{CONFIGURATION}overrides {{\n failback {failback}\n}}\n", **live(turned)))
            for failback in ("manual", "immediate")
        )

        assert (manual.actions, at_once.actions) == ((Action.NOTHING,), (Action.SWITCH,))
        assert at_once.desired is not None and at_once.desired.failback.group == 2

    def test_is_told_to_queue_without_a_reload(self) -> None:
        """A reload would revive failed paths for nothing."""
        planned = only(plan(units(1), **live()))

        assert (planned.actions, codes(planned)[0]) == ((Action.QUEUEING,), "queueing-differs")

    def test_that_stopped_queueing_after_its_retries_stays_so(self) -> None:
        """Nobody would count them again."""
        text = CONFIGURATION.replace("}", " no_path_retry 5\n}\noverrides {\n no_path_retry 5\n}")
        table = "0 1 alua 1 1 service-time 0 1 2 8:0 1 1"

        planned = only(plan([a_path(0)], text, **live(table, failed="8:0")))

        assert planned.actions == (Action.NOTHING,)

    def test_does_not_switch_to_a_group_that_the_kernel_failed(self) -> None:
        """Else each plan would switch, and the kernel back."""
        text = CONFIGURATION.replace("}", " failback immediate\n}")
        table = "1 queue_if_no_path 1 alua 2 2 service-time 0 1 2 8:0 1 1 service-time 0 1 2 8:16 1 1"

        planned = only(plan([a_path(0, 0), a_path(0, 1)], text, **live(table, failed="8:0")))

        assert planned.actions == (Action.NOTHING,)

    def test_switches_to_a_group_whose_path_was_seen_up(self) -> None:
        """What a checker says of a path holds over what the kernel remembers of it."""
        text = CONFIGURATION.replace("}", " failback immediate\n}")
        table = "1 queue_if_no_path 1 alua 2 2 service-time 0 1 2 8:0 1 1 service-time 0 1 2 8:16 1 1"
        seen = {a_path(0, 0).devt: Observation(PathState.UP)}

        planned = only(plan([a_path(0, 0), a_path(0, 1)], text, observed=seen, **live(table, failed="8:0")))

        assert planned.actions == (Action.SWITCH,)

    def test_follows_the_priorities_that_were_asked(self) -> None:
        """Not those that the kernel's view would give."""
        seen = {a_path(0, 1).devt: Observation(priority=90, why="asked")}

        planned = only(plan([a_path(0, 0), a_path(0, 1)], observed=seen))

        assert planned.desired is not None
        assert [group.priority for group in planned.desired.groups] == [90, 50]

    def test_is_renamed_to_its_alias(self) -> None:
        """And reloaded as well where that is needed, in that order."""
        planned = only(plan(units(1), **live("0 1 alua 1 1 service-time 0 1 2 8:0 1 1", name="old")))

        assert (planned.actions, planned.old_name, planned.name) == ((Action.RENAME, Action.RELOAD), "old", "mpatha")

    def test_keeps_its_name_where_the_alias_is_taken(self) -> None:
        """Another device is called so."""
        more = live(name="old")
        more["names"] = {"old": f"mpath-{wwid_of(0)}", "mpatha": "LVM-x"}

        planned = only(plan(units(1), **more))

        assert Action.RENAME not in planned.actions
        assert "another device" in planned.reasons[-1].text

    def test_keeps_paths_that_cannot_tell_where_they_lead(self) -> None:
        """A member of a live map without any identity now is what the map says."""
        paths = units(1)
        mute = a_path(0, 3, vpd_83=b"", designator=None)

        planned = only(plan([*paths[:3], mute], **live("1 queue_if_no_path " + TABLE[2:])))

        assert planned.actions == (Action.NOTHING,)

    def test_stays_where_all_its_paths_are_gone(self) -> None:
        """Removing it is another verb."""
        planned = only(plan([], **live()))

        assert (planned.actions, codes(planned)) == ((Action.NOTHING,), ["no-paths"])

    def test_stays_where_the_configuration_allows_none_of_its_paths(self) -> None:
        """The same, and the reason says which."""
        text = CONFIGURATION + "blacklist {\n device {\n vendor LIO\n product .\n }\n}\n"

        planned = only(plan(units(1), text, **live()))

        assert (planned.actions, codes(planned)) == ((Action.NOTHING,), ["paths-not-allowed"])


class TestAUnitOfAnotherSizeThanItsMap:
    def test_has_its_map_resized(self) -> None:
        """It grew."""
        planned = only(plan(units(1), **live("1 queue_if_no_path " + TABLE[2:], size=SIZE // 2)))

        assert (planned.actions, planned.size) == ((Action.RESIZE,), SIZE)

    def test_does_not_have_it_cut_short(self) -> None:
        """Unless the configuration says so."""
        more = live("1 queue_if_no_path " + TABLE[2:], size=SIZE * 2)

        assert refused(plan(units(1), **more)) == ["would-shrink"]
        allowed = only(plan(units(1), CONFIGURATION.replace("}", " auto_resize grow_shrink\n}"), **more))
        assert (allowed.actions, allowed.shrinks) == ((Action.RESIZE,), True)

    def test_waits_for_a_usable_path_where_the_map_queues(self) -> None:
        """The flush would fail what waits."""
        table = "1 queue_if_no_path 1 alua 1 1 service-time 0 1 2 8:0 1 1"

        assert refused(plan([a_path(0)], **live(table, size=SIZE // 2, failed="8:0"))) == ["queues-without-path"]


class TestWhatSpeaksAgainstAMap:
    def test_sizes_that_differ(self) -> None:
        """With the size of each path."""
        found = plan([a_path(0), a_path(0, 1, size=Sectors(7))])

        assert refused(found) == ["unequal-sizes"]
        assert "sdb: 7 sectors" in str(found)

    def test_no_size(self) -> None:
        """A path that is not ready."""
        assert refused(plan([a_path(0, size=Sectors(0))])) == ["zero-size"]

    def test_one_wwid_from_two_makes_of_arrays(self) -> None:
        """Vendor, product, serial and target of each stand in the reason."""
        found = plan([a_path(0), a_path(0, 1, vendor="NETAPP", serial="other", target_node="0x6001")])

        assert refused(found) == ["duplicate-wwid"]
        assert "NETAPP unit, serial other, target 0x6001" in str(found)

    def test_one_wwid_for_two_units(self) -> None:
        """What udev says of both is one word; what the devices say is not."""
        udev = by_udev("36001")

        found = plan([a_path(0, udev=udev), a_path(1, 1, udev=udev)])

        assert refused(found) == ["duplicate-wwid"]

    def test_several_wwids_of_one_unit(self) -> None:
        """udev has only some of its paths yet; a map of each WWID would be two maps over one disk."""
        found = plan([a_path(0), a_path(0, 1, udev=by_udev("1Linux_scsi_debug_2000"))])

        assert [each.actions for each in found.maps] == [(Action.REFUSE,)] * 2
        assert {code for each in found.maps for code in codes(each)} == {"several-wwids"}

    def test_an_identity_that_only_an_old_database_has(self) -> None:
        """The unit behind the path was changed, and udev has not looked since."""
        assert refused(plan([a_path(0, udev=by_udev(wwid_of(5)))])) == ["stale-identity"]

    def test_an_identification_that_is_damaged(self) -> None:
        """A path could be anything."""
        udev = by_udev(wwid_of(0))

        assert refused(plan([a_path(0), a_path(0, 1, udev=udev, vpd_83=page_of(0)[:9])])) == [
            "unreadable-identification"
        ]

    @pytest.mark.parametrize("wwid", ["3600 1", "\t", "a" * 123, "x/../y", "\x1b[31m", "ü"])
    def test_a_wwid_that_no_map_can_be_known_by(self, wwid: str) -> None:
        """Blanks, slashes, escapes, or more than a uuid has room for."""
        found = plan([a_path(0, udev=by_udev(wwid))])

        assert set(refused(found)) == {"unusable-wwid"}
        assert str(found).replace("\n", "").isprintable()

    @pytest.mark.parametrize("wwid", ["", "    "])
    def test_no_wwid(self, wwid: str) -> None:
        """Blanks alone are none; the path is not used."""
        found = plan([a_path(0, vpd_83=b"", designator=None, udev=by_udev(wwid))])

        assert (found.maps, found.paths[0].allowed) == ((), False)

    def test_paths_of_which_some_refuse_writes(self) -> None:
        """The kernel would let the map be written to."""
        assert refused(plan([a_path(0), a_path(0, 1, read_only=True)])) == ["mixed-read-only"]

    def test_nothing_where_all_refuse_writes(self) -> None:
        """Then the map does."""
        assert only(plan([a_path(0, read_only=True)])).read_only

    def test_a_path_that_something_else_is_built_on(self) -> None:
        """With its holder."""
        path = a_path(0)

        found = plan([path], users={path.devt: [Holder("md", "md0")]})

        assert refused(found) == ["path-claimed"]
        assert "held by md md0" in str(found)

    def test_not_its_own_map(self) -> None:
        """A map holds its paths."""
        users = {path.devt: [Holder("map", "mpatha")] for path in units(1)}

        assert only(plan(units(1), users=users, **live("1 queue_if_no_path " + TABLE[2:]))).actions == (Action.NOTHING,)

    def test_an_option_that_no_table_can_say(self) -> None:
        """With the file and the line."""
        found = plan(units(1), CONFIGURATION.replace("}", ' path_selector "io-affinity 0"\n}'))

        assert refused(found) == ["unusable-option"]
        assert "multipath.conf:4" in str(found)


class TestNames:
    @pytest.mark.parametrize("alias", ["..", ".", "control", "a b", "\x1b[31m", "x" * 128])
    def test_that_are_none_are_not_given(self, alias: str) -> None:
        """The map is called by its WWID, and the reason says why."""
        text = f'{CONFIGURATION}multipaths {{\n multipath {{\n wwid {wwid_of(0)}\n alias "{alias}"\n }}\n}}\n'

        planned = only(plan(units(1), text))

        assert planned.name == wwid_of(0)
        assert "is no name" in planned.reasons[-1].text

    def test_with_a_slash_never_come_so_far(self) -> None:
        """The reader of the configuration drops them."""
        text = f"{CONFIGURATION}multipaths {{\n multipath {{\n wwid {wwid_of(0)}\n alias ../sda\n }}\n}}\n"

        assert only(plan(units(1), text)).name == "mpatha"

    def test_move_along_a_chain_in_one_plan(self) -> None:
        """Each map follows into the name that another leaves; a second plan finds nothing to do."""
        text = CONFIGURATION + aliases("b", "c", "d")
        first = plan(units(3), text, **named("a", "b", "c"))

        assert [(each.old_name, each.name) for each in first.maps] == [("a", "b"), ("b", "c"), ("c", "d")]
        assert plan(units(3), text, **named("b", "c", "d")).changes == ()

    def test_stay_where_they_would_change_in_a_circle(self) -> None:
        """The kernel renames one device at a time; a second plan says the same."""
        found = plan(units(2), CONFIGURATION + aliases("b", "a"), **named("a", "b"))

        assert [each.name for each in found.maps] == ["a", "b"]
        assert found.changes == ()


def aliases(*names: str) -> str:
    """Return a configuration that gives the units these aliases."""
    entries = (f" multipath {{\n wwid {wwid_of(unit)}\n alias {name}\n }}\n" for unit, name in enumerate(names))
    return f"multipaths {{\n{''.join(entries)}}}\n"


def named(*names: str) -> dict[str, Any]:
    """Return the inputs of a host whose units have maps of these names, as they should be but for that."""
    first = plan(units(len(names)))
    live_ones = [
        a_live_map(name, planned.wwid, str(planned.table), minor=minor)
        for minor, (name, planned) in enumerate(zip(names, first.maps, strict=True))
    ]
    return {"maps": live_ones, "names": {each.name: each.uuid for each in live_ones}}


class TestTheSameInputs:
    @settings(max_examples=25, deadline=None)
    @given(st.randoms(use_true_random=False))
    def test_give_the_same_plan_in_any_order(self, chance: random.Random) -> None:
        """Its value, its text and its record."""
        paths = [*units(4), a_path(9, size=Sectors(0)), a_path(8, udev=by_udev("a b"))]
        live_ones = [a_live_map(f"old{unit}", wwid_of(unit), TABLE, minor=unit) for unit in (0, 2, 7)]
        names = {each.name: each.uuid for each in live_ones}

        def shuffled() -> Plan:
            maps = chance.sample(live_ones, len(live_ones))
            return plan(chance.sample(paths, len(paths)), maps=maps, names=dict(chance.sample([*names.items()], 3)))

        one, other = shuffled(), shuffled()

        assert one == other
        assert str(one) == str(other)
        assert json.dumps(one.as_record()) == json.dumps(other.as_record())


class TestAPlanOfSomeMaps:
    @pytest.mark.parametrize(
        "ref", ["mpathb", wwid_of(1), f"mpath-{wwid_of(1)}", a_path(1).name, f"/dev/{a_path(1).name}"]
    )
    def test_names_them_in_any_way(self, ref: str) -> None:
        """And calls them as the whole plan would."""
        assert only(plan(units(3), only=[ref])).name == "mpathb"


class TestAPlanOfValues:
    def test_cannot_be_applied(self) -> None:
        """It belongs to no machine."""
        with pytest.raises(ValueError, match="belongs to no machine"):
            plan(units(1)).apply()

    def test_says_that_multipathd_runs(self) -> None:
        """Whoever applies it should know."""
        assert [remark.code for remark in plan([], daemon=True).remarks] == ["multipathd-runs"]

    def test_counts_what_it_does(self) -> None:
        """The last line, for people."""
        assert str(plan(units(2))).endswith("2 maps: 2 create")


def test_numbers_are_those_of_tables() -> None:
    """The paths of these tests are called as their tables have them."""
    assert [number_of(path) for path in units(1)] == ["8:0", "8:16", "8:32", "8:48"]
    assert isinstance(inputs([]).users.get(DevT(1), ()), tuple)
