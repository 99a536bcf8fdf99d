"""Whole configurations, generated: every option in every section where it may stand, with values that it takes."""

from collections.abc import Mapping
from itertools import product
from typing import Final

from hypothesis import strategies as st

from multipath.config.blacklist import Candidate
from multipath.config.entry import Subject
from multipath.config.schema import OPTIONS, PROTOCOLS, Scope

from .texts import section

SUBJECTS: Final = [
    Subject(vendor, name, "1.0", protocol, wwid)
    for vendor, name in [("ACME", "Disk"), ("PURE", "FlashArray"), ("Qsan", "XS"), ("NVME", "HPE Alletra"), ("", "")]
    for protocol, wwid in [("scsi:fcp", "3600a"), ("nvme:tcp", None)]
]
CANDIDATES: Final = [
    Candidate(name, properties, vendor, "Disk", "scsi:fcp", "3600a", "ID_SERIAL")
    for name, properties, vendor in product(
        ["sda", "ram0"], [None, {"ID_SERIAL": "", "ID_WWN": ""}, {"ID_SERIAL": ""}], ["ACME", "Qsan"]
    )
]
WORDS: Final = """
    0 1 3 7 4000 -3 yes no off on fail queue immediate followover infinity max always never strict file 0x12:aptpl 0644
    root multibus priorities once grow_only hp3par sd:ID_X alua NONE
"""
POOL: Final = [*WORDS.split(), "", "1 x", "service-time 0", 'a "b" # c']
# For each section, the lines that may stand in it: each option with values that it takes.
LINES: Final = {
    scope: [
        f"{name} {quoted}"
        for name, option in OPTIONS.items()
        if scope in option.scopes
        for text in POOL
        if option.kind.meaning(text).value is not None
        for quoted in ['"' + text.replace('"', '""') + '"']
    ]
    for scope in Scope
}
PLACES: Final[Mapping[Scope, list[tuple[str, ...]]]] = {
    Scope.DEFAULTS: [()],
    Scope.OVERRIDES: [()],
    Scope.PROTOCOL: [(f"type {name}",) for name in sorted(PROTOCOLS)],
    Scope.MULTIPATH: [("wwid 3600a",), ("wwid 3600b",)],
    Scope.DEVICE: [
        (f'vendor "{vendor}"', f'product "{name}"', *more)
        for vendor, name in [("PURE", "FlashArray"), ("^Qsan", ".*"), ("^NVME", ".*"), (".*", ".*"), ("ACME", "Di")]
        for more in [(), ("revision 1",), ('revision ""',), ("product_blacklist Disk",)]
    ],
}
RULES: Final = st.sampled_from(
    [
        "devnode sda",
        'devnode "!^sd"',
        "property ID_SERIAL",
        "wwid 3600a",
        "protocol fcp",
        "device {\nvendor ACME\nproduct .*\n}",
    ]
)


def sections(scope: Scope) -> st.SearchStrategy[str]:
    """Return any section of a kind."""
    lines = st.lists(st.sampled_from(LINES[scope]), max_size=6)
    return st.builds(lambda place, body: section(str(scope), *place, *body), st.sampled_from(PLACES[scope]), lines)


LISTS: Final = st.builds(section, st.sampled_from(["blacklist", "blacklist_exceptions"]), RULES)
TEXTS: Final = st.lists(st.sampled_from(sorted(Scope)).flatmap(sections) | LISTS, max_size=8).map("".join)
