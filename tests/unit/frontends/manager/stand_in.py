"""A monitor that does what a test says."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from multipath.config.configuration import Configuration


@dataclass(frozen=True)
class StandInEvent:
    kind: str
    reason: str

    def as_record(self) -> dict[str, Any]:
        """Return it."""
        return {"kind": self.kind, "reason": self.reason}

    def __str__(self) -> str:
        """Return one line."""
        return f"mpatha: {self.kind} ({self.reason})"


@dataclass(frozen=True)
class StandInStatus:
    record: dict[str, Any]

    def as_record(self) -> dict[str, Any]:
        """Return it."""
        return self.record


@dataclass
class StandIn:
    """It tells what is put, and remembers what it is told."""

    told: list[StandInEvent] = field(default_factory=list)
    configurations: list[Configuration] = field(default_factory=list)
    refusal: Exception | None = None
    failure: Exception | None = None
    late: float = 0.0
    active: bool = True
    ended: bool = False
    listeners: int = 0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> "StandIn":
        """Begin."""
        return self

    async def __aexit__(self, *exc: object) -> None:
        """End."""
        self.ended = True

    def __aiter__(self) -> AsyncGenerator[StandInEvent, None]:
        """Return the first listener."""
        return self._events()

    def events(self) -> AsyncGenerator[StandInEvent, None]:
        """Return a listener."""
        self.listeners += 1
        return self._events()

    def unsubscribe(self, listener: object) -> None:
        """Forget one."""
        self.listeners -= 1

    async def _events(self) -> AsyncGenerator[StandInEvent, None]:
        """Tell everything so far, and what comes."""
        number = 0
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: len(self.told) > number)  # noqa: B023
            yield self.told[number]
            number += 1

    async def tell(self, kind: str, reason: str = "") -> None:
        """Tell something."""
        async with self._changed:
            self.told.append(StandInEvent(kind, reason))
            self._changed.notify_all()

    async def settled(self) -> None:
        """Wait for nothing."""

    async def run(self) -> None:
        """Look after nothing."""
        await self._stopped.wait()
        if self.failure is not None:
            raise self.failure

    async def stop(self) -> None:
        """End."""
        self._stopped.set()

    async def reconfigure(self, config: Configuration) -> None:
        """Remember it."""
        if self.refusal is not None:
            raise self.refusal
        self.configurations.append(config)

    def status(self) -> StandInStatus:
        """Return that of one map with one path."""
        path = {"device": "8:0", "name": "sda", "active": self.active}
        return StandInStatus({"maps": [{"name": "mpatha", "paths": [path]}]})
