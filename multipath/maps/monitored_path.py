"""One path of a monitored map: its device, and who is asked about it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path as Folder
from typing import Final

from ..errors import MultipathError
from ..paths.attributes import Attributes, attribute_of
from ..paths.path import MARGINAL, Path
from ..paths.state import PathState
from ..paths.sysfs import block_folder, number
from ..paths.transport import remote_port
from ..policy.detection import checker as checker_of
from ..policy.observation import Observation
from ..policy.option import Options, as_text
from ..policy.prioritizer import Prioritizer, prioritizer
from ..probes.checkers import checker_named
from ..probes.verdict import Checker, Verdict

_DEFAULT_TIMEOUT: Final = 30.0  # seconds, where neither the configuration nor the device names one


@dataclass(slots=True)
class MonitoredPath:
    """
    A path.

    Attributes:
        path: The device as the last plan found it.
        folder: Its folder in sysfs.
        checker_name: Its ``path_checker``.
        checker: Who is asked whether it works; ``None`` where there is none of that name.
        problem: Why there is none.
        prioritizer: Who is asked what it is worth; ``None`` where nobody is.
        timeout: Of a check, in seconds.
        checking: Whether it is being checked.
        checks: How often it was.
        why: What its priority rests on.
        verdict: What its checker said last, for a path that is of no map.
        priority: What it was worth then.
        wwid: Of its unit.
        port: The folder of the attributes of its remote port; ``None`` until it was looked for.
    """

    path: Path
    folder: str
    checker_name: str
    checker: Checker | None
    problem: str = ""
    prioritizer: Prioritizer | None = None
    timeout: float = _DEFAULT_TIMEOUT
    checking: bool = False
    checks: int = 0
    why: str = ""
    verdict: Verdict | None = field(default=None, repr=False)
    priority: int | None = None
    wwid: str = ""
    port: str | None = None

    @classmethod
    def of(cls, path: Path, wwid: str, options: Options, sysfs: Folder) -> "MonitoredPath":
        """Return a path that nobody has looked at."""
        name = as_text(checker_of(path, options, wwid), "tur")
        checker, problem = _made(lambda: checker_named(name))
        folder = str(block_folder(path.devt, sysfs))
        configured = options.effective("checker_timeout", path.subject(wwid)).value
        timeout = (
            configured
            if isinstance(configured, int) and configured > 0
            else number(Folder(folder, "device"), "timeout")
        )
        return cls(
            path,
            folder,
            name,
            checker,
            problem,
            prioritizer(path, options, wwid),
            float(timeout or _DEFAULT_TIMEOUT),
            wwid=wwid,
        )

    def again(self, path: Path, wwid: str, options: Options, sysfs: Folder) -> "MonitoredPath":
        """Return this path as a later plan found it; its checker remembers where it is the same one."""
        now = MonitoredPath.of(path, wwid, options, sysfs)
        if now.checker_name == self.checker_name and path.diskseq == self.path.diskseq and self.checker is not None:
            now.checker = self.checker
        now.checking, now.checks, now.why = self.checking, self.checks, self.why
        now.verdict, now.priority = self.verdict, self.priority
        return now

    @property
    def is_there(self) -> bool:
        """Whether its device is still there; a name that another disk has by now is not."""
        with Attributes(self.folder) as attributes:
            seq = attributes.number("diskseq")
            return attributes.has("dev") and (self.path.diskseq is None or seq in (None, self.path.diskseq))

    @property
    def state(self) -> str | None:
        """What the kernel says of the device now."""
        return attribute_of(f"{self.folder}/device", "state")

    @property
    def is_marginal(self) -> bool:
        """Whether its fabric, or the administrator, calls the way to it unreliable now."""
        if self.path.port_state is None:  # not over Fibre Channel
            return False
        self.port = self.port or remote_port(self.folder) or ""
        return attribute_of(self.port, "port_state") == MARGINAL

    @property
    def observation(self) -> Observation | None:
        """What was seen of a path that is of no map; one that is silent is not to join."""
        if self.verdict is None:
            return None
        state = PathState.DOWN if self.verdict.state is PathState.TIMEOUT else self.verdict.state
        return Observation(state, self.priority, self.why)

    @property
    def works(self) -> bool:
        """Whether its checker said so last, of a path that is of no map."""
        return self.verdict is not None and self.verdict.state in (PathState.UP, PathState.GHOST)


def _made(make: Callable[[], Checker]) -> tuple[Checker | None, str]:
    try:
        return make(), ""
    except MultipathError as error:
        return None, str(error)
