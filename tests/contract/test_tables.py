"""Tables: loaded, made live, read back, refused."""

import errno

import pytest

from multipath import Control, Target, errors
from multipath._native import codec
from multipath.units import Sectors, format_devt, parse_devt

from .differences import Differences
from .world import World, answer, line, load_refused, make, refused

KEPT = codec.FLAG_ACTIVE_PRESENT | codec.FLAG_INACTIVE_PRESENT | codec.FLAG_SUSPEND | codec.FLAG_READONLY


def state(dm: Control) -> int:
    """Return the flags that tell of tables and suspension."""
    return dm.info("subject").flags & KEPT


class TestALoadedTable:
    def test_waits_until_the_device_is_resumed(self, subject: Control) -> None:
        """A load changes the inactive slot alone, resume swaps it in."""
        subject.load("subject", [line("zero")])
        assert state(subject) == codec.FLAG_INACTIVE_PRESENT
        assert list(subject.table("subject")) == []

        subject.resume("subject")
        assert state(subject) == codec.FLAG_ACTIVE_PRESENT
        assert list(subject.table("subject")) == [line("zero")]

    def test_can_be_read_before(self, subject: Control) -> None:
        """Lines, their count and their status."""
        subject.load("subject", [line("zero", length=8), line("error", start=8, length=16)])

        assert [target.type for target in subject.table("subject", inactive=True)] == ["zero", "error"]
        assert [target.length for target in subject.status("subject", inactive=True)] == [8, 16]
        assert subject.info("subject", inactive=True).target_count == 2
        assert subject.info("subject").target_count == 0

    def test_takes_the_place_of_one_that_waits(self, subject: Control) -> None:
        """The last one counts."""
        subject.load("subject", [line("error")])
        subject.load("subject", [line("zero")])

        assert [target.type for target in subject.table("subject", inactive=True)] == ["zero"]

    def test_is_dropped_by_a_clear(self, world: World, subject: Control) -> None:
        """The live table stays; a second time there is nothing to drop."""
        make(world, "other", line("zero"))
        world.control.load("other", [line("error")])

        assert not world.control.clear("other").inactive_table
        assert not world.control.clear("other").inactive_table
        assert [target.type for target in world.control.table("other")] == ["zero"]

    def test_that_is_refused_leaves_the_one_that_waits(self, subject: Control) -> None:
        """The slot is as it was."""
        subject.load("subject", [line("zero")])

        assert load_refused(subject, line("nonesuch")).errno == errno.EINVAL
        assert [target.type for target in subject.table("subject", inactive=True)] == ["zero"]

    def test_resumes_a_suspended_device(self, subject: Control) -> None:
        """Swapped and resumed in one command."""
        subject.load("subject", [line("zero")])
        subject.suspend("subject")

        assert not subject.resume("subject").suspended
        assert state(subject) == codec.FLAG_ACTIVE_PRESENT

    def test_for_reading_makes_a_read_only_device(self, world: World) -> None:
        """With the swap, not before; and the next table may take it back."""
        make(world, "subject", line("zero"))
        dm = world.control
        dm.load("subject", [line("zero")], read_only=True)
        assert (dm.info("subject").read_only, dm.info("subject", inactive=True).read_only) == (False, True)

        assert dm.resume("subject").read_only
        dm.load("subject", [line("zero")])
        assert not dm.resume("subject").read_only

    def test_of_another_size_changes_the_size(self, world: World) -> None:
        """The lines tell."""
        make(world, "subject", line("zero", length=8))
        make_again = [line("zero", length=16)]
        world.control.load("subject", make_again)
        world.control.resume("subject")

        assert list(world.control.table("subject")) == make_again

    def test_for_no_device_is_refused(self, world: World) -> None:
        """ENXIO."""
        targets = codec.pack_targets([(0, 8, b"zero", b"")])

        assert answer(world, codec.TABLE_LOAD, name=b"ghost", payload=targets) == errno.ENXIO


class TestADeviceWithoutATable:
    def test_is_resumed_to_no_avail(self, subject: Control) -> None:
        """Nothing happens, and that is no error."""
        assert subject.resume("subject").flags & KEPT == 0

    def test_may_be_suspended_and_then_needs_a_table_to_resume(self, subject: Control) -> None:
        """EINVAL, and it stays suspended until a table is there."""
        subject.suspend("subject")
        assert refused(lambda: subject.resume("subject")) == errno.EINVAL
        assert subject.info("subject").suspended

        subject.load("subject", [line("zero")])
        assert not subject.resume("subject").suspended

    def test_prints_no_lines_of_an_inactive_table_either(self, subject: Control) -> None:
        """Empty answers."""
        assert list(subject.table("subject", inactive=True)) == []
        assert subject.deps("subject", inactive=True) == ()
        assert list(subject.measurements("subject")) == []


class TestLinesThatNoKernelTakes:
    @pytest.mark.parametrize(
        ("lines", "word"),
        [
            ([], 0),
            ([Target(Sectors(8), Sectors(8), "zero")], 0),
            ([Target(Sectors(0), Sectors(0), "zero")], 1),
            ([Target(Sectors(0), Sectors(8), "zero"), Target(Sectors(16), Sectors(8), "zero")], 0),
            ([Target(Sectors(0), Sectors(8), "a-type-of-sixteen")], 2),
            ([Target(Sectors(0), Sectors(8), "linear", "8:0\0 0")], 3),
        ],
    )
    def test_are_refused_before_the_kernel_is_asked(self, subject: Control, lines: list[Target], word: int) -> None:
        """Gaps, no length and names too long never reach it."""
        with pytest.raises(errors.TableError) as refusal:
            subject.load("subject", lines)

        assert refusal.value.word == word
        assert not subject.info("subject").inactive_table

    @pytest.mark.parametrize(
        "lines",
        [
            [(8, 8, b"zero", b"")],
            [(0, 8, b"zero", b""), (16, 8, b"zero", b"")],
            [(0, 16, b"zero", b""), (8, 8, b"zero", b"")],
            [(0, 0, b"zero", b"")],
            [(0, 8, b"", b"")],
            [(0, 1 << 62, b"zero", b"")],
        ],
    )
    def test_are_refused_by_the_kernel_too(
        self, world: World, subject: Control, lines: list[tuple[int, int, bytes, bytes]]
    ) -> None:
        """EINVAL, and nothing waits."""
        payload = codec.pack_targets(lines)

        assert answer(world, codec.TABLE_LOAD, name=b"subject", payload=payload) == errno.EINVAL
        assert not subject.info("subject").inactive_table


REFUSED = [
    ("nonesuch", "", "EINVAL", "nonesuch: unknown target type"),
    ("zero", "x", "EINVAL", "zero: No arguments required"),
    ("linear", "", "EINVAL", "linear: Invalid argument count"),
    ("linear", "{0}", "EINVAL", "linear: Invalid argument count"),
    ("linear", "{0} 0 0", "EINVAL", "linear: Invalid argument count"),
    ("linear", "{0} -1", "EINVAL", "linear: Invalid device sector"),
    ("linear", "{0} +8", "EINVAL", "linear: Invalid device sector"),
    ("linear", "{0} 0x8", "EINVAL", "linear: Invalid device sector"),
    ("linear", "{0} 1x", "EINVAL", "linear: Invalid device sector"),
    ("linear", "8:4080 0", "ENXIO", "linear: Device lookup failed"),
    ("delay", "{0} 0", "EINVAL", "delay: Requires exactly 3, 6 or 9 arguments"),
    ("delay", "{0} 0 5 {1}", "EINVAL", "delay: Requires exactly 3, 6 or 9 arguments"),
    ("delay", "{0} 0 x", "EINVAL", "delay: Invalid delay"),
    ("delay", "{0} 0 -1", "EINVAL", "delay: Invalid delay"),
    ("delay", "{0} x 1", "EINVAL", "delay: Invalid device sector"),
    ("delay", "8:4080 0 1", "ENXIO", "delay: Device lookup failed"),
]
# The parameters, and how they are printed if not as they were given.
LOADED = [
    ("zero", "", ""),
    ("error", "", ""),
    ("linear", "{0} 0", ""),
    ("linear", "{0} 131064", ""),
    ("linear", "{0} 007", "{0} 7"),
    ("delay", "{0} 0 5", ""),
    ("delay", "{0} 0 5 {1} 8 7", ""),
    ("delay", "{0} 0 5 {1} 8 7 {2} 0 9", ""),
    ("delay", "{0} 0 4294967296", "{0} 0 0"),
]


class TestALine:
    @pytest.mark.parametrize(("kind", "params", "code", "reason"), REFUSED)
    def test_without_sense_is_refused_with_the_reason(
        self, subject: Control, paths: tuple[str, ...], kind: str, params: str, code: str, reason: str
    ) -> None:
        """The reason is the kernel's own, and no table is left behind."""
        refusal = load_refused(subject, line(kind, params.format(*paths), length=8))

        assert errno.errorcode[refusal.errno or 0] == code
        assert (refusal.reason or "").removesuffix(f" (-{code})") == reason
        assert not subject.info("subject").inactive_table

    @pytest.mark.parametrize(("kind", "params", "printed"), LOADED)
    def test_with_sense_is_printed_as_given(
        self, subject: Control, paths: tuple[str, ...], kind: str, params: str, printed: str
    ) -> None:
        """Or in the kernel's own way."""
        subject.load("subject", [line(kind, params.format(*paths), length=8)])

        shown = subject.table("subject", inactive=True)[0]
        assert (shown.type, shown.length, shown.params) == (kind, 8, (printed or params).format(*paths))

    def test_that_leads_nowhere_is_refused(self, subject: Control, kernel: Differences) -> None:
        """As a missing name, or as what is no disk."""
        assert load_refused(subject, line("linear", "/dev/missing 0")).errno == kernel.name_leads_nowhere
        assert load_refused(subject, line("linear", "/dev/null 0")).errno == kernel.name_is_no_disk

    def test_may_have_a_number_beyond_64_bits(
        self, subject: Control, kernel: Differences, paths: tuple[str, ...]
    ) -> None:
        """Older kernels cut it, newer ones read the greatest number."""
        subject.load("subject", [line("zero")])
        subject.load("subject", [line("linear", f"{paths[0]} {2**64}")])

        subject.create("numbers")
        number = (1 << 64) - 1 if kernel.saturates_numbers() else 0
        assert subject.table("subject", inactive=True)[0].params == f"{paths[0]} {number}"

    def test_of_the_error_target_may_have_parameters(self, subject: Control, kernel: Differences) -> None:
        """Older kernels do not read them, newer ones want a device and a sector."""
        if kernel.error_takes_a_device:
            assert load_refused(subject, line("error", "x y")).reason == "error: Invalid device sector (-EINVAL)"
        else:
            subject.load("subject", [line("error", "x y")])
            assert subject.table("subject", inactive=True)[0].params == ""

    def test_of_a_target_that_is_alone_has_no_company(self, subject: Control) -> None:
        """A multipath line is the only one of its table."""
        before, after = line("zero", length=8), line("zero", start=8, length=8)
        first, second = line("multipath", "0 0 0 0", length=8), line("multipath", "0 0 0 0", start=8, length=8)

        for lines in ((first, after), (before, second), (first, second)):
            assert load_refused(subject, *lines).errno == errno.EINVAL


BEYOND = [("linear", "{0} 131072"), ("linear", "{0} 131065"), ("delay", "{0} 131065 0")]


class TestALineBeyondTheEndOfItsDevice:
    @pytest.mark.parametrize(("kind", "params"), BEYOND)
    def test_is_refused_in_the_first_table(
        self, subject: Control, paths: tuple[str, ...], kind: str, params: str
    ) -> None:
        """The reason names the device, what was asked for, and what there is."""
        refusal = load_refused(subject, line(kind, params.format(*paths), length=8))

        start = params.split()[1]
        reason = f"too small for target: start={start}, len=8, dev_size=131072"
        assert (refusal.errno, (refusal.reason or "").partition(" ")[2]) == (errno.EINVAL, reason)

    @pytest.mark.parametrize(("kind", "params"), BEYOND)
    def test_is_found_out_by_the_swap_later(self, world: World, paths: tuple[str, ...], kind: str, params: str) -> None:
        """The load is taken, the resume is refused: the old table is live, the new one gone, the device suspended."""
        make(world, "subject", line("zero", length=8))
        dm = world.control
        dm.load("subject", [line(kind, params.format(*paths), length=8)])

        assert refused(lambda: dm.resume("subject")) == errno.EINVAL
        assert state(dm) == codec.FLAG_ACTIVE_PRESENT | codec.FLAG_SUSPEND
        assert list(dm.table("subject")) == [line("zero", length=8)]
        assert not dm.resume("subject").suspended


class TestDependencies:
    def test_name_each_device_once_the_last_one_first(self, subject: Control, paths: tuple[str, ...]) -> None:
        """In the reverse order of their first use."""
        a, b, c, d = paths
        used = (b, a, d, b, c)
        lines = [line("linear", f"{path} 0", start=8 * place, length=8) for place, path in enumerate(used)]
        subject.load("subject", lines)

        assert [format_devt(number) for number in subject.deps("subject", inactive=True)] == [c, d, a, b]
        assert subject.deps("subject") == ()

    def test_are_those_of_the_slot(self, world: World, paths: tuple[str, ...]) -> None:
        """Live and inactive apart."""
        make(world, "subject", line("linear", f"{paths[0]} 0"))
        world.control.load("subject", [line("linear", f"{paths[1]} 0")])

        assert world.control.deps("subject") == (parse_devt(paths[0]),)
        assert world.control.deps("subject", inactive=True) == (parse_devt(paths[1]),)

    def test_may_be_maps(self, world: World, paths: tuple[str, ...]) -> None:
        """A map stands on a map, and is held by it."""
        below = make(world, "below", line("linear", f"{paths[0]} 0"))
        make(world, "above", line("linear", f"{format_devt(below.devt)} 0"))

        assert world.control.deps("above") == (below.devt,)
        assert refused(lambda: world.control.remove("below", timeout=0)) == errno.EBUSY

    def test_may_be_shared(self, world: World, paths: tuple[str, ...]) -> None:
        """Device-mapper does not guard its devices against each other."""
        make(world, "first", line("linear", f"{paths[0]} 0"))
        make(world, "second", line("linear", f"{paths[0]} 0"))

        assert world.control.deps("first") == world.control.deps("second")

    def test_are_given_back(self, world: World, paths: tuple[str, ...]) -> None:
        """By a clear, a swap, a removal."""
        below = make(world, "below", line("linear", f"{paths[0]} 0"))
        upper = line("linear", f"{format_devt(below.devt)} 0")
        make(world, "above", upper)
        dm = world.control
        assert dm.info("below").open_count == 1
        dm.load("above", [upper])
        dm.clear("above")
        assert dm.info("below").open_count == 1
        dm.load("above", [line("zero")])
        dm.resume("above")

        assert dm.info("below").open_count == 0


class TestMeasurements:
    @pytest.mark.parametrize(
        ("kind", "params", "text"),
        [
            ("linear", "{0} 8", "device_name={0},start=8;"),
            ("error", "", None),
            ("zero", "", None),
            ("delay", "{0} 0 5", None),
        ],
    )
    def test_name_the_target_and_its_version(
        self, world: World, kernel: Differences, paths: tuple[str, ...], kind: str, params: str, text: str | None
    ) -> None:
        """A target that has nothing to tell gives an empty text."""
        make(world, "subject", line(kind, params.format(*paths), length=8))

        head = f"target_name={kind},target_version={kernel.target(kind)},"
        measured = world.control.measurements("subject")[0].params
        assert measured == ("" if text is None else head + text.format(*paths))
