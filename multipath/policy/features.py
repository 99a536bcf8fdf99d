"""
The feature words of a map's table.

Strategy: the configured words are typed, what other options say about them comes in, words that nobody here knows stay.
A map's queue mode is fixed by its first table: what is configured later waits for the next one that is created.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from ..errors import TableError
from ..wire.features import Features
from ..wire.table import MultipathTable
from .member import Member
from .queueing import queues
from .refusal import refused, table_words
from .settings import MapSettings

_MODE: Final = "queue_mode"
_BIO_ONLY: Final = "nvme:tcp"  # its queues may sleep, and the kernel stacks no requests on such


def features(members: Sequence[Member], settings: MapSettings, live: MultipathTable | None) -> Features:
    """
    Return the features of a map.

    Args:
        members: Its paths.
        settings: Its options.
        live: The table that it has; ``None`` for a map that is to be created.

    Raises:
        ConfigError: ``features`` are none that the kernel takes.
    """
    option = settings["features"]
    retains = settings.facts.can_retain and not settings.facts.always_retains
    text = table_words(option, "0")
    try:
        configured = _read(text)
        return replace(
            configured,
            queue_if_no_path=_queues(settings, live),
            retain_attached_hw_handler=retains and settings.value("retain_attached_hw_handler") is not False,
            queue_mode=_queue_mode(configured.queue_mode, members, live),
        )
    except (TableError, ValueError) as error:
        raise refused(option, str(error)) from error


def _queues(settings: MapSettings, live: MultipathTable | None) -> bool:
    """Tell whether the map queues: where nobody would ever end it, one that does not must not begin to."""
    wanted = queues(settings["no_path_retry"])
    if settings.facts.managed or settings.value("queue_without_daemon") is True:
        return wanted
    return wanted and live is not None and live.features.queue_if_no_path


@lru_cache(maxsize=64)
def _read(text: str) -> Features:
    """Return the configured words, without a queue mode that no kernel has: it would refuse the whole table."""
    found = Features.parse(text)
    if _MODE not in (words := found.unknown):
        return found
    at = words.index(_MODE)
    return replace(found, unknown=words[:at] + words[at + 2 :])


def _queue_mode(wanted: str | None, members: Sequence[Member], live: MultipathTable | None) -> str | None:
    if live is not None:
        bio = live.features.is_bio
    else:
        bio = wanted == "bio" or any(member.path.protocol == _BIO_ONLY for member in members)
    if bio:
        return "bio"
    return None if wanted == "bio" else wanted
