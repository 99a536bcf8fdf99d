"""``python -m publish``: write everything that is generated; ``--check`` only says what is stale."""

import argparse
import sys
from pathlib import Path
from typing import Final

from . import json_schema, man_pages, reference, support

ROOT: Final = Path(__file__).parents[1]
MODULES: Final = (json_schema, man_pages, reference, support)


def stale() -> dict[Path, str]:
    """Return the files that are not as they should be, with the text that they should have."""
    wanted = {path: text for module in MODULES for path, text in module.files().items()}
    return {path: text for path, text in wanted.items() if not _is(ROOT / path, text)}


def _is(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text("utf-8") == text


def main() -> int:
    """Write them, or tell of them."""
    parser = argparse.ArgumentParser(prog="python -m publish", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 where something is stale")
    args = parser.parse_args()
    found = stale()
    for path, text in found.items():
        print(path)
        if not args.check:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(text, "utf-8")
    return int(args.check and bool(found))


if __name__ == "__main__":
    sys.exit(main())
