"""Whether the times that bound a wait for a path fit together, and to what the configuration wants."""

from collections.abc import Iterator
from typing import Final

from ...config.finding import Severity
from ...paths.knobs import FOREVER, Knob, format_knob
from ...paths.path import Path
from ...policy.stall import StallPlan, stall_plan
from ...policy.tunables import dev_loss, tunables
from ...policy.worst_case import Waiting
from .check import Check, Sign
from .facts import ExaminedMap, Facts

_LONG_RECOVERY: Final = 60.0  # seconds, the kernel's and open-iscsi's 120 among what is more
_SLACK: Final = 5.0  # seconds that multipath-tools adds to what it wants
_STALL: Final = "mpath explain stall {object}"


def _never_fails(facts: Facts) -> Iterator[Sign]:
    for each, path, values in _known(facts):
        fast, loss = values.get(Knob.FAST_IO_FAIL), values.get(Knob.DEV_LOSS)
        if path.protocol.startswith("scsi") and fast is not None and loss is not None and fast >= loss:
            yield Sign(path.name, f"map {each.name}: fast_io_fail_tmo {_shown(fast)}, dev_loss_tmo {_shown(loss)}")


def _goes_early(facts: Facts) -> Iterator[Sign]:
    for each, path, values in _known(facts):
        present, settings = values.get(Knob.DEV_LOSS), each.settings
        wanted = dev_loss(settings.value) if settings and path.protocol == "scsi:fcp" else None
        if present is not None and wanted is not None and present + _SLACK < wanted and _is_managed(facts):
            yield Sign(path.name, f"dev_loss_tmo is {_shown(present)}, and no_path_retry asks for {_shown(wanted)}")


def _resets_early(facts: Facts) -> Iterator[Sign]:
    for _, path, values in _known(facts):
        deadline, test = values.get(Knob.EH_DEADLINE, FOREVER), values.get(Knob.EH_TIMEOUT, 0.0)
        if deadline != FOREVER and deadline < test:
            yield Sign(path.name, f"eh_deadline {_shown(deadline)} of its host, eh_timeout {_shown(test)}")


def _blocks_long(facts: Facts) -> Iterator[Sign]:
    for _, path, values in _known(facts):
        recovery = values.get(Knob.RECOVERY)
        if recovery is not None and recovery > _LONG_RECOVERY:
            yield Sign(path.name, f"recovery_tmo of its session is {_shown(recovery)}")


def _pings_not(facts: Facts) -> Iterator[Sign]:
    for _, path, values in _known(facts):
        if values.get(Knob.NOOP_INTERVAL) == 0 or values.get(Knob.NOOP_TIMEOUT) == 0:
            yield Sign(path.name, "its session sends no pings (noop_out_interval or noop_out_timeout is 0)")


def _not_set(facts: Facts) -> Iterator[Sign]:
    """Find what multipath.conf wants and the kernel has not; without somebody who sets it, that is told elsewhere."""
    for each, path, values in _known(facts):
        settings = each.settings
        if settings is None or not _is_managed(facts):
            continue
        budget = settings.value("max_stall")
        for knob, wanted in tunables(settings.value, path.protocol, values).items():
            present = values[knob]
            if knob is Knob.DEV_LOSS and present + _SLACK < wanted:  # which has a check of its own
                continue
            if present != wanted and not (budget is not None and present < wanted):
                yield Sign(path.name, f"{knob} is {format_knob(knob, present)}, wanted {format_knob(knob, wanted)}")


def _unmet(facts: Facts) -> Iterator[Sign]:
    for each, path, plan in _budgets(facts):
        if not plan.met:
            why = "; ".join(finding.text for finding in plan.findings if finding.unmet)
            yield Sign(each.name, f"max_stall {plan.budget:g} s on {path.name}: {why}")


def _budget_unset(facts: Facts) -> Iterator[Sign]:
    for each, path, plan in _budgets(facts):
        present = facts.knobs[path.devt]
        late = [knob for knob, value in plan.values.items() if knob is not Knob.DEV_LOSS and present[knob] > value]
        if late:
            told = ", ".join(f"{knob} is {_shown(present[knob])}, not {_shown(plan.values[knob])}" for knob in late)
            yield Sign(each.name, f"max_stall {plan.budget:g} s on {path.name}: {told}")


def _budgets(facts: Facts) -> Iterator[tuple[ExaminedMap, Path, StallPlan]]:
    for each, path, values in _known(facts):
        budget = each.settings.value("max_stall") if each.settings else None
        if budget is not None:
            bio = each.table.features.is_bio
            fixed = facts.fixed.get(path.devt, frozenset())
            waiting = Waiting(path.protocol, values, facts.hz, fixed=fixed, bio=bio)
            yield each, path, stall_plan(float(budget), waiting)


def _queueing(facts: Facts) -> Iterator[Sign]:
    """Find maps that give up before the kernel has told that the path is lost."""
    for each in facts.maps:
        settings = each.settings
        retry = settings.value("no_path_retry") if settings else None
        if settings is None or isinstance(retry, bool) or not isinstance(retry, int) or retry < 1:
            continue
        seconds = retry * int(settings.value("polling_interval") or 5)
        blocked = max((_blocked(facts, path) for path in each.paths), default=0.0)
        if blocked != FOREVER and seconds < blocked:
            yield Sign(each.name, f"it queues for {seconds} s, and a path may be blocked for {_shown(blocked)}")


def _blocked(facts: Facts, path: Path) -> float:
    values = facts.knobs.get(path.devt, {})
    knob = Knob.RECOVERY if path.protocol == "scsi:iscsi" else Knob.FAST_IO_FAIL
    return values.get(knob, 0.0)


def _known(facts: Facts) -> Iterator[tuple[ExaminedMap, Path, dict[Knob, float]]]:
    for each, path in facts.members():
        if path.devt in facts.knobs:
            yield each, path, dict(facts.knobs[path.devt])


def _is_managed(facts: Facts) -> bool:
    return facts.managers is not None and facts.managers.any


def _shown(seconds: float) -> str:
    return "off" if seconds == FOREVER else f"{seconds:g} s"


CHECKS: Final = (
    Check(
        "fast-io-fail", Severity.ERROR, "I/O of a lost port fails no sooner than the port is forgotten",
        "I/O waits on a port that is gone instead of going to another path",
        "mpath config edit set defaults fast_io_fail_tmo 5, and dev_loss_tmo above it", _never_fails,
    ),
    Check(
        "dev-loss", Severity.WARNING, "a disk is forgotten while its map still queues",
        "the path is deleted, and when the port is back it is a new disk with another name",
        "mpath config effective dev_loss_tmo {object}; multipathd reconfigure", _goes_early,
    ),
    Check(
        "eh-deadline", Severity.WARNING, "the whole adapter is reset before a device had time to answer",
        "aborts and resets of the one device are left out: every path over this adapter stalls together",
        "set eh_deadline to off, or above eh_timeout", _resets_early,
    ),
    Check(
        "iscsi-recovery", Severity.WARNING, "an iSCSI session holds I/O back for long",
        "I/O waits so long for a session that is lost instead of going to another path",
        "set node.session.timeo.replacement_timeout to 5 in iscsid.conf and in the node records", _blocks_long,
    ),
    Check(
        "iscsi-pings", Severity.WARNING, "an iSCSI session does not see that its portal is silent",
        "only the timeout of a command tells, and the session stays up all the time",
        "set node.conn[0].timeo.noop_out_interval and noop_out_timeout to 5", _pings_not,
    ),
    Check(
        "tunable-not-set", Severity.WARNING, "an attribute of a path is not what the configuration wants",
        "a rule of udev, tuned or another program has set it again, or it came after the path",
        "multipathd reconfigure, or mpath status --reload", _not_set,
    ),
    Check(
        "stall-unmet", Severity.WARNING, "max_stall cannot be kept",
        "an I/O may stand still for longer than was asked for", _STALL, _unmet,
    ),
    Check(
        "stall-not-set", Severity.WARNING, "the timeouts that max_stall needs are not set",
        "no mpath run keeps them, or somebody set them again: an I/O may stand still for longer than was asked for",
        "mpath status; systemctl start mpath", _budget_unset,
    ),
    Check(
        "queueing-short", Severity.WARNING, "a map gives up before its paths are told to be lost",
        "when all ports pause at once, its I/O fails though they come back in time",
        "raise no_path_retry, or lower fast_io_fail_tmo", _queueing,
    ),
)  # fmt: skip
