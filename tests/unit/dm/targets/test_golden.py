from dataclasses import replace
from pathlib import Path

import pytest

from multipath.dm.targets import STATUSES, TARGETS, MultipathTarget, parse_target
from multipath.errors import TableError

GOLDEN = Path(__file__).parents[3] / "golden" / "targets"
KERNEL_IS_LENIENT = {
    ("linear", "8:0 18446744073709551616"),  # older kernels let a sector wrap
    ("linear", "8:0 18446744073709551617"),
    ("flakey", "8:0 0 5 1 0 junk"),  # words behind the features are ignored
    ("snapshot", "254:0 8:16 N 16 0 junk"),
}
KERNEL_DECIDES = {
    ("mirror", "core 1 1024 2 8:0 0 8:16 0 1 keep_log"),  # keep_log goes with handle_errors only
    ("snapshot", "254:0 8:16 N 16 1 discard_passdown_origin"),  # likewise, with discard_zeroes_cow
    ("snapshot", "254:0 8:16 N 17"),  # not a power of two
    ("dust", "8:0 0 600"),
}
KERNEL_REWRITES = {
    ("linear", "/dev/sda 0"),  # a path becomes a number
    ("snapshot", "254:0 8:16 P 0"),  # 0 becomes the chunk size of the store
    ("snapshot", "254:0 8:16 N 16 2 discard_passdown_origin DISCARD_ZEROES_COW"),  # the order is the kernel's
}


def rows(name: str) -> list[tuple[str, ...]]:
    """Return the rows of all kernels' files of this name."""
    files = sorted(GOLDEN.glob(f"linux-*-{name}.tsv"))
    lines = [line for file in files for line in file.read_text(encoding="ascii").split("\n")]
    return list(dict.fromkeys(tuple(line.split("\t")) for line in lines if line and not line.startswith("#")))


ACCEPTED = [row for row in rows("tables") if len(row) == 3]
REFUSED = [row for row in rows("tables") if len(row) == 2]


def is_new_to_old_kernels(kind: str, text: str) -> bool:
    """Tell whether another kernel took this line: then an older one lacks a feature."""
    return any((kind, text) == row[:2] for row in ACCEPTED)


class TestATableThatAKernelPrinted:
    """Recorded on real kernels."""

    @pytest.mark.parametrize(("kind", "loaded", "printed"), ACCEPTED)
    def test_is_read_and_printed_byte_for_byte(self, kind: str, loaded: str, printed: str) -> None:
        """Trailing white space of old kernels included."""
        assert str(parse_target(kind, printed)) == printed

    @pytest.mark.parametrize(("kind", "loaded", "printed"), ACCEPTED)
    def test_is_what_the_values_print(self, kind: str, loaded: str, printed: str) -> None:
        """Our own form is the kernel's, but for white space at the end."""
        parsed = parse_target(kind, printed)
        assert parsed.type == kind
        if not isinstance(parsed, MultipathTarget):
            assert str(replace(parsed)) == printed.rstrip()  # type: ignore[type-var]

    @pytest.mark.parametrize(
        ("kind", "loaded", "printed"), [row for row in ACCEPTED if row[:2] not in KERNEL_IS_LENIENT]
    )
    def test_has_the_values_that_were_loaded(self, kind: str, loaded: str, printed: str) -> None:
        """What a line means to us before it is loaded is what it means to the kernel."""
        before, after = parse_target(kind, loaded), parse_target(kind, printed)

        by_kernel = kind == "error" or printed.endswith(" 2 error_reads error_writes")
        assert before == after or by_kernel or (kind, loaded) in KERNEL_REWRITES

    @pytest.mark.parametrize(("kind", "loaded"), sorted(KERNEL_IS_LENIENT))
    def test_may_have_been_loaded_with_words_that_are_an_error_here(self, kind: str, loaded: str) -> None:
        """Nobody writes on purpose what a kernel ignores or cuts."""
        with pytest.raises(TableError):
            parse_target(kind, loaded)


class TestATableThatAKernelRefused:
    """Recorded on real kernels."""

    @pytest.mark.parametrize(("kind", "loaded"), REFUSED)
    def test_is_refused_here_too(self, kind: str, loaded: str) -> None:
        """But for what is left to the kernel, and for features that only a newer kernel has."""
        left_to_the_kernel = (kind, loaded) in KERNEL_DECIDES or is_new_to_old_kernels(kind, loaded)
        if left_to_the_kernel and (kind, loaded) not in KERNEL_IS_LENIENT:
            assert str(parse_target(kind, loaded)) == loaded
        else:
            with pytest.raises(TableError):
                parse_target(kind, loaded)


class TestAStatusThatAKernelPrinted:
    """Recorded on real kernels."""

    @pytest.mark.parametrize(("kind", "status"), [row for row in rows("statuses") if row[0] in STATUSES])
    def test_is_read_and_printed_byte_for_byte(self, kind: str, status: str) -> None:
        """The text survives, and the values print it."""
        parsed = STATUSES[kind].parse(status)

        assert str(parsed) == status
        assert str(replace(parsed)) == status

    @pytest.mark.parametrize(("kind", "status"), [row for row in rows("statuses") if row[0] not in STATUSES])
    def test_is_empty_where_there_is_no_class(self, kind: str, status: str) -> None:
        """A target without a status class reports nothing."""
        assert kind in TARGETS
        assert status == ""
