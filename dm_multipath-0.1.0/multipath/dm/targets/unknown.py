"""A target that this library does not know."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnknownTarget:
    """
    The parameters of a target of which nothing is known but its name.

    Attributes:
        type: The target's name in the kernel.
        params: All behind it, unread.
    """

    type: str
    params: str

    def __str__(self) -> str:
        """Return the parameters as they were."""
        return self.params
