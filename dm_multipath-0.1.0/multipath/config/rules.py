"""The rules of ``blacklist`` and ``blacklist_exceptions``."""

from .entry import Rule, RuleKind
from .finding import shown
from .pattern import Pattern
from .remarks import Remarks
from .schema import MATCHES, WORDS
from .setting import Layer, Origin
from .tree import Section, Statement

_KINDS = {kind.value: kind for kind in RuleKind if kind is not RuleKind.DEVICE}


class Rules:
    """The rules of one of the two lists, of all files."""

    def __init__(self, remarks: Remarks, layer: Layer) -> None:
        self._remarks = remarks
        self._layer = layer
        self._rules: dict[object, Rule] = {}

    def read(self, section: Section) -> None:
        """Read a list."""
        for item in section.items:
            if isinstance(item, Statement):
                self._read_rule(item)
            elif isinstance(item, Section) and item.known:
                self._read_device(item)

    def done(self) -> tuple[Rule, ...]:
        """Return the rules, in order."""
        return tuple(self._rules.values())

    def _read_rule(self, statement: Statement) -> None:
        kind = _KINDS.get(statement.keyword)
        if kind is None:
            self._tell_unknown(statement, str(self._layer))
        elif pattern := self._pattern(statement):
            rule = Rule(kind, pattern, None, self._origin(statement.line))
            # multipathd does not look for equal ones among the protocols.
            key = rule.origin if kind is RuleKind.PROTOCOL else pattern.text
            self._add((kind, key), rule, statement.column)

    def _read_device(self, section: Section) -> None:
        lines: dict[str, int] = {}
        found: dict[str, Pattern] = {}
        for statement in section.statements:
            if statement.keyword not in MATCHES["blacklist/device"]:
                self._tell_unknown(statement, f"{self._layer}/device")
                continue
            if statement.keyword in lines:
                message = f"{statement.keyword} was set in line {lines[statement.keyword]}; the last one counts"
                self._remarks.tell(statement.line, statement.column, "duplicate-option", message)
            lines[statement.keyword] = statement.line
            if pattern := self._pattern(statement):
                found[statement.keyword] = pattern
        vendor, product = found.get("vendor"), found.get("product")
        if not lines:
            message = "a device without a vendor or a product is for none, and is not read"
            self._remarks.tell(section.line, section.column, "empty-rule", message)
        if not found:
            return
        key = RuleKind.DEVICE, vendor and vendor.text, product and product.text
        self._add(key, Rule(RuleKind.DEVICE, vendor, product, self._origin(section.line)), section.column)

    def _add(self, key: object, rule: Rule, column: int) -> None:
        if (same := self._rules.setdefault(key, rule)) is not rule:
            message = f"this rule was there: {same.origin}"
            self._remarks.tell(rule.origin.line, column, "duplicate-rule", message)

    def _pattern(self, statement: Statement) -> Pattern | None:
        try:
            return Pattern(statement.value, invertible=True)
        except ValueError as error:
            message = f"{statement.keyword}: {shown(statement.value)} is {error}; the line is not read"
            self._remarks.refuse(statement.line, statement.start + 1, "bad-expression", message)
            return None

    def _origin(self, line: int) -> Origin:
        return Origin(self._layer, self._remarks.file, line)

    def _tell_unknown(self, statement: Statement, place: str) -> None:
        code = "misplaced-option" if statement.keyword in WORDS else "unknown-option"
        message = f"{shown(statement.keyword)} is no rule of {place}, and is not read"
        self._remarks.tell(statement.line, statement.column, code, message)
