"""The compiled priority groups against the readable model: whatever is done to both, they are never seen to differ."""

from itertools import cycle
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from multipath._native.group import PriorityGroups
from multipath._native.queue_length import QueueLength
from multipath._native.round_robin import RoundRobin

from .group_model import MapModel
from .selectors import models

pytestmark = pytest.mark.slow

SELECTORS: Final = {RoundRobin: models.RoundRobin, QueueLength: models.QueueLength}
# The codes of <scsi/scsi_dh.h>, and one that no kernel has.
RESULTS: Final = st.integers(0, 17) | st.sampled_from([0, 2, 10, 11, 13])
NUMBER: Final = st.integers(0, 63)  # of a path or a group, by its remainder
SIZE: Final = st.sampled_from([0, 512, 4096, 2**31])


class Traces(RuleBasedStateMachine):
    """Everything that can happen to a map, in any order."""

    native: PriorityGroups
    model: MapModel

    @initialize(
        sizes=st.lists(st.integers(1, 3), min_size=1, max_size=4) | st.just([]),
        selector=st.sampled_from(list(SELECTORS)),
        initial=st.integers(1, 6),
        flags=st.fixed_dictionaries(
            {name: st.booleans() for name in ("queue_if_no_path", "pending_first", "bio_based")}
            | {"handler": st.sampled_from([True, True, True, False])}
        ),
        retries=st.integers(0, 2),
    )
    def begin(
        self, sizes: list[int], selector: type[RoundRobin | QueueLength], initial: int, flags: Any, retries: int
    ) -> None:
        """A new table."""
        initial = initial if sizes else 0
        groups = [selector(size) for size in sizes]
        self.native = PriorityGroups(groups, initial_group=initial, pg_init_retries=retries, **flags)
        self.model = MapModel(
            sizes, selector=SELECTORS[selector], initial_group=initial, pg_init_retries=retries, **flags
        )

    def both(self, name: str, *arguments: Any, **keywords: Any) -> Any:
        """Do the same to both; they answer the same."""
        expected = getattr(self.model, name)(*arguments, **keywords)
        assert getattr(self.native, name)(*arguments, **keywords) == expected
        return expected

    @rule(nbytes=SIZE)
    def map(self, nbytes: int) -> None:
        """Map an I/O."""
        self.both("map", nbytes)

    @rule(sizes=st.lists(SIZE, max_size=8))
    def map_some(self, sizes: list[int]) -> None:
        """Map several."""
        for nbytes in sizes:
            self.both("map", nbytes)

    @rule()
    def choose(self) -> None:
        """Choose for an ioctl, and ask what an I/O of a failed path would get."""
        self.both("choose")
        self.both("after_failure")

    @precondition(lambda self: any(path.in_flight for path in self.model.paths))
    @rule(number=NUMBER, nbytes=SIZE)
    def end(self, number: int, nbytes: int) -> None:
        """End an I/O that is on its way."""
        busy = [path.number for path in self.model.paths if path.in_flight]
        self.both("end", busy[number % len(busy)], nbytes)

    @precondition(lambda self: self.model.paths and self.model.bio_based)
    @rule(number=NUMBER, nbytes=SIZE)
    def end_held(self, number: int, nbytes: int) -> None:
        """End an I/O that was held."""
        self.both("end_held", number % len(self.model.paths), nbytes)

    @precondition(lambda self: self.model.paths)
    @rule(number=NUMBER)
    def fail_path(self, number: int) -> None:
        """Fail a path."""
        self.both("fail_path", number % len(self.model.paths))

    @precondition(lambda self: self.model.groups)
    @rule(number=NUMBER)
    def fail_group(self, number: int) -> None:
        """Fail all paths of a group."""
        for path in self.model.groups[number % len(self.model.groups)].paths:
            self.both("fail_path", path.number)

    @precondition(lambda self: self.model.paths)
    @rule(number=NUMBER)
    def reinstate_path(self, number: int) -> None:
        """Reinstate a path."""
        self.both("reinstate_path", number % len(self.model.paths))

    @precondition(lambda self: self.model.groups)
    @rule(number=NUMBER)
    def switch_group(self, number: int) -> None:
        """Prefer a group."""
        self.both("switch_group", number % len(self.model.groups) + 1)

    @precondition(lambda self: self.model.groups)
    @rule(number=NUMBER, bypass=st.booleans())
    def bypass_group(self, number: int, bypass: bool) -> None:
        """Avoid a group, or no longer."""
        self.both("bypass_group", number % len(self.model.groups) + 1, bypass=bypass)

    @rule(on=st.booleans())
    def queue_if_no_path(self, on: bool) -> None:
        """Turn queueing on or off."""
        self.native.queue_if_no_path = on
        self.model.set_queue_if_no_path(on)

    @rule(noflush=st.booleans())
    def presuspend(self, noflush: bool) -> None:
        """Begin a suspend, perhaps a second one."""
        self.both("presuspend", noflush=noflush)

    @rule(how=st.sampled_from(["presuspend_undo", "postsuspend", "resume"]))
    def go_on(self, how: str) -> None:
        """Take a suspend further."""
        self.both(how)

    @rule(delayed=st.booleans())
    def pg_init_paths(self, delayed: bool) -> None:
        """Take the activations that are due."""
        self.both("pg_init_paths", delayed=delayed)

    @precondition(lambda self: any(path.activating for path in self.model.paths))
    @rule(number=NUMBER, result=RESULTS)
    def pg_init_done(self, number: int, result: int) -> None:
        """End an activation."""
        running = [path.number for path in self.model.paths if path.activating]
        self.both("pg_init_done", running[number % len(running)], result)

    @precondition(lambda self: self.model.handler and self.model.groups)
    @rule(
        bypassed=st.sets(NUMBER, max_size=4),
        results=st.lists(st.lists(st.sampled_from([0, 2, 10, 11, 16]), min_size=1, max_size=3), max_size=4),
        suspends=st.booleans(),
    )
    def initialise(self, bypassed: set[int], results: list[list[int]], suspends: bool) -> None:
        """Bring a group into use, take whatever is due and end it, a few times over; perhaps a suspend waits for it."""
        for number in bypassed or {0}:
            self.both("bypass_group", number % len(self.model.groups) + 1, bypass=bool(bypassed))
        for answers in results:
            self.both("map", 512)
            if suspends:
                self.both("postsuspend")
            due = self.both("pg_init_paths", delayed=False) + self.both("pg_init_paths", delayed=True)
            for path, result in zip(due, cycle(answers), strict=False):
                self.both("pg_init_done", path, result)
                self.nothing_differs()

    @precondition(lambda self: not self.model.probing)
    @rule()
    def begin_probe(self) -> None:
        """Begin a probe."""
        self.both("begin_probe")

    @rule()
    def end_probe(self) -> None:
        """End it, or none."""
        self.both("end_probe")

    @invariant()
    def nothing_differs(self) -> None:
        """Every number that a status prints, and every other that can be read."""
        for name in ("current_group", "valid_paths", "events", "queue_io", "pg_init_count", "pg_init_in_progress"):
            assert getattr(self.native, name) == getattr(self.model, name), name
        assert self.native.pg_init_delayed == self.model.pg_init_delayed
        assert self.native.queue_if_no_path == self.model.queueing
        for group in self.model.groups:
            assert self.native.group_state(group.number) == self.model.group_state(group.number)
            assert self.native.selectors[group.number - 1].status() == group.selector.status()
        for path in self.model.paths:
            seen = (self.native.path_active(path.number), self.native.fail_count(path.number))
            assert (*seen, self.native.in_flight(path.number)) == (path.active, path.fail_count, path.in_flight)


TestATraceOfRandomSteps = Traces.TestCase
TestATraceOfRandomSteps.settings = settings(
    max_examples=400, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
