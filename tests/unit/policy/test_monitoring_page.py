"""The page about looking after a map: its example prints what it says, and it names every option."""

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[3] / "docs/monitoring.md").read_text("utf-8")
OPTIONS = (
    "polling_interval max_polling_interval checker_timeout failback no_path_retry flush_on_last_del deferred_remove "
    "ghost_delay san_path_err_threshold san_path_err_forget_rate san_path_err_recovery_time delay_watch_checks "
    "delay_wait_checks marginal_path_double_failed_time marginal_path_err_sample_time "
    "marginal_path_err_rate_threshold marginal_path_err_recheck_gap_time marginal_pathgroups recheck_wwid "
    "purge_disconnected auto_resize queue_without_daemon path_grouping_policy"
)


EXAMPLES = re.findall(r"```(?:python)?\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize(("source", "printed"), [EXAMPLES[:2], EXAMPLES[2:4]], ids=["monitor", "supervisor"])
def test_an_example_prints_what_stands_below_it(source: str, printed: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Line by line."""
    exec(compile(source, "monitoring.md", "exec"), {})

    assert capsys.readouterr().out == printed


@pytest.mark.parametrize("option", OPTIONS.split())
def test_every_option_is_told(option: str) -> None:
    """By its name."""
    assert option in PAGE
