"""
A whole configuration: every file of it read, merged, and not yet applied to any device.

Strategy: what stands in the files stays in its layer here; which layer wins for a device is the business of
`multipath.config.resolve`, and whether a device is used at all that of `multipath.config.blacklist`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

from .entry import DeviceEntry, MultipathEntry, ProtocolEntry, Rule, Subject
from .finding import Finding
from .resolve import ANYTHING, Effective, Resolver
from .setting import Settings

Reading = Literal["compatible", "strict"]


@dataclass(frozen=True, slots=True)
class Configuration:
    """
    All that the files say.

    Attributes:
        reading: How they were read.
        findings: What there is to say about them, in the order of the files.
        defaults: The options of ``defaults``.
        overrides: The options of ``overrides``.
        protocols: The entries of ``overrides``, one for each type.
        devices: The entries of ``devices``, in order; later ones win. The built-in ones are not among them.
        multipaths: The entries of ``multipaths``, by WWID.
        blacklist: Its rules, in order; the built-in ones are not among them.
        exceptions: The rules of ``blacklist_exceptions``.
    """

    reading: Reading = "compatible"
    findings: tuple[Finding, ...] = ()
    defaults: Settings = field(default_factory=dict)
    overrides: Settings = field(default_factory=dict)
    protocols: tuple[ProtocolEntry, ...] = ()
    devices: tuple[DeviceEntry, ...] = ()
    multipaths: Mapping[str, MultipathEntry] = field(default_factory=dict)
    blacklist: tuple[Rule, ...] = ()
    exceptions: tuple[Rule, ...] = ()
    _resolver: Resolver | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def resolver(self) -> Resolver:
        """Who knows which value of an option holds for which device; it remembers what it was asked."""
        if self._resolver is None:
            object.__setattr__(self, "_resolver", Resolver(self))
        return cast(Resolver, self._resolver)

    def effective(self, option: str, subject: Subject = ANYTHING) -> Effective:
        """
        Return the value of an option for a device or a map, where it stands, and what it beats.

        Args:
            option: Its name, as in multipath.conf(5).
            subject: The device or map; where it is not given, one of which nothing is known: entries for all fit it.

        Raises:
            ConfigError: there is no such option.

        >>> Configuration().effective("fast_io_fail_tmo", Subject("PURE", "FlashArray")).origin.detail
        'PURE FlashArray'
        """
        return self.resolver.effective(option, subject)
