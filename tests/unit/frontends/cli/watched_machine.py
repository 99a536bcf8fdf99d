"""
A machine in memory with one map, on which ``mpath`` is run with the words of the command line.

What arrives at the descriptor that ``ORDERS`` names is done to the map, a line each: ``fail_path sda``. Standard input
becomes the controlling terminal, so that its keys are signals.
"""

import os
import sys
import threading
from unittest.mock import patch

from multipath import Features, Host, Map, MultipathTable
from multipath.frontends.cli import watched_maps
from multipath.frontends.cli.main import main
from multipath.virtual import VirtualHost


def obey(mpath: Map) -> None:
    """Do what is ordered, until nobody orders anything any more."""
    with open(int(os.environ["ORDERS"]), encoding="ascii") as orders:
        for line in orders:
            verb, *words = line.split()
            getattr(mpath, verb)(*words)


if __name__ == "__main__":
    if sys.stdin.isatty():
        os.close(os.open(os.ttyname(0), os.O_RDWR))
    with VirtualHost() as world, Host(**world.seams()) as host:
        array = world.add_array(paths=4)
        table = MultipathTable.build([["sda", "sdb"], ["sdc", "sdd"]], features=Features(queue_if_no_path=True))
        made = host.create("mpatha", table, uuid=f"mpath-{array.wwid}")
        threading.Thread(target=obey, args=[made], daemon=True).start()
        # Only what happens is to lead to a new picture.
        with patch.multiple(watched_maps, Host=lambda: Host(**world.seams()), _EVERY=3600.0):
            sys.exit(main())
