"""
pytest in a world in memory: the fixture ``virtual_host``, for projects whose code uses multipath devices.

::

    def test_my_agent_survives_a_lost_cable(virtual_host):
        array = virtual_host.add_array(paths=4)
        agent = Agent(Host(**virtual_host.seams()))
        ...

    @pytest.mark.parametrize("virtual_host", ["6.1", "6.12", "7.2"], indirect=True)     # on several kernels

It comes with the package. Where no test asks for the fixture nothing of the world is even imported.
"""

from collections.abc import Iterator

import pytest

TYPE_CHECKING = False  # as type checkers take it; the plugin is loaded in every project

if TYPE_CHECKING:
    from .host import VirtualHost


@pytest.fixture
def virtual_host(request: pytest.FixtureRequest) -> "Iterator[VirtualHost]":
    """Give a machine in memory, ended with the test; a parameter chooses whose kernel is played."""
    from .host import VirtualHost  # only where it is needed

    kernel = getattr(request, "param", None)
    with VirtualHost() if kernel is None else VirtualHost(kernel) as host:
        yield host
