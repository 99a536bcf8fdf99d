"""Sizes, as people read and write them."""

import pytest

from multipath.frontends.cli.size import human_size, parse_size

SHOWN = [
    (0, "0 B"),
    (512, "512 B"),
    (1023, "1023 B"),
    (1024, "1 KiB"),
    (1536, "1.5 KiB"),
    (64 << 20, "64 MiB"),
    ((1 << 40) + (1 << 38), "1.25 TiB"),
    (1 << 60, "1 EiB"),
    (1 << 70, "1024 EiB"),
    (-4096, "-4 KiB"),
]
READ = [("131072", 131072), ("8s", 8), ("4096B", 8), ("64MiB", 131072), ("64M", 131072), ("2T", 1 << 32)]


@pytest.mark.parametrize(("size", "text"), SHOWN)
def test_bytes_are_shown_in_the_largest_unit(size: int, text: str) -> None:
    """At most two decimals, binary units."""
    assert human_size(size) == text


@pytest.mark.parametrize(("text", "sectors"), READ)
def test_a_size_is_read_in_any_unit(text: str, sectors: int) -> None:
    """A bare number counts sectors, as in a table."""
    assert parse_size(text) == sectors


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5G", "1KB", "513B", "0x10", "1 2"])
def test_another_form_is_refused(text: str) -> None:
    """Also what is no whole number of sectors."""
    with pytest.raises(ValueError, match=r"size|sectors"):
        parse_size(text)
