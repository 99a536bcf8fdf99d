"""
What does this kernel print for multipath tables and statuses of every kind?

Runs inside a guest of the lab with four paths, and prints one ``kind<TAB>text`` per line: ``loaded`` is what the kernel
was given, the ``table`` and ``status`` lines behind it are what it printed then. See ``README.md``.
"""

import os
from collections.abc import Iterator

from multipath import Control, Host, Target
from multipath.dm.udev_flag import UdevFlag
from multipath.units import Sectors, format_devt

NAME = "golden"
# Nothing of udev's may read the map: with no path left that would count as I/O, or wait for ever.
QUIET = UdevFlag.DISABLE_DISK_RULES | UdevFlag.DISABLE_OTHER_RULES | UdevFlag.DISABLE_SUBSYSTEM_RULES

# A table, then messages, each of which is followed by the table and the status again; ``read`` reads one block.
CASES: tuple[tuple[str, ...], ...] = (
    ("0 0 0 0",),
    ("1 queue_if_no_path 0 0 0", "fail_if_no_path", "queue_if_no_path"),
    ("2 queue_mode bio 0 0 0",),
    ("0 0 1 1 round-robin 0 1 1 {0} 1", "read", "fail_path {0}"),
    ("0 0 1 1 round-robin 0 4 1 {0} 1000 {1} 1 {2} 0 {3} 1", "read", "fail_path {1}", "reinstate_path {1}"),
    ("0 0 1 1 queue-length 0 4 1 {0} 1 {1} 1 {2} 1 {3} 1", "read", "fail_path {0}", "fail_path {3}"),
    ("0 0 1 1 queue-length 2 any thing 1 0 {0}",),
    ("0 0 1 1 service-time 0 4 2 {0} 1 1 {1} 1 1 {2} 1 1 {3} 1 1", "read", "fail_path {2}", "reinstate_path {2}"),
    ("0 0 1 1 service-time 0 4 2 {0} 1 0 {1} 1 1 {2} 1 50 {3} 1 100",),
    ("0 0 1 1 service-time 0 2 0 {0} {1}",),
    ("0 0 1 1 service-time 0 2 1 {0} 7 {1} 1",),
    (
        "0 0 2 1 service-time 0 2 2 {0} 1 1 {1} 1 1 service-time 0 2 2 {2} 1 1 {3} 1 1",
        *("read", "switch_group 2", "read", "disable_group 1", "disable_group 2", "read", "enable_group 1"),
    ),
    (
        "0 0 4 3 round-robin 0 1 1 {0} 1 queue-length 0 1 1 {1} 1 service-time 0 1 2 {2} 1 1 round-robin 0 1 0 {3}",
        *("read", "fail_path {2}", "read", "switch_group 4", "read"),
    ),
    ("0 0 2 2 service-time 0 1 2 {0} 1 1 service-time 0 2 2 {0} 1 1 {1} 1 1", "fail_path {0}", "read"),
    ("0 0 1 1024 service-time 0 1 2 {0} 1 1",),
    ("1 queue_if_no_path 0 1 1 service-time 0 2 2 {0} 1 1 {1} 1 1", "fail_path {0}", "fail_path {1}"),
    ("1 QUEUE_IF_NO_PATH 0 1 1 service-time 0 1 2 {0} 1 1", "fail_if_no_path"),
    ("1 retain_attached_hw_handler 0 1 1 service-time 0 1 2 {0} 1 1",),
    ("2 pg_init_retries 50 0 1 1 service-time 0 1 2 {0} 1 1",),
    ("2 pg_init_delay_msecs 0 0 1 1 service-time 0 1 2 {0} 1 1",),
    ("2 pg_init_delay_msecs 2000 0 1 1 service-time 0 1 2 {0} 1 1",),
    ("2 pg_init_delay_msecs 60000 0 1 1 service-time 0 1 2 {0} 1 1",),
    ("4 pg_init_delay_msecs 1 pg_init_retries 1 0 1 1 service-time 0 1 2 {0} 1 1",),
    ("2 queue_mode rq 0 1 1 service-time 0 1 2 {0} 1 1", "read"),
    ("2 queue_mode mq 0 1 1 service-time 0 1 2 {0} 1 1", "read"),
    ("2 queue_mode bio 0 1 1 service-time 0 2 2 {0} 1 1 {1} 1 1", "read", "fail_path {0}"),
    ("3 queue_mode bio queue_if_no_path 0 1 1 round-robin 0 2 1 {0} 1 {1} 1", "read"),
    ("2 queue_mode bio 1 alua 1 1 queue-length 0 1 1 {0} 1",),
    ("0 1 alua 1 1 service-time 0 2 2 {0} 1 1 {1} 1 1", "read"),
    ("1 retain_attached_hw_handler 1 alua 2 1 service-time 0 1 2 {0} 1 1 service-time 0 1 2 {1} 1 1", "read"),
    (
        "8 retain_attached_hw_handler pg_init_delay_msecs 5 queue_if_no_path pg_init_retries 3 queue_mode mq"
        " 1 rdac 2 2 queue-length 0 2 1 {0} 1 {1} 1 service-time 0 2 2 {2} 1 10 {3} 1 20",
        *("read", "switch_group 1", "read", "disable_group 2", "fail_if_no_path"),
    ),
    ("\t0  0 01 001 service-time 00 01 02 {0} 01 007",),
)


def printed(dm: Control) -> Iterator[str]:
    """Yield the live map's table and status."""
    yield f"table\t{dm.table(NAME)[0].params}"
    yield f"status\t{dm.status(NAME)[0].params}"


def read(dm: Control) -> None:
    """Read one block of the map."""
    fd = os.open(f"/dev/{dm.info(NAME).node}", os.O_RDONLY)
    try:
        os.pread(fd, 512, 0)
    finally:
        os.close(fd)


def captured(dm: Control, table: str, steps: list[str]) -> Iterator[str]:
    """Yield what one case gives."""
    dm.create(NAME)
    try:
        dm.load(NAME, [Target(Sectors(0), Sectors(131072), "multipath", table)])
        dm.resume(NAME, udev_flags=QUIET)
        yield f"loaded\t{table}"
        yield from printed(dm)
        for step in steps:
            read(dm) if step == "read" else dm.message(NAME, step)
            yield from printed(dm)
        if steps and dm.table(NAME)[0].params.split()[1] == "queue_if_no_path":
            dm.message(NAME, "fail_if_no_path")
    finally:
        dm.remove(NAME)


def main() -> None:
    """Print everything."""
    with Host() as host:
        paths = [format_devt(path.devt) for path in host.paths()]
        for table, *steps in CASES:
            for line in captured(host.control, table.format(*paths), [step.format(*paths) for step in steps]):
                print(line)


if __name__ == "__main__":
    main()
