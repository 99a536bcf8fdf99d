"""Who looks after maps: multipathd, and the manager of this library."""

import json
import socket
from dataclasses import dataclass, replace
from pathlib import Path as Folder
from typing import Final

from ... import errors
from ...multipathd.client import Multipathd
from ...multipathd.socket import daemon_is_running

FOLDER: Final = Folder("/run/mpath")
SOCKET: Final = "manager.socket"
_PATIENCE: Final = 2.0  # seconds
_LONGEST: Final = 1 << 24


@dataclass(frozen=True, slots=True)
class Managers:
    """
    Who runs.

    Attributes:
        multipathd: Whether multipathd does.
        stuck: Why it does not answer; empty where it does, or does not run.
        mpath: Whether ``mpath run`` does.
        acting: Whether that one changes maps, or only watches.
        hung: Why it does not answer; empty where it does, or does not run.
    """

    multipathd: bool = False
    stuck: str = ""
    mpath: bool = False
    acting: bool = True
    hung: str = ""

    @property
    def any(self) -> bool:
        """Whether somebody brings failed paths back."""
        return self.multipathd or (self.mpath and self.acting)


def ask_managers(folder: Folder = FOLDER) -> Managers:
    """Return who runs; waits for a few seconds at most."""
    return replace(_asked(folder / SOCKET), multipathd=daemon_is_running(), stuck=_stuck())


def _stuck() -> str:
    try:
        with Multipathd(timeout=_PATIENCE) as daemon:
            daemon.status()
    except errors.DaemonTimeout as error:
        return str(error)
    except errors.MultipathError:  # it does not run, or this user may not ask, or it is busy and says so
        return ""
    return ""


def _asked(place: Folder) -> Managers:
    """Return whether a manager listens there, and acts; one that this user may not ask does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as way:
        way.settimeout(_PATIENCE)
        try:
            way.connect(str(place))
        except PermissionError:
            return Managers(mpath=True)
        except OSError:
            return Managers()
        try:
            way.sendall(b'{"ask": "status"}\n')
            with way.makefile("rb") as answers:
                return Managers(mpath=True, acting=_acts(answers.readline(_LONGEST)))
        except TimeoutError:
            return Managers(mpath=True, hung=f"no answer at {place} within {_PATIENCE:g} s")
        except OSError:  # it ended meanwhile
            return Managers()


def _acts(answer: bytes) -> bool:
    try:
        status = json.loads(answer)["status"]
        return bool(status["acting"])
    except (ValueError, TypeError, LookupError):  # it is of another version
        return True
