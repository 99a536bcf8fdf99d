import enum
from typing import Any

import pytest

from multipath.policy.machines.machine import Machine
from multipath.policy.machines.page import MACHINES
from multipath.policy.machines.path import PATH, USABLE, Do, Phase, Seen

ALL = pytest.mark.parametrize("machine", [entry[2] for entry in MACHINES], ids=lambda machine: str(machine.name))


@ALL
class TestEveryMachine:
    def test_says_what_its_states_mean(self, machine: Machine[Any, Any, Any]) -> None:
        """All of them."""
        states: type[enum.StrEnum] = type(machine.start)

        assert list(machine.meanings) == list(states)
        assert all(machine.meanings.values())

    def test_can_reach_every_state(self, machine: Machine[Any, Any, Any]) -> None:
        """From the one that it begins in."""
        reached, before = {machine.start}, set[enum.StrEnum]()
        while reached != before:
            before = set(reached)
            reached |= {step.state for (state, _), step in machine.table.items() if state in before}

        assert reached == set(machine.meanings)

    def test_can_leave_every_state(self, machine: Machine[Any, Any, Any]) -> None:
        """But the path that is another unit: it is removed."""
        left = {state for (state, _), step in machine.table.items() if step.state != state}

        assert set(machine.meanings) - left <= {Phase.FOREIGN}

    def test_has_no_row_that_does_nothing(self, machine: Machine[Any, Any, Any]) -> None:
        """What a row leads to is another state or an order, but for a check that says the same again."""
        idle = {key for key, step in machine.table.items() if step.state == key[0] and not step.do}

        assert idle <= {(Phase.STANDBY, Seen.GHOST_ALONE), (Phase.SILENT, Seen.SILENCE)}

    def test_stays_where_it_is_by_an_event_that_it_does_not_know(self, machine: Machine[Any, Any, Any]) -> None:
        """Nothing is done then."""
        known = {event for _, event in machine.table}
        state, event = next(
            (state, event) for state in machine.meanings for event in known if (state, event) not in machine.table
        )

        assert machine.step(state, event).state == state
        assert machine.step(state, event).do == ()


class TestThePath:
    @pytest.mark.parametrize("phase", list(Phase))
    def test_is_in_use_exactly_where_it_was_let_in(self, phase: Phase) -> None:
        """A step to a state that the map can live by reinstates, or comes from one; all others fail it."""
        for (before, seen), step in PATH.table.items():
            if step.state is not phase or seen in (Seen.KERNEL_FAILED, Seen.KERNEL_ACTIVE):
                continue
            if phase in USABLE:
                assert Do.REINSTATE in step.do or before in USABLE | {Phase.UNCHECKED}
            elif phase not in (Phase.STANDBY, Phase.IDENTIFYING):
                assert Do.FAIL in step.do
