"""Short ways to write a configuration in a test."""

from multipath.config.configuration import Configuration, Reading
from multipath.config.reader import read_configuration

MAIN = "/etc/multipath.conf"
DROPIN = "/etc/multipath/conf.d/a.conf"


def read(text: str, *dropins: str, reading: Reading = "compatible") -> Configuration:
    """Return the configuration of a main file, and of files of the folder."""
    names = [MAIN, DROPIN, *(f"/etc/multipath/conf.d/{number}.conf" for number in range(len(dropins)))]
    return read_configuration(zip(names, [text, *dropins], strict=False), reading=reading)


def section(path: str, *lines: str) -> str:
    """Return lines in sections within each other, ``devices/device`` for example."""
    names = path.split("/")
    return "\n".join([*(f"{name} {{" for name in names), *lines, *("}" for _ in names), ""])


def codes(configuration: Configuration) -> list[str]:
    """Return the codes of the findings, in order."""
    return [finding.code for finding in configuration.findings]
