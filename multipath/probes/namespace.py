"""
One NVMe namespace, as its controller sees it: what the checker ``nvme`` and the prioritizer ``ana`` ask.

Strategy: what never changes, the controller's own data and the namespace's numbers, is asked once. Then one admin
command suffices: the log of asymmetric access, or where the controller has none, the namespace's data. They change
nothing, need no medium, and are answered by the controller itself.
"""

from ..paths.request import Answer, fetch, nvme
from ..units import Sectors
from ..wire.ana import (
    IDENTIFY_LENGTH,
    AnaGroup,
    Controller,
    ana_log,
    group_of_namespace,
    identify_controller,
    identify_namespace,
    is_attached,
    parse_ana_log,
    parse_controller,
    size_of_namespace,
)
from .conversation import Conversation, described


class Unanswered(Exception):
    """
    A question about a namespace that did not get an answer of use.

    Attributes:
        answer: What came.
    """

    def __init__(self, what: str, answer: Answer) -> None:
        self.answer = answer
        super().__init__(what)


class Namespace:
    """Asks about one namespace, and remembers what does not change."""

    def __init__(self) -> None:
        self._controller: Controller | None = None
        self._number, self._group = 0, 0

    async def state(self, conversation: Conversation) -> str | None:
        """
        Return the state of the namespace's group, in the kernel's words; `None` where the controller reports none.

        Raises:
            Silent: no answer came in time.
            Unanswered: the controller refused, or its log does not have the namespace.
        """
        controller = self._controller = self._controller or await _controller(conversation)
        if not controller.reports_ana:
            return None
        number = await self._numbered(conversation)
        if controller.groups_stay and not self._group:
            self._group = group_of_namespace(await _identified(conversation, number))
        entry = ana_log(controller.log_length, groups_only=controller.groups_stay)
        answer = await _sent(conversation, "Get Log Page of ANA", entry, controller.log_length)
        for group in parse_ana_log(answer.data):
            if self._is_in(group):
                return group.state
        raise Unanswered(f"Get Log Page of ANA: namespace {number} is in no group", answer)

    async def attached(self, conversation: Conversation) -> bool:
        """
        Tell whether the controller has the namespace.

        Raises:
            Silent: no answer came in time.
            Unanswered: the controller refused.
        """
        return is_attached(await _identified(conversation, await self._numbered(conversation)))

    async def size(self, conversation: Conversation) -> Sectors | None:
        """
        Return the size that the controller says; ``None`` where what it says is of no use.

        Raises:
            Silent: no answer came in time.
            Unanswered: the controller refused.
        """
        return size_of_namespace(await _identified(conversation, await self._numbered(conversation)))

    def _is_in(self, group: AnaGroup) -> bool:
        return self._number in group.namespaces or self._group == group.number != 0

    async def _numbered(self, conversation: Conversation) -> int:
        if not self._number:
            answer = await conversation.ask(fetch(f"/sys/class/block/{conversation.path.name}/nsid", 16))
            text = answer.data.strip()
            if answer.error or not text.isdigit() or not 0 < int(text) < 1 << 32:
                raise Unanswered(f"the kernel does not tell the namespace's number: errno {answer.error}", answer)
            self._number = int(text)
        return self._number


async def _controller(conversation: Conversation) -> Controller:
    answer = await _sent(conversation, "Identify Controller", identify_controller(), IDENTIFY_LENGTH)
    found = parse_controller(answer.data)
    if found is None:
        raise Unanswered(f"Identify Controller: {len(answer.data)} bytes came", answer)
    return found


async def _identified(conversation: Conversation, number: int) -> bytes:
    return (await _sent(conversation, "Identify Namespace", identify_namespace(number), IDENTIFY_LENGTH)).data


async def _sent(conversation: Conversation, what: str, entry: bytes, length: int) -> Answer:
    answer = await conversation.ask(nvme(conversation.path, entry, length, timeout=max(conversation.left, 0.001)))
    if answer.error:
        raise Unanswered(described(what, answer), answer)
    if answer.status:
        raise Unanswered(f"{what}: status {answer.status:#06x}", answer)
    return answer
