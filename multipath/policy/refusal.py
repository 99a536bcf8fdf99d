"""What becomes of an option that no table can say."""

from ..config.resolve import Effective
from ..errors import ConfigError
from .option import as_text


def refused(option: Effective, reason: str) -> ConfigError:
    """Return the error for an option whose value the kernel would refuse, naming the line that it stands in."""
    said = f"{option.option} {option.value!r} ({option.origin.layer}): {reason}"
    return ConfigError(said, option.origin.file or "", option.origin.line)


def table_words(option: Effective, absent: str) -> str:
    """
    Return the value of an option whose words become words of a table.

    Raises:
        ConfigError: there are control characters in it, which no selector, handler or feature has in its name, and
            which whoever prints the table would send to a terminal.
    """
    text = as_text(option, absent)
    if not text.replace("\t", " ").isprintable():
        raise refused(option, "there are control characters in it")
    return text
