"""What the configuration and the state files say that does not do what it seems to do."""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from ...config.finding import Severity
from ...config.setting import Layer
from .check import Check, Sign
from .facts import Facts

_FILES: Final = "mpath config check"
DUPLICATE: Final = "duplicate-alias"  # which has a check of its own


def _refused(facts: Facts) -> Iterator[Sign]:
    for finding in facts.refused:
        if finding.severity is Severity.ERROR:
            yield Sign(finding.file or "multipath.conf", str(finding))


def _findings(facts: Facts) -> Iterator[Sign]:
    for finding in facts.inputs.configuration.findings:
        if finding.severity is not Severity.NOTE and finding.code != DUPLICATE:
            yield Sign(finding.file, str(finding), severity=finding.severity)


def _clock(facts: Facts) -> Iterator[Sign]:
    """Look at what somebody chose alone: what is built in is a choice of multipath-tools."""
    effective = facts.inputs.configuration.effective
    timeout, interval = effective("checker_timeout"), effective("max_polling_interval")
    if isinstance(timeout.value, int) and isinstance(interval.value, int) and timeout.value > interval.value:
        where = f"checker_timeout {timeout.value} s ({timeout.origin})"
        step = f"mpath config edit set defaults checker_timeout {max(interval.value, 1)}"
        yield Sign("multipath.conf", f"{where}, max_polling_interval {interval.value} s", step)


def _unreadable(facts: Facts) -> Iterator[Sign]:
    if facts.state:
        yield Sign("state files", facts.state)


def _missing(facts: Facts) -> Iterator[Sign]:
    friendly = facts.inputs.configuration.effective("user_friendly_names").value is True
    if facts.machine is not None and facts.machine.state_missing and friendly and facts.units:
        yield Sign("/etc/multipath", "user_friendly_names is yes, and there is no such folder")


def _lines(facts: Facts) -> Iterator[Sign]:
    for finding in chain(facts.inputs.bindings.findings, facts.inputs.wwids.findings):
        yield Sign(finding.file, str(finding))


def _unset(facts: Facts) -> Iterator[Sign]:
    """Find maps that are only kept because find_multipaths was not thought about."""
    mode = facts.inputs.configuration.effective("find_multipaths")
    if mode.origin.layer is Layer.BUILT_IN and mode.value == "strict":
        unused = [wwid for wwid, paths in facts.units.items() if len(paths) > 1 and wwid not in facts.mapped]
        if unused:
            yield Sign("multipath.conf", f"find_multipaths is not set, and so strict; {len(unused)} units wait for it")


CHECKS: Final = (
    Check(
        "config-refused", Severity.ERROR, "the configuration cannot be used",
        "multipathd keeps what it had, or does not start; here the built-in configuration stood for it",
        _FILES, _refused,
    ),
    Check(
        "config", Severity.WARNING, "the configuration does not say what it seems to say",
        "an option that is not read leaves the built-in value in force", _FILES, _findings,
    ),
    Check(
        "checker-timeout", Severity.WARNING, "a check may take longer than the time between two checks",
        "a path that is silent counts as usable for all that time",
        "mpath config edit set defaults checker_timeout 5", _clock,
    ),
    Check(
        "find-multipaths-unset", Severity.NOTE, "nobody chose how new units are found",
        "strict makes maps of units alone that stand in the wwids file",
        "mpath config edit set defaults find_multipaths yes", _unset,
    ),
    Check(
        "state-unreadable", Severity.ERROR, "bindings or wwids cannot be read",
        "names are chosen anew and may change: mounts and LVM lose their disks",
        "ls -l /etc/multipath; is its file system mounted?", _unreadable,
    ),
    Check(
        "state-missing", Severity.WARNING, "there is no folder for the bindings",
        "friendly names cannot be kept, and may change with the next boot", "mkdir -p /etc/multipath", _missing,
    ),
    Check(
        "state-lines", Severity.WARNING, "a line of bindings or wwids is not used as it stands",
        "the alias or the WWID is not what the file seems to say", "edit the file; mpath plan shows the names", _lines,
    ),
)  # fmt: skip
