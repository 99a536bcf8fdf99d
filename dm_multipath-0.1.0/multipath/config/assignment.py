"""The options of a section: what is assigned to them, and what there is to say of it."""

from collections.abc import Callable, Mapping
from typing import Final

from .finding import shown
from .kinds import Meaning
from .remarks import Remarks
from .schema import ALIASES, FORMER, MATCHES, OPTIONS, WORDS, Scope
from .setting import Layer, Origin, Setting
from .tree import Section, Statement

_LAYERS: Final = {
    Scope.DEFAULTS: Layer.DEFAULTS,
    Scope.DEVICE: Layer.DEVICES,
    Scope.OVERRIDES: Layer.OVERRIDES,
    Scope.PROTOCOL: Layer.PROTOCOL,
    Scope.MULTIPATH: Layer.MULTIPATHS,
}
_Meaning = Callable[[str], Meaning]
# For each section, the words it takes with the options that they name, and what tells the meaning of their values.
_NAMES: Final[Mapping[Scope, Mapping[str, tuple[str, _Meaning]]]] = {
    scope: {
        word: (name, OPTIONS[name].kind.meaning)
        for word, name in [*((name, name) for name in OPTIONS), *ALIASES.items()]
        if scope in OPTIONS[name].scopes
    }
    for scope in Scope
}


class Assignment:
    """
    Fills the options of one section, or of all sections of one kind in a file.

    Args:
        remarks: Where to tell what there is to say.
        scope: The section.
        settings: What was assigned before, by other files; is added to.

    Attributes:
        settings: What is assigned.
        matches: What says which devices the section is for, as it stands there.
    """

    def __init__(self, remarks: Remarks, scope: Scope, settings: dict[str, Setting]) -> None:
        self.settings = settings
        self.matches: dict[str, Statement] = {}
        self._remarks = remarks
        self._scope = scope
        self._seen: dict[str, int] = {}

    def read(self, section: Section) -> "Assignment":
        """Assign what stands in a section; return itself."""
        names, file, layer, seen = _NAMES[self._scope], self._remarks.file, _LAYERS[self._scope], self._seen
        for statement in section.items:
            if type(statement) is not Statement:
                continue
            word = statement.keyword
            if (found := names.get(word)) is None:
                self._read_other(statement)
                continue
            name, meaning = found
            if name in seen:
                self._tell_again(statement, name)
            seen[name] = statement.line
            text = statement.value
            meant = meaning(text)
            if meant.code:
                self._tell(statement, meant)
            if meant.value is not None:
                self.settings[name] = Setting(name, meant.value, text, Origin(layer, file, statement.line))
            elif meant.unsets:
                self.settings.pop(name, None)
        return self

    def _read_other(self, statement: Statement) -> None:
        """Read what is no option here."""
        word = statement.keyword
        if word in MATCHES.get(self._scope, ()):
            if word in self.matches:
                self._tell_again(statement, word)
            self._seen[word] = statement.line
            self.matches[word] = statement
        elif self._scope in FORMER.get(word, ()):
            self._say(statement, "former-option", f"{word} does nothing any more")
        elif word in WORDS:
            self._say(statement, "misplaced-option", f"{word} is no option of {self._scope}, and is not read")
        else:
            self._say(statement, "unknown-option", f"{shown(word)} is no option of {self._scope}, and is not read")

    def _tell_again(self, statement: Statement, name: str) -> None:
        message = f"{name} was set in line {self._seen[name]}; the last one counts"
        self._say(statement, "duplicate-option", message)

    def _tell(self, statement: Statement, meant: Meaning) -> None:
        unread = "" if meant.value is not None or meant.unsets else "; the line is not read"
        message = f"{statement.keyword}: {meant.remark}{unread}"
        tell = self._remarks.refuse if meant.code == "bad-reservation-key" else self._remarks.tell
        tell(statement.line, statement.start + 1, meant.code, message)

    def _say(self, statement: Statement, code: str, message: str) -> None:
        self._remarks.tell(statement.line, statement.column, code, message)
