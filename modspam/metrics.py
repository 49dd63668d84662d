"""How good verdicts are: recall where it matters, ranking, calibration, with intervals.

Every interval is a 95% percentile bootstrap over clusters of copies (Efron and Tibshirani 1993):
a campaign of a hundred variants is one observation, not a hundred.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.metrics import brier_score_loss, matthews_corrcoef

from modspam.errors import TrainingError

__all__ = [
    "BINS",
    "Interval",
    "Labels",
    "Metrics",
    "ReliabilityBin",
    "Scores",
    "measure",
    "rate_threshold",
    "recall_at",
    "resamples",
    "roc_area",
]

Scores = npt.NDArray[np.float64]
Labels = npt.NDArray[np.bool_]
Clusters = npt.NDArray[np.uint64]

_RESAMPLES = 400
_RESAMPLES_OF_MANY = 100
_MANY = 200_000  # comments
BINS = (0.0, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 1.0)  # of probabilities, for the reliability table


class Interval(NamedTuple):
    """A figure with its 95% interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


class ReliabilityBin(NamedTuple):
    """Comments whose probability fell into a range: how many, what was said, what was true."""

    low: float
    high: float
    comments: int
    mean_probability: float
    spam_share: float


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures of one model on one labelled set; ``None`` where a class is missing.

    - ``spam``, ``ham``: how many comments of each
    - ``recall_at_1``, ``recall_at_5``: share of spam found where 1% or 5% of this set's ham is flagged
    - ``roc_area_loss``: (1 - area under the ROC curve) in percent
    - ``threshold``: what follows is at this threshold
    - ``false_positive_rate``: share of ham flagged, hm%; ``recall``: share of spam flagged, 1 - sm%
    - ``mcc``: Matthews' correlation, -1..1
    - ``brier``: mean squared error of the probabilities (Brier 1950)
    - ``reliability``: probabilities said against shares found, as they are in this set
    """

    spam: int
    ham: int
    recall_at_1: Interval | None
    recall_at_5: Interval | None
    roc_area_loss: Interval | None
    threshold: float
    false_positive_rate: Interval | None
    recall: Interval | None
    mcc: float | None
    brier: float
    reliability: tuple[ReliabilityBin, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return asdict(self)


def rate_threshold(ham: Scores, rate: float) -> float:
    """Find the lowest score above which at most ``rate`` (0..1) of the ham lies, ties on the safe side.

    >>> rate_threshold(np.array([0.0, 1.0, 2.0, 3.0]), 0.25)
    2.0
    """
    allowed = min(int(rate * len(ham) + 1e-9), len(ham) - 1)
    return float(np.partition(ham, -1 - allowed)[-1 - allowed])


def recall_at(scores: Scores, spam: Labels, rate: float) -> float:
    """Share of spam that scores above what ``rate`` of the ham of the same set does."""
    return float((scores[spam] > rate_threshold(scores[~spam], rate)).mean())


def roc_area(scores: Scores, spam: Labels) -> float:
    """Area under the ROC curve, 0..1: how often a spam scores above a ham, ties counted half.

    scikit-learn's gives the same and takes a hundred times as long on a small set, for its checks.

    >>> roc_area(np.array([1.0, 2.0, 2.0]), np.array([False, True, False]))
    0.75
    """
    ham = np.sort(scores[~spam])
    below, not_above = (np.searchsorted(ham, scores[spam], side) for side in ("left", "right"))
    return float((below + not_above).sum() / (2 * len(ham) * spam.sum()))


def measure(
    scores: Scores,
    probabilities: Scores,
    spam: Labels,
    clusters: Sequence[object] | Clusters,
    threshold: float,
    seed: int = 0,
) -> Metrics:
    """Measure verdicts on labelled comments; ``clusters`` names each comment's cluster of copies.

    Raises `TrainingError` if there is nothing to measure.
    """
    if not len(scores):
        raise TrainingError("no comments to evaluate on")
    flagged = probabilities >= threshold
    both = bool(spam.any() and not spam.all())

    everything = np.arange(len(spam))

    def figures(at: npt.NDArray[np.intp]) -> dict[str, float]:
        """Work out all that the classes of a sample allow."""
        of_spam, of_ham = spam[at], ~spam[at]
        found = {}
        if of_spam.any():
            found["recall"] = float(flagged[at][of_spam].mean())
        if of_ham.any():
            found["false_positive_rate"] = float(flagged[at][of_ham].mean())
        if len(found) == 2:
            found["recall_at_1"] = recall_at(scores[at], of_spam, 0.01)
            found["recall_at_5"] = recall_at(scores[at], of_spam, 0.05)
            found["roc_area_loss"] = 100 * (1 - roc_area(scores[at], of_spam))
        return found

    whole = figures(everything)
    sampled = [figures(at) for at in resamples(clusters, seed)]

    def interval(name: str) -> Interval | None:
        if name not in whole:
            return None
        low, high = np.quantile([found[name] for found in sampled if name in found], [0.025, 0.975])
        return Interval(whole[name], float(low), float(high))

    return Metrics(
        spam=int(spam.sum()),
        ham=int((~spam).sum()),
        recall_at_1=interval("recall_at_1"),
        recall_at_5=interval("recall_at_5"),
        roc_area_loss=interval("roc_area_loss"),
        threshold=threshold,
        false_positive_rate=interval("false_positive_rate"),
        recall=interval("recall"),
        mcc=float(matthews_corrcoef(spam, flagged)) if both else None,
        brier=float(brier_score_loss(spam, probabilities)) if both else float(np.mean((probabilities - spam) ** 2)),
        reliability=_reliability(probabilities, spam),
    )


def resamples(clusters: Sequence[object] | Clusters, seed: int = 0) -> Iterator[npt.NDArray[np.intp]]:
    """Draw clusters with replacement; each sample is the indices of their comments.

    A figure's 95% interval is from the 2.5% to the 97.5% quantile of what it is on the samples, of which there
    are 400, or 100 for more than 200,000 comments.
    """
    named = clusters if isinstance(clusters, np.ndarray) else np.array([str(c) for c in clusters])
    _, of_comment = np.unique(named, return_inverse=True)
    order = np.argsort(of_comment, kind="stable")
    bounds = np.searchsorted(of_comment[order], np.arange(of_comment.max() + 2))
    rng = np.random.default_rng(seed)
    count = len(bounds) - 1
    for _ in range(_RESAMPLES if len(order) <= _MANY else _RESAMPLES_OF_MANY):
        drawn = rng.integers(count, size=count)
        starts, lengths = bounds[drawn], bounds[drawn + 1] - bounds[drawn]
        offsets = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        yield order[np.repeat(starts, lengths) + offsets]


def _reliability(probabilities: Scores, spam: Labels) -> tuple[ReliabilityBin, ...]:
    which = np.digitize(probabilities, BINS[1:-1])
    bins = []
    for index in range(len(BINS) - 1):
        inside = which == index
        if inside.any():
            said, true = float(probabilities[inside].mean()), float(spam[inside].mean())
            bins.append(ReliabilityBin(BINS[index], BINS[index + 1], int(inside.sum()), said, true))
    return tuple(bins)
