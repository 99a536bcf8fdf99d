from typing import Self

class Workers:
    def __new__(cls, most: int, idle: int) -> Self: ...
    @property
    def alive(self) -> int: ...
    @property
    def busy(self) -> int: ...
    def fileno(self) -> int: ...
    def submit(
        self,
        operation: int,
        node: bytes,
        payload: bytes = ...,
        length: int = 0,
        data: bytes = ...,
        *,
        offset: int = 0,
        timeout: int = 30_000,
        devt: int = -1,
        diskseq: int = -1,
        start: bool = True,
    ) -> int: ...
    def collect(self) -> list[tuple[int, int, int, int, int, int, bytes, bytes, int]]: ...
    def close(self) -> None: ...
