"""A site's own model: another model, moved by the site's labels no further than they justify.

    log-odds = score of the base + features . change

The change is found by logistic regression whose prior is the base and not zero (Chelba and Acero 2004): a ridge
holds the change near nothing, so a few labels, or labels of one class, leave the base nearly as it was.  It
is then added to the base's weights, and serving costs what it did.  The regression has an intercept, which is
left out of the model: how many of the labels are spam says what was labelled, not what the site gets.  What the change
does to all comments alike, the frozen honest cases show, and it is taken back (`_excess`).

Labels come from people, and some of them are spammers.  Three things hold these off:

- A label weighs what it is likely to be right: where the base is sure of the contrary, it takes more than one
  to change its mind.
- All that one named reporter says weighs no more than one label of the site's owner.
- So each reporter's part in the change, and with it in any comment's log-odds, is bounded: the objective is
  strongly convex, and leaving out labels of weight W moves no comment by more than C * W * R^2, where R is
  the length of a comment's features (Bousquet and Elisseeff 2002), nor the level of all by more than that again.

What the base knows already has next to no gradient, so it moves nothing; it holds the change in place.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import binom, norm

from modspam.corpora import Example, Source, without_copies
from modspam.errors import TrainingError
from modspam.fit import Extracted, Fitted, Vector, extracted
from modspam.gate import frozen_cases, tolerated
from modspam.metrics import rate_threshold
from modspam.model import LinearModel, ThresholdRow, log_odds_of, probability_of
from modspam.say import Say, silent
from modspam.settings import DEFAULTS, Settings

__all__ = ["REPORTER_WEIGHT", "Adapter", "adapt", "change_of", "weights_of"]

REPORTER_WEIGHT = 1.0  # what all labels of one named reporter weigh together, at most; one of the owner's weighs 1
_WRONG = 0.05  # of the labels that a site's owner gives: a few percent, by what reviewing corpora has shown
_PUBLIC_WRONG = 0.5  # of those that a named reporter gives: anybody may report
_FEW = 10  # labels of the rarer class below which the change is held closer
_FEWEST = 4  # labels below which there is nothing to learn
_UNLIKELY = 0.05  # so many honest comments above a line, if it kept its promise: then it does not
_ROUNDING = 1e-4  # of scores, in the file's 32-bit weights
_FLAT = 1e-4  # the length of the gradient at which the optimum is reached
_STEPS = 200  # of the solver, at most; ten are usual


def adapt(
    base: LinearModel,
    examples: Sequence[Example],
    sources: Sequence[Source] = (),
    settings: Settings = DEFAULTS,
    say: Say = silent,
) -> LinearModel:
    """Move a model toward a site's labels.

    Raises `TrainingError` if there are fewer than four different comments.
    """
    return Adapter(base, examples, sources, settings, say).moved(settings.adaptation)


class Adapter:
    """A base and a site's labels, read once, so that the base can be moved by them more or less far."""

    def __init__(
        self,
        base: LinearModel,
        examples: Sequence[Example],
        sources: Sequence[Source] = (),
        settings: Settings = DEFAULTS,
        say: Say = silent,
    ) -> None:
        """Read the labels.  Raises `TrainingError` if there are fewer than four different comments."""
        settings.check()
        kept, dropped = without_copies(examples)
        self._base, self._sources, self._settings = base, sources, settings
        self._spam = np.array([example.spam for example in kept], dtype=np.bool_)
        counts = {"spam": int(self._spam.sum()), "ham": int((~self._spam).sum())}
        self._counts = counts | dropped.counts
        say(f"{len(kept):,} labels ({counts['spam']:,} spam, {counts['ham']:,} ham); {dropped}")
        if len(kept) < _FEWEST:
            raise TrainingError(
                f"{len(kept)} different comments are too few to learn from: at least {_FEWEST} are needed"
            )
        self._read = extracted(kept, settings.jobs, say)
        self._start = Fitted.from_model(base)
        self._scores = self._start.score(self._read)
        self._weights = weights_of(kept, self._spam, self._scores)
        self._honest = extracted([case for case in frozen_cases() if not case.spam])

    def moved(self, adaptation: float) -> LinearModel:
        """Give the base moved by the labels; greater is further, see `Settings`."""
        base, start, ham = self._base, self._start, ~self._spam
        strength = adaptation * _balance(self._spam)
        rows = np.ones(len(self._spam), dtype=np.bool_)
        moved = start._replace(weights=start.weights + self._change(rows, strength))
        excess = _excess(self._honest, start, moved, log_odds_of(base.threshold))
        held_out = self._held_out_scores(strength) - excess
        return moved._replace(intercept=moved.intercept - excess).to_model(
            threshold=_line(held_out[ham], self._settings.max_false_positive_rate, base.threshold),
            thresholds=_thresholds(base, held_out, self._spam),
            card={
                **base.card,
                "adaptations": [
                    *base.card.get("adaptations", []),
                    {
                        "sources": [source._asdict() for source in self._sources],
                        "comments": self._counts,
                        "adaptation": adaptation,
                    },
                ],
            },
        )

    def _change(self, rows: npt.NDArray[np.bool_], strength: float) -> Vector:
        return change_of(self._read.matrix[rows], self._spam[rows], self._scores[rows], self._weights[rows], strength)

    def _held_out_scores(self, strength: float) -> Vector:
        """Score each comment by a change that has not seen it; they are dealt out in turn."""
        fold_of = np.arange(len(self._spam)) % self._settings.folds
        held_out = np.zeros(len(self._spam))
        for fold in range(self._settings.folds):
            rest = fold_of == fold
            moved = self._start._replace(weights=self._start.weights + self._change(~rest, strength))
            held_out[rest] = moved.score(self._read.at(rest))
        return held_out


def change_of(
    matrix: sparse.csr_array, spam: npt.NDArray[np.bool_], scores: Vector, weights: Vector, strength: float
) -> Vector:
    """Find the change of each column's weight, for rows of features with the base's ``scores`` and their weights.

    ``strength`` is scikit-learn's ``C``: the variance that the prior gives to each weight's change.
    """
    used = np.unique(matrix.indices)
    rows = sparse.csr_array(matrix[:, used])
    columns = sparse.csr_array(rows.T)
    sign = np.where(spam, 1.0, -1.0)

    def objective(point: Vector) -> tuple[float, Vector]:
        margins = sign * (scores + rows @ point[:-1] + point[-1])
        loss = weights @ np.logaddexp(0, -margins) + point @ point / (2 * strength)
        slopes = -weights * sign * expit(-margins)
        return float(loss), np.append(columns @ slopes, slopes.sum()) + point / strength

    def curvature(point: Vector, direction: Vector) -> Vector:
        margins = scores + rows @ point[:-1] + point[-1]
        bent = weights * expit(margins) * expit(-margins) * (rows @ direction[:-1] + direction[-1])
        return np.append(columns @ bent, bent.sum()) + direction / strength

    start = np.zeros(len(used) + 1)
    found = minimize(
        objective, start, jac=True, hessp=curvature, method="trust-ncg", options={"gtol": _FLAT, "maxiter": _STEPS}
    ).x
    change = np.zeros(matrix.shape[1])
    change[used] = found[:-1]
    return change


def weights_of(examples: Sequence[Example], spam: npt.NDArray[np.bool_], scores: Vector) -> Vector:
    """Weigh labels, 0..1: how likely each is right by the base's ``scores``, bounded for each named reporter.

    Labels without a reporter are the site owner's own.
    """
    reporters = np.array([example.reporter for example in examples])
    wrong = np.where(reporters == "", _WRONG, _PUBLIC_WRONG)
    agreed = expit(np.where(spam, scores, -scores))
    right = (1 - wrong) * agreed
    weights: Vector = right / (right + wrong * (1 - agreed))
    for reporter in sorted(set(reporters) - {""}):
        of_reporter = reporters == reporter
        weights[of_reporter] *= min(1.0, REPORTER_WEIGHT / max(weights[of_reporter].sum(), 1e-12))
    return weights


def _balance(spam: npt.NDArray[np.bool_]) -> float:
    """Say how far labels may be trusted that are few, or of one class: 1/11 if there is none of the other, up to 1."""
    rarer = min(int(spam.sum()), int((~spam).sum()))
    return (rarer + 1) / (rarer + 1 + _FEW)


def _thresholds(base: LinearModel, scores: Vector, spam: npt.NDArray[np.bool_]) -> tuple[ThresholdRow, ...]:
    """Redraw the rows of the base's table that the site's comments are many enough for."""
    rows: list[ThresholdRow] = []
    loosest_first = sorted(base.thresholds, key=lambda row: -row.false_positive_rate)
    for row in loosest_first:
        threshold = _line(scores[~spam], row.false_positive_rate, row.threshold)
        if rows:
            threshold = max(threshold, rows[-1].threshold)  # a stricter row's line is no lower
        found = [probability_of(score) > threshold for score in scores[spam]]
        recall = sum(found) / len(found) if found else row.recall
        rows.append(ThresholdRow(row.false_positive_rate, threshold, recall))
    return tuple(reversed(rows))


def _line(ham: Vector, rate: float, otherwise: float) -> float:
    """Take the base's line, or the site's own if the base's clearly flags more of its honest comments than promised."""
    flagged = int((ham > log_odds_of(otherwise)).sum())
    if flagged and binom.sf(flagged - 1, len(ham), rate) < _UNLIKELY:
        return probability_of(rate_threshold(ham, rate))
    return otherwise


def _excess(honest: Extracted, before: Fitted, after: Fitted, line: float) -> float:
    """Say by how much to lower all scores, or to raise them if below 0, so that honest comments reach as far as before.

    Labels of one site say little of what others write there later; what they do to it, the frozen cases show.  Where
    labels made everything less suspect, spam became so with it.  No more of the cases than the gate lets through come
    to lie above the line.
    """
    scores, moved = before.score(honest), after.score(honest)
    allowed = tolerated(len(scores), int((scores > line).sum()))
    least = float(np.sort(moved)[::-1][allowed]) + _ROUNDING - line
    return max(least, _reach(moved) - _reach(scores))


def _reach(scores: Vector) -> float:
    """Say how high 99.5% of comments reach, if the upper half of these is that of a normal distribution.

    Some hundred cases are too few to look at the last one in two hundred itself.
    """
    middle = float(np.median(scores))
    upper = scores[scores >= middle] - middle
    return middle + float(norm.isf(0.005) * np.sqrt(np.mean(upper**2)))
