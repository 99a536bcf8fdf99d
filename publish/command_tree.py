"""The command line as it is parsed: each verb with its options, for pages; from argparse's own description of it."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from multipath.frontends.cli.main import VERBS, make_parser

_LONGEST: Final = 40  # of choices that are told where the value stands
_EXAMPLES: Final = "examples:"
_EXAMPLE: Final = "example: "


@dataclass(frozen=True, slots=True)
class Argument:
    """
    An option, or what is named without one.

    Attributes:
        names: ``-o``, ``--output``; empty for a positional.
        value: What it takes, as usage has it: ``FILE``, ``[MAP ...]``; empty for nothing.
        help: What it does.
        group: The heading that it stands under; empty for the usual ones.
        is_required: Whether it must be given.
        only_one_of: Tells apart the options of which one at most goes; 0 for those that go with all.
    """

    names: tuple[str, ...]
    value: str
    help: str
    group: str
    is_required: bool
    only_one_of: int = 0


@dataclass(frozen=True, slots=True)
class Verb:
    """
    A verb.

    Attributes:
        words: ``("pr", "keys")``.
        summary: What it does, in a few words.
        description: The same at length.
        examples: Commands.
        arguments: Positionals first.
        below: Its own verbs.
    """

    words: tuple[str, ...]
    summary: str
    description: str
    examples: tuple[str, ...]
    arguments: tuple[Argument, ...]
    below: tuple["Verb", ...]

    @property
    def name(self) -> str:
        """The whole of it, with the program."""
        return " ".join(("mpath", *self.words))


def verbs() -> tuple[Verb, ...]:
    """Return every verb."""
    return tuple(_verb(_below(make_parser(name))[name], (name,), summary) for name, (_, summary) in VERBS.items())


def _verb(parser: argparse.ArgumentParser, words: tuple[str, ...], summary: str) -> Verb:
    described = parser.description or f"{summary[:1].upper()}{summary[1:]}."
    summaries = {each.dest: _expanded(parser, each) for each in _choices(parser)}
    below = tuple(_verb(each, (*words, name), summaries.get(name, "")) for name, each in _below(parser).items())
    return Verb(words, summary, described, tuple(_examples(parser.epilog or "")), tuple(_arguments(parser)), below)


def _below(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    return {
        name: each
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for name, each in action.choices.items()
    }


def _choices(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action._get_subactions()


def _examples(epilog: str) -> Iterator[str]:
    for line in epilog.splitlines():
        if line.startswith(_EXAMPLE):
            yield line.removeprefix(_EXAMPLE)
        elif line != _EXAMPLES:
            yield line.strip()


def _arguments(parser: argparse.ArgumentParser) -> Iterator[Argument]:
    exclusive = {
        action.dest: number
        for number, group in enumerate(parser._mutually_exclusive_groups, start=1)
        for action in group._group_actions
    }
    headings = {
        action.dest: group.title or "" for group in parser._action_groups[2:] for action in group._group_actions
    }
    actions = [
        each for each in parser._actions if not isinstance(each, argparse._SubParsersAction | argparse._HelpAction)
    ]
    for action in sorted(actions, key=lambda each: (bool(each.option_strings), each.dest in headings)):
        yield Argument(
            tuple(action.option_strings),
            _value(action),
            _expanded(parser, action),
            headings.get(action.dest, ""),
            action.required,
            exclusive.get(action.dest, 0),
        )


def _value(action: argparse.Action) -> str:
    """Return what an argument takes; argparse's own words for it differ from one Python to the next."""
    if action.nargs == 0:
        return ""
    name = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    if action.metavar is None and action.choices and len(words := "|".join(map(str, action.choices))) <= _LONGEST:
        name = words
    return {"?": f"[{name}]", "*": f"[{name} ...]", "+": f"{name} ...", "...": f"{name} ..."}.get(
        str(action.nargs), " ".join([name] * (action.nargs if isinstance(action.nargs, int) else 1))
    )


def _expanded(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    """Return what is said of an argument, with its default and its choices put in."""
    values: dict[str, Any] = {**vars(action), "prog": parser.prog}
    if action.choices is not None:
        values["choices"] = ", ".join(map(str, action.choices))
    text = (action.help or "") % values
    told = action.choices is None or "%(choices)s" in (action.help or "") or "|" in _value(action)
    return text if told else f"{text}{': ' if text else ''}{values['choices']}"
