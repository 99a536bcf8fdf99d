import asyncio
import threading

import pytest

from multipath.frontends.manager.aside import aside


class TestWhatIsDoneAside:
    def test_returns_and_raises_as_if_it_were_done_here(self) -> None:
        """Both cross over."""
        assert asyncio.run(aside(lambda: 7)) == 7
        with pytest.raises(ZeroDivisionError):
            asyncio.run(aside(lambda: 1 // 0))

    def test_delays_nobody(self) -> None:
        """A file system that stands still holds up neither the loop nor the end of the program."""
        still = threading.Event()

        async def run() -> None:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await aside(still.wait)

        asyncio.run(run())
        still.set()
