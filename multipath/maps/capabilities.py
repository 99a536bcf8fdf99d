"""What the kernel and the programs of a machine can do: asked of them, never guessed from a release's number."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as Folder
from typing import Final

from .. import errors
from ..dm import command
from ..dm.control import Control
from ..dm.device import Version
from ..multipathd.client import Multipathd
from ..multipathd.socket import daemon_is_running
from ..paths.nvme import multipaths_itself

_TARGET: Final = "multipath"
_PATIENCE: Final = 4.0  # seconds, as multipath-tools' own client has


@dataclass(frozen=True, slots=True)
class Capabilities:
    """
    What a machine can do.

    Attributes:
        interface: The version of device-mapper's interface.
        multipath: The version of the multipath target; ``None``: this kernel has none, also as no module.
        targets: Those of all targets that the kernel has loaded now.
        probes_paths: Whether the kernel can probe the paths of a map: `Map.probe_paths`.
        udev: Whether udev listens, so that changes wait for its rules; else links are kept here.
        native_nvme: Whether the NVMe driver multipaths namespaces itself; ``None`` where it is not loaded.
        daemon: The release of the multipathd that runs; ``None`` for none, empty for one that did not say.
        daemon_commands: The commands that it knows, as `Multipathd.commands`.
    """

    interface: Version
    multipath: Version | None
    targets: Mapping[str, Version] = field(repr=False)
    probes_paths: bool
    udev: bool
    native_nvme: bool | None
    daemon: str | None = None
    daemon_commands: tuple[str, ...] = field(default=(), repr=False)


def capabilities(control: Control, sysfs: Folder) -> Capabilities:
    """
    Ask kernel and multipathd what they can; the kernel loads the multipath target if it has it.

    Raises:
        NotPermitted, DeviceMapperMissing: device-mapper cannot be asked.
    """
    interface, multipath = control.version(), _target(control)
    daemon, known = _daemon() if control.shared else (None, ())
    return Capabilities(
        interface=interface,
        multipath=multipath,
        targets=control.target_versions(),
        probes_paths=multipath is not None and interface.minor >= command.PROBE_PATHS.minor,
        udev=control.waits_for_udev,
        native_nvme=multipaths_itself(sysfs),
        daemon=daemon,
        daemon_commands=known,
    )


def _target(control: Control) -> Version | None:
    try:
        return control.target_version(_TARGET)
    except errors.DeviceMapperError:  # no such target, or no such question: what is loaded is listed all the same
        return control.target_versions().get(_TARGET)


def _daemon() -> tuple[str | None, tuple[str, ...]]:
    if not daemon_is_running():
        return None, ()
    try:
        with Multipathd(timeout=_PATIENCE) as daemon:
            return daemon.release(), daemon.commands()
    except errors.DaemonError:
        return "", ()
