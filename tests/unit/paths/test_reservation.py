"""Orders about reservations through one path: what is sent, what is sent again, and what each answer means."""

import asyncio
import errno
import struct
import time
from pathlib import Path as Folder
from typing import Final

import pytest

from multipath.paths.asker import KernelAsker
from multipath.paths.path import Path
from multipath.paths.request import Answer, Held, Operation, Request, Silence
from multipath.paths.reservation import read_capabilities, read_keys, send
from multipath.paths.reservation_reply import Outcome, Reply, Through
from multipath.units import DevT, Sectors
from multipath.wire.reservation import ReservationAction, ReservationKeys, ReservationOrder, ReservationType
from multipath.wire.sense import POWER_ON, STANDBY, TRANSITIONING

SCSI: Final = Path("sda", DevT(0x800), Sectors(2048), None, None, None, None, None, bus="scsi")
NVME: Final = Path("nvme0n1", DevT(0x10300), Sectors(2048), None, None, None, None, None, bus="nvme")
CLEAR: Final = ReservationOrder(ReservationAction.CLEAR, 1)
CHECK, BUSY, CONFLICT = 0x02, 0x08, 0x18


class Scripted:
    """An asker that answers as a test has it, the last answer again and again."""

    held: tuple[Held, ...] = ()

    def __init__(self, *answers: Answer | Silence) -> None:
        self.answers, self.asked = list(answers), list[Request]()

    async def ask(self, request: Request, deadline: float) -> Answer | Silence:
        """Answer."""
        assert deadline > 0
        self.asked.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def ask_blocking(self, request: Request, deadline: float) -> Answer | Silence:
        """Answer a thread."""
        return asyncio.run(self.ask(request, deadline))

    def now(self) -> float:
        """Return the time."""
        return time.monotonic()

    def close(self) -> None:
        """Do nothing."""


def sent(
    asker: Scripted, order: ReservationOrder = CLEAR, path: Path = SCSI, through: Through = Through.COMMANDS
) -> Reply[None]:
    """Send an order."""
    return asyncio.run(send(asker, path, order, through))


class TestAnAnswer:
    @pytest.mark.parametrize(
        ("answer", "outcome"),
        [
            (Answer(), Outcome.DONE),
            (Answer(status=CONFLICT), Outcome.CONFLICT),
            (Answer(status=CHECK, sense=bytes(STANDBY)), Outcome.REFUSED),
            (Answer(host=1), Outcome.FAILED),
            (Answer(error=errno.ENXIO), Outcome.FAILED),
            (Answer(error=errno.EBADE), Outcome.CONFLICT),
            (Answer(error=errno.EPERM), Outcome.REFUSED),
            (Silence.DEADLINE, Outcome.FAILED),
        ],
    )
    def test_of_a_unit_means(self, answer: Answer | Silence, outcome: Outcome) -> None:
        """A refusal and a conflict are answers; without one nobody knows."""
        asker = Scripted(answer)

        assert sent(asker).outcome is outcome
        assert len(asker.asked) == 1

    @pytest.mark.parametrize(
        ("status", "outcome"),
        [(0, Outcome.DONE), (0x83, Outcome.CONFLICT), (0x4083, Outcome.CONFLICT), (2, Outcome.REFUSED),
         (0x370, Outcome.FAILED)],
    )  # fmt: skip
    def test_of_a_namespace_means(self, status: int, outcome: Outcome) -> None:
        """By the status of the completion, with and without its bit that says not to try again."""
        assert sent(Scripted(Answer(status=status)), path=NVME).outcome is outcome

    @pytest.mark.parametrize(
        ("result", "outcome"),
        [(0, Outcome.DONE), (0x18, Outcome.CONFLICT), (0x118, Outcome.CONFLICT), (0x83, Outcome.CONFLICT),
         (0x10000, Outcome.FAILED), (0x0E0000, Outcome.FAILED), (0x05, Outcome.REFUSED)],
    )  # fmt: skip
    def test_of_the_kernel_means(self, result: int, outcome: Outcome) -> None:
        """By the numbers of now, and by those of old kernels."""
        assert sent(Scripted(Answer(result=result)), through=Through.IOCTL).outcome is outcome


class TestWhatIsNotAnAnswer:
    @pytest.mark.parametrize(
        "answer",
        [
            Answer(status=CHECK, sense=bytes(POWER_ON)),
            Answer(status=CHECK, sense=bytes(TRANSITIONING)),
            Answer(status=BUSY),
        ],
    )
    def test_is_asked_again(self, answer: Answer) -> None:
        """Until there is one."""
        asker = Scripted(answer, answer, Answer())

        assert sent(asker).outcome is Outcome.DONE
        assert len(asker.asked) == 3

    def test_is_asked_again_by_the_kernels_call_too(self) -> None:
        """Old kernels hide the unit attention."""
        assert sent(Scripted(Answer(result=CHECK), Answer()), through=Through.IOCTL).outcome is Outcome.DONE

    def test_ends_some_time(self) -> None:
        """A unit that is busy for good has refused."""
        asker = Scripted(Answer(status=CHECK, sense=bytes(POWER_ON)))
        reply = sent(asker)

        assert (reply.outcome, "29/00" in reply.why, len(asker.asked)) == (Outcome.REFUSED, True, 6)


class TestAnOrder:
    def test_goes_to_a_namespace_in_nvme(self) -> None:
        """An I/O command, with its keys."""
        asker = Scripted(Answer())
        sent(asker, path=NVME)

        (request,) = asker.asked
        assert (request.operation, request.node, request.payload[0]) == (Operation.NVME_IO, "/dev/nvme0n1", 0x15)

    def test_goes_by_the_kernels_call_with_its_own_number_of_the_type(self) -> None:
        """Two numbers and two keys."""
        asker = Scripted(Answer())
        kind = ReservationType.EXCLUSIVE_ACCESS_ALL_REGISTRANTS
        sent(asker, ReservationOrder(ReservationAction.PREEMPT, 1, 2, kind), through=Through.IOCTL)

        assert struct.unpack("=IIQQ", asker.asked[0].payload) == (4, 6, 1, 2)

    def test_takes_the_registration_of_a_namespace_back_by_command(self) -> None:
        """The kernel's call would register the key 0."""
        asker = Scripted(Answer())
        sent(asker, ReservationOrder(ReservationAction.REGISTER, 5, 0), NVME, Through.IOCTL)
        sent(asker, ReservationOrder(ReservationAction.REGISTER, 5, 0), SCSI, Through.IOCTL)

        assert [each.operation for each in asker.asked] == [Operation.NVME_IO, Operation.PERSIST]

    def test_is_refused_by_a_file_that_is_no_device(self, tmp_path: Folder) -> None:
        """A worker makes the kernel's call, and brings its errno."""
        (tmp_path / "file").touch()
        request = Request(Operation.PERSIST, str(tmp_path / "file"), payload=struct.pack("=IIQQ", 3, 0, 1, 0))
        with KernelAsker(1, 1) as asker:
            known = asyncio.run(asker.ask(request, 10))
            short = asyncio.run(asker.ask(Request(Operation.PERSIST, request.node, payload=b"\0" * 23), 10))

        assert known == Answer(error=errno.ENOTTY, seconds=getattr(known, "seconds", 0.0))
        assert short == Answer(error=errno.EINVAL)


class TestAQuestion:
    def test_is_asked_with_more_room_where_the_answer_is_long(self) -> None:
        """Two thousand hosts share the unit."""
        body = b"".join(key.to_bytes(8, "big") for key in range(2000))
        whole = bytes(4) + len(body).to_bytes(4, "big") + body
        asker = Scripted(Answer(data=whole[:8192]), Answer(data=whole))

        reply = asyncio.run(read_keys(asker, SCSI))

        assert reply.read == ReservationKeys(0, tuple(range(2000)))
        assert [each.length for each in asker.asked] == [8192, 0xFFFC]

    def test_of_what_a_namespace_can_do_names_it(self) -> None:
        """By the number that sysfs shows."""
        asker = Scripted(Answer(data=b"7\n"), Answer(data=bytes(31) + b"\x08" + bytes(4064)))
        reply = asyncio.run(read_capabilities(asker, NVME))

        assert reply.read is not None
        assert reply.read.types == (ReservationType.WRITE_EXCLUSIVE_REGISTRANTS_ONLY,)
        assert asker.asked[1].payload[4:8] == (7).to_bytes(4, "little")

    def test_that_is_answered_with_nonsense_has_no_answer(self) -> None:
        """It is refused, with what is wrong."""
        reply = asyncio.run(read_keys(Scripted(Answer(data=b"\0\0\0")), SCSI))

        assert (reply.outcome, reply.read) == (Outcome.REFUSED, None)
