"""What every verb prints for programs, held to the published schema; on a machine in memory."""

import argparse
import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest

from multipath import Host, MultipathTable
from multipath.frontends.cli.main import VERBS, main, make_parser
from multipath.frontends.cli.outputs import OUTPUTS
from multipath.frontends.cli.schema import published
from multipath.frontends.manager.health import health, summary
from multipath.virtual import VirtualHost
from tests.published import check, check_printed
from tests.unit.maps.monitored import Watched, in_world
from tests.unit.wire.partition_images import Image

Capture = pytest.CaptureFixture[str]
CONF: Final = ["--conf", "multipath.conf"]
PLAN: Final = [*CONF, "--state", "state"]
PR: Final = [*CONF, "--state", "state"]
KEY: Final = ["--key", "0xabc"]
TYPE: Final = ["--type", "wero"]

# The words of the output, and commands that print it; those before the last prepare for it.
COMMANDS: Final[dict[str, list[list[str]]]] = {
    "show": [["fail", "mpatha", "8:0"], ["show"]],
    "list": [["list", "mpatha"]],
    "watch": [["watch", "--timeout", "0.01"]],
    "classify": [["classify", "8:0", "mpatha"]],
    "explain": [["explain", "sda", "sdc", "mpatha", "--check", *PLAN]],
    "explain stall": [["explain", "stall", "mpatha", "--max-stall", "5", *PLAN]],
    "metrics": [["metrics"]],
    "plan": [["plan", *PLAN]],
    "apply": [["apply", "--yes", *PLAN]],
    "remove": [["remove", "mpatha", "nosuch", "--if-exists", "--paths"]],
    "pr keys": [["pr", "register", "mpatha", *KEY, *PR], ["pr", "keys", "mpatha", *PR]],
    "pr reservation": [
        ["pr", "register", "mpatha", *KEY, *PR],
        ["pr", "reserve", "mpatha", *KEY, *TYPE, *PR],
        ["pr", "reservation", "mpatha", *PR],
    ],
    "pr status": [["pr", "register", "mpatha", *KEY, *PR], ["pr", "status", "mpatha", *PR]],
    "pr capabilities": [["pr", "capabilities", "mpatha", *PR]],
    "pr register": [["pr", "register", "mpatha", *KEY, *PR]],
    "pr unregister": [["pr", "register", "mpatha", *KEY, *PR], ["pr", "unregister", "mpatha", *KEY, *PR]],
    "pr reserve": [["pr", "register", "mpatha", *KEY, *PR], ["pr", "reserve", "mpatha", *KEY, *TYPE, *PR]],
    "pr release": [
        ["pr", "register", "mpatha", *KEY, *PR],
        ["pr", "reserve", "mpatha", *KEY, *TYPE, *PR],
        ["pr", "release", "mpatha", *KEY, *TYPE, *PR],
    ],
    "pr clear": [["pr", "register", "mpatha", *KEY, *PR], ["pr", "clear", "mpatha", *KEY, *PR]],
    "pr preempt": [
        ["pr", "register", "mpatha", *KEY, *PR],
        ["pr", "reserve", "mpatha", *KEY, *TYPE, *PR],
        ["pr", "preempt", "mpatha", *KEY, "--victim", "0xb0b", *TYPE, *PR],
    ],
    "partitions list": [["partitions", "add", "mpatha"], ["partitions", "list"]],
    "partitions add": [["partitions", "add", "mpatha"]],
    "partitions update": [["partitions", "update", "mpatha", "--dry-run"]],
    "partitions remove": [["partitions", "add", "mpatha"], ["partitions", "remove", "mpatha"]],
    "resize": [["resize", "mpatha"]],
    "wait": [["wait", "mpatha", "--usable"]],
    "config check": [["config", "check", "broken.conf"]],
    "config effective": [["config", "effective", "no_path_retry", "mpatha", *PLAN]],
    "doctor": [["doctor", *PLAN]],
    "doctor list": [["doctor", "--list"]],
    "export": [["apply", "--yes", *PLAN], ["export", "target", "--force", *PLAN]],
    "simulate": [["simulate", "--path", "fixed:200us", "--path", "exp:400us", "--ios", "100"]],
    "lab kernels": [["lab", "kernels"]],
}
SPOKEN: Final = {"status", "status events", "status health", "status reload"}  # by a manager


@pytest.fixture
def machine(world: VirtualHost, conf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a machine with a map over a partitioned unit, a path that failed, and a unit that has no map."""
    for name in {file for file, _ in VERBS.values()} | {"checked_path"}:
        module = import_module(f"multipath.frontends.cli.{name}")
        if hasattr(module, "Host"):
            monkeypatch.setattr(module, "Host", lambda: Host(**world.seams(), asker=world.asker()))
    array = world.add_array(paths=2)
    array.other_host().register(0xB0B)
    world.add_array(paths=2)
    with Host(**world.seams()) as host:
        table = MultipathTable.build([[path.name for path in array.paths]])
        host.create("mpatha", table, uuid=f"mpath-{array.wwid}")
    with world.open("mpatha") as disk:
        disk.write(0, bytes(Image(disk.size).gpt((2048, 4095, "root")).data))
    (conf.parent / "target/etc").mkdir(parents=True)
    (conf.parent / "broken.conf").write_text("defaults {\n\tpolling_intervall 5\n}\n")


def speaking(parser: argparse.ArgumentParser, words: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the words of every verb that has ``-o json``."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield from speaking(below, (*words, name))
        elif "-o" in action.option_strings and "json" in (action.choices or ()):
            yield " ".join(words)


class TestTheSchema:
    def test_is_one(self) -> None:
        """By the dialect that it names."""
        jsonschema.Draft202012Validator.check_schema(published())

    def test_has_every_verb_that_prints_json(self) -> None:
        """A new verb declares what it prints in `outputs`, and is tried below."""
        verbs = {words for verb in VERBS for words in speaking(make_parser(verb))}

        assert verbs <= OUTPUTS.keys()
        assert OUTPUTS.keys() == COMMANDS.keys() | SPOKEN

    @pytest.mark.parametrize("verb", COMMANDS)
    @pytest.mark.usefixtures("machine")
    def test_has_what_is_printed(self, verb: str, capsys: Capture) -> None:
        """Every key that is promised, and none that is not."""
        for command in COMMANDS[verb][:-1]:
            assert main(command) == 0, capsys.readouterr()
        capsys.readouterr()

        main([*COMMANDS[verb][-1], "-o", "json"])

        printed = capsys.readouterr()
        assert printed.out, printed.err
        check_printed(verb, printed.out)

    @pytest.mark.parametrize("value", [{}, {"maps": [{}]}, {"maps": [], "more": 1}, []])
    def test_finds_what_is_not_promised(self, value: Any) -> None:
        """Else the tests above would say nothing."""
        with pytest.raises(jsonschema.ValidationError):
            check("show", value)


class TestAManager:
    def test_says_what_the_schema_has(self) -> None:
        """Status, health and every event of a monitor that makes maps and sees a path fail."""

        async def story(watched: Watched) -> None:
            await watched.passes(3)
            watched.the_map().fail_path("8:0")
            await watched.passes(3)

            status = watched.monitor.status().as_record()
            check("status", {"text": summary(status), **status, "health": health(status, "")})
            check("status health", health(status, "late"))
            check("status reload", {"findings": []})
            assert {"planned", "path_failed"} <= set(watched.kinds())
            for event in watched.events:
                check("status events", {**event.as_record(), "text": str(event)})

        in_world(story)


class TestTheVerb:
    def test_prints_all_of_it(self, capsys: Capture) -> None:
        """As it is in the package."""
        assert main(["schema"]) == 0
        assert json.loads(capsys.readouterr().out) == published()

    def test_prints_one_that_stands_alone(self, capsys: Capture) -> None:
        """With what it refers to, and nothing else."""
        assert main(["schema", "partitions", "list"]) == 0

        out = capsys.readouterr().out
        assert '"PartitionRecord"' in out
        assert "MapTree" not in out

    def test_lists_the_verbs(self, capsys: Capture) -> None:
        """In words that it takes."""
        assert main(["schema", "--list"]) == 0
        for words in capsys.readouterr().out.splitlines():
            assert main(["schema", *words.split()]) == 0

    def test_refuses_what_prints_none(self, capsys: Capture) -> None:
        """In one line that names those that do."""
        assert main(["schema", "demo"]) == 2
        assert capsys.readouterr().err.startswith("mpath schema: 'demo' prints no JSON; those that do: show, list, ")
