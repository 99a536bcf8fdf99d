"""
The peer: libdevmapper, bound as well as Python can call it.

Strategy: cffi in API mode, so that each call is compiled code; the places for the answers are made once. Texts become
`str` and numbers `int`, for a caller in Python can do nothing with less.
"""

import importlib.util
import os
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NamedTuple

from cffi import FFI

LIBRARY: Final = "libdevmapper.so.1.02.1"
_MODULE: Final = "_libdevmapper"
_DECLARATIONS: Final = """
    struct dm_task;
    struct dm_info {
        int exists;
        int suspended;
        int live_table;
        int inactive_table;
        int32_t open_count;
        uint32_t event_nr;
        uint32_t major;
        uint32_t minor;
        int read_only;
        int32_t target_count;
        int deferred_remove;
        int internal_suspend;
    };
    struct dm_task *dm_task_create(int type);
    void dm_task_destroy(struct dm_task *task);
    int dm_task_set_name(struct dm_task *task, const char *name);
    int dm_task_no_flush(struct dm_task *task);
    int dm_task_run(struct dm_task *task);
    int dm_task_get_info(struct dm_task *task, struct dm_info *info);
    const char *dm_task_get_name(const struct dm_task *task);
    const char *dm_task_get_uuid(const struct dm_task *task);
    void *dm_get_next_target(struct dm_task *task, void *next, uint64_t *start, uint64_t *length,
                             char **target_type, char **params);
"""
_DM_DEVICE_STATUS: Final = 10  # of the enumeration of dm_task_create()


class Line(NamedTuple):
    """One line of an answer: first sector, sectors, target, parameters."""

    start: int
    length: int
    type: str
    params: str


class Answer(NamedTuple):
    """One device with its lines: what a `DeviceTable` of ours tells, as the cheapest object that has names."""

    name: str
    uuid: str
    devt: int
    open_count: int
    event_nr: int
    target_count: int
    suspended: bool
    read_only: bool
    live_table: bool
    inactive_table: bool
    lines: tuple[Line, ...]


def build(folder: Path, library_folders: Sequence[str]) -> None:
    """Compile the binding into ``folder``; needs the library, and no header of it."""
    ffi = FFI()
    ffi.cdef(_DECLARATIONS)
    ffi.set_source(
        _MODULE,
        f"#include <stdint.h>\n{_DECLARATIONS}",
        libraries=[f":{LIBRARY}"],
        library_dirs=list(library_folders),
        extra_compile_args=["-O2"],
    )
    ffi.compile(tmpdir=str(folder))


class Libdevmapper:
    """
    The library, loaded.

    Args:
        folder: Where `build` put the binding.
    """

    def __init__(self, folder: Path) -> None:
        module: Any = _loaded(folder)
        self._lib, self._ffi = module.lib, module.ffi
        self._info = self._ffi.new("struct dm_info *")
        self._start, self._length = self._ffi.new("uint64_t *"), self._ffi.new("uint64_t *")
        self._type, self._params = self._ffi.new("char **"), self._ffi.new("char **")

    def status(self, name: str) -> Answer:
        """Return what ``dmsetup status --noflush`` shows of one device, and its state."""
        lib, info = self._lib, self._info
        task = lib.dm_task_create(_DM_DEVICE_STATUS)
        try:
            lib.dm_task_set_name(task, name.encode())
            lib.dm_task_no_flush(task)
            if not (lib.dm_task_run(task) and lib.dm_task_get_info(task, info) and info.exists):
                raise LookupError(name)
            return self._answer(task)
        finally:
            lib.dm_task_destroy(task)

    def _answer(self, task: Any) -> Answer:
        lib, string, info = self._lib, self._ffi.string, self._info
        return Answer(
            string(lib.dm_task_get_name(task)).decode(),
            string(lib.dm_task_get_uuid(task)).decode(),
            os.makedev(info.major, info.minor),
            info.open_count,
            info.event_nr,
            info.target_count,
            bool(info.suspended),
            bool(info.read_only),
            bool(info.live_table),
            bool(info.inactive_table),
            self._lines(task),
        )

    def _lines(self, task: Any) -> tuple[Line, ...]:
        string, start, length, kind, params = self._ffi.string, self._start, self._length, self._type, self._params
        lines, following = [], self._ffi.NULL
        while True:
            following = self._lib.dm_get_next_target(task, following, start, length, kind, params)
            lines.append(Line(start[0], length[0], string(kind[0]).decode(), string(params[0]).decode()))
            if not following:
                return tuple(lines)


def _loaded(folder: Path) -> ModuleType:
    place = folder / f"{_MODULE}{sysconfig.get_config_var('EXT_SUFFIX')}"
    spec = importlib.util.spec_from_file_location(_MODULE, place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
