"""The sysfs of a host with a large array: as many units and paths as a test or a benchmark wants."""

from pathlib import Path as Folder

from multipath.units import DevT, Sectors, format_devt
from multipath.virtual.disk_number import disk_devt, disk_name
from multipath.virtual.sysfs import SysfsTree, Value

from .world import Sysfs, Unit

_ADAPTERS = ("0000:05:00.0", "0000:06:00.0")
_UDEV = "\n".join(f"E:ID_FACT_{number}=what udev knows of this disk, number {number}" for number in range(30))


def array_tree(root: Folder, units: int = 1600, paths: int = 4, *, udev: bool = False) -> Folder:
    """
    Make a sysfs in ``root``, which is not there yet, and return it.

    Args:
        root: Its folder.
        units: The logical units of the array: unit ``n`` has LUN ``n`` and the NAA name that ends in ``n``.
        paths: The paths to each, half of them over one adapter and half over the other; each has its own target port.
            The second half of the ports is not optimized.
        udev: Whether there is a database of udev beside it that has every disk.
    """
    world, tree = Sysfs(root), SysfsTree(root)
    data = root.parent / "run/udev/data"
    if udev:
        data.mkdir(parents=True)
    folders = [_port(world, path) for path in range(paths)]
    for number in range(units):
        for path, folder in enumerate(folders):
            index = number * paths + path
            unit = _unit(number, path, paths)
            devt = _add(tree, folder, index, number, unit)
            if udev:
                text = f"S:disk/by-path/{index}\nI:1\nE:ID_SERIAL=3{unit.naa.hex()}\n{_UDEV}\nV:1\n"
                (data / f"b{format_devt(devt)}").write_text(text)
    return root


def _port(world: Sysfs, path: int) -> str:
    """Make the remote port of a path, and return the folder of its target."""
    host = 2 + path % 2
    hctl = f"{host}:0:{path}:0"
    world.add_fc(disk_name(0), "8:0", hctl, adapter=_ADAPTERS[path % 2], port=0x5000_0000_0000_0100 + path)
    disk = (world.root / "block" / disk_name(0)).resolve()
    target = str(disk.parents[2].relative_to(world.root))
    SysfsTree(world.root).remove(str(disk.parents[1].relative_to(world.root)))
    SysfsTree(world.root).unlink(f"block/{disk_name(0)}", f"class/block/{disk_name(0)}", "dev/block/8:0")
    return target


def _unit(number: int, path: int, paths: int) -> Unit:
    optimized = path < (paths + 1) // 2
    return Unit(
        naa=bytes.fromhex(f"6001405{number:025x}"),
        serial=f"{number:012x}",
        group=1 if optimized else 2,
        port=path + 1,
        access_state="active/optimized" if optimized else "active/non-optimized",
    )


def _add(tree: SysfsTree, target: str, index: int, lun: int, unit: Unit) -> DevT:
    hctl = f"{target.rpartition('/target')[2]}:{lun}"
    device, name, devt = f"{target}/{hctl}", disk_name(index), disk_devt(index)
    values: dict[str, Value] = {"state": "running"}
    for key, value in unit.attributes().items():
        assert isinstance(value, str | int | bytes)
        values[key] = value
    tree.add_block(f"{device}/block/{name}", devt, Sectors(2097152))
    tree.share(device, values)
    tree.write(f"{device}/block/{name}", {"uevent": f"MAJOR=8\nMINOR=0\nDEVNAME={name}\nDEVTYPE=disk"})
    tree.link(f"{device}/block/{name}/device", device)
    return devt
