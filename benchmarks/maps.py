"""Maps to measure with: any number of them over the same paths, which device-mapper allows."""

from collections.abc import Iterator
from contextlib import contextmanager

from multipath import Control, Host, MultipathTable, Target
from multipath.units import Sectors, format_devt
from multipath.wire.selectors import ServiceTime


@contextmanager
def made_maps(control: Control, count: int) -> Iterator[list[str]]:
    """Make ``count`` maps over all paths of the array, one group each; yield their names, and remove them."""
    paths = Host(control=control).paths()
    table = MultipathTable.build([[format_devt(path.devt) for path in paths]], ServiceTime())
    line = Target(Sectors(0), paths[0].size, "multipath", str(table))
    names = [f"mpath{number:04}" for number in range(count)]
    try:
        for number, name in enumerate(names):
            control.create(name, uuid=f"mpath-3600000000000000000000000{number:08}")
            control.load(name, [line])
            control.resume(name)
        yield names
    finally:
        for entry in control.devices():
            if entry.name in names:
                control.remove(entry)
