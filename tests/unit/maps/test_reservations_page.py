"""The page about reservations, run as it stands."""

import re
from pathlib import Path

from multipath.config.reader import read_configuration
from multipath.frontends.cli.main import make_parser
from multipath.maps.reservations import Reservations

PAGE = (Path(__file__).parents[3] / "docs/reservations.md").read_text("utf-8")


def test_every_example_runs() -> None:
    """In order, on what the ones before it made."""
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    for block in blocks:
        exec(compile(block, "docs/reservations.md", "exec"), names)
    for name in ("host", "world"):
        names[name].close()  # type: ignore[attr-defined]

    assert len(blocks) == 3


def test_the_configuration_is_right() -> None:
    """Nothing of it is lost."""
    (text,) = re.findall(r"```conf\n(.*?)```", PAGE, re.DOTALL)

    assert read_configuration([("multipath.conf", text)]).findings == ()


def test_the_table_names_every_call_and_every_word() -> None:
    """Of the class, and of the command line."""
    calls = {name for name in vars(Reservations) if not name.startswith("_")}
    table = PAGE.partition("| Call |")[2].partition("\n\n")[0]
    (subparsers,) = [action for action in make_parser("pr")._actions if isinstance(action.choices, dict)]
    (verbs,) = [action for action in subparsers.choices["pr"]._actions if isinstance(action.choices, dict)]  # type: ignore[index]

    assert calls <= set(re.findall(r"`(\w+)[(`]", table))
    assert set(verbs.choices) <= set(re.findall(r"`(\w+)`", table))
