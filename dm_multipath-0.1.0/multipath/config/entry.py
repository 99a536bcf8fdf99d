"""The entries of a configuration: for which devices and maps they are, and the rules of its blacklist."""

import enum
from dataclasses import dataclass

from .finding import shown
from .pattern import Pattern
from .setting import Origin, Settings


@dataclass(frozen=True, slots=True)
class Subject:
    """
    What a device, or a map, is to the configuration: all that its entries are matched with.

    Attributes:
        vendor: From INQUIRY, without surrounding blanks; ``NVME`` for a namespace.
        product: From INQUIRY, or the model of a namespace.
        revision: From INQUIRY, or the firmware's.
        protocol: As ``overrides/protocol`` names it: ``scsi:iscsi``, ``nvme:tcp``, ``ccw``, ``undef``.
        wwid: The identity of the map; ``None`` where only a path is meant.
    """

    vendor: str = ""
    product: str = ""
    revision: str = ""
    protocol: str = "undef"
    wwid: str | None = None


@dataclass(frozen=True, slots=True)
class DeviceEntry:
    """
    A ``device`` of ``devices``: the arrays that it is for, and its options.

    Attributes:
        vendor: Is searched for in the vendor.
        product: Is searched for in the product.
        revision: Is searched for in the revision; ``None`` fits all.
        product_blacklist: Products of this vendor that are no paths; ``None`` where there are none.
        settings: The options.
        origin: Where the entry stands.
    """

    vendor: Pattern
    product: Pattern
    revision: Pattern | None
    product_blacklist: Pattern | None
    settings: Settings
    origin: Origin

    def matches(self, vendor: str, product: str, revision: str) -> bool:
        """Tell whether this entry is for such a device."""
        if not (self.vendor.search(vendor) and self.product.search(product)):
            return False
        return self.revision is None or self.revision.search(revision)


@dataclass(frozen=True, slots=True)
class ProtocolEntry:
    """A ``protocol`` of ``overrides``: timeouts for all paths of one transport."""

    type: str
    settings: Settings
    origin: Origin


@dataclass(frozen=True, slots=True)
class MultipathEntry:
    """A ``multipath`` of ``multipaths``: options for one map."""

    wwid: str
    settings: Settings
    origin: Origin


class RuleKind(enum.StrEnum):
    """What a rule of the blacklist looks at."""

    DEVNODE = "devnode"
    WWID = "wwid"
    PROPERTY = "property"
    PROTOCOL = "protocol"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Rule:
    """
    One rule of ``blacklist`` or ``blacklist_exceptions``.

    Attributes:
        kind: What it looks at.
        pattern: What it searches for; for ``DEVICE`` in the vendor.
        product: For ``DEVICE``, what it searches for in the product; ``None`` fits all.
        origin: Where it stands.
    """

    kind: RuleKind
    pattern: Pattern | None
    product: Pattern | None
    origin: Origin

    def __str__(self) -> str:
        """Return what it searches for, safe to print: ``devnode '^sd'``, ``vendor 'IBM', product 'X'``."""
        words = ("vendor", "product") if self.kind is RuleKind.DEVICE else (str(self.kind), "")
        asked = zip(words, (self.pattern, self.product), strict=True)
        return ", ".join(f"{word} {shown(pattern.text)}" for word, pattern in asked if pattern is not None)
