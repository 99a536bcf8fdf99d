from collections.abc import Iterable
from typing import Self

from .selector import Selector

class IoAffinity(Selector):
    def __new__(cls, masks: Iterable[int], cpus: int | None = None, nodes: Iterable[int] | None = None) -> Self: ...
