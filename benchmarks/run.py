"""
Ask every question, on this machine and in guests of the lab, and write the answers into ``README.md``.

``python -m benchmarks.run``; needs no root. What needs a kernel to play with is skipped on the machine.
"""

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from multipath.errors import LabError
from multipath.lab import Machine, Sinks, kernels, multipath_tools, run, tools
from multipath.lab.sinks import to_stderr

from . import FOLDER, libdevmapper
from .page import page

_ROOT: Final = Path(__file__).parents[1]
_ASK: Final = [
    sys.executable, "-m", "pytest", "benchmarks", "-q", "-o", "python_files=bench_*.py",
    "-p", "no:randomly", "-p", "no:cacheprovider",
    "--benchmark-quiet", f"--benchmark-storage={FOLDER}", "--benchmark-json",
]  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks; return an exit status."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument(
        "kernels", nargs="*", metavar="KERNEL", help="of the guests, of the lab's catalogue; all of it when absent"
    )
    os.chdir(_ROOT)
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        files = _asked(parser.parse_args(arguments).kernels or kernels.names())
    except (LabError, subprocess.CalledProcessError) as error:
        _say(f"{error}; README.md stays as it was")
        return 1
    text = page(files, f"{_processor()}; Python {platform.python_version()}; commit {_commit()}.")
    (_ROOT / "benchmarks/README.md").write_text(text)
    print(text, end="")
    return 0


def _asked(names: Sequence[str]) -> list[Path]:
    """
    Ask everywhere, progress on stderr; return what pytest-benchmark wrote, the machine's first.

    Raises:
        subprocess.CalledProcessError: a benchmark failed.
        LabError: there is no guest.
    """
    _say("building the binding of libdevmapper")
    libdevmapper.build(FOLDER, tools.libraries(tools.layer()).split(os.pathsep))
    _say("fetching multipath-tools")
    multipath_tools.tree("0.9.4")
    _say("on the machine")
    files = [FOLDER / "machine.json"]
    subprocess.run([*_ASK, str(files[0])], stdout=sys.stderr, check=True)
    for name in names:
        _say(f"in a guest with kernel {name}")
        files.append(FOLDER / f"guest-{name}.json")
        # Without udevd nobody else looks at the maps while they are measured.
        machine = Machine(kernel=name, udev=False, scratch=FOLDER)
        status = run([*_ASK, str(files[-1])], machine, Sinks(stdout=to_stderr))
        if status:
            raise subprocess.CalledProcessError(status, "pytest")
    return files


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def _commit() -> str:
    commit = _git("rev-parse", "--short=12", "HEAD")
    return f"{commit} with changes" if _git("status", "--porcelain", "--", "multipath", "_native") else commit


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=_ROOT, stdout=subprocess.PIPE, check=True, text=True).stdout.strip()


def _say(what: str) -> None:
    print(f"benchmarks: {what}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
