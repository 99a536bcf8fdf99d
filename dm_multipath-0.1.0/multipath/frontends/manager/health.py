"""Is all well? Read from what a monitor says of itself; pure."""

from collections.abc import Iterator
from typing import Any

Record = dict[str, Any]


def health(status: Record, stalled: str) -> Record:
    """
    Return what a probe wants to know: whether all is well, whether the manager gets on, and what is wrong.

    Args:
        status: What the monitor says.
        stalled: Why the manager does not get on; empty where it does.
    """
    problems = [*([stalled] if stalled else []), *_problems(status)]
    return {"healthy": not problems, "alive": not stalled, "problems": problems}


def paths_of(status: Record) -> list[Record]:
    """Return the paths of all maps, each with the name of its map."""
    return [{"map": each["name"], **path} for each in status["maps"] for path in each["paths"]]


def summary(status: Record) -> str:
    """Return how things are, in a few words."""
    used = [bool(path["active"]) for each in status["maps"] for path in each["paths"]]
    return f"maps: {len(status['maps'])}; paths: {len(used)}, not in use: {used.count(False)}"


def _problems(status: Record) -> Iterator[str]:
    for each in status["maps"]:
        paths = each["paths"]
        used = sum(bool(path["active"]) for path in paths)
        if not used:
            yield f"{each['name']}: no path of {len(paths)} is in use"
        elif used < len(paths):
            yield f"{each['name']}: {len(paths) - used} of {len(paths)} paths are not in use"
