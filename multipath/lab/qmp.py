"""
QEMU's control language, spoken from the guest itself: the port of `qemu` that is not a line to the outside.

Format: one JSON object on each line; ``docs/interop/qmp-spec`` of QEMU. Who speaks first must agree on capabilities,
and who comes later is told that it was done; events that nobody waits for are passed over.
"""

import json
import os
import select
import time
from types import TracebackType
from typing import Any, Final, Self

from ..errors import LabError
from .guest import refuse_outside

PORT: Final = "/dev/vport0p4"
_PATIENCE: Final = 20.0
_WAS_DONE: Final = "CommandNotFound"


class Qmp:
    """
    A conversation with the QEMU that this guest runs in.

    Synchronization: one conversation at a time in a guest, one thread.
    """

    def __init__(self, port: str = PORT) -> None:
        refuse_outside()
        self._fd = _opened(port)
        self._partial = b""
        self._asked = 0

    def __enter__(self) -> Self:
        """Agree on capabilities."""
        answer = self._answer("qmp_capabilities", {})
        if "error" in answer and answer["error"]["class"] != _WAS_DONE:
            raise LabError(f"QEMU refuses to talk: {answer['error']['desc']}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Hang up."""
        os.close(self._fd)

    def execute(self, command: str, **arguments: Any) -> Any:
        """
        Have QEMU do something; return what it answers.

        Args:
            command: For example ``device_del``.
            arguments: By name.

        Raises:
            LabError: it refuses, or does not answer.
        """
        answer = self._answer(command, arguments)
        if "error" in answer:
            raise LabError(f"QEMU refuses {command}: {answer['error']['desc']}")
        return answer["return"]

    def _answer(self, command: str, arguments: dict[str, Any]) -> dict[str, Any]:
        self._asked += 1
        mark = f"{os.getpid()}-{time.monotonic_ns()}-{self._asked}"
        question = json.dumps({"execute": command, "arguments": arguments, "id": mark}) + "\n"
        os.write(self._fd, question.encode())
        deadline = time.monotonic() + _PATIENCE
        while True:
            line = self._line(deadline, command)
            message: dict[str, Any] = json.loads(line)
            if message.get("id") == mark:
                return message

    def _line(self, deadline: float, command: str) -> bytes:
        while b"\n" not in self._partial:
            ready, _, _ = select.select([self._fd], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise LabError(f"QEMU did not answer {command} within {_PATIENCE:g} s")
            self._partial += os.read(self._fd, 1 << 16)
        line, _, self._partial = self._partial.partition(b"\n")
        return line


def _opened(port: str) -> int:
    try:
        return os.open(port, os.O_RDWR)
    except FileNotFoundError:
        raise LabError("this guest's kernel does not run in QEMU; it is to be a stock one") from None
