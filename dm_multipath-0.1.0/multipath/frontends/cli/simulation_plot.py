"""The picture of a comparison: how long I/Os take with each selector, up to the slowest, and where they go."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ...errors import ExtraMissing
from ...simulation.path import SimulatedPath
from ...simulation.timespan import format_time
from .simulation_curve import Curve, nines

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Told apart by everybody, those who see few colours included; one for each selector of the kernel.
_COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00")
_DASHES: Final = ("-", "--", "-.", ":", (0, (3, 1, 1, 1, 1, 1)))
_INK: Final = "#333333"
_GRID: Final = "#dddddd"
_LIGHTEST, _DARKEST = 0.25, 0.85
_NINES: Final = (0.0, 50.0, 90.0, 99.0, 99.9, 99.99, 99.999)
_LEAST_TO_LABEL: Final = 0.06
_LABELLED_DIGITS: Final = "25"
_MOST_EXPLAINED: Final = 8
_TICK: Final = 3.5
_HALF: Final = 0.5
_BELOW: Final = -0.16
_STYLE: Final = {
    "font.size": 10,
    "font.family": "DejaVu Sans",
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "text.color": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.fonttype": "none",
}


def check_matplotlib() -> None:
    """
    Refuse to begin what could not be drawn.

    Raises:
        ExtraMissing: matplotlib is not installed.
    """
    try:
        import_module("matplotlib")
    except ImportError:
        raise ExtraMissing("a picture", "matplotlib", "plot") from None


def draw(file: Path, curves: Sequence[Curve], paths: Sequence[SimulatedPath], title: str) -> None:
    """
    Write the picture; its format is that of the file's name.

    Raises:
        ExtraMissing: matplotlib is not installed.
        OSError: the file cannot be written.
    """
    check_matplotlib()
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(_STYLE):
        figure = Figure(figsize=(11, 5.4), dpi=120, layout="constrained")
        figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
        left, right = figure.subplots(1, 2, width_ratios=(5, 4))
        _draw_latencies(left, [curve for curve in curves if curve.latencies])
        _draw_shares(right, curves, paths)
        figure.savefig(file)


def _draw_latencies(axes: "Axes", curves: Sequence[Curve]) -> None:
    for number, curve in enumerate(curves):
        axes.plot(
            curve.latencies, curve.nines, label=f"{curve.label}, mean {format_time(curve.mean)}",
            color=_COLOURS[number % len(_COLOURS)], linestyle=_DASHES[number % len(_DASHES)], linewidth=2,
        )  # fmt: skip
    most = max((curve.nines[-1] for curve in curves), default=1.0)
    ticks = [percent for percent in _NINES if nines(percent) <= max(most, 1.0)]
    axes.set_yticks([nines(percent) for percent in ticks], [f"{percent:g}%" for percent in ticks])
    _scale_times(axes, curves)
    axes.grid(color=_GRID)
    axes.set_axisbelow(True)
    axes.set_title("How long I/Os take, up to the slowest", loc="left", fontsize=10)
    axes.set(xlabel="latency", ylabel="I/Os that take no longer", ylim=(0, None))
    if curves:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, _BELOW), ncols=2, frameon=False, fontsize=9)


def _scale_times(axes: "Axes", curves: Sequence[Curve]) -> None:
    """Lay out the times from the fastest twentieth on: what is below tells nothing and takes decades."""
    first = min((curve.first for curve in curves), default=1)
    last = max((curve.latencies[-1] for curve in curves), default=10)
    axes.set(xscale="log", xlim=(first / 1.2, last * 1.2))
    axes.tick_params(axis="x", which="both", length=_TICK, pad=_TICK)
    axes.xaxis.set_major_formatter(lambda value, _: format_time(value))
    is_narrow = last < 100 * first
    axes.xaxis.set_minor_formatter(
        lambda value, _: format_time(value) if is_narrow and f"{value:e}"[0] in _LABELLED_DIGITS else ""
    )


def _draw_shares(axes: "Axes", curves: Sequence[Curve], paths: Sequence[SimulatedPath]) -> None:
    from matplotlib import colormaps

    shade = colormaps["Blues"]
    steps = max(len(paths) - 1, 1)
    colours = [shade(_LIGHTEST + (_DARKEST - _LIGHTEST) * number / steps) for number in range(len(paths))]
    for row, curve in enumerate(curves):
        begin = 0.0
        for number, share in enumerate(curve.shares):
            bar = axes.barh(row, share, left=begin, color=colours[number], edgecolor="white", height=0.62)
            if share >= _LEAST_TO_LABEL:
                ink = "white" if number / steps > _HALF else _INK
                axes.bar_label(bar, [f"{share:.0%}"], label_type="center", color=ink, fontsize=9)
            begin += share
    axes.set_yticks(range(len(curves)), [curve.label for curve in curves])
    axes.invert_yaxis()
    axes.set_title("Which path serves them", loc="left", fontsize=10)
    axes.set(xlim=(0, 1), xlabel="share of the I/Os")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    _explain_paths(axes, paths, colours)


def _explain_paths(axes: "Axes", paths: Sequence[SimulatedPath], colours: Sequence[Any]) -> None:
    from matplotlib.patches import Patch

    patches = [
        Patch(color=colour, label=f"path {number}: {path.latency}")
        for number, (path, colour) in enumerate(zip(paths, colours, strict=True), 1)
    ][:_MOST_EXPLAINED]
    if len(paths) > _MOST_EXPLAINED:
        patches.append(Patch(color="none", label=f"... {len(paths)} paths in all"))
    axes.legend(handles=patches, loc="upper center", bbox_to_anchor=(0.4, _BELOW), ncols=2, frameon=False, fontsize=9)
