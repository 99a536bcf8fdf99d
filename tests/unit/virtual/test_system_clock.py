"""The machine's own time."""

import threading
import time

import pytest

from multipath.virtual import SystemClock


class TestTheSystemClock:
    def test_is_the_machines(self) -> None:
        """Between two looks at the real one."""
        before = time.monotonic_ns()
        now = SystemClock().monotonic_ns()

        assert before <= now <= time.monotonic_ns()

    def test_runs_timers_in_order_when_they_are_due(self) -> None:
        """Each in its time, and not those that were cancelled."""
        clock, ran = SystemClock(), list[str]()
        begin = clock.monotonic_ns()
        clock.call_later(0.3, lambda: ran.append("late"))
        clock.call_later(0.2, lambda: ran.append("early"))
        clock.call_later(0.1, lambda: ran.append("never")).cancel()

        assert clock.wait_for(lambda: len(ran) == 2, timeout=10)
        assert ran == ["early", "late"]
        assert clock.monotonic_ns() - begin >= 300_000_000

    def test_has_a_thread_only_while_there_are_timers(self) -> None:
        """And another one for the next."""
        clock, ran = SystemClock(), list[int]()
        for number in range(3):
            clock.call_later(0.001, lambda: ran.append(1))
            clock.wait_for(lambda wanted=number + 1: len(ran) == wanted)  # type: ignore[misc]
        names = [thread for thread in threading.enumerate() if thread.name == "timers"]
        for thread in names:
            thread.join(10)

        assert not any(thread.is_alive() for thread in names)

    def test_ends_a_wait_when_somebody_tells_or_the_time_is_over(self) -> None:
        """Real time, both."""
        clock, there = SystemClock(), list[int]()
        begin = clock.monotonic_ns()
        assert not clock.wait_for(lambda: bool(there), timeout=0.01)
        assert clock.monotonic_ns() - begin >= 10_000_000

        def come() -> None:
            there.append(1)
            clock.notify()

        threading.Thread(target=come).start()

        assert clock.wait_for(lambda: bool(there), timeout=10)

    def test_cannot_be_moved(self) -> None:
        """A test that wants that takes another one."""
        with pytest.raises(ValueError, match="VirtualClock"):
            SystemClock().advance(1)
