"""Whether a disk is a path: the two tables, rule by rule."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.policy.find_multipaths import (
    RESULT_CODES,
    BuildFacts,
    Claim,
    ClaimFacts,
    Decision,
    Mode,
    decide_build,
    decide_claim,
    seconds_to_wait,
)

NOW = 1_700_000_000.0
FACTS = st.builds(
    ClaimFacts,
    mode=st.sampled_from(Mode),
    member=st.booleans(),
    daemon=st.sampled_from([True, False, None]),
    whole_disk=st.booleans(),
    allowed=st.booleans(),
    verdict=st.just(""),
    wwid=st.sampled_from(["36001", "", None]),
    failed=st.booleans(),
    in_use=st.sampled_from(["", "mount /"]),
    listed=st.booleans(),
    live_map=st.booleans(),
    released=st.booleans(),
    exclusive=st.sampled_from([True, False, None]),
    joined=st.booleans(),
    sibling=st.sampled_from([True, False, None]),
    waited_until=st.sampled_from([None, NOW - 5, NOW + 0.5, NOW + 1, NOW + 5]),
    now=st.just(NOW),
    wait=st.sampled_from([1, 10]),
)


class TestAMap:
    @pytest.mark.parametrize(
        ("mode", "live_map", "other_path", "listed", "code"),
        [
            ("off", False, False, False, "off"),
            ("greedy", False, False, False, "greedy"),
            ("on", True, False, False, "live-map"),
            ("on", False, True, False, "other-path"),
            ("on", False, False, True, "listed"),
            ("on", False, False, False, None),
            ("smart", True, False, False, "live-map"),
            ("smart", False, True, False, "other-path"),
            ("smart", False, False, True, "listed"),
            ("smart", False, False, False, None),
            ("strict", False, False, True, "listed"),
            ("strict", True, True, False, None),
        ],
    )
    def test_is_built(self, mode: str, live_map: bool, other_path: bool, listed: bool, code: str | None) -> None:
        """The whole table."""
        decision = decide_build(BuildFacts(Mode(mode), live_map, other_path, listed))

        assert decision.claim is (Claim.VALID if code else Claim.INVALID)
        assert decision.code == (code or "unknown")


class TestADisk:
    @pytest.mark.parametrize(
        ("facts", "claim", "code"),
        [
            ({"mode": "strict", "member": True, "daemon": False, "allowed": False}, "valid-no-check", "member"),
            ({"mode": "greedy", "daemon": False}, "invalid", "no-daemon"),
            ({"mode": "greedy", "daemon": None}, "valid", "greedy"),
            ({"mode": "greedy", "whole_disk": False}, "invalid", "partition"),
            ({"mode": "greedy", "allowed": False}, "invalid", "blacklisted"),
            ({"mode": "greedy", "wwid": None}, "invalid", "no-wwid"),
            ({"mode": "greedy", "wwid": ""}, "invalid", "no-wwid"),
            ({"mode": "greedy", "failed": True}, "invalid", "failed"),
            ({"mode": "strict", "failed": True, "listed": True}, "invalid", "failed"),
            ({"mode": "greedy", "in_use": "mount /"}, "invalid", "in-use"),
            ({"mode": "smart", "in_use": "mount /", "listed": True}, "invalid", "in-use"),
            ({"mode": "strict", "in_use": "mount /", "listed": True}, "valid-no-check", "listed"),
            ({"mode": "on", "in_use": "mount /", "live_map": True}, "valid", "live-map"),
            ({"mode": "greedy", "listed": True}, "valid", "greedy"),
            ({"mode": "off", "listed": True}, "valid-no-check", "listed"),
            ({"mode": "off"}, "invalid", "unknown"),
            ({"mode": "on", "sibling": True}, "invalid", "unknown"),
            ({"mode": "strict"}, "invalid", "unknown"),
            ({"mode": "smart", "live_map": True}, "valid", "live-map"),
            ({"mode": "smart", "listed": True, "live_map": True}, "valid-no-check", "listed"),
            ({"mode": "smart"}, "maybe", "smart"),
            ({"mode": "greedy", "released": True}, "invalid", "released"),
            ({"mode": "smart", "released": True, "sibling": True}, "invalid", "released"),
            ({"mode": "strict", "released": True, "live_map": True}, "invalid", "released"),
            ({"mode": "strict", "released": True, "listed": True}, "valid-no-check", "listed"),
            ({"mode": "strict", "released": True, "member": True}, "valid-no-check", "member"),
            ({"mode": "smart", "exclusive": False}, "invalid", "open"),
            ({"mode": "smart", "exclusive": False, "joined": True}, "valid", "joined"),
            ({"mode": "smart", "exclusive": True, "sibling": True}, "valid", "sibling"),
            ({"mode": "smart", "exclusive": True, "sibling": False}, "maybe", "smart"),
            ({"mode": "smart", "exclusive": True, "sibling": False, "waited_until": NOW + 5}, "maybe", "smart"),
            ({"mode": "smart", "exclusive": True, "sibling": False, "waited_until": NOW}, "invalid", "wait-over"),
        ],
    )
    def test_is_claimed(self, facts: dict[str, Any], claim: str, code: str) -> None:
        """The first rule that applies decides."""
        rest = {"wwid": "36001", "daemon": True, "now": NOW, **facts, "mode": Mode(facts["mode"])}
        decision = decide_claim(ClaimFacts(**rest))

        assert (decision.claim, decision.code) == (claim, code)

    @given(FACTS)
    def test_is_claimed_as_a_slow_reader_of_the_rules_says(self, facts: ClaimFacts) -> None:
        """The rules as they are written down, one condition after the other."""
        assert decide_claim(facts).claim == slow_model(facts)

    @given(FACTS)
    def test_is_never_taken_from_who_was_told_that_it_is_his(self, facts: ClaimFacts) -> None:
        """Unless it is a path of a map, or its WWID is known to be one."""
        decision = decide_claim(replace(facts, released=True))

        assert decision.claim in (Claim.INVALID, Claim.VALID_NO_CHECK)

    def test_of_an_array_with_a_hostile_name_is_explained_all_the_same(self) -> None:
        """Braces in what a device says are no fields of ours."""
        facts = ClaimFacts(Mode.GREEDY, allowed=False, verdict="{disk.mode.__class__} {0}")

        assert decide_claim(facts).reason == "the blacklist excludes it: {disk.mode.__class__} {0}"


class TestWhatUdevIsTold:
    @pytest.mark.parametrize(
        ("decision", "lines"),
        [
            (Decision(Claim.INVALID, "", ""), ['DM_MULTIPATH_DEVICE_PATH="0"']),
            (Decision(Claim.VALID, "", ""), ['DM_MULTIPATH_DEVICE_PATH="1"']),
            (Decision(Claim.VALID_NO_CHECK, "", ""), ['DM_MULTIPATH_DEVICE_PATH="1"']),
            (
                Decision(Claim.MAYBE, "", "", wait_until=NOW + 9.25),
                ['FIND_MULTIPATHS_WAIT_UNTIL="9.250000"', 'DM_MULTIPATH_DEVICE_PATH="2"'],
            ),
            (
                Decision(Claim.VALID, "", "", wait_until=NOW + 1.000001),
                ['FIND_MULTIPATHS_WAIT_UNTIL="1.000001"', 'DM_MULTIPATH_DEVICE_PATH="1"'],
            ),
            (
                Decision(Claim.INVALID, "", "", wait_over=True),
                ['FIND_MULTIPATHS_WAIT_UNTIL="0"', 'DM_MULTIPATH_DEVICE_PATH="0"'],
            ),
        ],
    )
    def test_is_what_multipath_tools_prints(self, decision: Decision, lines: list[str]) -> None:
        """Keys and values for udev's database."""
        assert list(decision.udev(NOW)) == lines

    @given(FACTS)
    def test_is_a_wait_only_where_somebody_waits(self, facts: ClaimFacts) -> None:
        """Of a second or more: with less left it is over."""
        decision = decide_claim(facts)

        assert decision.wait_until is None or decision.wait_until - NOW >= 1
        assert not (decision.wait_over and decision.claim is Claim.MAYBE)
        assert set(RESULT_CODES) == set(Claim)


class TestAWait:
    @pytest.mark.parametrize(
        ("timeout", "known", "seconds"),
        [(20, True, 20), (20, False, 20), (-10, True, 10), (-10, False, 1), (0, True, 10), (0, False, 1)],
    )
    def test_is_long_for_known_arrays(self, timeout: int, known: bool, seconds: int) -> None:
        """A negative timeout is meant for them alone, and 0 stands for the built-in one."""
        assert seconds_to_wait(timeout, known=known) == seconds


def slow_model(facts: ClaimFacts) -> str:
    """Return the claim, by the rules in the order of ``is_path_valid()`` and of the tool that asks it."""
    if facts.member:
        return "valid-no-check"
    if facts.daemon is False or not facts.whole_disk or not facts.allowed or not facts.wwid or facts.failed:
        return "invalid"
    if facts.mode in ("greedy", "smart") and facts.in_use:
        return "invalid"
    if facts.mode == "greedy":
        return "invalid" if facts.released else "valid"
    if facts.listed:
        return "valid-no-check"
    if facts.live_map:
        return "invalid" if facts.released else "valid"
    if facts.mode != "smart" or facts.released:
        return "invalid"
    if facts.exclusive is False:
        return "valid" if facts.joined else "invalid"
    if facts.exclusive and facts.sibling:
        return "valid"
    if facts.exclusive and facts.sibling is False and facts.waited_until is not None and facts.waited_until < NOW + 1:
        return "invalid"
    return "maybe"
