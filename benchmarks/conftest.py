"""
What every benchmark stands on: the kernel's device-mapper, the peer, and the answers of the run.

A benchmark that takes the device-mapper makes maps of disks that nobody may miss: it runs in a guest of the lab only.
"""

import os
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from multipath import Control
from multipath.lab.guest import inside

from .answers import FOLDER, Answers
from .libdevmapper import Libdevmapper
from .survey import Survey

_ANSWERS: Final = pytest.StashKey[Answers]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin without answers."""
    config.stash[_ANSWERS] = Answers(f"guest, Linux {platform.release()}" if inside() else "machine")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Write the answers, where the run asks for them."""
    file = os.environ.get("MULTIPATH_BENCHMARKS_ANSWERS")
    if file:
        config.stash[_ANSWERS].write(Path(file))


@pytest.fixture
def survey(request: pytest.FixtureRequest) -> Survey:
    """The survey of the question on the first line of the benchmark's file."""
    question = (request.module.__doc__ or "").strip().partition("\n")[0]
    assert question.endswith("?"), f"{request.module.__name__} asks nothing on its first line"
    return Survey(question, request.config.stash[_ANSWERS])


@pytest.fixture
def control() -> Iterator[Control]:
    """The guest's device-mapper, with nobody making nodes in ``/dev``."""
    if not inside():
        pytest.skip("needs a guest of the lab: make bench")
    with Control(nodes="none") as control:
        yield control


@pytest.fixture
def libdevmapper() -> Libdevmapper:
    """The peer."""
    return Libdevmapper(FOLDER)
