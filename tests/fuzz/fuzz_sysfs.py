"""Fuzz the readers of sysfs and of udev's database: whatever stands in the files, the paths can be printed."""

import sys
import tempfile
from pathlib import Path as Folder

import atheris

with atheris.instrument_imports(include=["multipath.paths"]):
    from multipath.paths import discover, wwid

from tests.unit.paths.test_scsi import texts
from tests.unit.paths.world import Sysfs

_FILES = ("vendor", "model", "rev", "state", "wwid", "inquiry", "vpd_pg80", "vpd_pg83", "dh_state", "access_state")


class World:
    """One disk, one namespace and one DASD, whose attributes are overwritten again and again."""

    def __init__(self, root: Folder) -> None:
        self.sysfs = Sysfs(root / "sys")
        disk = self.sysfs.add_iscsi("sda", "8:0")
        namespace, dasd = self.sysfs.add_nvme(), self.sysfs.add_dasd()
        self.sysfs.udev("8:0", ID_SERIAL="x")
        self.files = [disk / "device" / name for name in _FILES]
        self.files += [disk / name for name in ("size", "ro", "diskseq", "hidden", "uevent")]
        self.files += [root / "run/udev/data/b8:0", namespace / "wwid", dasd / "device/uid", dasd / "device/devtype"]
        self.files += [namespace / "device" / name for name in ("model", "serial", "address", "transport")]
        self.files += [next(self.sysfs.root.rglob(name)) for name in ("targetname", "persistent_address", "ipaddress")]
        self.first = {file: file.read_bytes() if file.exists() else None for file in self.files}

    def one(self, data: bytes) -> None:
        """Write bytes into some of the files, and read all."""
        provider = atheris.FuzzedDataProvider(data)
        written = [self.files[provider.ConsumeIntInRange(0, len(self.files) - 1)] for _ in range(3)]
        for file in written:
            file.write_bytes(provider.ConsumeBytes(provider.ConsumeIntInRange(0, 300)))
        try:
            for path in discover.discover(self.sysfs.root):
                assert all(text.isprintable() for text in texts(path)), repr(path)
                found = wwid.identify_wwid(path, "ID_SERIAL") or wwid.identify_wwid(path, "")
                assert found is None or found.problem or found.value.isprintable(), repr(found)
        finally:
            for file in written:
                self.restore(file)

    def restore(self, file: Folder) -> None:
        """Give a file its first content again."""
        before = self.first[file]
        if before is None:
            file.unlink(missing_ok=True)
        else:
            file.write_bytes(before)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        atheris.Setup(sys.argv, World(Folder(folder)).one)
        atheris.Fuzz()
