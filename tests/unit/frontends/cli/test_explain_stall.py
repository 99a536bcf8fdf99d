"""``mpath explain stall``: how long an I/O can wait for a path, and why."""

import json

import pytest

from multipath.frontends.cli.main import main
from multipath.virtual import VirtualHost

Capture = pytest.CaptureFixture[str]
pytestmark = pytest.mark.usefixtures("conf")
MACHINE = ["--conf", "multipath.conf", "--state", "state"]


def explain(*words: str) -> int:
    """Run ``mpath explain stall`` with the configuration and the state of the working folder."""
    return main(["explain", "stall", *words, *MACHINE])


class TestAMap:
    def test_is_told_path_by_path_and_term_by_term(self, world: VirtualHost, capsys: Capture) -> None:
        """Under the budget that was asked for; each term with what limits it."""
        world.add_array(paths=2)

        assert explain("mpatha", "--max-stall", "5") == 0

        lines = capsys.readouterr().out.splitlines()
        assert lines[0].startswith("mpatha ")
        assert lines[1].startswith("  sda scsi:fcp: max_stall 5 s ")
        assert any(line.startswith("    commands lost, caught I/O: ") for line in lines)
        assert "no limit  abort and reset: the kernel waits for the target's answer" in "\n".join(lines)
        assert sum(line.startswith("  sd") for line in lines) == 2

    def test_without_a_budget_is_told_as_it_is(self, world: VirtualHost, capsys: Capture) -> None:
        """With the timeouts that the kernel has now: minutes."""
        world.add_array(paths=2)

        assert explain("mpatha", "-o", "json") == 0

        (one,) = json.loads(capsys.readouterr().out)["maps"]
        path = one["paths"][0]
        lost = next(bound for bound in path["bounds"] if bound["fault"] == "commands lost")
        assert (path["max_stall"], path["timeouts"], path["findings"]) == (None, {}, [])
        assert lost["seconds"] > 180
        assert lost["limited_by"] == "tries"
        assert lost["seconds"] == pytest.approx(sum(term["seconds"] for term in lost["terms"]), abs=0.01)

    def test_is_found_by_one_of_its_paths(self, world: VirtualHost, capsys: Capture) -> None:
        """As for all that is explained."""
        world.add_array(paths=2)

        assert explain("sdb", "--max-stall", "5", "-o", "json") == 0

        assert [each["name"] for each in json.loads(capsys.readouterr().out)["maps"]] == ["mpatha"]

    @pytest.mark.parametrize("budget", ["0", "-5", "soon", "nan", "1e9"])
    def test_takes_no_budget_that_is_none(self, budget: str, capsys: Capture) -> None:
        """A budget is a number of seconds."""
        with pytest.raises(SystemExit) as ended:
            explain("mpatha", f"--max-stall={budget}")

        assert ended.value.code == 2
        assert "not a number of seconds" in capsys.readouterr().err
