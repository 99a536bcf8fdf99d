"""The pages that ``--help`` prints."""

import argparse

import pytest

from multipath.frontends.cli.manual import Manual, examples


def test_paragraphs_are_wrapped_and_examples_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """An example is to be copied as it stands."""
    monkeypatch.setenv("COLUMNS", "40")
    example = f"mpath {'x' * 60}"
    parser = argparse.ArgumentParser(
        prog="mpath", formatter_class=Manual, description="word " * 20, epilog=examples(example, "mpath list")
    )

    lines = parser.format_help().splitlines()

    assert all(len(line) <= 40 for line in lines if "x" * 60 not in line)
    assert lines[-3:] == ["examples:", f"  {example}", "  mpath list"]
