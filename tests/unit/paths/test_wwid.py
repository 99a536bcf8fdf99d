"""The WWID of a path: from udev, from the kernel, from the device, or none."""

import threading
from dataclasses import replace

import pytest

from multipath.errors import PathError
from multipath.paths.path import Path
from multipath.paths.wwid import Wwid, ask_devices, identify_wwid, must_be_asked, uid_attribute_for
from multipath.units import Sectors, devt

from .world import NAA, OTHER, Answers, naa_page, page_83, silent

SDA = Path("sda", devt(8, 0), Sectors(8), None, "ACME", "disk", "2:0:0:0", "running", bus="scsi", vpd_83=naa_page(NAA))
NVME = Path("nvme0n1", devt(259, 0), Sectors(8), None, "NVME", "disk", None, "live", bus="nvme", nvme_wwid="eui.0123")
DASD = Path("dasda", devt(94, 0), Sectors(8), None, "IBM", "S/390 DASD ECKD", None, None, bus="ccw")
OVERLONG = "nvme.0000-3163653363666438366239656630386200-4c696e7578" + "0" * 70 + "-00000002"


def value(path: Path, attribute: str = "ID_SERIAL", *, fallback: bool = True) -> str | None:
    """Return the WWID alone."""
    wwid = identify_wwid(path, attribute, fallback=fallback)
    return None if wwid is None else wwid.value


class TestTheNameOfTheProperty:
    @pytest.mark.parametrize(
        ("name", "uid_attrs", "attribute"),
        [
            ("sda", None, "OTHER"),
            ("sda", "", "OTHER"),
            ("sda", "sd:ID_SERIAL nvme:ID_WWN", "ID_SERIAL"),
            ("nvme0n1", "sd:ID_SERIAL nvme:ID_WWN", "ID_WWN"),
            ("sda", "s:FIRST sd:SECOND", "FIRST"),
            ("sda", "sd:A:B", "OTHER"),
            ("sd:A1", "sd:A:B", "B"),
            ("sda", "sd sda:LAST", "LAST"),
            ("sda", ":EVERY", "EVERY"),
        ],
    )
    def test_is_that_of_the_first_record_that_fits(self, name: str, uid_attrs: str | None, attribute: str) -> None:
        """A record ends at its last colon."""
        assert uid_attribute_for(name, uid_attrs, "OTHER") == attribute


class TestAPathWithTheProperty:
    def test_has_it_for_its_wwid(self) -> None:
        """Whatever page 0x83 says."""
        wwid = identify_wwid(replace(SDA, udev={"ID_SERIAL": "3600a", "OTHER": "x"}), "ID_SERIAL")

        assert wwid is not None
        assert (str(wwid), wwid.source, wwid.problem) == ("3600a", "udev ID_SERIAL", "")

    def test_has_it_without_blanks_at_the_end(self) -> None:
        """As multipath-tools cuts them."""
        assert value(replace(SDA, udev={"ID_SERIAL": " ACME disk  "})) == " ACME disk"

    @pytest.mark.parametrize("blank", ["   ", "_", " _ "])
    def test_has_no_wwid_of_blanks(self, blank: str) -> None:
        """It would be that of every such device."""
        assert value(replace(SDA, udev={"ID_SERIAL": blank})) is None

    def test_has_a_problem_where_it_is_no_text(self) -> None:
        """No map is named by what moves a cursor."""
        wwid = identify_wwid(replace(SDA, udev={"ID_SERIAL": "3600a\x1b[2J"}), "ID_SERIAL")

        assert wwid is not None
        assert wwid.problem == "it holds what is no printable ASCII"

    def test_has_a_problem_where_it_is_too_long(self) -> None:
        """It is cut as multipath-tools cuts it, and then another unit may have it too."""
        wwid = identify_wwid(replace(SDA, udev={"ID_SERIAL": "x" * 300}), "ID_SERIAL")

        assert wwid is not None
        assert (len(wwid.value), wwid.problem) == (127, "its 127 characters do not fit into the uuid of a map")


class TestAPathWithoutTheProperty:
    def test_has_what_the_kernel_holds(self) -> None:
        """An empty property is none."""
        for path in (SDA, replace(SDA, udev={}), replace(SDA, udev={"ID_SERIAL": ""})):
            wwid = identify_wwid(path, "ID_SERIAL")

            assert wwid is not None
            assert (wwid.value, wwid.source) == (f"3{NAA.hex()}", "sysfs vpd_pg83")

    def test_has_none_where_another_property_was_asked_for(self) -> None:
        """Whoever configured it does not want the usual one."""
        assert value(SDA, "ID_SERIAL_SHORT") is None
        assert value(SDA, "ID_WWN") is None
        assert value(NVME, "ID_SERIAL") is None

    def test_has_none_before_udev_had_its_time(self) -> None:
        """While multipathd still waits for udev."""
        assert value(SDA, fallback=False) is None

    def test_has_the_kernels_where_none_was_asked_for(self) -> None:
        """An empty name: udev does not matter."""
        assert value(replace(SDA, udev={"": "x", "ID_SERIAL": "y"}), "", fallback=False) == f"3{NAA.hex()}"

    def test_has_that_of_its_namespace(self) -> None:
        """As the driver gives it."""
        assert value(NVME, "ID_WWN") == "eui.0123"
        assert value(replace(NVME, nvme_wwid=None), "ID_WWN") is None

    @pytest.mark.parametrize(
        ("uid", "wwid"),
        [
            ("IBM.750000000DXTC1.8040.02", "IBM.750000000DXTC1.8040.02"),
            ("IBM.750000000DXTC1.8040.02.000000000000a1b2", "IBM.750000000DXTC1.8040.02"),
            ("IBM", "IBM"),
            (None, None),
        ],
    )
    def test_has_that_of_its_dasd(self, uid: str | None, wwid: str | None) -> None:
        """Cut before the fourth dot."""
        assert value(replace(DASD, dasd_uid=uid), "ID_UID") == wwid

    def test_has_none_on_another_bus(self) -> None:
        """Nothing there names a unit."""
        assert value(replace(SDA, bus="undef"), "") is None


class TestANamespaceWithAnOverlongWwid:
    def test_loses_the_zeros_of_serial_and_model(self) -> None:
        """As multipath-tools shortens what some targets pad."""
        shorter = "nvme.0000-31636533636664383662396566303862-4c696e7578-00000002"

        assert value(replace(NVME, nvme_wwid=OVERLONG), "ID_WWN") == shorter
        assert value(replace(NVME, udev={"ID_WWN": OVERLONG}), "ID_WWN") == shorter

    @pytest.mark.parametrize("wwid", [OVERLONG.replace("nvme.0000", "nvme.00zz"), OVERLONG + "-1", "x" * 200])
    def test_is_cut_where_it_has_another_form(self, wwid: str) -> None:
        """And has a problem then."""
        found = identify_wwid(replace(NVME, nvme_wwid=wwid), "ID_WWN")

        assert found is not None
        assert (found.value, bool(found.problem)) == (wwid[:127], True)

    def test_keeps_zeros_that_fit(self) -> None:
        """A WWID that is short enough is left alone."""
        wwid = "nvme.0000-3100-3200-00000001"

        assert value(replace(NVME, nvme_wwid=wwid), "ID_WWN") == wwid

    def test_has_none_where_it_is_longer_than_any(self) -> None:
        """The kernel prints no more than 255."""
        assert value(replace(NVME, nvme_wwid="x" * 256), "ID_WWN") is None


class TestADeviceThatIsAsked:
    def test_is_one_that_the_kernel_knows_nothing_of(self) -> None:
        """And that runs; of no other anything is asked."""
        unknown = replace(SDA, vpd_83=b"")

        assert must_be_asked(unknown, "ID_SERIAL")
        assert must_be_asked(unknown, "", fallback=False)
        assert not must_be_asked(SDA, "ID_SERIAL")
        assert not must_be_asked(unknown, "ID_SERIAL", fallback=False)
        assert not must_be_asked(unknown, "OTHER")
        assert not must_be_asked(replace(unknown, udev={"ID_SERIAL": "x"}), "ID_SERIAL")
        assert not must_be_asked(replace(unknown, state="offline"), "ID_SERIAL")
        assert not must_be_asked(replace(NVME, nvme_wwid=None), "ID_WWN")

    def test_gives_its_own_page(self) -> None:
        """Which counts where the kernel has none."""
        unknown = replace(SDA, vpd_83=b"")
        pages = ask_devices([unknown], Answers({"sda": naa_page(OTHER)}))

        wwid = identify_wwid(unknown, "ID_SERIAL", asked=pages[unknown.devt])

        assert wwid is not None
        assert (wwid.value, wwid.source) == (f"3{OTHER.hex()}", "SG_IO page 0x83")
        assert identify_wwid(SDA, "ID_SERIAL", asked=naa_page(OTHER)) == identify_wwid(SDA, "ID_SERIAL")

    def test_is_asked_where_the_kernels_page_was_cut(self) -> None:
        """What the kernel holds is half of what the device can say."""
        cut = replace(SDA, vpd_83=page_83((0, 1, b"ACME    disk 7"), (0, 3, NAA))[:-1])

        assert must_be_asked(cut, "ID_SERIAL")
        assert identify_wwid(cut, "ID_SERIAL", asked=naa_page(NAA)) == Wwid(f"3{NAA.hex()}", "SG_IO page 0x83")
        assert identify_wwid(cut, "ID_SERIAL", asked=b"") == identify_wwid(cut, "ID_SERIAL")

    def test_may_refuse(self) -> None:
        """Then it has no WWID, and is no reason to fail."""
        assert ask_devices([SDA], Answers({"sda": silent("sda")})) == {}

    def test_delays_no_other_where_it_hangs(self) -> None:
        """One that never answers costs one time of patience."""
        hung, never = replace(SDA, name="sdb", devt=devt(8, 16)), threading.Event()

        class Commands:
            """One path answers, the other never does."""

            def vpd_page(self, path: Path, page: int) -> bytes:
                if path.name == "sdb":
                    never.wait()
                    raise PathError(5, "was released", path.name)
                return naa_page(NAA)

            def rescan(self, path: Path) -> None:
                """Nothing here has another size than it had."""

        pages = ask_devices([hung, SDA], Commands(), patience=0.05)
        never.set()

        assert pages == {SDA.devt: naa_page(NAA)}


class TestAPageThatNamesNoUnit:
    def test_gives_a_wwid_with_a_problem(self) -> None:
        """The vendor alone: all units of all its arrays have it."""
        wwid = identify_wwid(replace(SDA, vpd_83=page_83((0, 1, b"ACME    "))), "ID_SERIAL")

        assert wwid is not None
        assert (wwid.value, wwid.problem) == ("1ACME", "its designator names the vendor and no unit")

    def test_gives_a_problem_where_it_was_cut(self) -> None:
        """A better designator may stand behind the cut, and the other paths may have it."""
        page = page_83((0, 1, b"ACME    disk 7"), (0, 3, NAA))
        wwid = identify_wwid(replace(SDA, vpd_83=page[:-1]), "ID_SERIAL")

        assert wwid is not None
        assert (wwid.value, wwid.problem) == (
            "1ACME_disk_7",
            "page 0x83 of 42 bytes was cut at 41: a better designator may be lost",
        )
