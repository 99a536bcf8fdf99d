"""
What attributes of sysfs held before they were changed, in files that outlive the program.

Strategy: one small file for each attribute, written before the attribute is, and gone after it is as it was. So a
program that was killed leaves a file for everything that it may have changed; who comes after it restores from there,
or takes over. The folder is on ``/run``: after a reboot there is nothing to restore.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Final

from ..errors import FileError

FOLDER: Final = "/run/mpath/timeouts"


@dataclass(frozen=True, slots=True)
class Kept:
    """
    An attribute that was changed, or is about to be.

    Attributes:
        file: The attribute.
        knob: Its name.
        original: What it held, as it was read.
        ours: What was written, or was about to be: the last of them may not have been reached.
        diskseq: The disk it belongs to; ``None`` for what paths share, or where the kernel has no such number.
    """

    file: str
    knob: str
    original: str
    ours: tuple[str, ...]
    diskseq: int | None = None


class TimeoutJournal:
    """
    The folder.

    Args:
        folder: Made when something is written first.

    Synchronization: one program at a time; that is for whoever runs it to see to.
    """

    def __init__(self, folder: str | os.PathLike[str] = FOLDER) -> None:
        self.folder = os.fspath(folder)
        self._kept: dict[str, Kept] | None = None

    def __contains__(self, file: str) -> bool:
        """Tell whether an attribute was changed."""
        return file in self.entries()

    def entries(self) -> Mapping[str, Kept]:
        """Return what was changed, by attribute; a file that cannot be read as one is left alone."""
        if self._kept is None:
            self._kept = {}
            with suppress(OSError):
                for name in sorted(os.listdir(self.folder)):
                    kept = self._read(name)
                    if kept is not None:
                        self._kept[kept.file] = kept
        return self._kept

    def write(self, kept: Kept) -> None:
        """
        Remember an attribute, before it is changed.

        Raises:
            FileError: it cannot be remembered; then it must not be changed.
        """
        entries, name = self.entries(), self._name(kept.file)
        if entries.get(kept.file) == kept:
            return
        try:
            os.makedirs(self.folder, mode=0o755, exist_ok=True)
            with open(f"{name}.new", "w", encoding="utf-8") as file:
                json.dump(asdict(kept), file)
            os.replace(f"{name}.new", name)
        except OSError as error:
            raise FileError(error.errno or 0, f"cannot remember what {kept.file} held", name) from error
        assert self._kept is not None
        self._kept[kept.file] = kept

    def forget(self, file: str) -> None:
        """Forget an attribute that is as it was, or is gone."""
        if file in self.entries():
            with suppress(OSError):
                os.unlink(self._name(file))
            assert self._kept is not None
            del self._kept[file]

    def _name(self, file: str) -> str:
        return os.path.join(self.folder, hashlib.sha256(os.fsencode(file)).hexdigest()[:32] + ".json")

    def _read(self, name: str) -> Kept | None:
        if not name.endswith(".json"):
            return None
        try:
            with open(os.path.join(self.folder, name), encoding="utf-8") as file:
                found = json.load(file)
            kept = Kept(**{**found, "ours": tuple(found["ours"])})
        except (OSError, ValueError, TypeError, KeyError):
            return None
        texts = (kept.file, kept.knob, kept.original, *kept.ours)
        return kept if all(isinstance(text, str) for text in texts) and self._name(kept.file).endswith(name) else None
