"""An asker in a storm: tasks and threads ask, paths hang and come back, and workers are killed."""

import asyncio
import errno
import os
import random
import signal
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from multipath.paths.asker import KernelAsker
from multipath.paths.request import Answer, Silence, fetch

SEED = int(os.environ.get("MULTIPATH_STORM_SEED", "11"))
SECONDS = float(os.environ.get("MULTIPATH_STORM_SECONDS", "2"))
LONG = 30.0


class Storm:
    """
    The storm, and what came of each question.

    Attributes:
        asker: Who asks.
        good: What was answered by files that answer.
        silent: What was answered by those that hang.
    """

    def __init__(self, asker: KernelAsker, folder: Path) -> None:
        self.asker, self.good, self.silent = asker, Counter[object](), Counter[object]()
        self._chance, self._end = random.Random(SEED), time.monotonic() + SECONDS
        self._files, self._pipes = (
            [folder / f"file{each}" for each in range(10)],
            [folder / f"pipe{each}" for each in range(8)],
        )
        for file, pipe in zip(self._files, self._pipes * 2, strict=False):
            file.write_text(file.name)
            with suppress(FileExistsError):
                os.mkfifo(pipe)

    def blow(self) -> None:
        """Let all of it happen."""
        threads = [threading.Thread(target=self._ask_blocking), threading.Thread(target=self._make_trouble)]
        for thread in threads:
            thread.start()
        asyncio.run(self._ask())
        for thread in threads:
            thread.join()

    async def _ask(self) -> None:
        await asyncio.gather(*map(self._ask_good, self._files), *map(self._ask_silent, self._pipes))

    async def _ask_good(self, file: Path) -> None:
        while time.monotonic() < self._end:
            self._note(file, await self.asker.ask(fetch(str(file)), LONG))

    async def _ask_silent(self, pipe: Path) -> None:
        while time.monotonic() < self._end:
            answer = await self.asker.ask(fetch(str(pipe)), self._chance.random() / 10)
            self.silent[answer if isinstance(answer, Silence) else answer.error] += 1
            await asyncio.sleep(self._chance.random() / 20)

    def _ask_blocking(self) -> None:
        file = self._files[0]
        while time.monotonic() < self._end:
            self._note(file, self.asker.ask_blocking(fetch(f"{file.parent}/./{file.name}"), LONG))

    def _note(self, file: Path, answer: Answer | Silence) -> None:
        right = isinstance(answer, Answer) and answer.data == file.name.encode()
        self.good["right" if right else answer if isinstance(answer, Silence) else answer.error] += 1

    def _make_trouble(self) -> None:
        while time.monotonic() < self._end:
            threading.Event().wait(self._chance.random() / 20)
            self._kill() if self._chance.random() < 0.4 else self._release()

    def _release(self) -> None:
        with suppress(OSError):
            end = os.open(self._chance.choice(self._pipes), os.O_WRONLY | os.O_NONBLOCK)
            os.write(end, b"late")
            os.close(end)

    def _kill(self) -> None:
        for task in Path("/proc/self/task").iterdir():
            with suppress(OSError):
                pids = (task / "children").read_text("ascii").split()
                if pids:
                    os.kill(int(self._chance.choice(pids)), signal.SIGKILL)


@pytest.mark.slow
class TestAStorm:
    def test_gives_each_question_its_own_answer_and_leaves_nothing(self, tmp_path: Path) -> None:
        """
        Silent paths fill no pool that is large enough, and whoever's worker was killed is told so.

        ``MULTIPATH_STORM_SECONDS`` says how long it blows, ``MULTIPATH_STORM_SEED`` how.
        """
        descriptors = len(os.listdir("/proc/self/fd"))

        with KernelAsker(3, 16) as asker:
            storm = Storm(asker, tmp_path)
            storm.blow()
            assert set(storm.good) <= {"right", errno.ECANCELED, errno.EAGAIN}
            assert set(storm.silent) <= {0, errno.ECANCELED, errno.EAGAIN, Silence.DEADLINE, Silence.HELD}
            assert storm.good["right"] > 100 * storm.good[errno.ECANCELED]
            assert asker.late > 0
            print(f"seed {SEED}: {storm.good}, {storm.silent}, {asker.late} late")

        assert len(os.listdir("/proc/self/fd")) == descriptors
