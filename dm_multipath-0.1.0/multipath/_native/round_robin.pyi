from typing import Self

from .selector import Selector

class RoundRobin(Selector):
    def __new__(cls, n_paths: int) -> Self: ...
