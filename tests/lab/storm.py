"""Random faults on all paths of an array, any number of them at once; the same ones for the same seed."""

import random
import time
from collections import Counter
from typing import Final

from multipath.lab import guest, place
from multipath.lab.faults import named

_FEWEST, _LONGEST = 0.05, 2.0  # seconds between two things that happen


class Storm:
    """
    Breaks paths and heals them.

    Args:
        seed: What decides which path breaks, how and when.
        faults: What can happen to a path.

    Synchronization: one thread.
    """

    def __init__(self, seed: int, faults: tuple[str, ...]) -> None:
        self.seed, self._chance, self._faults = seed, random.Random(seed), faults
        self._places: Final = [place.address(name) for name in guest.luns()[0]]
        self._broken: dict[str, tuple[str, str]] = {}
        self.told: list[str] = []
        self.count: Counter[str] = Counter()

    def rage(self, seconds: float) -> None:
        """Break and heal paths for so long, and heal all at the end."""
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end:
                self._happen()
                time.sleep(self._chance.uniform(_FEWEST, _LONGEST))
        finally:
            for address in list(self._broken):
                self._heal(address)

    def _happen(self) -> None:
        address = self._chance.choice(self._places)
        # Drawn in any case: what happens must not depend on how fast the guest is.
        fault = self._chance.choice(self._faults)
        if address in self._broken:
            self._heal(address)
        else:
            self._break(address, fault)

    def _break(self, address: str, fault: str) -> None:
        name = place.at(address)
        assert name, "\n".join([*self.told, f"there is no disk at {address}"])
        self._broken[address] = (fault, name)
        self.count[fault] += 1
        self._tell(f"{fault} on {name} at {address}")
        named(fault).inject(name)

    def _heal(self, address: str) -> None:
        fault, name = self._broken.pop(address)
        self._tell(f"{name} at {address} is healed of {fault}")
        named(fault).heal(name)

    def _tell(self, what: str) -> None:
        self.told = [*self.told[-200:], f"{time.monotonic():.2f} {what}"]
