"""From a budget to timeouts, and what they bound."""

import pytest

from multipath.paths.knobs import FOREVER, Knob
from multipath.policy.bound import UNLIMITED, Bound
from multipath.policy.stall import FLOOR, StallPlan, request_timeout, stall_plan
from multipath.policy.worst_case import Waiting, worst_cases

SCSI = {Knob.TIMEOUT: 30.0, Knob.EH_TIMEOUT: 10.0, Knob.MAX_RETRIES: 5.0, Knob.EH_DEADLINE: FOREVER}
PRESENT = {
    "scsi:fcp": {**SCSI, Knob.FAST_IO_FAIL: FOREVER, Knob.DEV_LOSS: 60.0},
    "scsi:iscsi": {**SCSI, Knob.RECOVERY: 120.0, Knob.NOOP_INTERVAL: 5.0, Knob.NOOP_TIMEOUT: 5.0},
    "scsi:srp": {**SCSI, Knob.FAST_IO_FAIL: 15.0, Knob.DEV_LOSS: 600.0, Knob.RECONNECT: 10.0},
    "scsi:sas": {**SCSI, Knob.NEXUS_LOSS: 2000.0},
    "scsi:unspec": SCSI,
    "nvme:tcp": {Knob.IO_TIMEOUT: 30.0, Knob.CTRL_LOSS: 600.0, Knob.FAST_IO_FAIL: FOREVER, Knob.KEEP_ALIVE: 5.0},
}
FIRST = {Knob.TIMEOUT: 3.0, Knob.EH_TIMEOUT: 1.0, Knob.MAX_RETRIES: 0.0}
FIVE_SECONDS = [
    ("scsi:fcp", {**FIRST, Knob.FAST_IO_FAIL: 2.0}),
    ("scsi:iscsi", {**FIRST, Knob.NOOP_INTERVAL: 1.0, Knob.NOOP_TIMEOUT: 2.0, Knob.RECOVERY: 1.0}),
    ("scsi:srp", {**FIRST, Knob.FAST_IO_FAIL: 2.0}),
    ("scsi:sas", FIRST),
    ("scsi:unspec", FIRST),
    ("nvme:tcp", {Knob.IO_TIMEOUT: 3.1}),
]


def planned(protocol: str, budget: float = 5.0, hz: int = 100, **values: float) -> StallPlan:
    """Return the plan of a path with the values that the kernel begins with, but for these."""
    present = {**PRESENT[protocol], **{Knob[name]: value for name, value in values.items()}}
    return stall_plan(budget, Waiting(protocol, present, hz))


def bound(plan: StallPlan, fault: str) -> Bound:
    """Return one bound."""
    return next(each for each in plan.bounds if each.fault == fault)


class TestABudgetOfFiveSeconds:
    @pytest.mark.parametrize(("protocol", "values"), FIVE_SECONDS)
    def test_becomes_the_timeouts_of_the_transport(self, protocol: str, values: dict[Knob, float]) -> None:
        """Each from what is left when the terms that nobody can change are taken off."""
        assert planned(protocol).values == values

    @pytest.mark.parametrize("hz", [100, 250, 300, 1000])
    @pytest.mark.parametrize("protocol", PRESENT)
    def test_is_kept_on_every_transport(self, protocol: str, hz: int) -> None:
        """Whatever the kernel's clock; what has no limit is said."""
        plan = planned(protocol, hz=hz)

        assert plan.met
        assert plan.achievable <= 5.0
        assert not [each for each in plan.findings if each.unmet]

    def test_leaves_to_a_silent_port_what_its_adapter_waits(self) -> None:
        """No attribute shortens that, and each driver has times of its own."""
        plan = planned("scsi:fcp")

        assert bound(plan, "port silent").seconds == UNLIMITED
        assert "port silent: no limit, the driver of the adapter" in "\n".join(each.text for each in plan.findings)

    def test_sees_silence_within_a_second(self) -> None:
        """New I/O is on another path by then."""
        assert bound(planned("scsi:fcp"), "path silent").seconds <= 1.0

    def test_has_no_limit_where_a_target_cannot_abort(self) -> None:
        """That is the kernel's own, and it is said so."""
        plan = planned("scsi:unspec")

        assert bound(plan, "target cannot abort").seconds == UNLIMITED
        assert any("target cannot abort" in each.text for each in plan.findings)


class TestABudget:
    @pytest.mark.parametrize("budget", [0.5, 1.0, 1.5, 2.0])
    def test_that_is_out_of_reach_says_what_can_be_reached(self, budget: float) -> None:
        """No request gets less time than a healthy path may need."""
        plan = planned("scsi:fcp", budget)

        assert plan.values[Knob.TIMEOUT] == FLOOR
        assert not plan.met
        assert any(each.unmet and "commands lost" in each.text for each in plan.findings)

    @pytest.mark.parametrize("budget", [3.0, 5.0, 8.0, 10.0, 20.0, 60.0, 600.0])
    @pytest.mark.parametrize("protocol", PRESENT)
    def test_never_makes_a_wait_longer(self, protocol: str, budget: float) -> None:
        """A value that is shorter already stays; only what has to outlast another is raised."""
        plan = planned(protocol, budget)

        now = PRESENT[protocol]
        assert all(value <= now[knob] for knob, value in plan.values.items() if knob is not Knob.DEV_LOSS)

    def test_that_leaves_little_time_says_what_a_slow_array_would_lose(self) -> None:
        """A healthy array that pauses loses its paths under a short timeout."""
        assert any("pauses" in each.text for each in planned("scsi:fcp", 5.0).findings)
        assert not any("pauses" in each.text for each in planned("scsi:fcp", 30.0).findings)

    def test_raises_what_has_to_outlast_a_port(self) -> None:
        """dev_loss_tmo stays above fast_io_fail_tmo."""
        assert planned("scsi:fcp", DEV_LOSS=2.0).values[Knob.DEV_LOSS] == 3.0

    def test_is_not_kept_where_no_abort_is_tried(self) -> None:
        """eh_deadline 0 goes to the reset of the adapter, after which the kernel waits 10 s."""
        assert any(each.unmet and "eh_deadline" in each.text for each in planned("scsi:fcp", EH_DEADLINE=0.0).findings)

    def test_sets_nothing_that_the_kernel_lacks(self) -> None:
        """And says that the kernel's own value holds."""
        present = {Knob.TIMEOUT: 30.0, Knob.EH_TIMEOUT: 10.0}
        plan = stall_plan(5.0, Waiting("scsi:fcp", present, 100))

        assert Knob.MAX_RETRIES not in plan.values
        assert not plan.met
        assert any("max_retries" in each.text for each in plan.findings)

    @pytest.mark.parametrize("hz", [100, 250, 1000])
    def test_gives_a_request_all_the_time_there_is(self, hz: int) -> None:
        """A second more would break it, and the attribute takes whole ones."""
        timeout = request_timeout(5.0, "scsi:fcp", hz)
        longer = {**SCSI, Knob.TIMEOUT: timeout + 1.0, Knob.EH_TIMEOUT: 1.0, Knob.MAX_RETRIES: 0.0}

        detected = stall_plan(5.0, Waiting("scsi:fcp", SCSI, hz)).detection
        worst = worst_cases(Waiting("scsi:fcp", longer, hz, detected))
        assert max(each.seconds for each in worst if each.fault == "commands lost") > 5.0


class TestThePathOfADefaultHost:
    def test_can_hold_an_io_for_three_minutes(self) -> None:
        """30 s, six times, as it was measured: 181 s; and each try has the lag of a timer."""
        bounds = worst_cases(Waiting("scsi:unspec", SCSI, 100))

        lost = next(each for each in bounds if each.fault == "commands lost")
        assert 181.0 <= lost.terms[0].seconds + lost.terms[1].seconds <= 181.0 * 1.5
        assert lost.limited_by.knob is Knob.MAX_RETRIES

    def test_is_not_looked_at(self) -> None:
        """Nobody sees that it is silent."""
        bounds = worst_cases(Waiting("scsi:unspec", SCSI, 100))

        assert next(each for each in bounds if each.fault == "path silent").seconds == UNLIMITED

    def test_of_iscsi_without_pings_never_hears_of_a_silent_portal(self) -> None:
        """An interval of 0 is none."""
        bounds = worst_cases(Waiting("scsi:iscsi", {**PRESENT["scsi:iscsi"], Knob.NOOP_INTERVAL: 0.0}, 100))

        assert next(each for each in bounds if each.fault == "portal silent").seconds == UNLIMITED


class TestABound:
    @pytest.mark.parametrize("protocol", PRESENT)
    def test_is_the_sum_of_its_terms(self, protocol: str) -> None:
        """And tells programs no limit as null."""
        for each in planned(protocol).bounds:
            record = each.as_record()
            assert each.seconds == sum(term.seconds for term in each.terms)
            assert (record["seconds"] is None) == (each.seconds == UNLIMITED)

    def test_is_none_for_a_held_host_where_the_map_hands_bios_down(self) -> None:
        """They sit in the queue of the path."""
        bounds = worst_cases(Waiting("scsi:fcp", SCSI, 100, planned("scsi:fcp").detection, bio=True))

        assert next(each for each in bounds if each.fault == "host holds commands").seconds == UNLIMITED
