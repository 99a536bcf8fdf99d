"""
The page about the state machines, made from the tables.

``python -m multipath.policy.machines.page > docs/state-machines.md`` writes it anew; a test compares the two.
"""

from collections.abc import Iterator
from typing import Any, Final

from .failback import FAILBACK
from .group import GROUP
from .machine import Machine
from .map import MAP, NOTICE
from .path import PATH
from .trust import TRUST

_INTRODUCTION: Final = """# The state machines of a supervised map

This page is made from the tables in `multipath/policy/machines` by

```
python -m multipath.policy.machines.page > docs/state-machines.md
```

Each row says what an event leads to. An event that a state has no row for changes nothing. Which event it is, options
and numbers decide: [monitoring](monitoring.md) says how. What is done, is done only where it changes something: a path
that the kernel does not use is not failed again, and a map that queues is not told to.
"""
MACHINES: Final[tuple[tuple[str, str, Machine[Any, Any, Any]], ...]] = (
    ("A path", "What its checker says and what the kernel does with it.", PATH),
    ("The good name of a path", "`san_path_err_*` and `delay_*_checks`, or `marginal_path_*`.", TRUST),
    ("A group", "Whether the kernel may choose it.", GROUP),
    ("The group in use", "How it stands to the best one: `failback`.", FAILBACK),
    ("A map", "`no_path_retry` while no path is usable, `flush_on_last_del` when none is left.", MAP),
    ("The announcement of a new map", "`ghost_delay`.", NOTICE),
)


def page() -> str:
    """Return the page."""
    return "\n".join([_INTRODUCTION, *(line for entry in MACHINES for line in _section(*entry))])


def _section(title: str, about: str, machine: Machine[Any, Any, Any]) -> Iterator[str]:
    yield f"## {title}\n\n{about}\n\n{machine.states()}\n"
    yield f"```mermaid\n{machine.diagram()}\n```\n"
    yield f"{machine.rows()}\n"


if __name__ == "__main__":
    print(page(), end="")
