from dataclasses import replace

import pytest

from multipath.dm.targets import KnownTarget, LinearTarget, TargetStatus
from multipath.errors import TableError
from multipath.units import Sectors

from .rows import OTHERWISE, STATUSES, TABLES, WRONG

ROWS: list[tuple[KnownTarget | TargetStatus, str]] = [*TABLES, *STATUSES]


class TestATextOfTheKernelsForm:
    """A row holds an object and its text, and each gives the other."""

    @pytest.mark.parametrize(("values", "text"), ROWS)
    def test_is_what_the_values_print(self, values: KnownTarget | TargetStatus, text: str) -> None:
        """A target that was made prints what the kernel takes or prints."""
        assert str(values) == text

    @pytest.mark.parametrize(("values", "text"), ROWS)
    def test_has_the_values(self, values: KnownTarget | TargetStatus, text: str) -> None:
        """The text is read into the very same values."""
        parsed = type(values).parse(text)

        assert parsed == values
        assert hash(parsed) == hash(values)
        assert str(parsed) == text

    @pytest.mark.parametrize(("values", "text"), ROWS)
    def test_keeps_its_white_space(self, values: KnownTarget | TargetStatus, text: str) -> None:
        """What was parsed is printed byte for byte, and a changed copy in the kernel's form again."""
        spaced = f" {text.replace(' ', '  ') if chr(92) not in text else text}\t"
        parsed = type(values).parse(spaced)

        assert parsed == values
        assert str(parsed) == spaced
        assert str(replace(parsed)) == text


class TestATextThatSaysTheSameOtherwise:
    """The kernel's readers are lenient in ways that its writers are not."""

    @pytest.mark.parametrize(("kind", "text", "form"), OTHERWISE)
    def test_has_the_values_of_the_kernels_form(
        self, kind: type[KnownTarget] | type[TargetStatus], text: str, form: str
    ) -> None:
        """Numbers that wrap, signs, other case and absent counts mean what they mean to the kernel."""
        parsed = kind.parse(text)

        assert parsed == kind.parse(form)
        assert str(parsed) == text
        assert str(replace(parsed)) == form


class TestAWrongText:
    """What is not what it says it is."""

    @pytest.mark.parametrize(("kind", "text", "word"), WRONG)
    def test_is_refused_at_the_word_at_fault(
        self, kind: type[KnownTarget] | type[TargetStatus], text: str, word: int
    ) -> None:
        """The error names the first word that cannot stand there, and the target."""
        with pytest.raises(TableError) as caught:
            kind.parse(text)

        assert (caught.value.word, caught.value.text) == (word, text)
        assert caught.value.what == f"{kind.type} {kind.text_kind}"


class TestAValueThatNoWordCanHold:
    """Texts of the caller's go through the same gate as all others."""

    @pytest.mark.parametrize("device", ["", "/dev/ß", "8:0\0"])
    def test_never_reaches_a_table(self, device: str) -> None:
        """An empty, foreign or cut word is refused when the table is printed."""
        with pytest.raises(TableError):
            str(LinearTarget(device, Sectors(0)))
