"""Several things at once, of which the first says how long, and each may fail for all."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def until_first_ends(*works: Coroutine[Any, Any, None]) -> None:
    """Do all of this at once until the first ends, or one of them fails; then none goes on."""
    tasks = [asyncio.ensure_future(work) for work in works]
    running = set(tasks)
    try:
        while not tasks[0].done():
            ended, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
