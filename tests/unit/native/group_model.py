"""
What dm-mpath decides, once more: slow, readable, one rule for each function.

The compiled `PriorityGroups` must agree with this on everything that can be seen, after every step. It is the text to
read for the rules; `docs/groups.md` tells them in prose. Where a name differs from the kernel's, the kernel's is given.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from multipath._native.group import (
    AGAIN,
    DH_DEV_TEMP_BUSY,
    DH_IMM_RETRY,
    DH_NOSYS,
    DH_OK,
    DH_RES_TEMP_UNAVAIL,
    DH_RETRY,
    FAIL,
    INIT,
    PUSH_BACK,
    QUEUE,
)

from .selectors.models import NO_PATH, Model, RoundRobin

RETRIED = (DH_RETRY, DH_IMM_RETRY, DH_RES_TEMP_UNAVAIL)


@dataclass(eq=False)
class PathModel:
    """A path (``struct pgpath``)."""

    number: int
    index: int
    group: "GroupModel"
    active: bool = True
    fail_count: int = 0
    in_flight: int = 0
    activating: int = 0


@dataclass(eq=False)
class GroupModel:
    """A priority group (``struct priority_group``)."""

    number: int
    selector: Model
    paths: list[PathModel] = field(default_factory=list)
    bypassed: bool = False


@dataclass
class Due:
    """An activation that waits to be handed out."""

    path: PathModel
    delayed: bool


class MapModel:
    """The map (``struct multipath``)."""

    def __init__(
        self,
        sizes: list[int],
        *,
        selector: Callable[[int], Model] = RoundRobin,
        initial_group: int = 1,
        queue_if_no_path: bool = False,
        handler: bool = False,
        pg_init_retries: int = 0,
        pending_first: bool = False,
        bio_based: bool = True,
    ) -> None:
        self.groups: list[GroupModel] = []
        self.paths: list[PathModel] = []
        for number, size in enumerate(sizes, 1):
            group = GroupModel(number, selector(size))
            group.paths = [PathModel(len(self.paths) + index, index, group) for index in range(size)]
            self.paths += group.paths
            self.groups.append(group)

        self.current: GroupModel | None = None  # current_pg
        # An initial group beyond the last is no preference.
        self.pending = next((group for group in self.groups if group.number == initial_group), None)  # next_pg
        self.cached: PathModel | None = None  # current_pgpath
        self.events = 0

        self.queueing = queue_if_no_path
        self.saved = False
        self.suspending = False
        self.noflush = False
        self.bio_based = bio_based
        self.pending_first = pending_first

        self.handler = handler
        self.retries = pg_init_retries
        self.queue_io = True  # of a fresh map too, until its first choice
        self.required = False
        self.delay = False
        self.disabled = False
        self.pg_init_count = 0
        self.pg_init_in_progress = 0
        self.due: list[Due] = []

        self.probing = False
        self.drop_after_probe = False

    # Which path serves an I/O.

    def map(self, nbytes: int) -> int:
        """Map an I/O (``multipath_clone_and_map``, ``__map_bio``)."""
        path = self.path_for(nbytes)
        if path is None:
            return QUEUE if self.queueing else PUSH_BACK if self.noflush else FAIL
        if self.queue_io or self.required:
            self.initialise()
            return INIT
        path.group.selector.start_io(path.index, nbytes)
        path.in_flight += 1
        return path.number

    def choose(self) -> int:
        """Choose a path for an ioctl (``multipath_prepare_ioctl``)."""
        path = self.path_for(0)
        if path is not None and not self.queue_io:
            return path.number
        if path is None and not self.queueing:
            return FAIL
        if self.current is None:
            self.select(0)
        if self.required:
            self.initialise()
        return QUEUE if path is None else INIT

    def path_for(self, nbytes: int) -> PathModel | None:
        """While a group is initialised, stick to the path that it came into use with."""
        return self.cached if self.cached and self.queue_io else self.select(nbytes)

    def select(self, nbytes: int) -> PathModel | None:
        """Choose afresh (``choose_pgpath``)."""
        if self.valid_paths == 0:
            self.queue_io = False
            self.drop_current()
            return None
        orders = [self.ask_current, self.ask_pending]
        if self.pending_first:
            orders.reverse()
        for ask in (*orders, self.ask_all, self.ask_bypassed):
            if path := ask(nbytes):
                return path
        self.drop_current()
        return None

    def ask_current(self, nbytes: int) -> PathModel | None:
        """Keep the current group as long as it has a path, whatever became of the others."""
        return self.ask(self.current, nbytes) if self.current else None

    def ask_pending(self, nbytes: int) -> PathModel | None:
        """Ask the pending group, once: it is forgotten even if it has no path."""
        pending, self.pending = self.pending, None
        return self.ask(pending, nbytes) if pending else None

    def ask_all(self, nbytes: int) -> PathModel | None:
        """Ask the groups that are not bypassed, in order."""
        return next((path for group in self.groups if not group.bypassed and (path := self.ask(group, nbytes))), None)

    def ask_bypassed(self, nbytes: int) -> PathModel | None:
        """Ask the bypassed ones; whoever was bypassed for being busy is initialised after a delay only."""
        path = next((path for group in self.groups if group.bypassed and (path := self.ask(group, nbytes))), None)
        self.delay = self.delay or path is not None
        return path

    def ask(self, group: GroupModel, nbytes: int) -> PathModel | None:
        """Ask one group's selector (``choose_path_in_pg``); a group that comes into use is cached with its path."""
        index = group.selector.select(nbytes)
        if index == NO_PATH:
            return None
        path = group.paths[index]
        if group is not self.current:
            self.cached = path
            self.switch_to(group)
        return path

    def switch_to(self, group: GroupModel) -> None:
        """Bring a group into use (``__switch_pg``)."""
        self.current = group
        self.required = self.queue_io = self.handler
        self.pg_init_count = 0

    def drop_current(self) -> None:
        """Forget the current group and the cached path."""
        self.current = self.cached = None

    def end(self, path: int, nbytes: int) -> None:
        """End an I/O; a failure of its path is told by `fail_path`."""
        ended = self.paths[path]
        ended.in_flight -= 1
        ended.group.selector.end_io(ended.index, nbytes)

    def end_held(self, path: int, nbytes: int) -> None:
        """
        End a bio again that came back, was held, and fails or is pushed back after all.

        The kernel ends whatever is in its list, and remembers the last path (``process_queued_bios``).
        """
        self.paths[path].group.selector.end_io(self.paths[path].index, nbytes)

    def after_failure(self) -> int:
        """Tell what becomes of an I/O whose path failed (``multipath_end_io``, ``multipath_end_io_bio``)."""
        if self.valid_paths or self.queueing:
            return AGAIN
        return PUSH_BACK if self.noflush else FAIL

    # Paths that fail and come back.

    @property
    def valid_paths(self) -> int:
        """How many paths have not failed (``nr_valid_paths``)."""
        return sum(path.active for path in self.paths)

    def fail_path(self, number: int) -> bool:
        """Fail a path; one that has failed is left alone."""
        path = self.paths[number]
        if not path.active:
            return False
        path.group.selector.fail(path.index)
        path.active = False
        path.fail_count += 1
        if path is self.cached:
            self.cached = None
        self.events += 1
        return True

    def reinstate_path(self, number: int) -> bool:
        """Bring a path back: the first one makes all choose anew, a further one of the current group is activated."""
        path = self.paths[number]
        if path.active:
            return False
        path.group.selector.reinstate(path.index)
        path.active = True
        if self.valid_paths == 1:
            self.cached = None
        elif self.handler and self.current is path.group:
            self.make_due(path, delayed=False)
        self.events += 1
        return True

    # Groups that are preferred and avoided.

    def switch_group(self, number: int) -> None:
        """Make a group pending and end all bypassing (``switch_pg_num``)."""
        for group in self.groups:
            group.bypassed = False
        self.drop_current_or_later()
        self.pending = self.groups[number - 1]
        self.events += 1

    def bypass_group(self, number: int, bypass: bool) -> None:
        """Mark a group (``bypass_pg``): the current group is chosen anew, even if another one was marked."""
        self.groups[number - 1].bypassed = bypass
        self.drop_current_or_later()
        self.events += 1

    def drop_current_or_later(self) -> None:
        """A running probe keeps the current group until its end."""
        if self.probing:
            self.drop_after_probe = True
        else:
            self.drop_current()

    def begin_probe(self) -> tuple[int, ...]:
        """Begin a probe (``probe_active_paths``) where the current group serves I/O."""
        if self.current is None or self.suspending or self.queue_io:
            return ()
        self.probing = True
        return tuple(path.number for path in self.current.paths if path.active)

    def end_probe(self) -> None:
        """End it."""
        if self.drop_after_probe:
            self.drop_current()
        self.probing = self.drop_after_probe = False

    # The initialisation of a group.

    def initialise(self) -> bool:
        """Make the activations of the current group due (``__pg_init_all_paths``); return whether any runs."""
        if self.pg_init_in_progress or self.disabled:
            return False
        # The count grows and the demand is met even if there is nothing to activate.
        self.pg_init_count += 1
        self.required = False
        for path in self.current.paths if self.current else ():
            if path.active:
                self.make_due(path, delayed=self.delay)
        return self.pg_init_in_progress > 0

    def make_due(self, path: PathModel, *, delayed: bool) -> None:
        """Put an activation behind the others, unless one of this path waits already."""
        if any(due.path is path for due in self.due):
            return
        self.due.append(Due(path, delayed))
        self.pg_init_in_progress += 1

    def pg_init_paths(self, *, delayed: bool) -> tuple[int, ...]:
        """Hand out activations; whoever takes them looks whether the path is active (``activate_or_offline_path``)."""
        handed = [due.path for due in self.due if due.delayed == delayed]
        self.due = [due for due in self.due if due.delayed != delayed]
        for path in handed:
            path.activating += 1
        return tuple(path.number for path in handed)

    @property
    def pg_init_delayed(self) -> bool:
        """Whether activations wait for the delay."""
        return any(due.delayed for due in self.due)

    def pg_init_done(self, number: int, result: int) -> bool:
        """End an activation (``pg_init_done``); return whether the initialisation is over."""
        path = self.paths[number]
        self.judge(path, result)
        if (result in (DH_OK, *RETRIED) or (result == DH_NOSYS and not self.handler)) and not self.required:
            path.group.bypassed = False
        path.activating -= 1
        self.pg_init_in_progress -= 1
        if self.pg_init_in_progress:
            return False
        if self.required:
            self.delay = result == DH_RETRY
            if self.initialise():
                return False
        self.queue_io = self.disabled = False
        return True

    def judge(self, path: PathModel, result: int) -> None:
        """Draw the consequences of a result."""
        if result == DH_OK or (result == DH_NOSYS and not self.handler):
            return
        if result == DH_DEV_TEMP_BUSY:
            path.group.bypassed = True
            self.drop_current()
            self.events += 1
        elif result in RETRIED and self.pg_init_count <= self.retries and not self.disabled:
            self.required = True
        else:
            self.fail_path(path.number)

    # Queueing, and suspends.

    def set_queue_if_no_path(self, on: bool) -> None:
        """Turn queueing on or off, as the messages do: off is off after a resume too."""
        self.queueing = on
        if not on:
            self.saved = False

    def presuspend(self, noflush: bool) -> None:
        """Begin a suspend: queueing is put by, but in a suspend of requests without flush."""
        self.suspending, self.noflush = True, noflush
        if self.bio_based or not noflush:
            # Off, but put by as on: that is a second suspend without a resume between them.
            if self.queueing or not self.saved:
                self.saved = self.queueing
            self.queueing = False

    def presuspend_undo(self) -> None:
        """Give a suspend up."""
        self.noflush = False

    def postsuspend(self) -> bool:
        """End a suspend; activations in progress end first, without retries."""
        self.noflush = False
        self.disabled = self.handler and self.pg_init_in_progress > 0
        return not self.disabled

    def resume(self) -> None:
        """Restore what was put by."""
        self.suspending = self.noflush = False
        self.queueing = self.queueing or self.saved
        self.saved = False

    # What a status prints.

    @property
    def current_group(self) -> int:
        """The number of the current, else of the pending, else of the first group."""
        group = self.current or self.pending
        return group.number if group else min(1, len(self.groups))

    def group_state(self, number: int) -> str:
        """Bypassed wins over current."""
        group = self.groups[number - 1]
        return "D" if group.bypassed else "A" if group is self.current else "E"
