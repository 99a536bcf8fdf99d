"""Maps of arrays that the built-in table knows: what multipath-tools makes of them, and what this library plans."""

import subprocess
from collections.abc import Iterator
from typing import Final

import pytest

from multipath import Control, Host
from multipath.lab import multipath_tools
from multipath.maps.state_file import StateFolder

from .test_oracle_maps import Release, live, planned, release

RELEASES: Final = [
    pytest.param(name, marks=pytest.mark.kernel(on="6.12", paths=0)) for name in multipath_tools.RELEASES
]
__all__ = ["release"]
# Vendor and product. Their prioritizers ask the array, so each has const.
ARRAYS: Final = [
    ("EMC", "SYMMETRIX"),
    ("EMC", "Invista"),
    ("IBM", "2145"),
    ("IBM", "1814"),
    ("3PARdata", "VV"),
    ("HITACHI", "OPEN-V"),
    ("NEXENTA", "COMSTAR"),
    ("COMPELNT", "Compellent Vol"),
    ("FUJITSU", "ETERNUS_DXL"),
    ("DGC", "VRAID"),
    ("HP", "LOGICAL VOLUME"),
    ("SUN", "StorEdge 3510"),
    ("nobody", "knows it"),
]
# 0.9.4 still names the handler of these; the newest leaves it to the kernel, or to ALUA where the paths have that.
OLDER_HANDLERS: Final = {"1814": "1 rdac", "VRAID": "1 emc"}
CONFIGURATION: Final = " find_multipaths greedy\n detect_prio no\n queue_without_daemon no\n}\noverrides {\n prio const"


@pytest.fixture
def array(vendor: str, product: str) -> Iterator[None]:
    """Give an array of that make with two units, each down two paths."""
    # What is shorter the module pads with zeros, at which a WWID would end.
    words = [f"inq_vendor={vendor:<8}", f"inq_product={product:<16}", "vpd_use_hostno=0", "add_host=2", "max_luns=2"]
    subprocess.run(["modprobe", "scsi_debug", "delay=0", "dev_size_mb=8", *words], check=True)
    subprocess.run(["udevadm", "settle"], check=True)
    yield
    subprocess.run(["udevadm", "settle"], check=True)
    subprocess.run(["modprobe", "-r", "scsi_debug"], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("release", RELEASES, indirect=True)
@pytest.mark.parametrize(("vendor", "product"), ARRAYS)
class TestTheMapsOfAnArray:
    def test_are_those_of_multipath_tools(self, array: None, release: Release, dm: Control, product: str) -> None:
        """Grouping, features, handler and queueing as its makers recommend; and nothing is left to do."""
        release.configure(CONFIGURATION)
        host, configuration, state = Host(control=dm), release.configuration(), StateFolder(release.folder)
        wanted = planned(host.plan(configuration, state=state))
        release.run()
        theirs, again = live(), host.plan(configuration, state=state).changes
        release.forget()

        handler = OLDER_HANDLERS.get(product, "1 alua") if release.name == "0.9.4" else "1 alua"
        assert {uuid: (name, table.replace("1 alua", handler, 1)) for uuid, (name, table) in wanted.items()} == theirs
        assert len(wanted) == 2
        assert again == ()
