"""``mpath pr``: reservations from the command line, on a host in memory."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from multipath import Host, MultipathTable
from multipath.frontends.cli import reservation
from multipath.frontends.cli.main import main
from multipath.frontends.cli.reservation import parse_key, parse_type
from multipath.virtual import OtherHost, VirtualArray, VirtualHost
from multipath.wire.reservation import ReservationType

Run = Callable[..., int]
WERO = ReservationType.WRITE_EXCLUSIVE_REGISTRANTS_ONLY


@pytest.fixture
def array(monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualArray]:
    """Give an array with a map of its two paths, on the machine that the verb sees."""
    with VirtualHost() as world:
        monkeypatch.setattr(reservation, "Host", lambda: Host(**world.seams(), asker=world.asker()))
        array = world.add_array(paths=2)
        with Host(**world.seams()) as host:
            table = MultipathTable.build([[path.name for path in array.paths]])
            host.create("mpatha", table, uuid=f"mpath-{array.wwid}")
        yield array


@pytest.fixture
def other(array: VirtualArray) -> OtherHost:
    """Give another host, which is registered."""
    found = array.other_host()
    found.register(0xB0B)
    return found


@pytest.fixture
def pr(array: VirtualArray, tmp_path: Path) -> Run:  # noqa: ARG001
    """Run the verb, with a configuration that gives no key."""
    conf = tmp_path / "multipath.conf"
    conf.write_text("")

    def run(action: str, *words: str) -> int:
        return main(["pr", action, "mpatha", *words, "--conf", str(conf), "--state", str(tmp_path)])

    return run


def printed(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return the JSON that was printed."""
    return json.loads(capsys.readouterr().out)


class TestPr:
    def test_registers_reserves_and_shows_it(self, pr: Run, capsys: pytest.CaptureFixture[str]) -> None:
        """One line for each path, then the picture at the unit."""
        assert pr("register", "--key", "abc") == 0
        assert capsys.readouterr().out == "mpatha register: sda done\nmpatha register: sdb done\n"

        assert pr("reserve", "--key", "0xabc", "--type", "wero") == 0
        capsys.readouterr()
        assert pr("reservation") == 0
        assert capsys.readouterr().out == "generation 2, write-exclusive-registrants-only, held by 0xabc\n"
        assert pr("keys") == 0
        assert capsys.readouterr().out == "generation 2, 2 registrations\n  0xabc on 2 nexuses\n"
        assert pr("status") == 0
        assert capsys.readouterr().out.splitlines()[1].endswith("at port 1, holds write-exclusive-registrants-only")

        assert pr("unregister", "--key", "abc") == 0
        capsys.readouterr()
        assert pr("reservation") == 0
        assert capsys.readouterr().out.endswith("not reserved\n")

    def test_prints_objects(self, pr: Run, capsys: pytest.CaptureFixture[str]) -> None:
        """Keys are texts, for a number of JSON may not hold them."""
        pr("register", "--key", "ffffffffffffffff", "-o", "json")
        done = printed(capsys)
        pr("keys", "-o", "json")
        keys = printed(capsys)
        pr("capabilities", "-o", "json")

        assert (done["action"], done["new_key"]) == ("register", "0xffffffffffffffff")
        assert [path["outcome"] for path in done["paths"]] == ["done", "done"]
        assert keys["keys"] == keys["paths"][1]["says"]["keys"] == ["0xffffffffffffffff"] * 2
        assert printed(capsys)["types"][2] == "write-exclusive-registrants-only"

    def test_ends_with_4_on_a_conflict(self, pr: Run, other: OtherHost, capsys: pytest.CaptureFixture[str]) -> None:
        """One line, with what each path said."""
        other.reserve(0xB0B, WERO)
        pr("register", "--key", "abc")
        capsys.readouterr()

        assert pr("reserve", "--key", "abc", "--type", "5") == 4
        assert capsys.readouterr().err == (
            "mpath pr: map mpatha: reserve failed: sda conflict (reservation conflict); sdb conflict (reservation "
            "conflict); mpath pr status shows who is registered\n"
        )

    def test_tells_which_path_says_otherwise(
        self, pr: Run, array: VirtualArray, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """One is lost, and the map has not noticed."""
        array.paths[1].offline()

        assert pr("keys") == 0
        assert capsys.readouterr().out == (
            "generation 0, 0 registrations\n  sdb failed (No such device or address (ENXIO))\n"
        )

        array.paths[0].offline()
        assert pr("keys") == 1
        assert "the keys cannot be read: sda failed" in capsys.readouterr().err

    def test_preempts(self, pr: Run, other: OtherHost, capsys: pytest.CaptureFixture[str]) -> None:
        """The other host has nothing any more."""
        other.reserve(0xB0B, WERO)
        pr("register", "--key", "abc")

        assert pr("preempt", "--key", "abc", "--victim", "b0b", "--type", "wero", "--abort") == 0
        capsys.readouterr()
        pr("keys", "-o", "json")
        assert printed(capsys)["keys"] == ["0xabc"] * 2

    def test_warns_of_a_type_for_one_path(self, pr: Run, capsys: pytest.CaptureFixture[str]) -> None:
        """On standard error; it is done all the same."""
        pr("register", "--key", "abc")

        assert pr("reserve", "--key", "abc", "--type", "we") == 0
        assert "only sda may use the unit" in capsys.readouterr().err

    @pytest.mark.parametrize(
        "words",
        [
            ["register", "--key", "xyz"],
            ["register", "--key", "1" * 17],
            ["register", "--key", "1", "--current", "2", "--ignore"],
            ["reserve", "--key", "1", "--type", "2"],
            ["reserve", "--key", "1", "--type", "all"],
            ["preempt", "--key", "1", "--type", "5"],
            ["reserve", "--key", "1"],
        ],
    )
    def test_refuses_what_it_does_not_understand(self, pr: Run, words: list[str]) -> None:
        """With the code for usage; nothing is asked."""
        with pytest.raises(SystemExit) as ended:
            pr(*words)

        assert ended.value.code == 2

    def test_says_where_a_key_could_come_from(self, pr: Run, capsys: pytest.CaptureFixture[str]) -> None:
        """None is given, and none is configured."""
        assert pr("register") == 1
        assert "reservation_key in multipath.conf" in capsys.readouterr().err


class TestWords:
    @pytest.mark.parametrize("kind", ReservationType)
    def test_of_types(self, kind: ReservationType) -> None:
        """Its name, its initials, its number."""
        initials = "".join(part[0] for part in kind.name.split("_")).lower()
        initials = {"we": "we", "ea": "ea"}.get(initials, initials)

        assert {parse_type(text) for text in (kind.word, kind.name, str(int(kind)), initials)} == {kind}

    @pytest.mark.parametrize(("text", "key"), [("abc", 0xABC), ("0XABC", 0xABC), ("0x0", 0)])
    def test_of_keys(self, text: str, key: int) -> None:
        """In hexadecimal, with or without its mark."""
        assert parse_key(text) == key
