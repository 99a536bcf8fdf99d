"""What the kernel does with the groups of a map, and when it is to be told that a group is worth trying again."""

from .actions import Action, Changed, EnableGroup, Subject
from .machines.group import GROUP, Shown, Use
from .picture import MapPicture


class KernelGroups:
    """The groups of one map, from 1."""

    def __init__(self) -> None:
        self.states: dict[int, str] = {}

    def see(self, picture: MapPicture) -> list[Action]:
        """Take what the kernel shows."""
        numbers = sorted({path.group for path in picture.paths.values()})
        self.states = {number: self.states.get(number, GROUP.start) for number in numbers}
        found: list[Action] = []
        for number in numbers:
            found += self._shown(number, picture)
        return found

    def came_back(self, number: int) -> list[Action]:
        """Note that a path of a group is up again."""
        return self._take(number, Shown.CAME_BACK, "a path of it is up again")

    def _shown(self, number: int, picture: MapPicture) -> list[Action]:
        state, chosen = self.states[number], number == picture.current_group
        if number in picture.disabled_groups:
            return self._take(number, Shown.PASSED_BY, "the kernel passes it by")
        if chosen:
            return self._take(number, Shown.CHOSEN, "the kernel uses it")
        if state == Use.DISABLED:
            return self._take(number, Shown.TAKEN_BACK, "the kernel may use it again")
        return self._take(number, Shown.LEFT, "the kernel uses another one")

    def _take(self, number: int, shown: Shown, reason: str) -> list[Action]:
        before = Use(self.states.get(number, GROUP.start))
        step = GROUP.step(before, shown)
        if number in self.states:
            self.states[number] = step.state
        if step.state is before:
            return []
        told = Changed(reason, Subject.GROUP, before, step.state, group=number)
        return [told, EnableGroup(f"{reason}, and the kernel passes it by", number)] if step.do else [told]
