"""The codec against the kernel's layout: golden vectors, an oracle in `struct`, and the header of this machine."""

import struct
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath._native import codec
from multipath._native.codec import Reply, Request

from . import kernel

U32 = st.integers(0, 2**32 - 1)
U64 = st.integers(0, 2**64 - 1)


def texts(longest: int, shortest: int = 0) -> st.SearchStrategy[bytes]:
    """Return what the kernel can hold as a string: every byte but NUL."""
    return st.lists(st.integers(1, 255), min_size=shortest, max_size=longest).map(bytes)


def shown(raw: bytes) -> str:
    """Return a string of the kernel as Python shows it."""
    return raw.decode("utf-8", "surrogateescape")


ENTRIES = st.lists(
    st.tuples(st.integers(1, 2**64 - 1), texts(codec.NAME_MAX, 1), U32, texts(codec.UUID_MAX)), max_size=6
)
LINES = st.lists(st.tuples(U64, U64, texts(codec.TYPE_MAX, 1), texts(80)), max_size=6)
DECODERS: tuple[Callable[[Reply], object], ...] = (
    Reply.targets,
    Reply.names,
    Reply.deps,
    Reply.versions,
    lambda reply: reply.text() if reply.flags & codec.FLAG_DATA_OUT else reply.names(),
)


@pytest.fixture(scope="module")
def header(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a C program finds in this machine's own header."""
    program = tmp_path_factory.mktemp("layout") / "layout"
    subprocess.run(["gcc", "-o", program, Path(__file__).with_name("layout.c")], check=True)
    out = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    return dict(line.split() for line in out.splitlines())


class TestTheHeaderOfThisMachine:
    """The oracle of these tests stands where a C compiler puts the fields."""

    @pytest.mark.parametrize("name", [name for name in kernel.FIELDS if name not in ("major", "minor", "patch")])
    def test_has_the_fields_of_the_oracle(self, header: dict[str, str], name: str) -> None:
        """Every field of ``struct dm_ioctl`` has the offset that these tests use."""
        assert int(header[f"dm_ioctl.{name}"]) == kernel.FIELDS[name][0]

    @pytest.mark.parametrize(
        ("what", "number"),
        [
            ("dm_ioctl", kernel.SIZE),
            ("dm_ioctl.data", kernel.HEADER_ONLY),
            ("dm_target_spec", kernel.SPEC.size),
            ("dm_target_spec.status", 16),
            ("dm_target_spec.next", 20),
            ("dm_target_spec.target_type", 24),
            ("dm_target_deps.dev", 8),
            ("dm_name_list.next", 8),
            ("dm_name_list.name", kernel.NAME.size),
            ("dm_target_versions.version", 4),
            ("dm_target_versions.name", kernel.VERSION.size),
            ("dm_target_msg.message", 8),
        ],
    )
    def test_has_the_structures_of_the_oracle(self, header: dict[str, str], what: str, number: int) -> None:
        """Sizes and places of what follows the header are those that these tests use."""
        assert int(header[what]) == number

    @pytest.mark.parametrize(
        ("name", "command"),
        [("version", codec.VERSION), ("load", codec.TABLE_LOAD), ("arm_poll", codec.DEV_ARM_POLL)],
    )
    def test_numbers_the_commands_the_same(self, header: dict[str, str], name: str, command: int) -> None:
        """The low byte of an ioctl's number is the command."""
        assert int(header[name], 16) & 0xFF == command


class TestARequest:
    """The header that goes to the kernel."""

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("major", 4),
            ("minor", 27),
            ("patch", 0),
            ("data_size", kernel.SIZE),
            ("data_start", kernel.SIZE),
            ("target_count", 0),
            ("open_count", 0),
            ("flags", 0x20802),
            ("event_nr", 0x00601234),
            ("dev", 0x0010FD2C),
            ("name", b"mpatha"),
            ("uuid", b"mpath-3600"),
        ],
    )
    def test_has_each_field_in_its_place(self, name: str, value: int | bytes) -> None:
        """Every argument stands where the kernel reads it, everything else is zero."""
        request = Request(
            codec.DEV_REMOVE, 27, flags=0x20802, dev=0x10FD2C, event_nr=0x601234, name=b"mpatha", uuid=b"mpath-3600"
        )

        assert kernel.field(request.encoded(), name) == value

    @given(st.integers(0, 4000), texts(300))
    def test_says_the_size_of_its_buffer(self, size: int, payload: bytes) -> None:
        """``data_size`` is the whole buffer, and what stands behind the payload is zero."""
        sent = Request(codec.TARGET_MSG, payload=payload).encoded(size)

        assert kernel.field(sent, "data_size") == len(sent) == max(size, kernel.SIZE + len(payload))
        assert sent[kernel.SIZE :] == payload + bytes(len(sent) - kernel.SIZE - len(payload))

    @given(texts(codec.NAME_MAX), texts(codec.UUID_MAX), U32, U64)
    def test_carries_every_name_and_number(self, name: bytes, uuid: bytes, number: int, dev: int) -> None:
        """The longest name and uuid and the largest numbers fit."""
        sent = Request(codec.DEV_CREATE, flags=number, event_nr=number, dev=dev, name=name, uuid=uuid).encoded()

        assert (kernel.field(sent, "name"), kernel.field(sent, "uuid")) == (name, uuid)
        assert (kernel.field(sent, "flags"), kernel.field(sent, "event_nr")) == (number, number)
        assert kernel.field(sent, "dev") == dev

    @pytest.mark.parametrize("texts", [{"name": b"x" * 128}, {"uuid": b"x" * 129}])
    def test_refuses_what_the_kernel_would_cut_short(self, texts: dict[str, bytes]) -> None:
        """A cut name would address another device."""
        with pytest.raises(ValueError, match="too long"):
            Request(codec.DEV_STATUS, **texts)  # type: ignore[arg-type]

    @pytest.mark.parametrize("word", ["name", "uuid", "payload"])
    @pytest.mark.parametrize("value", [None, "text", bytearray(b"x"), 7])
    def test_takes_bytes_alone(self, word: str, value: object) -> None:
        """Nothing else is read as if it were bytes, not even ``None``."""
        with pytest.raises(TypeError):
            Request(codec.DEV_STATUS, **{word: value})  # type: ignore[arg-type]

    @pytest.mark.parametrize("word", ["flags", "event_nr", "dev"])
    @pytest.mark.parametrize("value", [-1, 2**64])
    def test_refuses_numbers_that_do_not_fit(self, word: str, value: int) -> None:
        """No number is cut."""
        with pytest.raises(OverflowError):
            Request(codec.DEV_STATUS, **{word: value})  # type: ignore[arg-type]

    def test_cannot_be_without_its_arguments(self) -> None:
        """``__new__`` alone makes no request that holds nothing."""
        with pytest.raises(TypeError):
            Request.__new__(Request)  # type: ignore[call-arg]


class TestATableThatIsLoaded:
    """The payload of ``DM_TABLE_LOAD``."""

    def test_has_the_golden_bytes_for_one_target(self) -> None:
        """One multipath line: text at 352, its NUL at 384, 385 bytes needed, 392 sent."""
        params = b"0 0 1 1 round-robin 0 1 1 8:16 1"
        sent = Request(codec.TABLE_LOAD, payload=codec.pack_targets([(0, 2048, b"multipath", params)])).encoded()

        assert kernel.SPEC.unpack_from(sent, 312) == (0, 2048, 0, 80, b"multipath".ljust(16, b"\0"))
        assert (sent[352:384], sent[384], len(sent)) == (params, 0, 392)
        assert kernel.field(sent, "target_count") == 1

    def test_has_the_golden_bytes_for_two_targets(self) -> None:
        """Two linear lines: the second spec at 360, its text at 400, the NUL that ends 407 bytes at 406."""
        lines = [(0, 8, b"linear", b"8:16 0"), (8, 8, b"linear", b"8:32 0")]
        sent = Request(codec.TABLE_LOAD, payload=codec.pack_targets(lines)).encoded()

        assert kernel.SPEC.unpack_from(sent, 312)[3] == 48
        assert kernel.SPEC.unpack_from(sent, 360)[:2] == (8, 8)
        assert (sent[400:407], kernel.field(sent, "target_count")) == (b"8:32 0\0", 2)

    @given(LINES)
    def test_chains_each_line_to_the_next(self, lines: list[tuple[int, int, bytes, bytes]]) -> None:
        """The kernel's walk, ``next`` from the start of each spec, finds every line and the count of them."""
        sent = Request(codec.TABLE_LOAD, payload=codec.pack_targets(lines)).encoded()
        at, found = kernel.SIZE, []
        while at < len(sent):
            start, length, status, to_next, kind = kernel.SPEC.unpack_from(sent, at)
            params = sent[at + kernel.SPEC.size : sent.index(0, at + kernel.SPEC.size)]
            found.append((start, length, kind.rstrip(b"\0"), params))
            assert (status, to_next % 8) == (0, 0)
            at += to_next

        assert (found, kernel.field(sent, "target_count")) == (lines, len(lines))

    def test_refuses_a_type_that_the_kernel_would_cut_short(self) -> None:
        """Fifteen bytes are a type, sixteen are not."""
        assert codec.pack_targets([(0, 1, b"x" * 15, b"")])
        with pytest.raises(ValueError, match="too long"):
            codec.pack_targets([(0, 1, b"x" * 16, b"")])

    @pytest.mark.parametrize("line", [(0, 1, None, b""), (0, 1, b"zero", None), (0, 1, "zero", b""), (0, 1)])
    def test_takes_lines_of_bytes_alone(self, line: object) -> None:
        """Nothing else is read as if it were bytes, not even ``None``."""
        with pytest.raises((TypeError, ValueError)):
            codec.pack_targets([line])  # type: ignore[list-item]

    @given(st.binary(max_size=400))
    def test_may_come_from_anyone(self, payload: bytes) -> None:
        """Specs that lead nowhere, or to themselves, are counted once and left to the kernel to refuse."""
        sent = Request(codec.TABLE_LOAD, payload=payload).encoded()

        assert kernel.field(sent, "target_count") in range(len(payload) // kernel.SPEC.size + 1)


class TestAStringThatIsSent:
    """The payloads of messages, renames and geometries."""

    @given(U64, texts(200))
    def test_follows_the_sector_of_a_message(self, sector: int, text: bytes) -> None:
        """Eight bytes of sector, the text, one NUL."""
        assert codec.pack_message(sector, text) == struct.pack("=Q", sector) + text + b"\0"

    @given(texts(200))
    def test_ends_with_one_nul(self, text: bytes) -> None:
        """A rename and a geometry are the string alone."""
        assert codec.pack_text(text) == text + b"\0"

    def test_is_bytes(self) -> None:
        """``None`` is no text."""
        with pytest.raises(TypeError):
            codec.pack_text(None)  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            codec.pack_message(0, None)  # type: ignore[arg-type]


class TestTheHeaderOfAReply:
    """What every command answers."""

    @given(texts(127), texts(128), U32, U64, st.integers(-(2**31), 2**31 - 1))
    def test_is_read_field_by_field(self, name: bytes, uuid: bytes, number: int, dev: int, opened: int) -> None:
        """Each field comes back, whatever bytes the names are made of."""
        data = kernel.reply(name=name, uuid=uuid, event_nr=number, dev=dev, open_count=opened, target_count=number)
        got = Reply(data)

        assert (got.name, got.uuid, got.dev) == (shown(name), shown(uuid), dev)
        assert (got.event_nr, got.target_count, got.open_count) == (number, number, opened)
        assert got.version == (4, 50, 0)

    def test_ends_with_the_header_where_there_is_no_payload(self) -> None:
        """A device without a table has no lines and no dependencies, though its buffer holds the last request's."""
        got = Reply(kernel.reply(behind=64))

        assert (got.targets(), got.deps(), got.names(), got.versions(), got.text()) == ([], [], [], [], None)

    def test_may_have_names_without_an_end(self) -> None:
        """A field that is full to its last byte is read to there and no further."""
        data = bytearray(kernel.reply(name=b"n" * 127, uuid=b"u" * 128))
        data[48:176], data[176:305] = b"n" * 128, b"u" * 129

        assert (len(Reply(data).name), len(Reply(data).uuid)) == (128, 129)

    @pytest.mark.parametrize("size", [0, 1, 304, 305, 311])
    def test_is_refused_when_it_is_cut(self, size: int) -> None:
        """A buffer without a whole header is no reply."""
        with pytest.raises(ValueError, match="shorter than its header"):
            Reply(kernel.reply()[:size])

    def test_is_refused_when_it_says_more_than_came(self) -> None:
        """``data_size`` beyond the buffer contradicts it."""
        data = bytearray(kernel.reply())
        struct.pack_into("=I", data, 12, len(data) + 1)

        with pytest.raises(ValueError, match="in a buffer of"):
            Reply(data)

    @pytest.mark.parametrize("data", [None, 400, "x" * 400, memoryview(bytes(400))])
    def test_is_bytes(self, data: object) -> None:
        """A number is not a buffer of that many zeroes."""
        with pytest.raises(TypeError):
            Reply(data)  # type: ignore[arg-type]

    def test_keeps_nothing_of_the_callers_buffer(self) -> None:
        """The buffer may be written again, or shrink, and the reply stays as it was."""
        data = bytearray(kernel.reply(name=b"mpatha"))
        got = Reply(data)

        data.clear()

        assert got.name == "mpatha"

    def test_cannot_be_without_its_bytes(self) -> None:
        """``__new__`` alone makes no reply that holds nothing."""
        with pytest.raises(TypeError):
            Reply.__new__(Reply)  # type: ignore[call-arg]


class TestTheLinesOfAReply:
    """``DM_TABLE_STATUS``, for tables and for statuses."""

    @given(LINES, st.integers(0, 64))
    def test_come_back_as_the_kernel_wrote_them(self, lines: list[tuple[int, int, bytes, bytes]], behind: int) -> None:
        """Every line, with whatever stands in the buffer behind the reply."""
        data = kernel.reply(kernel.status_lines(lines), target_count=len(lines), behind=behind)

        assert Reply(data).targets() == [
            (start, length, shown(kind), shown(params)) for start, length, kind, params in lines
        ]

    def test_are_chained_from_the_first_one(self) -> None:
        """The golden pair: ``next`` is 48 and 96, both from byte 312, and the reply ends at 408."""
        data = kernel.reply(
            kernel.status_lines([(0, 8, b"linear", b"8:16 0"), (8, 8, b"linear", b"8:32 0")]), target_count=2
        )

        assert [kernel.SPEC.unpack_from(data, at)[3] for at in (312, 360)] == [48, 96]
        assert kernel.field(data, "data_size") == 408
        assert [line[3] for line in Reply(data).targets()] == ["8:16 0", "8:32 0"]

    @pytest.mark.parametrize("to_next", [0, 39, 46])
    def test_never_lead_back(self, to_next: int) -> None:
        """A ``next`` into the line itself would be read for ever."""
        lines = kernel.status_lines([(0, 8, b"linear", b"8:16 0"), (8, 8, b"linear", b"8:32 0")])
        data = bytearray(kernel.reply(lines, target_count=2))
        struct.pack_into("=I", data, 312 + 20, to_next)

        with pytest.raises(ValueError, match="points back"):
            Reply(data).targets()

    @pytest.mark.parametrize("count", [3, 2**32 - 1])
    def test_are_no_more_than_came(self, count: int) -> None:
        """A count beyond the reply's end is refused, not read."""
        lines = kernel.status_lines([(0, 8, b"linear", b"8:16 0"), (8, 8, b"linear", b"8:32 0")])

        with pytest.raises(ValueError, match="the reply ends"):
            Reply(kernel.reply(lines, target_count=count)).targets()

    def test_end_within_the_reply(self) -> None:
        """Parameters without a NUL are refused, though one stands in the buffer behind them."""
        data = kernel.reply(kernel.SPEC.pack(0, 8, 0, 64, b"linear") + b"8:16 0..", target_count=1) + bytes(8)

        with pytest.raises(ValueError, match="has no end"):
            Reply(data).targets()


class TestTheNamesOfAReply:
    """``DM_LIST_DEVICES``."""

    @given(ENTRIES, st.sampled_from([0, 35, 36, 37, 44, 45, 50]))
    def test_tell_what_this_kernel_tells(self, entries: list[kernel.Entry], minor: int) -> None:
        """Numbers since 4.37, uuids since 4.45; before, ``None``."""
        got = Reply(kernel.reply(kernel.names(entries, minor=minor), minor=minor)).names()

        assert got == [
            (dev, shown(name), event_nr if minor >= 37 else None, shown(uuid) if minor >= 45 else None)
            for dev, name, event_nr, uuid in entries
        ]

    def test_have_the_golden_places(self) -> None:
        """For ``mpatha`` with a uuid: number at 24, flags at 28, uuid at 32, the next record at 48; 32 without."""
        with_uuid = kernel.names([(1, b"mpatha", 7, b"mpath-3600"), (2, b"z", 0, b"")])
        without = kernel.names([(1, b"mpatha", 7, b""), (2, b"z", 0, b"")])

        assert struct.unpack_from("=8xI12xII10s", with_uuid) == (48, 7, kernel.HAS_UUID, b"mpath-3600")
        assert struct.unpack_from("=8xI12xII", without) == (32, 7, kernel.HAS_NO_UUID)
        assert Reply(kernel.reply(with_uuid)).names()[0] == (1, "mpatha", 7, "mpath-3600")

    def test_are_none_where_the_first_has_no_number(self) -> None:
        """A list without devices is one record with device number 0, or no record at all."""
        assert Reply(kernel.reply(bytes(16))).names() == []
        assert Reply(kernel.reply(b"")).names() == []

    def test_keep_bytes_that_are_no_text(self) -> None:
        """A name that is not UTF-8 goes back to the kernel as it came."""
        name = Reply(kernel.reply(kernel.names([(1, b"caf\xe9", 0, b"")]))).names()[0][1]

        assert name.encode("utf-8", "surrogateescape") == b"caf\xe9"

    @pytest.mark.parametrize("to_next", [1, 11, 18])
    def test_never_lead_back(self, to_next: int) -> None:
        """A ``next`` into the record itself would be read for ever."""
        data = bytearray(kernel.reply(kernel.names([(1, b"mpatha", 7, b""), (2, b"z", 0, b"")])))
        struct.pack_into("=I", data, 312 + 8, to_next)

        with pytest.raises(ValueError, match="points into itself"):
            Reply(data).names()

    def test_have_uuids_that_end_before_the_next_record(self) -> None:
        """A uuid that runs on into the next device is not that device's."""
        data = bytearray(kernel.reply(kernel.names([(1, b"mpatha", 7, b"mpath-3600"), (2, b"z", 0, b"")])))
        data[312 + 32 : 312 + 48] = b"u" * 16

        with pytest.raises(ValueError, match="runs into"):
            Reply(data).names()

    def test_do_not_run_out_of_the_reply(self) -> None:
        """A ``next`` beyond the end is refused."""
        data = bytearray(kernel.reply(kernel.names([(1, b"mpatha", 7, b""), (2, b"z", 0, b"")])))
        struct.pack_into("=I", data, 312 + 8, 2**32 - 8)

        with pytest.raises(ValueError, match="the reply ends"):
            Reply(data).names()


class TestTheOtherPayloads:
    """Dependencies, versions and answers to messages."""

    @given(st.lists(U64, max_size=40))
    def test_have_every_device(self, devices: list[int]) -> None:
        """``DM_TABLE_DEPS`` in the kernel's order."""
        assert Reply(kernel.reply(kernel.deps(devices))).deps() == devices

    @pytest.mark.parametrize("count", [3, 2**31, 2**32 - 1])
    def test_have_no_more_devices_than_came(self, count: int) -> None:
        """A count beyond the reply's end is refused, not read."""
        data = bytearray(kernel.reply(kernel.deps([1, 2])))
        struct.pack_into("=I", data, 312, count)

        with pytest.raises(ValueError, match="no room"):
            Reply(data).deps()

    @given(st.lists(st.tuples(texts(30), st.tuples(U32, U32, U32)), min_size=1, max_size=8))
    def test_have_every_version(self, targets: list[tuple[bytes, tuple[int, int, int]]]) -> None:
        """``DM_LIST_VERSIONS``, names of any length."""
        got = Reply(kernel.reply(kernel.versions(targets))).versions()

        assert got == [(shown(name), version) for name, version in targets]

    @given(texts(300))
    def test_have_the_answer_to_a_message(self, text: bytes) -> None:
        """With the flag that says there is one."""
        assert Reply(kernel.reply(text + b"\0", flags=kernel.DATA_OUT)).text() == shown(text)

    def test_have_no_answer_without_the_flag(self) -> None:
        """What stands in the buffer then is the message itself."""
        assert Reply(kernel.reply(b"fail_path 8:16\0")).text() is None

    @pytest.mark.parametrize("decode", DECODERS)
    def test_are_not_read_when_the_buffer_was_full(self, decode: Callable[[Reply], object]) -> None:
        """The kernel truncates silently: with the flag, nothing of the payload counts."""
        flags = kernel.BUFFER_FULL | kernel.DATA_OUT
        full = Reply(kernel.reply(kernel.versions([(b"zero", (1, 0, 0))]), flags=flags))

        with pytest.raises(ValueError, match="did not fit"):
            decode(full)

    @pytest.mark.parametrize("end", [0, 1, 100, 304, 305, 311, 312])
    def test_are_refused_or_empty_wherever_the_reply_ends(self, end: int) -> None:
        """An end inside the header leaves no payload."""
        data = bytearray(kernel.reply(kernel.deps([1, 2])))
        struct.pack_into("=I", data, 12, end)
        got = Reply(data)

        assert (got.deps(), got.names(), got.versions(), got.targets()) == ([], [], [], [])


class TestTheKernelsSide:
    """What device-mapper in memory reads and writes, against the oracle and against the reader of replies."""

    @given(LINES)
    def test_reads_every_line_of_a_load(self, lines: list[tuple[int, int, bytes, bytes]]) -> None:
        """As it was packed."""
        found = codec.unpack_targets(codec.pack_targets(lines))

        assert found == [(start, length, shown(kind), shown(params)) for start, length, kind, params in lines]

    @pytest.mark.parametrize("to_next", [1, 39, 40, 41, 47, 49])
    def test_refuses_a_line_that_leads_into_its_own_text(self, to_next: int) -> None:
        """Or between the words of eight bytes; the text of this one ends at byte 47."""
        payload = bytearray(codec.pack_targets([(0, 8, b"linear", b"8:16 0"), (8, 8, b"linear", b"8:32 0")]))
        payload[20:24] = to_next.to_bytes(4, "little")

        if to_next < kernel.SPEC.size:  # then nothing tells that there is a second line
            assert len(codec.unpack_targets(bytes(payload))) == 1
        else:
            with pytest.raises(ValueError, match=r"points to|no end"):
                codec.unpack_targets(bytes(payload))

    def test_refuses_a_line_without_an_end(self) -> None:
        """The text runs to the end of the payload."""
        with pytest.raises(ValueError, match="no end"):
            codec.unpack_targets(kernel.SPEC.pack(0, 8, 0, 0, b"linear") + b"8:16 0")

    @given(st.binary(max_size=200))
    def test_reads_any_load_or_refuses_it(self, payload: bytes) -> None:
        """Whoever packed it."""
        with suppress(ValueError):
            codec.unpack_targets(payload)

    @given(U64, texts(40))
    def test_reads_a_message(self, sector: int, text: bytes) -> None:
        """Its sector, and its text without the NUL."""
        assert codec.unpack_message(codec.pack_message(sector, text)) == (sector, text)
        assert codec.unpack_text(codec.pack_text(text)) == text

    @pytest.mark.parametrize("payload", [b"", bytes(7), bytes(8), bytes(8) + b"text"])
    def test_refuses_a_message_without_an_end(self, payload: bytes) -> None:
        """Or without a sector."""
        with pytest.raises(ValueError, match=r"without an end|has a sector"):
            codec.unpack_message(payload)

    @given(texts(codec.NAME_MAX), texts(codec.UUID_MAX), U32, U64, st.none() | st.binary(max_size=40))
    def test_writes_a_reply(self, name: bytes, uuid: bytes, number: int, dev: int, payload: bytes | None) -> None:
        """Byte for byte as the kernel does."""
        fields = {"flags": number, "target_count": number, "event_nr": number, "dev": dev, "open_count": 7}

        written = codec.pack_reply((4, 48, 0), payload, name=name, uuid=uuid, **fields)

        assert written == kernel.reply(payload, name=name, uuid=uuid, minor=48, **fields)

    @pytest.mark.parametrize("texts", [{"name": b"x" * 128}, {"uuid": b"x" * 129}])
    def test_refuses_a_name_that_has_no_room(self, texts: dict[str, bytes]) -> None:
        """It would be cut short."""
        with pytest.raises(ValueError, match="too long"):
            codec.pack_reply((4, 50, 0), **texts)  # type: ignore[arg-type]

    @given(LINES)
    def test_writes_lines(self, lines: list[tuple[int, int, bytes, bytes]]) -> None:
        """Each ``next`` from the first one."""
        assert codec.pack_lines(lines) == kernel.status_lines(lines)

    @given(ENTRIES)
    def test_writes_names_with_uuids(self, entries: list[kernel.Entry]) -> None:
        """Where they are asked for."""
        assert codec.pack_names(entries, uuids=True) == kernel.names(entries)

    @given(ENTRIES)
    def test_writes_names_without_uuids(self, entries: list[kernel.Entry]) -> None:
        """Then the flags say nothing, as those of a kernel that knows no uuids in a list."""
        assert codec.pack_names(entries) == kernel.names(entries, minor=44)

    @given(st.lists(U64, max_size=9))
    def test_writes_dependencies(self, devices: list[int]) -> None:
        """A count, and the numbers."""
        assert codec.pack_deps(devices) == kernel.deps(devices)

    @given(st.lists(st.tuples(texts(codec.TYPE_MAX, 1), st.tuples(U32, U32, U32)), min_size=1, max_size=6))
    def test_writes_versions(self, targets: list[tuple[bytes, tuple[int, int, int]]]) -> None:
        """Chained from record to record."""
        assert codec.pack_versions(targets) == kernel.versions(targets)
