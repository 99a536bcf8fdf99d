"""
Asking what may never answer.

Strategy: threads ask, and whoever waits for them is patient for a time after each answer. A question that hangs in the
kernel cannot be taken back; its thread is left behind, and others go on with the questions that are left. So one that
hangs costs the others nothing, and many that hang cost one time of patience for each group of threads.
"""

from collections import deque
from collections.abc import Callable, Hashable, Mapping
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final, TypeVar

_THREADS: Final = 16
_Key = TypeVar("_Key", bound=Hashable)
_Answer = TypeVar("_Answer")


def ask(questions: Mapping[_Key, Callable[[], _Answer]], patience: float) -> dict[_Key, _Answer]:
    """
    Ask questions at the same time, and return the answers that came.

    Args:
        questions: What is asked, each in a thread; none may raise.
        patience: For how many seconds after the last answer the next one is waited for.
    """
    waiting, answers = deque(questions.items()), SimpleQueue[tuple[_Key, _Answer]]()
    found: dict[_Key, _Answer] = {}
    _start(waiting, answers)
    while len(found) < len(questions):
        try:
            key, answer = answers.get(timeout=patience)
        except Empty:
            if not waiting:
                break
            _start(waiting, answers)
        else:
            found[key] = answer
    return found


def _start(waiting: deque[tuple[_Key, Callable[[], _Answer]]], answers: SimpleQueue[tuple[_Key, _Answer]]) -> None:
    def work() -> None:
        while True:
            try:
                key, question = waiting.popleft()
            except IndexError:
                return
            answers.put((key, question()))

    for _ in range(min(_THREADS, len(waiting))):
        Thread(target=work, name="multipath-ask", daemon=True).start()
