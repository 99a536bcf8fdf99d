"""
Over which transport a SCSI device is reached, and at which port: from the folders above it.

Strategy: the kernel says it with the names of the folders between a host and a target: ``rport-…`` is Fibre Channel,
``session…`` iSCSI, ``end_device-…`` SAS. What belongs to a target is read once for all its units. The few attributes
for which the kernel asks a driver, and may wait for it, are asked for beforehand, all at once: `questions`.

Source: linux ``drivers/scsi/scsi_transport_{fc,iscsi,sas,srp}.c``; multipath-tools ``libmultipath/discovery.c``,
``sysfs_get_tgt_nodename()`` for the order in which transports are tried and for what a target is called.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from .adapter import above, adapter, pci_function
from .attributes import Attributes, attribute_of
from .place import followed

Answers = Mapping[str, str | None]
Questions = Iterator[tuple[str, Callable[[], str | None]]]

_USB: Final = re.compile(r"[0-9]+-[0-9.]+:[0-9]+\.[0-9]+\Z", re.ASCII)
_SPEED: Final = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,3})?) ?Gbit", re.ASCII)


@dataclass(frozen=True, slots=True)
class Target:
    """
    What the units of one target have in common.

    Attributes:
        protocol: As multipath.conf(5) has it.
        node: The name of the target.
        port: The port of the target.
        adapter: What the ports of one adapter share.
        pci: The PCI function of the adapter.
        link_speed: In Mbit/s.
        port_state: Of a Fibre Channel port.
    """

    protocol: str = "scsi:unspec"
    node: str | None = None
    port: str | None = None
    adapter: str | None = None
    pci: str | None = None
    link_speed: int | None = None
    port_state: str | None = None


def questions(folder: str) -> Questions:
    """Yield what only a driver can tell about a target, each with the key of its answer."""
    places = _places(folder)
    host = places.get("host", "")
    if "rport" in places:
        yield _fc_host(host), lambda: attribute_of(_fc_host(host), "speed")
    elif "session" in places:
        session = places["session"]
        yield _iscsi_host(host), lambda: attribute_of(_iscsi_host(host), "ipaddress")
        yield session, lambda: _portal(session)


def target(folder: str, answers: Answers) -> Target:
    """
    Return what is known of the target with this folder.

    Args:
        folder: Of the target, below ``devices``.
        answers: Those to `questions`; what is not there is unknown.
    """
    places = _places(folder)
    for mark, read in _TRANSPORTS.items():
        found = read(places, answers) if mark in places else None
        if found is not None:
            return found
    return Target(pci=pci_function(folder))


def remote_port(disk: str) -> str | None:
    """Return the folder of attributes of the remote port of a disk, by its folder; ``None`` without Fibre Channel."""
    device = followed(f"{followed(disk) or ''}/device") or ""
    rports = (each for each in above(f"{device}/") if each[1].startswith("rport-"))
    return next((f"{folder}/fc_remote_ports/{rport}" for folder, rport in rports), None)


def mbit_per_second(text: str | None) -> int | None:
    """
    Return a speed in Mbit/s.

    >>> mbit_per_second("16 Gbit"), mbit_per_second("Unknown")
    (16000, None)
    """
    match = _SPEED.match(text or "")
    return round(float(match[1]) * 1000) if match else None


def _places(folder: str) -> dict[str, str]:
    """Return the folders above a target that tell its transport, by what they are."""
    places: dict[str, str] = {}
    for each, name in above(f"{folder}/"):
        kind = "interface" if _USB.match(name) else name.rstrip("0123456789:-")
        if kind in _MARKS:
            places.setdefault(kind, each)
    host = places.get("host")
    if host is not None and os.path.isdir(f"{host}/srp_host"):
        places["srp"] = host
    return places


def _sas(places: Mapping[str, str], _answers: Answers) -> Target:
    end = places["end_device"]
    port, _, name = end.rpartition("/")
    address = attribute_of(f"{end}/sas_device/{name}", "sas_address")
    return Target("scsi:sas", address, address, adapter(end), pci_function(end), _wide_port(port))


def _wide_port(port: str) -> int | None:
    """Return the speed of a port: the sum of its phys."""
    phys = (f"{port}/{phy}/sas_phy/{phy}" for phy in _named(port, "phy-"))
    return sum(mbit_per_second(attribute_of(phy, "negotiated_linkrate")) or 0 for phy in phys) or None


def _usb(places: Mapping[str, str], _answers: Answers) -> Target:
    interface = places["interface"]
    above_it, _, name = interface.rpartition("/")
    with Attributes(above_it) as device:
        return Target("scsi:usb", name, None, None, pci_function(interface), device.number("speed"))


def _fc(places: Mapping[str, str], answers: Answers) -> Target | None:
    rport, host = places["rport"], places.get("host", "")
    with Attributes(f"{rport}/fc_remote_ports/{rport.rpartition('/')[2]}") as attributes:
        node, port, state = (attributes.text(name) for name in ("node_name", "port_name", "port_state"))
    if node is None:
        return None
    speed = mbit_per_second(answers.get(_fc_host(host)))
    return Target("scsi:fcp", node, port, adapter(host), pci_function(host), speed, state)


def _iscsi(places: Mapping[str, str], answers: Answers) -> Target | None:
    session, host = places["session"], places.get("host", "")
    name = attribute_of(f"{session}/iscsi_session/{session.rpartition('/')[2]}", "targetname")
    if name is None:
        return None
    # A host of software iSCSI sits on no PCI function: the address that it speaks from stands for its adapter.
    return Target("scsi:iscsi", name, answers.get(session), answers.get(_iscsi_host(host)), pci_function(host))


def _portal(session: str) -> str | None:
    """Return the portal of a session as iscsiadm prints it, ``192.0.2.1:3260,1``; what was configured comes first."""
    name = session.rpartition("/")[2]
    connection = f"connection{name.removeprefix('session')}:0"
    with Attributes(f"{session}/{connection}/iscsi_connection/{connection}") as attributes:
        address = attributes.text("persistent_address") or attributes.text("address")
        port = attributes.text("persistent_port") or attributes.text("port")
    if address is None:
        return None
    group = attribute_of(f"{session}/iscsi_session/{name}", "tpgt")
    return (f"[{address}]" if ":" in address else address) + f":{port or 3260}" + (f",{group}" if group else "")


def _ata(places: Mapping[str, str], _answers: Answers) -> Target:
    port = places["ata"]
    name = f"ata-{port.rpartition('/ata')[2]}.00"
    return Target("scsi:ata", name, None, None, pci_function(port))


def _srp(places: Mapping[str, str], _answers: Answers) -> Target:
    host = places["srp"]
    node = attribute_of(f"{host}/scsi_host/{host.rpartition('/')[2]}", "ioc_guid")
    return Target("scsi:srp", node, _srp_port(host), adapter(host), pci_function(host))


def _srp_port(host: str) -> str | None:
    names = _named(host, "port-")
    return next((attribute_of(f"{host}/{name}/srp_remote_ports/{name}", "port_id") for name in names), None)


def _named(folder: str, prefix: str) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if name.startswith(prefix))
    except OSError:
        return []


def _fc_host(host: str) -> str:
    return f"{host}/fc_host/{host.rpartition('/')[2]}"


def _iscsi_host(host: str) -> str:
    return f"{host}/iscsi_host/{host.rpartition('/')[2]}"


# In the order in which they are tried. SPI, SBP and what has no transport class at all are unspecified.
_TRANSPORTS: Final[dict[str, Callable[[Mapping[str, str], Answers], Target | None]]] = {
    "end_device": _sas,
    "interface": _usb,
    "rport": _fc,
    "session": _iscsi,
    "ata": _ata,
    "srp": _srp,
}
_MARKS: Final = frozenset({"host", *_TRANSPORTS})
