"""Setting timeouts, and giving back what was there: also by another program than the one that set them."""

import asyncio
import errno
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path as Folder
from typing import Final

import pytest

from multipath.errors import FileError
from multipath.paths.knobs import OFFLINE, Knob
from multipath.paths.path import Path
from multipath.paths.timeout_journal import TimeoutJournal
from multipath.paths.timeouts import Change, Timeouts

from .timeout_tree import Writer, timeout_tree

TIGHT = {Knob.TIMEOUT: 3.0, Knob.EH_TIMEOUT: 1.0, Knob.MAX_RETRIES: 0.0, Knob.FAST_IO_FAIL: 2.0}


@pytest.fixture
def writer() -> Writer:
    """Give who writes."""
    return Writer()


@pytest.fixture
def path(tmp_path: Folder) -> Path:
    """Give a path over Fibre Channel."""
    return timeout_tree("fc", tmp_path / "sys")


def timeouts(folder: Folder, writer: Writer) -> Timeouts:
    """Return the timeouts of a host, as a program that has just been started has them."""
    return Timeouts(writer, sysfs=folder / "sys", journal=TimeoutJournal(folder / "run"))


def contents(folder: Folder) -> dict[str, str]:
    """Return every attribute."""
    return {str(file): file.read_text().strip() for file in (folder / "sys/devices").rglob("*") if file.is_file()}


def set_timeouts(one: Timeouts, path: Path, values: dict[Knob, float]) -> tuple[Change, ...]:
    """Set them."""
    return asyncio.run(one.apply(path, values))


def read(one: Timeouts, path: Path) -> Mapping[Knob, float]:
    """Return what the attributes hold."""
    return asyncio.run(one.read(path))


class TestAPathThatIsAdopted:
    def test_holds_what_was_asked_for(self, tmp_path: Folder, path: Path, writer: Writer) -> None:
        """Each attribute in its own unit."""
        one = timeouts(tmp_path, writer)

        set_timeouts(one, path, TIGHT)

        assert {knob: read(one, path)[knob] for knob in TIGHT} == TIGHT
        assert [str(each) for each in set_timeouts(one, path, TIGHT)] == []

    def test_is_as_it_was_when_it_is_let_go(self, tmp_path: Folder, path: Path, writer: Writer) -> None:
        """Nothing is left, and nothing is remembered."""
        before, one = contents(tmp_path), timeouts(tmp_path, writer)
        set_timeouts(one, path, TIGHT)

        asyncio.run(one.release(path))

        assert contents(tmp_path) == before
        assert list((tmp_path / "run").iterdir()) == []

    def test_keeps_what_somebody_else_has_set_since(self, tmp_path: Folder, path: Path, writer: Writer) -> None:
        """An administrator's value is not undone."""
        one = timeouts(tmp_path, writer)
        set_timeouts(one, path, TIGHT)
        file = tmp_path / "sys/block" / path.name / "device/timeout"
        file.write_text("60\n")

        asyncio.run(one.release(path))

        assert file.read_text() == "60\n"

    def test_is_not_changed_where_nothing_can_be_remembered(self, tmp_path: Folder, path: Path, writer: Writer) -> None:
        """No attribute is written whose old value would be lost."""
        (tmp_path / "run").write_text("a file where the folder should be")
        before = contents(tmp_path)

        with pytest.raises(FileError):
            set_timeouts(timeouts(tmp_path, writer), path, TIGHT)

        assert contents(tmp_path) == before

    def test_tells_what_could_not_be_set(self, tmp_path: Folder, path: Path, writer: Writer) -> None:
        """A refusal and a silence are told, and the rest is set."""
        writer.refused["eh_timeout"], writer.silent = errno.EACCES, {"max_retries"}

        changes = set_timeouts(timeouts(tmp_path, writer), path, TIGHT)

        errors = {each.knob: each.error for each in changes}
        assert errors == {
            Knob.TIMEOUT: 0, Knob.EH_TIMEOUT: errno.EACCES, Knob.MAX_RETRIES: -1, Knob.FAST_IO_FAIL: 0
        }  # fmt: skip


class TestAPortThatIsNotThere:
    """The kernel answers EBUSY while it is blocked."""

    def test_gets_its_values_when_it_is_back(
        self, tmp_path: Folder, path: Path, writer: Writer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """They are tried again, but not at once."""
        one = timeouts(tmp_path, writer)
        writer.refused["fast_io_fail_tmo"] = errno.EBUSY
        assert [each.error for each in set_timeouts(one, path, {Knob.FAST_IO_FAIL: 2.0})] == [errno.EBUSY]
        writer.refused.clear()
        assert asyncio.run(one.renew()) == ()

        later = writer.now() + 10
        monkeypatch.setattr(Writer, "now", lambda _: later)
        asyncio.run(one.renew())

        assert read(one, path)[Knob.FAST_IO_FAIL] == 2.0
        assert asyncio.run(one.renew()) == ()

    def test_is_given_back_what_it_held_when_it_is_back(
        self, tmp_path: Folder, path: Path, writer: Writer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It was let go meanwhile; what it held stays in the journal, for another program, too."""
        before, one = contents(tmp_path), timeouts(tmp_path, writer)
        set_timeouts(one, path, {Knob.FAST_IO_FAIL: 2.0})
        writer.refused["fast_io_fail_tmo"] = errno.EBUSY
        asyncio.run(one.release(path))
        assert len(one.journal.entries()) == 1
        writer.refused.clear()

        later = writer.now() + 10
        monkeypatch.setattr(Writer, "now", lambda _: later)
        asyncio.run(one.renew())

        assert contents(tmp_path) == before
        assert one.journal.entries() == {}


class TestAnAttributeWhoseReadersAreHeld:
    def test_is_left_as_it_is_and_told(self, tmp_path: Folder, path: Path, writer: Writer) -> None:
        """A queue of a silent path may hold them; nobody waits for it, and the others are set."""
        writer.unread.add("max_sectors_kb")

        changes = set_timeouts(timeouts(tmp_path, writer), path, {**TIGHT, Knob.MAX_SECTORS: 512.0})

        assert [str(each) for each in changes if each.error] == ["max_sectors_kb ? -> 512: no answer"]
        assert len(changes) == len(TIGHT) + 1

    def test_is_given_back_later(self, tmp_path: Folder, path: Path, writer: Writer) -> None:
        """What it held stays in the journal until then."""
        before, one = contents(tmp_path), timeouts(tmp_path, writer)
        set_timeouts(one, path, {**TIGHT, Knob.MAX_SECTORS: 512.0})
        writer.unread.add("max_sectors_kb")
        asyncio.run(one.release(path))
        writer.unread.clear()

        asyncio.run(one.recover())

        assert contents(tmp_path) == before
        assert one.journal.entries() == {}


class TestAProgramThatWasKilled:
    @pytest.mark.parametrize("killed_before_the_write", [False, True])
    def test_leaves_what_another_gives_back(
        self, tmp_path: Folder, path: Path, writer: Writer, *, killed_before_the_write: bool
    ) -> None:
        """Whether it had written the attribute yet, or only remembered it."""
        before = contents(tmp_path)
        if killed_before_the_write:
            writer.silent = {"timeout", "eh_timeout", "max_retries", "fast_io_fail_tmo"}
        set_timeouts(timeouts(tmp_path, writer), path, TIGHT)
        writer.silent = set()

        asyncio.run(timeouts(tmp_path, writer).recover())

        assert contents(tmp_path) == before
        assert list((tmp_path / "run").iterdir()) == []

    def test_leaves_what_another_takes_over(self, tmp_path: Folder, path: Path, writer: Writer) -> None:
        """The values of before the first are given back, not those of the first."""
        before = contents(tmp_path)
        set_timeouts(timeouts(tmp_path, writer), path, TIGHT)
        second = timeouts(tmp_path, writer)
        set_timeouts(second, path, {**TIGHT, Knob.TIMEOUT: 2.0})
        asyncio.run(second.recover())
        assert read(second, path)[Knob.TIMEOUT] == 2.0

        asyncio.run(second.release(path))

        assert contents(tmp_path) == before

    def test_between_two_values_of_its_own_leaves_either(self, tmp_path: Folder, path: Path, writer: Writer) -> None:
        """The second value was remembered and not reached: the first is given back as well."""
        before, first = contents(tmp_path), timeouts(tmp_path, writer)
        set_timeouts(first, path, TIGHT)
        writer.silent = {"timeout"}
        set_timeouts(first, path, {**TIGHT, Knob.TIMEOUT: 2.0})
        writer.silent = set()

        asyncio.run(timeouts(tmp_path, writer).recover())

        assert contents(tmp_path) == before

    def test_leaves_a_path_offline_that_runs_again(self, tmp_path: Folder, path: Path, writer: Writer) -> None:
        """A device that was offline to be drained is not left so."""
        state = tmp_path / "sys/block" / path.name / "device/state"
        set_timeouts(timeouts(tmp_path, writer), path, {Knob.STATE: OFFLINE})
        assert state.read_text() == "offline\n"

        asyncio.run(timeouts(tmp_path, writer).recover())

        assert state.read_text() == "running\n"

    def test_has_nothing_to_say_about_another_disk(self, tmp_path: Folder, path: Path, writer: Writer) -> None:
        """A later disk at the same place keeps its own values."""
        set_timeouts(timeouts(tmp_path, writer), path, {Knob.TIMEOUT: 3.0})
        disk = tmp_path / "sys/block" / path.name
        (disk / "diskseq").write_text("8\n")

        asyncio.run(timeouts(tmp_path, writer).recover())

        assert (disk / "device/timeout").read_text() == "3\n"
        assert list((tmp_path / "run").iterdir()) == []


class TestWhatPathsShare:
    def test_has_the_strictest_of_their_wishes(self, tmp_path: Folder, path: Path, writer: Writer) -> None:
        """And the wish of the one that is left, when the other is let go; dev_loss_tmo has the most."""
        other = timeout_tree("iscsi", tmp_path / "other", 16)
        one, twin = timeouts(tmp_path, writer), replace(path, devt=other.devt)
        set_timeouts(one, path, {Knob.FAST_IO_FAIL: 2.0, Knob.DEV_LOSS: 60.0})
        set_timeouts(one, twin, {Knob.FAST_IO_FAIL: 4.0, Knob.DEV_LOSS: 90.0})
        assert (read(one, path)[Knob.FAST_IO_FAIL], read(one, path)[Knob.DEV_LOSS]) == (2.0, 90.0)

        asyncio.run(one.release(path))

        assert (read(one, path)[Knob.FAST_IO_FAIL], read(one, path)[Knob.DEV_LOSS]) == (4.0, 90.0)

    def test_is_raised_before_what_has_to_stay_below(self, tmp_path: Folder, path: Path, writer: Writer) -> None:
        """The kernel refuses a fast_io_fail_tmo that is not below dev_loss_tmo."""
        one = timeouts(tmp_path, writer)

        set_timeouts(one, path, {Knob.FAST_IO_FAIL: 50.0, Knob.DEV_LOSS: 60.0})
        set_timeouts(one, path, {Knob.FAST_IO_FAIL: 5.0, Knob.DEV_LOSS: 30.0})

        names = [request.node.rpartition("/")[2] for request in writer.asked]
        assert names == ["dev_loss_tmo", "fast_io_fail_tmo", "fast_io_fail_tmo", "dev_loss_tmo"]


class TestASessionThatIsNew:
    PINGS: Final = {Knob.NOOP_INTERVAL: 1.0, Knob.NOOP_TIMEOUT: 2.0}

    @pytest.fixture
    def path(self, tmp_path: Folder) -> Path:
        """Give a path over iSCSI."""
        return timeout_tree("iscsi", tmp_path / "sys")

    @staticmethod
    def log_in(folder: Folder) -> None:
        """Set what a daemon sets."""
        for knob in TestASessionThatIsNew.PINGS:
            (file,) = (folder / "sys/devices").rglob(str(knob))
            file.write_text("5\n")

    def test_gets_its_values_again(self, tmp_path: Folder, path: Path, writer: Writer) -> None:
        """The ping times; nothing is written while they are what they were set to."""
        one = timeouts(tmp_path, writer)
        set_timeouts(one, path, {**self.PINGS, **TIGHT})
        assert asyncio.run(one.renew()) == ()
        self.log_in(tmp_path)

        assert sorted(each.knob for each in asyncio.run(one.renew())) == sorted(self.PINGS)
        assert {knob: read(one, path)[knob] for knob in self.PINGS} == self.PINGS
        assert asyncio.run(one.renew()) == ()

    def test_is_not_asked_again_where_its_driver_takes_none(self, tmp_path: Folder, path: Path, writer: Writer) -> None:
        """An adapter that does iSCSI itself refuses, and would for ever."""
        one = timeouts(tmp_path, writer)
        writer.refused = dict.fromkeys(map(str, self.PINGS), errno.EOPNOTSUPP)
        set_timeouts(one, path, self.PINGS)
        asked = len(writer.asked)

        assert asyncio.run(one.renew()) == ()
        assert len(writer.asked) == asked

    def test_may_be_pinged_sooner_than_it_has_to(self, tmp_path: Folder, path: Path, writer: Writer) -> None:
        """Nothing is made longer; but 0 is never."""
        one = timeouts(tmp_path, writer)
        set_timeouts(one, path, {Knob.NOOP_TIMEOUT: 2.0})
        (file,) = (tmp_path / "sys/devices").rglob("ping_tmo")

        for text, after in (("1", "1"), ("0", "2")):
            file.write_text(f"{text}\n")
            asyncio.run(one.renew())
            assert file.read_text().strip() == after

    @pytest.mark.parametrize("renewed", [False, True])
    def test_is_as_it_was_when_it_is_let_go(
        self, tmp_path: Folder, path: Path, writer: Writer, *, renewed: bool
    ) -> None:
        """Before it was renewed, or while it is."""
        before, one = contents(tmp_path), timeouts(tmp_path, writer)
        set_timeouts(one, path, self.PINGS)
        self.log_in(tmp_path)

        async def let_go() -> None:
            renewal = asyncio.create_task(one.renew())
            await asyncio.sleep(0)
            await one.release(path)
            await renewal

        asyncio.run(let_go() if renewed else one.release(path))

        assert contents(tmp_path) == before
        assert asyncio.run(one.renew()) == ()
        assert list((tmp_path / "run").iterdir()) == []


class TestAJournal:
    @pytest.mark.parametrize("text", ["", "{}", "[1]", '{"file": 1, "knob": 2, "original": 3, "ours": []}'])
    def test_takes_no_file_that_is_none_of_its_own(self, tmp_path: Folder, text: str) -> None:
        """What cannot be read is left alone."""
        (tmp_path / "0.json").write_text(text)

        assert dict(TimeoutJournal(tmp_path).entries()) == {}
