"""
The reference of the API: a page for each group of public names, from their sources.

Strategy: the sources are read, not the objects: annotations stand as they were written, in every Python alike, and the
compiled modules are known by their stubs.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Final

import multipath
import multipath.virtual

from . import docstring

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = Path("docs/reference")
_ROOMS: Final = {
    "maps": "Hosts and maps",
    "dm": "Device-mapper",
    "paths": "Paths",
    "config": "Configuration",
    "wire": "Texts and bytes",
    "errors": "Errors",
    "multipathd": "multipathd",
    "frontends": "Metrics",
    "simulation": "Simulation",
    "_native": "Selectors and groups",
    "virtual": "The virtual host",
}
_WIDTH: Final = 80
_NOTE: Final = "<!-- Made by make docs from the docstrings; a change here is lost. -->\n"
Node = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def files() -> dict[Path, str]:
    """Return every page, and the one that lists them."""
    rooms: dict[str, dict[str, str]] = {room: {} for room in _ROOMS}
    for name in multipath.__all__:
        module = _module(multipath, name)
        rooms[module.split(".")[1]][name] = module
    rooms["virtual"] = {name: _module(multipath.virtual, name) for name in multipath.virtual.__all__}
    rooms["errors"] = dict.fromkeys(_public_classes("multipath.errors"), "multipath.errors")
    pages = {room.strip("_"): (_ROOMS[room], dict(sorted(names.items()))) for room, names in rooms.items()}
    return {FOLDER / f"{page}.md": "\n".join(_page(*told)) + "\n" for page, told in pages.items()} | {
        FOLDER / "README.md": "\n".join(_index(pages)) + "\n"
    }


def _module(package: object, name: str) -> str:
    found = getattr(package, name)
    return str(found.__module__)


def _index(pages: dict[str, tuple[str, dict[str, str]]]) -> Iterator[str]:
    yield from (_NOTE, "# Reference", "")
    yield "Every public name, as its docstring tells it. What is not here may change without notice."
    for page, (title, names) in pages.items():
        yield from ("", f"## [{title}]({page}.md)", "")
        for name, module in names.items():
            node = _node(module, name)
            yield f"- [`{name}`]({page}.md#{_anchor(name)}): {_told(node, getattr(multipath, name, None)).summary}"


def _page(title: str, names: dict[str, str]) -> Iterator[str]:
    yield from (_NOTE, f"# {title}", "", "[All names](README.md) · [Words of the field](../glossary.md)")
    for name, module in names.items():
        package = multipath if name in multipath.__all__ else import_module(".".join(module.split(".")[:2]))
        found, node = getattr(package, name), _node(module, name)
        yield from _entry("##", name, _signature(node, f"{package.__name__}.{name}"), _told(node, found))
        for member in _members(found) if isinstance(found, type) else ():
            told = _told(member, getattr(found, member.name))
            yield from _entry("###", f"{name}.{member.name}", _signature(member, member.name), told)


def _entry(level: str, name: str, signature: str, told: docstring.Docstring) -> Iterator[str]:
    yield from ("", f"{level} {name}", "", "```python", signature, "```")
    for paragraph in told.text:
        yield from ("", f"```pycon\n{paragraph}\n```" if paragraph.startswith(">>> ") else paragraph)
    for heading, items in told.items.items():
        yield from ("", f"**{heading}**", "", *(f"- `{name}`: {text}" for name, text in items.items()))
    for heading, text in told.sections.items():
        yield from ("", f"**{heading}**: {text}")


def _tree(module: str) -> ast.Module:
    place = ROOT / Path(*module.split("."))
    file = next(each for each in (place.with_suffix(".py"), place.with_suffix(".pyi")) if each.exists())
    return ast.parse(file.read_text("utf-8"))


def _node(module: str, name: str) -> Node:
    return next(each for each in _tree(module).body if isinstance(each, Node) and each.name == name)


def _public_classes(module: str) -> list[str]:
    return [
        each.name for each in _tree(module).body if isinstance(each, ast.ClassDef) and not each.name.startswith("_")
    ]


def _members(found: type) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the public methods and properties of a class, those that it inherits from others of ours included."""
    told = set[str]()
    for base in (each for each in found.__mro__ if each.__module__.startswith(f"{multipath.__name__}.")):
        node = _node(base.__module__, base.__name__)
        for each in node.body:
            if (
                isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
                and each.name[0] != "_"
                and each.name not in told
            ):
                told.add(each.name)
                yield each


def _told(node: Node, found: object) -> docstring.Docstring:
    """Return what is said of a name: by its source, or where that is a stub, by what was compiled."""
    return docstring.parse(ast.get_docstring(node) or inspect.getdoc(found) or "")


def _signature(node: Node, name: str) -> str:
    """Return how it is called, or what a property is."""
    if isinstance(node, ast.ClassDef):
        made = next((each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"), None)
        bases = ", ".join(map(ast.unparse, node.bases))
        return f"class {name}({_arguments(made) if made else bases})".replace("()", "")
    words = [ast.unparse(each) for each in node.decorator_list]
    returns = ast.unparse(node.returns) if node.returns else "None"
    if any("property" in each for each in words):
        return f"{name}: {returns}"
    kind = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    return f"{kind} {name}({_arguments(node)}) -> {returns}"


def _arguments(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """Return the arguments, on a line of their own each where they are long; without ``self``."""
    text = re.sub(r"^(self|cls)(, /)?(, )?", "", ast.unparse(node.args))
    return text if len(text) <= _WIDTH else "\n    " + ",\n    ".join(_apart(text)) + ",\n"


def _apart(text: str) -> Iterator[str]:
    """Yield what commas part that stand in no bracket."""
    depth, start = 0, 0
    for place, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if character == "," and not depth:
            yield text[start:place].strip()
            start = place + 1
    yield text[start:].strip()


def _anchor(name: str) -> str:
    return name.lower()
