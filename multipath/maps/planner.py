"""
From paths and a configuration to a plan: pure, and the same for the same inputs in any order.

Strategy: which paths may be used and where each leads (`screening`); the paths of one WWID are one unit; whether a unit
is to have a map (`multipath.policy.find_multipaths`); what speaks against it, what the map should be and what has to be
done (`unit`); what it is called (`aliases`). A unit with which something is wrong is planned all the same, with the
reason: nothing is passed over in silence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from .. import errors
from ..config.blacklist import Blacklist
from ..config.resolve import Resolver
from ..policy.find_multipaths import BuildFacts, Decision, Mode, decide_build
from ..policy.member import place
from ..units import DevT, parse_devt
from .aliases import PREFIX, Alias, Aliases, configured_aliases
from .evidence import many_named
from .inputs import Inputs
from .ownership import UUID_PREFIX
from .plan import Plan
from .planned_map import Action, PlannedMap, Reason, shown
from .screening import PathVerdict, screen
from .snapshot import MapSnapshot
from .unit import Unit, draft

_DAEMON: Final = Reason("multipathd-runs", "multipathd runs: maps of its kind change with force only; ask it instead")
_AS_PLANNED: Final = Reason("as-planned", "the map is as it should be")
_SUSPENDED: Final = Reason("suspended", "the map is suspended: its I/O waits until somebody resumes it")
_STRANGER: Final = Reason("uuid-taken", "a device that is no multipath map has the identity that the map would have")
_NO_PATHS: Final = Reason("no-paths", "none of its paths is there; only a removal would change it")
_NOT_ALLOWED: Final = "none of its paths may be used, so only a removal would change it"


def plan_maps(inputs: Inputs) -> Plan:
    """Return what should be done; nothing is asked, and nothing is changed."""
    return _Planner(inputs).plan()


class _Planner:
    """One plan in the making."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._options = Resolver(inputs.configuration)
        self._live = {_wwid(each): each for each in inputs.maps if each.uuid.startswith(UUID_PREFIX)}
        self._devices = {wwid: _devices(each) for wwid, each in self._live.items()}

    def plan(self) -> Plan:
        """Return it."""
        rules = Blacklist(self._inputs.configuration, native_nvme=self._inputs.native_nvme)
        member_of = {device: wwid for wwid, devices in self._devices.items() for device in devices}
        verdicts = screen(self._inputs.paths, self._options, rules, member_of, self._inputs.pages)
        units, verdicts = self._units(verdicts)
        drafts = _in_order([draft(unit, self._inputs, self._options) for unit in units])
        planned = [*self._named(drafts), *self._idle(units, verdicts)]
        return Plan(tuple(filter(self._meant, planned)), verdicts, (_DAEMON,) if self._inputs.daemon else ())

    # Which units are to have a map.

    def _units(self, verdicts: Sequence[PathVerdict]) -> tuple[list[Unit], tuple[PathVerdict, ...]]:
        """Return the units that are to have a map, and the verdicts, in which the paths of the others are not used."""
        mode = Mode(str(self._options.value("find_multipaths")))
        by_wwid: dict[str, list[PathVerdict]] = {}
        for verdict in verdicts:
            if verdict.allowed and verdict.wwid is not None:
                by_wwid.setdefault(verdict.wwid, []).append(verdict)
        several = many_named({wwid: [each.path for each in found] for wwid, found in by_wwid.items()})
        units, unused = [], {}
        for wwid, found in by_wwid.items():
            facts = BuildFacts(mode, wwid in self._live, len(found) > 1, wwid in self._inputs.wwids)
            decision = decide_build(facts)
            if decision.is_path:
                problems = [Reason("unusable-wwid", shown(each.problem)) for each in found if each.problem]
                problems += filter(None, [several.get(wwid)])
                paths = [each.path for each in found]
                units.append(Unit(wwid, paths, tuple(dict.fromkeys(problems)), self._live.get(wwid)))
            else:
                unused[wwid] = decision
        return units, tuple(_told(verdict, unused) if unused else verdict for verdict in verdicts)

    def _idle(self, units: Sequence[Unit], verdicts: Sequence[PathVerdict]) -> Iterator[PlannedMap]:
        """Yield the live maps that have no path which may be used, in the order of their names."""
        there, planned = {each.path.devt: each for each in verdicts}, {unit.wwid for unit in units}
        for wwid, live in sorted(self._live.items(), key=lambda each: each[1].name):
            if wwid not in planned:
                seen = [there[devt] for devt in sorted(self._devices[wwid] & there.keys())]
                reason = Reason("paths-not-allowed", f"{_NOT_ALLOWED}: {shown(str(seen[0]))}") if seen else _NO_PATHS
                yield PlannedMap(wwid, live.name, (Action.NOTHING,), (reason,), size=live.size, live=live)

    # What they are called.

    def _named(self, drafts: Sequence[PlannedMap]) -> Iterator[PlannedMap]:
        """
        Yield the drafts with their names.

        A name that a map gives up is free for another in the same plan, and so on along a chain of names. Maps whose
        names would change in a circle keep theirs: the kernel renames one device at a time.
        """
        wanted = [each for each in drafts if Action.REFUSE not in each.actions and (each.live or each.actions)]
        taken, units = dict(self._inputs.names), [each.wwid for each in drafts]
        while True:
            chosen = self._aliases(wanted, taken, units)
            left = {
                each.old_name for each in wanted if each.live and chosen[each.wwid].name not in (each.old_name, None)
            }
            if not left & taken.keys():
                break
            taken = {name: uuid for name, uuid in taken.items() if name not in left}
        for each in drafts:
            alias = chosen.get(each.wwid)
            yield _finished(self._called(each, alias) if alias else each)

    def _called(self, planned: PlannedMap, alias: Alias) -> PlannedMap:
        told = Reason(f"alias-{alias.choice}", f"its name: {shown(alias.reason)}")
        if alias.name is None or (planned.live is None and planned.uuid in self._inputs.strangers):
            reason = told if alias.name is None else _STRANGER
            return replace(planned, actions=(Action.REFUSE,), reasons=(reason, *planned.reasons))
        begun = "" if planned.live else self._inputs.unfinished.get(planned.uuid, "")
        binding, old = alias.name if alias.new else None, planned.old_name or begun
        named = replace(planned, name=alias.name, binding=binding, begun=begun, reasons=(*planned.reasons, told))
        if begun:
            reason = Reason("unfinished", f"device {shown(begun)} of its identity has no table yet: it is finished")
            named = replace(named, reasons=(reason, *named.reasons))
        if old in ("", alias.name):
            return named
        actions = (Action.CREATE, Action.RENAME) if begun else (Action.RENAME, *planned.actions)
        return replace(named, actions=actions)

    def _aliases(
        self, wanted: Sequence[PlannedMap], taken: Mapping[str, str], units: Sequence[str]
    ) -> dict[str, Alias]:
        configured = configured_aliases(self._inputs.configuration)
        aliases = Aliases(self._inputs.bindings, configured=configured, live=taken, units=units)
        return {each.wwid: self._alias(aliases, each) for each in wanted}

    def _alias(self, aliases: Aliases, planned: PlannedMap) -> Alias:
        assert planned.desired is not None, "what is refused has no name yet"
        settings = planned.desired.settings
        friendly = settings.value("user_friendly_names") is True
        return aliases.choose(planned.wwid, friendly=friendly, prefix=str(settings.value("alias_prefix") or PREFIX))

    def _meant(self, planned: PlannedMap) -> bool:
        if self._inputs.only is None:
            return True
        answers = {planned.wwid, planned.uuid, planned.name, planned.old_name}
        answers.update(word for path in planned.paths for word in (path.name, f"/dev/{path.name}"))
        return not answers.isdisjoint(self._inputs.only)


def _finished(planned: PlannedMap) -> PlannedMap:
    """Return the plan of a map about which nothing more will be said."""
    if planned.actions:
        return planned
    reasons = planned.reasons
    if planned.live:
        reasons = (_SUSPENDED if planned.live.info.suspended else _AS_PLANNED, *reasons)
    return replace(planned, name=planned.name or planned.wwid, actions=(Action.NOTHING,), reasons=reasons)


def _told(verdict: PathVerdict, unused: Mapping[str, Decision]) -> PathVerdict:
    """Return the verdict on a path; of one whose unit gets no map, that it is not used, and why."""
    decision = unused.get(verdict.wwid or "")
    if decision is None or not verdict.allowed:
        return verdict
    return replace(verdict, allowed=False, code=decision.code, text=f"{verdict.text}; {decision.reason}")


def _in_order(drafts: Sequence[PlannedMap]) -> list[PlannedMap]:
    """Return the drafts in the order of their first paths."""
    return sorted(drafts, key=lambda each: place(each.paths[0]))


def _devices(live: MapSnapshot) -> frozenset[DevT]:
    """Return the paths of a live map; nothing where its table cannot be read."""
    try:
        return frozenset(map(parse_devt, live.table.devices))
    except (errors.UnexpectedStatus, ValueError):
        return frozenset()


def _wwid(live: MapSnapshot) -> str:
    return live.uuid.removeprefix(UUID_PREFIX)
