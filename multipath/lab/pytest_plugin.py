"""
pytest on a real kernel: a test that is marked ``kernel`` runs in a guest and is reported here.

::

    @pytest.mark.kernel                              # four paths to one logical unit, udevd running
    @pytest.mark.kernel(paths=2, luns=3, udev=False) # each set of needs that differs costs a boot for each kernel

    @pytest.mark.kernel(stock=True, on="6.1")        # Debian's stock kernel in QEMU: handlers, NVMe, CPUs; slow to boot

    # One value of a parameter may need a kernel, where the others do not: it names which.
    pytest.param("6.12", marks=pytest.mark.kernel(on="6.12"))

Theory of operation: on the machine each such test is parametrized by the kernels of ``--lab-kernels``, so that a test
has one name for each kernel that ``-k``, ``--lf`` and the command line know. Tests with the same kernel and needs make
a group, and one guest runs the group (`pytest_host`). In that guest pytest runs again, with this plugin, which picks
the group's tests and streams their reports out (`pytest_guest`). A pytest that was started in a guest by hand runs such
tests itself.

Where no test is so marked the plugin does nothing, and the rest of the lab is not even imported.
"""

import os

import pytest

from .guest import inside

DEFAULT_KERNELS = "6.1,6.12,newest"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the lab's options."""
    group = parser.getgroup("lab", "multipath lab: tests marked `kernel` run in guests")
    group.addoption("--lab-kernels", default=DEFAULT_KERNELS, metavar="K,K", help=f"kernels to boot; {DEFAULT_KERNELS}")
    group.addoption("--lab-stock", action="store_true", help="boot stock kernels in QEMU, not user-mode Linux")
    group.addoption("--lab-modules", default="", metavar="M,M", help="with --lab-stock, modules that are built for it")
    group.addoption("--lab-timeout", type=float, default=60.0, metavar="S", help="limit of one test in a guest; 60")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, and take the part of the host or of the guest."""
    config.addinivalue_line(
        "markers",
        "kernel(stock=False, backend='scsi_debug', paths=4, luns=1, size=64, udev=True, memory=512, cpus=1, "
        "packages=(), modules=(), timeout=60): in a guest, on each kernel or on=NAME",
    )
    if "MULTIPATH_LAB_SELECTION" in os.environ and inside():
        from .pytest_guest import Reporter  # only where it is needed: the plugin is loaded in every project

        config.pluginmanager.register(Reporter(config), "multipath_lab_guest")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test of each marked one for each kernel, or for the one that the mark names."""
    marker = metafunc.definition.get_closest_marker("kernel")
    if marker is None:
        return
    if "lab_kernel" not in metafunc.fixturenames:
        metafunc.fixturenames.append("lab_kernel")
    named = [marker.kwargs["on"]] if "on" in marker.kwargs else kernel_names(metafunc.config)
    metafunc.parametrize("lab_kernel", named, indirect=True, scope="session")


def kernel_names(config: pytest.Config) -> list[str]:
    """Return the kernels that tests run on: those of ``--lab-kernels``, and in a guest its own."""
    if inside():
        return [os.environ["MULTIPATH_LAB_KERNEL"]]
    return [name for name in config.getoption("--lab-kernels").split(",") if name]


@pytest.fixture(scope="session")
def lab_kernel(request: pytest.FixtureRequest) -> str:
    """The name of the kernel that the test runs on."""
    return str(request.param)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Hand the marked tests to their guests, after all others have chosen and shuffled."""
    if inside() or not any(item.get_closest_marker("kernel") for item in session.items):
        return
    from .pytest_host import Host  # only where there are such tests

    host = Host(session.config, session.items)
    session.items[:] = host.ordered
    session.config.pluginmanager.register(host, "multipath_lab_host")
