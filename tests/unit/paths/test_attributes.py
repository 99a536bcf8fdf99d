"""Reading the attributes of one folder."""

import os
from pathlib import Path as Folder

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.paths.attributes import Attributes, attribute_of, printable


class TestAFolder:
    def test_gives_text_and_numbers(self, tmp_path: Folder) -> None:
        """Without what stands behind them."""
        (tmp_path / "vendor").write_text(" ACME  \n")
        (tmp_path / "size").write_text("2048\n")

        with Attributes(str(tmp_path)) as attributes:
            assert (attributes.text("vendor"), attributes.number("size")) == (" ACME", 2048)
            assert (attributes.number("vendor"), attributes.text("none"), attributes.raw("a\0b")) == (None, None, None)

    def test_is_the_same_after_another_took_its_name(self, tmp_path: Folder) -> None:
        """A disk that is replaced meanwhile is not mixed into the first."""
        folder = tmp_path / "sda"
        folder.mkdir()
        (folder / "size").write_text("1")

        with Attributes(str(folder)) as attributes:
            folder.rename(tmp_path / "gone")
            folder.mkdir()
            (folder / "size").write_text("2")

            assert attributes.number("size") == 1

    @pytest.mark.parametrize("name", ["nowhere", "a\0b", "file"])
    def test_that_is_none_has_no_attributes(self, tmp_path: Folder, name: str) -> None:
        """And is no reason to fail."""
        (tmp_path / "file").write_text("x")

        assert attribute_of(f"{tmp_path}/{name}", "vendor") is None

    def test_waits_for_nothing(self, tmp_path: Folder) -> None:
        """Pipes, with and without a writer, and folders, where an attribute should be."""
        os.mkfifo(tmp_path / "pipe")
        os.mkfifo(tmp_path / "held")
        (tmp_path / "folder").mkdir()
        writer = os.open(tmp_path / "held", os.O_RDWR)

        with Attributes(str(tmp_path)) as attributes:
            assert [attributes.text(name) for name in ("pipe", "held", "folder")] == [None, None, None]
            assert [attributes.binary(name) for name in ("pipe", "held", "folder")] == [b"", None, None]
        os.close(writer)

    def test_gives_no_more_than_the_longest_page(self, tmp_path: Folder) -> None:
        """However long the file is."""
        (tmp_path / "vpd_pg83").write_bytes(bytes(200_000))

        with Attributes(str(tmp_path)) as attributes:
            assert len(attributes.binary("vpd_pg83") or b"") == 4 + 0xFFFF


class TestText:
    @given(st.binary(max_size=40))
    def test_can_be_printed(self, data: bytes) -> None:
        """Whatever a device calls itself."""
        assert printable(data).isprintable()

    @given(st.text(max_size=20).filter(str.isprintable))
    def test_is_kept_where_it_can(self, text: str) -> None:
        """Letters of any script."""
        assert printable(text.encode()) == text
