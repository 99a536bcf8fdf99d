"""The page about the state machines is what their tables say."""

from pathlib import Path

from multipath.policy.machines.page import MACHINES, page

PAGE = Path(__file__).parents[4] / "docs/state-machines.md"


def test_the_page_is_that_of_the_tables() -> None:
    """Made anew by ``python -m multipath.policy.machines.page > docs/state-machines.md``."""
    assert PAGE.read_text("utf-8") == page()


def test_every_state_is_drawn() -> None:
    """And has its row."""
    for _, _, machine in MACHINES:
        for state in machine.meanings:
            assert str(state).replace(" ", "_") in machine.diagram()
            assert f"| {state} |" in machine.states()
