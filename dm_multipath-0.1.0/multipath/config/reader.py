"""
The files of the configuration, read and merged as multipathd merges them.

Strategy: each file is parsed into its tree, and its sections fill the layers, one file after the other; what is
assigned later wins within its layer. The strict reading is the same one, but for its end: it refuses what the
compatible reading remarks on.
"""

from collections.abc import Callable, Iterable, Sequence

from ..errors import ConfigError
from .assignment import Assignment
from .configuration import Configuration, Reading
from .entries import Devices, Multipaths, Protocols
from .finding import Finding, Severity, shown
from .remarks import Remarks
from .rules import Rules
from .schema import WORDS, Scope
from .setting import Layer, Setting
from .tree import Document, Section


def read_configuration(texts: Iterable[tuple[str, str]], *, reading: Reading = "compatible") -> Configuration:
    r"""
    Read the files of a configuration.

    Args:
        texts: The name and the text of each, the main one first, then those of the folder in the order of their names.
            A main file that does not exist has an empty text.
        reading: ``compatible`` takes what multipathd takes. ``strict`` refuses whatever that program would drop,
            change, or read otherwise than it looks.

    Returns:
        What they say together.

    Raises:
        ConfigError: the compatible reading: multipathd would refuse them too. The strict reading: there are findings
            worse than a note. In both, ``.findings`` has all of them.

    >>> text = "defaults {\n no_path_retry queue\n}"
    >>> read_configuration([("multipath.conf", text)]).defaults["no_path_retry"].value
    'queue'
    """
    return read_documents((Document.parse(text, file) for file, text in texts), reading=reading)


def read_documents(
    documents: Iterable[Document], *, reading: Reading = "compatible", findings: Iterable[Finding] = ()
) -> Configuration:
    """Read documents, as `read_configuration` does texts; ``findings`` are those of files that are no documents."""
    reader = _Reader(findings)
    for document in documents:
        reader.read(document)
    return reader.configuration(reading)


class _Reader:
    """What the files read so far say."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._remarks = remarks = Remarks(findings)
        self._defaults: dict[str, Setting] = {}
        self._overrides: dict[str, Setting] = {}
        self._devices = Devices(remarks)
        self._multipaths = Multipaths(remarks)
        self._protocols = Protocols(remarks)
        self._blacklist = Rules(remarks, Layer.BLACKLIST)
        self._exceptions = Rules(remarks, Layer.EXCEPTIONS)

    def read(self, document: Document) -> None:
        """Read one file."""
        remarks = self._remarks
        remarks.begin(document.file, document.findings)
        defaults = Assignment(remarks, Scope.DEFAULTS, self._defaults)
        overrides = Assignment(remarks, Scope.OVERRIDES, self._overrides)
        self._tell_strays(document.root)
        seen: dict[str, int] = {}
        for section in document.root.sections:
            if section.known:
                self._tell_repeated(section, seen)
                self._read_section(section, defaults, overrides)

    def _read_section(self, section: Section, defaults: Assignment, overrides: Assignment) -> None:
        match section.keyword:
            case "defaults":
                defaults.read(section)
            case "overrides":
                overrides.read(section)
                _each(section, self._protocols.read)
            case "blacklist":
                self._blacklist.read(section)
            case "blacklist_exceptions":
                self._exceptions.read(section)
            case _:
                self._tell_strays(section)
                _each(section, self._devices.read if section.keyword == "devices" else self._multipaths.read)

    def configuration(self, reading: Reading) -> Configuration:
        """
        Return what they say.

        Raises:
            ConfigError: they cannot be used.
        """
        devices, multipaths = tuple(self._devices.done()), tuple(self._multipaths.done())
        strict = reading == "strict"
        findings = self._remarks.findings(strict=strict)
        errors = [finding for finding in findings if finding.severity is Severity.ERROR] if strict else []
        if refused := self._remarks.fatal or errors:
            raise _refusal(refused, findings)
        return Configuration(
            reading,
            findings,
            self._defaults,
            self._overrides,
            tuple(self._protocols.done()),
            devices,
            {entry.wwid: entry for entry in multipaths},
            self._blacklist.done(),
            self._exceptions.done(),
        )

    def _tell_strays(self, section: Section) -> None:
        """Tell of the options that stand where only sections may."""
        where = f"directly in {section.keyword}" if section.keyword else "in no section"
        for item in section.statements:
            code = "misplaced-option" if item.keyword in WORDS else "unknown-option"
            self._remarks.tell(item.line, item.column, code, f"{shown(item.keyword)} stands {where}, and is not read")

    def _tell_repeated(self, section: Section, seen: dict[str, int]) -> None:
        if section.keyword in seen:
            message = f"{section.keyword} was there in line {seen[section.keyword]}; both count"
            self._remarks.tell(section.line, section.column, "repeated-section", message)
        seen[section.keyword] = section.line


def _each(section: Section, read: Callable[[Section], object]) -> None:
    for inner in section.sections:
        if inner.known:
            read(inner)


def _refusal(refused: Sequence[Finding], findings: tuple[Finding, ...]) -> ConfigError:
    first = refused[0]
    more = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
    return ConfigError(f"{first.message} [{first.code}]{more}", first.file, first.line, first.column, findings)
