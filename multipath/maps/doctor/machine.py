"""What of the machine's own files matters to multipath: modules, rules of udev, LVM's files, cookies, the initramfs."""

import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as Folder
from typing import Final

from ...dm.holders import text_of

ROOT: Final = Folder("/")
_RULES: Final = ("usr/lib/udev/rules.d", "lib/udev/rules.d", "usr/local/lib/udev/rules.d", "run/udev/rules.d",
    "etc/udev/rules.d")  # fmt: skip
_IMAGES: Final = ("boot/initrd.img-{}", "boot/initramfs-{}.img", "boot/initrd-{}")
_IN_IMAGES: Final = ("etc/multipath.conf", "etc/multipath/bindings", "etc/multipath/wwids")
_BUILDERS: Final = ("usr/share/initramfs-tools/hooks/multipath", "usr/lib/dracut/modules.d/90multipath",
    "usr/lib/dracut/modules.d/70multipath", "usr/lib/initcpio/hooks/multipath")  # fmt: skip
_MODULE: Final = re.compile(r"([^/\s:]+)\.ko(?:\.\w+)?(?::|$)", re.MULTILINE)
_COOKIE: Final = 0x0D4D


@dataclass(frozen=True, slots=True)
class Cookie:
    """
    A semaphore by which somebody waits for udev.

    Attributes:
        key: As ``dmsetup udevcookies`` prints it.
        seconds: For how long nothing has happened to it.
    """

    key: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Machine:
    """
    The files of one machine.

    Attributes:
        modules: The names of the modules that there are for the running kernel, with dashes for underscores, those that
            are built in too; ``None`` where no list of them is there.
        udev: Whether udevd runs.
        rules: The files of rules by name; ``False`` for one that is masked.
        command_line: Of the kernel.
        lvm: LVM's configuration.
        lvm_devices: LVM's devices file; empty where there is none.
        fstab: What is to be mounted.
        cookies: The semaphores of udev's cookies.
        image: The initramfs of the running kernel; empty where none was found.
        stale: The files that the initramfs has copies of and that are newer than it.
        builds: Whether a new initramfs would have multipath in it.
        nodes: What ``/dev/mapper`` has: by name, the number of the device; ``None`` for a link that leads nowhere.
        state_missing: Whether there is no folder for the state files.
    """

    modules: frozenset[str] | None = None
    udev: bool = True
    rules: Mapping[str, bool] = field(default_factory=dict)
    command_line: str = ""
    lvm: str = ""
    lvm_devices: str = ""
    fstab: str = ""
    cookies: tuple[Cookie, ...] = ()
    image: str = ""
    stale: tuple[str, ...] = ()
    builds: bool = False
    nodes: Mapping[str, int | None] = field(default_factory=dict)
    state_missing: bool = False


def read_machine(root: Folder = ROOT, release: str | None = None, now: float | None = None) -> Machine:
    """
    Return what the files say; those that are not there say nothing.

    Args:
        root: Where ``/etc``, ``/proc`` and the others are.
        release: Of the running kernel.
        now: Seconds of the wall clock.
    """
    release = os.uname().release if release is None else release
    image = next((root / each.format(release) for each in _IMAGES if (root / each.format(release)).exists()), None)
    return Machine(
        modules=_modules(root, release),
        udev=(root / "run/udev/control").exists(),
        rules=_rules(root),
        command_line=text_of(root / "proc/cmdline"),
        lvm="\n".join(text_of(root / f"etc/lvm/{name}") for name in ("lvm.conf", "lvmlocal.conf")).strip(),
        lvm_devices=text_of(root / "etc/lvm/devices/system.devices"),
        fstab=text_of(root / "etc/fstab"),
        cookies=tuple(_cookies(root, time.time() if now is None else now)),
        image="" if image is None else f"/{image.relative_to(root)}",
        stale=() if image is None else tuple(_newer(root, _changed(image))),
        builds=any((root / each).exists() for each in _BUILDERS),
        nodes=dict(_nodes(root / "dev/mapper")),
        state_missing=not (root / "etc/multipath").is_dir(),
    )


def _modules(root: Folder, release: str) -> frozenset[str] | None:
    lists = [text_of(root / f"lib/modules/{release}/{name}") for name in ("modules.dep", "modules.builtin")]
    loaded = [line.partition(" ")[0] for line in text_of(root / "proc/modules").splitlines()]
    if not any(lists):
        return None
    names = {match[1] for text in lists for match in _MODULE.finditer(text)} | set(loaded)
    return frozenset(name.replace("_", "-") for name in names)


def _rules(root: Folder) -> dict[str, bool]:
    """Return the rules; a file of a later folder stands for one of the same name, and an empty one masks it."""
    found: dict[str, bool] = {}
    for folder in _RULES:
        for name in _listed(root / folder):
            if name.endswith(".rules"):
                found[name] = bool(text_of(root / folder / name))
    return found


def _cookies(root: Folder, now: float) -> Iterator[Cookie]:
    for line in text_of(root / "proc/sysvipc/sem").splitlines()[1:]:
        words = line.split()
        if len(words) >= 10 and int(words[0]) >> 16 & 0xFFFF == _COOKIE:
            yield Cookie(f"{int(words[0]) & 0xFFFFFFFF:#x}", now - max(int(words[8]), int(words[9])))


def _newer(root: Folder, than: float) -> Iterator[str]:
    yield from (f"/{name}" for name in _IN_IMAGES if _changed(root / name) > than)


def _changed(file: Folder) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _nodes(folder: Folder) -> Iterator[tuple[str, int | None]]:
    for name in _listed(folder):
        try:
            yield name, os.stat(folder / name).st_rdev
        except OSError:
            yield name, None


def _listed(folder: Folder) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
