"""
What the hardware decides of a map: its grouping policy, the checker of its paths, its hardware handler.

Each rule has a reason, and loses nothing of what the configuration says: that stands among the losing settings.
"""

from collections.abc import Sequence
from typing import Final

from ..config.entry import Subject
from ..config.resolve import Effective
from ..config.setting import Layer
from ..paths.path import Path
from .member import Member
from .option import Options, as_text, detected
from .prioritizer import ALUA, is_rdac, tpgs

_NO_HANDLER: Final = "0"
_ALUA_HANDLER: Final = "1 alua"


def grouping_policy(members: Sequence[Member], options: Options, subject: Subject) -> Effective:
    """Return the ``path_grouping_policy`` of a map: detected where all paths speak ALUA, else as configured."""
    configured = options.effective("path_grouping_policy", subject)
    alua = bool(members) and all(member.prioritizer and member.prioritizer.name in ALUA for member in members)
    if alua and options.effective("detect_pgpolicy", subject).value is not False:
        by_group = options.effective("detect_pgpolicy_use_tpg", subject).value is True
        return detected(configured, "group_by_tpg" if by_group else "group_by_prio", "every path speaks ALUA")
    if configured.value == "group_by_tpg" and not alua:
        return detected(configured, "failover", "group_by_tpg needs ALUA on every path")
    return configured


def checker(path: Path, options: Options, wwid: str | None = None) -> Effective:
    """Return the ``path_checker`` of a path."""
    subject = path.subject(wwid)
    configured = options.effective("path_checker", subject)
    if path.bus != "scsi" or options.effective("detect_checker", subject).value is False:
        return configured
    if is_rdac(options, subject):
        return detected(configured, "rdac", "the array's entry names it")
    if path.tpgs:
        return detected(configured, "tur", f"TPGS {path.tpgs}")
    return configured


def hardware_handler(members: Sequence[Member], options: Options, subject: Subject, *, retained: bool) -> Effective:
    """
    Return the ``hardware_handler`` of a map.

    Args:
        members: Its paths.
        options: The configuration.
        subject: The map.
        retained: Whether the kernel keeps the handler that is attached.
    """
    configured = options.effective("hardware_handler", subject)
    attached = next((member.path for member in members if member.path.handler), None) if retained else None
    if attached is not None:
        chosen: Effective = detected(configured, f"1 {attached.handler}", f"attached to {attached.name}")
    else:
        chosen = configured
    groups = [tpgs(member.path) for member in members]
    if 0 in groups and as_text(chosen) == _ALUA_HANDLER:
        without = members[groups.index(0)].path.name
        return detected(chosen, _NO_HANDLER, f"{without} does not support ALUA")
    by_default = chosen.origin.layer is Layer.BUILT_IN and as_text(chosen, _NO_HANDLER) == _NO_HANDLER
    if by_default and 0 not in groups and any(groups):
        return detected(chosen, _ALUA_HANDLER, "the paths support ALUA")
    return chosen
