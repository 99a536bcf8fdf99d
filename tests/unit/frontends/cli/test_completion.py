"""The tab key in real shells: what it completes, and that it never disturbs."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from multipath.frontends.cli.completed import maps, paths
from multipath.frontends.cli.main import main
from tests.terminal import DEADLINE, Terminal, shell

ROOT: Final = Path(__file__).parents[4]
PROGRAM: Final = f"""#!{sys.executable}
import os, sys
from pathlib import Path
from multipath.frontends.cli import completed, main
if "_ARGCOMPLETE" in os.environ:
    completed.complete(Path(os.environ["SYSFS"]))
sys.exit(main.main())
"""


def block(sysfs: Path, name: str, **files: str) -> Path:
    """Make a block device in a tree that stands for sysfs."""
    folder = sysfs / "block" / name
    folder.mkdir(parents=True)
    for file, text in files.items():
        (folder / file.replace("__", "/")).parent.mkdir(exist_ok=True)
        (folder / file.replace("__", "/")).write_text(text)
    return folder


@pytest.fixture
def sysfs(tmp_path: Path) -> Path:
    """Give a machine with two maps, another device of device-mapper, and four disks."""
    sysfs = tmp_path / "sys"
    for disk in ("sda", "sdb", "sdc", "sdd"):
        (block(sysfs, disk) / "device").mkdir()
    for number, (name, uuid) in enumerate(
        [("mpatha", "mpath-3600a"), ("odd $(touch harm)", "mpath-3600b"), ("root", "LVM-x"), ("bad\x1b", "mpath-3600c")]
    ):
        folder = block(sysfs, f"dm-{number}", dm__name=f"{name}\n", dm__uuid=f"{uuid}\n")
        (folder / "slaves").mkdir()
    for disk in ("sda", "sdb"):
        (sysfs / "block/dm-0/slaves" / disk).touch()
    return sysfs


class TestWhatIsHere:
    def test_is_read_from_sysfs(self, sysfs: Path) -> None:
        """Multipath maps whose names can be typed; the disks of a map, and all disks where none is named."""
        assert maps(sysfs) == {"mpatha": "mpath-3600a", "odd $(touch harm)": "mpath-3600b"}
        assert paths(sysfs, "mpatha") == ["sda", "sdb"]
        assert paths(sysfs) == paths(sysfs, "nosuch") == ["sda", "sdb", "sdc", "sdd"]

    def test_is_nothing_where_nothing_can_be_read(self, tmp_path: Path) -> None:
        """And no error."""
        assert maps(tmp_path) == {}
        assert paths(tmp_path) == []


@pytest.fixture
def environment(sysfs: Path, tmp_path: Path) -> dict[str, str]:
    """Give what a shell starts with: our program first, and that machine."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin/mpath"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    return {
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONPATH": path,
        "SYSFS": str(sysfs),
        "HOME": str(tmp_path),
        "TERM": "dumb",
        "PS1": "READY> ",
    }


@pytest.fixture
def bash(environment: dict[str, str], tmp_path: Path) -> Iterator[Terminal]:
    """Give a bash that knows how to complete, and nothing else."""
    with Terminal([shell("bash"), "--norc", "--noprofile", "-i"], environment, tmp_path) as terminal:
        terminal.type('eval "$(mpath completion bash)"; echo all is $((40 + 2))\n')
        terminal.wait("all is 42")
        yield terminal


@pytest.mark.slow
class TestBash:
    @pytest.mark.parametrize(
        ("typed", "completed"),
        [
            ("mpath sho", "w "),
            ("mpath show mpa", "tha "),
            ("mpath pr reserve mpatha --type write-exclusive-r", "egistrants-only "),
            ("mpath metrics -o js", "on "),
            ("mpath config effective polling", "_interval "),
            ("mpath config eff", "ective "),
            ("mpath explain sda --che", "ck "),
            ("mpath plan --conf bi", "n/"),
            ("mpath show odd", "\\ \\$\\(touch\\ harm\\) "),
        ],
    )
    def test_completes(self, bash: Terminal, tmp_path: Path, typed: str, completed: str) -> None:
        """A verb, a map, a choice, an option, a file; and nothing that a map's name says is done."""
        bash.type(f"{typed}\t")
        bash.wait(f"{typed}{completed}")
        bash.type("\x15echo still $((40 + 2))\n")
        bash.wait("still 42")
        assert not (tmp_path / "harm").exists()

    def test_lists_the_paths_of_the_map(self, bash: Terminal) -> None:
        """And no others."""
        bash.wait("READY> ")
        bash.type("mpath fail mpatha sd")
        bash.wait("sd")
        bash.type("\t")
        bash.type("\t")
        bash.wait("sda")
        bash.wait("sdb")
        assert "sdc" not in bash.seen


class TestTheVerb:
    @pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
    def test_prints_a_script(self, name: str, capsys: pytest.CaptureFixture[str]) -> None:
        """That names the program."""
        assert main(["completion", name]) == 0
        assert "mpath" in capsys.readouterr().out

    def test_says_what_is_missing(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        """In one line, with what to install."""
        monkeypatch.setitem(sys.modules, "argcomplete.shell_integration", None)
        assert main(["completion", "bash"]) == 1
        err = capsys.readouterr().err
        assert err.startswith("mpath completion: ")
        assert "pip install" in err

    @pytest.mark.slow
    def test_asked_without_argcomplete_is_quiet(self, environment: dict[str, str]) -> None:
        """The shell gets nothing, and nothing is run."""
        code = "import sys; sys.modules['argcomplete'] = None; from multipath.frontends.cli.main import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", code], env={**environment, "_ARGCOMPLETE": "1", "COMP_LINE": "mpath sho"},
            capture_output=True, text=True, timeout=DEADLINE, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
