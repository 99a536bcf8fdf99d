"""What becomes of an option that no table can say."""

from ..config.resolve import Effective
from ..errors import ConfigError


def refused(option: Effective, reason: str) -> ConfigError:
    """Return the error for an option whose value the kernel would refuse, naming the line that it stands in."""
    said = f"{option.option} {option.value!r} ({option.origin.layer}): {reason}"
    return ConfigError(said, option.origin.file or "", option.origin.line)
