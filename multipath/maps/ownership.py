"""Whose map is it? A map that a running multipathd manages is not changed behind its back."""

from .. import errors
from ..multipathd.socket import daemon_is_running

UUID_PREFIX = "mpath-"


def refuse_daemons_map(name: str, uuid: str, what: str, *, force: bool) -> None:
    """
    Refuse to change a map that multipathd manages.

    Raises:
        DaemonOwnsMap: the daemon runs, and the map's uuid is one of its kind.
    """
    if not force and uuid.startswith(UUID_PREFIX) and daemon_is_running():
        raise errors.DaemonOwnsMap(
            f"{what} of map {name} ({uuid}): multipathd runs and manages it, and would undo this or be misled by it; "
            "ask multipathd, stop it, or use force"
        )
