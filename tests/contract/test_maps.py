"""What a `Map` makes of a kernel that refuses, in every world."""

import pytest

from multipath import MultipathTable, errors
from multipath.units import format_devt

from .world import World, line, make, multipath


class TestAReload:
    def test_whose_swap_is_refused_leaves_the_map_as_it_was(self, world: World, paths: tuple[str, ...]) -> None:
        """The kernel leaves it suspended, for a path is too small; the library lets I/O flow again."""
        fits = format_devt(make(world, "fits", line("linear", f"{paths[0]} 0", length=2048)).devt)
        small = format_devt(make(world, "small", line("linear", f"{paths[0]} 0", length=8)).devt)
        text = "2 queue_mode bio 0 1 1 round-robin 0 1 0 {}"
        make(world, "subject", line("multipath", text.format(fits), length=2048))
        subject = world.host.map("subject")
        before = subject.table()

        with pytest.raises(errors.DeviceMapperError, match="EINVAL"):
            subject.reload(MultipathTable.parse(text.format(small)), verify=False)

        info = subject.info()
        assert (info.suspended, info.inactive_table, subject.table()) == (False, False, before)

    def test_of_a_map_of_bios_to_no_paths_says_what_it_is(self, world: World, paths: tuple[str, ...]) -> None:
        """A kernel hangs with an empty table that does not, when it is told to queue no more."""
        make(world, "subject", *multipath(f"2 queue_mode bio 0 1 1 round-robin 0 1 0 {paths[0]}"))
        subject = world.host.map("subject")

        subject.reload(MultipathTable())
        assert subject.table().features.is_bio
        subject.queue_if_no_path(False)
        subject.remove()
