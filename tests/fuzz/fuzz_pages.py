"""Fuzz the readers of what arrays and controllers say of themselves: they never raise, and stay within what came."""

import sys

import atheris

with atheris.instrument_imports(include=["multipath.wire"]):
    from multipath.wire import ana, port_groups, unit_report, volume_access


def one(data: bytes) -> None:
    """Read bytes as each page and log."""
    groups = port_groups.parse_port_groups(data)
    assert sum(8 + 4 * len(group.ports) for group in groups) <= len(data), data.hex()
    port_groups.transition_limit(data)
    logged = ana.parse_ana_log(data)
    assert sum(32 + 4 * len(group.namespaces) for group in logged) <= len(data), data.hex()
    ana.is_attached(data)
    ana.group_of_namespace(data)
    for controller in (data, data.ljust(544, b"\xff")):
        found = ana.parse_controller(controller)
        assert found is None or 16 <= found.log_length <= 1 << 18, data.hex()
    for page in (data, b"\0\xc0" + data, b"\0\xc9" + data):
        volume_access.parse_volume_access(page)
        unit_report.parse_unit_report(page)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
