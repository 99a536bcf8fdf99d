"""A state machine that is a table, its present state, and its drawing."""

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

S = TypeVar("S", bound=enum.StrEnum)
E = TypeVar("E", bound=enum.StrEnum)
D = TypeVar("D", bound=enum.StrEnum)


@dataclass(frozen=True, slots=True)
class Step(Generic[S, D]):
    """
    One row of a table.

    Attributes:
        state: The next state.
        do: What is to be done on the way, in order.
    """

    state: S
    do: tuple[D, ...] = ()


@dataclass(frozen=True, slots=True)
class Machine(Generic[S, E, D]):
    """
    A state machine.

    Attributes:
        name: Of what has these states.
        start: The state in which it begins.
        table: Every step; an event that a state has no step for changes nothing.
    """

    name: str
    start: S
    table: Mapping[tuple[S, E], Step[S, D]]

    def step(self, state: S, event: E) -> Step[S, D]:
        """Return what follows from ``event`` in ``state``."""
        return self.table.get((state, event)) or Step(state)

    def states(self) -> list[S]:
        """Return every state, in the order of their type."""
        return list(type(self.start))

    def diagram(self) -> str:
        """Return the machine in the language of Mermaid, each step that changes or does something one line."""
        return "\n".join(["stateDiagram-v2", f"    [*] --> {_name(self.start)}", *self._arrows()])

    def rows(self) -> str:
        """Return the table in Markdown."""
        lines = ["| state | event | next state | what is done |", "| --- | --- | --- | --- |"]
        for (state, event), step in self.table.items():
            lines.append(f"| {state} | {event} | {step.state} | {', '.join(step.do)} |")
        return "\n".join(lines)

    def _arrows(self) -> Iterator[str]:
        for (state, event), step in self.table.items():
            if step.do or step.state != state:
                does = f" / {', '.join(step.do)}" if step.do else ""
                yield f"    {_name(state)} --> {_name(step.state)}: {event}{does}"


def _name(state: enum.StrEnum) -> str:
    """Return a state as Mermaid can name it: without blanks."""
    return str(state).replace(" ", "_").replace("-", "_")
