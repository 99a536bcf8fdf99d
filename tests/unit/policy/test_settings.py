from multipath.config.setting import Layer
from multipath.paths.state import PathState
from multipath.policy.facts import Facts
from multipath.policy.settings import PER_MAP, map_settings

from .world import WWID, a_member, by, configured


class TestTheSettingsOfAMap:
    def test_are_those_of_its_first_path_that_is_up(self) -> None:
        """In the order of decisions, not of discovery."""
        down, first, later = (
            a_member(unit, 1, state, vendor=vendor)
            for unit, vendor, state in ((0, "A", PathState.DOWN), (1, "B", PathState.UP), (2, "C", PathState.UP))
        )

        assert map_settings(WWID, [later, first, down], configured()).subject.vendor == "B"
        assert map_settings(WWID, [down], configured()).subject.vendor == "A"
        assert map_settings(WWID, [], configured()).subject.vendor == ""
        assert map_settings(WWID, [down], configured()).subject.wwid == WWID

    def test_have_every_option_with_its_origin(self) -> None:
        """What the hardware decides beside what is configured."""
        members = [by(a_member(tpgs=1), "sysfs")]
        settings = map_settings(WWID, members, configured(failback="immediate"))

        every = {option.option: option for option in settings.every()}

        assert tuple(every) == PER_MAP
        assert (every["failback"].value, str(every["failback"].origin)) == ("immediate", "multipath.conf:7 (devices)")
        assert (every["path_grouping_policy"].value, every["path_grouping_policy"].origin.layer) == (
            "group_by_prio",
            Layer.DETECTED,
        )
        assert every["dev_loss_tmo"].value is None
        assert settings.value("rr_weight") == "uniform"

    def test_retain_the_handler_on_every_kernel_of_these_years(self) -> None:
        """Before Linux 4.3 as configured, and not at all before target 1.5."""
        off = configured(retain_attached_hw_handler=False)
        kernels = [Facts(), Facts((1, 6, 0), (4, 2)), Facts((1, 4, 0), (4, 2))]

        retained = [map_settings(WWID, [], off, facts).value("retain_attached_hw_handler") for facts in kernels]
        wanted = [map_settings(WWID, [], configured(), facts).value("retain_attached_hw_handler") for facts in kernels]

        assert retained == [True, False, False]
        assert wanted == [True, True, False]
