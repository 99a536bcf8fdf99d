"""Fuzz the readers of vital product data: they never raise, and agree with the slow model."""

import sys

import atheris

with atheris.instrument_imports(include=["multipath.wire"]):
    from multipath.wire import vpd

from tests.unit.wire.vpd_model import wwid_of


def one(data: bytes) -> None:
    """Read bytes as every page."""
    for page in (data, b"\0\x83" + data, b"\0\x80" + data):
        wwid = vpd.wwid_of_page(page)
        assert wwid == wwid_of(page), (page.hex(), wwid, wwid_of(page))
        assert (vpd.serial_of_page(page) or "").isprintable(), page.hex()
        for number in (vpd.port_group_of_page(page), vpd.relative_port_of_page(page)):
            assert number is None or 0 <= number <= 0xFFFF, page.hex()
        try:
            vpd.parse_designators(page)
        except ValueError:
            continue


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
