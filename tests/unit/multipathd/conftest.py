"""A daemon of each release, as far as its answers were kept."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from multipath.multipathd.client import Multipathd

from .stand_in import RELEASES, Answer, StandIn, said, standing_in

Asked = Callable[[dict[str, Answer]], tuple[Multipathd, StandIn]]


@pytest.fixture(params=RELEASES)
def release(request: pytest.FixtureRequest) -> str:
    """Give each release."""
    return str(request.param)


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asked]:
    """Give a client of a daemon with these answers."""
    with ExitStack() as stack:

        def ask(answers: dict[str, Answer]) -> tuple[Multipathd, StandIn]:
            daemon = stack.enter_context(standing_in(str(tmp_path / "socket"), answers))
            return stack.enter_context(Multipathd(address=daemon.address, timeout=60)), daemon

        yield ask


@pytest.fixture
def released(asking: Asked, release: str) -> tuple[Multipathd, StandIn]:
    """Give a client of each release."""
    words = {
        "show daemon": "daemon.txt",
        "show status": "status.txt",
        "show wildcards": "wildcards.txt",
        "show maps json": "maps.json",
        "show blacklist": "blacklist.txt",
        "show devices": "devices.txt",
        "help": "help.txt",
    }
    return asking({command: said(release, file) for command, file in words.items()})
