"""What there is to say of the checkers and prioritizers that a configuration names, and of their arguments."""

from collections.abc import Iterator

from ...config.configuration import Configuration
from ...config.finding import Finding, Severity, shown
from ...config.setting import Setting, Settings
from ...probes.checkers import CHECKERS
from ...probes.checkers import GROUP as CHECKER_PLUGINS
from ...probes.plugins import found
from ...probes.prioritizers import GROUP as PRIORITIZER_PLUGINS
from ...probes.prioritizers import PRIORITIZERS, problems


def probe_findings(configuration: Configuration) -> Iterator[Finding]:
    """Yield them, in the order of the sections; plugins that are installed are known."""
    for settings in _sections(configuration):
        checker, prioritizer = settings.get("path_checker"), settings.get("prio")
        if checker and checker.value not in CHECKERS and checker.value not in found(CHECKER_PLUGINS):
            yield _finding(checker, "unknown-checker", f"there is no checker {shown(str(checker.value))}")
        if prioritizer is None:
            continue
        if prioritizer.value in PRIORITIZERS or prioritizer.value in found(PRIORITIZER_PLUGINS):
            yield from _of_arguments(prioritizer, settings)
        else:
            message = f"there is no prioritizer {shown(str(prioritizer.value))}"
            yield _finding(prioritizer, "unknown-prioritizer", message)


def _sections(configuration: Configuration) -> Iterator[Settings]:
    yield configuration.defaults
    yield configuration.overrides
    yield from (entry.settings for entry in configuration.protocols)
    yield from (entry.settings for entry in configuration.devices)
    yield from (entry.settings for entry in configuration.multipaths.values())


def _of_arguments(prioritizer: Setting, settings: Settings) -> Iterator[Finding]:
    args, name = settings.get("prio_args"), str(prioritizer.value)
    for problem in problems(name, "" if args is None else str(args.value)):
        yield _finding(args or prioritizer, "prioritizer-arguments", f"of {name}: {problem}")


def _finding(setting: Setting, code: str, message: str) -> Finding:
    return Finding(setting.origin.file or "", setting.origin.line, 0, Severity.WARNING, code, message)
