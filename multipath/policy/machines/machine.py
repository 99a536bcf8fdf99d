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
        meanings: What each state means.
        table: Every step; an event that a state has no step for changes nothing.
    """

    name: str
    start: S
    meanings: Mapping[S, str]
    table: Mapping[tuple[S, E], Step[S, D]]

    def step(self, state: S, event: E) -> Step[S, D]:
        """Return what follows from ``event`` in ``state``."""
        return self.table.get((state, event)) or Step(state)

    def diagram(self) -> str:
        """
        Return the machine in the language of Mermaid.

        What leads to the same from most states is drawn once, from a state that stands for any.
        """
        return "\n".join(["stateDiagram-v2", f"    [*] --> {_name(self.start)}", *self._arrows()])

    def states(self) -> str:
        """Return the states with their meanings in Markdown."""
        return "\n".join(
            ["| state | meaning |", "| --- | --- |", *(f"| {s} | {m} |" for s, m in self.meanings.items())]
        )

    def rows(self) -> str:
        """Return the table in Markdown, steps to the same end in one row."""
        lines = ["| in | event | next | what is done |", "| --- | --- | --- | --- |"]
        for (event, step), states in self._grouped().items():
            here = "any" if len(states) == len(self.meanings) else ", ".join(states)
            lines.append(f"| {here} | {event} | {step.state} | {', '.join(step.do)} |")
        return "\n".join(lines)

    def _grouped(self) -> dict[tuple[E, Step[S, D]], list[S]]:
        grouped: dict[tuple[E, Step[S, D]], list[S]] = {}
        for (state, event), step in self.table.items():
            grouped.setdefault((event, step), []).append(state)
        return grouped

    def _arrows(self) -> Iterator[str]:
        for (event, step), states in self._grouped().items():
            does = f" / {', '.join(step.do)}" if step.do else ""
            ends = f"{_name(step.state)}: {_label(event)}{does}"
            if len(states) > len(self.meanings) // 2:
                yield f"    any --> {ends}"
            else:
                yield from (f"    {_name(state)} --> {ends}" for state in states if step.do or state is not step.state)


def _name(state: enum.StrEnum) -> str:
    """Return a state as Mermaid can name it: without blanks."""
    return str(state).replace(" ", "_").replace("-", "_")


def _label(event: enum.StrEnum) -> str:
    """Return an event as Mermaid can show it: a colon would end the label."""
    return str(event).replace(":", " -")
