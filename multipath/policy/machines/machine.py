"""A state machine that is a table, and its picture."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """
    What an event leads to.

    Attributes:
        state: The state after it.
        effect: What is to be done; empty for nothing.
    """

    state: str
    effect: str = ""


@dataclass(frozen=True, slots=True)
class StateMachine:
    """
    A machine.

    Attributes:
        name: Whose it is.
        states: Its states with what they mean, the first one the one that it begins in.
        events: Its events with what they mean.
        effects: Its effects with what they mean.
        table: By state and event the step; what is not in it changes nothing.
    """

    name: str
    states: Mapping[str, str]
    events: Mapping[str, str]
    effects: Mapping[str, str]
    table: Mapping[tuple[str, str], Step]

    @property
    def initial(self) -> str:
        """The state that it begins in."""
        return next(iter(self.states))

    def step(self, state: str, event: str) -> Step:
        """Return what an event leads to; an event that a state does not know changes nothing."""
        return self.table.get((state, event)) or Step(state)

    def diagram(self) -> str:
        """Return the machine as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        for (state, event), step in self.table.items():
            effect = f" / {step.effect}" if step.effect else ""
            lines.append(f"    {state} --> {step.state}: {event}{effect}")
        return "\n".join(lines)
