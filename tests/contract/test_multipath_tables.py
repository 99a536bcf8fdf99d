"""The table of a multipath map: what is taken, how it is printed, what is refused and why."""

import errno

import pytest

from multipath import Control, MultipathTable
from multipath._native import codec
from multipath.units import format_devt

from .differences import Differences
from .world import World, answer, info_text, line, load_refused, make, multipath, table_text

ONE = "service-time 0 1 0 {0}"
PRINTED_ONE = "service-time 0 1 2 {0} 1 1 "

# The parameters, and how they are printed.
TAKEN = [
    ("0 0 0 0", "0 0 0 0 "),
    (f"0 0 1 1 {ONE}", f"0 0 1 1 {PRINTED_ONE}"),
    (f"  0   0  1 1\t{ONE}  ", f"0 0 1 1 {PRINTED_ONE}"),
    # An initial group beyond the last is none.
    (f"0 0 1 2 {ONE}", f"0 0 1 1 {PRINTED_ONE}"),
    (f"0 0 1 1024 {ONE}", f"0 0 1 1 {PRINTED_ONE}"),
    (
        "0 0 2 2 round-robin 0 2 0 {0} {1} queue-length 0 2 0 {2} {3}",
        "0 0 2 2 round-robin 0 2 1 {0} 1 {1} 1 queue-length 0 2 1 {2} 1 {3} 1 ",
    ),
    (
        "0 0 2 3 round-robin 0 2 0 {0} {1} queue-length 0 2 0 {2} {3}",
        "0 0 2 1 round-robin 0 2 1 {0} 1 {1} 1 queue-length 0 2 1 {2} 1 {3} 1 ",
    ),
    # Selectors ignore arguments of their own, and fill in those of the paths.
    ("0 0 1 1 service-time 1 x 1 0 {0}", f"0 0 1 1 {PRINTED_ONE}"),
    ("0 0 1 1 round-robin 3 a b c 1 0 {0}", "0 0 1 1 round-robin 0 1 1 {0} 1 "),
    ("0 0 1 1 round-robin 0 1 1 {0} 5", "0 0 1 1 round-robin 0 1 1 {0} 1 "),
    ("0 0 1 1 round-robin 0 1 1 {0} 0", "0 0 1 1 round-robin 0 1 1 {0} 0 "),
    ("0 0 1 1 queue-length 0 1 1 {0} 7", "0 0 1 1 queue-length 0 1 1 {0} 1 "),
    ("0 0 1 1 service-time 0 1 1 {0} 1", f"0 0 1 1 {PRINTED_ONE}"),
    ("0 0 1 1 service-time 0 1 2 {0} 2 5", "0 0 1 1 service-time 0 1 2 {0} 1 5 "),
    ("0 0 1 1 service-time 0 1 2 {0} 1 100", "0 0 1 1 service-time 0 1 2 {0} 1 100 "),
    ("0 0 1 1 service-time 0 1 2 {0} 0 0", "0 0 1 1 service-time 0 1 2 {0} 0 0 "),
    # Features in any order and any case, the last one counts; they are printed in one order.
    (f"1 queue_if_no_path 0 1 1 {ONE}", f"1 queue_if_no_path 0 1 1 {PRINTED_ONE}"),
    (f"1 QUEUE_IF_NO_PATH 0 1 1 {ONE}", f"1 queue_if_no_path 0 1 1 {PRINTED_ONE}"),
    (f"2 queue_if_no_path queue_if_no_path 0 1 1 {ONE}", f"1 queue_if_no_path 0 1 1 {PRINTED_ONE}"),
    (f"2 pg_init_retries 1 0 1 1 {ONE}", f"2 pg_init_retries 1 0 1 1 {PRINTED_ONE}"),
    (f"2 pg_init_retries 50 0 1 1 {ONE}", f"2 pg_init_retries 50 0 1 1 {PRINTED_ONE}"),
    (f"4 pg_init_retries 3 pg_init_retries 5 0 1 1 {ONE}", f"2 pg_init_retries 5 0 1 1 {PRINTED_ONE}"),
    (f"2 pg_init_delay_msecs 0 0 1 1 {ONE}", f"2 pg_init_delay_msecs 0 0 1 1 {PRINTED_ONE}"),
    (f"2 pg_init_delay_msecs 2000 0 1 1 {ONE}", f"2 pg_init_delay_msecs 2000 0 1 1 {PRINTED_ONE}"),
    (f"2 pg_init_delay_msecs 60000 0 1 1 {ONE}", f"2 pg_init_delay_msecs 60000 0 1 1 {PRINTED_ONE}"),
    (f"2 queue_mode rq 0 1 1 {ONE}", f"0 0 1 1 {PRINTED_ONE}"),
    (f"2 queue_mode mq 0 1 1 {ONE}", f"0 0 1 1 {PRINTED_ONE}"),
    (f"4 queue_mode bio queue_mode rq 0 1 1 {ONE}", f"0 0 1 1 {PRINTED_ONE}"),
    (
        f"5 pg_init_delay_msecs 9 queue_if_no_path pg_init_retries 5 0 1 1 {ONE}",
        f"5 queue_if_no_path pg_init_retries 5 pg_init_delay_msecs 9 0 1 1 {PRINTED_ONE}",
    ),
    # Zeros in front are nothing, and between 32 and 64 bits the lowest 32 count.
    ("0 0 1 1 service-time 0 1 2 {0} 1 007", "0 0 1 1 service-time 0 1 2 {0} 1 7 "),
    ("0 0 01 1 service-time 0 1 1 {0} 01", f"0 0 1 1 {PRINTED_ONE}"),
    (f"4294967297 queue_if_no_path 0 1 1 {ONE}", f"1 queue_if_no_path 0 1 1 {PRINTED_ONE}"),
    (f"4294967296 0 1 1 {ONE}", f"0 0 1 1 {PRINTED_ONE}"),
    ("0 0 4294967297 4294967297 service-time 4294967296 4294967297 4294967296 {0}", f"0 0 1 1 {PRINTED_ONE}"),
    ("0 0 1 1 service-time 0 1 2 {0} 4294967297 4294967298", "0 0 1 1 service-time 0 1 2 {0} 1 2 "),
    # One path may stand in more than one place.
    ("0 0 1 1 service-time 0 2 0 {0} {0}", "0 0 1 1 service-time 0 2 2 {0} 1 1 {0} 1 1 "),
    (f"0 0 2 1 {ONE} {ONE}", f"0 0 2 1 {PRINTED_ONE}{PRINTED_ONE}"),
]

FEATURES, HANDLER = "invalid number of feature args", "invalid number of hardware handler args"
GROUPS, INITIAL = "invalid number of priority groups", "invalid initial priority group number"
MISMATCH, FEW = "priority group count mismatch", "not enough priority group arguments"
PATHS, ARGUMENTS, PARAMETERS = (
    "invalid number of paths",
    "invalid number of selector args",
    "not enough path parameters",
)
UNRECOGNISED = "Unrecognised multipath feature request"
RETRIES, DELAY = "pg_init_retries must be between 1 and 50", "pg_init_delay_msecs must be between 0 and 60000"
REFUSED = [
    ("", FEATURES),
    ("x", FEATURES),
    (f"-1 0 1 1 {ONE}", FEATURES),
    (f"+1 queue_if_no_path 0 1 1 {ONE}", FEATURES),
    ("5 queue_if_no_path", FEATURES),
    ("9 a b c d e f g h i 0 0 0", FEATURES),
    (f"1 nonesuch 0 1 1 {ONE}", UNRECOGNISED),
    (f"1 pg_init_retries 0 1 1 {ONE}", UNRECOGNISED),
    (f"1 pg_init_delay_msecs 0 1 1 {ONE}", UNRECOGNISED),
    (f"1 queue_mode 0 1 1 {ONE}", UNRECOGNISED),
    (f"2 queue_mode nonesuch 0 1 1 {ONE}", "Unknown 'queue_mode' requested"),
    (f"2 pg_init_retries 0 0 1 1 {ONE}", RETRIES),
    (f"2 pg_init_retries 51 0 1 1 {ONE}", RETRIES),
    (f"2 pg_init_retries x 0 1 1 {ONE}", RETRIES),
    (f"2 pg_init_delay_msecs 60001 0 1 1 {ONE}", DELAY),
    (f"2 pg_init_delay_msecs x 0 1 1 {ONE}", DELAY),
    ("0", HANDLER),
    (f"0 x 1 1 {ONE}", HANDLER),
    (f"0 1025 1 1 {ONE}", HANDLER),
    ("0 5 alua 1 1 service-time", HANDLER),
    ("0 0", GROUPS),
    (f"0 0 x 1 {ONE}", GROUPS),
    (f"0 0 1025 1 {ONE}", GROUPS),
    ("0 0 0", INITIAL),
    (f"0 0 1 x {ONE}", INITIAL),
    (f"0 0 1 1025 {ONE}", INITIAL),
    ("0 0 0 1", "invalid initial priority group"),
    (f"0 0 1 0 {ONE}", "invalid initial priority group"),
    ("0 0 1 1", MISMATCH),
    (f"0 0 2 1 {ONE}", MISMATCH),
    (f"0 0 1 1 {ONE} {ONE}", MISMATCH),
    ("0 0 0 0 extra", FEW),
    ("0 0 1 1 service-time", FEW),
    (f"0 0 1 1 {ONE} {{1}}", FEW),
    ("0 0 1 1 nonesuch 0 1 0 {0}", "unknown path selector type"),
    ("0 0 1 1 Service-Time 0 1 0 {0}", "unknown path selector type"),
    ("0 0 1 1 service-time x 1 0 {0}", "invalid number of path selector args"),
    ("0 0 1 1 service-time 0", PATHS),
    ("0 0 1 1 service-time 0 0 0", PATHS),
    ("0 0 1 1 service-time 0 x 0 {0}", PATHS),
    ("0 0 1 1 service-time 0 1025 0 {0}", PATHS),
    ("0 0 1 1 service-time 2 x 1 0 {0}", PATHS),
    ("0 0 1 1 service-time 0 1", ARGUMENTS),
    ("0 0 1 1 service-time 0 1 x {0}", ARGUMENTS),
    ("0 0 1 1 service-time 0 1 1025 {0}", ARGUMENTS),
    ("0 0 1 1 service-time 0 1 0", PARAMETERS),
    ("0 0 1 1 service-time 0 1 1 {0}", PARAMETERS),
    ("0 0 1 1 service-time 0 2 0 {0}", PARAMETERS),
    ("0 0 1 1 round-robin 0 1 1 {0} x", "round-robin ps: invalid repeat count"),
    ("0 0 1 1 round-robin 0 1 2 {0} 1 1", "round-robin ps: incorrect number of arguments"),
    ("0 0 1 1 queue-length 0 1 1 {0} x", "queue-length ps: invalid repeat count"),
    ("0 0 1 1 queue-length 0 1 2 {0} 1 1", "queue-length ps: incorrect number of arguments"),
    ("0 0 1 1 service-time 0 1 3 {0} 1 1 1", "service-time ps: incorrect number of arguments"),
    ("0 0 1 1 service-time 0 1 2 {0} 1 101", "service-time ps: invalid relative_throughput value"),
    ("0 0 1 1 service-time 0 1 2 {0} 1 -1", "service-time ps: invalid relative_throughput value"),
    *[
        (f"0 0 1 1 service-time 0 1 2 {{0}} {word} 1", "service-time ps: invalid repeat count")
        for word in ("+1", "-1", "0x1", "1a", "1.0")
    ],
]
# Words for a path, and the errno: by the name of a difference where kernels differ.
MISSING = [
    ("8:4080", "ENXIO"),
    ("250:7", "ENXIO"),
    ("4096:0", "EOVERFLOW"),
    ("8:1048576", "EOVERFLOW"),
    *[(word, "name_leads_nowhere") for word in ("/dev/missing", "sda", ":", "8:", ":0", "8:0x0", "-8:0", r"8:0\ 1")],
    ("/dev/null", "name_is_no_disk"),
]


class TestATable:
    @pytest.mark.parametrize(("given", "printed"), TAKEN)
    def test_that_is_taken_is_printed_in_the_kernels_way(
        self, world: World, subject: Control, paths: tuple[str, ...], given: str, printed: str
    ) -> None:
        """Counts, defaults and order are the kernel's."""
        subject.load("subject", multipath(given.format(*paths)))

        assert table_text(world, inactive=True) == printed.format(*paths)

    @pytest.mark.parametrize(("given", "reason"), REFUSED)
    def test_that_is_refused_has_its_reason_in_the_log(
        self, subject: Control, paths: tuple[str, ...], given: str, reason: str
    ) -> None:
        """EINVAL alone would tell nothing."""
        refusal = load_refused(subject, *multipath(given.format(*paths)))

        assert (refusal.errno, refusal.reason) == (errno.EINVAL, f"multipath: {reason} (-EINVAL)")

    @pytest.mark.parametrize("name", ["8:0", "08:00", "4294967304:0", "/dev/sda"])
    def test_may_name_a_path_in_several_ways(
        self, world: World, subject: Control, paths: tuple[str, ...], name: str
    ) -> None:
        """A number cut to 32 bits, or a node; it is printed as a number."""
        assert paths[0] == "8:0"
        subject.load("subject", multipath(f"0 0 1 1 service-time 0 1 0 {name}"))

        assert table_text(world, inactive=True) == f"0 0 1 1 {PRINTED_ONE}".format(*paths)
        assert [format_devt(number) for number in subject.deps("subject", inactive=True)] == ["8:0"]

    @pytest.mark.parametrize(("word", "code"), MISSING)
    def test_with_a_path_that_is_missing_is_refused(
        self, subject: Control, kernel: Differences, word: str, code: str
    ) -> None:
        """The log has the errno too."""
        refusal = load_refused(subject, *multipath(f"0 0 1 1 service-time 0 1 0 {word}"))

        expected = getattr(errno, code) if hasattr(errno, code) else getattr(kernel, code)
        name = errno.errorcode[expected]
        assert (refusal.errno, refusal.reason) == (expected, f"multipath: error getting device (-{name})")

    @pytest.mark.parametrize("word", ["800", "8:0:1"])
    def test_with_a_path_that_only_begins_as_a_number(
        self, world: World, subject: Control, kernel: Differences, word: str
    ) -> None:
        """Older kernels take the beginning; newer ones look for a file of that name."""
        given = multipath(f"0 0 1 1 service-time 0 1 0 {word}")

        if kernel.looks_names_up_as_files:
            assert load_refused(subject, *given).errno == errno.ENOENT
        else:
            subject.load("subject", given)
            assert [format_devt(number) for number in subject.deps("subject", inactive=True)] == ["8:0"]

    def test_may_have_a_number_beyond_64_bits(
        self, world: World, subject: Control, kernel: Differences, paths: tuple[str, ...]
    ) -> None:
        """Older kernels cut it, newer ones read the greatest: a repeat count above 1 is printed as 1."""
        subject.load("subject", multipath(f"0 0 1 1 service-time 0 1 2 {paths[0]} {2**64} 1"))

        subject.create("numbers")
        assert table_text(world, inactive=True).split()[-2] == ("1" if kernel.saturates_numbers() else "0")

    @pytest.mark.parametrize("mode", ["bio", "BIO"])
    def test_in_bio_mode_is_printed_with_its_mode(
        self, world: World, subject: Control, kernel: Differences, paths: tuple[str, ...], mode: str
    ) -> None:
        """Older targets add that they retain a handler, newer ones need not."""
        subject.load("subject", multipath(f"2 queue_mode {mode} 0 1 1 {ONE}".format(*paths)))

        retained = f"3 retain_attached_hw_handler queue_mode bio 0 1 1 {PRINTED_ONE}".format(*paths)
        plain = f"2 queue_mode bio 0 1 1 {PRINTED_ONE}".format(*paths)
        printed = table_text(world, inactive=True)
        assert printed == retained or (printed == plain and not kernel.prints_the_retained_handler)

    def test_may_lack_the_word_that_retains_the_handler(
        self, world: World, subject: Control, kernel: Differences, paths: tuple[str, ...]
    ) -> None:
        """It is taken, and newer targets need not print it."""
        subject.load("subject", multipath(f"1 retain_attached_hw_handler 0 1 1 {ONE}".format(*paths)))

        retained = f"1 retain_attached_hw_handler 0 1 1 {PRINTED_ONE}".format(*paths)
        plain = f"0 0 1 1 {PRINTED_ONE}".format(*paths)
        printed = table_text(world, inactive=True)
        assert printed == retained or (printed == plain and not kernel.prints_the_retained_handler)

    def test_has_a_fresh_status(self, world: World, subject: Control, paths: tuple[str, ...]) -> None:
        """No group is current, no failure counted, I/O would wait for the first choice."""
        text = "0 0 2 2 round-robin 0 2 0 {} {} queue-length 0 1 0 {}".format(*paths)
        subject.load("subject", multipath(text))

        a, b, c, _ = paths
        status = subject.status("subject", inactive=True)[0].params
        assert status == f"2 1 0 0 2 2 E 0 2 0 {a} A 0 {b} A 0 E 0 1 1 {c} A 0 0 "

    def test_names_its_devices_once_the_last_one_first(self, subject: Control, paths: tuple[str, ...]) -> None:
        """Each where it was used first, from the end."""
        a, b, c, d = paths
        groups = f"service-time 0 2 0 {b} {a} service-time 0 2 0 {d} {b} service-time 0 1 0 {c}"
        subject.load("subject", multipath(f"0 0 3 1 {groups}"))

        assert [format_devt(number) for number in subject.deps("subject", inactive=True)] == [c, d, a, b]

    def test_is_what_the_library_writes(self, world: World, subject: Control, paths: tuple[str, ...]) -> None:
        """The table that is asked for is the one that is printed, in other words."""
        table = MultipathTable.build([paths[:2], paths[2:]])
        subject.load("subject", multipath(str(table)))

        assert table.same_as(MultipathTable.parse(table_text(world, inactive=True)))


class TestAPath:
    def test_that_is_offline_is_refused(self, world: World, subject: Control, paths: tuple[str, ...]) -> None:
        """ENXIO, as for a missing one: a reload that keeps an offline path in the table fails."""
        world.lose(paths[1])
        refusal = load_refused(subject, *multipath(f"0 0 1 1 service-time 0 2 0 {paths[0]} {paths[1]}"))

        assert (refusal.errno, refusal.reason) == (errno.ENXIO, "multipath: error getting device (-ENXIO)")

    def test_may_be_in_two_maps(self, world: World, paths: tuple[str, ...]) -> None:
        """Device-mapper does not guard its devices against each other: who makes a map must look at the holders."""
        for name in ("first", "second"):
            make(world, name, *multipath(f"0 0 1 1 service-time 0 1 0 {paths[0]}"))

        assert world.control.deps("first") == world.control.deps("second")

    def test_may_be_the_map_itself_on_older_kernels(self, subject: Control, kernel: Differences) -> None:
        """Refused once its disk is there, where the kernel looks."""
        subject.load("subject", multipath("0 0 0 0"))
        itself = multipath(f"0 0 1 1 service-time 0 1 0 {format_devt(subject.info('subject').devt)}")

        if kernel.refuses_a_map_as_its_own_path:
            assert load_refused(subject, *itself).errno == errno.EINVAL
        else:
            subject.load("subject", itself)
            subject.clear("subject")

    def test_that_takes_no_requests_is_refused(self, world: World, subject: Control, paths: tuple[str, ...]) -> None:
        """A map of bios cannot be a path of a map of requests, but of one of bios."""
        below = format_devt(make(world, "below", line("linear", f"{paths[0]} 0")).devt)

        assert load_refused(subject, *multipath(f"0 0 1 1 service-time 0 1 0 {below}")).errno == errno.EINVAL
        subject.load("subject", multipath(f"2 queue_mode bio 0 1 1 service-time 0 1 0 {below}"))

    def test_that_is_too_small_is_refused(self, subject: Control, paths: tuple[str, ...]) -> None:
        """In the first table."""
        refusal = load_refused(subject, line("multipath", f"0 0 1 1 {ONE}".format(*paths), length=131080))

        assert (refusal.reason or "").endswith("too small for target: start=0, len=131080, dev_size=131072")

    @pytest.mark.parametrize("mode", ["0", "2 queue_mode bio"])
    def test_that_is_too_small_is_found_out_later_by_the_swap(
        self, world: World, kernel: Differences, paths: tuple[str, ...], mode: str
    ) -> None:
        """The device stays suspended, with its old table; newer kernels need not look at tables of requests again."""
        given = f"{mode} 0 1 1 {ONE}".format(*paths)
        make(world, "subject", line("multipath", given))
        dm = world.control
        dm.load("subject", [line("multipath", given, length=131080)])

        reply = answer(world, codec.DEV_SUSPEND, name=b"subject")
        if isinstance(reply, codec.Reply):
            assert mode == "0"
            assert not kernel.always_measures
        else:
            info = dm.info("subject")
            assert reply == errno.EINVAL
            assert (info.suspended, info.inactive_table, dm.table("subject")[0].length) == (True, False, 131072)


class TestTheKindOfAMap:
    @pytest.mark.parametrize(
        ("first", "then"), [("0 0 0 0", "2 queue_mode bio 0 1 1"), ("2 queue_mode bio 0 0 0", "0 0 1 1")]
    )
    def test_stays_what_the_first_table_made_it(
        self, world: World, paths: tuple[str, ...], first: str, then: str
    ) -> None:
        """Requests or bios: the first load decides, also one without paths."""
        make(world, "subject", *multipath(first))

        refusal = load_refused(world.control, *multipath(f"{then} service-time 0 1 0 {paths[0]}"))
        assert refusal.errno == errno.EINVAL

    def test_is_inherited_by_a_table_without_paths(self, world: World, paths: tuple[str, ...]) -> None:
        """It need not say that it is for bios."""
        make(world, "subject", *multipath(f"2 queue_mode bio 0 1 1 service-time 0 1 0 {paths[0]}"))
        world.control.load("subject", multipath("0 0 0 0"))
        world.control.resume("subject")

        assert load_refused(world.control, *multipath(f"0 0 1 1 service-time 0 1 0 {paths[0]}")).errno == errno.EINVAL

    def test_keeps_another_target_out(self, world: World, paths: tuple[str, ...]) -> None:
        """A live multipath table can be followed by multipath or error alone."""
        make(world, "subject", *multipath(f"0 0 1 1 service-time 0 1 0 {paths[0]}"))

        refusal = load_refused(world.control, line("linear", f"{paths[0]} 0"))
        assert refusal.errno == errno.EINVAL

    def test_is_not_decided_by_a_table_that_was_refused(
        self, world: World, subject: Control, paths: tuple[str, ...]
    ) -> None:
        """The next one is the first."""
        load_refused(subject, *multipath("0 0 1 1 service-time 0 1 0 8:4080"))

        subject.load("subject", [line("linear", f"{paths[0]} 0")])


class TestAReload:
    def test_to_no_paths_and_back(self, world: World, paths: tuple[str, ...]) -> None:
        """A map may lose all its paths and get them back; it keeps its kind."""
        given = f"0 0 1 1 service-time 0 1 0 {paths[0]}"
        make(world, "subject", *multipath(given))
        dm = world.control
        dm.load("subject", multipath("0 0 0 0"))
        dm.resume("subject")
        assert (table_text(world), info_text(world)) == ("0 0 0 0 ", "2 1 0 0 0 0 ")

        dm.load("subject", multipath(given))
        dm.resume("subject")
        assert info_text(world) == f"2 1 0 0 1 1 E 0 1 2 {paths[0]} A 0 0 1 "

    def test_starts_from_its_own_table(self, world: World, paths: tuple[str, ...]) -> None:
        """Failures, bypasses, the current group and queueing are those of the new table."""
        given = "0 0 2 1 service-time 0 1 0 {} service-time 0 1 0 {}".format(*paths)
        make(world, "subject", *multipath(given))
        dm = world.control
        fresh = info_text(world), table_text(world)
        for message in (f"fail_path {paths[0]}", "disable_group 1", "switch_group 2", "queue_if_no_path"):
            dm.message("subject", message)
        assert (info_text(world), table_text(world)) != fresh

        dm.load("subject", multipath(given))
        dm.resume("subject")
        assert (info_text(world), table_text(world)) == fresh

    def test_of_the_same_paths_is_no_conflict(self, world: World, paths: tuple[str, ...]) -> None:
        """Live and inactive table hold them together."""
        given = multipath("0 0 1 1 round-robin 0 4 0 {} {} {} {}".format(*paths))
        make(world, "subject", *given)
        world.control.load("subject", given)

        assert world.control.deps("subject") == world.control.deps("subject", inactive=True)
