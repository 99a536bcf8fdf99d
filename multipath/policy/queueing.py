"""Whether a map queues I/O when no path is left."""

from typing import Final

from ..config.entry import Subject
from ..config.resolve import Effective
from .option import Options, as_text, detected

_FAIL: Final = "fail"


def no_path_retry(options: Options, subject: Subject) -> Effective:
    """Return ``no_path_retry``: where nothing sets it, the old word ``queue_if_no_path`` of ``features`` does."""
    configured = options.effective("no_path_retry", subject)
    if configured.value is not None:
        return configured
    features = options.effective("features", subject)
    if "queue_if_no_path" not in as_text(features).split():
        return configured
    return detected(configured, "queue", f"queue_if_no_path among the features, {features.origin}")


def queues(retry: Effective) -> bool:
    """Tell whether a map with this ``no_path_retry`` begins to queue."""
    return retry.value not in (None, _FAIL)
