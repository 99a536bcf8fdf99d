"""Stock kernels and QEMU, as far as nothing is fetched or booted for it."""

import lzma
from pathlib import Path

import pytest

from multipath.errors import LabError
from multipath.lab import Machine, qemu, stock_kernels, stock_modules, uml
from multipath.lab.boot import runner_of
from multipath.lab.lines import Lines


class TestAMachine:
    def test_is_user_mode_linux_unless_it_is_to_be_stock(self) -> None:
        """Each has a runner of its own, and a name that tells them apart."""
        assert runner_of(Machine()).SETTINGS["share"] == "hostfs"
        assert runner_of(Machine(stock=True)).SETTINGS["share"] == "9p"
        assert (Machine().kernel_title, Machine(stock=True).kernel_title) == ("6.1", "6.1 (stock)")

    def test_of_user_mode_linux_has_one_processor(self) -> None:
        """More of them are refused before anything is fetched."""
        with pytest.raises(LabError, match="one processor, not 2"):
            uml.launch(Machine(cpus=2), Path("/run"), Lines((), (), None, (0, 0)))

    def test_takes_no_archive_beside_its_own(self) -> None:
        """In QEMU there is one of the lab already."""
        machine = Machine(stock=True, initramfs=Path("/an/archive"))

        with pytest.raises(LabError, match="needs user-mode Linux"):
            qemu.launch(machine, Path("/run"), Lines((), (), None, (0, 0)))


class TestAnImage:
    def test_is_unpacked_where_xz_packed_it(self) -> None:
        """The kernel in it is entered at once; what stands around it is dropped."""
        image = b"code that unpacks" + lzma.compress(b"\x7fELF kernel", lzma.FORMAT_XZ) + b"after it"

        assert stock_kernels.unpacked(image) == b"\x7fELF kernel"

    @pytest.mark.parametrize("image", [b"packed by other means", b"no kernel" + lzma.compress(b"something else")])
    def test_stays_as_it_is_otherwise(self, image: bytes) -> None:
        """It unpacks itself."""
        assert stock_kernels.unpacked(image) == image


class TestFurtherModules:
    def test_are_nothing_where_none_are_wanted(self) -> None:
        """Nothing is built."""
        assert stock_modules.script(Machine(), Path()) == ""

    def test_are_for_stock_kernels(self) -> None:
        """Those of user-mode Linux are what its package has."""
        with pytest.raises(LabError, match="for stock kernels only"):
            stock_modules.script(Machine(modules=("dm-dust",)), Path())

    def test_are_named_where_one_is_not_known(self) -> None:
        """A wrong name is answered with the right ones."""
        with pytest.raises(LabError, match="no module 'ext4' can be built; there are dm-dust, dm-hist"):
            stock_modules.script(Machine(stock=True, modules=("ext4",)), Path())
