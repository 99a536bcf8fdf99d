"""What the world around the library does wrong: a full disk, a read-only folder, disks that vanish while read."""

import asyncio
import errno
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath import Control, Host
from multipath.config.reader import read_configuration
from multipath.errors import ApplyFailed, FileError
from multipath.lab import guest, place
from multipath.lab.faults import injected, medium_error, unplug
from multipath.maps.state_file import StateFolder
from multipath.paths.request import Answer, scsi
from multipath.wire.sense import SenseKey, parse_sense

SETTINGS = "defaults {\n find_multipaths off\n user_friendly_names yes\n}\n"
CONFIG = read_configuration([("multipath.conf", SETTINGS)])


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Give a file system of 16 KiB that is a test's own."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "small", tmp_path], check=True)
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


def made(folder: Path) -> list[str]:
    """Apply the plan with its state in that folder; return what went wrong with each map, and leave no map."""
    with Control() as dm, Host(control=dm) as host:
        try:
            results = host.plan(CONFIG, state=StateFolder(folder, deadline=1)).apply()
        except ApplyFailed as failed:
            results = failed.results
        said = [f"{type(each.error).__name__}: {each.error}" for each in results if each.error]
        for found in host.maps():
            assert not found.info().suspended
            found.remove()
        assert dm.devices() == []
    return said


@pytest.mark.kernel
class TestAStateFolder:
    def test_on_a_full_disk_is_told_and_stays_whole(self, disk: Path) -> None:
        """No alias is bound, and none that was there is lost."""
        bindings = "mpatha 3600a0b80000000000000000000000001\n"
        (disk / "bindings").write_text(bindings)
        with pytest.raises(OSError, match="No space left"):
            (disk / "ballast").write_bytes(bytes(1 << 20))

        said = made(disk)

        assert len(said) == 1
        assert "FileError" in said[0]
        assert "No space left" in said[0]
        assert (disk / "bindings").read_text().endswith(bindings)

    def test_that_is_read_only_is_told(self, disk: Path) -> None:
        """As ``/etc`` of an image is."""
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)

        with pytest.raises(FileError) as caught:
            StateFolder(disk).add_binding("mpathz", "3600a0b80000000000000000000000002")

        assert caught.value.errno == errno.EROFS
        made(disk)


@pytest.mark.kernel(memory=576)  # a guest of its own: a disk gets another name here
class TestPathsThatVanishWhileTheyAreRead:
    def test_are_left_out_of_what_is_found(self) -> None:
        """Attributes go away in the middle of a pass: no exception, and the others are all there."""
        first, *others = guest.luns()[0]
        ended, wrong = threading.Event(), list[BaseException]()
        address = place.address(first)

        def flap() -> None:
            for _ in range(10):
                name = place.at(address)
                unplug.inject(name)
                unplug.heal(name)
            ended.set()

        def look(host: Host) -> None:
            try:
                while not ended.is_set():
                    assert {path.name for path in host.paths()} >= set(others)
                    host.plan(CONFIG, state=StateFolder("/nonexistent"))
            except BaseException as error:  # noqa: BLE001 - told below, by the test's own thread
                wrong.append(error)

        with Control() as dm, Host(control=dm) as host:
            readers = [threading.Thread(target=look, args=(host,)) for _ in range(2)]
            for reader in readers:
                reader.start()
            flap()
            for reader in readers:
                reader.join()

        assert wrong == []


@pytest.mark.kernel
class TestSenseData:
    @pytest.mark.parametrize("form", [0, 1])
    def test_is_understood_in_both_formats(self, form: int) -> None:
        """Fixed and descriptor: the same error."""
        name = guest.luns()[0][0]
        place.write(place.knob(name, "dsense"), str(form))
        try:
            with injected("medium_error", name):
                answer = asked(name, medium_error.FIRST_SECTOR)
        finally:
            place.write(place.knob(name, "dsense"), "0")

        sense = parse_sense(answer.sense)
        assert (answer.sense[0] & 0x7F) == (0x72 if form else 0x70)
        assert sense is not None
        assert sense.key is SenseKey.MEDIUM_ERROR
        # The module tells the block in the fixed format only.
        assert sense.information == (None if form else medium_error.FIRST_SECTOR)


def asked(name: str, sector: int) -> Answer:
    """Read one sector by READ(10), and return the answer."""
    with Control() as dm, Host(control=dm) as host:
        path = next(path for path in host.paths() if path.name == name)
        command = bytes([0x28, 0]) + sector.to_bytes(4, "big") + bytes([0, 0, 1, 0])
        answer = asyncio.run(host.asker.ask(scsi(path, command, 512), 5.0))
    assert isinstance(answer, Answer)
    return answer
