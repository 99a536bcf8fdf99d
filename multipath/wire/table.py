"""
The table of a multipath map, as it is loaded and as the kernel prints it.

Strategy: the text is typed on the way in and kept. ``str()`` of a table that was parsed is that very text; a table that
was made, or changed with `dataclasses.replace`, is printed in the kernel's own form, without the space that the kernel
leaves at the end. Equality looks at the values alone, never at the text. What the kernel rewrites between the table
that it is given and the table that it prints is the business of `MultipathTable.same_as`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .comparison import Queueing, differences
from .features import NO_FEATURES, Features
from .group import PathGroup, TablePath
from .handler import HardwareHandler
from .selectors import Selector, ServiceTime
from .words import MOST_WORDS, Words, quote


@dataclass(frozen=True, slots=True)
class MultipathTable:
    """
    The table of a multipath map: all after ``<start> <length> multipath``.

    Attributes:
        groups: The priority groups, in order; index 0 is the kernel's group 1. Without groups, all I/O fails or queues.
        features: What the map does when paths fail.
        handler: The SCSI device handler; ``None`` for none, or for whichever is attached.
        initial_group: The group to begin with, from 1; more than there are means no preference. Always 0
            without groups, never with them: a table that is made is corrected.

    Synchronization: none required.
    Source: linux ``drivers/md/dm-mpath.c``, ``multipath_ctr()`` and ``multipath_status()``, STATUSTYPE_TABLE.

    >>> str(MultipathTable.build([["8:0", "8:16"]], features=Features(queue_if_no_path=True)))
    '1 queue_if_no_path 0 1 1 service-time 0 2 2 8:0 1 1 8:16 1 1'
    """

    groups: tuple[PathGroup, ...] = ()
    features: Features = NO_FEATURES
    handler: HardwareHandler | None = None
    initial_group: int = 1
    _text: str | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Correct the initial group; refuse what the kernel refuses."""
        if not (0 <= self.initial_group <= MOST_WORDS and len(self.groups) <= MOST_WORDS):
            raise ValueError(f"the kernel takes at most {MOST_WORDS} groups, numbered from 1")
        if (self.initial_group > 0) != (len(self.groups) > 0):
            object.__setattr__(self, "initial_group", 1 if self.groups else 0)

    @classmethod
    def build(
        cls,
        groups: Iterable[Iterable[str | TablePath]],
        selector: Selector | None = None,
        features: Features | None = None,
        handler: str | HardwareHandler | None = None,
    ) -> "MultipathTable":
        """
        Return a table of these groups of devices.

        Args:
            groups: For each group its paths: ``"8:16"``, or a `TablePath` where the selector is to know more.
            selector: For every group; `ServiceTime` when absent, as in multipath-tools.
            features: None when absent.
            handler: A name, or a `HardwareHandler`.

        Raises:
            ValueError: a group without paths, or arguments of another selector.
        """
        chosen = selector or ServiceTime()
        typed = HardwareHandler(handler) if isinstance(handler, str) else handler
        return cls(tuple(PathGroup.of(group, chosen) for group in groups), features or NO_FEATURES, typed)

    @classmethod
    def parse(cls, text: str) -> "MultipathTable":
        """
        Parse the parameters of one ``multipath`` target; inverse of ``str()``, byte for byte.

        As strict as the kernel's own constructor, but for what only a kernel can know: whether devices exist, and which
        features, handlers and selectors it has. Unknown ones are kept.

        Args:
            text: All after ``<start> <length> multipath``, as loaded or as printed; ASCII.

        Raises:
            TableError: ``.word`` is the 0-based word at fault.

        >>> MultipathTable.parse("0 0 1 1 round-robin 0 1 1 8:16 1").devices
        ('8:16',)
        """
        words = Words(text, "multipath table")
        features, handler = Features.read(words), HardwareHandler.read(words)
        count = words.number("the number of groups", high=MOST_WORDS)
        initial = words.number("the initial group", low=min(count, 1), high=MOST_WORDS if count else 0)
        groups = tuple([PathGroup.read(words) for _ in range(count)])
        words.finish()
        table = cls(groups, features, handler, initial)
        object.__setattr__(table, "_text", text)
        return table

    def __str__(self) -> str:
        """Return the text that was parsed, or the kernel's form of it."""
        if self._text is not None:
            return self._text
        handler = self.handler.words() if self.handler else ()
        words = [str(len(handler)), *handler, str(len(self.groups)), str(self.initial_group)]
        for group in self.groups:
            words += group.words()
        return " ".join([str(self.features), *map(quote, words)])

    @property
    def devices(self) -> tuple[str, ...]:
        """The devices as written, in order, each once; the kernel lets one stand in several groups."""
        return tuple(dict.fromkeys(path.device for group in self.groups for path in group.paths))

    def differences(
        self, live: "MultipathTable", *, queueing: Queueing = "may_be_off", names: Mapping[str, str] | None = None
    ) -> tuple[str, ...]:
        """
        Return what a load of this table would change on a map whose table the kernel prints as ``live``.

        See `multipath.wire.comparison` for all that the kernel rewrites, and what is therefore no difference.

        Args:
            live: What the kernel prints.
            queueing: ``"may_be_off"``: a live map that no longer queues is no difference, for a suspend, a message or a
                timeout turns queueing off, and a message turns it on again; one that queues unasked is. ``"exact"``:
                both are. ``"ignored"``: neither is.
            names: The device number of each path name that occurs, as ``{"/dev/sda": "8:0"}``. A path name that is not
                in it equals only itself.

        Returns:
            One sentence for each difference; empty when there is none.

        >>> wanted = MultipathTable.build([["8:0", "8:16"]])
        >>> wanted.differences(MultipathTable.parse("0 0 1 1 service-time 0 1 2 8:0 1 1 "))
        ('group 1 has 1 path, not 2',)
        """
        return differences(self, live, queueing, names or {})

    def same_as(
        self, live: "MultipathTable", *, queueing: Queueing = "may_be_off", names: Mapping[str, str] | None = None
    ) -> bool:
        """
        Tell whether a load of this table would change nothing; arguments as for `differences`.

        >>> wanted = MultipathTable.parse("2 queue_mode mq 2 alua 1 1 1 service-time 0 1 0 8:0")
        >>> wanted.same_as(MultipathTable.parse("0 1 alua 1 1 service-time 0 1 2 8:0 1 1 "))
        True
        """
        return not self.differences(live, queueing=queueing, names=names)
