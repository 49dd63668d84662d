"""The numbers of the page, as plain rows.

All are worked out from one evaluation (`modspam.evaluate.Evaluation`), by the functions that its own figures
come from.  Leaves out words, HTML and drawing.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.metrics import precision_recall_curve

from modspam.corpora import Example
from modspam.evaluate import Evaluation, Scored
from modspam.evasions import EVASIONS
from modspam.groups import Groups, by_source, grouped
from modspam.metrics import BINS, Interval, Labels, Metrics, ReliabilityBin, Scores, rate_threshold, resamples
from modspam.model import LinearModel, probability_of
from modspam.moderator import Moderator
from modspam.verdict import Verdict

__all__ = [
    "CORNER",
    "Cost",
    "Curves",
    "Evaded",
    "Group",
    "Miss",
    "Reliability",
    "Share",
    "costs_of",
    "curves_of",
    "evaded",
    "groups_of",
    "labels_of",
    "largest_first",
    "misses_of",
    "reliability_of",
    "shares_of",
    "sources_of",
]

CORNER = 0.05
"""The false-positive rate up to which curves are shown: beyond it, nobody would let a filter go."""

_PLAIN_THRESHOLDS = (0.5, 0.9, 0.99, 0.999)
_RATES_HERE = (0.001, 0.01, 0.05)
_SAMPLE = "Cheap pills at http://pills.example.com"
_MOST_GROUPS = 20
_MISSES = 10
_QUANTILES = (0.025, 0.975)


class Share(NamedTuple):
    """``flagged`` of ``total`` comments, with the 95% interval of the share.

    A bootstrap cannot tell how rare a thing is that did not happen.  Where nothing or everything was flagged, the
    interval's open end is the rule of three's (Hanley and Lippman-Hand 1983): 3 over the number of clusters.
    """

    flagged: int
    total: int
    interval: Interval

    @property
    def unseen(self) -> bool:
        """Whether the interval is by the rule of three."""
        return self.flagged in {0, self.total}


class Group(NamedTuple):
    """The verdicts on one part of the comments."""

    name: str
    metrics: Metrics
    ham_flagged: Share | None
    spam_found: Share | None


class Cost(NamedTuple):
    """What a threshold, a probability, costs: counts of ham and spam flagged from there on.

    - ``promised``: the false-positive rate that the model's table gives for it, 0..1
    - ``rate``: the greatest share of this set's ham that it was set to flag, 0..1
    - ``current``: whether it is the one that was measured at; ``shipped``: whether it is the model's own
    """

    threshold: float
    ham_flagged: int
    spam_found: int
    promised: float | None = None
    rate: float | None = None
    current: bool = False
    shipped: bool = False

    @property
    def precision(self) -> float | None:
        """Share of spam in what is flagged; None where nothing is."""
        flagged = self.ham_flagged + self.spam_found
        return self.spam_found / flagged if flagged else None


class Curves(NamedTuple):
    """Curves as arrays of shares, 0..1.

    - ``rates``, ``recalls``: the ROC curve, a step for each honest comment
    - ``grid``, ``low``, ``high``: rates up to `CORNER` and the 95% band of the recall there
    - ``precisions``, ``precision_recalls``: the precision-recall curve
    - ``operating``: false-positive rate, recall and precision at the threshold
    - ``corner_precision``: the precision at the false-positive rate of `CORNER`
    """

    rates: Scores
    recalls: Scores
    grid: Scores
    low: Scores
    high: Scores
    precisions: Scores
    precision_recalls: Scores
    operating: tuple[float, float, float | None]
    corner_precision: float


class Reliability(NamedTuple):
    """A row of the reliability table, and the same weighed so that spam counts as much as ham.

    That is what probabilities are said for (see `modspam.verdict.Verdict`); what is ``counted`` also depends on how
    much spam there happens to be.  ``found`` is None where only one class is there to weigh.
    """

    counted: ReliabilityBin
    said: float
    found: Interval | None


class Evaded(NamedTuple):
    """What an evasion does, at the line that 1% of undisguised ham is above.

    ``sample`` is a text of our own in that disguise; ``change`` is against the recall without one.
    """

    name: str
    sample: str
    recall: float
    change: float
    ham_flagged: float


class Miss(NamedTuple):
    """A comment whose score is far on the wrong side, or the furthest there is."""

    example: Example
    verdict: Verdict


def shares_of(scored: Scored, metrics: Metrics) -> tuple[Share | None, Share | None]:
    """Give the share of ham flagged and of spam found; None for a class that is missing."""
    flagged = scored.probabilities >= metrics.threshold

    def share(interval: Interval | None, inside: Labels) -> Share | None:
        if interval is None:
            return None
        count, total = int(flagged[inside].sum()), int(inside.sum())
        value, low, high = interval
        margin = min(1.0, 3 / len({scored.clusters[number] for number in np.flatnonzero(inside)}))
        if count == 0:
            high = margin
        elif count == total:
            low = 1 - margin
        return Share(count, total, Interval(value, low, high))

    return share(metrics.false_positive_rate, ~scored.spam), share(metrics.recall, scored.spam)


def groups_of(scored: Scored, groups: Groups, threshold: float) -> list[Group]:
    """Measure each group that has comments; of very many, the smallest are taken together as others."""
    sizes = {name: int(rows.sum()) for name, rows in groups.items()}
    names = [name for name in groups if sizes[name]]
    if len(names) > _MOST_GROUPS:
        largest = sorted(names, key=lambda name: -sizes[name])[: _MOST_GROUPS - 1]
        rest = [name for name in names if name not in largest]
        groups = {name: groups[name] for name in largest} | {f"{len(rest)} others": _any(groups[n] for n in rest)}
        names = list(groups)
    return [_group(name, scored.part(groups[name]), threshold) for name in names]


def sources_of(results: Sequence[Evaluation], scored: Scored) -> Groups:
    """Sort comments by their source, and where there are several inputs by these, the largest first."""
    if len(results) == 1:
        return largest_first(by_source(scored.examples))
    names: dict[int, str] = {}
    for result, label in zip(results, labels_of(results), strict=True):
        several = len({example.source for example in result.scored.examples}) > 1
        for example in result.scored.examples:
            names[id(example)] = f"{label}: {example.source}" if several else label
    return largest_first(grouped([names[id(example)] for example in scored.examples]))


def labels_of(results: Sequence[Evaluation]) -> list[str]:
    """Name the inputs, so that no two are called the same."""
    seen: Counter[str] = Counter()
    labels = []
    for result in results:
        seen[result.name] += 1
        labels.append(result.name if seen[result.name] == 1 else f"{result.name} ({seen[result.name]})")
    return labels


def largest_first(groups: Groups) -> Groups:
    """Put the groups with the most comments first."""
    return dict(sorted(groups.items(), key=lambda item: -item[1].sum()))


def _any(masks: Iterator[Labels]) -> Labels:
    rows: Labels = np.logical_or.reduce(list(masks))
    return rows


def _group(name: str, scored: Scored, threshold: float) -> Group:
    metrics = scored.measured(threshold)
    return Group(name, metrics, *shares_of(scored, metrics))


def costs_of(scored: Scored, model: LinearModel, threshold: float) -> list[Cost]:
    """Say what thresholds cost, the lowest first.

    They are some plain probabilities, those of the model's table, those that a rate of this set's ham gives, and
    the one in use.
    """
    ham = scored.scores[~scored.spam]
    promised = {row.threshold: row.false_positive_rate for row in model.thresholds}
    rates = {_above(rate_threshold(ham, rate), scored): rate for rate in _RATES_HERE if rate * len(ham) >= 1}

    def cost(probability: float) -> Cost:
        flagged = scored.probabilities >= probability
        return Cost(
            probability,
            int(flagged[~scored.spam].sum()),
            int(flagged[scored.spam].sum()),
            promised.get(probability),
            rates.get(probability),
            current=probability == threshold,
            shipped=probability == model.threshold,
        )

    return [cost(p) for p in sorted({*_PLAIN_THRESHOLDS, *promised, *rates, model.threshold, threshold})]


def _above(line: float, scored: Scored) -> float:
    """Give the probability from which on exactly what scores above the line is flagged."""
    over = scored.probabilities[scored.scores > line]
    below = probability_of(line)
    # Half way to the next comment, since a threshold that falls on one is a matter of rounding.
    return float((below + over.min()) / 2) if len(over) and over.min() > below else float(np.nextafter(below, 2))


def curves_of(scored: Scored, threshold: float) -> Curves:
    """Draw the curves' points; there must be both spam and ham."""
    spam = scored.spam
    rates = np.arange(int((~spam).sum()) + 1) / (~spam).sum()
    grid = np.linspace(0, CORNER, 101)
    samples = [at for at in resamples(scored.clusters) if spam[at].any() and not spam[at].all()]
    low, high = np.quantile([_recalls(scored.scores[at], spam[at], grid) for at in samples], _QUANTILES, axis=0)
    precisions, precision_recalls, _ = precision_recall_curve(spam, scored.scores)
    flagged = scored.probabilities >= threshold
    over = scored.scores > rate_threshold(scored.scores[~spam], CORNER)
    recalls = _recalls(scored.scores, spam, rates)
    recalls[-1] = 1  # where all ham is flagged, so is all spam
    return Curves(
        rates,
        recalls,
        grid,
        low,
        high,
        precisions,
        precision_recalls,
        (
            float(flagged[~spam].mean()),
            float(flagged[spam].mean()),
            float(spam[flagged].mean()) if flagged.any() else None,
        ),
        float(spam[over].mean()) if over.any() else 0.0,
    )


def _recalls(scores: Scores, spam: Labels, rates: Scores) -> Scores:
    """Give the recall at each rate, as `modspam.metrics.recall_at` does at one."""
    ham, found = np.sort(scores[~spam]), np.sort(scores[spam])
    allowed = np.minimum((rates * len(ham) + 1e-9).astype(np.intp), len(ham) - 1)
    lines = ham[len(ham) - 1 - allowed]
    recalls: Scores = 1 - np.searchsorted(found, lines, "right") / len(found)
    return recalls


def reliability_of(scored: Scored, metrics: Metrics) -> list[Reliability]:
    """Hold what was said against what was found, as counted and weighed."""
    if not scored.both:
        return [Reliability(counted, counted.mean_probability, None) for counted in metrics.reliability]
    bins, count = np.digitize(scored.probabilities, BINS[1:-1]), len(BINS) - 1

    def weighed(at: npt.NDArray[np.intp]) -> tuple[Scores, Scores]:
        spam = scored.spam[at]
        weights = np.where(spam, 0.5 / max(spam.sum(), 1), 0.5 / max((~spam).sum(), 1))
        totals = np.bincount(bins[at], weights, count)
        with np.errstate(invalid="ignore"):  # a bin that has no comments in this sample
            said: Scores = np.bincount(bins[at], weights * scored.probabilities[at], count) / totals
            found: Scores = np.bincount(bins[at], weights * spam, count) / totals
        return said, found

    said, found = weighed(np.arange(len(bins)))
    sampled = np.array([weighed(at)[1] for at in resamples(scored.clusters)])
    filled = np.unique(bins)
    low, high = np.nanquantile(sampled[:, filled], _QUANTILES, axis=0)
    return [
        Reliability(counted, float(said[b]), Interval(float(found[b]), float(low[row]), float(high[row])))
        for row, (b, counted) in enumerate(zip(filled, metrics.reliability, strict=True))
    ]


def evaded(result: Evaluation) -> list[Evaded]:
    """Say what each evasion does, the worst first."""
    if not result.evasions:
        return []
    scored = result.scored
    clean = float((scored.scores[scored.spam] > scored.clean_line).mean())
    rows = [
        Evaded(name, EVASIONS[name](_SAMPLE), found, found - clean, lost)
        for name, (found, lost) in result.evasions.items()
    ]
    return sorted(rows, key=lambda row: row.recall)


def misses_of(scored: Scored, moderator: Moderator, spam: bool) -> list[Miss]:
    """Find the spam with the lowest scores, or the ham with the highest: ten, the worst first."""
    rows = np.flatnonzero(scored.spam == spam)
    wrong = scored.scores[rows] if spam else -scored.scores[rows]
    examples: Sequence[Example] = [scored.examples[row] for row in rows[np.argsort(wrong, kind="stable")[:_MISSES]]]
    return [Miss(example, moderator.check(example.comment)) for example in examples]
