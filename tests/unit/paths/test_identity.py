"""Whether paths lead to one logical unit, asked of devices that answer in every way."""

import errno

import pytest

from multipath.errors import PathError, PathsDiffer
from multipath.paths.identity import check_one_unit, common_size, identify, remembered
from multipath.units import devt

from .world import NAA, OTHER, Answers, Sysfs, naa_page, numbers, page_83, silent

SDA, SDB, SDC = numbers("8:0", "8:16", "8:32")


@pytest.fixture
def disks(sysfs: Sysfs) -> Sysfs:
    """Three SCSI disks of one size."""
    for index, (name, number) in enumerate((("sda", "8:0"), ("sdb", "8:16"), ("sdc", "8:32"))):
        sysfs.add_scsi(name, number, f"2:0:{index}:0")
    return sysfs


class TestPathsToOneUnit:
    def test_have_its_size(self, disks: Sysfs) -> None:
        """Every one of them was asked, once."""
        answers = Answers({"sda": naa_page(NAA), "sdb": naa_page(NAA)})

        assert check_one_unit([SDA, SDB, SDA], sysfs=disks.root, commands=answers) == 2048
        assert answers.asked == ["sda", "sdb"]

    def test_may_answer_through_different_ports(self, disks: Sysfs) -> None:
        """What names the port or the target is no identity of the unit, and the order of designators is none."""
        one = page_83((0, 3, NAA), (0, 1, b"ACME disk 7"), (1, 4, b"\0\0\0\1"), (2, 8, b"iqn.a"))
        other = page_83((1, 4, b"\0\0\0\2"), (0, 1, b"ACME disk 7"), (0, 3, NAA), (2, 8, b"iqn.b"))
        answers = Answers({"sda": one, "sdb": other})

        assert check_one_unit([SDA, SDB], sysfs=disks.root, commands=answers) == 2048

    def test_may_be_no_scsi_disks(self, sysfs: Sysfs) -> None:
        """Their driver's identity in sysfs counts, and nobody is asked."""
        for name, number in (("nvme0n1", "259:0"), ("nvme1n1", "259:1")):
            sysfs.add(name, number, wwid="eui.0123456789abcdef")

        found = check_one_unit(numbers("259:0", "259:1"), sysfs=sysfs.root, commands=Answers({}))

        assert found == 2048


class TestPathsThatDiffer:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (naa_page(NAA), naa_page(OTHER)),
            (naa_page(NAA), page_83((0, 3, NAA), (0, 1, b"ACME disk 7"))),
            (page_83((0, 1, b"\xff")), page_83((0, 1, rb"\xff"))),
            (page_83((0, 1, b"\x01")), page_83((0, 1, b"01"))),
            (page_83((0, 1, b"\x01")), page_83((0, 1, b"0x01"))),
            (page_83((0, 1, NAA)), page_83((0, 3, NAA))),
        ],
    )
    def test_are_refused_with_the_evidence(self, disks: Sysfs, one: bytes, other: bytes) -> None:
        """Another unit, one designator more, or values that only look alike: each path says what it leads to."""
        answers = Answers({"sda": one, "sdb": other})

        with pytest.raises(PathsDiffer, match="not one logical unit") as caught:
            check_one_unit([SDA, SDB], sysfs=disks.root, commands=answers)

        assert [line.split()[0] for line in caught.value.evidence] == ["sda", "sdb"]

    def test_are_refused_when_their_sizes_differ(self, sysfs: Sysfs) -> None:
        """A unit that was resized is not known to every path yet."""
        sysfs.add_scsi("sda", "8:0", size=2048)
        sysfs.add_scsi("sdb", "8:16", size=4096)
        answers = Answers({"sda": naa_page(NAA), "sdb": naa_page(NAA)})

        with pytest.raises(PathsDiffer, match=r"sda \(8:0\): 2048 sectors.*sdb \(8:16\): 4096 sectors"):
            check_one_unit([SDA, SDB], sysfs=sysfs.root, commands=answers)

    def test_are_refused_when_one_has_no_identity(self, sysfs: Sysfs) -> None:
        """A path with an identity never joins one without."""
        sysfs.add("nvme0n1", "259:0", wwid="eui.0123456789abcdef")
        sysfs.add("nvme1n1", "259:1")

        with pytest.raises(PathsDiffer, match="no identity"):
            check_one_unit(numbers("259:0", "259:1"), sysfs=sysfs.root, commands=Answers({}))

    def test_were_scanned_when_they_were_one(self, disks: Sysfs) -> None:
        """What the kernel remembers in sysfs does not count where the device itself can be asked."""
        for name in ("sda", "sdb"):
            disks.write(disks.root / f"block/{name}/device", vpd_pg83=naa_page(NAA), wwid=f"naa.{NAA.hex()}")

        with pytest.raises(PathsDiffer, match=OTHER.hex()):
            check_one_unit(
                [SDA, SDB], sysfs=disks.root, commands=Answers({"sda": naa_page(NAA), "sdb": naa_page(OTHER)})
            )


class TestAPathThatCannotTell:
    @pytest.mark.parametrize(
        ("page", "reason"),
        [
            (page_83(), "does not say"),
            (page_83((1, 4, b"\0\0\0\1")), "does not say"),
            (b"", "nothing"),
            (bytes((0, 0x80, 0, 0)), "not a device identification page"),
            (naa_page(NAA)[:-1], "cut at"),
        ],
    )
    def test_is_refused_though_its_fellow_cannot_either(self, disks: Sysfs, page: bytes, reason: str) -> None:
        """Two disks that both say nothing of their unit are not one."""
        answers = Answers({"sda": page, "sdb": page})

        with pytest.raises(PathsDiffer, match=reason):
            check_one_unit([SDA, SDB], sysfs=disks.root, commands=answers)

    def test_is_refused_when_it_is_silent(self, disks: Sysfs) -> None:
        """With what the others said, and what became of its command."""
        answers = Answers({"sda": naa_page(NAA), "sdb": silent("sdb")})

        with pytest.raises(PathsDiffer, match=r"cannot be verified.*host 0x01") as caught:
            check_one_unit([SDA, SDB], sysfs=disks.root, commands=answers)

        assert len(caught.value.evidence) == 2

    def test_is_refused_when_it_is_not_there(self, disks: Sysfs) -> None:
        """A number without a device."""
        with pytest.raises(PathsDiffer, match="no such block device"):
            check_one_unit([devt(8, 48)], sysfs=disks.root, commands=Answers({}))

    def test_says_why(self, disks: Sysfs) -> None:
        """Asked alone, it raises what the device answered."""
        with pytest.raises(PathError) as caught:
            identify(SDA, sysfs=disks.root, commands=Answers({"sda": silent("sda")}))

        assert caught.value.errno == errno.EIO


class TestAPathThatJoins:
    def test_is_compared_with_one_that_is_there(self, disks: Sysfs) -> None:
        """The first member that answers tells; the others are left alone."""
        answers = Answers({"sda": naa_page(NAA), "sdb": silent("sdb"), "sdc": naa_page(NAA)})

        assert check_one_unit([SDA], beside=[SDB, SDC], sysfs=disks.root, commands=answers) == 2048
        assert answers.asked == ["sda", "sdb", "sdc"]

    def test_is_refused_when_it_leads_elsewhere(self, disks: Sysfs) -> None:
        """The members' unit is the map's."""
        answers = Answers({"sda": naa_page(OTHER), "sdb": naa_page(NAA)})

        with pytest.raises(PathsDiffer, match="not one logical unit"):
            check_one_unit([SDA], beside=[SDB], sysfs=disks.root, commands=answers)

    def test_is_compared_with_what_the_kernel_remembers_of_silent_members(self, disks: Sysfs) -> None:
        """When no member answers, the page of the last scan stands for them."""
        disks.write(disks.root / "block/sdb/device", vpd_pg83=naa_page(NAA))
        answers = Answers({"sda": naa_page(NAA), "sdb": silent("sdb")})

        assert check_one_unit([SDA], beside=[SDB], sysfs=disks.root, commands=answers) == 2048

    def test_is_refused_when_nobody_knows_the_members(self, disks: Sysfs) -> None:
        """Silent members of whom the kernel remembers nothing."""
        answers = Answers({"sda": naa_page(NAA), "sdb": silent("sdb")})

        with pytest.raises(PathsDiffer, match="cannot be verified"):
            check_one_unit([SDA], beside=[SDB], sysfs=disks.root, commands=answers)

    @pytest.mark.parametrize("page", [b"", page_83(), b"\xff" * 300])
    def test_is_refused_when_what_is_remembered_is_useless(self, disks: Sysfs, page: bytes) -> None:
        """A page in sysfs is parsed as carefully as one from the device."""
        disks.write(disks.root / "block/sdb/device", vpd_pg83=page)

        with pytest.raises(PathError):
            remembered(SDB, sysfs=disks.root)


class TestPathsThatAreNotAsked:
    def test_have_the_size_that_the_kernel_holds(self, disks: Sysfs) -> None:
        """For who does without verification."""
        assert common_size([SDA, SDB], sysfs=disks.root) == 2048

    @pytest.mark.parametrize(("size", "number"), [(4096, "8:48"), ("", "8:48"), (2048, "8:64")])
    def test_are_refused_without_one_size(self, disks: Sysfs, size: object, number: str) -> None:
        """Another size, none, and no such path."""
        disks.add_scsi("sdd", "8:48", "2:0:3:0", size)

        with pytest.raises(PathsDiffer) as refused:
            common_size([SDA, *numbers(number)], sysfs=disks.root)

        assert refused.value.evidence[0] == "8:0: 2048"
