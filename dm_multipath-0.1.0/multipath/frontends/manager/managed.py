"""What the service needs of a monitor, and nothing more; so that a stand-in can take its place."""

from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Protocol

from ...config.configuration import Configuration


class Told(Protocol):
    """One event; as a text it is one line with its reason."""

    @property
    def kind(self) -> str:
        """What it is about."""

    def as_record(self) -> dict[str, Any]:
        """Return all of it for JSON."""


class Condition(Protocol):
    """How things are."""

    def as_record(self) -> dict[str, Any]:
        """Return all of it for JSON."""


class Managed(Protocol):
    """A monitor; `multipath.maps.monitor.Monitor` is one."""

    @property
    def late(self) -> float:
        """For how many seconds the check that waits longest has been due."""

    async def __aenter__(self) -> object:
        """Begin."""

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End, and let go of everything."""

    def __aiter__(self) -> AsyncIterator[Told]:
        """Return the listener that has listened from the start."""

    def events(self) -> AsyncIterator[Told]:
        """Return a listener of its own: what there is first, then every event."""

    def unsubscribe(self, listener: Any) -> None:
        """Tell a listener nothing more."""

    async def settled(self) -> None:
        """Wait until every map that is wanted has been planned and made, or could not be."""

    async def run(self) -> None:
        """Look after the maps until `stop`."""

    async def stop(self) -> None:
        """End."""

    async def reconfigure(self, config: Configuration) -> None:
        """Let another configuration hold, and apply it."""

    def status(self) -> Condition:
        """Return how things are."""
