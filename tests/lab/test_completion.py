"""The tab key on a real machine: in bash, zsh and fish, with the maps and paths of a real kernel."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from multipath import Host, Map
from multipath.units import format_devt
from tests.terminal import DEADLINE, Terminal, shell

pytestmark = [pytest.mark.kernel(packages=("zsh", "fish")), pytest.mark.slow]
_SCRIPTS: Final = {
    "bash": (["--norc", "--noprofile", "-i"], 'eval "$(mpath completion bash)"'),
    "zsh": (["-f", "-i"], 'autoload -Uz compinit && compinit -u; eval "$(mpath completion zsh)"'),
}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Give what a shell starts with: our program first."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin/mpath"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nfrom multipath.frontends.cli.main import main\nsys.exit(main())\n"
    )
    program.chmod(0o755)
    return {
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "HOME": str(tmp_path),
        "TERM": "dumb",
        "PS1": "READY> ",
    }


@pytest.mark.parametrize("name", _SCRIPTS)
def test_a_shell_completes(name: str, mpath: Map, host: Host, environment: dict[str, str], tmp_path: Path) -> None:
    """A verb, a map, and a path of it."""
    options, script = _SCRIPTS[name]
    members = mpath.table().devices
    names = sorted(path.name for path in host.paths() if format_devt(path.devt) in members)

    with Terminal([shell(name), *options], environment, tmp_path) as terminal:
        terminal.type(f"{script}; echo all is $((40 + 2))\n")
        terminal.wait("all is 42")
        terminal.wait("READY> ")
        terminal.type("mpath reinst\t")
        terminal.wait("reinstate ")
        terminal.type("mpat\t")
        terminal.wait("mpatha ")
        terminal.type(f"{names[0]}\t")
        terminal.wait(names[0])


@pytest.mark.parametrize(("line", "completed"), [("mpath reinst", "reinstate"), ("mpath reinstate mpat", "mpatha")])
@pytest.mark.usefixtures("mpath")
def test_fish_completes(environment: dict[str, str], tmp_path: Path, line: str, completed: str) -> None:
    """Asked by its own command for that."""
    done = subprocess.run(
        [shell("fish"), "--no-config", "-c", f"mpath completion fish | source; complete -C '{line}'"],
        env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=DEADLINE, check=False,
    )  # fmt: skip
    assert done.stdout.split()[:1] == [completed], done.stderr
