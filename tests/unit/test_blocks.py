"""Blocks that say what they are."""

import pytest

from multipath.blocks import BLOCK_SIZE, describe_block, make_block


class TestABlock:
    def test_says_what_it_is(self) -> None:
        """Number and generation."""
        assert describe_block(make_block(1, 7, 3), run=1) == "block 7, generation 3"

    def test_of_another_run_says_so(self) -> None:
        """What an earlier program left."""
        assert describe_block(make_block(2, 7, 3), run=1) == "block 7, generation 3 of another run"

    @pytest.mark.parametrize("byte", [40, 64, BLOCK_SIZE - 1])
    def test_that_is_damaged_says_so(self, byte: int) -> None:
        """One wrong bit is enough."""
        data = bytearray(make_block(1, 7, 3))
        data[byte] ^= 1

        assert describe_block(bytes(data), run=1) == "block 7, generation 3, damaged"

    def test_is_like_no_other(self) -> None:
        """Every number and generation has a content of its own."""
        made = {make_block(run, number, generation) for run in (1, 2) for number in (1, 2) for generation in (1, 2)}

        assert len(made) == 8
        assert {len(block) for block in made} == {BLOCK_SIZE}
