"""The messages that a multipath target understands, sent to change it without a load."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .words import MOST_WORDS, Words, quote


class Verb(StrEnum):
    """The first word of a message."""

    FAIL_PATH = "fail_path"
    """Send no I/O down a device, in any group, until it is reinstated."""
    REINSTATE_PATH = "reinstate_path"
    """Use a device again."""
    SWITCH_GROUP = "switch_group"
    """Try a group first, and take every group out of bypass; a hint, forgotten where that group has no path."""
    ENABLE_GROUP = "enable_group"
    """Take a group out of bypass."""
    DISABLE_GROUP = "disable_group"
    """Bypass a group: it is used only when no other has a path."""
    QUEUE_IF_NO_PATH = "queue_if_no_path"
    """Keep I/O while no path is left."""
    FAIL_IF_NO_PATH = "fail_if_no_path"
    """Fail I/O while no path is left, with all that was kept so far."""


_OF_DEVICE: Final = (Verb.FAIL_PATH, Verb.REINSTATE_PATH)
_OF_GROUP: Final = (Verb.SWITCH_GROUP, Verb.ENABLE_GROUP, Verb.DISABLE_GROUP)
_VERBS: Final = {verb.value: verb for verb in Verb}


@dataclass(frozen=True, slots=True)
class Message:
    """
    A message to a multipath target.

    Attributes:
        verb: What to do.
        device: For ``fail_path`` and ``reinstate_path`` the device as in the table; else empty.
        group: For ``switch_group``, ``enable_group`` and ``disable_group`` the group's number, from 1; else 0.

    Synchronization: none required.
    Source: linux ``drivers/md/dm-mpath.c``, ``multipath_message()``.

    >>> str(Message(Verb.FAIL_PATH, device="8:16")), str(Message(Verb.SWITCH_GROUP, group=2))
    ('fail_path 8:16', 'switch_group 2')
    """

    verb: Verb
    device: str = ""
    group: int = 0

    def __post_init__(self) -> None:
        """Refuse an argument too many or too few."""
        if bool(self.device) != (self.verb in _OF_DEVICE):
            raise ValueError(f"{self.verb} with the device {self.device!r}: only {' and '.join(_OF_DEVICE)} have one")
        if (self.group != 0) != (self.verb in _OF_GROUP) or not 0 <= self.group <= MOST_WORDS:
            raise ValueError(f"{self.verb} with the group {self.group}: {', '.join(_OF_GROUP)} have one, from 1")

    @classmethod
    def parse(cls, text: str) -> "Message":
        """
        Parse a message; inverse of ``str()`` up to white space, case and leading zeros, which mean nothing.

        Raises:
            TableError: a message that no multipath target understands; ``.word`` is the 0-based word at fault.

        >>> Message.parse("Queue_If_No_Path").verb
        <Verb.QUEUE_IF_NO_PATH: 'queue_if_no_path'>
        """
        words = Words(text, "multipath message")
        verb = _VERBS.get(words.take("a message").lower())
        if verb is None:
            raise words.error(" or ".join(_VERBS), words.index - 1)
        device = words.take("a device") if verb in _OF_DEVICE else ""
        group = words.number("the number of a group", low=1, high=MOST_WORDS) if verb in _OF_GROUP else 0
        words.finish()
        return cls(verb, device, group)

    def __str__(self) -> str:
        """Return the words."""
        argument = self.device or (str(self.group) if self.group else "")
        return f"{self.verb} {quote(argument)}" if argument else self.verb.value
