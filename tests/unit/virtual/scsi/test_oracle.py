"""What sg3_utils reads out of the answers: the same as what the array meant."""

import re
from pathlib import Path as Folder

import pytest

from multipath.lab import tools
from multipath.virtual.array import VirtualArray
from multipath.virtual.model import Model
from multipath.virtual.scsi import sense
from multipath.virtual.scsi.sense import Sense, SenseKey, unrecovered_read

from ..san import San, ask

ACME = Model("ACME", "ARRAY", "1.2", is_rdac=True)


@pytest.fixture
def array(san: San) -> VirtualArray:
    """Give an array of two port groups, of which the second is asked."""
    return san.fabric.add_array(paths=2, units=2, groups=["optimized", "standby"], model=ACME, alua="both")


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
