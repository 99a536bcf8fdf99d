from collections.abc import Iterable
from typing import Self

from .selector import Selector

class ServiceTime(Selector):
    def __new__(cls, throughputs: Iterable[int]) -> Self: ...
