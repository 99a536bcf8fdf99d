from dataclasses import replace

import pytest

from multipath.errors import TableError
from multipath.wire.features import Features

ROWS = [
    (Features(), "0"),
    (Features(queue_if_no_path=True), "1 queue_if_no_path"),
    (Features(retain_attached_hw_handler=True), "1 retain_attached_hw_handler"),
    (Features(pg_init_retries=50), "2 pg_init_retries 50"),
    (Features(pg_init_delay_msecs=0), "2 pg_init_delay_msecs 0"),
    (Features(queue_mode="bio"), "2 queue_mode bio"),
    (
        Features(True, True, 1, 60_000, "mq"),
        "8 queue_if_no_path pg_init_retries 1 pg_init_delay_msecs 60000 retain_attached_hw_handler queue_mode mq",
    ),
    (Features(unknown=("newer", "5")), "2 newer 5"),
]


class TestFeaturesAndTheirText:
    """Both say the same."""

    @pytest.mark.parametrize(("features", "text"), ROWS)
    def test_are_inverse(self, features: Features, text: str) -> None:
        """What is made prints in the kernel's order, and parses back."""
        assert str(features) == text
        assert Features.parse(text) == features

    @pytest.mark.parametrize(
        ("text", "features"),
        [
            ("1 QUEUE_IF_NO_PATH", Features(queue_if_no_path=True)),
            ("2 queue_if_no_path queue_if_no_path", Features(queue_if_no_path=True)),
            ("4 pg_init_retries 1 PG_INIT_RETRIES 02", Features(pg_init_retries=2)),
            ("2 Queue_Mode BIO", Features(queue_mode="bio")),
            ("3 newer queue_if_no_path other", Features(queue_if_no_path=True, unknown=("newer", "other"))),
            ("2 queue_mode nvme", Features(unknown=("queue_mode", "nvme"))),
        ],
    )
    def test_are_read_as_the_kernel_reads_them(self, text: str, features: Features) -> None:
        """Case means nothing, the last value counts, words of other kernels are kept, and the text survives."""
        assert Features.parse(text) == features
        assert str(Features.parse(text)) == text

    def test_print_anew_when_changed(self) -> None:
        """The words that were read are dropped with the first change; unknown ones come last."""
        features = Features.parse("3 newer 5 Queue_If_No_Path")

        assert str(replace(features, pg_init_retries=3)) == "5 queue_if_no_path pg_init_retries 3 newer 5"


class TestFeaturesThatNoKernelTakes:
    """Refusals."""

    @pytest.mark.parametrize("text", ["", "1", "2 pg_init_retries", "0 queue_if_no_path", "-1", "2 pg_init_retries x"])
    def test_are_refused_as_text(self, text: str) -> None:
        """A wrong count or value is a `TableError`."""
        with pytest.raises(TableError):
            Features.parse(text)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"pg_init_retries": 51},
            {"pg_init_retries": -1},
            {"pg_init_delay_msecs": 60_001},
            {"queue_mode": "nvme"},
            {"unknown": ("word",) * 9},
        ],
    )
    def test_are_refused_as_values(self, wrong: dict[str, object]) -> None:
        """A value out of bounds is refused where it is made."""
        with pytest.raises(ValueError, match="the kernel takes"):
            replace(Features(), **wrong)  # type: ignore[arg-type]


class TestAMapThatTakesBios:
    """Queue mode ``bio``."""

    def test_always_retains_an_attached_handler(self) -> None:
        """The kernel forces it on."""
        assert Features(queue_mode="bio").retains
        assert not Features(queue_mode="mq").retains
