"""Folders whose entries come and go."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath.paths.folder_watch import FolderWatch


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[FolderWatch]:
    """Watch one folder that is there, and one that is not."""
    (tmp_path / "here").mkdir()
    with FolderWatch([tmp_path / "here", tmp_path / "later/deep"]) as watch:
        yield watch


class TestAWatchedFolder:
    def test_tells_nothing_while_nothing_changes(self, watch: FolderWatch, tmp_path: Path) -> None:
        """Files that are only read or written are no news."""
        (tmp_path / "here").joinpath("x").write_text("1")
        watch.read()
        (tmp_path / "here/x").write_text("2")

        assert not watch.read()

    def test_tells_that_an_entry_comes_moves_and_goes(self, watch: FolderWatch, tmp_path: Path) -> None:
        """Each once."""
        link = tmp_path / "here/link"
        link.symlink_to("..")
        assert (watch.read(), watch.read()) == (True, False)

        link.rename(tmp_path / "here/other")
        assert (watch.read(), watch.read()) == (True, False)

        (tmp_path / "here/other").unlink()
        assert (watch.read(), watch.read()) == (True, False)

    def test_may_be_made_later(self, watch: FolderWatch, tmp_path: Path) -> None:
        """Each folder on the way to it is followed."""
        for folder in ("later", "later/deep", "later/deep/entry"):
            (tmp_path / folder).mkdir()
            assert watch.read()

    def test_is_no_folder_any_more_and_no_harm(self, watch: FolderWatch, tmp_path: Path) -> None:
        """It goes, that is told, and it may come back."""
        (tmp_path / "here").rmdir()
        assert watch.read()
        (tmp_path / "here").mkdir()
        assert watch.read()
        (tmp_path / "here/x").mkdir()
        assert watch.read()


def test_a_closed_watch_has_no_descriptor(tmp_path: Path) -> None:
    """And closes once."""
    watch = FolderWatch([tmp_path])
    fd = watch.fileno()
    watch.close()
    watch.close()

    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)
