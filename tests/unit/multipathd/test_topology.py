"""Its JSON: of both releases, with everything that devices may say, and cut short."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.multipathd.map import MAP_COLUMNS, DaemonGroup, DaemonMap
from multipath.multipathd.path import PATH_COLUMNS, DaemonPath
from multipath.multipathd.topology import read_maps, write_map, write_maps

from .stand_in import said

PATH = DaemonPath(
    "sda", "8:0", "active", "running", "ready", "tur", 50, lun_hex="0x0001000000000000", target_wwnn="0x5001"
)
MAP = DaemonMap(
    "mpatha", "36001", "dm-0", "immediate", "12 chk", 1, False, "active", "1 queue_if_no_path", "1 alua",
    vendor="LIO-ORG", product="disk", revision="4.0", map_loads=2,
    groups=(DaemonGroup(1, "service-time 0", 50, "active", paths=(PATH, replace(PATH, name="sdb"))), DaemonGroup(2)),
)  # fmt: skip
# What a device may say of itself: all that the kernel lets through, and more.
TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\n"), max_size=16)


def raw(text: str, **values: str) -> str:
    """Return JSON as the daemon prints it, with these values in place of the placeholders, not escaped."""
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text


class TestWhatAReleaseSays:
    def test_is_read_whatever_its_devices_say(self, release: str) -> None:
        """The second of its arrays says what breaks JSON, and what looks like a member of it."""
        text = said(release, "maps.json")
        with pytest.raises(ValueError, match=r"Invalid|Expecting"):
            json.loads(text)

        first, second = read_maps(text)

        assert (first.name, first.vendor, first.product) == ("mpatha", "Linux", "scsi_debug")
        assert (second.name, second.vendor, second.product) == ("mpathb", 'a"b\\n",x', '", "uuid" : "z\\')
        assert [path.name for group in first.groups for path in group.paths] in (
            ["sda", "sdd", "sdb", "sdc"],
            ["sda", "sdb", "sdc", "sdd"],
        )
        assert first.groups[0].paths[0] == DaemonPath(
            "sda", "8:0", "active", "running", "ready", "tur", 50, lun_hex="0x0000000000000000"
        )

    def test_is_what_is_written_where_nothing_is_to_be_escaped(self, release: str) -> None:
        """Byte for byte: who takes it apart by lines sees no difference."""
        text = (
            said(release, "maps.json")
            .replace('a"b\\n",x', "Linux")
            .replace('", "uuid" : "z\\', "disk")
            .replace("\\x", "_")
        )

        assert write_maps(read_maps(text)) == text


class TestMaps:
    def test_of_which_there_are_none_are_an_empty_list(self) -> None:
        """As every release writes it."""
        text = '{\n   "major_version": 0,\n   "minor_version": 1,\n   "maps": []\n}\n'

        assert read_maps(text) == ()
        assert write_maps([]) == text

    def test_survive_a_round_trip(self) -> None:
        """All that the JSON has."""
        assert read_maps(write_maps([MAP, replace(MAP, name="b")])) == (MAP, replace(MAP, name="b"))
        assert read_maps(write_map(MAP)) == (MAP,)

    @given(vendor=TEXTS, product=TEXTS, name=TEXTS, node=TEXTS)
    def test_are_read_whatever_is_said(self, vendor: str, product: str, name: str, node: str) -> None:
        """No value can be taken for another, as long as none ends its line."""
        placed = replace(MAP, name="@name@", vendor="@vendor@", product="@product@")
        placed = replace(placed, groups=(DaemonGroup(1, paths=(replace(PATH, target_wwnn="@node@"),)),))
        text = raw(write_maps([placed]), name=name, vendor=vendor, product=product, node=node)

        (found,) = read_maps(text)

        (path,) = found.groups[0].paths
        expected = [MAP_COLUMNS["v"].read(vendor), MAP_COLUMNS["p"].read(product), PATH_COLUMNS["n"].read(node)]
        assert (found.name, [found.vendor, found.product, path.target_wwnn]) == (name, expected)

    @given(vendor=TEXTS, wwid=TEXTS)
    def test_are_written_as_json_whatever_is_said(self, vendor: str, wwid: str) -> None:
        """As the daemon should."""
        (record,) = json.loads(write_maps([replace(MAP, vendor=vendor, wwid=wwid)]))["maps"]

        assert (record["vend"], record["uuid"]) == (vendor, wwid)

    def test_with_bytes_that_are_no_unicode_are_written_all_the_same(self) -> None:
        """Nothing that a device says makes an exporter fail."""
        assert json.loads(write_maps([replace(MAP, vendor="\udcff")]))["maps"][0]["vend"] == "\udcff"

    def test_of_an_older_release_may_lack_keys(self) -> None:
        """What it does not say is not known."""
        text = "\n".join(line for line in write_maps([MAP]).splitlines() if "write_prot" not in line) + "\n"

        assert read_maps(text) == (replace(MAP, read_only=None),)

    def test_of_a_newer_release_may_have_more_keys(self) -> None:
        """What nobody asked for does no harm."""
        text = write_maps([MAP]).replace('      "uuid"', '      "news" : "5" disk",\n      "uuid"')

        assert read_maps(text) == (MAP,)

    def test_of_a_version_that_escapes_are_taken_at_their_word(self) -> None:
        """Version 0.1 alone does not."""
        text = write_maps([replace(MAP, vendor='a"b\\')]).replace('"minor_version": 1', '"minor_version": 2')

        assert read_maps(text)[0].vendor == 'a"b\\'


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("old", "new", "why"),
        [
            ('"LIO-ORG"', '"x",\n      "uuid" : "y"', "a key stands twice"),
            ('"paths" : 1', '"paths" : "1"', "paths is '1'"),
            ('"paths" : 1', '"paths" : true', "paths is True"),
            ('"name" : "mpatha"', '"name" : 7', "name is 7"),
            ('"group" : 1', '"group" : "1"', "a group has the number '1'"),
            ('"write_prot" : "rw"', '"write_prot" : "maybe"', "'maybe' is neither ro nor rw"),
            ('"path_groups": [{', '"path_groups": [7,{', "no list paths"),
            ('"path_groups"', '"path_group"', "no list path_groups"),
            ('"maps"', '"mops"', "no list maps"),
            ('"major_version": 0', '"major_version": x', "it does not begin as its JSON does"),
        ],
    )
    def test_is_what_nobody_could_be_sure_of(self, old: str, new: str, why: str) -> None:
        """Nothing of it is used."""
        text = write_maps([MAP])
        assert old in text

        with pytest.raises(ValueError, match=why.replace("(", r"\(")):
            read_maps(text.replace(old, new, 1))

    def test_is_an_answer_that_is_cut_short_anywhere(self) -> None:
        """But for the line end at its end."""
        text = write_maps([MAP])

        for end in range(len(text) - 2):
            with pytest.raises(ValueError, match=r"."):
                read_maps(text[:end])
