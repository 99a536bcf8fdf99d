"""The page about multipathd: what it says of methods and errors, and what it does without the daemon."""

import re
from pathlib import Path

from multipath import Multipathd, errors
from multipath.multipathd.connection import Connection

PAGE = (Path(__file__).parents[3] / "docs/multipathd.md").read_text("utf-8")
SPOKEN_TO, _, SPOKEN_FOR = PAGE.partition("## Without the daemon")


def test_the_examples_without_the_daemon_run_from_top_to_bottom() -> None:
    """On a virtual host."""
    code = "\n".join(re.findall(r"```python\n(.*?)```", SPOKEN_FOR, re.DOTALL))

    exec(compile(code, "docs/multipathd.md", "exec"), {})


def test_every_method_is_on_the_page() -> None:
    """And none that there is not."""
    methods = {name for name in dir(Multipathd) if not name.startswith("_")} - set(dir(Connection)) | {"ask"}
    said = set(re.findall(r"(?:daemon\.|`)(\w+)(?:\(\)|\(|`)", SPOKEN_TO)) & methods
    endings = {f"{verb}reservation_{what}" for what in ("status", "hold") for verb in ("", "set_", "unset_")}

    assert said | endings == methods


def test_every_error_is_on_the_page() -> None:
    """With when it is raised."""
    kinds = {name for name in vars(errors) if name.startswith("Daemon")} - {"DaemonError", "DaemonOwnsMap"}

    assert set(re.findall(r"^\| `(Daemon\w+)` \|", SPOKEN_TO, re.MULTILINE)) == kinds
