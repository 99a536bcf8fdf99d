import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.errors import TableError
from multipath.wire.message import Message, Verb

from .texts import BAD_WORDS, refusal

ROWS = [
    (Message(Verb.FAIL_PATH, device="8:16"), "fail_path 8:16"),
    (Message(Verb.REINSTATE_PATH, device="/dev/a b"), r"reinstate_path /dev/a\ b"),
    (Message(Verb.SWITCH_GROUP, group=2), "switch_group 2"),
    (Message(Verb.ENABLE_GROUP, group=1), "enable_group 1"),
    (Message(Verb.DISABLE_GROUP, group=1024), "disable_group 1024"),
    (Message(Verb.QUEUE_IF_NO_PATH), "queue_if_no_path"),
    (Message(Verb.FAIL_IF_NO_PATH), "fail_if_no_path"),
]


class TestAMessageAndItsText:
    """Both say the same."""

    @pytest.mark.parametrize(("message", "text"), ROWS)
    def test_are_inverse(self, message: Message, text: str) -> None:
        """What is made prints as its text, and the text parses to what was made."""
        assert str(message) == text
        assert Message.parse(text) == message

    @pytest.mark.parametrize(
        ("text", "canonical"),
        [
            ("FAIL_PATH  8:16", "fail_path 8:16"),
            ("Switch_Group 007", "switch_group 7"),
            (" Fail_If_No_Path ", "fail_if_no_path"),
        ],
    )
    def test_are_read_whatever_the_case(self, text: str, canonical: str) -> None:
        """Case, white space and leading zeros mean nothing to the kernel."""
        assert str(Message.parse(text)) == canonical


class TestAMessageThatNoMapTakes:
    """Refusals."""

    @pytest.mark.parametrize(
        ("text", "word", "found"),
        [
            ("", 0, None),
            ("remove", 0, "remove"),
            ("fail_path", 1, None),
            ("fail_path 8:16 8:32", 2, "8:32"),
            ("queue_if_no_path 1", 1, "1"),
            ("switch_group", 1, None),
            ("switch_group 0", 1, "0"),
            ("switch_group 1025", 1, "1025"),
            ("switch_group -1", 1, "-1"),
            ("enable_group one", 1, "one"),
            ("disable_group 1 2", 2, "2"),
        ],
    )
    def test_is_refused_there(self, text: str, word: int, found: str | None) -> None:
        """The error names the word."""
        assert refusal(Message.parse, text) == (word, found)

    @given(st.lists(st.sampled_from([*Verb, *BAD_WORDS]) | st.text(max_size=3), max_size=4))
    def test_is_refused_and_nothing_else_is_raised(self, words: list[str]) -> None:
        """Random words give a `TableError` or a message that survives its own text."""
        try:
            message = Message.parse(" ".join(words))
        except TableError:
            return
        assert Message.parse(str(message)) == message

    @pytest.mark.parametrize(
        ("verb", "device", "group"),
        [
            (Verb.FAIL_PATH, "", 0),
            (Verb.FAIL_PATH, "8:0", 1),
            (Verb.SWITCH_GROUP, "", 0),
            (Verb.SWITCH_GROUP, "", -1),
            (Verb.SWITCH_GROUP, "8:0", 1),
            (Verb.QUEUE_IF_NO_PATH, "8:0", 0),
            (Verb.QUEUE_IF_NO_PATH, "", 1),
        ],
    )
    def test_cannot_be_made(self, verb: Verb, device: str, group: int) -> None:
        """Each verb has its own argument, or none."""
        with pytest.raises(ValueError, match=verb):
            Message(verb, device, group)
