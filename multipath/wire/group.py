"""A priority group in a multipath table: a selector and its paths."""

from collections.abc import Iterable
from dataclasses import dataclass

from .selectors import SELECTORS, OtherSelector, Selector, SelectorWords
from .selectors.selector import words_per_path
from .words import MOST_WORDS, Words


@dataclass(frozen=True, slots=True)
class TablePath:
    """
    A path in a table.

    Attributes:
        device: ``"major:minor"``, or a path name, as written; the kernel prints ``"major:minor"``.
        args: What the selector of the group is told about this path.
    """

    device: str
    args: SelectorWords


@dataclass(frozen=True, slots=True)
class PathGroup:
    """
    A priority group in a table.

    Attributes:
        selector: Who chooses a path within this group.
        paths: One to 1024 paths, in order.
    """

    selector: Selector
    paths: tuple[TablePath, ...]

    def __post_init__(self) -> None:
        """Refuse what no table can say."""
        if not 0 < len(self.paths) <= MOST_WORDS:
            raise ValueError(f"a group of {len(self.paths)} paths: the kernel takes 1 to {MOST_WORDS}")
        accepts = self.selector.accepts
        for path in self.paths:
            if not accepts(path.args):
                raise ValueError(f"{path.args!r} are no arguments of {self.selector.name}, at path {path.device}")

    @classmethod
    def of(cls, paths: Iterable[str | TablePath], selector: Selector) -> "PathGroup":
        """
        Return a group of these paths; a device number or path name gets the selector's default arguments.

        >>> from multipath.wire.selectors import ServiceTime
        >>> PathGroup.of(["8:0"], ServiceTime()).words()
        ['service-time', '0', '1', '2', '8:0', '1', '1']
        """
        typed = (path if isinstance(path, TablePath) else TablePath(path, selector.default_args()) for path in paths)
        return cls(selector, tuple(typed))

    @classmethod
    def read(cls, words: Words) -> "PathGroup":
        """
        Read a selector with its arguments, two counts, and the paths.

        Source: linux ``drivers/md/dm-mpath.c``, ``parse_priority_group()``.
        """
        selector = read_selector(words)
        count = words.number("the number of paths", low=1, high=MOST_WORDS)
        args = words.number("the number of arguments of each path", high=MOST_WORDS)
        return cls(selector, tuple([_read_path(words, selector, args) for _ in range(count)]))

    def words(self) -> list[str]:
        """Return the words of the group as the kernel prints them, still unquoted."""
        group = self.selector.group_words()
        args = [path.args.words() for path in self.paths]
        words = [self.selector.name, str(len(group)), *group, str(len(args)), str(words_per_path(args))]
        for path, of_path in zip(self.paths, args, strict=True):
            words += (path.device, *of_path)
        return words


def read_selector(words: Words) -> Selector:
    """Read a selector with its arguments for the group: its name, a count, and so many words."""
    name = words.take("a path selector")
    count = words.number("the number of selector arguments", high=MOST_WORDS)
    if known := SELECTORS.get(name):
        return known.read_group(words, count)
    return OtherSelector(name, words.take_some(count, "an argument of the selector"))


def _read_path(words: Words, selector: Selector, args: int) -> TablePath:
    return TablePath(words.take("a device"), selector.read_args(words, args))
