"""Whatever happened to a world and whatever its configuration says: after an apply there is nothing left to do."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multipath import Configuration, Host, errors
from multipath.config.reader import read_configuration
from multipath.maps.planned_map import Action
from multipath.virtual import VirtualHost

OPTIONS = st.fixed_dictionaries(
    {
        "path_grouping_policy": st.sampled_from(
            ["failover", "multibus", "group_by_serial", "group_by_prio", "group_by_tpg"]
        ),
        "path_selector": st.sampled_from(['"service-time 0"', '"round-robin 0"', '"historical-service-time 2 512 1"']),
        "failback": st.sampled_from(["manual", "immediate", "followover", "10"]),
        "no_path_retry": st.sampled_from(["fail", "queue", "5"]),
        "rr_weight": st.sampled_from(["uniform", "priorities"]),
        "detect_prio": st.sampled_from(["yes", "no"]),
        "features": st.sampled_from(['"0"', '"2 pg_init_retries 50"', '"1 queue_if_no_path"']),
        "retain_attached_hw_handler": st.sampled_from(["yes", "no"]),
    }
)
UNITS, PATHS = 2, 4
HAPPENINGS = st.lists(
    st.tuples(
        st.sampled_from(["offline", "online", "grow", "fail", "switch", "unqueue", "turn"]),
        st.integers(0, UNITS * PATHS - 1),
    ),
    max_size=5,
)


def happen(world: VirtualHost, host: Host, what: str, which: int) -> None:
    """Let one thing happen to one path, or to its unit or map."""
    array = world.arrays[0]
    path, unit = array.paths[which], which % UNITS
    live = host.maps()[unit] if len(host.maps()) > unit else None
    if what == "offline":
        path.offline()
    elif what == "online":
        path.online()
    elif what == "grow":
        array.luns[unit].resize(array.luns[unit].size + 2048)
        for each in array.paths_to(array.luns[unit]):
            each.rescan()
    elif what == "turn":
        array.groups[which % 2].transition("active/non-optimized" if which % 3 else "active/optimized")
    elif live is not None and what == "fail":
        live.fail_path(live.table().devices[which % len(live.table().devices)])
    elif live is not None and what == "switch":
        live.switch_group(len(live.table().groups))
    elif live is not None and what == "unqueue":
        live.queue_if_no_path(False)


@pytest.mark.slow
class TestAnyWorld:
    @settings(max_examples=40, deadline=None)
    @given(OPTIONS, OPTIONS, HAPPENINGS, st.sampled_from(["6.1", "6.12", "7.2"]))
    def test_is_at_rest_after_an_apply(
        self, first: dict[str, str], second: dict[str, str], happened: list[tuple[str, int]], kernel: str
    ) -> None:
        """What cannot be done is refused or fails, and is said again; nothing is done a second time."""
        with VirtualHost(kernel) as world, Host(**world.seams()) as host:
            world.add_array(paths=PATHS, units=UNITS, groups=["active/optimized", "active/non-optimized"])
            host.plan(configured(first)).apply()
            for what, which in happened:
                happen(world, host, what, which)

            with suppress(errors.ApplyFailed):
                host.plan(configured(second)).apply()
            failed = {each.wwid for each in host.plan(configured(second)).changes}

            assert not any(host.control.info(each.snapshot.info).suspended for each in host.maps())
            for each in host.plan(configured(second)).maps:
                if each.wwid in failed:  # then it fails again, and changes nothing
                    before = [m.read() for m in host.maps()]
                    with pytest.raises(errors.ApplyFailed):
                        host.plan(configured(second), only=[each.wwid]).apply()
                    assert [m.read() for m in host.maps()] == before
                else:
                    assert each.action in (Action.NOTHING, Action.REFUSE)


def configured(options: dict[str, str]) -> Configuration:
    """Return a configuration with these overrides."""
    lines = "".join(f" {option} {value}\n" for option, value in options.items())
    text = f"defaults {{\n find_multipaths off\n user_friendly_names yes\n}}\noverrides {{\n{lines}}}\n"
    return read_configuration([("multipath.conf", text)])
