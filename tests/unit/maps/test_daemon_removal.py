"""What a multipathd leaves behind that could not remove a map, and that it is put back."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import pytest

from multipath import Features, Host, Map, MultipathTable, errors
from multipath.maps.daemon_removal import remove_by_daemon
from multipath.maps.removal import Removal, partitions_of
from multipath.virtual import VirtualHost

from .test_detach import partition


class Daemon:
    """A multipathd that does one thing when it is told to remove a map."""

    def __init__(self, act: Callable[[], None]) -> None:
        self.act = act

    def remove_map(self, ref: str) -> None:
        """Do it."""
        assert ref == "mpatha"
        self.act()


@pytest.fixture
def world() -> Iterator[VirtualHost]:
    """Give a world with two paths."""
    with VirtualHost() as world:
        world.add_array(paths=2)
        yield world


@pytest.fixture
def host(world: VirtualHost) -> Iterator[Host]:
    """Give a host on it."""
    with Host(**world.seams()) as host:
        yield host


@pytest.fixture
def mpath(host: Host) -> Map:
    """Give a map that queues, with a partition."""
    table = MultipathTable.build([["sda", "sdb"]], features=Features(queue_if_no_path=True))
    made = host.create("mpatha", table, uuid="mpath-3600")
    partition(host, made)
    return made


def state(host: Host) -> list[Any]:
    """Return what must be as it was."""
    return [
        (
            entry.name,
            host.control.info(entry).uuid,
            host.control.info(entry).suspended,
            host.control.table(entry).targets,
        )
        for entry in host.control.devices()
    ]


def removed(host: Host, mpath: Map, act: Callable[[], None]) -> None:
    """Have such a daemon remove the map."""
    control = host.control
    remove_by_daemon(
        control,
        mpath.info(),
        partitions_of(control, mpath.info()),
        Removal(timeout=0),
        connect=lambda _: nullcontext(Daemon(act)),  # type: ignore[arg-type]
    )


class TestADaemonThatGivesUpHalfWay:
    @pytest.mark.parametrize("failure", [errors.DaemonMapInUse, errors.DaemonTimeout])
    def test_leaves_the_map_as_it_was(self, host: Host, mpath: Map, failure: type[errors.DaemonError]) -> None:
        """It turned queueing off, removed the partition and suspended the map: all of that is put back."""
        before = state(host)

        def act() -> None:
            mpath.queue_if_no_path(False)
            host.control.remove("mpatha-part1")
            mpath.suspend(flush=True)
            raise failure("del map mpatha", "fail")

        with pytest.raises(errors.DeviceBusy if failure is errors.DaemonMapInUse else failure):
            removed(host, mpath, act)

        assert state(host) == before

    def test_is_not_believed_where_the_map_is_still_there(self, host: Host, mpath: Map) -> None:
        """It said ok, and the kernel says otherwise."""
        before = state(host)

        with pytest.raises(errors.DaemonRefused, match="still there"):
            removed(host, mpath, lambda: host.control.remove("mpatha-part1"))

        assert state(host) == before


class TestADaemonThatDoesIt:
    def test_is_believed(self, host: Host, mpath: Map) -> None:
        """The map is gone, with its partition."""

        def act() -> None:
            host.control.remove("mpatha-part1")
            host.control.remove("mpatha")

        removed(host, mpath, act)

        assert host.control.devices() == []

    def test_is_not_asked_while_somebody_has_the_map(self, host: Host, mpath: Map, world: VirtualHost) -> None:
        """It would turn queueing off first."""
        with world.open("mpatha"), pytest.raises(errors.DeviceBusy):
            removed(host, mpath, lambda: pytest.fail("it was asked"))
