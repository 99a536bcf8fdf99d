"""The recipe for installers on real kernels: a root with Python and the wheel alone, and a system that takes over."""

import sys
from pathlib import Path

import pytest

from multipath.lab import Machine, Sinks, multipath_tools, run
from multipath.lab.guest import inside
from multipath.lab.pytest_plugin import kernel_names
from multipath.lab.sinks import discard

from . import minimal_root

pytestmark = pytest.mark.slow
MANAGERS = ("mpath", *multipath_tools.RELEASES)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test for each kernel and each manager; the guests are booted here, so there is none in a guest."""
    kernels = [] if inside() else kernel_names(metafunc.config)
    metafunc.parametrize(("kernel", "manager"), [(kernel, manager) for kernel in kernels for manager in MANAGERS])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """Build the wheel, and the image that is installed."""
    folder = tmp_path_factory.mktemp("installer")
    return minimal_root.wheel(folder), minimal_root.image(folder)


def test_a_map_made_by_python_and_the_wheel_alone_is_handed_over(
    kernel: str, manager: str, built: tuple[Path, bytes], tmp_path: Path
) -> None:
    """Same name, uuid and number, whoever takes over; the load of the first root loses nothing, a path or not."""
    (tmp_path / "initramfs").write_bytes(minimal_root.boot_archive(kernel, *built))
    out: list[bytes] = []
    # 0.9.4 as Debian has it: with its rules of udev, for paths and for partitions.
    packages = ("kpartx", "multipath-tools") if manager == "0.9.4" else ()
    machine = Machine(kernel=kernel, paths=0, timeout=300, packages=packages, initramfs=tmp_path / "initramfs")

    status = run(
        [sys.executable, "-m", "tests.lab.handed_over", manager], machine, Sinks(out.append, out.append, discard)
    )

    text = b"".join(out).decode()
    print(text)
    assert status == 0, text
    assert "handed over: mpatha" in text
