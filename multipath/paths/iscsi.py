"""
The ping times of an iSCSI connection, which the kernel shows in sysfs and takes by netlink alone.

Strategy: the message is the one by which open-iscsi's daemon sets a parameter of a connection. The kernel handles it in
the call that sends it, and may wait for another one meanwhile; so a thread sends it, which nobody waits for at the end.
The daemon sets its own values again whenever it logs in again.

Source: linux ``include/scsi/iscsi_if.h``, ``drivers/scsi/scsi_transport_iscsi.c``, ``iscsi_if_recv_msg()``.
"""

import asyncio
import errno
import os
import re
import socket
import struct
import threading
from pathlib import Path as Folder
from typing import Final

from .attributes import attribute_of
from .sysfs import SYSFS

# By the names of attributes.
PARAMETERS: Final = {"ping_tmo": 30, "recv_tmo": 31}
_NETLINK_ISCSI: Final = 8
_SET_PARAM: Final = 16
_HEADER: Final = struct.Struct("=IHHII")
_EVENT: Final = struct.Struct("=IiQIIII")
_EVENT_SIZE: Final = 56
_REQUEST: Final = 1
_PATIENCE: Final = 2.0
_CONNECTION: Final = re.compile(r"/connection([0-9]{1,9}):([0-9]{1,9})/[a-z_]+\Z", re.ASCII)
# The name of a transport by that of its host's driver: the parameters of others are their drivers' own matter.
_TRANSPORTS: Final = {"iscsi_tcp": "tcp", "iscsi_iser": "iser"}


async def set_parameter(file: str, text: str) -> int:
    """
    Set what an attribute of a connection shows.

    Args:
        file: The attribute, ``…/connection1:0/ping_tmo``.
        text: The value.

    Returns:
        0, or an errno; -1 where the kernel does not answer.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[int] = loop.create_future()

    def tell(result: int) -> None:
        if not future.done():
            future.set_result(result)

    def work() -> None:
        try:
            result = _set(file, text)
        except OSError as error:
            result = error.errno or errno.EIO
        try:
            loop.call_soon_threadsafe(tell, result)
        except RuntimeError:  # the loop has ended
            return

    try:
        threading.Thread(target=work, name="multipath-iscsi", daemon=True).start()
    except RuntimeError:  # this process may have no more of them
        return errno.EAGAIN
    try:
        return await asyncio.wait_for(future, _PATIENCE)
    except TimeoutError:
        return -1


def message(handle: int, session: int, connection: int, parameter: int, text: str) -> bytes:
    """Return the message that sets a parameter."""
    data = text.encode() + b"\0"
    event = _EVENT.pack(_SET_PARAM, 0, handle, session, connection, parameter, len(data)).ljust(_EVENT_SIZE, b"\0")
    body = event + data
    whole = _HEADER.pack(_HEADER.size + len(body), _SET_PARAM, _REQUEST, 1, 0) + body
    return whole.ljust(-(-len(whole) // 4) * 4, b"\0")


def outcome(reply: bytes) -> int:
    """Return what a reply says: 0, or an errno."""
    if len(reply) < _HEADER.size + _EVENT.size:
        return errno.EPROTO
    error: int = _EVENT.unpack_from(reply, _HEADER.size)[1]
    return abs(error)


def _set(file: str, text: str) -> int:
    found, name = _CONNECTION.search(file), os.path.basename(file)
    handle = _handle(file)
    if found is None or name not in PARAMETERS or handle is None:
        return errno.EOPNOTSUPP
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_ISCSI) as netlink:
        netlink.bind((0, 0))
        netlink.settimeout(_PATIENCE)
        netlink.send(message(handle, int(found[1]), int(found[2]), PARAMETERS[name], text.strip()))
        return outcome(netlink.recv(4096))


def _handle(file: str, sysfs: Folder = SYSFS) -> int | None:
    host = re.search(r"^(.*/(host[0-9]+))/session", file)
    driver = attribute_of(f"{host[1]}/scsi_host/{host[2]}", "proc_name") if host else None
    transport = _TRANSPORTS.get(driver or "")
    text = attribute_of(f"{sysfs}/class/iscsi_transport/{transport}", "handle") if transport else None
    return int(text) if text and text.isdecimal() else None
