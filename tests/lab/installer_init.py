"""
The first process of a kernel, in a root with Python and the wheel: makes what an installer finds, and installs.

What firmware, modules and a SAN do on a machine of flesh and blood is done here, in Python alone; the installation is
the recipe of ``docs/installers.md``, as it stands. Then a load is started, and the root is switched.
"""

import ctypes
import json
import os
import shlex
import socket
import struct
import sys
import time
from pathlib import Path
from typing import Final

PROJECT: Final = "/installer"
SECTOR: Final = 512
ROOT: Final = (2048, 32768)  # the start and the size of the partitions, in sectors
DATA: Final = (40960, 49152)
LOAD: Final = "\0installed-load"
MS_RDONLY: Final = 1
MS_REMOUNT: Final = 32
FINIT_MODULE: Final = 313  # on x86_64
libc = ctypes.CDLL(None, use_errno=True)


def mount(source: str, target: str, kind: str, options: str = "", flags: int = 0) -> None:
    """Mount a file system."""
    os.makedirs(target, exist_ok=True)
    words = [each.encode() for each in (source, target, kind)]
    if libc.mount(*words, flags, options.encode() or None):
        raise OSError(ctypes.get_errno(), f"mounting {source} at {target}")


def load_modules(folder: Path) -> None:
    """Load every module of a folder, in the order of their names."""
    for module in sorted(folder.iterdir()):
        with module.open("rb") as file:
            if libc.syscall(FINIT_MODULE, file.fileno(), b"", 0):
                raise OSError(ctypes.get_errno(), f"loading {module}")


def make_array(script: str) -> None:
    """Do what the shell text of an array says."""
    for line in script.splitlines():
        words = shlex.split(line.replace(">", " > "))
        match words:
            case ["mkdir", *places]:
                for place in places:
                    os.makedirs(place, exist_ok="-p" in places) if place != "-p" else None
            case ["echo", text, ">", path]:
                Path(path).write_text(f"{text}\n")
            case ["ln", "-s", target, link]:
                os.symlink(target, link)
            case ["truncate", "-s", size, path]:
                Path(path).touch()
                os.truncate(path, int(size))
            case _:
                raise ValueError(f"what is {line!r}?")


def wait_for_disks(count: int) -> None:
    """Wait until so many disks are there: they are probed in the background."""
    while sum((disk / "size").read_text() != "0\n" for disk in Path("/sys/block").glob("sd*")) < count:
        time.sleep(0.01)
    for disk in Path("/sys/block").glob("sd*"):  # they were seen before their port groups were told apart
        (disk / "device/rescan").write_text("1\n")


def partition(node: str) -> None:
    """Write a partition table with two partitions."""
    entries = [struct.pack("<8B2I", 0, 0, 0, 0, 0x83, 0, 0, 0, *each) for each in (ROOT, DATA)]
    with open(node, "r+b", buffering=0) as disk:
        disk.write(bytes(446) + b"".join(entries).ljust(64, b"\0") + b"\x55\xaa")
        os.fsync(disk.fileno())


def install(node: str, target: str) -> None:
    """Install a system that is an image, while a path fails and comes back."""
    image, state = Path(PROJECT, "image").read_bytes(), next(Path("/sys/block").glob("sd*")) / "device/state"
    state.write_text("offline\n")
    with open(node, "r+b", buffering=0) as disk:
        for offset in range(0, len(image), 1 << 20):
            disk.write(image[offset : offset + (1 << 20)])
        os.fsync(disk.fileno())
    mount(node, target, "ext4")
    wait_for_paths(3)
    state.write_text("running\n")
    wait_for_paths(4)


def wait_for_paths(count: int) -> None:
    """Wait until a map has so many usable paths, by whoever looks after it."""
    from multipath import Host

    end = time.monotonic() + 120
    with Host() as host:
        while host.map("mpatha").status().paths_active != count:
            assert time.monotonic() < end, f"there are not {count} paths"
            time.sleep(0.05)


def keep_busy(node: str) -> None:
    """Verify blocks of a device in a process of its own, which outlives this root, until somebody asks how it went."""
    from multipath.lab.load import Load

    ready, told = os.pipe()
    if os.fork():
        os.close(told)
        assert os.read(ready, 1) == b"r", "the load did not start"
        return
    server = socket.socket(socket.AF_UNIX)
    server.bind(LOAD)
    server.listen()
    with Load(node, writers=2, readers=1, pause=0.002) as load:
        load.wait_verified(20, timeout=60)
        os.write(told, b"r")
        while True:
            client, _ = server.accept()
            with client:
                order = client.recv(100)
                if order == b"verify":
                    load.wait_verified(50, timeout=60)
                report = load.finish(timeout=60) if order == b"finish" else load.report
                said = {"good": report.is_good, "read": report.blocks_read, "failure": report.failure}
                client.sendall(json.dumps({**said, "failed": report.failed, "evidence": report.evidence}).encode())


def switch_root(machine: str, words: list[str]) -> None:
    """Go on with another root and another first process."""
    os.chdir(machine)
    for place in ("/sys", "/proc"):
        libc.umount2(place.encode(), 2)
    if libc.mount(b".", b"/", None, 8192, None):
        raise OSError(ctypes.get_errno(), "moving the root")
    os.chroot(".")
    os.chdir("/")
    os.execv("/bin/sh", ["/bin/sh", *words])


def what_is_here() -> set[str]:
    """Return every program that this root has."""
    found = set()
    for folder, _, files in os.walk("/"):
        if not folder.startswith(("/proc", "/sys", "/dev")):
            found |= {file for file in files if os.access(f"{folder}/{file}", os.X_OK)}
    return {name for name in found if ".so" not in name and ".ko" not in name}


def without_files() -> dict[str, str]:
    """Return what the library says where no file is, and none can be made."""
    from multipath import Host, errors
    from multipath.config.reader import read_configuration

    found = {}
    with Host() as host:
        found["strict"] = str(host.plan())
        try:
            text = "defaults {\n find_multipaths off\n user_friendly_names yes\n}\n"
            host.plan(read_configuration([("c", text)])).apply()
        except errors.ApplyFailed as failed:
            found["refused"] = str(failed)
        found["left"] = ", ".join(entry.name for entry in host.control.devices())
    return found


def main() -> None:
    """Install, and hand over."""
    mount("proc", "/proc", "proc")
    mount("sysfs", "/sys", "sysfs")
    mount("devtmpfs", "/dev", "devtmpfs")
    mount("tmpfs", "/run", "tmpfs")
    mount("tmpfs", "/var", "tmpfs")
    load_modules(Path(PROJECT, "modules"))
    mount("configfs", "/sys/kernel/config", "configfs")
    make_array(Path(PROJECT, "array").read_text())
    wait_for_disks(4)
    os.makedirs("/target")
    os.makedirs("/machine")
    mount("", "/", "", flags=MS_REMOUNT | MS_RDONLY)
    evidence: dict[str, object] = {"programs": sorted(what_is_here())}
    try:
        Path("/etc").mkdir()
    except OSError as error:
        evidence["root"] = error.strerror
    evidence |= without_files()

    recipe = Path(PROJECT, "recipe").read_text()
    known = {"partition": partition, "install": install}
    exec(compile(recipe, "docs/installers.md", "exec"), known)

    keep_busy(f"/dev/mapper/{known['data'].name}")  # type: ignore[attr-defined]
    evidence |= {"map": known["mpath"].devt, "plan": str(known["plan"])}  # type: ignore[attr-defined]
    Path("/target/etc/installed").write_text(json.dumps(evidence))
    os.sync()
    mount("none", "/machine", "hostfs", "/", MS_RDONLY)
    switch_root("/machine", sys.argv[1:])


if __name__ == "__main__":
    sys.path.insert(0, PROJECT)
    main()
