"""
Taking maps away on a real kernel, with what integrators trip over standing on them: each named, each as it was after.

The oracles are dmsetup, fuser, lsblk and LVM's own tools.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from multipath import Control, Features, Host, Map, MultipathTable, errors
from multipath.frontends.cli.main import main
from multipath.lab.faults import injected
from multipath.maps.leftovers import wwids_of
from multipath.maps.state_file import StateFolder

from .oracle import dmsetup
from .test_killed import DyingControl

pytestmark = pytest.mark.kernel(memory=592)  # a guest of their own: disks go, and may come back by other names

# A program that holds a descriptor, says that it does, and ends when its input does.
HOLD = "import os, sys; fd = os.open(sys.argv[1], os.O_RDONLY); print('ready', flush=True); sys.stdin.read()"
# One that writes past the page cache, and says how that ended.
WRITE = """
import mmap, os, sys
fd = os.open(sys.argv[1], os.O_WRONLY | os.O_DIRECT)
print('ready', flush=True)
try:
    os.write(fd, mmap.mmap(-1, 4096))
except OSError as error:
    print(error.errno, flush=True)
"""


def run(*words: str) -> str:
    """Run a program and return what it prints."""
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


@contextmanager
def program(text: str, *words: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a Python program from the moment on at which it is ready, and end it."""
    command = [sys.executable, "-c", text, *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        assert child.stdout.readline() == "ready\n"
        yield child


@pytest.fixture
def wwid(host: Host) -> str:
    """Give the WWID that the array's unit really has."""
    return sorted(wwids_of(host.paths()[0]))[0]


@pytest.fixture
def queueing(host: Host, paths: list[str], wwid: str) -> Map:
    """Give a map of it that queues; the test takes it away."""
    table = MultipathTable.build([paths], features=Features(queue_if_no_path=True))
    return host.create("mpatha", table, uuid=f"mpath-{wwid}")


def partition(number: int = 1, *, sectors: int = 65536) -> str:
    """Map a partition of mpatha as kpartx does, and return its node."""
    uuid = dmsetup("info", "-c", "--noheadings", "-o", "uuid", "mpatha").strip()
    line = f"0 {sectors} linear /dev/mapper/mpatha {2048 * number}"
    dmsetup("create", f"mpatha-part{number}", "--uuid", f"part{number}-{uuid}", "--table", line)
    return f"/dev/mapper/mpatha-part{number}"


def state() -> tuple[str, str, str]:
    """Return all that must be as it was: devices, tables with their queueing, and which are suspended."""
    columns = dmsetup("info", "-c", "--noheadings", "-o", "name,uuid,suspended,tables_loaded")
    return dmsetup("ls"), dmsetup("table"), columns


def busy(host: Host) -> errors.DeviceBusy:
    """Return the refusal to detach mpatha, which changed nothing."""
    before = state()
    with pytest.raises(errors.DetachFailed) as failed:
        host.detach_plan("mpatha").run(patience=0.2)
    assert state() == before
    (refused,) = failed.value.errors
    assert isinstance(refused, errors.DeviceBusy)
    return refused


def is_gone(host: Host) -> bool:
    """Take mpatha away, and tell whether nothing of it is left."""
    report = host.detach_plan("mpatha").run(timeout=30, patience=30)
    return report.is_clean and dmsetup("ls") == "No devices found\n" and not os.path.lexists("/dev/mapper/mpatha")


class TestAMapWithPartitions:
    def test_goes_with_them(self, host: Host, queueing: Map) -> None:
        """The links too."""
        partition(1)
        partition(2, sectors=8)

        assert is_gone(host)
        assert [path.name for path in Path("/dev/mapper").iterdir()] == ["control"]

    def test_goes_with_those_that_kpartx_made_of_a_table(self, host: Host, queueing: Map) -> None:
        """By their uuids; a map over a partition that has another one is no partition of ours."""
        partition(1)
        dmsetup("create", "foreign", "--table", "0 8 linear /dev/mapper/mpatha 0")

        assert "map foreign" in str(busy(host))
        dmsetup("remove", "foreign")
        assert is_gone(host)

    def test_keeps_all_of_them_when_one_is_mounted(self, host: Host, queueing: Map, tmp_path: Path) -> None:
        """The mount point is named, and the command that ends it; then it goes."""
        partition(2, sectors=8)
        node = partition(1)
        run("mkfs.ext4", "-q", node)
        run("mount", node, str(tmp_path))

        refused = busy(host)

        assert f"mount {tmp_path} on mpatha-part1" in str(refused)
        assert f"umount {tmp_path}" in refused.hint
        assert str(tmp_path) in run("lsblk", "-n", "-o", "MOUNTPOINT", "/dev/mapper/mpatha")
        run("umount", str(tmp_path))
        assert is_gone(host)


class TestAMountThatOnlyAContainerHas:
    def test_is_named_with_a_process_of_it(self, host: Host, queueing: Map, tmp_path: Path) -> None:
        """Ours is unmounted; the one that was carried into another namespace holds the map."""
        run("mkfs.ext4", "-q", "/dev/mapper/mpatha")
        run("mount", "/dev/mapper/mpatha", str(tmp_path))
        words = [
            "unshare",
            "--mount",
            "--propagation",
            "private",
            sys.executable,
            "-c",
            "print('ready', flush=True); input()",
        ]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as container:
            assert container.stdout
            assert container.stdout.readline() == "ready\n"
            run("umount", str(tmp_path))

            refused = busy(host)

            assert f"mount {tmp_path} (in the mount namespace of {container.pid} (" in str(refused)
            container.communicate("\n")
        assert is_gone(host)


class TestAMapThatIsSwappedTo:
    def test_is_refused(self, host: Host, queueing: Map) -> None:
        """With the swap, and what ends it."""
        run("mkswap", "/dev/mapper/mpatha")
        run("swapon", "/dev/mapper/mpatha")
        try:
            refused = busy(host)
        finally:
            run("swapoff", "/dev/mapper/mpatha")

        assert "swap" not in {holder.kind for holder in queueing.holders()}
        assert "held by swap /dev/" in str(refused)
        assert "swapoff /dev/" in refused.hint
        assert is_gone(host)


class TestAMapUnderALoopDevice:
    def test_is_refused(self, host: Host, queueing: Map) -> None:
        """No process has it open: the kernel does, for the loop device."""
        run("modprobe", "loop")
        loop = run("losetup", "-f", "--show", "/dev/mapper/mpatha").strip()
        try:
            refused = busy(host)
        finally:
            run("losetup", "-d", loop)

        assert f"loop {os.path.basename(loop)}" in str(refused)
        assert is_gone(host)


@pytest.mark.kernel(packages=("lvm2",))
class TestAMapThatIsAPhysicalVolume:
    CONFIG = "devices { use_devicesfile = 0 } global { event_activation = 0 }"

    def lvm(self, *words: str) -> str:
        """Run a command of LVM."""
        return run("lvm", words[0], "--config", self.CONFIG, *words[1:])

    def test_is_refused_with_the_volume_and_its_mount(self, host: Host, queueing: Map, tmp_path: Path) -> None:
        """From the top: what is mounted, then the volume; LVM does as it is told, and the map goes."""
        node = partition(1)
        self.lvm("pvcreate", node)
        self.lvm("vgcreate", "v-g", node)
        self.lvm("lvcreate", "-l", "4", "-n", "data", "-Wn", "-Zn", "-an", "v-g")
        self.lvm("lvchange", "-ay", "v-g/data")
        run("mkfs.ext4", "-q", "/dev/mapper/v--g-data")
        run("mount", "/dev/mapper/v--g-data", str(tmp_path))

        held = [str(holder) for holder in queueing.holders() if holder.kind != "process"]  # udev may look
        refused = busy(host)

        assert held == [
            "partition mpatha-part1",
            "lvm v--g-data on mpatha-part1",
            f"mount {tmp_path} on v--g-data",
        ]
        assert refused.hint == f"nothing was changed; first: umount {tmp_path}, lvchange -an v-g/data"
        run("umount", str(tmp_path))
        self.lvm(*refused.hint.rpartition(", ")[2].split())
        assert is_gone(host)


class TestAMapThatAProgramHasOpen:
    def test_is_refused_with_the_program(self, host: Host, queueing: Map) -> None:
        """The one that fuser names."""
        with program(HOLD, "/dev/mapper/mpatha") as child:
            refused = busy(host)
            told = subprocess.run(["fuser", "/dev/mapper/mpatha"], capture_output=True, text=True, check=True).stdout
            child.communicate("")

        assert f"process {child.pid} (" in str(refused)
        assert str(child.pid) in told.split()
        assert is_gone(host)

    def test_is_waited_for(self, host: Host, queueing: Map) -> None:
        """Who is about to end does not have to be looked for."""
        partition(1)
        plan = host.detach_plan("mpatha")
        with program(HOLD, "/dev/mapper/mpatha-part1") as child:
            assert child.stdin
            child.stdin.close()

            assert plan.run(patience=30).is_clean


@pytest.mark.kernel(udev=False)  # the rules of dmsetup alone would read the map, and wait for a path as well
class TestAMapThatLostItsLastPath:
    @pytest.fixture
    def ghost(self, queueing: Map, host: Host) -> Iterator[Map]:
        """Take all paths offline, and let the kernel know."""
        names = [path.name for path in host.paths()]
        for name in names:
            Path(f"/sys/block/{name}/device/state").write_text("offline\n")
            queueing.fail_path(name)
        yield queueing
        for name in names:
            Path(f"/sys/block/{name}/device/state").write_text("running\n")

    def test_is_refused_by_name_of_the_gate(self, host: Host, ghost: Map) -> None:
        """Nothing is opened, read or flushed: that would hang."""
        before = state()
        with pytest.raises(errors.DetachFailed, match="ghosts=True"):
            host.detach_plan("mpatha").run()
        with pytest.raises(errors.PathsDiffer):
            ghost.flush()

        assert state() == before
        assert host.detach_plan("mpatha", ghosts=True).run(patience=30).is_clean

    def test_lets_its_writer_fail_where_that_is_allowed(self, host: Host, ghost: Map) -> None:
        """It waits in the kernel, whatever it is sent, until its I/O may fail; then it ends, and the map goes."""
        with program(WRITE, "/dev/mapper/mpatha") as writer:
            assert writer.stdout
            with pytest.raises(errors.DetachFailed, match="fail_io=True") as failed:
                host.detach_plan("mpatha", ghosts=True).run()
            assert f"process {writer.pid}" in str(failed.value)
            assert ghost.table().features.queue_if_no_path

            report = host.detach_plan("mpatha", ghosts=True, fail_io=True).run(patience=60)

            assert writer.stdout.readline() == "5\n"
        assert report.is_clean

    def test_queues_again_when_its_user_stays(self, host: Host, ghost: Map) -> None:
        """It was about to be removed, and is not."""
        before = state()
        with program(HOLD, "/dev/mapper/mpatha") as child:
            with pytest.raises(errors.DetachFailed, match=f"process {child.pid}"):
                host.detach_plan("mpatha", ghosts=True, fail_io=True).run(patience=0.2)

            assert state() == before
            child.communicate("")
        assert host.detach_plan("mpatha", ghosts=True).run(patience=30).is_clean


class TestAMapWhosePathsAreSilent:
    def test_is_as_it_was_when_the_flush_does_not_end(self, host: Host, queueing: Map) -> None:
        """The kernel takes its path for a good one: only a deadline tells. It is not suspended, and queues."""
        queueing.reload(MultipathTable.build([["sda"]], features=Features(queue_if_no_path=True)))
        before = state()
        with injected("held", "sda"):
            with pytest.raises(errors.WaitTimeout):
                queueing.flush(timeout=0.5)
            with pytest.raises(errors.DetachFailed) as failed:
                host.detach_plan("mpatha").run(timeout=0.5)
            assert isinstance(failed.value.errors[0], errors.WaitTimeout)
            assert state() == before
        assert is_gone(host)


class TestAMapThatAnotherProgramLeftSuspended:
    def test_goes(self, host: Host, queueing: Map) -> None:
        """No flush goes through it, and nobody has it open: nothing can be lost."""
        dmsetup("suspend", "--noflush", "--nolockfs", "mpatha")

        assert is_gone(host)


class TestTheDisksOfAMap:
    def test_go_with_it_and_their_links(self, host: Host, queueing: Map, wwid: str, tmp_path: Path) -> None:
        """No link in by-id leads to nothing, nothing is remembered; and a second time there is nothing to do."""
        state_folder = StateFolder(tmp_path)
        state_folder.add_wwid(wwid)
        links = [link for link in Path("/dev/disk/by-id").iterdir() if wwid[1:] in link.name]
        assert links

        report = host.detach_plan("mpatha", paths=True, forget=True, state=state_folder).run(timeout=30, patience=30)

        assert report.is_clean, report
        assert [str(result.outcome) for result in report.results] == ["done"] * 7
        assert (host.paths(), list(state_folder.wwids().wwids)) == ((), [])
        assert not any(link.is_symlink() for link in links)
        assert host.detach_plan(wwid, paths=True).missing == (wwid,)
        bring_back()

    def test_that_a_removal_left_are_found_by_the_wwid(self, host: Host, queueing: Map, wwid: str) -> None:
        """The map went, and the program before the disks: who comes after it says the same again."""
        queueing.remove()

        assert host.detach_plan(wwid, paths=True).run(timeout=30, patience=30).is_clean
        assert host.paths() == ()
        bring_back()

    def test_that_are_mounted_themselves_stay(self, host: Host, queueing: Map, tmp_path: Path) -> None:
        """A disk that came back beside the map and that somebody uses: nothing is done."""
        queueing.reload(MultipathTable.build([["sda"]], features=Features(queue_if_no_path=True)))
        run("mkfs.ext4", "-q", "/dev/sdd")
        run("mount", "/dev/sdd", str(tmp_path))
        try:
            with pytest.raises(errors.DetachFailed, match=f"held by mount {tmp_path}"):
                host.detach_plan("mpatha", paths=True).run()
        finally:
            run("umount", str(tmp_path))
        assert len(host.paths()) == 4
        assert is_gone(host)


def bring_back() -> None:
    """Scan the hosts, and wait until the four disks are there as before."""
    for host in sorted(Path("/sys/class/scsi_host").iterdir(), key=lambda folder: int(folder.name[len("host") :])):
        (host / "scan").write_text("- - -\n")
        run("udevadm", "settle")  # one after the other: the first to be found gets the first name


@pytest.mark.slow
@pytest.mark.kernel(backend="iscsi", paths=2)
class TestALunThatWasGivenToAnotherUnit:
    def test_is_told_and_its_disk_stays(self, host: Host, queueing: Map, wwid: str) -> None:
        """The kernel's own record is the old one; the disk that leads elsewhere is not taken for the old unit's."""
        other = host.paths()[1].name
        with injected("remapped", other):
            found = queueing.verify()
            assert {each.path for each in found} == {other}
            assert {str(each.doubt) for each in found} == {"rescan", "wwid"}
            with pytest.raises(errors.DetachFailed, match=f"{other}: rescan") as failed:
                host.detach_plan("mpatha", paths=True).run()
            assert isinstance(failed.value.errors[0], errors.PathsDiffer)
            assert len(host.paths()) == 2
        assert queueing.verify() == ()
        assert is_gone(host)


@pytest.mark.slow
class TestARemovalThatIsKilled:
    def test_before_any_command_leaves_no_map_suspended(
        self, host: Host, dm: Control, paths: list[str], wwid: str
    ) -> None:
        """Nothing is ever suspended and no queueing changed; who comes next does the rest."""
        table = MultipathTable.build([paths], features=Features(queue_if_no_path=True))
        for command in count():
            host.create("mpatha", table, uuid=f"mpath-{wwid}")
            partition(1)
            ended = killed_before(command)
            for entry in dm.devices():
                assert not dm.info(entry).suspended
            if "mpatha" in dmsetup("ls"):
                assert "1 queue_if_no_path" in dmsetup("table", "mpatha")
            host.detach_plan("mpatha").run(timeout=30, patience=30)
            assert dm.devices() == []
            if ended:
                break
        assert command > 10


@pytest.mark.slow
@pytest.mark.kernel(udev=False)
class TestARemovalThatEndsWhileIoIsFailed:
    @pytest.fixture
    def ghost(self, queueing: Map, host: Host) -> Map:
        """Let the kernel know of no path."""
        for path in host.paths():
            queueing.fail_path(path.name)
        return queueing

    def test_by_a_signal_queues_again(self, host: Host, ghost: Map) -> None:
        """The command is told to end, and puts back what it changed first."""
        command = [sys.executable, "-m", "multipath.frontends.cli.main", "remove", "mpatha", "--ghosts", "--fail-io"]
        with program(HOLD, "/dev/mapper/mpatha") as holder:
            with subprocess.Popen([*command, "--patience", "60"]) as removal:
                until(lambda: not ghost.table().features.queue_if_no_path)
                removal.send_signal(signal.SIGTERM)
            assert removal.returncode == 130
            assert ghost.table().features.queue_if_no_path
            holder.communicate("")
        assert host.detach_plan("mpatha", ghosts=True).run(patience=30).is_clean

    def test_by_a_kill_queues_again_too(self, host: Host, ghost: Map) -> None:
        """Another process was there for that."""
        with program(HOLD, "/dev/mapper/mpatha") as holder:
            child = os.fork()
            if child == 0:
                with Host() as own:
                    own.detach_plan("mpatha", ghosts=True, fail_io=True).run(patience=60)
            until(lambda: not ghost.table().features.queue_if_no_path)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            until(lambda: ghost.table().features.queue_if_no_path)
            holder.communicate("")
        assert host.detach_plan("mpatha", ghosts=True).run(patience=30).is_clean


def until(so: Callable[[], bool]) -> None:
    """Wait until something is so; another process does it, and tells nobody."""
    deadline = time.monotonic() + 60
    while not so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def killed_before(command: int) -> bool:
    """Detach in a child that dies before its n-th command; tell whether it came to its end."""
    child = os.fork()
    if child == 0:
        with Host(control=DyingControl(command, "udev")) as host:
            host.detach_plan("mpatha").run(timeout=30, patience=30)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFEXITED(status) or os.WTERMSIG(status) == signal.SIGKILL
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    run("udevadm", "settle")
    for line in Path("/proc/sysvipc/sem").read_text("ascii").splitlines()[1:]:
        if int(line.split()[0]) & 0xFFFF0000 == 0x0D4D0000:
            dmsetup("udevcomplete", "-y", str(int(line.split()[0])))
    return os.WIFEXITED(status)


class TestTheCommand:
    def test_takes_a_unit_away_as_a_whole(self, queueing: Map, wwid: str, capsys: pytest.CaptureFixture[str]) -> None:
        """One line for each step, and code 0; then code 3, or 0 where that is expected."""
        partition(1)

        assert main(["remove", "mpatha", "--paths", "--patience", "30"]) == 0
        out = capsys.readouterr().out.splitlines()
        assert out[:3] == ["flush mpatha: done", "remove partition mpatha-part1: done", "remove map mpatha: done"]
        assert sorted(out[3:]) == [f"delete path sd{letter}: done" for letter in "abcd"]
        assert main(["remove", wwid, "--paths"]) == 3
        assert capsys.readouterr().err == f"mpath remove: nothing answers to '{wwid}': gone already, or never there\n"
        assert main(["remove", wwid, "--paths", "--if-exists"]) == 0
        bring_back()

    def test_prints_what_it_would_do(self, queueing: Map, capsys: pytest.CaptureFixture[str]) -> None:
        """And does not."""
        assert main(["remove", "mpatha", "--dry-run", "-o", "json"]) == 0
        (unit,) = json.loads(capsys.readouterr().out)["plan"]["units"]

        assert [step["act"] for step in unit["steps"]] == ["flush", "remove"]
        assert "mpatha" in dmsetup("ls")
        assert main(["remove", "mpatha", "--patience", "30"]) == 0

    @pytest.mark.parametrize("dry", [[], ["--dry-run"]])
    def test_says_with_code_4_who_holds_it(
        self, queueing: Map, tmp_path: Path, dry: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        """One line, and what ends it."""
        run("mkfs.ext4", "-q", "/dev/mapper/mpatha")
        run("mount", "/dev/mapper/mpatha", str(tmp_path))
        try:
            assert main(["remove", "mpatha", *dry]) == 4
        finally:
            run("umount", str(tmp_path))
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert f"first: umount {tmp_path}" in said
        assert main(["remove", "mpatha", "--patience", "30"]) == 0
