"""
SG_IO, the GIL released: a command descriptor block and a length in, status, data and sense out.

Nothing is interpreted here: a check condition, a host byte and a driver byte are answers, not errors.
"""

import os

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.errno cimport errno
from libc.string cimport memset

from multipath._native cimport scsi

cdef extern from "<sys/ioctl.h>" nogil:
    int c_ioctl "ioctl"(int fd, unsigned long request, ...)


def sg_read(int fd, bytes cdb not None, unsigned int length, unsigned int timeout):
    """
    Send one SCSI command that reads, and wait for its end.

    Args:
        fd: A SCSI device's node, open.
        cdb: The command descriptor block, 6 to 16 bytes.
        length: Bytes of data to ask for; at most 65,535.
        timeout: Milliseconds after which the kernel aborts the command.

    Returns:
        ``(status, host_status, driver_status, data, sense)``: data and sense as long as they came.

    Raises:
        OSError: the kernel refused to send it.
        ValueError: a block or a length that no command can have.
    """
    cdef scsi.sg_io_hdr header
    cdef unsigned char sense[64]
    cdef bytearray data
    cdef int result, error
    if not 6 <= PyBytes_GET_SIZE(cdb) <= 16 or length > 0xFFFF:
        raise ValueError("a command descriptor block has 6 to 16 bytes, and asks for at most 65535")
    data = bytearray(length)
    memset(&header, 0, sizeof(header))
    header.interface_id = b"S"[0]
    header.dxfer_direction = scsi.SG_DXFER_FROM_DEV
    header.cmdp, header.cmd_len = <unsigned char*>PyBytes_AS_STRING(cdb), <unsigned char>PyBytes_GET_SIZE(cdb)
    header.sbp, header.mx_sb_len = sense, sizeof(sense)
    header.dxferp, header.dxfer_len = <char*>data, length
    header.timeout = timeout
    with nogil:
        result = c_ioctl(fd, scsi.SG_IO, &header)
        error = errno
    if result != 0:
        raise OSError(error, os.strerror(error))
    told = min(header.sb_len_wr, <unsigned char>sizeof(sense))
    came = length - min(length, <unsigned int>max(0, header.resid))
    return header.status, header.host_status, header.driver_status, bytes(data[:came]), bytes(sense[:told])
