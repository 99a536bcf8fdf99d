"""The lab itself, from the outside: what a command in a guest gets, and what stays when it is over."""

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from multipath.errors import GuestPanicked, GuestTimeout
from multipath.lab import Guest, Machine, Sinks, run
from multipath.lab.sinks import discard

pytestmark = pytest.mark.slow
# The kernel that boots fastest of those that are always there.
MACHINE = Machine(kernel="6.12", paths=2, udev=False, timeout=60)
CLI = [sys.executable, "-m", "multipath.frontends.cli.lab"]
DIRTY_MAP = """
import threading
from multipath import Features, Host, MultipathTable
host = Host()
paths = [f"/dev/{path.name}" for path in host.paths()]
disk = host.create("stuck", MultipathTable.build([paths], features=Features(queue_if_no_path=True)))
with open("/dev/mapper/stuck", "r+b", buffering=0) as node:
    for path in paths:
        disk.fail_path(path)
    node.write(bytes(65536))
    print("dirty", flush=True)
    threading.Event().wait()
"""
HANG = ["sh", "-c", "echo running; read never </dev/ttyS9"]


@pytest.fixture(autouse=True)
def run_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the lab makes its run folders; afterwards nothing is in it, and no process of a guest is left."""
    folder = tmp_path / "runs"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    assert list(folder.iterdir()) == []
    assert processes_with(str(folder)) == []


def processes_with(word: str) -> list[str]:
    """Return the command lines with a word in them."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_text())
        except OSError:  # it ended while we looked
            continue
    return [line for line in lines if word in line]


def output_of(command: str, machine: Machine = MACHINE) -> tuple[int, str, str]:
    """Run a shell command in a guest; return its status, standard output and standard error."""
    out: list[bytes] = []
    err: list[bytes] = []
    status = run(["sh", "-c", command], machine, Sinks(out.append, err.append, discard))
    return status, b"".join(out).decode(), b"".join(err).decode()


class TestACommandInAGuest:
    def test_is_heard_as_if_it_ran_here(self) -> None:
        """Its exit status, its output and its error output arrive, each for itself."""
        assert output_of("echo out; echo err >&2; exit 7") == (7, "out\n", "err\n")

    def test_loses_no_byte_of_much_output(self) -> None:
        """A million bytes of every value arrive whole: the lines to the outside change nothing."""
        program = "import sys; sys.stdout.buffer.write(bytes(range(256)) * 4096)"
        out: list[bytes] = []

        run([sys.executable, "-c", program], MACHINE, Sinks(out.append))

        assert b"".join(out) == bytes(range(256)) * 4096

    def test_finds_the_same_python_in_the_same_folder(self) -> None:
        """The interpreter, its packages and the working folder are where they are here."""
        command = 'pwd; python -c "import sys, multipath; print(sys.executable, multipath.__file__)"'
        package = Path(__file__).parents[2] / "multipath/__init__.py"

        assert output_of(command)[1].split() == [os.getcwd(), sys.executable, str(package)]

    def test_writes_to_no_file_of_the_machine(self) -> None:
        """It may write anywhere, and nothing of it is ever seen here."""
        witness = Path.cwd() / "written-in-a-guest"

        status, _, _ = output_of(f"echo x >{witness} && cat {witness}")

        assert status == 0
        assert not witness.exists()

    def test_shares_the_scratch_folder(self, tmp_path: Path) -> None:
        """That one folder can be written to, and is at the same place."""
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        (scratch / "in").write_text("from here")

        output_of('cp "$MULTIPATH_LAB_SCRATCH/in" "$MULTIPATH_LAB_SCRATCH/out"', replace(MACHINE, scratch=scratch))

        assert (scratch / "out").read_text() == "from here"


class TestAGuestThatHangs:
    def test_is_killed_when_its_time_is_over(self) -> None:
        """The limit is hard: no command can hold it up."""
        with pytest.raises(GuestTimeout, match="limit of 4 s"):
            output_of("trap '' TERM INT; while :; do :; done", replace(MACHINE, timeout=4))

    def test_is_killed_although_it_never_falls_silent(self) -> None:
        """Output that comes faster than it is taken is no reason to wait."""
        never = threading.Event()

        def take(_: bytes) -> None:
            never.wait(0.3)

        with pytest.raises(GuestTimeout, match="limit of 4 s"):
            run(["yes"], replace(MACHINE, timeout=4), Sinks(take))

    def test_can_be_killed_at_any_time(self) -> None:
        """Somebody else may end it, which is reported as an end before its time."""
        with Guest(HANG, MACHINE, Sinks(lambda _: guest.kill())) as guest, pytest.raises(GuestPanicked):
            guest.wait()


class TestAGuestWithAMapThatQueuesForEver:
    def test_ends_with_its_command(self) -> None:
        """What can never be written to the map is lost with the guest, and does not hold up its end."""
        command = f"mkfifo /tmp/said; python -c {shlex.quote(DIRTY_MAP)} >/tmp/said & read word </tmp/said; echo $word"
        status, out, _ = output_of(f"{command}; exit 3")

        assert (status, out) == (3, "dirty\n")


class TestAGuestThatPanics:
    def test_is_reported_with_the_end_of_its_console(self) -> None:
        """The error holds the kernel's last words."""
        with pytest.raises(GuestPanicked) as caught:
            output_of("echo c >/proc/sysrq-trigger; read never </dev/ttyS9")

        assert any("Kernel panic - not syncing: sysrq triggered crash" in line for line in caught.value.last_lines)


class TestTheCommandLine:
    @pytest.mark.parametrize(
        ("words", "code"),
        [
            (["--", "sh", "-c", "exit 3"], 3),
            (["--timeout", "3", "--", *HANG], 124),
            (["--", "sh", "-c", "echo c >/proc/sysrq-trigger; read never </dev/ttyS9"], 125),
        ],
    )
    def test_exits_with_the_status_of_the_command(self, words: list[str], code: int) -> None:
        """Or with 124 after the time limit, 125 after a panic: codes that say whose failure it was."""
        done = subprocess.run([*CLI, "run", "--kernel", "6.12", "--no-udev", *words], check=False)

        assert done.returncode == code

    @pytest.mark.parametrize("words", [["--paths", "-1"], ["--luns", "two"], ["--size", "0"], ["--memory", "0"]])
    def test_refuses_a_machine_that_cannot_be(self, words: list[str]) -> None:
        """A fault of usage, before anything boots: an array without paths would only look like one."""
        done = subprocess.run([*CLI, "run", *words, "--", "true"], capture_output=True, text=True, check=False)

        assert (done.returncode, words[0] in done.stderr) == (2, True)

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
    def test_leaves_nothing_when_it_is_killed(self, number: signal.Signals) -> None:
        """However the host's process ends, guest and run folder go with it."""
        words = [*CLI, "run", "--kernel", "6.12", "--no-udev", "--", *HANG]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "running\n"

            process.send_signal(number)

            # The watchdog holds the pipe: its end is the end of everything.
            assert process.stdout.read() == ""
        assert process.returncode != 0


class TestTheTimeOfAGuest:
    def test_is_what_the_machine_spends_on_it(self) -> None:
        """A guest that works for a second costs about that; its own clock need not know."""
        marks: list[float] = []
        command = "echo; python3 -c 'import time; end = time.monotonic() + 1\nwhile time.monotonic() < end: pass'; echo"

        def heard(data: bytes) -> None:
            marks.extend([guest.cpu_seconds] * data.count(b"\n"))

        with Guest(["sh", "-c", command], MACHINE, Sinks(heard, discard, discard)) as guest:
            assert guest.wait() == 0

        assert marks[-1] - marks[0] > 0.3
