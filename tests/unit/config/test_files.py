import errno
import os
import stat
from pathlib import Path

import pytest

from multipath.config.files import load, read_document, save
from multipath.config.tree import Document
from multipath.errors import ConfigError, FileError

from ..full_disk import said
from .texts import codes, section


class TestAFolderOfFiles:
    def test_is_read_in_the_order_of_names_and_only_what_ends_in_conf(self, tmp_path: Path) -> None:
        """The bytes of the names decide, and ``.conf`` is all of the ending."""
        for name, level in [("a_.conf", 1), ("aB.conf", 3), ("c.conf.off", 4), ("cconf", 4), (".conf", 0)]:
            (tmp_path / name).write_text(section("defaults", f"verbosity {level}"))

        found = load(tmp_path / "absent", tmp_path)

        assert found.defaults["verbosity"].origin.file == str(tmp_path / "a_.conf")

    def test_may_be_absent_with_the_main_file(self, tmp_path: Path) -> None:
        """Without any file the configuration is an empty one."""
        assert load(tmp_path / "a", tmp_path / "b").defaults == {}

    def test_has_no_main_file_among_it(self, tmp_path: Path) -> None:
        """What is fatal in the main file is not in another one, though the main file be absent."""
        (tmp_path / "a.conf").write_text(section("blacklist", 'devnode "*"'))

        assert codes(load(tmp_path / "absent", tmp_path)) == ["bad-expression"]


class TestAFileThatCannotBeRead:
    def test_is_an_error_where_it_is_the_main_one(self, tmp_path: Path) -> None:
        """A folder in its place has an errno."""
        with pytest.raises(FileError) as caught:
            load(tmp_path, tmp_path)

        assert (caught.value.errno, caught.value.path) == (errno.EISDIR, str(tmp_path))

    def test_has_a_name_that_can_be(self) -> None:
        """One with a NUL is an error too, not an exception of another kind."""
        with pytest.raises(FileError) as caught:
            read_document("multipath\0conf")

        assert caught.value.errno == errno.EINVAL

    @pytest.mark.parametrize("name", ["link", "file/multipath.conf"])
    def test_is_not_one_that_does_not_exist(self, tmp_path: Path, name: str) -> None:
        """A link that leads nowhere, and a name below a file, are somebody's mistake."""
        (tmp_path / "link").symlink_to("nowhere")
        (tmp_path / "file").touch()

        with pytest.raises(FileError):
            load(tmp_path / name, tmp_path / "absent")

    def test_is_not_the_null_device(self, tmp_path: Path) -> None:
        """It stands for an empty one."""
        assert load(os.devnull, tmp_path / "absent").findings == ()

    def test_is_a_pipe_that_nobody_writes_to(self, tmp_path: Path) -> None:
        """It is not waited for; in the folder it is a finding."""
        (tmp_path / "conf.d").mkdir()
        for name in ("pipe", "conf.d/pipe.conf"):
            os.mkfifo(tmp_path / name)

        with pytest.raises(FileError) as caught:
            load(tmp_path / "pipe", tmp_path / "absent")
        assert caught.value.errno == errno.EINVAL
        assert codes(load(tmp_path / "absent", tmp_path / "conf.d")) == ["unreadable-file"]

    def test_is_a_finding_where_it_is_one_of_the_folder(self, tmp_path: Path) -> None:
        """The others are read; the strict reading refuses."""
        (tmp_path / "a.conf").mkdir()
        (tmp_path / "b.conf").write_text(section("defaults", "verbosity 3"))

        found = load(tmp_path / "absent", tmp_path)

        assert codes(found) == ["unreadable-file"]
        assert found.defaults["verbosity"].value == 3
        with pytest.raises(ConfigError, match="Is a directory"):
            load(tmp_path / "absent", tmp_path, reading="strict")


class TestBytesThatAreNoText:
    def test_come_back_as_they_were(self, tmp_path: Path) -> None:
        """A file that is no UTF-8 is read, and written as the bytes that it was."""
        raw = b'defaults {\n prio_args "\xff\xfe\x80" # \xe4\n}\r\n'
        path = tmp_path / "multipath.conf"
        path.write_bytes(raw)

        save(read_document(path), path)

        assert path.read_bytes() == raw

    def test_cannot_be_what_no_file_holds(self, tmp_path: Path) -> None:
        """A text with half a surrogate pair is no text of a file."""
        with pytest.raises(ConfigError, match="not written"):
            save(Document.parse("\ud800"), tmp_path / "a")


class TestSaving:
    def test_keeps_mode_and_attributes(self, tmp_path: Path) -> None:
        """The new file is dressed as the old one."""
        path = tmp_path / "multipath.conf"
        path.write_text("old")
        path.chmod(0o640)
        os.setxattr(path, "user.note", b"kept")

        save(Document.parse("new"), path)

        assert path.read_text() == "new"
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        assert os.getxattr(path, "user.note") == b"kept"

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
    def test_keeps_the_owner(self, tmp_path: Path) -> None:
        """A file of another user stays theirs."""
        path = tmp_path / "multipath.conf"
        path.write_text("old")
        os.chown(path, 65534, 65534)

        save(Document.parse("new"), path)

        assert (path.stat().st_uid, path.stat().st_gid) == (65534, 65534)

    def test_follows_a_link(self, tmp_path: Path) -> None:
        """The link stays one, and its target has the text."""
        (tmp_path / "real").mkdir()
        target, link = tmp_path / "real" / "a.conf", tmp_path / "multipath.conf"
        target.write_text("old")
        link.symlink_to("real/a.conf")

        save(Document.parse("new"), link)

        assert link.is_symlink()
        assert target.read_text() == "new"

    @pytest.mark.slow
    def test_that_fails_leaves_the_file_and_nothing_else(self, tmp_path: Path) -> None:
        """The error has the errno, the file its old text, and the folder no other file."""
        path = tmp_path / "multipath.conf"
        path.write_text("old")

        imports = "from multipath.config.files import save\nfrom multipath.config.tree import Document"
        error = said(4, imports, "save(Document.parse('much longer than that'), Path(sys.argv[1]))", str(path))

        assert error.startswith(f"EFBIG {path}")
        assert path.read_text() == "old"
        assert os.listdir(tmp_path) == ["multipath.conf"]

    @pytest.mark.parametrize("name", [".", "loop", "absent/a.conf"])
    def test_refuses_what_is_no_file(self, tmp_path: Path, name: str) -> None:
        """A folder, a link to itself and a name in no folder are errors, and nothing appears."""
        (tmp_path / "loop").symlink_to("loop")

        with pytest.raises(FileError):
            save(Document.parse("new"), tmp_path / name)

        assert os.listdir(tmp_path) == ["loop"]
