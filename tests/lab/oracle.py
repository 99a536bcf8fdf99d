"""The tools that know the answer: what dmsetup prints."""

import subprocess


def dmsetup(*arguments: str) -> str:
    """Return what dmsetup prints; it must succeed."""
    return subprocess.run(["dmsetup", *arguments], check=True, capture_output=True, text=True, timeout=60).stdout
