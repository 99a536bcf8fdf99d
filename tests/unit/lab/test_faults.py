"""The faults of the lab: what each says of itself, and that none works outside of a guest."""

import pytest

from multipath.errors import LabError
from multipath.lab import backends, faults
from multipath.lab.faults import Effect, injected, named


@pytest.mark.parametrize("name", faults.names())
class TestEveryFault:
    def test_says_where_it_works_and_what_it_does(self, name: str) -> None:
        """On backends that there are; a test of the matrix is made of it."""
        fault = named(name)

        assert set(fault.BACKENDS) <= {*backends.names()}
        assert list(fault.BACKENDS) == sorted(fault.BACKENDS)
        assert isinstance(fault.EFFECT, Effect)

    def test_is_described(self, name: str) -> None:
        """The first line of its file is the line of the table."""
        assert (named(name).__doc__ or "").strip()

    def test_refuses_outside_of_a_guest(self, name: str) -> None:
        """Nothing is broken on a machine of flesh and blood, and nothing is healed there."""
        with pytest.raises(LabError, match="in a guest of the lab only"), injected(name, "sda"):
            pass
        with pytest.raises(LabError, match="in a guest of the lab only"):
            named(name).inject("sda")
        with pytest.raises(LabError, match="in a guest of the lab only"):
            named(name).heal("sda")


class TestAFaultThatThereIsNot:
    def test_is_named_with_those_that_there_are(self) -> None:
        """A wrong name is answered with the right ones."""
        with pytest.raises(LabError, match=r"no fault 'gremlin'; there are .*offline"):
            named("gremlin")


class TestABackend:
    @pytest.mark.parametrize("backend", backends.names())
    def test_has_faults(self, backend: str) -> None:
        """One that cannot be broken is of no use here."""
        assert faults.on(backend)
