"""
An NVMe namespace: of one controller, or of a subsystem whose paths the driver itself multipaths.

Source: linux ``drivers/nvme/host/sysfs.c``, ``multipath.c``. A namespace of one controller has that controller as its
device. One that the driver multipaths has the subsystem; each path to it is a disk below its controller, hidden,
without a number and without a node.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path as Folder
from typing import Final

from .adapter import pci_function
from .attributes import Attributes, attribute_of
from .native_path import NativePath
from .path import Path
from .place import Disk, Place, followed
from .sysfs import attribute
from .transport import Answers, Questions

_CONTROLLER: Final = re.compile(r"nvme([0-9]{1,9})\Z", re.ASCII)
_SUBSYSTEM: Final = re.compile(r"nvme-subsys[0-9]+\Z", re.ASCII)
_NAMESPACE: Final = re.compile(r"nvme([0-9]+)(?:c[0-9]+)?n([0-9]+)\Z", re.ASCII)
_TRANSPORTS: Final = frozenset({"pcie", "rdma", "fc", "tcp", "loop", "apple-nvme"})


def multipaths_itself(sysfs: Folder) -> bool | None:
    """Tell whether the driver multipaths namespaces itself; ``None`` where it is not loaded."""
    said = attribute(sysfs / "module/nvme_core/parameters", "multipath")
    return None if said is None else said == "Y"


def is_nvme(place: Place) -> bool:
    """Tell whether the disk is a namespace."""
    return _NAMESPACE.match(place.name) is not None


def nvme_questions(place: Place) -> Questions:
    """Yield what only the driver can tell: the addresses of controllers."""
    for controller in [place.device] if _CONTROLLER.search(place.device) else _controllers(place.device):
        yield controller, _address_of(controller)


def read_nvme(disk: Disk, place: Place, attributes: Attributes, below: Attributes, answers: Answers) -> Path:
    """Return a namespace."""
    native = _SUBSYSTEM.search(place.device) is not None
    controller = _CONTROLLER.search(place.device)
    wwid = attributes.text("wwid")
    return Path(
        name=disk.name,
        devt=disk.devt,
        size=disk.size,
        designator=wwid,
        vendor="NVME",
        model=below.text("model"),
        hctl=None,
        state=below.text("state"),
        diskseq=disk.diskseq,
        bus="nvme",
        protocol="nvme:unspec" if native else _protocol(below),
        revision=below.text("firmware_rev"),
        serial=(below.text("serial") or "").strip() or None,
        target_node=below.text("subsysnqn"),
        target_port=_port(answers.get(place.device)),
        ana_state=attributes.text("ana_state"),
        host=int(controller[1]) if controller else None,
        read_only=disk.read_only,
        nvme_wwid=wwid,
        udev=disk.udev,
        native=native,
        native_paths=tuple(_native_paths(place, answers)) if native else (),
        pci=pci_function(place.device),
    )


def _protocol(controller: Attributes) -> str:
    transport = controller.text("transport")
    return f"nvme:{transport}" if transport in _TRANSPORTS else "nvme:unspec"


def _port(address: str | None) -> str | None:
    """
    Return the port of an address such as ``traddr=192.0.2.1,trsvcid=4420,src_addr=192.0.2.9``.

    A PCI address stands alone; what says where this host speaks from is no part of the port.
    """
    words = dict(word.partition("=")[::2] for word in (address or "").split(","))
    where, service = words.get("traddr", address), words.get("trsvcid")
    if where is None or service in (None, "", "none"):
        return where
    return f"[{where}]:{service}" if ":" in where else f"{where}:{service}"


def _address_of(controller: str) -> Callable[[], str | None]:
    return lambda: attribute_of(controller, "address")


def _controllers(subsystem: str) -> Iterator[str]:
    """Yield the folders of the controllers of a subsystem."""
    for name in _matching(subsystem, _CONTROLLER):
        folder = followed(f"{subsystem}/{name}")
        if folder is not None:
            yield folder


def _native_paths(place: Place, answers: Answers) -> Iterator[NativePath]:
    """Yield the hidden paths to a namespace, from the folders of the controllers of its subsystem."""
    subsystem, number = _NAMESPACE.findall(place.name)[0]
    hidden = re.compile(rf"nvme{subsystem}c[0-9]+n{number}\Z", re.ASCII)
    for folder in _controllers(place.device):
        for name in _matching(folder, hidden):
            with Attributes(folder) as controller:
                yield NativePath(
                    name,
                    _protocol(controller),
                    controller.text("state"),
                    attribute_of(f"{folder}/{name}", "ana_state"),
                    _port(answers.get(folder)),
                )


def _matching(folder: str, pattern: re.Pattern[str]) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if pattern.match(name))
    except OSError:  # it went away
        return []
