"""A map that a monitor looks after, as a test on an array wants it: short times, and it queues for ever."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from multipath import Host, Map, Monitor
from multipath.config.reader import read_configuration
from multipath.maps.state_file import StateFolder

SETTINGS = """
defaults {
    find_multipaths off
    polling_interval 1
    max_polling_interval 2
    checker_timeout 2
    user_friendly_names no
}
overrides {
    # Not tur, which a target answers that is stuck behind: the path would be taken back for a path that works.
    path_checker directio
    detect_checker no
    no_path_retry queue
    skip_kpartx yes
}
blacklist {
    devnode "^(ram|loop|ubd|vd|dm-)"
}
"""


@contextmanager
def looked_after(host: Host, folder: Path) -> Iterator[Map]:
    """Make the map of the only unit, and have a monitor look after it; the map is left."""
    config, state = read_configuration([("multipath.conf", SETTINGS)]), StateFolder(folder)
    host.plan(config, state=state, managed=True).apply()
    (mpath,) = [found for found in host.maps() if not found.name.startswith("lab-")]
    with Monitor(host, config=config, state=state).blocking() as monitor:
        listener = threading.Thread(target=lambda: [None for _ in monitor], name="caretaker-listener")
        listener.start()
        try:
            yield mpath
        finally:
            monitor.close()
            listener.join()
