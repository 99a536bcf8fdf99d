"""
The paths that a table names, as device numbers.

The kernel looks a path name up once more, when it loads the table. By then a link may lead to another device than the
one that was asked for its identity; and it knows no ``sda``, only nodes. So what is loaded has numbers alone.
"""

from dataclasses import replace
from pathlib import Path

from .. import errors
from ..paths.sysfs import device_number
from ..units import DevT, format_devt
from ..wire.table import MultipathTable


def numbered(table: MultipathTable, sysfs: Path, *, nodes: bool = True) -> tuple[MultipathTable, list[DevT]]:
    """
    Return ``table`` with every path as ``major:minor``, and these numbers in order, each once.

    Args:
        table: The table.
        sysfs: The root of sysfs.
        nodes: Whether the nodes and links of this machine lead to devices of that sysfs.

    Raises:
        NotFound: a path name that leads to no block device.
    """
    found = {device: device_number(device, sysfs, nodes=nodes) for device in table.devices}
    missing = [device for device, number in found.items() if number is None]
    if missing:
        raise errors.NotFound(
            f"no block device {', '.join(map(repr, missing))}; expected major:minor, a kernel name or its node; "
            "nothing was changed"
        )
    numbers = {device: number for device, number in found.items() if number is not None}
    words = {device: format_devt(number) for device, number in numbers.items()}
    if any(device != word for device, word in words.items()):
        table = replace(
            table,
            groups=tuple(
                replace(group, paths=tuple(replace(path, device=words[path.device]) for path in group.paths))
                for group in table.groups
            ),
        )
    return table, list(dict.fromkeys(numbers.values()))
