"""What libmultipath itself makes of pages of vital product data, and what we make of them."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from multipath.lab import multipath_tools
from multipath.wire.vpd import serial_of_page, wwid_of_page

pytestmark = pytest.mark.slow

PAGES = 5000
SEED = 4
NAA_LENGTHS = {6: 16, 5: 8, 2: 8, 3: 8}
KINDS = (0, 1, 1, 2, 3, 3, 3, 4, 5, 6, 7, 8, 8, 10, 11)
NAMES = (b"eui.", b"naa.", b"iqn.", b"uui.", b"eui", b"")
SIZES = (0, 1, 4, 7, 8, 9, 16, 32, 60, 100, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 130, 200, 251)


@pytest.fixture(scope="module", params=multipath_tools.RELEASES)
def oracle(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Give the words that run the oracle with a release."""
    program = tmp_path_factory.mktemp("oracle") / "vpd_oracle"
    source = Path(__file__).with_name("vpd_oracle.c")
    subprocess.run(["gcc", "-O1", "-rdynamic", "-o", program, source, "-ldl"], check=True)
    library = next((multipath_tools.tree(request.param) / "usr/lib").rglob("libmultipath.so.0"))
    return [*multipath_tools.program(request.param)[:-1], str(program), str(library)]


def asked(oracle: Sequence[str], code: int, pages: Sequence[bytes]) -> list[bytes]:
    """Return the text that the library gives for each page; empty where it gives none."""
    lines = "".join(f"{code:02x} {page.hex()}\n" for page in pages)
    output = subprocess.run(oracle, input=lines, capture_output=True, text=True, check=True, timeout=600).stdout
    answers = [line.partition(" ")[::2] for line in output.splitlines()]
    return [bytes.fromhex(text) if int(length) > 0 else b"" for length, text in answers]


def value(random: Random, kind: int) -> bytes:
    """Return a value such as devices have, and such as they should not have."""
    if kind == 3 and random.random() < 0.8:
        naa = random.randrange(1, 7)
        size = random.randrange(20) if random.random() < 0.15 else NAA_LENGTHS.get(naa, 8)
        data = random.randbytes(size)
        return bytes((naa << 4 | data[0] & 15,)) + data[1:] if data else b""
    if kind == 2:
        return random.randbytes(random.choice((7, 8, 9, 12, 16, 20)))
    letters = random.choice((b"ABCdef0123   ", b"Ab1  _.:-\0\x1b\xff"))
    text = bytes(random.choices(letters, k=random.choice(SIZES)))
    return random.choice(NAMES) + text if kind == 8 else text


def a_page(random: Random) -> bytes:
    """Return a page as long as it says, now and then with a descriptor that is not, or that runs beyond it."""
    body = b""
    for _ in range(random.randrange(7)):
        kind = random.choice(KINDS)
        data = value(random, kind)[:255]
        size = random.randrange(256) if random.random() < 0.05 else len(data)
        association = random.choice((0, 0, 0, 0, 1, 2, 3))
        body += bytes((random.randrange(1, 4), association << 4 | kind, 0, size)) + data
    if random.random() < 0.1:
        body = body[: random.randrange(len(body) + 1)]
    return b"\0\x83" + len(body).to_bytes(2, "big") + body


class TestAPage:
    def test_gives_the_wwid_of_libmultipath(self, oracle: list[str]) -> None:
        """But where that is the digit of the kind alone, which all such units would have."""
        random = Random(SEED)
        pages = [a_page(random) for _ in range(PAGES)]

        compared = 0
        for page, answer in zip(pages, asked(oracle, 0x83, pages), strict=True):
            theirs, ours = answer.decode("utf-8", "surrogateescape"), wwid_of_page(page) or ""
            if theirs == "" or theirs[1:].strip(" _"):
                assert ours == theirs, page.hex()
                compared += ours != ""
        assert compared > PAGES // 5

    def test_gives_the_serial_number_of_libmultipath(self, oracle: list[str]) -> None:
        """Byte for byte, where it can be printed."""
        random = Random(SEED)
        texts = [bytes(random.choices(b"AB12  \0", k=random.choice(SIZES))) for _ in range(PAGES)]
        pages = [b"\0\x80" + len(text).to_bytes(2, "big") + text for text in texts]

        for page, theirs in zip(pages, asked(oracle, 0x80, pages), strict=True):
            assert (serial_of_page(page) or "") == theirs.decode("ascii"), page.hex()
