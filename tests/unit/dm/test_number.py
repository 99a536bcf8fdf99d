"""Numbers that no field of the interface holds: refused by type, before anything is sent."""

from collections.abc import Callable, Iterator

import pytest

from multipath import Control, Host, errors
from multipath.dm.reference import checked_number
from multipath.units import DevT, format_devt
from multipath.virtual import VirtualHost


@pytest.fixture
def host() -> Iterator[Host]:
    """Give a host that has one device without a table."""
    with VirtualHost() as world, Host(**world.seams()) as host:
        host.control.create("mpatha")
        yield host


class TestANumberThatDoesNotFit:
    @pytest.mark.parametrize(
        "ask",
        [
            lambda dm: dm.info(DevT(-1)),
            lambda dm: dm.info(DevT(1 << 70)),
            lambda dm: dm.remove(DevT(-1)),
            lambda dm: dm.message("mpatha", "fail_if_no_path", sector=-1),
            lambda dm: dm.message("mpatha", "fail_if_no_path", sector=1 << 64),
            lambda dm: dm.wait("mpatha", -1),
            lambda dm: dm.wait("mpatha", 1 << 32),
        ],
    )
    def test_is_refused_by_name(self, host: Host, ask: Callable[[Control], object]) -> None:
        """The error says which number, and what the field holds."""
        with pytest.raises(
            errors.NumberRefused, match=r"the (device number|sector|event number) -?\d+ is refused: .* 0 to"
        ):
            ask(host.control)

    @pytest.mark.parametrize("number", [-1, 1 << 33, 1 << 70])
    def test_is_no_map(self, host: Host, number: int) -> None:
        """And is shown as it was given."""
        with pytest.raises(errors.NotFound, match=f"answers to {number}"):
            host.map(DevT(number))


@pytest.mark.parametrize("number", [0, (1 << 32) - 1])
def test_the_first_and_the_last_number_fit(number: int) -> None:
    """A field is used to its last bit."""
    assert checked_number(number, 32, "event number") == number


def test_a_number_that_linux_cannot_have_is_shown_as_it_is() -> None:
    """There is no major and minor in it."""
    assert format_devt(DevT(-1)) == "-1"
    assert format_devt(DevT(0xFFFFFFFF)) == "4095:1048575"
