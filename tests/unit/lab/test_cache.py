"""The cache: complete or not there, made once, by whoever comes first."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from multipath.errors import LabError
from multipath.lab import cache


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own."""
    monkeypatch.setenv("MULTIPATH_LAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def things(folder: Path) -> list[str]:
    """Return what users see in the cache."""
    return [path.name for path in folder.iterdir() if not path.name.startswith(".lock")]


class TestAThingThatIsMade:
    def test_is_made_once(self) -> None:
        """The second caller gets what the first has made."""
        cache.made("thing", lambda draft: (draft / "file").touch())

        place = cache.made("thing", lambda _: pytest.fail("made again"))

        assert (place / "file").exists()

    def test_is_made_once_by_callers_at_the_same_time(self) -> None:
        """The one who comes second waits, and finds it."""
        drafts: list[Path] = []
        callers = [threading.Thread(target=cache.made, args=("thing", drafts.append)) for _ in range(8)]

        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()

        assert len(drafts) == 1

    def test_that_fails_leaves_nothing(self, folder: Path) -> None:
        """Neither a half-made thing nor a draft stays."""

        def fail(draft: Path) -> None:
            (draft / "half").touch()
            raise LabError("no more of it")

        with pytest.raises(LabError):
            cache.made("thing", fail)

        assert things(folder) == []


class TestTheFolder:
    def test_is_the_users_own_without_a_wish(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without a variable of the lab's own, the folder is where caches of the user are."""
        monkeypatch.delenv("MULTIPATH_LAB_CACHE")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))

        assert cache.folder() == tmp_path / "xdg/multipath-lab"


class TestTheUser:
    def test_is_told_in_lines(self, capsys: pytest.CaptureFixture[str]) -> None:
        """On standard error."""
        cache.say("fetching")
        assert capsys.readouterr() == ("", "lab: fetching\n")

    def test_may_be_told_by_whoever_has_a_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each line, and what is made while it is made; what is there already is not worth a word."""
        told: list[str] = []

        @contextmanager
        def attend(what: str) -> Iterator[None]:
            told.append(f"begin {what}")
            yield
            told.append(f"end {what}")

        monkeypatch.setattr(cache, "_Shown", type("Shown", (), {}))
        cache.show_by(told.append, attend)
        for _ in range(2):
            cache.made("thing", lambda _: cache.say("fetching"))

        assert told == ["begin making thing", "lab: fetching", "end making thing"]
