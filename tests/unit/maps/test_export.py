"""The names of this host's maps in the root of another system."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath import Host, MultipathTable, errors
from multipath.config.configuration import Configuration
from multipath.config.files import load
from multipath.config.reader import read_configuration
from multipath.maps.exported_identity import ExportedIdentity, FileAction
from multipath.maps.prkeys import Prkey
from multipath.maps.state_file import StateFolder
from multipath.virtual import VirtualArray, VirtualHost

FRIENDLY = "defaults {\n user_friendly_names yes\n find_multipaths yes\n}\n"
CONFIG = read_configuration([("installer.conf", FRIENDLY)])


@pytest.fixture
def world() -> Iterator[VirtualHost]:
    """Give a machine in memory."""
    with VirtualHost() as world:
        yield world


@pytest.fixture
def host(world: VirtualHost) -> Iterator[Host]:
    """Give its host."""
    with Host(**world.seams()) as host:
        yield host


@pytest.fixture
def array(world: VirtualHost) -> VirtualArray:
    """Give an array with two paths to its unit."""
    return world.add_array(paths=2)


@pytest.fixture
def made(host: Host, array: VirtualArray) -> Host:  # noqa: ARG001
    """Give a host that has a map, called mpatha."""
    host.plan(CONFIG).apply()
    return host


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Give the root of another system."""
    root = tmp_path / "target"
    (root / "etc").mkdir(parents=True)
    return root


def export(host: Host, target: Path, config: Configuration = CONFIG, **more: object) -> ExportedIdentity:
    """Export with the configuration of these tests."""
    return host.export_identity(target, config=config, **more)  # type: ignore[arg-type]


def held(target: Path) -> dict[str, bytes]:
    """Return every file of the target."""
    return {str(file.relative_to(target)): file.read_bytes() for file in target.rglob("*") if file.is_file()}


def state_of(target: Path) -> StateFolder:
    """Return the target's state files."""
    return StateFolder(target / "etc/multipath")


def write(target: Path, name: str, text: str) -> None:
    """Let the target have a file."""
    file = target / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)


class TestAnEmptyTarget:
    def test_gets_the_three_files_with_the_modes_of_multipath_tools(
        self, made: Host, array: VirtualArray, target: Path
    ) -> None:
        """And no prkeys where there are none."""
        found = export(made, target)

        assert [(each.name, each.wwid, each.by) for each in found.maps] == [("mpatha", array.wwid, "binding")]
        assert {file.action for file in found.files} == {FileAction.MADE}
        assert held(target).keys() == {"etc/multipath.conf", "etc/multipath/bindings", "etc/multipath/wwids"}
        assert state_of(target).bindings().by_alias == {"mpatha": array.wwid}
        assert state_of(target).wwids().wwids == (array.wwid,)
        modes = [(target / name).stat() for name in ("etc/multipath.conf", "etc/multipath", "etc/multipath/wwids")]
        assert [stat.S_IMODE(mode.st_mode) for mode in modes] == [0o644, 0o700, 0o600]
        assert {mode.st_uid for mode in modes} == {os.geteuid()}

    def test_is_left_alone_the_second_time(self, made: Host, target: Path) -> None:
        """Not a file is replaced."""
        export(made, target)
        before = {name: (target / name).stat().st_ino for name in held(target)}

        found = export(made, target)

        assert {file.action for file in found.files} == {FileAction.KEPT}
        assert {name: (target / name).stat().st_ino for name in held(target)} == before

    def test_is_only_told_about_in_a_dry_run(self, made: Host, target: Path) -> None:
        """Nothing is made, no folder either."""
        found = export(made, target, dry_run=True)

        assert [str(file).removeprefix(str(target)) for file in found.files] == [
            "/etc/multipath/wwids: made",
            "/etc/multipath/bindings: made",
            "/etc/multipath.conf: made",
        ]
        assert list((target / "etc").iterdir()) == []

    def test_says_what_holds_here_also_where_it_is_built_in(
        self, host: Host, array: VirtualArray, target: Path
    ) -> None:
        """Another distribution may have something else built in: names by WWID are said to be so."""
        strict = read_configuration([("c", "")])
        host.create(array.wwid, MultipathTable.build([[path.name for path in array.paths]]), uuid=f"mpath-{array.wwid}")

        (only,) = export(host, target, strict).maps

        assert only.by == "wwid"
        settings = load(target / "etc/multipath.conf", "").defaults
        assert {name: setting.value for name, setting in settings.items()} == {
            "user_friendly_names": False,
            "find_multipaths": "strict",
        }
        assert "bindings" not in "".join(held(target))


class TestAMapThatNoRuleWouldCallSo:
    def test_gets_an_alias(self, host: Host, array: VirtualArray, target: Path) -> None:
        """Where names are WWIDs there, and here somebody gave it one."""
        plain = read_configuration([("c", "defaults {\n user_friendly_names no\n find_multipaths yes\n}\n")])
        host.create("root", MultipathTable.build([[path.name for path in array.paths]]), uuid=f"mpath-{array.wwid}")

        (only,) = export(host, target, plain).maps

        assert (only.name, only.by) == ("root", "alias")
        assert load(target / "etc/multipath.conf", "").multipaths[array.wwid].settings["alias"].value == "root"

    def test_keeps_the_alias_that_it_is_configured(self, host: Host, array: VirtualArray, target: Path) -> None:
        """And is bound to nothing."""
        text = f"{FRIENDLY}multipaths {{\n multipath {{\n wwid {array.wwid}\n alias root\n }}\n}}\n"
        config = read_configuration([("c", text)])
        host.plan(config).apply()

        (only,) = export(host, target, config).maps

        assert (only.name, only.by) == ("root", "alias")
        assert not (target / "etc/multipath/bindings").exists()

    def test_that_has_no_identity_is_left_out(self, made: Host, target: Path) -> None:
        """Where it is asked for by name, that is refused."""
        other = made.paths()[0]
        made.map("mpatha").remove()
        made.create("mine", MultipathTable.build([[other.name]]), uuid="mine-1")

        assert export(made, target).maps == ()
        with pytest.raises(errors.ExportRefused, match="map mine has no uuid that begins with mpath-"):
            export(made, target, maps=["mine"])


class TestATargetThatHasFiles:
    def test_keeps_what_is_in_them(self, made: Host, array: VirtualArray, target: Path) -> None:
        """Comments, other options, other bindings and WWIDs, modes."""
        write(target, "etc/multipath.conf", "# ours\ndefaults {\n polling_interval 7\n}\n")
        write(target, "etc/multipath/bindings", "mpathz 36009\n")
        write(target, "etc/multipath/wwids", "/36009/\n")
        (target / "etc/multipath/bindings").chmod(0o640)

        found = export(made, target)

        assert {file.action for file in found.files} == {FileAction.CHANGED}
        assert (target / "etc/multipath.conf").read_text().startswith("# ours\ndefaults {\n polling_interval 7\n")
        assert state_of(target).bindings().by_alias == {"mpatha": array.wwid, "mpathz": "36009"}
        assert state_of(target).wwids().wwids == ("36009", array.wwid)
        assert stat.S_IMODE((target / "etc/multipath/bindings").stat().st_mode) == 0o640

    def test_decides_what_nobody_says_here(self, made: Host, target: Path) -> None:
        """What is built in here is no wish: the target's word stands, as long as the names come out the same."""
        said = "defaults {\n user_friendly_names yes\n find_multipaths greedy\n}\n"
        write(target, "etc/multipath.conf", said)

        (only,) = export(made, target, Configuration()).maps

        assert (only.name, only.by) == ("mpatha", "binding")
        assert (target / "etc/multipath.conf").read_text() == said

    def test_that_contradict_is_refused_with_all_that_does(
        self, made: Host, array: VirtualArray, target: Path, tmp_path: Path
    ) -> None:
        """Not a byte is changed; by force what is here takes its place."""
        write(target, "etc/multipath.conf", "defaults {\n user_friendly_names no\n}\n")
        write(target, "etc/multipath/bindings", f"mpatha 36009\nmpathq {array.wwid}\n")
        here = StateFolder(tmp_path / "here")
        here.set_prkey(array.wwid, Prkey(1))
        state_of(target).set_prkey(array.wwid, Prkey(2))
        before = held(target)

        with pytest.raises(errors.ExportRefused) as caught:
            export(made, target, state=here)

        told = "\n".join(caught.value.conflicts)
        for word in ("user_friendly_names of defaults is 'no' there, 'yes' here", "mpatha", "mpathq", "has the key 0x"):
            assert word in told
        assert held(target) == before
        export(made, target, state=here, force=True)
        assert state_of(target).bindings().by_alias == {"mpatha": array.wwid}
        assert "# mpatha 36009" in (target / "etc/multipath/bindings").read_text()
        assert state_of(target).prkeys().keys == {array.wwid: Prkey(1)}
        assert load(target / "etc/multipath.conf", "").defaults["user_friendly_names"].value is True
        assert {file.action for file in export(made, target, state=here).files} == {FileAction.KEPT}

    @pytest.mark.parametrize("name", ["etc/multipath.conf", "etc/multipath/conf.d/site.conf"])
    def test_that_would_not_make_the_map_is_refused(self, made: Host, target: Path, name: str) -> None:
        """With the rule, its file and line; by force it is only remarked on."""
        (target / "etc/multipath/conf.d").mkdir(parents=True)
        write(target, name, 'blacklist {\n devnode "^sd"\n}\n')

        with pytest.raises(errors.ExportRefused, match=r"mpatha would not be made there: .*blacklisted.*conf:2"):
            export(made, target)
        assert "would not be made" in export(made, target, force=True).remarks[0]

    def test_that_would_call_it_otherwise_is_refused(self, made: Host, array: VirtualArray, target: Path) -> None:
        """A file that is read later decides."""
        (target / "etc/multipath/conf.d").mkdir(parents=True)
        alias = f"multipaths {{\n multipath {{\n wwid {array.wwid}\n alias other\n }}\n}}\n"
        write(target, "etc/multipath/conf.d/site.conf", alias)

        with pytest.raises(errors.ExportRefused, match="map mpatha would be called other there"):
            export(made, target)

    def test_that_cannot_be_read_is_an_error_of_that_file(self, made: Host, target: Path) -> None:
        """A fifo would be waited for."""
        os.mkfifo(target / "etc/multipath.conf")

        with pytest.raises(errors.ExportRefused, match=r"/etc/multipath.conf is no regular file"):
            export(made, target)


class TestATargetThatIsNone:
    def test_is_refused(self, made: Host, tmp_path: Path) -> None:
        """Nothing is there, nothing is mounted there, or it is this system."""
        (tmp_path / "empty").mkdir()
        for dest, why in (
            (tmp_path / "absent", "it is no folder"),
            (tmp_path / "empty", "it has no /etc; is the target mounted there"),
            (Path("/"), "it is the root of the running system"),
        ):
            with pytest.raises(errors.ExportRefused, match=why):
                made.export_identity(dest)

    @pytest.mark.parametrize("name", ["etc/multipath", "etc/multipath.conf", "etc/multipath/bindings"])
    def test_is_not_left_by_a_link(self, made: Host, target: Path, tmp_path: Path, name: str) -> None:
        """What it leads to is a file of this system."""
        outside = tmp_path / "outside"
        outside.mkdir()
        (target / name).parent.mkdir(exist_ok=True)
        (target / name).symlink_to(outside / "file" if "." in name or "bind" in name else outside)

        with pytest.raises(errors.ExportRefused, match="leads out of it"):
            export(made, target)

        assert list(outside.iterdir()) == []

    def test_may_have_links_within(self, made: Host, target: Path) -> None:
        """They stay, and the file that they lead to is written."""
        (target / "usr").mkdir()
        (target / "etc/multipath.conf").symlink_to("../usr/multipath.conf")

        export(made, target)

        assert (target / "etc/multipath.conf").is_symlink()
        assert "user_friendly_names" in (target / "usr/multipath.conf").read_text()


class TestSomeMaps:
    def test_are_chosen_by_any_reference(self, world: VirtualHost, host: Host, target: Path) -> None:
        """The others are not exported."""
        wwids = [world.add_array(paths=2).wwid for _ in range(2)]
        host.plan(CONFIG).apply()

        found = export(host, target, maps=[wwids[1], "mpathb"])

        assert [each.wwid for each in found.maps] == [wwids[1]]
        assert state_of(target).wwids().wwids == (wwids[1],)

    def test_that_are_not_there_are_not_found(self, made: Host, target: Path) -> None:
        """Nothing is written."""
        with pytest.raises(errors.NotFound):
            export(made, target, maps=["mpathq"])

        assert held(target) == {}

    def test_without_a_path_here_are_exported_untried(self, made: Host, array: VirtualArray, target: Path) -> None:
        """Whether the target makes them cannot be seen from here; the name is given by an alias."""
        for path in list(array.paths):
            path.delete()

        found = export(made, target)

        assert [(each.name, each.by) for each in found.maps] == [("mpatha", "alias")]
        assert found.remarks == ("map mpatha has no path here: that the target makes it was not tried",)
