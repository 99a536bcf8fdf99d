from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multipath.wire.comparison import Queueing
from multipath.wire.features import Features
from multipath.wire.group import PathGroup
from multipath.wire.selectors import CpuMask, HistoricalServiceTime, RepeatCount, ServiceTimeArgs
from multipath.wire.table import MultipathTable

from .strategies import loadable
from .texts import PRINTED_TABLES

PARSE = MultipathTable.parse
RR = "1 1 round-robin 0 1 1 8:0 1"
SAME = [
    ("0 0 1 1 service-time 0 2 0 8:0 8:16", "0 0 1 1 service-time 0 2 2 8:0 1 1 8:16 1 1 "),
    ("0 0 1 1 service-time 0 1 1 8:0 1000", "0 0 1 1 service-time 0 1 2 8:0 1 1 "),
    ("0 0 1 1 round-robin 0 1 1 8:0 1000", "0 0 1 1 round-robin 0 1 1 8:0 1 "),
    ("0 0 1 1 queue-length 3 a b c 1 0 8:0", "0 0 1 1 queue-length 0 1 1 8:0 1 "),
    ("0 0 1 1 historical-service-time 0 1 1 8:0 7", "0 0 1 1 historical-service-time 2 972 0 1 1 8:0 0 "),
    ("0 0 1 1 historical-service-time 1 512 1 0 8:0", "0 0 1 1 historical-service-time 2 512 0 1 1 8:0 0 "),
    ("0 0 1 1 io-affinity 0 1 1 8:0 F", "0 0 1 1 io-affinity 0 1 1 8:0 00000000,0000000f "),
    (f"1 queue_if_no_path 0 {RR}", f"0 0 {RR}"),
    (f"2 queue_mode mq 0 {RR}", f"0 0 {RR}"),
    (f"2 queue_mode rq 0 {RR}", f"0 0 {RR}"),
    (f"2 QUEUE_MODE BIO 0 {RR}", f"3 retain_attached_hw_handler queue_mode bio 0 {RR}"),
    (f"2 queue_mode bio 1 alua {RR}", f"3 retain_attached_hw_handler queue_mode bio 0 {RR}"),
    (f"2 queue_mode bio 0 {RR}", f"3 retain_attached_hw_handler queue_mode bio 1 alua {RR}"),
    (f"0 2 alua 1 {RR}", f"0 1 alua {RR}"),
    (f"1 retain_attached_hw_handler 1 alua {RR}", f"1 retain_attached_hw_handler 1 rdac {RR}"),
    (f"1 retain_attached_hw_handler 0 {RR}", f"1 retain_attached_hw_handler 1 alua {RR}"),
    (f"0 1 alua {RR}", f"0 1 rdac {RR}"),
    (f"1 retain_attached_hw_handler 0 {RR}", f"0 0 {RR}"),
    (f"2 queue_mode bio 0 {RR}", f"2 queue_mode bio 0 {RR}"),
    (f"2 pg_init_delay_msecs 500 0 {RR}", f"0 0 {RR}"),
    (f"2 pg_init_delay_msecs 500 0 {RR}", f"2 pg_init_delay_msecs 500 0 {RR}"),
    (
        f"3 retain_attached_hw_handler pg_init_retries 5 0 {RR}",
        f"3 pg_init_retries 5 retain_attached_hw_handler 0 {RR}",
    ),
    (
        "0 0 2 1 round-robin 0 1 0 8:0 round-robin 0 1 0 8:16",
        "0 0 2 2 round-robin 0 1 1 8:0 1 round-robin 0 1 1 8:16 1 ",
    ),
    ("0 0 1 7 round-robin 0 1 0 8:0", f"0 0 {RR}"),
    ("0 0 1 1 round-robin 0 1 0 08:000", f"0 0 {RR}"),
    ("0 0 1 1 newer 1 x 1 1 8:0 y", "0 0 1 1 newer 1 x 1 1 8:0 y "),
    ("1 newer 0 0 0", "1 newer 0 0 0 "),
]
DIFFERENT = [
    (f"0 0 {RR}", f"1 queue_if_no_path 0 {RR}", "queue_if_no_path is on, not off"),
    (f"0 0 {RR}", f"1 retain_attached_hw_handler 0 {RR}", "retain_attached_hw_handler is on, not off"),
    (f"2 pg_init_retries 5 0 {RR}", f"0 0 {RR}", "pg_init_retries is 0, not 5"),
    (f"2 pg_init_delay_msecs 5 0 {RR}", f"2 pg_init_delay_msecs 6 0 {RR}", "pg_init_delay_msecs is 6, not 5"),
    (f"0 0 {RR}", f"2 pg_init_delay_msecs 6 0 {RR}", "pg_init_delay_msecs is 6, not None"),
    (f"2 queue_mode bio 0 {RR}", f"0 0 {RR}", "queue_mode is rq, not bio; only a new map can change it"),
    (f"1 newer 0 {RR}", f"0 0 {RR}", "unknown features are '', not 'newer'"),
    (f"0 1 alua {RR}", f"0 0 {RR}", "hardware handler is none, not alua"),
    (f"0 0 {RR}", f"0 1 alua {RR}", "hardware handler is alua, not none"),
    (
        f"1 retain_attached_hw_handler 1 alua {RR}",
        f"1 retain_attached_hw_handler 0 {RR}",
        "hardware handler is none, not alua",
    ),
    (f"0 0 {RR}", "0 0 0 0", "has 0 groups, not 1"),
    ("0 0 0 0", f"0 0 {RR}", "has 1 group, not 0"),
    (f"0 0 {RR}", "0 0 1 1 round-robin 0 1 1 8:16 1", "group 1 has the path 8:16, not 8:0"),
    (f"0 0 {RR}", "0 0 1 1 round-robin 0 2 1 8:0 1 8:16 1", "group 1 has 2 paths, not 1"),
    (f"0 0 {RR}", "0 0 1 1 round-robin 0 1 1 8:0 0", "group 1 has for 8:0 the arguments '0', not '1'"),
    (f"0 0 {RR}", "0 0 1 1 queue-length 0 1 1 8:0 1", "group 1 has the selector queue-length, not round-robin"),
    (
        "0 0 1 1 service-time 0 1 2 8:0 1 10",
        f"0 0 {RR}",
        "group 1 has the selector round-robin, not service-time",
    ),
    (
        "0 0 1 1 service-time 0 1 2 8:0 1 10",
        "0 0 1 1 service-time 0 1 2 8:0 1 1",
        "group 1 has for 8:0 the arguments '1 1', not '1 10'",
    ),
    (
        "0 0 1 1 historical-service-time 1 512 1 0 8:0",
        "0 0 1 1 historical-service-time 2 972 0 1 1 8:0 0",
        "group 1 has the selector historical-service-time 972 0, not historical-service-time 512 0",
    ),
    (
        "0 0 1 1 io-affinity 0 1 1 8:0 f",
        "0 0 1 1 io-affinity 0 1 1 8:0 f,00000000",
        "group 1 has for 8:0 the arguments 'f,00000000', not 'f'",
    ),
    ("0 0 1 1 newer 0 1 1 8:0 x", "0 0 1 1 newer 0 1 1 8:0 y", "group 1 has for 8:0 the arguments 'y', not 'x'"),
    ("0 0 1 1 newer 1 x 1 0 8:0", "0 0 1 1 newer 1 y 1 0 8:0", "group 1 has the selector newer y, not newer x"),
    ("0 0 1 1 round-robin 0 1 0 /dev/sda", f"0 0 {RR}", "group 1 has the path 8:0, not /dev/sda"),
]


class TestATableAsTheKernelPrintsIt:
    """What the kernel rewrites is no difference."""

    @pytest.mark.parametrize(("wanted", "live"), SAME)
    def test_is_the_table_that_was_loaded(self, wanted: str, live: str) -> None:
        """No reload, now or ever again."""
        assert PARSE(wanted).differences(PARSE(live)) == ()
        assert PARSE(wanted).same_as(PARSE(live))

    @pytest.mark.parametrize("text", PRINTED_TABLES)
    def test_is_the_same_when_loaded_again(self, text: str) -> None:
        """A text of a kernel equals itself, even under the strictest comparison."""
        assert PARSE(text).same_as(PARSE(text), queueing="exact")

    @given(loadable, st.booleans(), st.booleans())
    def test_is_the_same_for_every_table(self, wanted: MultipathTable, queues: bool, echoes_delay: bool) -> None:
        """A slow model of what the kernel prints agrees, for all that can be loaded."""
        live = PARSE(str(printed(wanted, queues=queues, echoes_delay=echoes_delay)) + " ")

        assert wanted.differences(live) == ()

    @given(loadable, st.booleans())
    def test_is_stable_when_what_was_printed_is_loaded(self, wanted: MultipathTable, queues: bool) -> None:
        """Loading the printed table prints the printed table."""
        live = printed(wanted, queues=queues, echoes_delay=True)

        assert live.same_as(printed(live, queues=True, echoes_delay=True), queueing="exact")


class TestATableThatChanged:
    """What a load would change is a difference."""

    @pytest.mark.parametrize(("wanted", "live", "sentence"), DIFFERENT)
    def test_differs_in_one_sentence(self, wanted: str, live: str, sentence: str) -> None:
        """The sentence says what is and what should be."""
        assert PARSE(wanted).differences(PARSE(live)) == (sentence,)
        assert not PARSE(wanted).same_as(PARSE(live))

    @settings(max_examples=50)
    @given(loadable.filter(lambda table: len(table.groups) > 0), st.data())
    def test_differs_for_every_table(self, wanted: MultipathTable, data: st.DataObject) -> None:
        """One change of substance anywhere is found, whatever the kernel rewrites around it."""
        changed = data.draw(st.sampled_from(list(changes(wanted))))

        assert not changed.same_as(printed(wanted, queues=True, echoes_delay=True))


class TestAMapThatNoLongerQueues:
    """``queue_if_no_path`` is a flag of the moment."""

    @pytest.mark.parametrize(
        ("wanted", "live", "queueing", "same"),
        [
            (True, False, "may_be_off", True),
            (True, False, "exact", False),
            (True, False, "ignored", True),
            (False, True, "may_be_off", False),
            (False, True, "exact", False),
            (False, True, "ignored", True),
            (True, True, "exact", True),
            (False, False, "exact", True),
        ],
    )
    def test_differs_as_far_as_is_asked(self, wanted: bool, live: bool, queueing: Queueing, same: bool) -> None:
        """By default a flag that went off is the same, and one that nobody wanted is not."""
        tables = [replace(PARSE("0 0 0 0"), features=Features(queue_if_no_path=on)) for on in (wanted, live)]

        assert tables[0].same_as(tables[1], queueing=queueing) is same


class TestADeviceThatWasLoadedByName:
    """Path names in a table."""

    def test_is_the_same_when_its_number_is_known(self) -> None:
        """The caller knows the numbers of the names; this room asks no machine."""
        wanted = PARSE("0 0 1 1 round-robin 0 1 0 /dev/sda")

        assert wanted.same_as(PARSE(f"0 0 {RR}"), names={"/dev/sda": "8:0"})
        assert not wanted.same_as(PARSE(f"0 0 {RR}"), names={"/dev/sda": "8:16"})


def printed(table: MultipathTable, *, queues: bool, echoes_delay: bool) -> MultipathTable:
    """Return what a kernel prints for a table: a model, written apart from the code under test."""
    was, bio = table.features, table.features.queue_mode == "bio"
    features = Features(
        queue_if_no_path=was.queue_if_no_path and queues,
        retain_attached_hw_handler=was.retain_attached_hw_handler or bio,
        pg_init_retries=was.pg_init_retries,
        pg_init_delay_msecs=was.pg_init_delay_msecs if echoes_delay else None,
        queue_mode="bio" if bio else None,
    )
    handler = None if bio or table.handler is None else replace(table.handler, args=())
    groups = tuple(_printed_group(group) for group in table.groups)
    return MultipathTable(groups, features, handler, len(groups))


def _printed_group(group: PathGroup) -> PathGroup:
    def clamped(args: object) -> object:
        if isinstance(args, RepeatCount):
            historical = isinstance(group.selector, HistoricalServiceTime)
            return RepeatCount(0 if historical else 1 if args.repeat_count else 0)
        if isinstance(args, ServiceTimeArgs):
            return ServiceTimeArgs(1 if args.repeat_count else 0, args.relative_throughput)
        assert isinstance(args, CpuMask)
        return CpuMask("00000000," + args.mask)

    paths = tuple(replace(path, args=clamped(path.args)) for path in group.paths)  # type: ignore[arg-type]
    return PathGroup(group.selector, paths)


def changes(table: MultipathTable) -> list[MultipathTable]:
    """Return tables of which each differs from ``table`` in one thing that a load would change."""
    first, *rest = table.groups
    other_device = replace(first.paths[0], device="4095:1048575" if first.paths[0].device != "4095:1048575" else "1:1")
    retries = 1 if table.features.pg_init_retries != 1 else 2
    mode = None if table.features.is_bio else "bio"
    return [
        replace(table, groups=(*table.groups, first)),
        replace(table, groups=tuple(rest)),
        replace(table, groups=(replace(first, paths=(*first.paths, first.paths[0])), *rest)),
        replace(table, groups=(replace(first, paths=(other_device, *first.paths[1:])), *rest)),
        replace(table, features=replace(table.features, pg_init_retries=retries, pg_init_delay_msecs=None)),
        replace(table, features=replace(table.features, pg_init_delay_msecs=None, queue_mode=mode)),
    ]
