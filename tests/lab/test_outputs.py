"""What every verb prints for programs on the real kernel, held to the published schema."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from multipath import Map
from multipath.frontends.cli.exit_code import ExitCode
from multipath.frontends.cli.main import main
from multipath.lab import guest
from tests.published import check, check_printed

from .managing import managed

Capture = pytest.CaptureFixture[str]
_MPATH: Final = (sys.executable, "-m", "multipath.frontends.cli.main")
# A partition table with one entry of type 0x83, from sector 2048, of as many sectors.
_ENTRY: Final = bytes([0, 0, 0, 0, 0x83, 0, 0, 0]) + (2048).to_bytes(4, "little") * 2

_KEY: Final = ["mpatha", "--key", "0xabc"]
_TYPE: Final = ["--type", "wero"]
_PLAN: Final = ["--conf", "multipath.conf", "--state", "."]

# In this order, each on what those before it made.
COMMANDS: Final[list[tuple[str, list[str]]]] = [
    ("show", ["show"]),
    ("list", ["list"]),
    ("watch", ["watch", "--timeout", "0.1"]),
    ("wait", ["wait", "mpatha", "--usable"]),
    ("metrics", ["metrics"]),
    ("plan", ["plan", *_PLAN]),
    ("classify", ["classify", "mpatha"]),
    ("explain", ["explain", "mpatha", "--check", *_PLAN]),
    ("explain stall", ["explain", "stall", "mpatha", *_PLAN]),
    ("config effective", ["config", "effective", "no_path_retry", "mpatha", *_PLAN]),
    ("config check", ["config", "check", "multipath.conf"]),
    ("resize", ["resize", "mpatha", "--no-rescan"]),
    ("partitions add", ["partitions", "add", "mpatha"]),
    ("partitions list", ["partitions", "list"]),
    ("partitions update", ["partitions", "update", "mpatha"]),
    ("partitions remove", ["partitions", "remove", "mpatha"]),
    ("remove", ["remove", "mpatha", "--dry-run"]),
    ("pr capabilities", ["pr", "capabilities", "mpatha", *_PLAN]),
    ("pr register", ["pr", "register", *_KEY, *_PLAN]),
    ("pr keys", ["pr", "keys", "mpatha", *_PLAN]),
    ("pr reserve", ["pr", "reserve", *_KEY, *_TYPE, *_PLAN]),
    ("pr reservation", ["pr", "reservation", "mpatha", *_PLAN]),
    ("pr status", ["pr", "status", "mpatha", *_PLAN]),
    ("pr release", ["pr", "release", *_KEY, *_TYPE, *_PLAN]),
    ("pr unregister", ["pr", "unregister", *_KEY, *_PLAN]),
    ("doctor", ["doctor", *_PLAN]),
    ("apply", ["apply", "--dry-run", *_PLAN]),
]


@pytest.mark.kernel(backend="tcm_loop")
def test_every_verb_prints_what_the_schema_has(
    mpath: Map, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """On an array with reservations; a path has failed, and there is a partition."""
    monkeypatch.chdir(tmp_path)
    Path("multipath.conf").write_text("defaults {\n\tfind_multipaths off\n\tpolling_intervall 5\n}\n")
    with open("/dev/mapper/mpatha", "r+b", buffering=0) as disk:
        disk.write((bytes(446) + _ENTRY).ljust(510, b"\0") + b"\x55\xaa")
    mpath.fail_path(mpath.table().devices[0])

    for words, command in COMMANDS:
        capsys.readouterr()
        code = main([*command, "-o", "json"])

        printed = capsys.readouterr()
        assert printed.out, (words, printed.err)
        assert code in (ExitCode.OK, ExitCode.ERROR), (words, printed.err)
        check_printed(words, printed.out)


@pytest.mark.kernel
@pytest.mark.slow
@pytest.mark.usefixtures("dm")
def test_a_manager_says_what_the_schema_has(tmp_path: Path) -> None:
    """Its status, its health, a reload, and an event of its own."""
    with managed(tmp_path) as manager:
        for words, option in (("status", []), ("status health", ["--health"]), ("status reload", ["--reload"])):
            done = subprocess.run(
                [*_MPATH, "status", *option, "--folder", str(tmp_path), "-o", "json"],
                capture_output=True, text=True, timeout=60, check=False,
            )  # fmt: skip
            assert done.stdout, done.stderr
            check(words, json.loads(done.stdout))
        guest.set_state(guest.luns()[0][0], "offline")
        with subprocess.Popen(
            [*_MPATH, "status", "--events", "--folder", str(tmp_path), "-o", "json"], stdout=subprocess.PIPE, text=True
        ) as events:
            assert events.stdout
            check("status events", json.loads(events.stdout.readline()))
            events.terminate()
        guest.set_state(guest.luns()[0][0], "running")
        assert manager.process.poll() is None
