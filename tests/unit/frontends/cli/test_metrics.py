"""``mpath metrics`` on a machine in memory: printed, into a file, over HTTP."""

import json
import os
import re
import signal
import stat
import threading
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import NoReturn
from urllib.request import urlopen

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_prometheus

from multipath import Host, MultipathTable, errors
from multipath.frontends.cli import metrics
from multipath.frontends.cli.exit_code import ExitCode
from multipath.frontends.cli.main import main
from multipath.frontends.metrics.listener import Listener
from multipath.virtual import VirtualHost

ACTIVE = 'multipath_map_paths_active{map="mpatha"} 2\n'


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualHost]:
    """Give a machine with a map of two paths, which the verb sees."""
    with VirtualHost() as world:
        array = world.add_array(paths=2)
        monkeypatch.setattr(metrics, "Host", lambda: Host(**world.seams(), asker=world.asker()))
        with Host(**world.seams()) as host:
            host.create("mpatha", MultipathTable.build([[path.name for path in array.paths]]), uuid="mpath-3600")
        yield world


def refused() -> NoReturn:
    """Refuse to be a host."""
    raise errors.NotPermitted(1, "DM_VERSION", "", "", "be root")


class TestWhatIsPrinted:
    @pytest.mark.parametrize(
        ("words", "read"),
        [((), read_openmetrics), (("-o", "prometheus"), read_prometheus)],
        ids=["openmetrics", "older"],
    )
    def test_can_be_read(self, words: tuple[str, ...], read: object, capsys: pytest.CaptureFixture[str]) -> None:
        """By readers of its format."""
        assert main(["metrics", *words]) == ExitCode.OK

        out, err = capsys.readouterr()
        assert ACTIVE in out
        assert err == ""
        assert len(list(read(out))) > 20  # type: ignore[operator]

    def test_is_json_where_that_is_asked_for(self, capsys: pytest.CaptureFixture[str]) -> None:
        """With every family, and what has no limit as ``null``."""
        main(["metrics", "-o", "json"])

        found = {each["name"]: each for each in json.loads(capsys.readouterr().out)["metrics"]}
        assert found["multipath_map_paths_active"]["series"] == [{"labels": {"map": "mpatha"}, "value": 2}]
        assert None in [each["value"] for each in found["multipath_map_stall_bound_seconds"]["series"]]

    @pytest.mark.parametrize(
        ("option", "file"), [("--rules", "multipath.rules.yml"), ("--dashboard", "multipath.dashboard.json")]
    )
    def test_may_be_what_to_do_with_it(self, option: str, file: str, capsys: pytest.CaptureFixture[str]) -> None:
        """The files of the package, for those who have only installed it; no kernel is asked."""
        assert main(["metrics", option]) == ExitCode.OK

        assert capsys.readouterr().out == (files("multipath.frontends.metrics") / file).read_text()


class TestAFile:
    def test_gets_all_of_it_at_once(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """In the format that node_exporter reads, for everybody to read; nothing else is left in the folder."""
        file = tmp_path / "multipath.prom"

        assert main(["metrics", "--textfile", str(file)]) == ExitCode.OK
        assert ACTIVE in file.read_text()
        assert "# EOF" not in file.read_text()
        assert stat.S_IMODE(file.stat().st_mode) == 0o644
        assert [*tmp_path.iterdir()] == [file]
        assert capsys.readouterr() == ("", "")

    def test_stays_as_it_was_where_nothing_can_be_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its age then tells that something is wrong."""
        file = tmp_path / "multipath.prom"
        file.write_text("before")
        monkeypatch.setattr(metrics, "Host", refused)

        assert main(["metrics", "--textfile", str(file)]) == ExitCode.DENIED
        assert file.read_text() == "before"

    @pytest.mark.parametrize("place", ["no/such/folder/file", ".", "pipe"])
    def test_that_cannot_be_one_is_refused(
        self, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """In a line; what is no file is not replaced by one."""
        monkeypatch.chdir(tmp_path)
        os.mkfifo("pipe")

        assert main(["metrics", "--textfile", place]) in (ExitCode.ERROR, ExitCode.NOT_FOUND)
        assert re.fullmatch(r"mpath metrics: \S+: writing the metrics: .*\n", capsys.readouterr().err)
        assert Path("pipe").is_fifo()


class TestAListener:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_serves_until_a_signal(
        self, number: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """It says where, and ends with 0; the handlers of before are there again."""
        answers, former = [], signal.getsignal(number)

        def ask(listener: Listener) -> None:
            with urlopen(listener.url, timeout=30) as answer:
                answers.append(answer.read().decode())
            os.kill(os.getpid(), number)

        def serve_forever(listener: Listener) -> None:
            threading.Thread(target=ask, args=(listener,)).start()
            serve(listener, 0.01)

        serve = Listener.serve_forever
        monkeypatch.setattr(Listener, "serve_forever", serve_forever)

        assert main(["metrics", "--listen", "0"]) == ExitCode.OK
        assert ACTIVE in answers[0]
        assert re.fullmatch(r"mpath metrics: listening at http://127.0.0.1:\d+/metrics\n", capsys.readouterr().err)
        assert signal.getsignal(number) == former

    def test_is_refused_where_it_may_not_ask(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """At once, and not each time that somebody asks it."""
        monkeypatch.setattr(metrics, "Host", refused)

        assert main(["metrics", "--listen", "0"]) == ExitCode.DENIED
        assert "listening" not in capsys.readouterr().err


class TestUsage:
    @pytest.mark.parametrize(
        "words",
        [
            ["--listen", "host"],
            ["--listen", "99999"],
            ["--listen", "0", "--textfile", "x"],
            ["--rules", "--dashboard"],
            ["-o", "yaml"],
        ],
        ids=" ".join,
    )
    def test_that_is_wrong_is_code_two(self, words: list[str]) -> None:
        """Before anything is asked or written."""
        with pytest.raises(SystemExit) as caught:
            main(["metrics", *words])

        assert caught.value.code == ExitCode.USAGE

    def test_has_formats_for_what_is_printed_alone(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Else the file would have another one than was asked for."""
        assert main(["metrics", "-o", "json", "--rules"]) == ExitCode.USAGE
        assert capsys.readouterr().err.count("\n") == 1
