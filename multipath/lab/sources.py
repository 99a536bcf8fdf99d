"""
Where this machine gets its packages: apt's own source files, in both formats, read without apt's package lists.

``apt-get indextargets`` would be shorter, but it is silent about every source whose list was never downloaded, as in a
fresh container. Format: sources.list(5).
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import KernelUnavailable
from .host import output

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_ONE_LINE = re.compile(r"deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s*(?P<components>.*)\Z")


@dataclass(frozen=True, slots=True)
class Source:
    """
    One address of packages.

    Attributes:
        uri: Where the archive is.
        suite: The release, by code name or by role, as the file has it.
        components: ``main`` and the like.
        signed_by: The keyring that the file names; empty for apt's default.
    """

    uri: str
    suite: str
    components: tuple[str, ...]
    signed_by: str = ""

    def __str__(self) -> str:
        """Return the one-line form."""
        option = f"[signed-by={self.signed_by}] " if self.signed_by else ""
        return f"deb {option}{self.uri} {self.suite} {' '.join(self.components)}"


def parse_list(text: str) -> list[Source]:
    """
    Parse the one-line format, ``*.list``.

    >>> parse_list("deb [arch=amd64] http://archive.example/debian bookworm main # comment")[0].suite
    'bookworm'
    """
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [_one_line(match) for match in map(_ONE_LINE.match, lines) if match]


def _one_line(match: re.Match[str]) -> Source:
    options = dict(word.partition("=")[::2] for word in (match["options"] or "").split())
    return Source(match["uri"], match["suite"], tuple(match["components"].split()), options.get("signed-by", ""))


def parse_deb822(text: str) -> list[Source]:
    r"""
    Parse the stanza format, ``*.sources``.

    >>> text = "Types: deb\nURIs: http://archive.example/debian\nSuites: sid\nComponents: main"
    >>> [str(source) for source in parse_deb822(text)]
    ['deb http://archive.example/debian sid main']
    """
    text = re.sub(r"(?m)^#.*\n?", "", text)
    return [source for stanza in re.split(r"\n\s*\n", text) for source in _stanza(stanza)]


def _stanza(text: str) -> Iterator[Source]:
    fields = {key.lower(): value.strip() for key, value in re.findall(r"(?m)^([\w-]+):((?:.*)(?:\n[ \t].*)*)", text)}
    if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() == "no":
        return
    signed_by = fields.get("signed-by", "")
    # A key in place of a file name cannot stand in a one-line source; apt's default keys must then do.
    keyring = signed_by if signed_by.startswith("/") else ""
    for uri in fields.get("uris", "").split():
        for suite in fields.get("suites", "").split():
            yield Source(uri, suite, tuple(fields.get("components", "").split()), keyring)


def configured() -> list[Source]:
    """Return the sources of this machine."""
    settings = output(
        ["apt-config", "shell", "LIST", "Dir::Etc::sourcelist/f", "PARTS", "Dir::Etc::sourceparts/d"], package="apt"
    )
    places = dict(word.partition("=")[::2] for word in shlex.split(settings))
    files = [Path(places.get("LIST", "/nonexistent")), *sorted(Path(places.get("PARTS", "/nonexistent")).glob("*"))]
    return [source for path in files if path.is_file() for source in _parse_file(path)]


def _parse_file(path: Path) -> list[Source]:
    parse = {".list": parse_list, ".sources": parse_deb822}.get(path.suffix)
    return parse(path.read_text(errors="replace")) if parse else []


def mirror(sources: list[Source], suite: str) -> Source:
    """
    Return ``suite`` on the mirror that this machine uses for Debian itself.

    Raises:
        KernelUnavailable: no source of this machine is a mirror of Debian.
    """
    for source in sources:
        # Updates and security live in archives of their own shape, where other suites cannot be expected.
        whole = "main" in source.components and "-" not in source.suite and "/" not in source.suite
        if whole and source.uri.rstrip("/").endswith("debian"):
            return Source(source.uri, suite, ("main",), str(KEYRING))
    raise KernelUnavailable(
        "none of this machine's apt sources is a mirror of Debian; add one, or set up the lab's cache by hand"
    )


def of_release(sources: list[Source], codename: str) -> list[Source]:
    """Return what belongs to this machine's own release: its updates and security too, no third party."""
    return [source for source in sources if source.suite.split("-")[0].split("/")[0] == codename]
