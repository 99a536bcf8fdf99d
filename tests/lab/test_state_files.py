"""multipath-tools itself, on the real kernel: it reads what this library writes, and this library what it writes."""

import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from multipath import Control, Host, errors
from multipath.config.configuration import Configuration
from multipath.config.files import load
from multipath.config.reader import read_configuration
from multipath.config.resolve import Resolver
from multipath.lab import multipath_tools
from multipath.maps.bindings import HEADER, order, parse_bindings
from multipath.maps.claim import Places, Question, claim
from multipath.maps.failed_wwids import FailedWwids
from multipath.maps.prkeys import Prkey
from multipath.maps.state_file import StateFolder
from multipath.multipathd.socket import daemon_is_running
from multipath.paths.discover import discover
from multipath.paths.path import Path as PathDevice
from multipath.paths.wwid import identify_wwid
from multipath.policy.find_multipaths import Mode

from ..unit.maps.state_writers import BINDING, Writers

RELEASES = ["0.9.4", "newest"]
CONFIGURATION = """defaults {{
	user_friendly_names yes
	find_multipaths {}
	find_multipaths_timeout 20
	reservation_key file
}}
"""
# Lines that collide, and lines that say nothing.
ALIASES = st.sampled_from(["mpatha", "mpathb", "mpathaa", "data", "a" * 127])
WWIDS = st.sampled_from(["36001", "36002", "3" * 127])  # 0.9.4 keeps longer ones, which no map has
LINES = st.one_of(
    st.builds("{}{}{}".format, ALIASES, st.sampled_from([" ", "\t", "  \t ", "", "\v"]), WWIDS),
    st.builds("{} {}{}".format, ALIASES, WWIDS, st.sampled_from([" more", " # why", "#why", "\r", " "])),
    st.sampled_from(["", "#", "# mpatha 36009", "mpatha", " ", "36001", "mpatha  # 36001"]),
)


class Tool:
    """``multipath`` of one release, with a folder that it takes for its own."""

    def __init__(self, release: str, folder: Path) -> None:
        self.release, self.folder, self.state = release, folder, StateFolder(folder)
        self.main_file = folder / multipath_tools.MAIN_FILE
        self._words = multipath_tools.program(release, at=multipath_tools.portable(release))

    def configure(self, find_multipaths: str) -> None:
        """Write its configuration."""
        self.main_file.write_text(CONFIGURATION.format(find_multipaths))

    def configuration(self) -> Configuration:
        """Return its configuration, as this library reads it."""
        return load(str(self.main_file), str(self.folder / multipath_tools.DROP_INS))

    def printed(self, *arguments: str) -> list[str]:
        """Run it, and return the lines that it prints."""
        return self.start(*arguments).communicate(timeout=60)[0].splitlines()

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start it."""
        out = subprocess.PIPE
        return subprocess.Popen([*self._words, *arguments], cwd=self.folder, stdout=out, stderr=out, text=True)

    def run(self, *arguments: str) -> int:
        """Run it, and return its exit status."""
        process = self.start(*arguments)
        process.communicate(timeout=60)
        return process.returncode


class Daemon:
    """multipathd of one release, as it is: with the files of the guest."""

    def __init__(self, release: str) -> None:
        self._words = multipath_tools.program(release, "multipathd", at=multipath_tools.tree(release))
        silent = subprocess.DEVNULL
        self._process = subprocess.Popen([*self._words, "-d"], stdout=silent, stderr=silent)
        while not daemon_is_running():
            assert self._process.poll() is None
        assert self.ask("show", "daemon")

    def ask(self, *words: str) -> str:
        """Give it a command, and return what it answers once it has one."""
        for _ in range(100):
            command = [*self._words, *words]
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
            if done.returncode == 0:
                return done.stdout
        raise AssertionError(done.stdout + done.stderr)

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(60)


@pytest.fixture(params=RELEASES)
def tool(request: pytest.FixtureRequest, tmp_path: Path, dm: Control) -> Iterator[Tool]:
    """Give a release that finds its plugins, and remove its maps."""
    assert dm.devices() == []
    plugins = next(multipath_tools.portable(request.param).rglob("lib/multipath"))
    link = Path("/usr/lib/multipath")
    link.unlink(missing_ok=True)
    link.symlink_to(plugins)
    tool = Tool(request.param, tmp_path)
    yield tool
    tool.run("-F")


def wwids() -> list[str]:
    """Return the WWIDs of the array's paths, each once."""
    found = (identify_wwid(path, "ID_SERIAL") for path in discover())
    return list(dict.fromkeys(wwid.value for wwid in found if wwid))


def seconds(line: str) -> float:
    """Return what ``FIND_MULTIPATHS_WAIT_UNTIL`` says."""
    return float(line.removeprefix('FIND_MULTIPATHS_WAIT_UNTIL="').removesuffix('"'))


def names(dm: Control) -> dict[str, str]:
    """Return the name of each map, by its WWID."""
    return {(device.uuid or "").removeprefix("mpath-"): device.name for device in dm.devices()}


@pytest.mark.kernel(on="6.12")
@pytest.mark.slow
class TestWhatThisLibraryWrites:
    def test_is_what_the_tool_goes_by(self, tool: Tool, dm: Control) -> None:
        """A WWID that is remembered gets its map, under the alias that is bound, and the files stay as they are."""
        (wwid,) = wwids()
        tool.configure("strict")
        built_before = tool.run(), names(dm)
        tool.state.add_bindings({"mpathq": wwid, "mpatha": "36001", "mpathaa": "36002"})
        tool.state.add_wwids(["36001", wwid])
        written = {file.name: file.read_bytes() for file in tool.folder.iterdir()}
        tool.run()

        assert built_before[1] == {}
        assert names(dm) == {wwid: "mpathq"}
        assert {name: (tool.folder / name).read_bytes() for name in written} == written

    def test_no_longer_counts_once_it_is_removed(self, tool: Tool, dm: Control) -> None:
        """A WWID that is forgotten gets none."""
        (wwid,) = wwids()
        tool.configure("strict")
        tool.state.add_wwids([wwid, "36001"])
        tool.state.remove_wwid(wwid)
        tool.run()

        assert names(dm) == {}


@pytest.mark.kernel(on="6.12")
class TestAMapThatCouldNotBeMadeOnce:
    def test_leaves_no_trace_of_that_once_it_is_made(self, host: Host, tmp_path: Path) -> None:
        """Else a path that comes later would not be claimed."""
        (wwid,) = wwids()
        FailedWwids().mark(wwid)
        configuration = read_configuration([("multipath.conf", CONFIGURATION.format("greedy"))])

        host.plan(configuration, state=StateFolder(tmp_path)).apply()

        assert [each.uuid for each in host.maps()] == [f"mpath-{wwid}"]
        assert wwid not in FailedWwids()


@pytest.mark.kernel(on="6.12")
@pytest.mark.slow
class TestWhatTheToolWrites:
    def test_is_read(self, tool: Tool, dm: Control) -> None:
        """The alias that it has chosen, and the WWID that it remembers; nothing to complain of."""
        (wwid,) = wwids()
        tool.configure("greedy")
        tool.run()

        assert names(dm) == tool.state.bindings().by_wwid == {wwid: "mpatha"}
        assert tool.state.wwids().wwids == (wwid,)
        assert tool.state.bindings().findings == tool.state.wwids().findings == ()

    def test_is_read_when_it_has_forgotten(self, tool: Tool, dm: Control) -> None:
        """``-a`` and ``-w``: one line comes and goes."""
        (wwid,) = wwids()
        tool.configure("greedy")
        tool.state.add_wwid("36001")
        known = []
        for option in ("-a", "-w"):
            assert tool.run(option, "/dev/sda") == 0
            known.append(tool.state.wwids().wwids)

        assert known == [("36001", wwid), ("36001",)]


@pytest.mark.kernel(paths=1, luns=6, on="6.12")
@pytest.mark.slow
class TestBothAtOnce:
    @pytest.mark.parametrize("tool", ["0.9.4"], indirect=True)
    def test_lose_no_binding(self, tool: Tool, dm: Control) -> None:
        """The tool binds six maps while this library binds others: no binding is lost, no alias given twice."""
        tool.configure("greedy")
        with Writers() as writers:
            writers.start(BINDING, str(tool.folder), *(f"37{turn:02}" for turn in range(40)))
            process = tool.start()
            process.communicate(timeout=100)
            said = dict(writers.done())
        bindings = tool.state.bindings()

        assert process.returncode == 0
        assert bindings.findings == ()
        assert bindings.by_alias == {**said, **{name: wwid for wwid, name in names(dm).items()}}
        assert len(bindings.by_alias) == 46
        assert sorted(tool.state.wwids().wwids) == sorted(wwids())


@pytest.mark.kernel(on="6.12")
@pytest.mark.slow
class TestTheClaimOfADisk:
    def test_is_that_of_the_tool(self, tool: Tool, dm: Control) -> None:
        """``multipath -c`` in every mode, of a WWID that is remembered and of one that is not."""
        (wwid,) = wwids()
        places = Places(state=tool.state)
        theirs, ours = {}, {}
        for listed in (False, True):
            for mode in Mode:
                tool.configure(mode)
                question = Question(Resolver(tool.configuration()), screen)
                theirs[mode, listed] = tool.run("-c", "/dev/sda") == 0
                ours[mode, listed] = claim("sda", question, places=places).decision.is_path
            tool.state.add_wwid(wwid)

        assert ours == theirs
        assert set(ours.values()) == {True, False}


@pytest.fixture
def started(tool: Tool) -> Iterator[Callable[[str], Daemon]]:
    """Give who starts the daemon in a mode of ``find_multipaths``, end it, and remove its files."""
    running: list[Daemon] = []

    def start(find_multipaths: str) -> Daemon:
        Path("/etc/multipath.conf").write_text(CONFIGURATION.format(find_multipaths))
        running.append(Daemon(tool.release))
        return running[-1]

    yield start
    for daemon in running:
        daemon.stop()
    Path("/etc/multipath.conf").unlink()
    shutil.rmtree("/etc/multipath", ignore_errors=True)


@pytest.mark.kernel(paths=1, on="6.12")
@pytest.mark.slow
class TestTheClaimInAnEvent:
    def test_is_that_of_the_tool(self, tool: Tool, started: Callable[[str], Daemon]) -> None:
        """``multipath -u``: the only path of its unit may be one; who waits is noted, by either of them."""
        tool.configure("smart")
        started("smart")
        wait = Path("/run/multipath/find_multipaths/8:0")
        question = Question(Resolver(tool.configuration()), screen, event=True)
        first = claim("sda", question, places=Places(state=tool.state))
        first.begin_wait()
        theirs = tool.printed("-u", "sda")
        wait.unlink()
        begun = tool.printed("-u", "sda")
        ours = claim("sda", question, places=Places(state=tool.state))

        assert theirs[-1] == begun[-1] == ours.udev[-1] == 'DM_MULTIPATH_DEVICE_PATH="2"'
        assert 18 <= seconds(theirs[0]) <= 20
        assert 18 <= seconds(ours.udev[0]) <= seconds(begun[0]) <= 20


@pytest.mark.kernel(on="6.12")
@pytest.mark.slow
class TestAPlanBesideTheDaemon:
    def test_is_not_applied_and_binds_nothing(self, tool: Tool, dm: Control, started: Callable[[str], Daemon]) -> None:
        """It says so beforehand; a map would be the daemon's, and so would the choice of its alias."""
        tool.configure("greedy")
        started("strict")
        plan = Host(control=dm).plan(tool.configuration(), state=tool.state)

        assert [remark.code for remark in plan.remarks] == ["multipathd-runs"]
        assert [planned.binding for planned in plan.maps] == ["mpatha"]
        with pytest.raises(errors.ApplyFailed) as failed:
            plan.apply()
        assert [type(result.error) for result in failed.value.results] == [errors.DaemonOwnsMap]
        assert (names(dm), tool.state.bindings().by_alias) == ({}, {})


@pytest.mark.kernel(paths=1, on="6.12")
@pytest.mark.slow
class TestAReservationKey:
    def test_is_set_by_either(self, tool: Tool, started: Callable[[str], Daemon]) -> None:
        """What is set here the daemon tells, once it starts, and what it sets is read."""
        (wwid,) = wwids()
        state = StateFolder()
        state.set_prkey("36001", Prkey(0xEF))
        state.set_prkey(wwid, Prkey(0xCD))
        daemon = started("greedy")
        ours = daemon.ask("getprkey", "map", "mpatha").strip()
        daemon.ask("setprkey", "map", "mpatha", "key", "0xab:aptpl")
        theirs = state.prkeys()
        daemon.ask("unsetprkey", "map", "mpatha")

        assert ours == "0xcd"
        assert (theirs.keys, theirs.findings) == ({"36001": Prkey(0xEF), wwid: Prkey(0xAB, aptpl=True)}, ())
        assert state.prkeys().keys == {"36001": Prkey(0xEF)}
        assert state.bindings().by_wwid == {wwid: "mpatha"}


@pytest.mark.slow
@pytest.mark.parametrize("release", RELEASES)
class TestABindingsFileThatTheToolMends:
    """It writes anew a file with a conflict, without what it does not use: the oracle of our reader."""

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(lines=st.lists(LINES, max_size=10))
    def test_was_read_as_we_read_it(self, release: str, lines: list[str], tmp_path: Path) -> None:
        """Which bindings are used, of all lines of any file."""
        (tmp_path / multipath_tools.MAIN_FILE).write_text(CONFIGURATION.format("greedy"))
        data = HEADER + "\n".join(["conflict 1", "conflict 2", *lines, ""]).encode()
        (tmp_path / "bindings").write_bytes(data)
        Tool(release, tmp_path).run("-l")
        mended = (tmp_path / "bindings").read_bytes()

        assert mended != data
        found = parse_bindings(data).by_alias
        aliases = sorted(found) if release == "0.9.4" else sorted(found, key=order)
        assert mended == HEADER + "".join(f"{alias} {found[alias]}\n" for alias in aliases).encode()


class Screened:
    """What an empty configuration says of a path of the lab."""

    def __init__(self, path: PathDevice) -> None:
        found = identify_wwid(path, "ID_SERIAL")
        self.allowed, self.text, self.wwid = True, "", found.value if found else None


def screen(paths: Iterable[PathDevice]) -> list[Screened]:
    """Return what it says of each."""
    return [Screened(path) for path in paths]
