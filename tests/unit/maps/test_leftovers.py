"""Links that lead to nothing: found while udev takes them away."""

import os
from pathlib import Path

import pytest

from multipath.maps import leftovers
from multipath.maps.detach_step import Act, Gates, Step
from multipath.maps.detach_unit import DetachedUnit
from multipath.maps.leftovers import leftovers as left_of
from multipath.units import devt

UNIT = DetachedUnit("sda", "sda", steps=(Step(Act.DELETE, "sda", devt(8, 0)),))


class Shared:
    """A device-mapper of the machine itself."""

    shared = True


class Place:
    """A machine without a path and without a map."""

    control = Shared()

    @staticmethod
    def paths() -> tuple[()]:
        """Return no path."""
        return ()


@pytest.fixture
def links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder that is looked through, for no time."""
    monkeypatch.setattr(leftovers, "_LINKS", (tmp_path, tmp_path / "nosuch"))
    monkeypatch.setattr(leftovers, "_MAPPER", tmp_path / "mapper")
    monkeypatch.setattr(leftovers, "_PATIENCE", 0.0)
    return tmp_path


def found() -> list[str]:
    """Return what is left of the unit."""
    return [each.name for each in left_of(UNIT, Place(), Gates(), None)]  # type: ignore[arg-type]


class TestALink:
    def test_to_a_disk_that_is_gone_is_left_over(self, links: Path) -> None:
        """One to another disk, one to a disk of that name that came, and a file are not."""
        (links / "sda").touch()
        (links / "wwn-0x1").symlink_to("/nowhere/sda")
        (links / "wwn-0x2").symlink_to("/nowhere/sdb")
        (links / "wwn-0x3").symlink_to("sda")

        assert found() == [str(links / "wwn-0x1")]

    def test_that_goes_while_it_is_looked_at_is_not(self, links: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Udev removes it just then."""
        link = links / "wwn-0x1"
        link.symlink_to("/nowhere/sda")
        real = os.readlink

        def readlink(path: Path) -> str:
            link.unlink(missing_ok=True)
            return real(path)

        monkeypatch.setattr(os, "readlink", readlink)

        assert found() == []
