"""A machine for the command line, and what its administrator wants."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath import Host
from multipath.frontends.cli import planning
from multipath.virtual import VirtualHost

TEXT = """\
defaults {
	find_multipaths yes
	user_friendly_names yes
}
"""


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualHost]:
    """Give a machine in memory, which is the one that the verbs see."""
    with VirtualHost() as world:
        monkeypatch.setattr(planning, "Host", lambda: Host(**world.seams(), asker=world.asker()))
        yield world


@pytest.fixture
def conf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return ``multipath.conf`` in the working folder, where ``state`` is a folder too."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "state").mkdir()
    conf = tmp_path / "multipath.conf"
    conf.write_text(TEXT)
    return conf
