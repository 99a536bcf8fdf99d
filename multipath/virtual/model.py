"""What an array says of itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Model:
    """
    What an array says of itself.

    Attributes:
        vendor: At most 8 characters; so with the next three: what INQUIRY has room for.
        product: At most 16.
        revision: At most 4.
        serial: The array's number, from which its ports and units get their names.
        implicit: Whether it reports access states, and changes them itself.
        explicit: Whether it reports access states, and lets hosts change them.
        is_rdac: Whether a unit belongs to one controller, a port group, at a time.
    """

    vendor: str = "LIO-ORG"
    product: str = "VIRTUAL-DISK"
    revision: str = "4.0"
    serial: int = 1
    implicit: bool = False
    explicit: bool = False
    is_rdac: bool = False
