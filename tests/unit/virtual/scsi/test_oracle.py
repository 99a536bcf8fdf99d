"""What sg3_utils reads out of the answers: the same as what the array meant."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path as Folder

import pytest

from multipath.lab import tools
from multipath.virtual.array import VirtualArray
from multipath.virtual.model import Model
from multipath.virtual.reservations import ReservationType
from multipath.wire import sense
from multipath.wire.sense import Sense, SenseKey, unrecovered_read

from ..san import San, ask

Asked = Callable[..., str]
ASKED = (
    "12 00 00 00 60 00",
    "9e 10 0000000000000000 00000020 00 00",
    "a0 00 00 00 00 00 00000100 00 00",
    "a3 0a 00 00 00 00 00001000 00 00",
    "a3 2a 00 00 00 00 00001000 00 00",
    *(f"5e {action:02x} 00 00 00 00 00 1000 00" for action in range(4)),
)
ACME = Model("ACME", "ARRAY", "1.2", is_rdac=True)


@pytest.fixture
def array(san: San) -> VirtualArray:
    """Give an array of two port groups, of which the second is asked."""
    return san.fabric.add_array(paths=2, units=2, groups=["optimized", "standby"], model=ACME, alua="both")


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Give the library that answers programs from files."""
    library = tmp_path_factory.mktemp("answers") / "answers.so"
    source = Folder(__file__).with_name("answers.c")
    subprocess.run(["gcc", "-shared", "-fPIC", "-Wall", "-Werror", "-o", library, source], check=True)
    return library


@pytest.fixture
def asked(array: VirtualArray, answers: Folder, tmp_path: Folder) -> Asked:
    """Run a program on a disk that answers as the second path of the array does now."""

    def run(program: str, *arguments: str) -> str:
        for cdb in ASKED:
            command = bytes.fromhex(cdb)
            (tmp_path / f"{command[0]:02x}-{command[1]:02x}").write_bytes(ask(array, cdb, path=2).data)
        tree = tools.layer()
        own = tree / "usr/bin" / program
        world = {"LD_PRELOAD": str(answers), "SG_ANSWERS": str(tmp_path), "LD_LIBRARY_PATH": tools.libraries(tree)}
        done = subprocess.run(
            [own if own.exists() else program, *arguments, "/dev/null"],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, **world},
        )
        return done.stdout

    return run


def decoded(program: str, data: bytes, folder: Folder, *arguments: str) -> str:
    """Return what a program of sg3_utils makes of raw bytes."""
    (folder / "data").write_bytes(data)
    return tools.run(program, [f"--inhex={folder / 'data'}", "--raw", *arguments])


def page(array: VirtualArray, code: int, folder: Folder, name: str = "") -> str:
    """Return what ``sg_vpd`` makes of a page."""
    data = ask(array, f"12 01 {code:02x} 10 00 00", path=2).data
    return decoded("sg_vpd", data, folder, f"--page={name or hex(code)}")


class TestStandardData:
    def test_is_read_field_by_field(self, array: VirtualArray, tmp_path: Folder) -> None:
        """Who it is, what it is, and who changes its access states."""
        text = decoded("sg_inq", ask(array, "12 00 00 00 60 00").data, tmp_path)

        assert re.search(r"PQual=0 +PDT=0.*version=0x06 +\[SPC-4\]", text)
        assert re.search(r"HiSUP=1 +Resp_data_format=2", text)
        assert re.search(r"TPGS=3\b.*Protect=0", text)
        assert "CmdQue=1" in text
        assert "Peripheral device type: disk" in text
        fields = re.findall(r"(?:identification|level): (.*)", text)
        assert [field.strip() for field in fields] == ["ACME", "ARRAY", "1.2"]


class TestPages:
    def test_list_themselves(self, array: VirtualArray, tmp_path: Folder) -> None:
        """By the names that the program knows them by."""
        text = page(array, 0x00, tmp_path)

        assert re.findall(r"\[(\w+)\]|(0xc9)", text) == [("sv", ""), ("sn", ""), ("di", ""), ("bl", ""), ("", "0xc9")]

    def test_have_the_serial_number(self, array: VirtualArray, tmp_path: Folder) -> None:
        """Of the unit at the LUN."""
        assert f"Unit serial number: {array.units[0].serial}\n" in page(array, 0x80, tmp_path)

    def test_name_the_unit_and_the_port(self, array: VirtualArray, tmp_path: Folder) -> None:
        """Each designator with its association, type and value."""
        unit, _, port = page(array, 0x83, tmp_path).partition("Target port:")

        assert "Addressed logical unit:" in unit
        assert re.search(rf"designator type: NAA, +code set: Binary\s+0x{array.wwid[1:]}\n", unit)
        assert re.search(rf"vendor id: ACME +\n +vendor specific: ARRAY +{array.units[0].serial}\n", unit)
        assert re.search(rf"designator type: NAA.*\n.*Fibre Channel.*\n +{array.ports[1].name:#x}\n", port)
        assert "Relative target port: 0x2" in port
        assert "Target port group: 0x2" in port

    def test_limit_a_transfer(self, array: VirtualArray, tmp_path: Folder) -> None:
        """To what the kernel is told."""
        assert "Maximum transfer length: 65535 blocks" in page(array, 0xB0, tmp_path)

    @pytest.mark.parametrize(
        ("owner", "access", "preferred", "priority"),
        [(0, "alternate", False, "2 (secondary path)"), (1, "primary", True, "1 (preferred path)")],
    )
    def test_say_which_controller_has_the_unit(
        self, array: VirtualArray, tmp_path: Folder, owner: int, access: str, preferred: bool, priority: str
    ) -> None:
        """Of an RDAC array."""
        array.units[0].owner = array.groups[owner]
        array.groups[1].preferred = preferred

        text = page(array, 0xC9, tmp_path, "vac1")
        assert f"Volume Access via: {access} controller" in text
        assert f"Path priority: {priority}" in text


class TestPortGroups:
    @pytest.mark.parametrize("options", [["-d"], ["-d", "-e"]])
    def test_have_their_states_and_ports(self, array: VirtualArray, asked: Asked, options: list[str]) -> None:
        """With either header."""
        array.groups[0].preferred = True
        text = asked("sg_rtpg", *options)

        assert re.findall(r"port group id : (\w+) , Pref=(\d)", text) == [("0x1", "1"), ("0x2", "0")]
        assert re.findall(r"access state : \w+ \((.*)\)", text) == ["active/optimized", "standby"]
        assert re.findall(r"^ +(0x\d\d)$", text, re.MULTILINE) == ["0x01", "0x02"]
        assert ("transition time: 60" in text) == ("-e" in options)

    def test_say_who_changed_them(self, array: VirtualArray, asked: Asked) -> None:
        """Nobody, the array, a host."""
        ask(array, "a4 0a 00 00 00 00 00000008 00 00", bytes.fromhex("00000000 01 00 0001"))
        assert re.findall(r"status code : 0x0(\d)", asked("sg_rtpg", "-d")) == ["1", "0"]

        array.groups[1].transition("unavailable")
        assert re.findall(r"status code : 0x0(\d)", asked("sg_rtpg", "-d")) == ["1", "2"]


class TestReservations:
    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            (ReservationType.WRITE_EXCLUSIVE, "Write Exclusive"),
            (ReservationType.EXCLUSIVE_ACCESS, "Exclusive Access"),
            (ReservationType.WRITE_EXCLUSIVE_REGISTRANTS_ONLY, "Write Exclusive, registrants only"),
            (ReservationType.EXCLUSIVE_ACCESS_REGISTRANTS_ONLY, "Exclusive Access, registrants only"),
            (ReservationType.WRITE_EXCLUSIVE_ALL_REGISTRANTS, "Write Exclusive, all registrants"),
            (ReservationType.EXCLUSIVE_ACCESS_ALL_REGISTRANTS, "Exclusive Access, all registrants"),
        ],
    )
    def test_have_keys_a_holder_and_a_type(
        self, array: VirtualArray, asked: Asked, kind: ReservationType, words: str
    ) -> None:
        """Of all registrants the key is zero."""
        other = array.other_host()
        other.register(0xABC, port=1)
        other.reserve(0xABC, kind, port=1)

        assert re.search(r"generation=0x1, 1 registered reservation key follows:\s+0xabc\n", asked("sg_persist", "-k"))
        held = asked("sg_persist", "-r")
        assert f"Key={'0x0' if kind.is_for_all_registrants else '0xabc'}\n" in held
        assert f"type: {words}\n" in held
        full = asked("sg_persist", "-s")
        assert "Relative port address: 0x2" in full
        assert "<< Reservation holder >>" in full
        assert other.nexuses[0].initiator.name.to_bytes(8, "big").hex(" ") in full

    def test_can_be_of_every_type(self, asked: Asked) -> None:
        """Each bit of the mask at its place."""
        text = asked("sg_persist", "-c")

        assert len(re.findall(r"(?:Write Exclusive|Exclusive Access).*: 1$", text, re.MULTILINE)) == 6
        assert "All Target Ports Capable(ATP_C): 1" in text
        assert "Specify Initiator Ports Capable(SIP_C): 0" in text


class TestAUnit:
    def test_has_its_size(self, asked: Asked) -> None:
        """In blocks."""
        text = asked("sg_readcap", "--16")

        assert "Number of logical blocks=131072" in text
        assert "Logical block length=512 bytes" in text

    def test_is_listed(self, array: VirtualArray, asked: Asked) -> None:
        """In the peripheral form below 256, in the flat one from there on."""
        array.remap(300, array.units[0])

        assert re.findall(r"^ +([0-9a-f]{16})$", asked("sg_luns"), re.MULTILINE) == [
            "0000000000000000",
            "0001000000000000",
            "412c000000000000",
        ]


KEYS = {
    SenseKey.NOT_READY: "Not Ready",
    SenseKey.MEDIUM_ERROR: "Medium Error",
    SenseKey.ILLEGAL_REQUEST: "Illegal Request",
    SenseKey.UNIT_ATTENTION: "Unit Attention",
    SenseKey.DATA_PROTECT: "Data Protect",
}
MEANINGS = [
    (sense.INVALID_OPCODE, "Invalid command operation code"),
    (sense.LBA_OUT_OF_RANGE, "Logical block address out of range"),
    (sense.INVALID_FIELD_IN_CDB, "Invalid field in cdb"),
    (sense.NO_SUCH_UNIT, "Logical unit not supported"),
    (sense.INVALID_FIELD_IN_PARAMETERS, "Invalid field in parameter list"),
    (sense.INVALID_RELEASE, "Invalid release of persistent reservation"),
    (sense.PARAMETER_LIST_LENGTH, "Parameter list length error"),
    (sense.WRITE_PROTECTED, "Write protected"),
    (sense.TRANSITIONING, "Logical unit not accessible, asymmetric access state transition"),
    (sense.STANDBY, "Logical unit not accessible, target port in standby state"),
    (sense.UNAVAILABLE, "Logical unit not accessible, target port in unavailable state"),
    (sense.UNIT_OFFLINE, "Logical unit not ready, offline"),
    (sense.POWER_ON, "Power on, reset, or bus device reset occurred"),
    (sense.NEXUS_LOSS, "I_T nexus loss occurred"),
    (sense.RESERVATIONS_PREEMPTED, "Reservations preempted"),
    (sense.RESERVATIONS_RELEASED, "Reservations released"),
    (sense.REGISTRATIONS_PREEMPTED, "Registrations preempted"),
    (sense.ACCESS_STATE_CHANGED, "Asymmetric access state changed"),
    (sense.CAPACITY_CHANGED, "Capacity data has changed"),
    (sense.INQUIRY_CHANGED, "Inquiry data has changed"),
    (sense.REPORTED_LUNS_CHANGED, "Reported luns data has changed"),
    (unrecovered_read(0x1234), "Unrecovered read error"),
]


class TestSenseData:
    @pytest.mark.parametrize(("what", "meaning"), MEANINGS, ids=str)
    def test_means_what_its_name_says(self, what: Sense, meaning: str) -> None:
        """In both formats."""
        for data, form in ((what.fixed(), "Fixed"), (what.descriptor(), "Descriptor")):
            text = tools.run("sg_decode_sense", [f"{byte:02x}" for byte in data])

            assert f"{form} format, current; Sense key: {KEYS[what.key]}" in text
            assert meaning.lower() in text.lower()

    def test_has_the_block_that_could_not_be_read(self) -> None:
        """Beyond 32 bits, too."""
        fixed = tools.run("sg_decode_sense", [f"{byte:02x}" for byte in bytes(unrecovered_read(0x1234))])
        large = tools.run("sg_decode_sense", [f"{byte:02x}" for byte in bytes(unrecovered_read(0x1_0000_1234))])

        assert "Info fld=0x1234" in fixed
        assert "Information: 0x0000000100001234" in large
