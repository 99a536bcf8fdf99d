"""Lines that a multipath target does not take, each with what the kernel logs."""

import errno

import pytest

from multipath.virtual.targets.target import TargetRefused

from .rig import HandledHandPath, Rig

REFUSED = [
    ("", "invalid number of feature args"),
    ("9 x", "invalid number of feature args"),
    ("2 queue_if_no_path", "invalid number of feature args"),
    ("1 fly 0 0 0", "Unrecognised multipath feature request"),
    ("1 pg_init_retries 0 0 0", "Unrecognised multipath feature request"),
    ("2 pg_init_retries 51 0 0 0", "pg_init_retries must be between 1 and 50"),
    ("2 pg_init_delay_msecs 60001 0 0 0", "pg_init_delay_msecs must be between 0 and 60000"),
    ("2 queue_mode sometimes 0 0 0", "Unknown 'queue_mode' requested"),
    ("0 1025 0 0", "invalid number of hardware handler args"),
    ("0 2 alua", "invalid number of hardware handler args"),
    ("0 0 many 1", "invalid number of priority groups"),
    ("0 0 1 first", "invalid initial priority group number"),
    ("0 0 1 0 round-robin 0 1 1 8:0 1", "invalid initial priority group"),
    ("0 0 0 1", "invalid initial priority group"),
    ("0 0 1 1", "priority group count mismatch"),
    ("0 0 2 1 round-robin 0 1 1 8:0 1", "priority group count mismatch"),
    ("0 0 1 1 round-robin 0 1 1 8:0 1 round-robin 0 1 1 8:0 1", "priority group count mismatch"),
    ("0 0 1 1 round-robin", "not enough priority group arguments"),
    ("0 0 1 1 fastest 0 1 1 8:0 1", "unknown path selector type"),
    ("0 0 1 1 round-robin 1025 1 1 8:0 1", "invalid number of path selector args"),
    ("0 0 1 1 round-robin 1", "invalid number of path selector args"),
    ("0 0 1 1 historical-service-time 1 1024 1 1 8:0 1", "path selector constructor failed"),
    ("0 0 1 1 round-robin 0 0 1", "invalid number of paths"),
    ("0 0 1 1 round-robin 0 1 x 8:0", "invalid number of selector args"),
    ("0 0 1 1 round-robin 0 1 1 8:0", "not enough path parameters"),
    ("0 0 1 1 round-robin 0 2 1 8:0 1", "not enough path parameters"),
    ("0 0 1 1 round-robin 0 1 2 8:0 1 1", "round-robin ps: incorrect number of arguments"),
    ("0 0 1 1 round-robin 0 1 1 8:0 -1", "round-robin ps: invalid repeat count"),
    ("0 0 1 1 queue-length 0 1 1 8:0 x", "queue-length ps: invalid repeat count"),
    ("0 0 1 1 service-time 0 1 3 8:0 1 1 1", "service-time ps: incorrect number of arguments"),
    ("0 0 1 1 service-time 0 1 2 8:0 1 101", "service-time ps: invalid relative_throughput value"),
    ("0 0 1 1 io-affinity 0 1 0 8:0", "io-affinity ps: invalid number of arguments"),
    ("0 0 1 1 io-affinity 0 1 1 8:0 xyz", "io-affinity ps: invalid cpumask"),
    ("0 0 1 1 io-affinity 0 2 1 8:0 1 8:16 1", "io-affinity ps: No new/valid CPU mapping found"),
]


class TestALine:
    @pytest.mark.parametrize(("params", "reason"), REFUSED)
    def test_that_is_wrong_is_refused_in_the_kernels_words(self, params: str, reason: str) -> None:
        """With EINVAL, and the reason that goes into the log."""
        with pytest.raises(TargetRefused) as refused:
            Rig.of("8:0", "8:16").target(params)

        assert (refused.value.reason, refused.value.code) == (reason, errno.EINVAL)

    def test_with_a_path_that_is_not_there_has_the_errno_of_its_opening(self) -> None:
        """The first one counts, though a later word is wrong too."""
        with pytest.raises(TargetRefused) as refused:
            Rig.of("8:0").target("0 0 2 1 round-robin 0 2 1 8:0 1 8:99 1 fastest 0 1 1 8:0 1")

        assert (refused.value.reason, refused.value.code) == ("error getting device", errno.ENXIO)

    @pytest.mark.parametrize("handled", [False, True])
    def test_with_arguments_for_a_handler_needs_one(self, handled: bool) -> None:
        """A kernel without device handlers refuses them."""
        rig = Rig.of("8:0") if not handled else Rig(paths={"8:0": HandledHandPath("8:0")})
        line = "0 2 alua 1 1 1 round-robin 0 1 1 8:0 1"
        if handled:
            assert rig.target(line).table() == "0 1 alua 1 1 round-robin 0 1 1 8:0 1 "
            return

        with pytest.raises(TargetRefused) as refused:
            rig.target(line)

        assert (refused.value.reason, refused.value.code) == ("unable to set hardware handler parameters", errno.EBUSY)
