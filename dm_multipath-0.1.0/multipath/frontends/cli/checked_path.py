"""``mpath explain --check``: what the checkers of paths say of them now."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from ...config.resolve import Resolver
from ...maps.host import Host
from ...maps.monitored_path import MonitoredPath
from ...maps.screening import PathVerdict
from ...paths.state import PathState
from ...probes.checkers import probe
from ...probes.verdict import Verdict
from ...units import DevT


class CheckRecord(TypedDict):
    """
    What a checker says of a path.

    Attributes:
        checker: Its name, as ``path_checker`` has it.
        state: What it says: ``"up"``, ``"down"``, ``"ghost"``, ``"timeout"``, …
        message: What was asked and what came back.
    """

    checker: str
    state: str
    message: str


@dataclass(frozen=True, slots=True)
class CheckedPath:
    """
    A path that was checked.

    Attributes:
        checker: The name of its checker.
        verdict: What that says.
    """

    checker: str
    verdict: Verdict

    def as_record(self) -> CheckRecord:
        """Return it for JSON."""
        return {"checker": self.checker, "state": str(self.verdict.state), "message": self.verdict.message}


def check(host: Host, options: Resolver, paths: Sequence[PathVerdict]) -> dict[DevT, CheckedPath]:
    """Return what the checker of each path says, all asked at the same time."""
    return dict(asyncio.run(_checked(host, options, paths)))


async def _checked(host: Host, options: Resolver, paths: Sequence[PathVerdict]) -> list[tuple[DevT, CheckedPath]]:
    async def one(path: PathVerdict) -> tuple[DevT, CheckedPath]:
        member = MonitoredPath.of(path.path, path.wwid or "", options, host.sysfs)
        if member.checker is None:
            return path.path.devt, CheckedPath(member.checker_name, Verdict(PathState.WILD, member.problem))
        verdict = await probe(member.checker, host.asker, path.path, member.timeout, state=member.state)
        return path.path.devt, CheckedPath(member.checker_name, verdict)

    return await asyncio.gather(*(one(path) for path in paths))
