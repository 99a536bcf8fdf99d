"""Every example of a docstring, run as it stands."""

import doctest
import pkgutil
from importlib import import_module

import pytest

import multipath

MODULES = [module.name for module in pkgutil.walk_packages(multipath.__path__, "multipath.")]


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_a_module_print_what_they_say(module: str) -> None:
    """What a docstring promises is what the code does."""
    assert doctest.testmod(import_module(module)).failed == 0


def test_there_are_examples() -> None:
    """An empty search would prove nothing."""
    finder = doctest.DocTestFinder(exclude_empty=True)

    assert sum(len(test.examples) for module in MODULES for test in finder.find(import_module(module))) > 20
