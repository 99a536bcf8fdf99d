"""Questions that hang, and the ones beside them."""

import threading
from functools import partial

from multipath.paths.patience import ask


class TestQuestions:
    def test_are_answered_all(self) -> None:
        """Many more than threads."""
        questions = {number: partial(pow, number, 2) for number in range(100)}

        assert ask(questions, 5.0) == {number: number**2 for number in range(100)}

    def test_may_be_none(self) -> None:
        """Then nobody waits."""
        assert ask({}, 5.0) == {}


class TestQuestionsThatHang:
    def test_cost_the_others_nothing(self) -> None:
        """However many: more hang than there are threads at first."""
        never = threading.Event()
        questions = {number: (never.wait if number < 40 else lambda: True) for number in range(60)}

        answers = ask(questions, 0.02)
        never.set()

        assert answers == dict.fromkeys(range(40, 60), True)
