"""The service as systemd, the journal and clients see it, over a monitor that does what it is told."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from multipath import errors
from multipath.config.configuration import Configuration
from multipath.config.finding import Finding, Severity
from multipath.frontends.manager.client import asked
from multipath.frontends.manager.log import Level, Log
from multipath.frontends.manager.notify import Notifier
from multipath.frontends.manager.service import Service
from multipath.frontends.manager.status_socket import SOCKET

from .stand_in import StandIn

_DEADLINE = 10.0


@dataclass
class Stage:
    """A service that runs, and what it says to whom."""

    service: Service
    monitor: StandIn
    manager: socket.socket
    log: Path
    folder: Path
    readings: list[Configuration | Exception]

    async def notified(self, word: str) -> str:
        """Return the first message to systemd that has a word."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(_DEADLINE):
            while word not in (message := (await loop.sock_recv(self.manager, 4096)).decode()):
                pass
        return message

    async def logged(self, text: str) -> str:
        """Return the line of the log that has a text."""
        async with asyncio.timeout(_DEADLINE):
            while not (found := [line for line in self.log.read_text().splitlines() if text in line]):
                await asyncio.sleep(0)
        return found[0]

    async def ask(self, word: str) -> object:
        """Ask at the socket."""

        def ask() -> object:
            with asked(self.folder) as manager:
                return manager.ask(word)

        return await asyncio.to_thread(ask)


def staged(folder: Path, work: Callable[[Stage], Awaitable[None]], *, watchdog: str = "") -> StandIn:
    """Run a service while ``work`` runs; return its monitor."""

    async def run() -> StandIn:
        async with stage(folder, watchdog) as made:
            await work(made)
            return made.monitor

    return asyncio.run(run())


@asynccontextmanager
async def stage(folder: Path, watchdog: str) -> AsyncIterator[Stage]:
    """Give a service that is up, and end it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as manager:
        manager.bind(str(folder / "notify"))
        environment = {"NOTIFY_SOCKET": str(folder / "notify")} | ({"WATCHDOG_USEC": watchdog} if watchdog else {})
        readings: list[Configuration | Exception] = []
        fd = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        monitor, log = StandIn(), Log(Level.DEBUG, fd, {})
        notifier = Notifier(environment)
        service = Service(monitor, lambda: _read(readings), Configuration(), folder, notifier, log)
        made = Stage(service, monitor, manager, folder / "log", folder, readings)
        task = asyncio.create_task(service.run())
        await made.notified("READY=1")
        try:
            yield made
        finally:
            await monitor.stop()
            with suppress(errors.MultipathError):
                await task
            os.close(fd)


def _read(readings: list[Configuration | Exception]) -> Configuration:
    found = readings.pop(0)
    if isinstance(found, Exception):
        raise found
    return found


def wrong(message: str, line: int = 1) -> Configuration:
    """Return a configuration with an error."""
    return Configuration(findings=(Finding("m.conf", line, 1, Severity.ERROR, "unknown-option", message),))


class TestAServiceThatBegins:
    def test_is_ready_when_it_can_be_asked(self, tmp_path: Path) -> None:
        """With what it looks after, as its status."""

        async def work(stage: Stage) -> None:
            assert await stage.ask("health") == {"healthy": True, "alive": True, "problems": []}
            assert "ready; maps: 1; paths: 1, not in use: 0" in await stage.logged("ready")

        staged(tmp_path, work)

    @pytest.mark.parametrize(("word", "key"), [("status", "maps"), ("maps", 0), ("paths", 0), ("health", "alive")])
    def test_answers(self, tmp_path: Path, word: str, key: object) -> None:
        """What is asked."""

        async def work(stage: Stage) -> None:
            answer = await stage.ask(word)
            assert answer[key]  # type: ignore[index]

        staged(tmp_path, work)

    def test_knows_what_it_is_not_to_be_asked(self, tmp_path: Path) -> None:
        """And says what it can be."""

        async def work(stage: Stage) -> None:
            with pytest.raises(errors.MultipathError, match="status, maps"):
                await stage.ask("lunch")

        staged(tmp_path, work)


class TestADecision:
    def test_is_one_line_with_its_reason(self, tmp_path: Path) -> None:
        """At the level that it has."""

        async def work(stage: Stage) -> None:
            await stage.monitor.tell("fail_path", "the checker tur said so")

            assert " notice: mpatha: fail_path (the checker tur said so)" in await stage.logged("fail_path")

        staged(tmp_path, work)

    def test_is_heard_by_who_listens(self, tmp_path: Path) -> None:
        """Also what was told before; and who hangs up is forgotten."""

        def first(folder: Path) -> object:
            with asked(folder) as manager:
                return next(manager.events())

        async def work(stage: Stage) -> None:
            await stage.monitor.tell("fail_path", "why")

            told = {"kind": "fail_path", "reason": "why", "text": "mpatha: fail_path (why)"}
            assert await asyncio.to_thread(first, stage.folder) == told
            async with asyncio.timeout(_DEADLINE):
                while stage.monitor.listeners:
                    await asyncio.sleep(0)

        staged(tmp_path, work)


class TestASignal:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_ends_it(self, tmp_path: Path, number: signal.Signals) -> None:
        """The monitor lets go, the socket is gone, and systemd is told."""

        async def work(stage: Stage) -> None:
            os.kill(os.getpid(), number)

            assert "STOPPING=1" in await stage.notified("STOPPING")
            await stage.logged("stopped")
            assert not (stage.folder / SOCKET).exists()

        assert staged(tmp_path, work).ended

    def test_lets_it_read_and_apply_the_configuration(self, tmp_path: Path) -> None:
        """Systemd is told that it reloads, and that it is ready again."""
        config = Configuration(findings=())

        async def work(stage: Stage) -> None:
            stage.readings.append(config)
            os.kill(os.getpid(), signal.SIGHUP)

            assert "MONOTONIC_USEC=" in await stage.notified("RELOADING=1")
            await stage.notified("READY=1")

        assert staged(tmp_path, work).configurations == [config]


class TestAConfigurationThatIsWorse:
    @pytest.mark.parametrize("reading", [wrong("no option"), errors.FileError(2, "reading", "m.conf")])
    def test_is_not_taken(self, tmp_path: Path, reading: Configuration | Exception) -> None:
        """The former one holds, the log and who asked are told why, and systemd that it is ready."""

        async def work(stage: Stage) -> None:
            stage.readings.append(reading)

            with pytest.raises(errors.MultipathError, match=r"m\.conf"):
                await stage.ask("reload")
            assert "m.conf" in await stage.logged("the former one holds")
            await stage.notified("READY=1")

        assert staged(tmp_path, work).configurations == []

    def test_is_taken_where_the_former_one_was_no_better(self, tmp_path: Path) -> None:
        """An old error in another line is not worse."""

        async def work(stage: Stage) -> None:
            stage.service.config = wrong("no option", line=7)
            stage.readings.append(wrong("no option", line=9))

            assert await stage.ask("reload") == {"findings": ["m.conf:9:1: error: no option [unknown-option]"]}

        assert len(staged(tmp_path, work).configurations) == 1

    def test_ends_nothing_when_the_monitor_refuses_it(self, tmp_path: Path) -> None:
        """The service goes on."""

        async def work(stage: Stage) -> None:
            stage.monitor.refusal = errors.ConfigError("it contradicts itself")
            stage.readings.append(Configuration())

            with pytest.raises(errors.MultipathError, match="contradicts"):
                await stage.ask("reload")
            assert await stage.ask("health")

        staged(tmp_path, work)


class TestTheWatchdog:
    def test_is_kept_quiet_while_checks_are_made(self, tmp_path: Path) -> None:
        """Within half of the time that systemd gives."""

        async def work(stage: Stage) -> None:
            await stage.notified("WATCHDOG=1")
            await stage.notified("WATCHDOG=1")

        staged(tmp_path, work, watchdog="20000")

    def test_hears_nothing_when_no_check_is_made(self, tmp_path: Path) -> None:
        """A loop that only turns is not enough; the log says why."""

        async def work(stage: Stage) -> None:
            stage.monitor.late = 60.0
            assert "overdue by 60 s" in await stage.logged("no check is made")
            with suppress(BlockingIOError):
                while True:
                    stage.manager.recv(4096)

            await asyncio.sleep(0.1)  # ten signs of life would have been due

            with suppress(BlockingIOError):
                while True:
                    assert b"WATCHDOG" not in stage.manager.recv(4096)

        staged(tmp_path, work, watchdog="20000")


def test_a_monitor_that_fails_ends_the_service(tmp_path: Path) -> None:
    """With its error: systemd starts another."""

    async def run() -> None:
        monitor = StandIn(failure=errors.NotFound("no device-mapper"))
        await monitor.stop()
        with (tmp_path / "log").open("w") as log:
            await Service(
                monitor, Configuration, Configuration(), tmp_path, Notifier({}), Log(Level.INFO, log.fileno(), {})
            ).run()

    with pytest.raises(errors.NotFound, match="no device-mapper"):
        asyncio.run(run())
