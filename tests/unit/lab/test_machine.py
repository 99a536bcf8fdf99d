"""What a guest is told, as text."""

import os
from pathlib import Path

import pytest

from multipath.errors import GuestPanicked, KernelUnavailable, LabError, ToolMissing
from multipath.lab import Machine, backends, cpus, guest, host, kernels
from multipath.lab.backends import scsi_debug


class TestTheScsiDebugArray:
    def test_has_a_host_for_each_path_and_one_unit_behind_all(self) -> None:
        """Paths are hosts, and the identifier of a unit does not depend on the host."""
        script = scsi_debug.script(Machine(paths=3, luns=2, size=8))

        for word in ("add_host=3", "max_luns=2", "dev_size_mb=8", "vpd_use_hostno=0", "delay=0"):
            assert f" {word}" in script

    @pytest.mark.parametrize("machine", [Machine(paths=0), Machine(luns=0)])
    def test_is_left_out_where_nothing_would_be_in_it(self, machine: Machine) -> None:
        """A machine without paths or units has no array."""
        assert "scsi_debug" not in scsi_debug.script(machine)


class TestTheCatalogue:
    def test_always_has_the_kernels_of_two_releases(self) -> None:
        """6.1 and 6.12 are promised; the newest is offered where it can be had."""
        assert set(kernels.names()) > kernels.ALWAYS == {"6.1", "6.12"}

    def test_refuses_a_name_that_it_does_not_have(self) -> None:
        """A wrong name is answered with the right ones."""
        with pytest.raises(KernelUnavailable, match=r"there are 6\.1, 6\.12, newest"):
            kernels.kernel("2.6")

    def test_says_what_is_not_here(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nothing is fetched by looking."""
        monkeypatch.setenv("MULTIPATH_LAB_CACHE", str(tmp_path))

        assert kernels.state("6.1").reason == "not fetched yet"


class TestAProgramThatIsMissing:
    def test_is_named_with_its_package(self) -> None:
        """The first failing command prints the cure."""
        with pytest.raises(ToolMissing, match="install the package one-that-has-it"):
            host.tool("no-such-program", package="one-that-has-it")

    def test_is_not_confused_with_one_that_fails(self) -> None:
        """A program that fails is reported with what it said."""
        with pytest.raises(LabError, match=r"failed with 2: .*no-such-file"):
            host.output(["ls", "/no-such-file"], package="coreutils")


class TestGuestsAtOnce:
    def test_get_a_cpu_each(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A second guest never lands on the CPU of the first while another is free."""
        # Numbers that no guest of this machine can have.
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: {100_001, 100_002})

        with cpus.taken() as first, cpus.taken() as second:
            assert {first, second} == {100_001, 100_002}

    def test_share_where_there_are_more_of_them_than_cpus(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A second guest on one CPU runs all the same."""
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: {100_003})

        with cpus.taken() as first, cpus.taken() as second:
            assert first == second == 100_003


class TestTheViewFromInside:
    def test_is_refused_outside(self) -> None:
        """Nothing takes down a path of a machine that is not a guest."""
        with pytest.raises(LabError, match="in a guest of the lab only"):
            guest.set_state("sda", "offline")

    def test_finds_the_paths_of_each_unit(self, tmp_path: Path) -> None:
        """Disks with one identifier are one logical unit, in the order of their hosts."""
        disks = (("sda", "0:0:0:0", "naa.0"), ("sdb", "0:0:0:1", "naa.1"), ("sdz", "1:0:0:0", "naa.0"))
        for name, address, wwid in disks:
            device = tmp_path / "devices" / address
            device.mkdir(parents=True)
            (device / "wwid").write_text(f"{wwid}\n")
            (tmp_path / "block" / name).mkdir(parents=True)
            (tmp_path / "block" / name / "device").symlink_to(device)

        assert [unit.paths for unit in guest.logical_units(sysfs=tmp_path)] == [("sda", "sdz"), ("sdb",)]


class TestAPanic:
    def test_shows_the_end_of_the_console(self) -> None:
        """The error is enough to see why."""
        assert "Kernel panic" in str(GuestPanicked("the guest died", ["Kernel panic - not syncing"]))


class TestABackend:
    def test_is_found_by_its_file(self) -> None:
        """The backends are the files of their folder."""
        assert "scsi_debug" in backends.names()

    def test_that_is_none_is_named(self) -> None:
        """With those that there are."""
        with pytest.raises(LabError, match=r"no backend 'none'; there are .*scsi_debug"):
            backends.script(Machine(backend="none"))
