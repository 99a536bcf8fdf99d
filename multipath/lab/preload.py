"""Builds ``xstate.c`` on demand."""

import hashlib
from importlib.resources import files
from pathlib import Path

from . import cache
from .host import output


def library() -> Path:
    """
    Return the shared object of ``xstate.c``, compiled if need be.

    Raises:
        ToolMissing: no C compiler on this machine.
    """
    source = files(__package__).joinpath("xstate.c").read_bytes()
    name = f"xstate-{hashlib.sha256(source).hexdigest()[:12]}"
    return cache.made(name, lambda draft: _compile(source, draft)) / "xstate.so"


def _compile(source: bytes, draft: Path) -> None:
    (draft / "xstate.c").write_bytes(source)
    output(
        ["gcc", "-O2", "-Wall", "-shared", "-fPIC", "-o", "xstate.so", "xstate.c", "-ldl"],
        package="gcc libc6-dev",
        cwd=draft,
    )
