from dataclasses import dataclass, replace

import pytest

from multipath.config.setting import Layer, Value
from multipath.errors import ConfigError
from multipath.policy.facts import Facts
from multipath.policy.features import features
from multipath.policy.member import Member
from multipath.policy.settings import map_settings
from multipath.wire.table import MultipathTable

from .world import NVME, WWID, a_member, configured

PATH = a_member()
TCP = replace(a_member(), path=replace(NVME, protocol="nvme:tcp"))
OLD = Facts((1, 6, 0), (4, 2))
# The options, and the words of a new map of a SCSI path on a kernel of these days.
WORDS: list[tuple[dict[str, Value], str]] = [
    ({}, "0"),
    ({"no_path_retry": "queue"}, "1 queue_if_no_path"),
    ({"no_path_retry": 12}, "1 queue_if_no_path"),
    ({"no_path_retry": "fail"}, "0"),
    ({"features": "1 queue_if_no_path"}, "1 queue_if_no_path"),
    ({"features": "1 queue_if_no_path", "no_path_retry": "fail"}, "0"),
    ({"features": "1 retain_attached_hw_handler"}, "0"),
    ({"features": "2 pg_init_retries 50", "no_path_retry": "queue"}, "3 queue_if_no_path pg_init_retries 50"),
    ({"features": "2 queue_mode bio"}, "2 queue_mode bio"),
    ({"features": "2 queue_mode mq"}, "2 queue_mode mq"),
    ({"features": "3 newer pg_init_retries 5"}, "3 pg_init_retries 5 newer"),
    ({"features": "0"}, "0"),
    ({"features": "2 queue_mode turbo"}, "0"),
    ({"features": "5 newer queue_mode turbo pg_init_retries 7"}, "3 pg_init_retries 7 newer"),
]


@dataclass(frozen=True)
class Case:
    """What the feature words depend on, beside the options."""

    member: Member = PATH
    live: str | None = None
    facts: Facts | None = None

    def words(self, **options: Value) -> str:
        """Return the feature words of the map of this path."""
        settings = map_settings(WWID, [self.member], configured(**options), self.facts)
        live = None if self.live is None else MultipathTable.parse(self.live)
        return str(features([self.member], settings, live))


NEW = Case()


class TestTheFeatures:
    @pytest.mark.parametrize(("options", "expected"), WORDS)
    def test_are_the_configured_words_as_other_options_have_them(
        self, options: dict[str, Value], expected: str
    ) -> None:
        """What queues is no_path_retry's; words that nobody knows stay."""
        assert NEW.words(**options) == expected

    @pytest.mark.parametrize(
        ("facts", "options", "expected"),
        [
            (OLD, {}, "1 retain_attached_hw_handler"),
            (OLD, {"retain_attached_hw_handler": False}, "0"),
            (OLD, {"retain_attached_hw_handler": False, "features": "1 retain_attached_hw_handler"}, "0"),
            (Facts((1, 4, 0), (3, 2)), {}, "0"),
            (Facts((1, 9, 0), (4, 3)), {}, "0"),
        ],
    )
    def test_retain_the_handler_by_a_word_on_old_kernels(
        self, facts: Facts, options: dict[str, Value], expected: str
    ) -> None:
        """Before, the target does not know the word; since Linux 4.3 it needs none."""
        assert Case(facts=facts).words(**options) == expected

    @pytest.mark.parametrize(
        ("live", "options", "expected"),
        [
            ("2 queue_mode bio 0 0 0", {}, "2 queue_mode bio"),
            ("0 0 0 0", {"features": "2 queue_mode bio"}, "0"),
            ("0 0 0 0", {"features": "2 queue_mode rq"}, "2 queue_mode rq"),
            ("2 queue_mode bio 0 0 0", {"features": "2 queue_mode rq"}, "2 queue_mode bio"),
        ],
    )
    def test_keep_the_queue_mode_of_a_map_that_lives(self, live: str, options: dict[str, Value], expected: str) -> None:
        """The kernel would refuse another one."""
        assert Case(live=live).words(**options) == expected

    @pytest.mark.parametrize(
        ("live", "options", "expected"),
        [
            (None, {"no_path_retry": 5}, "0"),
            ("0 0 0 0", {"no_path_retry": 5}, "0"),
            ("1 queue_if_no_path 0 0 0", {"no_path_retry": 5}, "1 queue_if_no_path"),
            ("1 queue_if_no_path 0 0 0", {"no_path_retry": "fail"}, "0"),
            (None, {"no_path_retry": "queue", "queue_without_daemon": True}, "1 queue_if_no_path"),
        ],
    )
    def test_do_not_begin_to_queue_where_nobody_would_end_it(
        self, live: str | None, options: dict[str, Value], expected: str
    ) -> None:
        """Without a daemon; a map that queues goes on, for I/O may be waiting in it."""
        assert Case(PATH, live, Facts(managed=False)).words(**options) == expected

    def test_take_bios_over_tcp(self) -> None:
        """The kernel stacks no requests on queues that may sleep, whatever is configured."""
        assert Case(TCP).words() == "2 queue_mode bio"
        assert Case(TCP).words(features="2 queue_mode rq") == "2 queue_mode bio"
        assert Case(TCP, live="0 0 0 0").words() == "0"

    @pytest.mark.parametrize("text", ["1", "2 pg_init_retries 51", "1 pg_init_retries", "x", "9 a b c d e f g h i"])
    def test_that_the_kernel_would_not_take_are_refused_with_their_line(self, text: str) -> None:
        """No table is made of them."""
        with pytest.raises(ConfigError, match="features") as refused:
            NEW.words(features=text)

        assert refused.value.line == 7

    def test_that_grow_beyond_what_the_kernel_takes_are_refused(self) -> None:
        """Eight words are configured, and queueing is one more."""
        with pytest.raises(ConfigError, match="9 feature words"):
            NEW.words(features="8 a b c d e f g h", no_path_retry="queue")


class TestNoPathRetry:
    def test_says_when_an_old_word_sets_it(self) -> None:
        """With the line of the word."""
        settings = map_settings(WWID, [a_member()], configured(features="1 queue_if_no_path"))

        option = settings["no_path_retry"]

        assert (option.value, option.origin.layer) == ("queue", Layer.DETECTED)
        assert option.origin.detail == "queue_if_no_path among the features, multipath.conf:7 (devices)"
