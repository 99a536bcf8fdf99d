"""A storm over a real file: the cables of its paths break and are plugged in while threads write through a map."""

import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from multipath import Features, Host, MultipathTable
from multipath.blocks import BLOCK_SIZE
from multipath.virtual import BlockChecker, BlockStatus, CheckReport, FilePath, History, SystemClock, VirtualHost
from multipath.virtual.bio import Bio
from multipath.virtual.history import Fact
from multipath.wire.selectors import HistoricalServiceTime

_BLOCKS: Final = 32
_PACE: Final = 20  # I/Os between two steps
_PATIENCE: Final = 0.01


def file_storm(file: Path, seed: int, *, queues: bool, steps: int = 40) -> CheckReport:
    """Let it blow over three paths to one file, in real time, and return what the checker found."""
    file.write_bytes(bytes(_BLOCKS * BLOCK_SIZE))
    history, io = History(run=seed), threading.Semaphore(0)
    with VirtualHost(clock=SystemClock()) as world, Host(**world.seams()) as host:
        paths = [world.add_file_path(file, direct=False) for _ in range(3)]
        for path in paths:
            setattr(path, "submit", _recorded(path, history, io))  # noqa: B010 - a method is replaced
        table = MultipathTable.build(
            [[path.name for path in paths]], HistoricalServiceTime(), Features(queue_if_no_path=queues)
        )
        mpath = host.create("mpatha", table)
        with world.open("mpatha") as disk, BlockChecker(disk, history, blocks=_BLOCKS, seed=seed) as checker:
            chance = random.Random(seed)
            for _ in range(steps):
                _keep_pace(io)
                path = chance.choice(paths)
                if chance.random() < 0.5:
                    path.break_cable()
                else:
                    path.plug_cable()
                    mpath.reinstate_path(path.devt)
            for path in paths:
                path.plug_cable()
                mpath.reinstate_path(path.devt)
            return checker.finish(_reader(file))


def _keep_pace(io: threading.Semaphore) -> None:
    """Wait for some I/Os, unless none comes."""
    for _ in range(_PACE):
        if not io.acquire(timeout=_PATIENCE):
            return


def _recorded(path: FilePath, history: History, io: threading.Semaphore) -> Callable[[Bio], None]:
    """Return the path's ``submit``, with a note of all that reached the file."""
    submit = path.submit

    def recorded(bio: Bio) -> None:
        def ended(clone: Bio) -> None:
            status = clone.status or BlockStatus.OK
            if status is BlockStatus.OK and bio.op == "write":
                history.executed(bio.buffer)
            elif status is BlockStatus.OK and bio.op == "flush":
                history.note(Fact.FLUSHED)
            bio.end(status)

        io.release()
        submit(Bio(bio.op, bio.sector, bio.buffer, ended))

    return recorded


def _reader(file: Path) -> Callable[[int, int], bytes]:
    def read(offset: int, length: int) -> bytes:
        with file.open("rb") as opened:
            opened.seek(offset)
            return opened.read(length)

    return read
