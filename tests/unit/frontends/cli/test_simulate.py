"""``mpath simulate``: what it takes, what it prints, what it draws."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from multipath.frontends.cli.main import main
from multipath.frontends.cli.progress import Progress
from multipath.frontends.cli.simulated_array import parse_failure, parse_paths
from multipath.simulation import Exponential, LogNormal, Measured, Outage, SimulatedPath

US = 1_000
UNEQUAL = ["--path", "fixed:1ms", "--path", "fixed:3ms", "--qd", "4", "--ios", "1000"]


def simulated(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """Return what ``mpath simulate`` prints as JSON."""
    assert main(["simulate", *words, "-o", "json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


class TestThePathsOfACommandLine:
    @pytest.mark.parametrize(
        ("text", "paths"),
        [
            ("exp:200us", [SimulatedPath(Exponential(200 * US))]),
            ("exp:200us,count=3", [SimulatedPath(Exponential(200 * US))] * 3),
            (
                "lognormal:150us/0.4,parallel=8,throughput=0,cpus=0-1+5",
                [SimulatedPath(LogNormal(150 * US, 0.4), parallel=8, throughput=0, cpus=frozenset({0, 1, 5}))],
            ),
            ("exp:1us,bandwidth=2MiB", [SimulatedPath(Exponential(US), bytes_per_second=2 << 20)]),
        ],
    )
    def test_are_read(self, text: str, paths: list[SimulatedPath]) -> None:
        """A latency, and options after commas."""
        assert parse_paths(text) == paths

    def test_may_come_from_a_measurement(self, tmp_path: Path) -> None:
        """A file of latencies."""
        (tmp_path / "measured").write_text("150000 7\n90000\n")

        assert parse_paths(f"hist:{tmp_path}/measured") == [SimulatedPath(Measured(((90_000, 1), (150_000, 7))))]

    def test_fail_at_times(self) -> None:
        """From one until another, or for good; at once, or after a while."""
        assert parse_failure("2@1s-3s").outage == Outage(10**9, 3 * 10**9)
        assert parse_failure("2@1s,error=30s").outage == Outage(10**9, None, 30 * 10**9)
        assert parse_failure("2@1s").path == 2


class TestAComparison:
    def test_is_a_table_of_every_selector_that_suits(self, capsys: pytest.CaptureFixture[str]) -> None:
        """One line each, in columns; io-affinity has no CPUs here."""
        assert main(["simulate", *UNEQUAL]) == 0

        title, _, head, *lines = capsys.readouterr().out.splitlines()
        assert title == "2 paths, queue depth 4"
        assert head.split()[:3] == ["selector", "I/O", "per"]
        assert [line.split()[0] for line in lines] == [
            "round-robin", "queue-length", "service-time", "historical-service-time",
        ]  # fmt: skip
        assert " ".join(lines[1].split()) == "queue-length 2,667 10.42 MiB 1.5 ms 1 ms 3 ms 3 ms 3 ms 75.0% 25.0%"
        assert {len(line.rpartition(" ms  ")[0]) for line in lines} == {len(lines[0].rpartition(" ms  ")[0])}

    def test_has_colours_on_a_terminal(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The least latency is green."""
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.delenv("NO_COLOR", raising=False)

        assert main(["simulate", *UNEQUAL]) == 0

        assert "\x1b[32m" in capsys.readouterr().out

    def test_for_programs_has_units_in_its_names(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Every number of the result."""
        found = simulated(capsys, *UNEQUAL, "--selector", "queue-length", "--seed", "5")

        (only,) = found["simulations"]
        assert found["load"] == "2 paths, queue depth 4"
        assert {key: only[key] for key in ("selector", "seed", "ios", "elapsed_ns", "mean_latency_ns")} == {
            "selector": "queue-length", "seed": 5, "ios": 1000, "elapsed_ns": 375_000_000, "mean_latency_ns": 1_500_000,
        }  # fmt: skip
        assert only["percentiles_ns"] == {
            "50": 10**6,
            "90": 3 * 10**6,
            "99": 3 * 10**6,
            "99.9": 3 * 10**6,
            "100": 3 * 10**6,
        }
        assert [path["share"] for path in only["paths"]] == [0.75, 0.25]

    def test_takes_a_selector_with_its_arguments(self, capsys: pytest.CaptureFixture[str]) -> None:
        """As in a table."""
        found = simulated(capsys, *UNEQUAL, "--selector", "historical-service-time 512 4", "--selector", "round-robin")

        assert [each["selector"] for each in found["simulations"]] == ["historical-service-time 512 4", "round-robin"]

    def test_asks_io_affinity_where_every_path_has_cpus(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Each CPU by its own path."""
        found = simulated(
            capsys,
            "--path",
            "fixed:1ms,cpus=0",
            "--path",
            "fixed:1ms,cpus=1-2",
            "--cpus",
            "3",
            "--qd",
            "3",
            "--ios",
            "300",
        )

        assert [path["ios"] for path in found["simulations"][-1]["paths"]] == [100, 200]

    def test_tells_what_went_wrong(self, capsys: pytest.CaptureFixture[str]) -> None:
        """I/Os that were sent again, held, and never ended."""
        words = ["--path", "fixed:2ms", "--qd", "2", "--ios", "100", "--selector", "round-robin"]

        assert main(["simulate", *words, "--fail", "1@1ms-5ms,error=1ms", "--fail", "1@21ms"]) == 0

        *_, retried, held, lost = capsys.readouterr().out.splitlines()
        assert retried == "round-robin: 4 I/Os came back with an error and were sent again"
        assert held == "round-robin: I/Os were held for 6 ms together, because no path was in use"
        assert lost == "round-robin: 2 I/Os never ended: every path is down for good"

    def test_tells_when_it_ended_before_its_time(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A run keeps only so many I/Os."""
        monkeypatch.setattr("multipath.frontends.cli.simulation_record.MOST_IOS", 10)
        words = ["--path", "fixed:2ms", "--qd", "1", "--ios", "10", "--selector", "round-robin"]

        assert main(["simulate", *words, "--duration", "1h"]) == 0

        assert capsys.readouterr().out.splitlines()[-1] == "round-robin: ended with I/O 10, at 20 ms of 3600 s"


class TestALoad:
    @pytest.mark.parametrize(
        ("words", "ios"),
        [
            (["--rate", "1000", "--even", "--duration", "1s"], 999),
            (["--qd", "2", "--think", "fixed:4ms", "--duration", "1s"], 400),
            (["--bytes", "4KiB:70,64KiB:30", "--ios", "50"], 50),
        ],
    )
    def test_is_what_the_options_say(self, capsys: pytest.CaptureFixture[str], words: list[str], ios: int) -> None:
        """Closed, open, mixed."""
        found = simulated(capsys, "--path", "fixed:1ms", "--selector", "round-robin", *words)

        assert found["simulations"][0]["ios"] == ios

    def test_may_be_a_trace(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        """Of fio, or of blktrace."""
        (tmp_path / "log").write_text("fio version 3 iolog\n0 a add\n5 a read 0 4096\n9 a write 0 512\n")

        found = simulated(capsys, "--path", "fixed:1ms", "--trace", f"{tmp_path}/log", "--selector", "round-robin")

        assert found["load"] == "1 path, 2 I/Os of a trace"
        assert found["simulations"][0]["paths"][0]["bytes"] == 4608


class TestAFaultOfUsage:
    @pytest.mark.parametrize(
        ("words", "complaint"),
        [
            ([], "the following arguments are required: --path"),
            (["--path", "exp:200"], "not a time: '200'"),
            (["--path", "exp:1ms,speed=9"], "not an option of a path: 'speed=9'; expected parallel, bandwidth"),
            (["--path", "exp:1ms,parallel="], "not an option of a path"),
            (["--path", "exp:1ms,cpus=9-2"], "no CPU in '9-2'"),
            (["--path", "exp:1ms,cpus=a"], "not numbers of CPUs: 'a'"),
            (["--path", "exp:1ms,count=2000"], "a group of 2000 paths: the kernel takes 1 to 1024"),
            (["--path", "hist:/nowhere"], "cannot read '/nowhere': No such file or directory"),
            (["--path", "exp:1ms", "--trace", "/"], "cannot read '/': Is a directory"),
            (["--path", "exp:1ms", "--trace", "/dev/null"], "no trace of fio or blkparse begins with ''"),
            (["--path", "exp:1ms", "--fail", "2@1s"], "--fail names path 2: there are 1, from 1"),
            (["--path", "exp:1ms", "--fail", "1@3s-2s"], "ends before it starts"),
            (["--path", "exp:1ms", "--fail", "1"], "not a failure: '1'; expected path@start-end"),
            (["--path", "exp:1ms", "--fail", "1@1s", "--fail", "1@2s"], "starts before"),
            (["--path", "exp:1ms", "--qd", "0"], "not a whole number from 1: '0'"),
            (["--path", "exp:1ms", "--qd", "9999999"], "a queue depth of 9999999: a simulation takes"),
            (["--path", "exp:1ms", "--rate", "-3"], "a rate of -3.0 I/Os in a second"),
            (["--path", "exp:1ms", "--rate", "nan"], "a rate of nan"),
            (["--path", "exp:1ms", "--rate", "5", "--qd", "5"], "not allowed with argument"),
            (["--path", "exp:1ms", "--rate", "5", "--think", "exp:1ms"], "leave --think out: it goes with --qd"),
            (["--path", "exp:1ms", "--even"], "leave --even out: it goes with --rate"),
            (["--path", "exp:1ms", "--bytes", "4KiB:x"], "not a whole number from 1: 'x'"),
            (["--path", "exp:1ms", "--bytes", "8GiB"], "an I/O of 8589934592 bytes: the kernel counts"),
            (["--path", "exp:1ms", "--selector", "best"], "'best' cannot run here"),
            (["--path", "exp:1ms", "--selector", "io-affinity"], "give every path its CPUs"),
            (["--path", "exp:1ms", "--selector", "historical-service-time 2000"], "a base weight"),
            (["--path", "exp:1ms", "--plot", "x.jpg"], "not the name of a picture: 'x.jpg'; it ends with .png"),
            (["--path", "exp:1ms", "--ios", "999999999"], "999999999 I/Os: a simulation takes 1 to 50000000"),
        ],
    )
    def test_is_one_line_and_code_two(
        self, words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """With what was given and what is taken."""
        try:
            code: object = main(["simulate", *words])
        except SystemExit as exit_:
            code = exit_.code

        out, err = capsys.readouterr()
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert complaint in err


class TestAPicture:
    @pytest.mark.slow
    @pytest.mark.parametrize(("name", "begin"), [("array.png", b"\x89PNG"), ("array.svg", b"<?xml")])
    def test_is_drawn_in_the_format_of_its_name(
        self, name: str, begin: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Latencies and shares of every selector."""
        assert main(["simulate", *UNEQUAL, "--plot", str(tmp_path / name)]) == 0

        content = (tmp_path / name).read_bytes()
        assert content.startswith(begin)
        if name.endswith("svg"):
            text = content.decode()
            assert all(
                word in text for word in ("round-robin, mean 2 ms", "queue-length, mean 1.5 ms", "path 2: fixed:3ms")
            )

    @pytest.mark.slow
    def test_of_nothing_that_ended_is_drawn_too(self, tmp_path: Path) -> None:
        """An array that is down from the start, and more paths than the legend names."""
        words = ["--path", "fixed:1ms,count=12", *(word for path in range(1, 13) for word in ("--fail", f"{path}@0s"))]

        assert main(["simulate", *words, "--plot", str(tmp_path / "down.png")]) == 0

    def test_without_matplotlib_says_how_to_get_it(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Before anything is simulated."""
        monkeypatch.setitem(sys.modules, "matplotlib", None)

        assert main(["simulate", *UNEQUAL, "--plot", "x.png"]) == 1
        assert capsys.readouterr() == (
            "", "mpath simulate: a picture needs matplotlib, which is missing: pip install 'dm-multipath[plot]'\n",
        )  # fmt: skip


class TestALongRun:
    @pytest.mark.slow
    def test_tells_how_far_it_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """As a share of the whole."""
        told: list[str] = []
        monkeypatch.setattr(Progress, "tell", lambda _, detail: told.append(detail))

        words = ["--path", "fixed:1ms", "--selector", "round-robin", "--ios", "3000000"]
        assert main(["simulate", *words]) == 0

        assert told == ["35%", "70%"]
