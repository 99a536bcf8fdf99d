"""Disks of mainframes."""

import pytest

from multipath.paths.discover import discover

from .world import Sysfs


class TestADASD:
    @pytest.mark.parametrize(
        ("devtype", "model"),
        [
            ("3390/0c", "S/390 DASD ECKD"),
            ("9336/10", "S/390 DASD FBA"),
            ("3370/00", "S/390 DASD FBA"),
            ("", "S/390 DASD ECKD"),
        ],
    )
    def test_is_named_after_its_device_type(self, sysfs: Sysfs, devtype: str, model: str) -> None:
        """With the names that the built-in configuration has for them."""
        sysfs.add_dasd(devtype=devtype)

        (path,) = discover(sysfs.root)

        assert (path.bus, path.protocol, path.vendor, path.model) == ("ccw", "ccw", "IBM", model)
        assert (path.dasd_uid, path.hctl, path.state) == ("IBM.750000000DXTC1.8040.02", None, None)
