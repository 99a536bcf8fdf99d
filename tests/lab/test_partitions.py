"""The maps over partitions, beside kpartx and sfdisk: the same tables give the same maps."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath import Control, Features, Host, Map, MultipathTable, errors
from multipath.dm.udev_flag import UdevFlag
from multipath.lab.faults import injected
from multipath.units import format_devt
from tests.unit.wire.partition_images import Image

from .conftest import UUID
from .oracle import dmsetup

NODE = "/dev/mapper/mpatha"
GPT = "label: gpt\nsize=8MiB, name=root\nsize=8MiB, type=S, name=swäp\nsize=4MiB, name=home\n"
LAYOUTS = {
    "gpt": GPT,
    "gpt with gaps": "label: gpt\n2: size=8MiB\n7: size=8MiB\n128: size=4MiB\n",
    "gpt of many": "label: gpt\ntable-length: 200\n" + "".join(f"{each}: size=100KiB\n" for each in range(1, 41)),
    "gpt without partitions": "label: gpt\n",
    "dos": "label: dos\n,8MiB,L,*\n,8MiB,S\n",
    "dos with gaps": "label: dos\n2: size=8MiB\n4: size=8MiB\n",
    "logical": "label: dos\n1: size=8MiB\n2: size=40MiB, type=E\n5: size=8MiB\n6: size=8MiB, type=S\n7: size=4MiB\n",
    "logical in the first place": "label: dos\n1: size=40MiB, type=Ex\n2: size=8MiB\n5: size=8MiB\n6: size=4MiB\n",
    "an extended one alone": "label: dos\n,40MiB,E\n",
    "dos without partitions": "label: dos\n",
}


def sfdisk(layout: str, node: str = NODE) -> None:
    """Write a partition table; nothing of an older one is left."""
    run("wipefs", "--force", "--all", "--quiet", node)
    run("sfdisk", "--force", "--quiet", "--no-reread", "--no-tell-kernel", "--wipe=always", node, given=layout)


def run(*words: str, given: str = "") -> str:
    """Return what a program prints; it must succeed."""
    done = subprocess.run(words, input=given, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout


def maps(besides: str = "mpatha") -> list[str]:
    """Return name, uuid, state and table of every map over a partition, as dmsetup tells them."""
    known = dmsetup("info", "-c", "--noheadings", "--separator=;", "-o", "name,uuid,suspended,readonly").splitlines()
    names = (line.partition(";")[0] for line in known)
    return sorted(
        f"{line};{dmsetup('table', name).strip()}" for name, line in zip(names, known, strict=True) if name != besides
    )


@pytest.fixture
def node(mpath: Map) -> Iterator[str]:
    """Give the node of the map, with no table on it before and after."""
    run("wipefs", "--force", "--all", "--quiet", NODE)
    yield NODE
    mpath.partitions().remove()
    run("wipefs", "--force", "--all", "--quiet", NODE)


@pytest.mark.kernel(udev=False, packages=("kpartx", "fdisk"))
class TestBesideKpartx:
    @pytest.mark.parametrize("words", [(), ("-p", "-part")], ids=["its delimiter", "the rules' delimiter"])
    @pytest.mark.parametrize("layout", LAYOUTS)
    def test_the_same_maps_are_made(self, mpath: Map, node: str, layout: str, words: tuple[str, ...]) -> None:
        """Names, uuids and tables; and each removes what the other made."""
        sfdisk(LAYOUTS[layout], node)
        run("kpartx", "-a", *words, node)
        kpartxs = maps()
        before = [each.info for each in mpath.partitions()]
        assert [each.info for each in mpath.partitions().update(delimiter=words[1] if words else None)] == before
        mpath.partitions().remove()
        assert maps() == []

        mpath.partitions().add(delimiter=words[1] if words else None)

        assert maps() == kpartxs
        run("kpartx", "-d", node)
        assert maps() == []

    def test_the_backup_is_taken_as_well(self, mpath: Map, node: str) -> None:
        """Where the header was overwritten."""
        sfdisk(GPT, node)
        with open(node, "r+b", buffering=0) as disk:
            disk.seek(512)
            disk.write(b"\xff" * 512)
        run("kpartx", "-a", node)
        kpartxs = maps()
        mpath.partitions().remove()

        assert "the backup" in mpath.partitions().table().remarks[0]
        mpath.partitions().add()
        assert maps() == kpartxs != []

    def test_its_update_is_ours(self, mpath: Map, node: str) -> None:
        """One moved, one gone, one new."""
        sfdisk(GPT, node)
        mpath.partitions().add()
        sfdisk("label: gpt\n1: start=4096, size=8MiB\n3: size=8MiB\n5: size=1MiB\n", node)
        assert [str(each).split()[0] for each in mpath.partitions().changes()] == [
            "reload",
            "remove",
            "reload",
            "create",
        ]

        mpath.partitions().update()
        ours = maps()
        run("kpartx", "-u", node)

        assert maps() == ours

    def test_a_table_that_was_wiped_is_followed(self, mpath: Map, node: str) -> None:
        """Kpartx leaves the maps where it finds no table; they are removed here."""
        sfdisk(GPT, node)
        mpath.partitions().add()
        run("wipefs", "--force", "--all", "--quiet", node)
        run("kpartx", "-u", node)
        assert len(maps()) == 3

        assert len(mpath.partitions().update()) == 0
        assert maps() == []

    @pytest.mark.parametrize("layout", ["gpt", "logical"])
    def test_blocks_of_4096_bytes_are_counted_alike(self, host: Host, node: str, layout: str, tmp_path: Path) -> None:
        """On a loop device with such blocks, below a map."""
        image = tmp_path / "image"
        with image.open("wb") as file:
            file.truncate(64 << 20)
        run("modprobe", "loop")
        loop = run("losetup", "--find", "--show", "--sector-size", "4096", str(image)).strip()
        try:
            table = MultipathTable.build([[loop]], features=Features(queue_mode="bio"))
            large = host.create("large", table, uuid="mpath-large", verify=False)
            sfdisk(LAYOUTS[layout], "/dev/mapper/large")
            run("kpartx", "-a", "/dev/mapper/large")
            kpartxs = [line for line in maps("large") if not line.startswith("mpatha;")]
            large.partitions().remove()

            found = large.partitions().table()
            large.partitions().add()

            assert (found.block_size, len(found.partitions)) == (4096, len(kpartxs))
            assert [line for line in maps("large") if not line.startswith("mpatha;")] == kpartxs != []
            large.remove(partitions=True)
        finally:
            run("losetup", "--detach", loop)

    def test_a_map_without_uuid_gets_the_same_too(self, host: Host, mpath: Map, node: str) -> None:
        """The uuids are made of its number."""
        sfdisk(GPT, node)
        table = mpath.snapshot.table
        mpath.remove()
        plain = host.create("mpatha", table)
        run("kpartx", "-a", node)
        kpartxs = maps()
        plain.partitions().remove()
        plain.partitions().add()

        assert maps() == kpartxs != []
        plain.remove(partitions=True)
        host.create("mpatha", table, uuid=UUID)


@pytest.mark.kernel(udev=False, packages=("kpartx", "fdisk"))
class TestWhereKpartxDiffers:
    """The table of docs/partitions.md."""

    def test_a_record_without_partition_takes_a_number_of_its(self, mpath: Map, node: str) -> None:
        """Here it takes none, as in sfdisk."""
        image = Image().record((0x05, 1000, 3000))
        image.record((0, 0, 0), (0x05, 100, 100), block=1000)
        image.record((0x83, 10, 80), block=1100)

        assert both(mpath, node, image) == (["mpatha1", "mpatha6"], ["mpatha1", "mpatha5"])
        assert "mpatha5" in run("sfdisk", "--dump", node).replace("mpatha-part", "mpatha")

    def test_a_boot_sector_of_a_file_system_is_a_table_to_it(self, mpath: Map, node: str) -> None:
        """Here it is none."""
        assert both(mpath, node, Image().record((0x65, 64, 64), active=0x42)) == (["mpatha1"], [])

    def test_entries_of_another_size_are_misread_by_it(self, mpath: Map, node: str) -> None:
        """Here they are read, every one."""
        slots = (2048, 2111, "a"), (2112, 2175, "b")

        kpartxs, ours = both(mpath, node, Image().gpt(*slots, entry_size=256))
        assert (kpartxs != ours, ours) == (True, ["mpatha1", "mpatha2"])

    def test_a_partition_behind_the_end_hinders_none_of_the_others(self, mpath: Map, node: str) -> None:
        """Here nothing is done."""
        with open(node, "r+b", buffering=0) as disk:
            disk.write(bytes(Image().record((0x83, 64, 64), (0x83, 128, 1 << 30)).data))
        subprocess.run(["kpartx", "-a", node], check=False, capture_output=True, timeout=60)
        assert [each.name for each in mpath.partitions() if each.line is not None] == ["mpatha1"]
        mpath.partitions().remove()

        with pytest.raises(errors.PartitionTableError, match="partition 2 ends at sector"):
            mpath.partitions().add()
        assert maps() == []


def both(mpath: Map, node: str, image: Image) -> tuple[list[str], list[str]]:
    """Return the names of the maps that kpartx makes of a disk, and of those that are made here."""
    with open(node, "r+b", buffering=0) as disk:
        disk.write(bytes(image.data))
    run("kpartx", "-a", node)
    kpartxs = [each.name for each in mpath.partitions()]
    mpath.partitions().remove()
    return kpartxs, [each.name for each in mpath.partitions().add()]


@pytest.mark.kernel(udev=False, packages=("kpartx", "fdisk"))
class TestBesideSfdisk:
    @pytest.mark.parametrize("layout", LAYOUTS)
    def test_the_same_table_is_read(self, mpath: Map, node: str, layout: str) -> None:
        """Kind, identities, places, types and labels."""
        sfdisk(LAYOUTS[layout], node)
        said = json.loads(run("sfdisk", "--json", node))["partitiontable"]
        found = mpath.partitions().table()

        assert (found.kind, found.uuid) == (said["label"], said["id"].lower().removeprefix("0x"))
        assert [(f"{NODE}{each.number}", each.start, each.size) for each in found.partitions] == [
            (each["node"].replace("mpatha-part", "mpatha"), each["start"], each["size"])
            for each in said.get("partitions", [])
        ]
        if found.kind == "gpt":
            assert [(each.type, each.partuuid, each.label) for each in found.partitions] == [
                (each["type"].lower(), each["uuid"].lower(), each.get("name", ""))
                for each in said.get("partitions", [])
            ]
        else:
            assert [f"{int(each.type, 16):x}" for each in found.partitions] == [
                each["type"] for each in said.get("partitions", [])
            ]


@pytest.mark.kernel(packages=("fdisk",))
class TestWithUdev:
    def test_the_nodes_are_there_when_the_call_returns(self, mpath: Map, node: str) -> None:
        """And gone, when that of the removal does."""
        sfdisk(GPT, node)
        run("udevadm", "settle")
        names = [each.name for each in mpath.partitions().add()]
        assert all(Path(f"/dev/mapper/{name}").is_block_device() for name in names)

        mpath.partitions().remove()
        assert not any(Path(f"/dev/mapper/{name}").exists() for name in names)

    def test_one_that_is_mounted_is_neither_moved_nor_removed(self, mpath: Map, node: str, tmp_path: Path) -> None:
        """The holder is named, and all the others stay, too."""
        sfdisk(GPT, node)
        mpath.partitions().add()
        run("mke2fs", "-q", "-F", f"{NODE}3")
        run("mount", f"{NODE}3", str(tmp_path))
        try:
            before = maps()
            for act in (mpath.partitions().remove, lambda: mpath.remove(partitions=True)):
                with pytest.raises(errors.DeviceBusy, match=f"mount {tmp_path}"):
                    act()
            with open(node, "r+b", buffering=0) as disk:  # as another host may do it, which knows of no mount here
                disk.write(bytes(512))
            with pytest.raises(errors.DeviceBusy, match=f"mount {tmp_path}"):
                mpath.partitions().update()
            assert maps() == before
        finally:
            run("umount", str(tmp_path))

    def test_a_map_and_all_goes_away_at_once(self, host: Host, table: MultipathTable, dm: Control) -> None:
        """Though udev's rules look into what came just now."""
        other = host.create("other", table, uuid="mpath-other", udev_flags=UdevFlag.SUBSYSTEM_FLAG1)
        sfdisk(GPT, "/dev/mapper/other")
        other.partitions().add()
        other.remove(partitions=True, timeout=60)

        assert dm.devices() == []


@pytest.mark.kernel(packages=("kpartx", "fdisk"))
class TestBesideTheRulesOfKpartx:
    @pytest.fixture
    def written(self, paths: list[str]) -> Iterator[None]:
        """Have a table on the unit before there is a map."""
        sfdisk(GPT, f"/dev/block/{paths[0]}")
        run("udevadm", "settle")
        yield
        run("wipefs", "--force", "--all", "--quiet", f"/dev/block/{paths[0]}")

    @pytest.mark.parametrize("wait", [True, False])
    def test_both_come_to_the_same_maps(
        self,
        host: Host,
        table: MultipathTable,
        written: None,
        wait: bool,
    ) -> None:
        """Whoever is first: udev makes them for each map that comes, and what is there is taken as it is."""
        made = host.create("mpatha", table, uuid=UUID)
        if wait:
            run("udevadm", "settle")
            assert [each.name for each in made.partitions()] == [f"mpatha-part{number}" for number in (1, 2, 3)]

        ours = made.partitions().update(delimiter="-part")
        run("udevadm", "settle")

        assert [each.name for each in ours] == [f"mpatha-part{number}" for number in (1, 2, 3)]
        assert [each.info.devt for each in made.partitions()] == [each.info.devt for each in ours]
        made.remove(partitions=True, timeout=60)


@pytest.mark.kernel(packages=("fdisk",))
class TestAMapThatCannotBeRead:
    @pytest.fixture
    def queueing(self, host: Host, paths: list[str]) -> Iterator[Map]:
        """Give a map of one path that queues, with a table on it and a map over the first of its partitions."""
        sfdisk(GPT, f"/dev/block/{paths[0]}")
        run("udevadm", "settle")
        table = MultipathTable.build([[paths[0]]], features=Features(queue_if_no_path=True))
        made = host.create("queueing", table, uuid="mpath-queueing", udev_flags=UdevFlag.SUBSYSTEM_FLAG1)
        made.partitions().add()
        yield made
        made.reinstate_path(paths[0])
        made.remove(partitions=True, timeout=60)
        run("wipefs", "--force", "--all", "--quiet", f"/dev/block/{paths[0]}")

    def test_is_not_read(self, queueing: Map, paths: list[str]) -> None:
        """Its only path has failed, and it queues: the maps can be removed all the same."""
        run("udevadm", "settle")
        queueing.fail_path(paths[0])

        with pytest.raises(errors.NoUsablePath):
            queueing.partitions().update()
        assert len(queueing.partitions()) == 3
        assert len(queueing.partitions().remove(timeout=60)) == 0

    def test_keeps_nobody_waiting(self, queueing: Map, host: Host, paths: list[str]) -> None:
        """Its only path is silent: the deadline ends the wait, and all is as it was."""
        run("udevadm", "settle")
        name = next(path.name for path in host.paths() if format_devt(path.devt) == paths[0])
        with injected("held", name), pytest.raises(errors.WaitTimeout, match="no answer within 2 s"):
            queueing.partitions().update(deadline=2)

        assert len(queueing.partitions()) == 3
