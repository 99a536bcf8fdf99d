"""Fuzz the reader of multipath.conf: it takes or refuses any bytes, keeps them all, and edits what it is asked to."""

import sys
from contextlib import suppress
from itertools import zip_longest

import atheris

with atheris.instrument_imports(include=["multipath.config"]):
    from multipath.config import reader, tree, writer

from multipath.config.configuration import Reading
from multipath.errors import ConfigError

READINGS: tuple[Reading, ...] = ("compatible", "strict")
DEFAULTS = writer.Place("defaults")
PIECES = (
    b"defaults {\n", b"overrides {\n protocol {\n type scsi:fcp\n", b"devices {\n device {\n vendor A\n product B\n",
    b"multipaths {\n multipath {\n wwid 1\n", b"blacklist {\n", b"blacklist_exceptions {\n device {\n", b"}\n",
    b' devnode "!^sd"\n', b"\n{\n", b" verbosity 3\n", b' prio_args "', b'""', b" # ", b" no_path_retry ", b"\r\n",
    b" dev_loss_tmo 1", b" alias a\n", b"x" * 1023, b"\xff", b"\0", b" uid_attrs ", b" reservation_key 0x",
)  # fmt: skip


def text_of(data: bytes) -> str:
    """Return a text: each byte of a high value is a piece of a configuration, any other is itself."""
    raw = b"".join(PIECES[byte - 0xE0] if 0 <= byte - 0xE0 < len(PIECES) else bytes([byte]) for byte in data)
    return raw.decode("utf-8", "surrogateescape")


def one(data: bytes) -> None:
    """Read a text as a main file and as one of the folder, in both readings, and edit it."""
    text = text_of(data)
    document = tree.Document.parse(text)
    assert str(document) == text
    for reading in READINGS:
        findings = list(document.findings)
        try:
            findings += reader.read_configuration([("a", text), ("b", text)], reading=reading).findings
        except ConfigError as error:
            findings += error.findings
        assert all(str(finding).isprintable() for finding in findings)
    with suppress(ConfigError):
        edit(document)


def edit(document: tree.Document) -> None:
    """Set an option: at most one line changes, and at most three come."""
    changed = writer.set_option(document, DEFAULTS, "prio_args", 'a "b" # c')
    before, after = document.lines, changed.lines
    same = 0
    for old, new in zip_longest(before, after):
        if old != new:
            break
        same += 1
    rest = before[same + 1 :]
    assert after[len(after) - len(rest) :] == rest
    assert len(after) - len(before) <= 3


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
