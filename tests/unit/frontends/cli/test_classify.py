"""``mpath classify``: what block devices are."""

import json

import pytest

from multipath import Host, MultipathTable
from multipath.frontends.cli import classify
from multipath.frontends.cli.main import main
from multipath.frontends.cli.role_record import RoleRecord
from multipath.virtual import VirtualHost

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def machine(world: VirtualHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a machine with one map, and a path that no map has."""
    monkeypatch.setattr(classify, "Host", lambda: Host(**world.seams()))
    array = world.add_array(paths=2)
    world.add_array(paths=1)
    with Host(**world.seams()) as host:
        host.create("mpatha", MultipathTable.build([["sda", "sdb"]]), uuid=f"mpath-{array.wwid}")


class TestADevice:
    def test_is_told_in_one_line(self, capsys: Capture) -> None:
        """Whatever it is named by."""
        assert main(["classify", "sda", "8:32", "mpatha"]) == 0
        assert capsys.readouterr().out.splitlines() == [
            "sda     8:0    member  mpatha  360014050000000000000000100000001",
            "sdc     8:32   path    -       -",
            "mpatha  253:0  map     mpatha  360014050000000000000000100000001",
        ]

    def test_is_told_to_programs(self, capsys: Capture) -> None:
        """With the keys that were promised, each explained."""
        assert main(["classify", "sda", "-o", "json"]) == 0

        (record,) = json.loads(capsys.readouterr().out)["devices"]
        assert record == {
            "name": "sda",
            "device_number": "8:0",
            "kind": "member",
            "map": "mpatha",
            "wwid": "360014050000000000000000100000001",
            "partition": None,
            "disk": None,
        }
        assert all(f"        {key}: " in str(RoleRecord.__doc__) for key in record)

    def test_that_is_not_there_does_not_hinder_the_others(self, capsys: Capture) -> None:
        """Code 3, in one line."""
        assert main(["classify", "nosuch", "sdc"]) == 3

        out, err = capsys.readouterr()
        assert out.startswith("sdc ")
        assert err.startswith("mpath classify: no block device 'nosuch'")
        assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "code"), [(["member", "sda", "sdb"], 0), (["member", "sda", "sdc"], 1), (["path", "nosuch"], 3)]
)
def test_a_script_may_ask_whether_it_is_something(words: list[str], code: int) -> None:
    """All of the devices, or it is code 1."""
    assert main(["classify", "--is", *words]) == code
