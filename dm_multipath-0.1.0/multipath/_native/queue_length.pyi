from typing import Self

from .selector import Selector

class QueueLength(Selector):
    def __new__(cls, n_paths: int) -> Self: ...
