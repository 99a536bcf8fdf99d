"""The time of a virtual world."""

import threading

import pytest

from multipath.virtual import VirtualClock

SECOND = 10**9


@pytest.fixture
def clock() -> VirtualClock:
    """Give a clock."""
    return VirtualClock()


class TestAClock:
    def test_runs_what_falls_due_in_order(self, clock: VirtualClock) -> None:
        """What a timer starts included, and not what was cancelled."""
        ran: list[str] = []

        def start_another() -> None:
            clock.call_later(0.5, lambda: ran.append("first"))

        clock.call_later(2, lambda: ran.append("second"))
        clock.call_later(1, start_another)
        clock.call_later(1, lambda: ran.append("never")).cancel()
        clock.call_later(4, lambda: ran.append("later"))

        clock.advance(3)

        assert ran == ["first", "second"]

    def test_stands_where_it_was_brought(self, clock: VirtualClock) -> None:
        """To the nanosecond."""
        begin = clock.monotonic_ns()
        clock.advance(1.5)
        clock.sleep(2)

        assert clock.monotonic_ns() - begin == 3.5 * SECOND

    def test_moves_by_itself_when_somebody_waits(self, clock: VirtualClock) -> None:
        """From timer to timer, and no further than needed."""
        ran: list[int] = []
        begin = clock.monotonic_ns()
        clock.call_later(30, lambda: ran.append(1))
        clock.call_later(60, lambda: ran.append(2))

        assert clock.wait_for(lambda: bool(ran), timeout=100)
        assert (clock.monotonic_ns() - begin, ran) == (30 * SECOND, [1])

    def test_tells_who_waited_too_long(self, clock: VirtualClock) -> None:
        """After so much of its own time."""
        begin = clock.monotonic_ns()

        assert not clock.wait_for(lambda: False, timeout=5)
        assert clock.monotonic_ns() - begin == 5 * SECOND

    def test_that_does_not_move_by_itself_waits_for_a_hand(self) -> None:
        """Or for what somebody does."""
        clock, ran = VirtualClock(autojump=False), list[int]()
        clock.call_later(1, lambda: ran.append(1))
        waiter = threading.Thread(target=clock.wait_for, args=(lambda: bool(ran),))
        waiter.start()
        assert ran == []

        clock.advance(1)
        waiter.join(10)

        assert not waiter.is_alive()


class TestTwoThreads:
    @staticmethod
    def held(clock: VirtualClock) -> tuple[threading.Thread, threading.Event, list[int]]:
        """Have a thread run a timer that ends when the event is set; return the thread, the event and what it did."""
        began, go, done = threading.Event(), threading.Event(), list[int]()

        def act() -> None:
            began.set()
            assert go.wait(10)
            done.append(1)

        clock.call_later(3, act)
        thread = threading.Thread(target=clock.wait_for, args=(lambda: bool(done),))
        thread.start()
        assert began.wait(10)
        return thread, go, done

    def test_do_not_pass_each_other(self, clock: VirtualClock) -> None:
        """What happens in three seconds is in time for who waits five, whichever thread brings it about."""
        thread, go, done = self.held(clock)
        answers: list[bool] = []
        waiter = threading.Thread(target=lambda: answers.append(clock.wait_for(lambda: bool(done), timeout=5)))
        waiter.start()
        while not clock._timers and not answers:
            pass

        go.set()
        waiter.join(10)
        thread.join(10)

        assert answers == [True]

    def test_both_see_an_advance_to_its_end(self, clock: VirtualClock) -> None:
        """It returns when every timer has run, also one that another thread is running."""
        thread, go, done = self.held(clock)
        mover = threading.Thread(target=clock.advance, args=(10,))
        mover.start()
        mover.join(0.02)
        assert mover.is_alive()

        go.set()
        mover.join(10)
        thread.join(10)

        assert done == [1]

    def test_may_wait_inside_a_timer(self, clock: VirtualClock) -> None:
        """The thread that runs it goes on with the next ones."""
        ran: list[int] = []

        def wait() -> None:
            clock.wait_for(lambda: bool(ran))

        clock.call_later(2, lambda: ran.append(2))
        clock.call_later(1, wait)

        clock.advance(5)

        assert ran == [2]
