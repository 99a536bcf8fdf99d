"""A patient for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath import Host
from multipath.virtual import VirtualHost

from .patient import Patient


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Patient]:
    """Give a host without an array; `Patient.mapped` makes one that is well."""
    with VirtualHost() as world, Host(**world.seams(), asker=world.asker()) as host:
        yield Patient(world, host, tmp_path)
