"""Several files, all or none, on a real file system."""

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from multipath import errors
from multipath.maps.staged_files import StagedFile, write_all


def held(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, and what it holds."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def files(tmp_path: Path) -> list[StagedFile]:
    """Give three files to be written: one that is there, two in a folder that is not."""
    (tmp_path / "conf").write_bytes(b"old")
    (tmp_path / "conf").chmod(0o640)
    new = [StagedFile(str(tmp_path / f"state/{name}"), name.encode(), 0o600, 0o700) for name in ("one", "two")]
    return [*new, StagedFile(str(tmp_path / "conf"), b"new")]


class TestFiles:
    def test_are_written_with_their_modes(self, files: list[StagedFile], tmp_path: Path) -> None:
        """A new one gets the mode that it should have, an old one keeps its own; nothing is left beside them."""
        write_all(files)

        assert held(tmp_path) == {"conf": b"new", "state/one": b"one", "state/two": b"two"}
        modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("conf", "state", "state/one")]
        assert modes == [0o640, 0o700, 0o600]

    @pytest.mark.parametrize("number", range(3))
    @pytest.mark.parametrize("call", ["fsync", "rename"])
    def test_are_as_they_were_where_one_fails(
        self, files: list[StagedFile], call: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whichever it is, while it is written or when it takes its place; also the folder that was made is gone."""
        real, calls = getattr(os, call), []

        def failing(*args: Any) -> Any:
            calls.append(args)
            if len(calls) == number + 1:
                raise OSError(errno.ENOSPC, "no space")
            return real(*args)

        monkeypatch.setattr(os, call, failing)
        with pytest.raises(errors.FileError, match=r"nothing was changed.*ENOSPC") as caught:
            write_all(files)

        assert caught.value.path == files[number].path
        assert held(tmp_path) == {"conf": b"old"}
        assert os.listdir(tmp_path) == ["conf"]

    def test_are_as_they_were_after_an_interrupt(
        self, files: list[StagedFile], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Between two of them."""
        real, calls = os.rename, []

        def interrupted(*args: Any) -> None:
            calls.append(args)
            real(*args)
            if len(calls) == 2:
                raise KeyboardInterrupt

        monkeypatch.setattr(os, "rename", interrupted)
        with pytest.raises(KeyboardInterrupt):
            write_all(files)

        assert held(tmp_path) == {"conf": b"old"}

    def test_clear_away_what_a_killed_process_left(self, files: list[StagedFile], tmp_path: Path) -> None:
        """Its new file that never took its place, and its second name of the old one."""
        (tmp_path / "conf.export-new").write_bytes(b"half")
        os.link(tmp_path / "conf", tmp_path / "conf.export-old")

        write_all(files)

        assert held(tmp_path) == {"conf": b"new", "state/one": b"one", "state/two": b"two"}
