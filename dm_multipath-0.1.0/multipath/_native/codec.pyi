from collections.abc import Iterable, Sequence
from typing import Final, Self

from ..units import DevT, Sectors

VERSION: Final[int]
REMOVE_ALL: Final[int]
LIST_DEVICES: Final[int]
DEV_CREATE: Final[int]
DEV_REMOVE: Final[int]
DEV_RENAME: Final[int]
DEV_SUSPEND: Final[int]
DEV_STATUS: Final[int]
DEV_WAIT: Final[int]
TABLE_LOAD: Final[int]
TABLE_CLEAR: Final[int]
TABLE_DEPS: Final[int]
TABLE_STATUS: Final[int]
LIST_VERSIONS: Final[int]
TARGET_MSG: Final[int]
DEV_SET_GEOMETRY: Final[int]
DEV_ARM_POLL: Final[int]
GET_TARGET_VERSION: Final[int]
MPATH_PROBE_PATHS: Final[int]

FLAG_READONLY: Final[int]
FLAG_SUSPEND: Final[int]
FLAG_PERSISTENT_DEV: Final[int]
FLAG_STATUS_TABLE: Final[int]
FLAG_ACTIVE_PRESENT: Final[int]
FLAG_INACTIVE_PRESENT: Final[int]
FLAG_BUFFER_FULL: Final[int]
FLAG_SKIP_LOCKFS: Final[int]
FLAG_NOFLUSH: Final[int]
FLAG_QUERY_INACTIVE_TABLE: Final[int]
FLAG_UEVENT_GENERATED: Final[int]
FLAG_UUID: Final[int]
FLAG_SECURE_DATA: Final[int]
FLAG_DATA_OUT: Final[int]
FLAG_DEFERRED_REMOVE: Final[int]
FLAG_INTERNAL_SUSPEND: Final[int]
FLAG_IMA_MEASUREMENT: Final[int]

NAME_MAX: Final[int]
UUID_MAX: Final[int]
TYPE_MAX: Final[int]

class Request:
    command: Final[int]
    minor: Final[int]
    flags: Final[int]
    event_nr: Final[int]
    dev: Final[int]
    name: Final[bytes]
    uuid: Final[bytes]
    payload: Final[bytes]
    def __new__(
        cls,
        command: int,
        minor: int = 0,
        *,
        flags: int = 0,
        dev: int = 0,
        event_nr: int = 0,
        name: bytes = b"",
        uuid: bytes = b"",
        payload: bytes = b"",
    ) -> Self: ...
    def encoded(self, size: int = 0) -> bytes: ...

class Reply:
    flags: Final[int]
    target_count: Final[int]
    open_count: Final[int]
    event_nr: Final[int]
    dev: Final[int]
    version: Final[tuple[int, int, int]]
    def __new__(cls, data: bytes | bytearray) -> Self: ...
    @property
    def name(self) -> str: ...
    @property
    def uuid(self) -> str: ...
    def device(self) -> tuple[str, str, DevT, int, int, int, int]: ...
    def targets(self) -> list[tuple[Sectors, Sectors, str, str]]: ...
    def names(self) -> list[tuple[int, str, int | None, str | None]]: ...
    def deps(self) -> list[int]: ...
    def versions(self) -> list[tuple[str, tuple[int, int, int]]]: ...
    def text(self) -> str | None: ...

def pack_targets(targets: Iterable[tuple[int, int, bytes, bytes]]) -> bytes: ...
def pack_message(sector: int, text: bytes) -> bytes: ...
def pack_text(text: bytes) -> bytes: ...
def unpack_targets(payload: bytes) -> list[tuple[Sectors, Sectors, str, str]]: ...
def unpack_message(payload: bytes) -> tuple[int, bytes]: ...
def unpack_text(payload: bytes) -> bytes: ...
def pack_reply(
    version: tuple[int, int, int],
    payload: bytes | None = None,
    *,
    flags: int = 0,
    target_count: int = 0,
    open_count: int = 0,
    event_nr: int = 0,
    dev: int = 0,
    name: bytes = b"",
    uuid: bytes = b"",
) -> bytes: ...
def pack_lines(targets: Iterable[tuple[int, int, bytes, bytes]]) -> bytes: ...
def pack_names(devices: Iterable[tuple[int, bytes, int, bytes]], *, uuids: bool = False) -> bytes: ...
def pack_deps(devices: Sequence[int]) -> bytes: ...
def pack_versions(targets: Sequence[tuple[bytes, tuple[int, int, int]]]) -> bytes: ...
