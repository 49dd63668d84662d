"""The page itself: figures, plots and passages put into the template ``page.html``."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import inf, log
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

import modspam
from modspam.corpora import Source
from modspam.evaluate import Evaluation, Scored, pooled
from modspam.files import digest_of
from modspam.groups import by_author, by_language, by_length
from modspam.metrics import Interval
from modspam.moderator import Moderator
from modspam.report import plots
from modspam.report.figures import (
    Curves,
    Group,
    Share,
    costs_of,
    curves_of,
    evaded,
    groups_of,
    labels_of,
    largest_first,
    misses_of,
    reliability_of,
    shares_of,
    sources_of,
)
from modspam.report.passages import pieces, visible
from modspam.say import Say, silent
from modspam.verdict import printable

__all__ = ["render"]

_ROUND = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)  # where the scale of a column of shares may end


class Breakdown(NamedTuple):
    """A section that tells figures by group; ``scale`` is where the bars of ham flagged end, 0..1."""

    anchor: str
    title: str
    column: str
    groups: Sequence[Group]
    scale: float


class Inputs(NamedTuple):
    """What was measured: the sets by name, and which of their files the model was trained on."""

    results: Sequence[tuple[str, Evaluation, Share | None, Share | None]]
    trained_on: Sequence[str]


def render(
    results: Sequence[Evaluation],
    moderator: Moderator,
    model: Path,
    files: Iterable[Source] = (),
    say: Say = silent,
) -> str:
    """Write the page about these evaluations, several of them pooled, as HTML.

    - ``model``: the file that ``moderator`` was loaded from
    - ``files``: what the comments were read from, to be held against what the model was trained on

    Raises `modspam.errors.TrainingError` if nothing is left to measure when copies from set to set are dropped.
    """
    say("working out the figures of the report")
    threshold = moderator.threshold
    together = pooled(results, threshold)
    scored, metrics = together.scored, together.metrics
    ham_flagged, spam_found = shares_of(scored, metrics)
    evaded_sets = [result for result in results if result.evasions]
    disguised = pooled(evaded_sets, threshold) if evaded_sets else None
    breakdowns = list(_breakdowns(results, scored, threshold, say))
    say("drawing, and taking the worst misses apart")
    curves = curves_of(scored, threshold) if scored.both else None
    reliability = reliability_of(scored, metrics)
    template = _environment().get_template("page.html")
    return template.render(
        version=modspam.__version__,
        model=model.name,
        facts=_facts(moderator, model),
        title=results[0].name if len(results) == 1 else together.name,
        inputs=_inputs(results, moderator.model.card, files),
        result=together,
        metrics=metrics,
        ham_flagged=ham_flagged,
        spam_found=spam_found,
        curves=curves,
        drawings=_drawings(together, curves, threshold),
        reliability=reliability,
        reliability_drawing=plots.reliability(reliability) if scored.both else None,
        costs=costs_of(scored, moderator.model, threshold),
        breakdowns=breakdowns,
        disguised=disguised,
        evasions=evaded(disguised) if disguised else [],
        misses={label: misses_of(scored, moderator, spam=label == "spam") for label in ("ham", "spam")},
    )


def _breakdowns(results: Sequence[Evaluation], scored: Scored, threshold: float, say: Say) -> Iterator[Breakdown]:
    examples = scored.examples
    for anchor, title, column, groups in (
        ("language", "By language", "language", largest_first(by_language(examples))),
        ("length", "By length", "length of the text", by_length(examples)),
        ("source", "By source", "source", sources_of(results, scored)),
        ("author", "By what is known of the author", "given", by_author(examples)),
    ):
        say(f"figures by {anchor}")
        rows = groups_of(scored, groups, threshold)
        yield Breakdown(anchor, title, column, rows, _scale(rows))


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "count": lambda number: f"{number:,}",
        "interval": _interval,
        "percent": _percent,
        "pieces": pieces,
        "printable": printable,
        "probability": _probability,
        "short": lambda share: f"{100 * share:g}%",
        "signed": lambda number: f"{number:+.2f}".replace("-", "\N{MINUS SIGN}"),
        "visible": visible,
    }
    environment.globals |= {"css": _css()}
    return environment


def _css() -> Markup:
    return Markup(Path(__file__).with_name("page.css").read_text(encoding="utf-8"))  # noqa: S704 - our own


def _inputs(results: Sequence[Evaluation], card: Mapping[str, Any], files: Iterable[Source]) -> Inputs:
    learnt = {source["sha256"] for source in card.get("sources", ())}
    rows = [
        (label, result, *shares_of(result.scored, result.metrics))
        for label, result in zip(labels_of(results), results, strict=True)
    ]
    return Inputs(rows, [file.name for file in files if file.sha256 in learnt])


def _facts(moderator: Moderator, path: Path) -> dict[str, str]:
    """Say what is known of the model; a card need not have everything."""
    model, card = moderator.model, moderator.model.card
    facts = {"file": f"{path.name}, {path.stat().st_size / 1e6:.2f} MB"}
    facts["SHA-256"] = digest_of(path)
    if "comments" in card and "sources" in card:
        trained = card["comments"]
        facts["trained on"] = (
            f"{trained['spam']:,} spam and {trained['ham']:,} ham from {len(card['sources']):,} files, copies left out"
        )
    if "calibration" in card:
        facts["calibration"] = str(card["calibration"].get("method", "unknown"))
    own = _probability(model.threshold)
    rate = card.get("settings", {}).get("max_false_positive_rate")
    if rate is not None:
        own += f", chosen to flag at most {rate:.2%} of ham that it had not seen"
    facts["its own threshold"] = own
    if moderator.threshold != model.threshold:
        facts["measured at"] = _probability(moderator.threshold)
    return facts


def _drawings(result: Evaluation, curves: Curves | None, threshold: float) -> dict[str, Markup]:
    named = f"at {_probability(threshold)}"
    line = log(threshold / (1 - threshold)) if 0 < threshold < 1 else inf
    drawings = {"scores": plots.score_distribution(result.scored, line, named)}
    if curves:
        drawings["roc"] = plots.roc(curves, named)
        drawings["precision_recall"] = plots.precision_recall(curves, named)
    return drawings


def _scale(rows: Iterable[Group]) -> float:
    """Choose where the bars of ham flagged end, so that the widest interval is seen whole.

    Groups of a few comments, of which little can be said, do not count: the others' bars would be specks.
    """
    shares = [row.ham_flagged for row in rows if row.ham_flagged]
    telling = [share.interval.high for share in shares if not share.unseen or share.total >= 100]
    widest = max(telling, default=_ROUND[-1])
    return next(end for end in _ROUND if end >= widest)


def _percent(share: float | None, digits: int = 1) -> str:
    return "\N{EN DASH}" if share is None else f"{share:.{digits}%}"


def _interval(of: Share | Interval | None, digits: int = 1) -> str:
    """Write an interval of shares; one that is open says so, and one without a width is none."""
    if of is None:
        return ""
    interval = of.interval if isinstance(of, Share) else of
    if isinstance(of, Share) and of.unseen:
        if (interval.low, interval.high) == (0, 1):
            return "too few to say"
        return f"at most {interval.high:.{digits}%}" if of.flagged == 0 else f"at least {interval.low:.{digits}%}"
    if interval.low == interval.high:
        return ""
    return f"{interval.low:.{digits}%} to {interval.high:.{digits}%}"


def _probability(probability: float) -> str:
    """Write a probability with enough digits to tell it from 1.

    >>> _probability(0.95891), _probability(0.999999), _probability(1.0)
    ('0.9589', '0.999999', '1.0000')
    """
    digits = next((digits for digits in (4, 6, 8, 10) if 1 - probability >= 10**-digits), 4)
    return f"{probability:.{digits}f}"
