"""What is generated and kept in the repository is what the code says."""

import pytest

from publish.__main__ import MODULES, ROOT, stale


@pytest.mark.slow
def test_nothing_is_stale() -> None:
    """Else: ``make docs``, and commit what it wrote."""
    assert [str(path) for path in stale()] == []


@pytest.mark.slow
def test_nothing_is_left_of_what_is_generated_no_more() -> None:
    """A page whose subject is gone goes too."""
    wanted = {path for module in MODULES for path in module.files()}
    there = {path.relative_to(ROOT) for folder in ("docs/reference", "man") for path in (ROOT / folder).glob("*.*")}

    assert there <= wanted
