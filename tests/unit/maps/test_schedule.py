"""What is due when."""

from hypothesis import given
from hypothesis import strategies as st

from multipath.maps.schedule import Schedule

STEPS = st.lists(st.tuples(st.integers(0, 5), st.one_of(st.none(), st.integers(0, 20).map(float))), max_size=300)


class TestASchedule:
    @given(STEPS, st.integers(0, 20))
    def test_keeps_the_last_word_on_each_key(self, steps: list[tuple[int, float | None]], now: int) -> None:
        """As a plain dictionary would."""
        schedule, plain = Schedule[int](), dict[int, float]()
        for key, time in steps:
            schedule.put(key, time)
            plain.pop(key, None)
            if time is not None:
                plain[key] = time

        assert schedule.next == min(plain.values(), default=None)
        assert len(schedule) == len(plain)
        assert sorted(schedule.due(now)) == sorted(key for key, time in plain.items() if time <= now)
        assert schedule.next == min((time for time in plain.values() if time > now), default=None)
