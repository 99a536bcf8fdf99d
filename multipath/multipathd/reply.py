r"""
What an answer means.

``ok``, or what was asked for, or ``fail`` and since release 0.9.8 a reason in the next line; earlier ones say a bare
reason, or nothing. A command that it does not know is answered with a list of those that it knows.
"""

import re
from typing import Final

from .. import errors

DONE: Final = "ok"
DELAYED: Final = "delayed"  # of a path whose map multipathd just made, and whose event it waits for
_FAILED: Final = "fail"
_REFERENCE: Final = re.compile(r"[^\n]*\nmultipath-tools v(\S+)[^\n]*\nCLI commands reference:(?:\n|\Z)")
# What older releases say without a ``fail`` before it.
_BARE: Final = frozenset({"timeout", "blacklisted", "permission deny: need to be root"})
_IS_IT: Final = "multipathd knows maps by name and dm-N, paths by kernel name and number"


def answer(command: str, text: str) -> str:
    """
    Return what was answered.

    Args:
        command: What was asked.
        text: The answer.

    Raises:
        DaemonError: an answer that says that it was not done, by its kind.
    """
    head, _, rest = text.partition("\n")
    if head == _FAILED:
        raise refusal(command, rest.strip())
    if (head in _BARE and not rest) or _REFERENCE.match(text):
        raise refusal(command, text.strip())
    return text


def done(command: str, text: str) -> bool:
    """
    Take the answer to a command that has nothing to tell, and return whether it is done already, or will be soon.

    Raises:
        DaemonError: it was not done.
    """
    said = answer(command, text).strip()
    if said not in (DONE, DELAYED):
        raise errors.DaemonReplyMalformed(command, f"it said {said[:100]!r}, neither ok nor fail")
    return said == DONE


def refusal(command: str, reason: str) -> errors.DaemonError:
    """Return the error for a reason."""
    if reason == "timeout":
        return errors.DaemonBusy(command, reason, "it holds its lock for something slow; try again")
    if reason.startswith("permission deny"):
        return errors.DaemonDenied(command, reason, "run as root")
    if reason == "device not found":
        return errors.DaemonNotFound(command, reason, _IS_IT)
    if reason == "map or partition in use":
        return errors.DaemonMapInUse(command, reason, "see who holds it, and try again")
    if reason == "blacklisted":
        return errors.DaemonBlacklisted(command, reason, "see its blacklist")
    if _REFERENCE.match(reason):
        return unknown(command, reason)
    hint = "" if reason else "it gave no reason; its log may"
    return errors.DaemonRefused(command, reason or _FAILED, hint)


def unknown(command: str, said: str) -> errors.DaemonCommandUnknown:
    """Return the error for a command that a release does not know."""
    what = said.partition("\n")[0].rpartition(": ")[2] or "unknown"
    return errors.DaemonCommandUnknown(command, what, f"release {release(said)} does not have it")


def release(reference: str) -> str:
    """Return the release that an answer with a list of commands comes from."""
    found = _REFERENCE.search(reference)
    return found[1] if found else "unknown"


def commands(reference: str) -> tuple[str, ...]:
    """Return the commands of such a list, with ``$`` before what is a value: ``show map $map json``."""
    found = _REFERENCE.search(reference)
    lines = reference[found.end() :].splitlines() if found else []
    return tuple(" ".join(_first(word) for word in line.split()) for line in lines if line.strip())


def _first(word: str) -> str:
    """Return the word of several that mean the same by which this library knows it."""
    words = word.split("|")
    return next((each for each in ("show", "del", "switchgroup", "maps", "map") if each in words), words[0])
