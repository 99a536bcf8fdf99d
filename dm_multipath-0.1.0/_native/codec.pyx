"""
``struct dm_ioctl`` and its payloads <-> plain values: the only place that knows offsets.

Strategy: a `Request` is plain values; it is written afresh into a buffer for every attempt, because the kernel uses the
header in both directions and a reused one carries the last answer. A `Reply` owns the buffer that came back. Nothing in
it is believed: every offset, count and string end is checked against the reply's own length, and that against the
buffer's; what does not fit raises `ValueError`. Fields are copied out, never read in place, so no byte order of records
and no alignment can hurt. Byte strings become `str` with surrogate escapes, as file names do.

The end of the module is the kernel's side, for device-mapper in memory: it reads requests, and writes replies.

Source: linux ``include/uapi/linux/dm-ioctl.h``; ``drivers/md/dm-ioctl.c`` for what each command reads and writes.
"""

from cpython.bytearray cimport PyByteArray_AS_STRING, PyByteArray_Check, PyByteArray_GET_SIZE
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_Check, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport int32_t, uint32_t, uint64_t
from libc.string cimport memchr, memcpy, memset

from multipath._native cimport dm_ioctl as dm

cdef extern from "<string.h>" nogil:
    size_t strnlen(const char* text, size_t most)

# The commands, by number.
VERSION = dm.DM_VERSION_CMD
REMOVE_ALL = dm.DM_REMOVE_ALL_CMD
LIST_DEVICES = dm.DM_LIST_DEVICES_CMD
DEV_CREATE = dm.DM_DEV_CREATE_CMD
DEV_REMOVE = dm.DM_DEV_REMOVE_CMD
DEV_RENAME = dm.DM_DEV_RENAME_CMD
DEV_SUSPEND = dm.DM_DEV_SUSPEND_CMD
DEV_STATUS = dm.DM_DEV_STATUS_CMD
DEV_WAIT = dm.DM_DEV_WAIT_CMD
TABLE_LOAD = dm.DM_TABLE_LOAD_CMD
TABLE_CLEAR = dm.DM_TABLE_CLEAR_CMD
TABLE_DEPS = dm.DM_TABLE_DEPS_CMD
TABLE_STATUS = dm.DM_TABLE_STATUS_CMD
LIST_VERSIONS = dm.DM_LIST_VERSIONS_CMD
TARGET_MSG = dm.DM_TARGET_MSG_CMD
DEV_SET_GEOMETRY = dm.DM_DEV_SET_GEOMETRY_CMD
DEV_ARM_POLL = dm.DM_DEV_ARM_POLL_CMD
GET_TARGET_VERSION = dm.DM_GET_TARGET_VERSION_CMD
MPATH_PROBE_PATHS = dm.DM_MPATH_PROBE_PATHS & 0xFF

# The flags of the header.
FLAG_READONLY = dm.DM_READONLY_FLAG
FLAG_SUSPEND = dm.DM_SUSPEND_FLAG
FLAG_PERSISTENT_DEV = dm.DM_PERSISTENT_DEV_FLAG
FLAG_STATUS_TABLE = dm.DM_STATUS_TABLE_FLAG
FLAG_ACTIVE_PRESENT = dm.DM_ACTIVE_PRESENT_FLAG
FLAG_INACTIVE_PRESENT = dm.DM_INACTIVE_PRESENT_FLAG
FLAG_BUFFER_FULL = dm.DM_BUFFER_FULL_FLAG
FLAG_SKIP_LOCKFS = dm.DM_SKIP_LOCKFS_FLAG
FLAG_NOFLUSH = dm.DM_NOFLUSH_FLAG
FLAG_QUERY_INACTIVE_TABLE = dm.DM_QUERY_INACTIVE_TABLE_FLAG
FLAG_UEVENT_GENERATED = dm.DM_UEVENT_GENERATED_FLAG
FLAG_UUID = dm.DM_UUID_FLAG
FLAG_SECURE_DATA = dm.DM_SECURE_DATA_FLAG
FLAG_DATA_OUT = dm.DM_DATA_OUT_FLAG
FLAG_DEFERRED_REMOVE = dm.DM_DEFERRED_REMOVE
FLAG_INTERNAL_SUSPEND = dm.DM_INTERNAL_SUSPEND_FLAG
FLAG_IMA_MEASUREMENT = dm.DM_IMA_MEASUREMENT_FLAG

# The longest name, uuid and target type, in bytes without the closing NUL.
NAME_MAX = dm.DM_NAME_LEN - 1
UUID_MAX = dm.DM_UUID_LEN - 1
TYPE_MAX = dm.DM_MAX_TYPE_NAME - 1

# Since interface 4.36 (Linux v4.13, "dm ioctl: report event number in DM_LIST_DEVICES") a name has its event number
# behind it, and since 4.37 that is aligned in a way that every architecture agrees on.
cdef uint32_t ALIGNED_EVENT_MINOR = 37


cdef inline size_t align8(size_t offset) noexcept nogil:
    return (offset + 7) & ~<size_t>7


cdef class Request:
    """
    One command with its arguments.

    Args:
        command: One of the numbers of this module.
        minor: The lowest minor version of the interface that serves it.
        flags: ``FLAG_...`` bits.
        dev: A device number in the kernel's encoding, or 0.
        event_nr: An event number, or a udev cookie.
        name: At most `NAME_MAX` bytes.
        uuid: At most `UUID_MAX` bytes.
        payload: What follows the header, from `pack_targets`, `pack_message` or `pack_text`.

    Raises:
        ValueError: a name or uuid that the kernel would cut short.
    """

    def __cinit__(self, uint32_t command, uint32_t minor=0, *, uint32_t flags=0, uint64_t dev=0, uint32_t event_nr=0,
                  bytes name not None=b"", bytes uuid not None=b"", bytes payload not None=b""):
        if PyBytes_GET_SIZE(name) > dm.DM_NAME_LEN - 1 or PyBytes_GET_SIZE(uuid) > dm.DM_UUID_LEN - 1:
            raise ValueError("name or uuid too long")
        self.command, self.minor, self.flags, self.dev, self.event_nr = command, minor, flags, dev, event_nr
        self.name, self.uuid, self.payload = name, uuid, payload

    cdef int write(self, bytearray buffer) except -1:
        """Write the header and the payload into ``buffer``, which has room for both."""
        cdef dm.dm_ioctl header
        cdef char* to = PyByteArray_AS_STRING(buffer)
        cdef size_t length = <size_t>PyBytes_GET_SIZE(self.payload)
        memset(&header, 0, sizeof(header))
        header.version[0], header.version[1] = 4, self.minor
        header.data_size = <uint32_t>PyByteArray_GET_SIZE(buffer)
        header.data_start = sizeof(header)
        header.flags, header.dev, header.event_nr = self.flags, self.dev, self.event_nr
        memcpy(header.name, PyBytes_AS_STRING(self.name), <size_t>PyBytes_GET_SIZE(self.name))
        memcpy(header.uuid, PyBytes_AS_STRING(self.uuid), <size_t>PyBytes_GET_SIZE(self.uuid))
        if self.command == dm.DM_TABLE_LOAD_CMD:
            header.target_count = count_targets(PyBytes_AS_STRING(self.payload), length)
        memcpy(to, &header, sizeof(header))
        memcpy(to + sizeof(header), PyBytes_AS_STRING(self.payload), length)
        # The kernel takes the whole buffer and leaves gaps as they were sent. One of them is where the flags of a listed
        # name stand since it lists uuids: with zeroes there, an older kernel says that it does not tell.
        memset(to + sizeof(header) + length, 0, <size_t>PyByteArray_GET_SIZE(buffer) - sizeof(header) - length)
        return 0

    def encoded(self, uint32_t size=0):
        """Return the bytes that an ioctl with a buffer of ``size`` bytes would carry; for tests and traces."""
        buffer = bytearray(max(size, sizeof(dm.dm_ioctl) + len(self.payload)))
        self.write(buffer)
        return bytes(buffer)


cdef uint32_t count_targets(const char* payload, size_t length) noexcept nogil:
    """Count the specs that `pack_targets` chained."""
    cdef dm.dm_target_spec spec
    cdef uint32_t count = 0
    cdef size_t at = 0
    while at + sizeof(spec) <= length:
        memcpy(&spec, payload + at, sizeof(spec))
        count += 1
        if spec.next < sizeof(spec) or spec.next > length - at:  # not from `pack_targets`; the kernel will refuse it
            break
        at += spec.next
    return count


def pack_targets(targets):
    """
    Pack the lines of one table.

    Args:
        targets: ``(start, length, type, params)`` in sectors and bytes; neither text holds a NUL.

    Returns:
        The payload of ``DM_TABLE_LOAD``: each spec's ``next`` counts from that spec.
    """
    cdef dm.dm_target_spec spec
    cdef bytes kind, params
    cdef list parts = []
    for start, length, kind, params in targets:
        if kind is None or params is None:
            raise TypeError("a target needs a type and parameters, as bytes")
        if PyBytes_GET_SIZE(kind) > dm.DM_MAX_TYPE_NAME - 1:
            raise ValueError("target type too long")
        memset(&spec, 0, sizeof(spec))
        spec.sector_start, spec.length = start, length
        spec.next = <uint32_t>align8(sizeof(spec) + <size_t>PyBytes_GET_SIZE(params) + 1)
        memcpy(spec.target_type, PyBytes_AS_STRING(kind), <size_t>PyBytes_GET_SIZE(kind))
        parts.append(PyBytes_FromStringAndSize(<char*>&spec, sizeof(spec)))
        parts.append(params.ljust(spec.next - sizeof(spec), b"\0"))
    return b"".join(parts)


def pack_message(uint64_t sector, bytes text not None):
    """Pack the payload of ``DM_TARGET_MSG``: the target that holds ``sector`` gets ``text``."""
    return PyBytes_FromStringAndSize(<char*>&sector, dm.MP_MESSAGE_OFFSET) + text + b"\0"


def pack_text(bytes text not None):
    """Pack the payload of ``DM_DEV_RENAME`` and ``DM_DEV_SET_GEOMETRY``: one string."""
    return text + b"\0"


cdef class Reply:
    """
    What came back: the header's fields, and the payload through one method for each form it can have.

    Args:
        data: The whole buffer of one ioctl, as the kernel left it; what is the reply is copied out of it.

    Raises:
        ValueError: shorter than a header, or lengths in it that contradict each other.

    Units: ``dev`` in the kernel's encoding; `targets` in sectors of 512 bytes.
    """

    def __cinit__(self, data not None):
        cdef dm.dm_ioctl header
        cdef const char* base
        cdef size_t size
        if PyByteArray_Check(data):
            base, size = PyByteArray_AS_STRING(data), <size_t>PyByteArray_GET_SIZE(data)
        elif PyBytes_Check(data):
            base, size = PyBytes_AS_STRING(data), <size_t>PyBytes_GET_SIZE(data)
        else:
            raise TypeError(f"a reply is bytes, not {type(data).__name__}")
        if size < sizeof(header):
            raise ValueError(f"a reply of {size} bytes is shorter than its header")
        memcpy(&header, base, sizeof(header))
        if header.data_size > size:
            raise ValueError(f"the reply says {header.data_size} bytes in a buffer of {size}")
        # A copy that nobody else can change or shrink; the names of the header are read from it too.
        self.data = PyBytes_FromStringAndSize(base, <Py_ssize_t>max(sizeof(header), <size_t>header.data_size))
        # A header-only answer has the size of the header without padding, and leaves data_start as it was sent.
        self.end = header.data_size
        self.start = self.end if header.data_start > self.end else header.data_start
        if self.start < dm.MP_DATA_OFFSET:
            self.start = self.end
        self.flags, self.target_count, self.open_count = header.flags, header.target_count, header.open_count
        self.event_nr, self.dev = header.event_nr, header.dev
        self.version = (header.version[0], header.version[1], header.version[2])

    @property
    def name(self):
        """The device's name."""
        cdef const char* at = PyBytes_AS_STRING(self.data) + dm.MP_HEADER_NAME_OFFSET
        return decode(at, strnlen(at, dm.DM_NAME_LEN))

    @property
    def uuid(self):
        """The device's uuid; empty without one."""
        cdef const char* at = PyBytes_AS_STRING(self.data) + dm.MP_HEADER_UUID_OFFSET
        return decode(at, strnlen(at, dm.DM_UUID_LEN))

    def device(self):
        """Return ``(name, uuid, dev, open_count, event_nr, target_count, flags)``."""
        return (self.name, self.uuid, self.dev, self.open_count, self.event_nr, self.target_count, self.flags)

    def targets(self):
        """Return ``(start, length, type, params)`` of every line of a ``DM_TABLE_STATUS`` or ``DM_DEV_WAIT``."""
        cdef dm.dm_target_spec spec
        cdef uint32_t index
        cdef size_t at = self.start, text, stop
        cdef const char* base = self.payload()
        cdef list lines = []
        for index in range(self.target_count):
            text = self.room(at, sizeof(spec))
            memcpy(&spec, base + at, sizeof(spec))
            stop = self.string_end(text)
            lines.append((spec.sector_start, spec.length,
                          decode(spec.target_type, strnlen(spec.target_type, dm.DM_MAX_TYPE_NAME)),
                          decode(base + text, stop - text)))
            if index + 1 < self.target_count and self.start + spec.next <= stop:
                raise ValueError(f"line {index} of the reply points back to byte {spec.next}")
            at = self.start + spec.next
        return lines

    def names(self):
        """Return ``(dev, name, event_nr, uuid)`` of ``DM_LIST_DEVICES``; kernels that do not tell give ``None``."""
        cdef dm.dm_name_list record
        cdef size_t at = self.start, text, stop
        cdef const char* base = self.payload()
        cdef list found = []
        if self.start == self.end:
            return found
        while True:
            text = self.room(at, sizeof(record.dev) + sizeof(record.next))
            memcpy(&record.dev, base + at, sizeof(record.dev))
            memcpy(&record.next, base + at + sizeof(record.dev), sizeof(record.next))
            if record.dev == 0 and not found:
                return found
            stop = self.string_end(text)
            if record.next and at + record.next <= stop:
                raise ValueError(f"name {len(found)} of the reply points into itself")
            event_nr, uuid = self.name_trailer(at, stop, self.end if record.next == 0 else at + record.next)
            found.append((record.dev, decode(base + text, stop - text), event_nr, uuid))
            if record.next == 0:
                return found
            at += record.next

    cdef tuple name_trailer(self, size_t record, size_t name_end, size_t limit):
        """Return the event number and the uuid behind one name, where the kernel put them."""
        cdef uint32_t event_nr, flags
        cdef size_t at = record + align8(name_end + 1 - record)
        cdef size_t stop
        cdef const char* base = self.payload()
        if self.version[1] < ALIGNED_EVENT_MINOR or limit > self.end or at + 8 > limit:
            return None, None
        memcpy(&event_nr, base + at, 4)
        memcpy(&flags, base + at + 4, 4)
        if not flags & dm.DM_NAME_LIST_FLAG_HAS_UUID:
            return event_nr, "" if flags else None
        stop = self.string_end(at + 8)
        if stop >= limit:
            raise ValueError(f"the uuid at byte {at + 8} of the reply runs into the next record")
        return event_nr, decode(base + at + 8, stop - at - 8)

    def deps(self):
        """Return the device numbers of ``DM_TABLE_DEPS``, in the kernel's order."""
        cdef uint32_t count, index
        cdef uint64_t dev
        cdef const char* base = self.payload()
        cdef list found = []
        if self.start == self.end:
            return found
        cdef size_t at = self.room(self.start, 8)
        memcpy(&count, base + self.start, 4)
        if count > (self.end - at) // 8:
            raise ValueError(f"the reply has no room for its {count} devices")
        for index in range(count):
            memcpy(&dev, base + at + 8 * <size_t>index, 8)
            found.append(dev)
        return found

    def versions(self):
        """Return ``(name, (major, minor, patch))`` of ``DM_LIST_VERSIONS`` or ``DM_GET_TARGET_VERSION``."""
        cdef dm.dm_target_versions record
        cdef size_t at = self.start, text, stop
        cdef const char* base = self.payload()
        cdef list found = []
        if self.start == self.end:
            return found
        while True:
            text = self.room(at, dm.MP_VERSION_NAME_OFFSET)
            memcpy(&record, base + at, dm.MP_VERSION_NAME_OFFSET)
            stop = self.string_end(text)
            found.append((decode(base + text, stop - text), (record.version[0], record.version[1], record.version[2])))
            if record.next == 0:
                return found
            if at + record.next <= stop:
                raise ValueError(f"version {len(found) - 1} of the reply points into itself")
            at += record.next

    def text(self):
        """Return what a target answered to a message, or ``None`` when it answered nothing."""
        if not self.flags & dm.DM_DATA_OUT_FLAG:
            return None
        return decode(self.payload() + self.start, self.string_end(self.start) - self.start)

    cdef const char* payload(self) except NULL:
        """Return the buffer's first byte; refuse to read a payload that the kernel could not finish."""
        if self.flags & dm.DM_BUFFER_FULL_FLAG:
            raise ValueError("the reply did not fit its buffer")
        return PyBytes_AS_STRING(self.data)

    cdef size_t room(self, size_t at, size_t size) except 0:
        """Return the end of ``size`` bytes at ``at``, which must lie in the reply."""
        if at > self.end or size > self.end - at:
            raise ValueError(f"the reply ends at byte {self.end}, inside a record of {size} bytes at {at}")
        return at + size

    cdef size_t string_end(self, size_t at) except 0:
        """Return the place of the NUL that ends the string at ``at``."""
        cdef const char* base = PyBytes_AS_STRING(self.data)
        cdef const char* stop = NULL
        if at < self.end:
            stop = <const char*>memchr(base + at, 0, self.end - at)
        if stop == NULL:
            raise ValueError(f"a string at byte {at} of the reply has no end")
        return <size_t>(stop - base)


# The kernel's side: what reads a request and writes a reply.

def unpack_targets(bytes payload not None):
    """
    Return ``(start, length, type, params)`` of every line of a ``DM_TABLE_LOAD``; inverse of `pack_targets`.

    Raises:
        ValueError: a spec or its text runs out of the payload, or ``next`` leads into the text or between the words.
    """
    cdef dm.dm_target_spec spec
    cdef const char* base = PyBytes_AS_STRING(payload)
    cdef const char* stop
    cdef size_t size = <size_t>PyBytes_GET_SIZE(payload), at = 0, text
    cdef uint32_t index, count = count_targets(base, size)
    cdef list lines = []
    for index in range(count):
        text = at + sizeof(spec)
        memcpy(&spec, base + at, sizeof(spec))
        stop = <const char*>memchr(base + text, 0, size - text)
        if stop == NULL:
            raise ValueError(f"the text of line {index} has no end")
        lines.append((spec.sector_start, spec.length,
                      decode(spec.target_type, strnlen(spec.target_type, dm.DM_MAX_TYPE_NAME - 1)),
                      decode(base + text, <size_t>(stop - base) - text)))
        at += spec.next
        if index + 1 < count and (at <= <size_t>(stop - base) or spec.next % 8):
            raise ValueError(f"line {index} points to byte {spec.next}")
    return lines


def unpack_message(bytes payload not None):
    """Return the sector and the text of a ``DM_TARGET_MSG``; inverse of `pack_message`."""
    cdef uint64_t sector
    if <size_t>PyBytes_GET_SIZE(payload) < dm.MP_MESSAGE_OFFSET:
        raise ValueError("a message has a sector")
    memcpy(&sector, PyBytes_AS_STRING(payload), dm.MP_MESSAGE_OFFSET)
    return sector, unpack_text(payload[dm.MP_MESSAGE_OFFSET:])


def unpack_text(bytes payload not None):
    """Return the string of a ``DM_DEV_RENAME`` or ``DM_DEV_SET_GEOMETRY``; inverse of `pack_text`."""
    text, end, _ = payload.partition(b"\0")
    if not end:
        raise ValueError("a string without an end")
    return text


def pack_reply(tuple version not None, bytes payload=None, *, uint32_t flags=0, uint32_t target_count=0,
               int32_t open_count=0, uint32_t event_nr=0, uint64_t dev=0, bytes name not None=b"",
               bytes uuid not None=b""):
    """
    Return a reply as the kernel leaves it in the buffer.

    Args:
        version: The interface's.
        payload: From `pack_lines`, `pack_names`, `pack_deps`, `pack_versions` or `pack_text`; without one the reply
            ends with the header.
        flags: ``FLAG_...`` bits, and so on: the header's fields.
        target_count: The lines of the table.
        open_count: How often the device is open.
        event_nr: The number of its last event.
        dev: Its number.
        name: At most `NAME_MAX` bytes.
        uuid: At most `UUID_MAX` bytes.
    """
    cdef dm.dm_ioctl header
    if PyBytes_GET_SIZE(name) > dm.DM_NAME_LEN - 1 or PyBytes_GET_SIZE(uuid) > dm.DM_UUID_LEN - 1:
        raise ValueError("name or uuid too long")
    memset(&header, 0, sizeof(header))
    header.version[0], header.version[1], header.version[2] = version
    header.data_start = sizeof(header)
    header.data_size = <uint32_t>(dm.MP_DATA_OFFSET if payload is None else sizeof(header) + len(payload))
    header.flags, header.target_count, header.open_count = flags, target_count, open_count
    header.event_nr, header.dev = event_nr, dev
    memcpy(header.name, PyBytes_AS_STRING(name), <size_t>PyBytes_GET_SIZE(name))
    memcpy(header.uuid, PyBytes_AS_STRING(uuid), <size_t>PyBytes_GET_SIZE(uuid))
    return PyBytes_FromStringAndSize(<char*>&header, sizeof(header)) + (payload or b"")


def pack_lines(targets):
    """Pack the lines of a ``DM_TABLE_STATUS``, as `pack_targets` does, but each ``next`` counts from the first spec."""
    cdef dm.dm_target_spec spec
    cdef bytes packed
    cdef size_t end = 0
    cdef list parts = []
    for target in targets:
        packed = pack_targets((target,))
        memcpy(&spec, PyBytes_AS_STRING(packed), sizeof(spec))
        end += spec.next
        spec.next = <uint32_t>end
        parts.append(PyBytes_FromStringAndSize(<char*>&spec, sizeof(spec)))
        parts.append(packed[sizeof(spec):])
    return b"".join(parts)


def pack_names(devices, *, bint uuids=False):
    """
    Pack the records of a ``DM_LIST_DEVICES``.

    Args:
        devices: ``(dev, name, event_nr, uuid)``; an empty uuid stands for none.
        uuids: Whether the request asked for them.
    """
    cdef dm.dm_name_list record
    cdef uint32_t trailer[2]
    cdef bytes name, uuid, rest
    cdef list records = []
    for dev, name, event_nr, uuid in devices:
        trailer[0], trailer[1] = event_nr, 0
        if uuids:
            trailer[1] = dm.DM_NAME_LIST_FLAG_HAS_UUID if uuid else dm.DM_NAME_LIST_FLAG_DOESNT_HAVE_UUID
        rest = name.ljust(align8(dm.MP_NAME_OFFSET + len(name) + 1) - dm.MP_NAME_OFFSET, b"\0")
        rest += PyBytes_FromStringAndSize(<char*>trailer, sizeof(trailer))
        if uuids and uuid:
            rest += uuid.ljust(align8(len(uuid) + 1), b"\0")
        records.append((dev, rest))
    cdef list parts = []
    for index, (dev, rest) in enumerate(records, 1):
        record.dev, record.next = dev, <uint32_t>(dm.MP_NAME_OFFSET + len(rest) if index < len(records) else 0)
        parts.append(PyBytes_FromStringAndSize(<char*>&record, dm.MP_NAME_OFFSET))
        parts.append(rest)
    return b"".join(parts)


def pack_deps(devices):
    """Pack the device numbers of a ``DM_TABLE_DEPS``."""
    cdef uint32_t[2] count = [len(devices), 0]
    cdef uint64_t number
    cdef list parts = [PyBytes_FromStringAndSize(<char*>count, sizeof(count))]
    for number in devices:
        parts.append(PyBytes_FromStringAndSize(<char*>&number, sizeof(number)))
    return b"".join(parts)


def pack_versions(targets):
    """Pack ``(name, (major, minor, patch))`` of a ``DM_LIST_VERSIONS`` or ``DM_GET_TARGET_VERSION``."""
    cdef dm.dm_target_versions record
    cdef bytes name
    cdef size_t size
    cdef list parts = []
    for index, (name, version) in enumerate(targets, 1):
        size = align8(dm.MP_VERSION_NAME_OFFSET + len(name) + 1)
        record.next = <uint32_t>(size if index < len(targets) else 0)
        record.version[0], record.version[1], record.version[2] = version
        parts.append(PyBytes_FromStringAndSize(<char*>&record, dm.MP_VERSION_NAME_OFFSET))
        parts.append(name.ljust(size - dm.MP_VERSION_NAME_OFFSET, b"\0"))
    return b"".join(parts)


cdef inline str decode(const char* text, size_t length):
    return PyUnicode_DecodeUTF8(text, <Py_ssize_t>length, "surrogateescape")
