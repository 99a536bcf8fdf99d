"""What a map is called."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath import errors
from multipath.maps.aliases import LARGEST, Alias, Aliases, Choice, choose_alias, letters, new_bindings, number_of
from multipath.maps.bindings import Bindings, order, parse_bindings

WWIDS = [f"3600{number}" for number in range(6)]
NAMES = [*(f"mpath{letter}" for letter in "abcd"), "mpathaa", "data", "other", *WWIDS[:2]]
BINDINGS = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(WWIDS), max_size=4)
CONFIGURED = st.dictionaries(st.sampled_from(WWIDS), st.sampled_from([*NAMES, "a/b", ".."]), max_size=3)
LIVE = st.dictionaries(st.sampled_from(NAMES), st.sampled_from([f"mpath-{wwid}" for wwid in WWIDS] + ["LVM-x", ""]))


def bound(text: str) -> Bindings:
    """Return bindings, from ``alias wwid, alias wwid``."""
    return parse_bindings(text.replace(", ", "\n").encode() + b"\n")


class TestALetter:
    @pytest.mark.parametrize(
        ("number", "word"),
        [(1, "a"), (26, "z"), (27, "aa"), (52, "az"), (53, "ba"), (702, "zz"), (703, "aaa"), (LARGEST, "fxshrxw")],
    )
    def test_is_a_digit_without_a_zero(self, number: int, word: str) -> None:
        """Both ways."""
        assert (letters(number), number_of(word)) == (word, number)

    @given(st.integers(1, LARGEST))
    def test_gives_every_number_one_spelling(self, number: int) -> None:
        """Both ways, and longer words are greater."""
        assert number_of(letters(number)) == number
        assert number == 1 or order(letters(number - 1)) < order(letters(number))

    @pytest.mark.parametrize("word", ["", "A", "1", "aé", "\uff41", "a b", "fxshrxx", "zzzzzzz", "aaaaaaaa", "a\n"])
    def test_is_nothing_else(self, word: str) -> None:
        """Nor a number that no int of C holds."""
        assert number_of(word) is None

    @pytest.mark.parametrize("number", [0, -1, LARGEST + 1])
    def test_has_its_bounds(self, number: int) -> None:
        """What multipath-tools could not read back is refused."""
        with pytest.raises(errors.NumberRefused):
            letters(number)


class TestTheNameOfAMap:
    @pytest.mark.parametrize(
        ("configured", "bindings", "live", "name", "choice", "new"),
        [
            ({}, "", {}, "mpatha", Choice.NEW, True),
            ({}, "mpatha other", {}, "mpathb", Choice.NEW, True),
            ({}, "mpathb other, mpathc another", {}, "mpatha", Choice.NEW, True),
            ({}, "mpatha", {}, "mpathb", Choice.NEW, True),
            ({}, "mpathq 36001", {}, "mpathq", Choice.BOUND, False),
            ({}, "data 36001", {}, "data", Choice.BOUND, False),
            ({}, "mpathz 36001, mpathc 36001", {}, "mpathc", Choice.BOUND, False),
            ({}, "mpathz 36001, mpathc 36001", {"mpathz": "mpath-36001"}, "mpathz", Choice.BOUND, False),
            ({}, "", {"mpathk": "mpath-36001"}, "mpathk", Choice.KEPT, True),
            ({}, "mpathk other", {"mpathk": "mpath-36001"}, "mpatha", Choice.NEW, True),
            ({}, "mpathc 36001", {"mpathk": "mpath-36001"}, "mpathc", Choice.BOUND, False),
            ({}, "", {"data": "mpath-36001"}, "mpatha", Choice.NEW, True),
            ({}, "", {"mpatha": "LVM-x"}, "mpathb", Choice.NEW, True),
            ({}, "", {"mpatha": "mpath-other"}, "mpathb", Choice.NEW, True),
            ({}, "mpathc 36001", {"mpathc": "mpath-other"}, "36001", Choice.WWID, False),
            ({}, "mpathc 36001", {"mpathc": "LVM-x", "data": "mpath-36001"}, "data", Choice.KEPT, False),
            ({"36001": "data"}, "mpathc 36001", {}, "data", Choice.CONFIGURED, False),
            ({"36001": "data"}, "", {"data": "mpath-36001"}, "data", Choice.CONFIGURED, False),
            ({"36001": "data"}, "", {"data": "LVM-x"}, "36001", Choice.WWID, False),
            ({"36001": "data"}, "", {"data": "LVM-x", "mpathk": "mpath-36001"}, "mpathk", Choice.KEPT, False),
            ({"36000": "data", "36001": "data"}, "mpathc 36001", {}, "mpathc", Choice.BOUND, False),
            ({"36002": "data", "36001": "data"}, "mpathc 36001", {}, "data", Choice.CONFIGURED, False),
            ({"other": "mpathc"}, "mpathc 36001", {}, "mpatha", Choice.NEW, True),
            ({"other": "mpatha"}, "", {}, "mpathb", Choice.NEW, True),
            ({"other": "mpathk"}, "", {"mpathk": "mpath-36001"}, "mpatha", Choice.NEW, True),
            ({"36001": "a/b"}, "mpathc 36001", {}, "36001", Choice.WWID, False),
            ({"36001": ".."}, "", {}, "36001", Choice.WWID, False),
            ({"36001": "a b"}, "", {}, "36001", Choice.WWID, False),
            ({"36001": "\x1b[2J"}, "", {}, "36001", Choice.WWID, False),
            ({"36001": "a" * 128}, "", {}, "36001", Choice.WWID, False),
            ({"36001": "a" * 127}, "", {}, "a" * 127, Choice.CONFIGURED, False),
            ({"36001": ".."}, "", {"36001": "LVM-x"}, None, Choice.REFUSED, False),
            ({"other": "36001", "36001": ".."}, "", {}, None, Choice.REFUSED, False),
        ],
    )
    def test_follows_the_order(
        self,
        configured: dict[str, str],
        bindings: str,
        live: dict[str, str],
        name: str | None,
        choice: Choice,
        new: bool,
    ) -> None:
        """Configured, bound, kept, new, WWID; each only where it can be the map's."""
        found = choose_alias(
            "36001", configured=configured, prefix="mpath", friendly=True, bindings=bound(bindings), live=live
        )

        assert replace(found, reason="") == Alias(name, choice, "", new)
        assert found.reason.isprintable()

    @pytest.mark.parametrize(
        ("live", "name", "choice"),
        [
            ({}, "36001", Choice.WWID),
            ({"mpatha": "mpath-36001"}, "36001", Choice.WWID),
            ({"36001": "LVM-x"}, None, Choice.REFUSED),
            ({"36001": "LVM-x", "mpatha": "mpath-36001"}, "mpatha", Choice.KEPT),
        ],
    )
    def test_without_friendly_names_is_its_wwid(self, live: dict[str, str], name: str | None, choice: Choice) -> None:
        """Unless another device has that name."""
        found = Aliases(bound("mpatha 36001"), live=live).choose("36001", friendly=False)

        assert (found.name, found.choice, found.new) == (name, choice, False)

    @pytest.mark.parametrize("wwid", ["", "36 001", " ", "36/001", "\0", "3" * 123, "é", "\x1b[2J", ".", "control"])
    def test_is_none_where_its_wwid_is_none(self, wwid: str) -> None:
        """It could be neither its uuid nor its name; the reason is safe to print."""
        found = Aliases(Bindings()).choose(wwid, friendly=True)

        assert (found.name, found.choice) == (None, Choice.REFUSED)
        assert found.reason.isprintable()

    @pytest.mark.parametrize("prefix", ["a/", "a b", "\n", "x" * 127, "\udc80"])
    def test_is_its_wwid_where_the_prefix_gives_none(self, prefix: str) -> None:
        """A prefix comes from a file too."""
        assert Aliases(Bindings()).choose("36001", friendly=True, prefix=prefix).name == "36001"

    @pytest.mark.parametrize(("wwid", "prefix"), [("36#01", "mpath"), ("36001", "m#")])
    @pytest.mark.parametrize("live", ["", "mpathk", "m#k"])
    def test_is_none_that_the_bindings_file_would_take_for_a_comment(self, wwid: str, prefix: str, live: str) -> None:
        """It could not be bound; a map that has a name keeps it, others are called by their WWID."""
        aliases = Aliases(Bindings(), live={live: f"mpath-{wwid}"} if live else {})
        found = aliases.choose(wwid, friendly=True, prefix=prefix)

        assert (found.name, found.new) == (live or wwid, False)

    def test_is_not_new_where_bindings_are_only_read(self) -> None:
        """``multipath -B``: what is bound is used, and nothing else."""
        aliases = Aliases(bound("mpathc 36001"), live={"mpathk": "mpath-36003"}, read_only=True)
        chosen = [aliases.choose(wwid, friendly=True) for wwid in ("36001", "36002", "36003")]

        assert [(alias.name, alias.new) for alias in chosen] == [("mpathc", False), ("36002", False), ("mpathk", False)]

    @pytest.mark.parametrize("alias", ["..", "a b", "a/b", "36002"])
    @pytest.mark.parametrize(("live", "name"), [({}, "36001"), ({"mpathq": "mpath-36001"}, "mpathq")])
    def test_that_cannot_be_is_not_what_a_map_is_renamed_to(self, alias: str, live: dict[str, str], name: str) -> None:
        """A map keeps the name that it has; nor is the WWID of another unit the name of this one."""
        aliases = Aliases(Bindings(), configured={"36001": alias}, live=live, units=["36001", "36002"])

        assert aliases.choose("36001", friendly=False).name == name

    def test_that_is_bound_stays_whatever_other_units_say_that_they_are(self) -> None:
        """A device that sends an alias for its WWID takes it from nobody."""
        aliases = Aliases(parse_bindings(b"mpatha 36001\n"), units=["36001", "mpatha"])

        assert aliases.choose("36001", friendly=True).name == "mpatha"
        assert aliases.choose("mpatha", friendly=False).name is None


class TestTheNamesOfManyMaps:
    def test_are_all_different(self) -> None:
        """Each is taken for the next, and each prefix counts for itself."""
        aliases = Aliases(bound("mpathb other"))
        chosen = [(wwid, aliases.choose(wwid, friendly=True)) for wwid in WWIDS[:3]]
        chosen.append((WWIDS[3], aliases.choose(WWIDS[3], friendly=True, prefix="san")))

        assert new_bindings(chosen) == dict(zip(["mpatha", "mpathc", "mpathd", "sana"], WWIDS, strict=False))

    def test_are_found_in_time_that_grows_with_their_number(self) -> None:
        """Ten times as many take some ten times as long, and not a hundred times."""
        few, many = self.seconds(400), self.seconds(4000)

        assert many < 40 * few

    @staticmethod
    def seconds(maps: int) -> float:
        """Return the CPU time that the names of so many new maps take, beside as many that are bound."""
        bindings = Bindings().added({f"mpath{letters(2 * number)}": f"35{number}" for number in range(1, maps)})
        best = float("inf")
        for _ in range(3):
            aliases, began = Aliases(parse_bindings(bindings)), time.process_time()
            for number in range(maps):
                aliases.choose(f"36{number:05}", friendly=True)
            best = min(best, time.process_time() - began)
        return best

    @given(BINDINGS, CONFIGURED, LIVE, st.booleans(), st.permutations(WWIDS))
    def test_never_give_one_name_to_two(
        self,
        bindings: dict[str, str],
        configured: dict[str, str],
        live: dict[str, str],
        friendly: bool,
        turns: list[str],
    ) -> None:
        """Nor to a map the name of another device, or the alias that is configured for another WWID."""
        there = parse_bindings("".join(f"{alias} {wwid}\n" for alias, wwid in bindings.items()).encode())
        aliases = Aliases(there, configured=configured, live=live)
        chosen = [(wwid, aliases.choose(wwid, friendly=friendly)) for wwid in turns]
        names = [alias.name for _, alias in chosen if alias.name is not None]

        assert len(set(names)) == len(names)
        for wwid, alias in chosen:
            assert alias.name is None or live.get(alias.name, f"mpath-{wwid}") == f"mpath-{wwid}"
        after = parse_bindings(there.without(configured).added(new_bindings(chosen))).without(configured)
        assert {wwid: after.by_wwid[wwid] for wwid, alias in chosen if alias.new} == {
            wwid: alias.name for wwid, alias in chosen if alias.new
        }
