"""What becomes of an option that no table can say."""

from ..errors import ConfigError
from .option import Option


def refused(option: Option, reason: str) -> ConfigError:
    """Return the error for an option whose value the kernel would refuse, naming the line that it stands in."""
    said = f"{option.option} {option.value!r} ({option.origin.layer}): {reason}"
    return ConfigError(said, option.origin.file or "", option.origin.line)
