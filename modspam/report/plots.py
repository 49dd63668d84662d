"""The plots of the page, drawn by matplotlib as SVG that stands in the page itself.

Colours are the page's, so that they follow its light and dark: matplotlib knows no CSS variables, so each colour
is drawn as a stand-in, and the variable put in its place afterwards.  Text stays text.
"""

import io
import re
from collections.abc import Callable, Sequence
from math import floor

import matplotlib.style
import numpy as np
import numpy.typing as npt
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MultipleLocator, NullLocator

from modspam.evaluate import Scored
from modspam.metrics import BINS
from modspam.report.figures import CORNER, Curves, Reliability

__all__ = ["precision_recall", "reliability", "roc", "score_distribution"]

_INK, _FAINT, _SPAM, _HAM, _GROUND = "#010101", "#020202", "#030303", "#040404", "#050505"
_VARIABLES = {_INK: "--ink", _FAINT: "--faint", _SPAM: "--spam", _HAM: "--ham", _GROUND: "--ground"}
# Drawn as wide as a phone shows it, so that the letters are legible there; a desktop shows it larger.
_WIDTH, _HEIGHT = 4.7, 3.7  # inches, of 72 units each in the SVG
_STYLE = {
    "axes.edgecolor": _FAINT,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.labelcolor": _INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "none",
    "font.sans-serif": "DejaVu Sans",
    "font.size": 10,
    "grid.alpha": 0.35,
    "grid.color": _FAINT,
    "grid.linewidth": 0.6,
    "svg.fonttype": "none",
    "text.color": _INK,
    "xtick.color": _FAINT,
    "xtick.labelcolor": _INK,
    "ytick.color": _FAINT,
    "ytick.labelcolor": _INK,
}
_PERCENT = FuncFormatter(lambda share, _: f"{100 * share:g}%")
_FURTHEST = 20  # log-odds; comments further out are drawn there


def roc(curves: Curves, threshold: str) -> Markup:
    """Draw the ROC curve in the corner that matters, and all of it small inside."""

    def draw(axes: Axes) -> None:
        axes.axvline(0.01, color=_FAINT, linewidth=1, linestyle=(0, (2, 2)))
        axes.fill_between(curves.grid, curves.low, curves.high, step="post", color=_SPAM, alpha=0.15, linewidth=0)
        axes.step(curves.rates, curves.recalls, where="post", color=_SPAM, linewidth=1.6)
        rate, recall, _ = curves.operating
        lowest = _floor(min(float(curves.low.min()), float(curves.recalls[0]), recall))
        axes.set(xlim=(0, CORNER), ylim=(lowest, 1.005), xlabel="ham flagged", ylabel="spam found")
        if rate <= CORNER:
            _point(axes, rate, recall, threshold)
        axes.xaxis.set_major_locator(MultipleLocator(0.01))
        _in_percent(axes)
        inside = axes.inset_axes((0.62, 0.1, 0.34, 0.4))
        inside.step(curves.rates, curves.recalls, where="post", color=_SPAM, linewidth=1.2)
        inside.plot([0, 1], [0, 1], color=_FAINT, linewidth=0.8, linestyle=(0, (2, 2)))
        inside.axvspan(0, CORNER, color=_SPAM, alpha=0.15, linewidth=0)
        inside.set(xlim=(0, 1), ylim=(0, 1.01), xticks=[0, 1], yticks=[0, 1], facecolor=_GROUND)
        inside.tick_params(labelsize=8, length=2)
        inside.set_title("whole curve", fontsize=8, pad=3)
        _in_percent(inside)

    return _svg("roc", f"ROC curve up to {CORNER:.0%} of ham flagged, with its 95% band", draw)


def precision_recall(curves: Curves, threshold: str) -> Markup:
    """Draw precision against recall, down to the precision at the corner's false-positive rate."""

    def draw(axes: Axes) -> None:
        axes.step(curves.precision_recalls, curves.precisions, where="pre", color=_SPAM, linewidth=1.6)
        _, recall, precision = curves.operating
        lowest = min(curves.corner_precision, 1 if precision is None else precision)
        axes.set(xlim=(0, 1.005), ylim=(_floor(lowest), 1.005), xlabel="spam found (recall)")
        axes.set_ylabel("spam among the flagged (precision)")
        if precision is not None:
            _point(axes, recall, precision, threshold, left=recall > 0.5)
        _in_percent(axes)

    return _svg("precision-recall", "Precision and recall", draw)


def score_distribution(scored: Scored, threshold: float, named: str) -> Markup:
    """Draw how the scores of ham and of spam are spread; ``threshold`` is in log-odds."""

    def draw(axes: Axes) -> None:
        clipped = np.clip(scored.scores, -_FURTHEST, _FURTHEST)
        edges = np.histogram_bin_edges(clipped, 60)
        for inside, name, colour, line in ((~scored.spam, "ham", _HAM, (0, (3, 1))), (scored.spam, "spam", _SPAM, "-")):
            if inside.any():
                shares = np.histogram(clipped[inside], edges)[0] / inside.sum()
                axes.stairs(shares, edges, color=colour, alpha=0.15, fill=True)
                axes.stairs(shares, edges, color=colour, linewidth=1.4, linestyle=line, label=name)
        if edges[0] <= threshold <= edges[-1]:
            axes.axvline(threshold, color=_INK, linewidth=1)
            axes.annotate(
                named, (threshold, 1), (3, -2), xycoords=("data", "axes fraction"),
                textcoords="offset points", va="top", fontsize=9,
            )  # fmt: skip
        axes.set(xlim=(edges[0], edges[-1]), xlabel="score (log-odds of spam)", ylabel="share of its class")
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(_PERCENT)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)

    return _svg("scores", "How the scores of ham and of spam are spread", draw)


def reliability(rows: Sequence[Reliability]) -> Markup:
    """Draw what was found against what was said, with the comments in each range.

    Both axes are stretched towards 0 and 1 (arcsine of the root), where most comments are.
    """

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=_FAINT, linewidth=1, linestyle=(0, (2, 2)))
        for scale in (axes.set_xscale, axes.set_yscale):
            scale("function", functions=(_stretched, _relaxed))
        last = -1.0
        for row in rows:
            if row.found:
                found, low, high = row.found
                axes.plot([row.said, row.said], [low, high], color=_HAM, linewidth=1.4, solid_capstyle="butt")
                axes.plot(row.said, found, "o", color=_HAM, markersize=5, clip_on=False, zorder=3)
                x = float(_stretched(row.said))
                close, last = x - last < 0.15, x  # numbers side by side there would run into each other
                axes.annotate(
                    f"{row.counted.comments:,}", (row.said, high), (0, 14 if close else 5),
                    textcoords="offset points", ha="center", fontsize=8,
                )  # fmt: skip
        for axis, ticks in ((axes.xaxis, (0, 0.05, 0.2, 0.5, 0.8, 0.95, 1)), (axes.yaxis, BINS)):
            axis.set_ticks(ticks)
            axis.set_minor_locator(NullLocator())
            axis.set_major_formatter(_PERCENT)
        axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="probability said", ylabel="share of spam found")

    return _svg("reliability", "Reliability: probability said against share of spam found", draw)


def _stretched(shares: npt.ArrayLike) -> npt.NDArray[np.float64]:
    return np.asarray(np.arcsin(np.sqrt(np.clip(shares, 0, 1))))


def _relaxed(angles: npt.ArrayLike) -> npt.NDArray[np.float64]:
    return np.asarray(np.sin(np.clip(angles, 0, np.pi / 2)) ** 2)


def _point(axes: Axes, x: float, y: float, name: str, left: bool = False) -> None:
    """Mark a point and write its name beside it, where curves of this kind leave room."""
    axes.plot(x, y, "o", color=_INK, markersize=5, clip_on=False, zorder=3)
    bottom, top = axes.get_ylim()
    over = y < bottom + 0.1 * (top - bottom)
    axes.annotate(
        name, (x, y), (-7 if left else 7, 7 if over else -7), textcoords="offset points",
        ha="right" if left else "left", va="bottom" if over else "top", fontsize=9,
    )  # fmt: skip


def _floor(share: float) -> float:
    """Choose where an axis begins: a multiple of a tenth, with some room below the share."""
    return max(0, floor(10 * share - 0.5)) / 10


def _in_percent(axes: Axes) -> None:
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(_PERCENT)


def _svg(name: str, title: str, draw: Callable[[Axes], None]) -> Markup:
    """Draw a figure; the same drawing gives the same text, whatever the user's own settings of matplotlib are."""
    # How SVG is written can be said nowhere but in matplotlib's global settings; they are put back at the end.
    with matplotlib.style.context(["default", _STYLE | {"svg.hashsalt": name}]):
        figure = Figure(figsize=(_WIDTH, _HEIGHT))
        draw(figure.add_subplot())
        file = io.StringIO()
        FigureCanvasSVG(figure)
        figure.savefig(file, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    drawn = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", file.getvalue(), flags=re.DOTALL)
    drawn = drawn[drawn.index("<svg") :]
    # Several drawings stand in one page, so each has names of its own.
    drawn = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", drawn)
    for colour, variable in _VARIABLES.items():
        drawn = drawn.replace(colour, f"var({variable})")
    box = re.search(r'viewBox="[^"]+"', drawn)
    labelled = f'role="img" aria-labelledby="{name}-title"><title id="{name}-title">{escape(title)}</title>'
    # Our own drawing; what is named in it are numbers.
    return Markup(f"<svg {box[0] if box else ''} {labelled}{drawn[drawn.index('>') + 1 :]}")  # noqa: S704
