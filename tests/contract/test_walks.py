"""Random walks: the same commands to a kernel and to its virtual twin, and every answer the same."""

import pytest

from multipath.lab.pytest_plugin import kernel_names
from multipath.virtual.profile import PROFILES

from .kernel_world import KernelWorld
from .transcript import Transcript
from .virtual_world import VirtualWorld
from .walk import Walker

STEPS = 300


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Walk on every kernel."""
    kernels = [
        pytest.param(name, marks=pytest.mark.kernel(on=name, udev=False)) for name in kernel_names(metafunc.config)
    ]
    metafunc.parametrize("on", kernels)


def twin(kernel: KernelWorld) -> VirtualWorld:
    """Return the virtual world of the kernel's interface, or of the nearest older one."""
    minor = kernel.control.version().minor
    fitting = [profile for profile in PROFILES.values() if profile.interface.minor <= minor]
    return VirtualWorld(max(fitting or PROFILES.values(), key=lambda profile: profile.interface.minor).release)


class TestARandomWalk:
    @pytest.mark.parametrize("seed", range(4))
    def test_is_answered_alike(self, on: str, seed: int) -> None:
        """Replies, errnos, reasons, flags, event numbers, tables, statuses and the reads of each path."""
        real = KernelWorld()
        virtual = twin(real)
        assert real.paths == virtual.paths
        theirs, ours = Transcript(real), Transcript(virtual)
        history: list[str] = []
        try:
            for step in Walker(seed, real.paths).steps(STEPS):
                expected = ours.take(step)
                found = theirs.take(step, ours.grown)
                history.append(str(step))
                assert found == expected, "\n".join(history[-30:])
        finally:
            for world, transcript in ((real, theirs), (virtual, ours)):
                transcript.close()
                world.close()
