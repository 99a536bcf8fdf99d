"""
The manual pages: ``mpath(1)``, and ``mpath-VERB(1)`` for each verb, from the parsers; in the macros of man(7).

Strategy: nothing is said here that the parsers could say, so that ``--help`` and the manual cannot differ.
"""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from multipath.frontends.cli.exit_code import ExitCode
from multipath.frontends.cli.outputs import OUTPUTS

from .command_tree import Argument, Verb, verbs

FOLDER: Final = Path("man")
_DATE: Final = "2026-11-26"  # of the interface; a page that changed each day could not be compared with its source
_WIDTH: Final = 72
_SOURCE: Final = "dm-multipath"
_MANUAL: Final = "Multipath maps"
_CODES: Final = {
    ExitCode.OK: "It went well.",
    ExitCode.ERROR: "It failed, or what was asked for is not so.",
    ExitCode.USAGE: "The command line is wrong; nothing was done.",
    ExitCode.NOT_FOUND: "What was named is not there.",
    ExitCode.BUSY: "It is in use, or multipathd has it.",
    ExitCode.DENIED: "This user may not.",
    ExitCode.TIMEOUT: "It did not come true in time.",
    ExitCode.INTERRUPTED: "Interrupted.",
    ExitCode.PIPE_CLOSED: "Nobody reads any more what is printed.",
}
_FILES: Final = {
    "/etc/multipath.conf": "What the administrator wants, as in multipath.conf(5).",
    "/etc/multipath/conf.d/*.conf": "More of it.",
    "/etc/multipath/wwids": "The units that have had a map.",
    "/etc/multipath/bindings": "The names of maps.",
    "/etc/multipath/prkeys": "The reservation keys of maps.",
}
_ENVIRONMENT: Final = {
    "NO_COLOR": "Set to anything: no colours.",
    "FORCE_COLOR": "Set to anything: colours also where no terminal is.",
    "MULTIPATH_LAB_CACHE": "The folder in which the laboratory keeps kernels.",
}
_SEE: Final = ("multipath.conf(5)", "multipathd(8)", "dmsetup(8)", "sg_persist(8)", "kpartx(8)")


def files() -> dict[Path, str]:
    """Return every page."""
    known = verbs()
    pages = {"mpath": _overview(known), **{_page(each): _of_verb(each) for each in known}}
    return {FOLDER / f"{name}.1": "".join(f"{line}\n" for line in lines) for name, lines in pages.items()}


def _page(verb: Verb) -> str:
    return f"mpath-{verb.words[0]}"


def _overview(known: tuple[Verb, ...]) -> Iterator[str]:
    yield from _head("mpath", "build, watch and change multipath maps")
    yield from (".SH SYNOPSIS", ".B mpath", r".RI [ \-\-version ]", r".RI [ \-\-help ]", ".I VERB", r"[\&...]")
    yield ".SH DESCRIPTION"
    yield from _text(
        "mpath speaks to the kernel itself: to device-mapper, sysfs and the paths. It needs neither multipathd nor "
        "udev. Where multipathd runs, its maps are changed through it, or only with --force.\n"
        "A map is named by its name, its WWID, its uuid, major:minor, dm-N, or a node or link in /dev; exactly, or it "
        "is not found. What verbs print with -o json is told by mpath schema."
    )
    yield ".SH VERBS"
    for verb in known:
        yield from (".TP", rf".BR {_escaped(_page(verb))} (1)", *_text(_sentence(verb.summary)))
    yield from _exit_status()
    yield from _listed("ENVIRONMENT", _ENVIRONMENT)
    yield from _listed("FILES", _FILES)
    yield from _see(*(f"{_page(each)}(1)" for each in known), *_SEE)


def _of_verb(verb: Verb) -> Iterator[str]:
    yield from _head(_page(verb), verb.summary)
    yield ".SH SYNOPSIS"
    for number, each in enumerate(_leaves(verb)):
        yield from ((".br",) if number else ())
        yield _synopsis(each)
    yield ".SH DESCRIPTION"
    yield from _text(verb.description)
    yield from _options(verb, ".SH OPTIONS")
    for each in _leaves(verb) if verb.below else ():
        yield from (f".SH {_escaped(each.name).upper()}", *_text(each.description), *_options(each, ""))
    if examples := [example for each in (verb, *_leaves(verb)) for example in each.examples]:
        yield from (".SH EXAMPLES", ".nf", *map(_line, dict.fromkeys(examples)), ".fi")
    yield from _output(verb)
    yield from _exit_status()
    yield from _see("mpath(1)", *_SEE)


def _leaves(verb: Verb) -> Iterator[Verb]:
    if not verb.below:
        yield verb
    for each in verb.below:
        yield from _leaves(each)


def _synopsis(verb: Verb) -> str:
    words, told = [rf"\fB{_escaped(verb.name)}\fR"], set[int]()
    positionals = [each for each in verb.arguments if not each.names]
    for each in (*(each for each in verb.arguments if each.names), *positionals):
        if each.only_one_of in told:
            continue
        told |= {each.only_one_of} - {0}
        alike = [other for other in verb.arguments if each.only_one_of and other.only_one_of == each.only_one_of]
        text = " | ".join(_usage(other) for other in alike or [each])
        words.append(text if each.is_required or not each.names else f"[{text}]")
    return " ".join(words)


def _usage(argument: Argument) -> str:
    name = rf"\fB{_escaped(argument.names[0])}\fR" if argument.names else ""
    value = rf"\fI{_escaped(argument.value)}\fR" if argument.value else ""
    return " ".join(filter(None, (name, value)))


def _options(verb: Verb, heading: str) -> Iterator[str]:
    if heading and verb.arguments:
        yield heading
    group = ""
    for each in verb.arguments:
        if each.group != group:
            group = each.group
            yield from (f".SS {_escaped(group[:1].upper() + group[1:])}",)
        names = ", ".join(rf"\fB{_escaped(name)}\fR" for name in each.names)
        value = rf"\fI{_escaped(each.value)}\fR" if each.value else ""
        yield from (".TP", " ".join(filter(None, (names, value))), *_text(_sentence(each.help)))


def _output(verb: Verb) -> Iterator[str]:
    printed = [words for words in OUTPUTS if words.split()[0] == verb.words[0]]
    if printed:
        shown = ", ".join(f"mpath schema {words}" for words in printed)
        yield from (".SH OUTPUT", *_text(f"What -o json prints is told by {shown}."))


def _exit_status() -> Iterator[str]:
    return _listed("EXIT STATUS", {str(int(code)): text for code, text in _CODES.items()})


def _listed(heading: str, items: dict[str, str]) -> Iterator[str]:
    yield f".SH {heading}"
    for name, text in items.items():
        yield from (".TP", rf"\fB{_escaped(name)}\fR", *_text(text))


def _see(*pages: str) -> Iterator[str]:
    yield ".SH SEE ALSO"
    for number, page in enumerate(pages, start=1):
        name, _, section = page.partition("(")
        yield rf".BR {_escaped(name)} ({section}{'' if number == len(pages) else ','}"


def _head(name: str, summary: str) -> Iterator[str]:
    yield r".\" Made by python -m publish from the parsers; a change here is lost."
    yield f'.TH {name.upper()} 1 {_DATE} "{_SOURCE}" "{_MANUAL}"'
    yield from (".SH NAME", rf"{_escaped(name)} \- {_escaped(summary)}")


def _text(text: str) -> Iterator[str]:
    """Yield a text of paragraphs; a sentence begins a line, as man(7) wants it."""
    for number, paragraph in enumerate(filter(None, text.splitlines())):
        yield from ((".PP",) if number else ())
        for sentence in re.split(r"(?<=[.;:]) +(?=[A-Z])", paragraph.strip()):
            yield from map(_line, textwrap.wrap(sentence, _WIDTH, break_long_words=False, break_on_hyphens=False))


def _sentence(text: str) -> str:
    """Return what is said of an argument as a sentence."""
    return text if not text or text[-1] in ".)" else f"{text}."


def _line(text: str) -> str:
    escaped = _escaped(text)
    return rf"\&{escaped}" if escaped[:1] in (".", "'") else escaped


def _escaped(text: str) -> str:
    r"""
    Return a text as roff takes it: a hyphen that is one can be searched for and copied.

    >>> _escaped("--path a\\b")
    '\\-\\-path a\\eb'
    """
    plain = text.replace("\\", "\\e").replace("-", r"\-").replace("…", r"\&...")
    return "".join(each if each.isascii() else f"\\[u{ord(each):04X}]" for each in plain)
