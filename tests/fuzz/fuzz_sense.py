"""Fuzz the reader of sense data: it never raises, and what it read survives being written, in either format."""

import sys

import atheris

with atheris.instrument_imports(include=["multipath.wire"]):
    from multipath.wire.sense import parse_sense


def one(data: bytes) -> None:
    """Read bytes as sense data, whole and cut."""
    for cut in (len(data), 18, 8, 3):
        found = parse_sense(data[:cut])
        if found is None:
            continue
        assert parse_sense(found.descriptor()) == found, data.hex()
        assert parse_sense(bytes(found)) == found, data.hex()
        assert str(found).isprintable(), data.hex()


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
