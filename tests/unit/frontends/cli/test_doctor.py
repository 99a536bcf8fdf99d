"""``mpath doctor``: what is printed, the codes, and the page about it, run as it stands."""

import json
import re
import shlex
from pathlib import Path

import pytest

from multipath import Host
from multipath.frontends.cli import doctor as verb
from multipath.frontends.cli.main import main
from multipath.maps.doctor.catalogue import CHECKS
from multipath.virtual import VirtualHost

Capture = pytest.CaptureFixture[str]
PAGE = (Path(__file__).parents[4] / "docs/doctor.md").read_text("utf-8")
MACHINE = ["--conf", "multipath.conf", "--state", "state"]
pytestmark = pytest.mark.usefixtures("conf")


@pytest.fixture(autouse=True)
def seen(world: VirtualHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the verb see the machine in memory."""
    monkeypatch.setattr(verb, "Host", lambda: Host(**world.seams(), asker=world.asker()))


def doctor(*words: str) -> int:
    """Run ``mpath doctor`` with the configuration and the state of the working folder."""
    return main(["doctor", *words, *MACHINE])


class TestDoctor:
    def test_of_a_host_that_is_well_is_one_line(self, world: VirtualHost, capsys: Capture) -> None:
        """And the code 0."""
        world.add_array(paths=4)
        main(["apply", *MACHINE])
        capsys.readouterr()

        assert doctor() == 0
        assert capsys.readouterr().out == f"nothing is wrong, by {len(CHECKS)} checks\n"

    def test_of_one_with_an_error_has_the_code_one(self, world: VirtualHost, capsys: Capture) -> None:
        """And says what, why, and what next."""
        array = world.add_array(paths=4)

        assert doctor() == 1
        assert capsys.readouterr().out.splitlines() == [
            "error: a unit with several paths has no map [no-map]",
            f"  {array.wwid}: sda sdb sdc sdd, all allowed",
            "  why:  its disks are used one by one, without another path when one fails",
            "  next: mpath apply, which makes mpatha",
            "1 error",
        ]

    def test_of_one_with_a_warning_has_the_code_nought(self, world: VirtualHost, capsys: Capture) -> None:
        """A script that wants to know more reads JSON."""
        world.add_array(paths=2)
        main(["apply", *MACHINE])
        capsys.readouterr()

        assert doctor("-o", "json") == 0
        record = json.loads(capsys.readouterr().out)
        assert [each["id"] for each in record["findings"]] == ["one-adapter"]
        assert record["counts"] == {"error": 0, "warning": 1, "note": 0}
        assert record["findings"][0].keys() == {"id", "severity", "object", "title", "evidence", "cause", "step"}

    def test_leaves_out_what_is_to_be_ignored(self, world: VirtualHost, capsys: Capture) -> None:
        """The code too."""
        world.add_array(paths=4)

        assert doctor("--ignore", "no-map") == 0
        assert doctor("--list", "--ignore", "no-map", "-o", "json") == 0
        listed = json.loads(capsys.readouterr().out.partition("\n")[2])["checks"]
        assert len(listed) == len(CHECKS) - 1

    def test_refuses_a_check_that_is_none(self, capsys: Capture) -> None:
        """It would be ignored for ever."""
        with pytest.raises(SystemExit, match="2"):
            doctor("--ignore", "nonsense")
        assert "invalid choice: 'nonsense'" in capsys.readouterr().err

    def test_names_a_step_for_each_where_they_differ(self, world: VirtualHost, capsys: Capture) -> None:
        """Else it stands once."""
        world.add_array(paths=4)
        main(["apply", *MACHINE])
        with Host(**world.seams()) as host:
            host.map("mpatha").fail_path("8:0")
            host.map("mpatha").fail_path("8:16")
        capsys.readouterr()

        assert doctor() == 1
        lines = capsys.readouterr().out.splitlines()
        assert [line for line in lines if "next" in line] == [
            "    next: mpath reinstate mpatha sda, and find out why nobody did",
            "    next: mpath reinstate mpatha sdb, and find out why nobody did",
        ]

    def test_goes_on_where_the_configuration_cannot_be_used(self, conf: Path, capsys: Capture) -> None:
        """That is what is wrong."""
        conf.write_text('blacklist {\n devnode "*"\n}\n')

        assert doctor() == 1
        assert capsys.readouterr().out.startswith("error: the configuration cannot be used [config-refused]\n")

    def test_escapes_what_devices_and_files_say(self, conf: Path, capsys: Capture) -> None:
        """A line of a file that anybody may have written moves no cursor."""
        conf.with_name("state").joinpath("wwids").write_text("\x1b[2Jcleared\n")

        assert doctor() == 0
        out = capsys.readouterr().out
        assert "\x1b" not in out
        assert "x1b[2Jcleared" in out


class TestThePage:
    def test_prints_what_it_says(self, world: VirtualHost, capsys: Capture) -> None:
        """Each of its commands in order, on the host that it tells of."""
        world.add_array(paths=4)
        main(["apply", *MACHINE])
        with Host(**world.seams()) as host:
            host.map("mpatha").fail_path("8:0")
        capsys.readouterr()

        for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL):
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, _, printed = part.partition("\n")
                program, *words = shlex.split(command)
                assert program == "mpath"
                if words[0] == "doctor":
                    main([*words, *MACHINE])
                else:  # names of paths are looked up on this machine, whatever the verb sees
                    assert words == ["reinstate", "mpatha", "sda"]
                    with Host(**world.seams()) as host:
                        host.map("mpatha").reinstate_path("8:0")
                assert capsys.readouterr().out == printed, command

    def test_has_every_check(self) -> None:
        """With how bad it is, and what it means."""
        rows = re.findall(r"^\| `([a-z-]+)` \| (\w+) \| (.*?) \| (.*?) \|$", PAGE, re.MULTILINE)

        assert rows == [(check.id, str(check.severity), check.title, check.cause) for check in CHECKS]

    def test_has_an_example_that_runs(self, capsys: Capture) -> None:
        """The one in Python."""
        (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
        exec(compile(code, "docs/doctor.md", "exec"), {})

        assert (
            capsys.readouterr().out
            == "path-not-reinstated sda mpath reinstate mpatha sda, and find out why nobody did\n"
        )
