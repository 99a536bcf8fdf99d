"""Tables, statuses and their parts, generated: everything that the types can say."""

from hypothesis import strategies as st

from multipath.wire.features import Features
from multipath.wire.group import PathGroup, TablePath
from multipath.wire.handler import HardwareHandler
from multipath.wire.selectors import (
    SELECTORS,
    CpuMask,
    HistoricalServiceTime,
    HistoricalServiceTimeStatus,
    IoAffinity,
    IoAffinityStatus,
    OtherSelector,
    OtherWords,
    QueueLength,
    QueueLengthStatus,
    RepeatCount,
    RoundRobin,
    Selector,
    SelectorWords,
    ServiceTime,
    ServiceTimeArgs,
    ServiceTimeStatus,
)
from multipath.wire.status import GroupState, MultipathStatus, StatusGroup, StatusPath
from multipath.wire.table import MultipathTable

U32 = st.integers(0, 2**32 - 1)
WORD = st.text(st.characters(min_codepoint=1, max_codepoint=127), min_size=1, max_size=6)
DEVICE = st.builds("{}:{}".format, st.integers(0, 4095), st.integers(0, 2**20 - 1))
_KNOWN_FEATURES = {
    *("queue_if_no_path", "retain_attached_hw_handler", "pg_init_retries", "pg_init_delay_msecs", "queue_mode"),
}

features = st.builds(
    Features,
    st.booleans(),
    st.booleans(),
    st.integers(0, 50),
    st.none() | st.integers(0, 60_000),
    st.none() | st.just("bio"),
)
features_with_unknown = st.builds(
    Features,
    st.booleans(),
    pg_init_retries=st.integers(0, 50),
    queue_mode=st.sampled_from([None, "bio", "rq", "mq"]),
    unknown=st.lists(WORD.filter(lambda word: word.lower() not in _KNOWN_FEATURES), max_size=3).map(tuple),
)
handlers = st.none() | st.builds(HardwareHandler, WORD, st.lists(WORD, max_size=3).map(tuple))
masks = st.frozensets(st.integers(0, 200), min_size=1, max_size=5).map(lambda cpus: CpuMask.of(*cpus))
historical = st.builds(HistoricalServiceTime, st.integers(0, 1023), U32)
_FOREIGN_NAME = WORD.filter(lambda name: name not in SELECTORS)


@st.composite
def groups(draw: st.DrawFn, *, foreign: bool = True) -> PathGroup:
    """Return a group of any selector; ``foreign`` allows unknown ones and ignored arguments."""
    ignored = draw(st.lists(WORD, max_size=2).map(tuple)) if foreign else ()
    count = draw(st.integers(0, 3))
    choices: list[tuple[Selector, st.SearchStrategy[SelectorWords]]] = [
        (RoundRobin(ignored), st.builds(RepeatCount, U32)),
        (QueueLength(ignored), st.builds(RepeatCount, U32)),
        (ServiceTime(ignored), st.builds(ServiceTimeArgs, U32, st.integers(0, 100))),
        (IoAffinity(ignored), masks),
        (draw(historical), st.builds(RepeatCount, U32)),
    ]
    if foreign:
        words = st.lists(WORD, min_size=count, max_size=count).map(tuple)
        choices.append((OtherSelector(draw(_FOREIGN_NAME), ignored), st.builds(OtherWords, words)))
    selector, args = draw(st.sampled_from(choices))
    device = DEVICE | WORD if foreign else DEVICE
    return PathGroup(selector, tuple(draw(st.lists(st.builds(TablePath, device, args), min_size=1, max_size=3))))


tables = st.builds(
    MultipathTable, st.lists(groups(), max_size=3).map(tuple), features_with_unknown, handlers, st.integers(0, 1024)
)
loadable = st.builds(
    MultipathTable,
    st.lists(groups(foreign=False), max_size=3).map(tuple),
    features,
    st.none() | st.builds(HardwareHandler, st.sampled_from(["alua", "rdac"]), st.sampled_from([(), ("1",)])),
    st.integers(0, 1024),
)

_U64 = st.integers(0, 2**64 - 1)
_S32 = st.integers(-(2**31), 2**31 - 1)


@st.composite
def status_groups(draw: st.DrawFn) -> StatusGroup:
    """Return a group whose selector is known."""
    choices: list[tuple[Selector, st.SearchStrategy[SelectorWords] | st.SearchStrategy[None]]] = [
        (RoundRobin(), st.none()),
        (QueueLength(), st.builds(QueueLengthStatus, _S32)),
        (ServiceTime(), st.builds(ServiceTimeStatus, _S32, st.integers(0, 100))),
        (IoAffinity(), st.builds(IoAffinityStatus, _S32)),
        (draw(historical), st.builds(HistoricalServiceTimeStatus, _U64, _U64, _U64)),
    ]
    selector, said = draw(st.sampled_from(choices))
    path = st.builds(StatusPath, DEVICE, st.booleans(), U32, said)
    return StatusGroup(draw(st.sampled_from(GroupState)), selector, tuple(draw(st.lists(path, min_size=1, max_size=3))))


statuses = st.builds(
    MultipathStatus, st.booleans(), U32, st.integers(0, 3), st.lists(status_groups(), max_size=3).map(tuple)
)


def table_of(status: MultipathStatus) -> MultipathTable:
    """Return a table with the selectors of a status."""
    return MultipathTable(tuple(_table_group(group.selector) for group in status.groups))


def _table_group(selector: Selector) -> PathGroup:
    args = CpuMask("1") if isinstance(selector, IoAffinity) else selector.default_args()
    return PathGroup(selector, (TablePath("8:0", args),))
