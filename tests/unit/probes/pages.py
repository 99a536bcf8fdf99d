"""Pages as devices of each family send them, made by their published layouts."""

from pathlib import Path
from typing import Final

from multipath.paths.request import Answer

FOLDER: Final = Path(__file__).parents[2] / "golden" / "pages"
NAMES: Final = sorted(file.stem for file in FOLDER.glob("*.hex"))


def page(name: str) -> bytes:
    """Return the bytes of a page."""
    lines = (FOLDER / f"{name}.hex").read_text("ascii").splitlines()
    return bytes.fromhex("".join(line for line in lines if not line.startswith("#")))


def sent(name: str) -> Answer:
    """Return the answer that a page is."""
    return Answer(data=page(name))
