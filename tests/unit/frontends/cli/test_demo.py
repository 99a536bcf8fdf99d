"""The demonstration where there is no kernel to show it on: the same story, in memory."""

import pytest

from multipath import errors
from multipath.frontends.cli import demo
from multipath.frontends.cli.main import main
from multipath.frontends.cli.rehearsal import NAME


def events(out: str) -> list[str]:
    """Return what happened to the map, in order."""
    return [line.split(f"{NAME}: ")[1].split(" (")[0] for line in out.splitlines() if "  event " in line]


class TestTheDemonstrationInMemory:
    @pytest.mark.slow
    def test_tells_the_story_of_the_real_kernel(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The same events, every byte right, nothing left, and nothing said of a kernel's absence."""
        assert main(["demo", "--virtual"]) == 0

        out, err = capsys.readouterr()
        told = events(out)
        assert told[:3] == ["added", "path failed 8:0", "path reinstated 8:0"]
        assert sorted(told[3:6]) in (
            ["group switched group 2", "path failed 8:0", "path failed 8:16"],
            ["path failed 8:0", "path failed 8:16", "path reinstated 8:0"],
        )
        assert told[-3:] == ["path reinstated 8:16", "group switched group 1", "removed"]
        assert "0 blocks differ" in out
        assert "left behind: nothing" in out
        assert err == ""

    @pytest.mark.slow
    def test_is_told_where_the_lab_cannot_run(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And both lines on standard error say so."""

        def unavailable(*_: object) -> int:
            raise errors.KernelUnavailable("no mirror")

        monkeypatch.setattr(demo, "has_array", lambda: False)
        monkeypatch.setattr(demo, "run_in_guest", unavailable)

        assert main(["demo"]) == 0

        out, err = capsys.readouterr()
        assert "* verified\n" in out
        assert "the lab cannot run here: no mirror\n" in err
        assert "in memory" in err

    def test_does_not_hide_a_guest_that_hangs(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A kernel that was there and came to a halt is a failure, and no story follows."""

        def hangs(*_: object) -> int:
            raise errors.GuestTimeout("its limit passed")

        monkeypatch.setattr(demo, "has_array", lambda: False)
        monkeypatch.setattr(demo, "run_in_guest", hangs)

        assert main(["demo"]) == 6
        assert capsys.readouterr().out == ""
