"""What is generated and kept in the repository is what the code says."""

import shutil
import subprocess
from pathlib import Path

import pytest

from publish.__main__ import MODULES, ROOT, stale


@pytest.mark.slow
def test_nothing_is_stale() -> None:
    """Else: ``make docs``, and commit what it wrote."""
    assert [str(path) for path in stale()] == []


_CHECKS = (["mandoc", "-Tlint", "-W", "warning"], ["groff", "-man", "-ww", "-z", "-Tutf8"])


@pytest.mark.slow
@pytest.mark.parametrize("check", _CHECKS, ids=lambda check: check[0])
@pytest.mark.parametrize("page", sorted((ROOT / "man").glob("*.1")), ids=lambda page: page.stem)
def test_a_manual_page_is_well_formed(check: list[str], page: Path) -> None:
    """As the readers of roff see it, where they are here."""
    if shutil.which(check[0]) is None:
        pytest.skip(f"{check[0]} is not here")

    done = subprocess.run([*check, page], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.slow
def test_nothing_is_left_of_what_is_generated_no_more() -> None:
    """A page whose subject is gone goes too."""
    wanted = {path for module in MODULES for path in module.files()}
    there = {path.relative_to(ROOT) for folder in ("docs/reference", "man") for path in (ROOT / folder).glob("*.*")}

    assert there <= wanted
