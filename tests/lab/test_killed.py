"""Killed between any two commands, and run again: the second run finishes the job, and nothing is left behind."""

import os
import signal
from itertools import count

import pytest

from multipath import Control, Host, MultipathTable, errors
from multipath._native import codec
from multipath.dm.command import Command
from multipath.dm.nodes import NodesMode
from multipath.dm.reference import DeviceRef

from .conftest import UUID, cookies

pytestmark = pytest.mark.slow


class DyingControl(Control):
    """A control whose process is killed just before its n-th command."""

    def __init__(self, commands: int, nodes: NodesMode) -> None:
        super().__init__(nodes=nodes)
        self.left = commands

    def _send(self, command: Command, request: codec.Request, on: DeviceRef = "") -> codec.Reply:
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1
        return super()._send(command, request, on)


def job(host: Host, paths: list[str]) -> None:
    """Bring the map to its wanted table from wherever it is, rename it, and take it down."""
    wanted = MultipathTable.build([paths[:2], paths[2:]])
    try:
        found = host.map(UUID)
    except errors.NotFound:
        found = host.create("first", MultipathTable.build([paths]), uuid=UUID)
    found.reload(wanted)
    found.rename("second")
    assert wanted.same_as(found.table())
    assert not (found.info().suspended or found.info().inactive_table)
    found.remove()


def killed_before(command: int, paths: list[str], nodes: NodesMode) -> bool:
    """Run the job in a child that dies before its n-th command; tell whether it came that far."""
    child = os.fork()
    if child == 0:
        with Host(control=DyingControl(command, nodes)) as host:
            job(host, paths)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def recovers_from_every_kill(dm: Control, paths: list[str], nodes: NodesMode) -> None:
    """Kill the job before each of its commands in turn; each time the next run goes through and leaves nothing."""
    for command in count():
        if not killed_before(command, paths, nodes):
            break
        assert not any(dm.info(entry).suspended for entry in dm.devices())
        with Control(nodes=nodes) as control, Host(control=control) as host:
            job(host, paths)
        assert dm.devices() == []
        assert cookies() == []

    assert command > 15


class TestAProgramKilledBetweenAnyTwoCommands:
    @pytest.mark.kernel
    def test_is_recovered_by_the_next_run(self, dm: Control, paths: list[str]) -> None:
        """No device, no inactive table, no suspended map, no node, and no cookie of the killed run is left."""
        recovers_from_every_kill(dm, paths, "udev")

    @pytest.mark.kernel(udev=False)
    def test_is_recovered_without_udev_too(self, dm: Control, paths: list[str]) -> None:
        """The same in an installer's world, where the links are made by the runs themselves."""
        recovers_from_every_kill(dm, paths, "own")
