"""The options that set attributes of a transport, as multipath-tools sets them."""

import pytest

from multipath.config.setting import Value
from multipath.paths.knobs import FOREVER, Knob
from multipath.policy.tunables import dev_loss, tunables

FC = {Knob.FAST_IO_FAIL: FOREVER, Knob.DEV_LOSS: 60.0, Knob.EH_DEADLINE: FOREVER, Knob.MAX_RETRIES: 5.0}
INFINITE = float((1 << 32) - 2)
CASES: list[tuple[str, dict[str, Value], dict[Knob, float]]] = [
    ("scsi:fcp", {}, {}),
    ("scsi:fcp", {"fast_io_fail_tmo": 5}, {Knob.FAST_IO_FAIL: 5.0}),
    ("scsi:fcp", {"fast_io_fail_tmo": 90}, {Knob.DEV_LOSS: 91.0, Knob.FAST_IO_FAIL: 90.0}),
    ("scsi:fcp", {"fast_io_fail_tmo": 9, "dev_loss_tmo": 30}, {Knob.DEV_LOSS: 30.0, Knob.FAST_IO_FAIL: 9.0}),
    ("scsi:fcp", {"fast_io_fail_tmo": 30, "dev_loss_tmo": 30}, {Knob.DEV_LOSS: 30.0, Knob.FAST_IO_FAIL: FOREVER}),
    ("scsi:fcp", {"fast_io_fail_tmo": "off", "dev_loss_tmo": 900}, {Knob.DEV_LOSS: 600.0, Knob.FAST_IO_FAIL: FOREVER}),
    ("scsi:fcp", {"fast_io_fail_tmo": 5, "no_path_retry": "queue"}, {Knob.DEV_LOSS: INFINITE, Knob.FAST_IO_FAIL: 5.0}),
    ("scsi:fcp", {"eh_deadline": 30, "max_retries": 0}, {Knob.EH_DEADLINE: 30.0, Knob.MAX_RETRIES: 0.0}),
    ("scsi:fcp", {"eh_deadline": "off", "max_retries": "off"}, {Knob.EH_DEADLINE: FOREVER}),
    ("scsi:iscsi", {"fast_io_fail_tmo": 5, "dev_loss_tmo": 60}, {Knob.RECOVERY: 5.0}),
    ("scsi:iscsi", {"fast_io_fail_tmo": "off"}, {}),
    ("scsi:iscsi", {"fast_io_fail_tmo": 0}, {}),
    ("scsi:sas", {"fast_io_fail_tmo": 5, "dev_loss_tmo": 60}, {Knob.NEXUS_LOSS: 60.0}),
    ("scsi:usb", {"fast_io_fail_tmo": 5, "dev_loss_tmo": 60}, {}),
    ("nvme:tcp", {"fast_io_fail_tmo": 5, "max_sectors_kb": 512}, {Knob.MAX_SECTORS: 512.0}),
]
RETRIES: list[tuple[dict[str, Value], float | None]] = [
    ({}, None),
    ({"no_path_retry": 12}, 66.0),
    ({"no_path_retry": 60, "polling_interval": 2}, 127.0),
    ({"no_path_retry": 12, "dev_loss_tmo": 600}, 600.0),
    ({"no_path_retry": 12, "dev_loss_tmo": 10}, 66.0),
    ({"no_path_retry": "fail", "dev_loss_tmo": 10}, 10.0),
    ({"dev_loss_tmo": "infinity"}, INFINITE),
]


class TestTheOptionsOfATransport:
    @pytest.mark.parametrize(("protocol", "options", "expected"), CASES)
    def test_set_what_multipath_tools_would_set(
        self, protocol: str, options: dict[str, Value], expected: dict[Knob, float]
    ) -> None:
        """For each transport by its own attributes."""
        present = {**FC, Knob.RECOVERY: 120.0, Knob.NEXUS_LOSS: 2000.0, Knob.MAX_SECTORS: 1280.0}

        assert tunables(options.get, protocol, present) == expected

    def test_set_nothing_that_is_not_there(self) -> None:
        """A path without an attribute has no value for it."""
        assert tunables({"fast_io_fail_tmo": 5, "eh_deadline": 3}.get, "scsi:fcp", {}) == {}


class TestTheLossOfADevice:
    @pytest.mark.parametrize(("options", "expected"), RETRIES)
    def test_comes_after_the_end_of_queueing(self, options: dict[str, Value], expected: float | None) -> None:
        """A path does not go while its map still waits for one."""
        assert dev_loss(options.get) == expected
