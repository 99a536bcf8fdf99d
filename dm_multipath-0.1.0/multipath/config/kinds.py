"""
What options take: the words and numbers of multipath.conf, and what they mean.

Strategy: nearly every option takes some words, a number, or both; so a kind is a table of words and the bounds of a
number, and only what is neither has a function of its own. A number out of bounds becomes the nearest one within, as in
multipathd; that is told as a remark, which the strict reading refuses.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from .finding import shown
from .pattern import Pattern
from .setting import Value

_INT: Final = (1 << 31) - 1
_UNSIGNED: Final = (1 << 32) - 1
_NUMBER: Final = re.compile(r"[ \t\n\v\f\r]*([+-]?[0-9]+)[ \t\n\v\f\r]*", re.ASCII)
_DIGITS: Final = re.compile(r"[ \t\n\v\f\r]*([0-9]+)[ \t\n\v\f\r]*", re.ASCII)
_LEADING: Final = re.compile(r"[ \t\n\v\f\r]*([+-]?[0-9]+)", re.ASCII)
_OCTAL: Final = re.compile(r"[ \t\n\v\f\r]*\+?([0-7]+)", re.ASCII)
_NAME: Final = re.compile(r"[^-+\s:/,][^\s:/,]*")
_KEY: Final = re.compile(r"0?[xX]?([0-9a-fA-F]{1,16})", re.ASCII)
_LONGEST_NUMBER: Final = 40  # digits; what is longer is out of every bound, and Python refuses thousands of them
_HUGE: Final[int] = 10**40


@dataclass(frozen=True, slots=True)
class Meaning:
    """
    What a text means to an option.

    Attributes:
        value: The value; ``None`` where there is none.
        code: What there is to say of it, as a word for programs; empty where there is nothing to say.
        remark: The same for people.
        unsets: Whether this text takes a value back that the same section set before.
    """

    value: Value | None
    code: str = ""
    remark: str = ""
    unsets: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """
    What an option takes.

    Attributes:
        takes: The same for people: ``yes or no``.
        meaning: Returns what a text means.
        words: The words it takes, with what they mean.
    """

    takes: str
    meaning: Callable[[str], Meaning] = field(compare=False)
    words: Mapping[str, Value] = field(default_factory=dict, compare=False)


def _refused(text: str, takes: str) -> Meaning:
    return Meaning(None, "bad-value", f"{shown(text)} is not {takes}")


def words(*canonical: str, others: Mapping[str, str] | None = None, former: Mapping[str, str] | None = None) -> Kind:
    """Return a kind that takes words: ``others`` mean one of the canonical ones; ``former`` do too, with a remark."""
    meanings = {word: Meaning(word) for word in canonical}
    meanings |= {word: Meaning(means) for word, means in (others or {}).items()}
    for word, means in (former or {}).items():
        meanings[word] = Meaning(means, "former-word", f"{word} is the former word for {means}")
    return _worded(" or ".join(canonical), meanings)


def _worded(takes: str, meanings: Mapping[str, Meaning]) -> Kind:
    def meaning(text: str) -> Meaning:
        return meanings.get(text) or _refused(text, takes)

    return Kind(takes, meaning, _words(meanings))


def _words(meanings: Mapping[str, Meaning]) -> Mapping[str, Value]:
    return MappingProxyType({word: means.value for word, means in meanings.items() if means.value is not None})


def number(
    what: str, low: int, high: int = _INT, *, words: Mapping[str, Value] | None = None, unset: int | None = None
) -> Kind:
    """
    Return a kind that takes a number.

    Args:
        what: The number, for people.
        low: The least.
        high: The most.
        words: What is taken beside numbers.
        unset: The number that stands for no value.
    """
    meanings = {word: Meaning(value) for word, value in (words or {}).items()}
    top = "" if high == _INT else f" to {high}"
    takes = " or ".join([*meanings, f"{what}, {low}{top or ' or more'}"])

    def meaning(text: str) -> Meaning:
        if text in meanings:
            return meanings[text]
        found = _NUMBER.fullmatch(text)
        if not found:
            return _refused(text, takes)
        value = bounded(found[1])
        near = min(max(value, low), high)
        code, remark = ("", "") if near == value else ("clamped", f"{shown(found[1])} becomes {near}")
        if near != unset:
            return Meaning(near, code, remark)
        return Meaning(None, code or "stands-for-unset", f"{remark or near} stands for no value", unsets=True)

    return Kind(takes, meaning, _words(meanings))


def bounded(digits: str) -> int:
    """Return a number, or for one of very many digits, one that is out of every bound too."""
    if len(digits) <= _LONGEST_NUMBER:
        return int(digits)
    return -_HUGE if digits[0] == "-" else _HUGE


def _seconds(text: str, low: int, unset: int | None) -> Meaning:
    takes = "a number of seconds" + (", 1 or more" if low else "")
    found = _DIGITS.fullmatch(text)
    if not found or not low <= (value := bounded(found[1])) <= _UNSIGNED:
        if unset is not None and found and value == unset:
            return Meaning(None, "stands-for-unset", f"{value} stands for no value", unsets=True)
        return _refused(text, takes)
    return Meaning(value)


def _dev_loss(text: str) -> Meaning:
    """Read it as ``scanf`` does: what follows the digits is dropped, the number is taken modulo 2**32."""
    if text == "infinity":
        return Meaning("infinity")
    found = _LEADING.match(text)
    if not found:
        return _refused(text, "a number of seconds or infinity")
    whole = min(bounded(found[1]), (1 << 64) - 1)
    value: Value = whole & _UNSIGNED
    if value == _UNSIGNED:
        value = "infinity"
    if value != whole or text[found.end() :].strip():
        return Meaning(value, "misread-number", f"{shown(text)} is read as {value}")
    return Meaning(value)


def _mode(text: str) -> Meaning:
    found = _OCTAL.match(text)
    if not found or len(found[1]) > _LONGEST_NUMBER or (value := int(found[1], 8)) > 0o777:
        return _refused(text, "an octal mode, at most 0777")
    if text[found.end() :].strip():
        return Meaning(value, "misread-number", f"{shown(text)} is read as 0{value:o}")
    return Meaning(value)


def _owner(text: str) -> Meaning:
    """Return a number, or the name as it is: who that is, only a running system knows."""
    if text.isascii() and text.isdecimal():
        value = bounded(text)
        return Meaning(value) if value < _UNSIGNED else _refused(text, "a name or a number below 4294967295")
    return Meaning(text) if _NAME.fullmatch(text) else _refused(text, "a name or a number")


def _reservation_key(text: str) -> Meaning:
    if text == "file":
        return Meaning("file")
    digits, colon, flag = text.partition(":")
    found = _KEY.fullmatch(digits)
    # Of "0", the reference takes the digit for the start of "0x".
    if not found or digits == "0":
        return Meaning(None, "bad-reservation-key", f"{shown(text)} is not file, nor up to 16 hexadecimal digits")
    key = f"0x{int(found[1], 16):x}"
    if not colon or flag == "aptpl":
        return Meaning(f"{key}:aptpl" if colon else key)
    return Meaning(key, "bad-value", f"the flag {shown(flag)} is not aptpl, and is dropped")


def _no_slash(text: str) -> Meaning:
    return _refused(text, "a name without a slash") if "/" in text else Meaning(text)


def _delimiter(text: str) -> Meaning:
    if text == "/UNSET/":
        return Meaning(None, "stands-for-unset", f"{text} stands for no value", unsets=True)
    return _no_slash(text)


def _counted(text: str, at: int) -> Meaning:
    parts = text.split()
    takes = "a name, a count and so many words" if at else "a count and so many words"
    if len(parts) <= at or not _DIGITS.fullmatch(parts[at]) or bounded(parts[at]) != len(parts) - at - 1:
        return _refused(text, takes)
    return Meaning(text)


def _uid_attrs(text: str) -> Meaning:
    records = text.split()
    good = [record for record in records if ":" in record]
    bad = [record for record in records if record not in good]
    if not good:
        return _refused(text, "a list of PREFIX:PROPERTY")
    if bad:
        return Meaning(" ".join(good), "bad-value", f"{shown(bad[0])} is not PREFIX:PROPERTY, and is dropped")
    return Meaning(" ".join(good))


def _expression(text: str) -> Meaning:
    try:
        Pattern(text)
    except ValueError as error:
        return Meaning(text, "bad-expression", f"{shown(text)} is {error}")
    return Meaning(text)


_BOOLEANS: Final = {"yes": Meaning(True), "1": Meaning(True), "no": Meaning(False), "0": Meaning(False)}
_ON_OFF: Final = {"yes": "on", "1": "on", "no": "off", "0": "off"}

YES_NO: Final = _worded("yes or no", _BOOLEANS)
TEXT: Final = Kind("any text", Meaning)
NO_SLASH: Final = Kind("a name without a slash", _no_slash)
DELIMITER: Final = Kind("text without a slash, or /UNSET/", _delimiter)
EXPRESSION: Final = Kind("a regular expression", _expression)
COUNT: Final = number("a number", 0)
INTEGER: Final = number("a number", -_INT - 1, unset=0)
TIMEOUT: Final = number("a number", 0, unset=0)
SELECTOR_SHARE: Final = TIMEOUT
CHECKS: Final = number("a number", 1, words={"no": "no", "0": "no"})
OFF_OR_NUMBER: Final = number("a number", 1, words={"off": "off", "0": 0})
RETRIES: Final = number("a number of checks", 1, words={"fail": "fail", "0": "fail", "queue": "queue"})
FAILBACK: Final = number("seconds", 0, words={"immediate": "immediate", "manual": "manual", "followover": "followover"})
MAX_FDS: Final = number("a number", 0, words={"max": "max"}, unset=0)
FIND_MULTIPATHS: Final = words("strict", "off", "on", "greedy", "smart", others=_ON_OFF)
MARGINAL: Final = words("off", "on", "fpin", others=_ON_OFF)
FLUSH: Final = words(
    "always", "unused", "never", former={"yes": "always", "1": "always", "no": "unused", "0": "unused"}
)
POLICY: Final = words(
    "failover", "multibus", "group_by_serial", "group_by_prio", "group_by_node_name", "group_by_tpg"
)  # fmt: skip
SECONDS: Final = Kind("a number of seconds", lambda text: _seconds(text, 1, 0))
# An interval of 0 ends multipathd by a division.
POSITIVE_SECONDS: Final = Kind("a number of seconds, 1 or more", lambda text: _seconds(text, 1, None))
DEV_LOSS: Final = Kind("a number of seconds or infinity", _dev_loss, {"infinity": "infinity"})
MODE: Final = Kind("an octal mode", _mode)
OWNER: Final = Kind("a name or a number", _owner)
RESERVATION_KEY: Final = Kind("file, or up to 16 hexadecimal digits", _reservation_key, {"file": "file"})
COUNTED: Final = Kind("a count and so many words", lambda text: _counted(text, 0))
COUNTED_SELECTOR: Final = Kind("a name, a count and so many words", lambda text: _counted(text, 1))
UID_ATTRS: Final = Kind("a list of PREFIX:PROPERTY", _uid_attrs)
