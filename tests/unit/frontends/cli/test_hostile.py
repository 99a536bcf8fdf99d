"""
What strangers say reaches no terminal and breaks no JSON, whichever verb prints it.

Strangers are an array (vendor, product), another program that made a map (name, uuid), a file (its options, its name),
and whoever typed the command line.
"""

import json
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

from multipath import Host
from multipath.dm.target import Target
from multipath.frontends.cli.main import VERBS, main
from multipath.units import Sectors
from multipath.virtual import VirtualHost
from multipath.virtual.model import Model

from .streams import Terminal

Capture = pytest.CaptureFixture[str]

EVIL: Final = "\x1b]0;x\x07\x1b[2J\x9b\u202e\r\n\x7f"
NAME: Final = "evil\x1b]0;x\x07"  # what the kernel takes for a name
UUID: Final = "mpath-\x1b[2J\x9b"
# The files are named in the working folder; the maps are the good one and the stranger's.
FILES: Final = ["--conf", "multipath.conf"]
PLAN: Final = [*FILES, "--state", "state"]
KEYS: Final = ["--key", "0xabc", *PLAN]

# Commands that print what strangers say, or complain of it; each after those before it.
COMMANDS: Final[list[list[str]]] = [
    ["show"],
    ["show", "paths", "--format", "%w %d %t %s %v %p %S %e %G"],
    ["show", "maps", "--format", "%n %w %d %s %v %p %Q"],
    ["list"],
    ["watch", "--timeout", "0"],
    ["classify", "sda", UUID, NAME],
    ["explain", "sda", "mpatha", "--check", *PLAN],
    ["explain", "stall", "mpatha", *PLAN],
    ["plan", "--verbose", *PLAN],
    ["plan", *PLAN, "--conf", "hostile.conf"],
    ["apply", "--dry-run", *PLAN],
    ["remove", "--dry-run", NAME],
    ["fail", "mpatha", "sda"],
    ["fail", NAME, EVIL],
    ["switch", NAME, "7"],
    ["load", NAME, "--group", EVIL],
    ["create", EVIL, "--uuid", UUID, "--group", "sda"],
    ["partitions", "list"],
    ["partitions", "add", NAME],
    ["resize", NAME],
    ["pr", "keys", "mpatha", *PLAN],
    ["pr", "register", "mpatha", *KEYS],
    ["pr", "status", "mpatha", *PLAN],
    ["metrics"],
    ["doctor", "--folder", "no\x1b", *PLAN],
    ["doctor", "--conf", "hostile.conf"],
    ["config", "check", "hostile.conf"],
    ["config", "show", "--conf", "hostile.conf"],
    ["config", "effective", "no_path_retry", "mpatha", *PLAN],
    ["config", "effective", "no_path_retry", "--vendor", EVIL, *FILES],
    ["wait", NAME, "--paths", "9", "--timeout", "0"],
    ["simulate", "--path", "fixed:1ms", "--ios", "10"],
    ["remove", NAME],
]
WITHOUT_JSON: Final = ("config show", "config edit", "show paths", "show maps", "fail", "switch", "load", "create")


@pytest.fixture
def machine(world: VirtualHost, conf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a machine among strangers, on which every verb runs."""
    world.add_array(paths=2, model=Model(vendor="\x1b[2J\x07", product="\x1b]0;x\x07\r\n\x7f"))
    (conf.parent / "hostile.conf").write_text(
        f'defaults {{\n\tno_such_{EVIL} "{EVIL}"\n\tprio "{EVIL}"\n}}\nblacklist {{\n\twwid "{EVIL}"\n}}\n'
    )
    for file, _ in VERBS.values():
        module = import_module(f"multipath.frontends.cli.{file}")
        if hasattr(module, "Host"):
            monkeypatch.setattr(module, "Host", lambda: Host(**world.seams(), asker=world.asker()))
    assert main(["apply", "--yes", *PLAN]) == 0
    with Host(**world.seams()) as host, monkeypatch.context() as careless:
        # What we refuse to name so, another program need not.
        for check in ("checked_name", "checked_uuid"):
            careless.setattr(f"multipath.dm.control.{check}", str.encode)
        dm = host.control
        device = dm.create(NAME, uuid=UUID)
        dm.load(device, [Target(Sectors(0), Sectors(8), "multipath", "0 0 1 1 service-time 0 1 1 8:16 1")])
        dm.resume(device)


@pytest.mark.slow
@pytest.mark.usefixtures("machine")
class TestWhatEveryVerbPrints:
    def test_is_harmless_in_a_pipe(self, capsys: Capture) -> None:
        """Lines of characters that can be seen; an error is one of them."""
        capsys.readouterr()
        for words in COMMANDS:
            main(words)
            out, err = capsys.readouterr()

            assert harmless(out + err), (words, out, err)
            assert "fault of mpath" not in err, words

    def test_is_harmless_on_a_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The only sequences are our own: colours, and what wipes a line."""
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("NO_COLOR", "")
        for words in COMMANDS:
            shown = Terminal()
            monkeypatch.setattr(sys, "stdout", shown)
            monkeypatch.setattr(sys, "stderr", shown)
            main(words)

            assert harmless(re.sub(r"\x1b\[[0-9;]*m|\r\x1b\[K", "", shown.getvalue())), words

    def test_is_harmless_and_whole_for_programs(self, capsys: Capture) -> None:
        """ASCII that is JSON, line by line where it is a stream."""
        capsys.readouterr()
        for words in COMMANDS:
            if not " ".join(words).startswith(WITHOUT_JSON):
                main([*words, "-o", "json"])
                out = capsys.readouterr().out

                assert harmless(out), words
                assert out.isascii(), words
                assert all(map(json.loads, out.splitlines() if words[0] == "watch" else [out or "[1]"])), words


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in ("run", "demo")])
@pytest.mark.parametrize("word", [EVIL, f"--{EVIL}", f"-o{EVIL}"], ids=["argument", "option", "value"])
def test_what_somebody_typed_is_told_in_one_harmless_line(verb: str, word: str, capsys: Capture) -> None:
    """With the code of its kind, never with a traceback."""
    capsys.readouterr()
    try:
        code = main([verb, word])
    except SystemExit as ended:
        code = int(str(ended.code))
    out, err = capsys.readouterr()

    assert code in (1, 2, 3, 4, 5, 6), (out, err)
    assert harmless(out + err)
    assert err.count("\n") == 1, err
    assert "fault of mpath" not in err


def harmless(text: str) -> bool:
    """Tell whether nothing in a text commands a terminal."""
    return text.replace("\n", "").isprintable()
