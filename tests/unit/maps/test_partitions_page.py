"""The page about partitions, run as it stands."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath import Features, Host, MultipathTable
from multipath.frontends.cli import partitions
from multipath.frontends.cli.main import main
from multipath.virtual import VirtualHost
from tests.unit.wire.partition_images import Image

PAGE = (Path(__file__).parents[3] / "docs/partitions.md").read_text("utf-8")


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """Give the machine of the page."""
    with VirtualHost() as world, Host(**world.seams()) as host:
        array = world.add_array(paths=2)
        table = MultipathTable.build([[path.name for path in array.paths]], features=Features(queue_if_no_path=True))
        host.create("mpatha", table, uuid=f"mpath-{array.wwid}")
        with world.open("mpatha") as disk:
            disk.write(0, bytes(Image(disk.size).gpt((2048, 18431, "root"), (18432, 34815, "home")).data))
        monkeypatch.setattr(partitions, "Host", lambda: Host(**world.seams()))
        yield host


@pytest.mark.usefixtures("host")
def test_every_command_prints_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    """In order, each on what the ones before it made."""
    (block,) = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    parts = re.split(r"^\$ mpath ", block, flags=re.MULTILINE)[1:]
    for part in parts:
        command, _, printed = part.partition("\n")

        assert main(shlex.split(command)) == 0
        assert capsys.readouterr() == (printed, ""), command
    assert len(parts) == 4


def test_the_python_blocks_run(host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    """In order, and nothing is left."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile("\n".join(blocks), "docs/partitions.md", "exec"), {"host": host})

    assert "no usable path and queues" in capsys.readouterr().out
    assert (len(blocks), host.control.devices()) == (2, [])
