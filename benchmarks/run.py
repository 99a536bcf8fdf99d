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
from dataclasses import replace
from pathlib import Path
from typing import Final

from multipath.errors import LabError
from multipath.lab import Machine, Sinks, kernels, multipath_tools, run, tools
from multipath.lab.sinks import to_stderr

from . import FOLDER, libdevmapper
from .bench_show import UNITS
from .failover_page import draw, failover_section, idle_section
from .idle import measured
from .page import page

_ROOT: Final = Path(__file__).parents[1]
_LONGEST: Final = 1800.0  # seconds of one guest
_ASK: Final = [
    sys.executable, "-m", "pytest", "-q", "-o", "python_files=bench_*.py",
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
    wanted = parser.parse_args(arguments).kernels or kernels.names()
    try:
        files, more = _asked(wanted), _managed(wanted)
    except (LabError, subprocess.CalledProcessError) as error:
        _say(f"{error}; README.md stays as it was")
        return 1
    text = page(files, more, f"{_processor()}; Python {platform.python_version()}; commit {_commit()}.")
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
    subprocess.run([*_ASK, str(files[0]), "benchmarks"], stdout=sys.stderr, check=True)
    for name in names:
        # Without udevd nobody else looks at the maps while they are measured.
        machine = Machine(kernel=name, udev=False, scratch=FOLDER)
        files.append(_asked_in(machine, "benchmarks", FOLDER / f"guest-{name}.json"))
        many = replace(machine, luns=UNITS, size=8, memory=1536, timeout=_LONGEST)
        files.append(_asked_in(many, "benchmarks/bench_show.py", FOLDER / f"guest-{name}-many.json"))
    return files


def _asked_in(machine: Machine, what: str, file: Path) -> Path:
    """Ask in a guest; return what pytest-benchmark wrote."""
    _say(f"{what} in a guest with kernel {machine.kernel} and {machine.luns} units")
    status = run([*_ASK, str(file), what], machine, Sinks(stdout=to_stderr))
    if status:
        raise subprocess.CalledProcessError(status, "pytest")
    return file


def _managed(names: Sequence[str]) -> list[str]:
    """
    Let managers look after maps while paths fail, and while nothing happens; return the sections on it.

    Raises:
        subprocess.CalledProcessError: a manager failed.
        LabError: there is no guest.
    """
    faults, first = [], next(iter(names))
    for name in names:
        for backend, paths in (("scsi_debug_per_path", 2), ("tcm_loop", 4)):
            if name != first and backend == "tcm_loop":
                continue  # what is loud is alike on all kernels
            file, named = FOLDER / f"failover-{name}-{backend}.json", () if name == first else ("lost",)
            _guest("benchmarks.failover", (str(file), *named), Machine(kernel=name, backend=backend, paths=paths))
            faults.append((f"Linux {name}", file))
    idle = FOLDER / "idle.json"
    _say(f"benchmarks.idle in a guest with kernel {first}")
    measured(Machine(kernel=first, luns=100, size=8, memory=1024, udev=False, scratch=FOLDER), idle)
    draw(faults[0][1], _ROOT / "docs/failover.png")
    return [failover_section(faults), idle_section(f"Linux {first}", idle)]


def _guest(module: str, arguments: Sequence[str], machine: Machine) -> None:
    _say(f"{module} in a guest with kernel {machine.kernel} and {machine.backend}")
    command = [sys.executable, "-m", module, *arguments]
    status = run(command, replace(machine, scratch=FOLDER, timeout=_LONGEST), Sinks(stdout=to_stderr))
    if status:
        raise subprocess.CalledProcessError(status, module)


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
