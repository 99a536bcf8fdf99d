"""Whether somebody looks after the maps, and only one."""

from collections.abc import Iterator
from typing import Final

from ...config.finding import Severity
from .check import Check, Sign
from .facts import Facts


def _nobody(facts: Facts) -> Iterator[Sign]:
    if facts.managers is not None and not facts.managers.any and facts.maps:
        idle = "mpath run only watches" if facts.managers.mpath else "neither multipathd nor mpath run answers"
        yield Sign("host", f"{len(facts.maps)} maps, and {idle}")


def _both(facts: Facts) -> Iterator[Sign]:
    who = facts.managers
    if who is not None and who.multipathd and who.mpath and who.acting:
        yield Sign("host", "multipathd and mpath run both change maps")


def _silent(facts: Facts) -> Iterator[Sign]:
    if facts.managers is not None and facts.managers.stuck:
        yield Sign("multipathd", facts.managers.stuck)


def _hung(facts: Facts) -> Iterator[Sign]:
    if facts.managers is not None and facts.managers.hung:
        yield Sign("mpath run", facts.managers.hung)


CHECKS: Final = (
    Check(
        "no-manager", Severity.ERROR, "nobody looks after the maps",
        "a path that fails once is never used again, queueing never ends, and new paths join no map",
        "systemctl enable --now multipathd, or mpath", _nobody,
    ),
    Check(
        "two-managers", Severity.ERROR, "two managers fight over the maps",
        "each undoes what the other decides: paths flap, and maps are loaded again and again",
        "systemctl disable --now multipathd, or stop mpath run", _both,
    ),
    Check(
        "multipathd-stuck", Severity.ERROR, "multipathd does not answer",
        "a path that hangs has its lock, most likely: nothing is failed, reinstated or added meanwhile",
        "multipathd show daemon; find the path by mpath explain stall, then systemctl restart multipathd", _silent,
    ),
    Check(
        "manager-stuck", Severity.ERROR, "mpath run does not answer",
        "it hangs, or its machine is too busy: nothing is failed, reinstated or added meanwhile",
        "journalctl -u mpath; systemctl restart mpath", _hung,
    ),
)  # fmt: skip
