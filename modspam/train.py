"""The retrain script: labelled comments in, a model file out.

``python -m modspam.train`` or ``modspam train``.  The whole of it, on one screen (`train`): drop
copies, extract the features that serving extracts, fit scikit-learn's logistic regression, calibrate
and choose the threshold on comments that the fit has not seen, fold the calibration into the weights.
The same input gives the same file, byte for byte.
"""

import sys
import time
from argparse import Namespace
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from modspam import ngrams
from modspam.corpora import (
    VARIANTS,
    Example,
    Source,
    load,
    read_reviews,
    reviewed,
    without_copies,
)
from modspam.errors import TrainingError
from modspam.features import Features, extract, observe
from modspam.metrics import rate_threshold, recall_at
from modspam.model import LinearModel, ThresholdRow, probability_of
from modspam.settings import DEFAULTS, Settings
from modspam.signals import SIGNALS

__all__ = ["held_out_scores", "main", "matrix_of", "run", "source_weights", "summary", "train"]

Say = Callable[[str], None]
Vector = npt.NDArray[np.float64]

_TABLE_RATES = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05)
_FEWEST = 10  # comments of a class below which nothing can be learnt and measured
_BLOCK = 256
_LARGE_SOURCE = 500  # comments of ham from which on a source's own rate means something


def train(
    examples: Sequence[Example],
    sources: Sequence[Source] = (),
    settings: Settings = DEFAULTS,
    say: Say = lambda _: None,
) -> LinearModel:
    """Fit, calibrate and choose a threshold; ``say`` is told what is being done.

    Raises `TrainingError` if there are fewer than ten comments of a class, `SettingError` for a
    setting out of its range.
    """
    settings.check()
    kept, dropped = without_copies(examples)
    spam = np.array([example.spam for example in kept], dtype=np.bool_)
    say(
        f"{len(kept):,} comments ({spam.sum():,} spam, {(~spam).sum():,} ham); left out: "
        f"{dropped.copies:,} copies, {dropped.contradictions:,} texts under both labels"
    )
    if min(spam.sum(), (~spam).sum()) < _FEWEST:
        raise TrainingError(
            f"{spam.sum()} different spam and {(~spam).sum()} different ham comments are too few: "
            f"at least {_FEWEST} of each are needed"
        )
    matrix = matrix_of(kept, settings.jobs, say)
    sources_of = np.array([example.source for example in kept])
    weights = source_weights(sources_of.tolist(), spam)
    held_out = held_out_scores(matrix, kept, spam, settings, say)

    slope, offset = _calibrate(held_out, spam, weights)
    calibrated = slope * held_out + offset
    thresholds = []
    for rate in _TABLE_RATES:
        line = _threshold(calibrated, spam, sources_of, rate)
        recall = float(np.average(calibrated[spam] > line, weights=weights[spam]))
        thresholds.append(ThresholdRow(rate, probability_of(line), recall))
    threshold = probability_of(_threshold(calibrated, spam, sources_of, settings.max_false_positive_rate))
    say("fitting on everything")
    fitted = _fit(matrix, spam, weights, settings)
    coefficients = slope * fitted.weights
    return LinearModel(
        intercept=slope * fitted.intercept + offset,
        signal_weights=coefficients[: len(SIGNALS)],
        ngram_weights=coefficients[len(SIGNALS) :].astype(np.float32),
        threshold=threshold,
        thresholds=tuple(thresholds),
        card={
            "sources": [source._asdict() for source in sources],
            "comments": {"spam": int(spam.sum()), "ham": int((~spam).sum()), **dropped._asdict()},
            "settings": {k: v for k, v in settings._asdict().items() if k != "jobs"},
            "calibration": {"method": "Platt", "slope": slope, "offset": offset},
            "held_out": _held_out_figures(calibrated, kept, spam, threshold),
        },
    )


def matrix_of(examples: Sequence[Example], jobs: int = 1, say: Say = lambda _: None) -> sparse.csr_array:
    """Extract the features of comments: one row each, signals first, then the n-grams' buckets."""
    started = time.perf_counter()
    blocks = [examples[start : start + _BLOCK] for start in range(0, len(examples), _BLOCK)]
    features = Parallel(n_jobs=jobs)(delayed(_features_of)(block) for block in blocks)
    signals = np.concatenate([f.signals for f in features])
    indices = np.concatenate([f.buckets.indices for f in features]).astype(np.int32)
    counts = np.concatenate([np.diff(f.buckets.starts) for f in features])
    starts = np.concatenate(([0], np.cumsum(counts)))
    values = np.repeat(1 / np.sqrt(counts), counts)
    hashed = sparse.csr_array((values, indices, starts), shape=(len(examples), 1 << ngrams.BITS))
    say(f"features extracted in {time.perf_counter() - started:.0f} s")
    return sparse.csr_array(sparse.hstack([sparse.csr_array(signals), hashed], format="csr"))


def source_weights(sources: Sequence[str], spam: npt.NDArray[np.bool_]) -> Vector:
    """Weigh comments so that no source drowns the others, and spam weighs as much as ham.

    A source's class counts as the square root of its size; the weights' mean is 1.
    """
    _, of_comment = np.unique(np.array(sources), return_inverse=True)
    cell = 2 * of_comment + spam
    weights = 1 / np.sqrt(np.bincount(cell)[cell])
    for label in (False, True):
        weights[spam == label] *= len(spam) / 2 / weights[spam == label].sum()
    return weights


def _features_of(examples: Sequence[Example]) -> Features:
    return extract(observe([example.comment for example in examples]))


class _Fit(NamedTuple):
    """What scikit-learn found: one weight a column, the intercept, and how many steps it took."""

    weights: Vector
    intercept: float
    iterations: int


def _fit(matrix: sparse.csr_array, spam: npt.NDArray[np.bool_], weights: Vector, settings: Settings) -> _Fit:
    # lbfgs, not liblinear: that one penalises the intercept.  The tolerance is tight since recall at
    # few false positives depends on the tail of the weights.
    model = LogisticRegression(C=settings.regularisation, tol=1e-5, max_iter=2000, solver="lbfgs")
    # A column that is empty gets no weight; leaving it out saves most of the time on few comments.
    used = np.unique(matrix.indices)
    with threadpool_limits(1):  # sums in one order, so the same model on any number of cores
        model.fit(matrix[:, used], spam, sample_weight=weights)
    found = np.zeros(matrix.shape[1])
    found[used] = model.coef_[0]
    return _Fit(found, float(model.intercept_[0]), int(model.n_iter_[0]))


def held_out_scores(
    matrix: sparse.csr_array,
    examples: Sequence[Example],
    spam: npt.NDArray[np.bool_],
    settings: Settings,
    say: Say,
) -> Vector:
    """Score every comment by a model that has not seen its page or family, nor its site where there are many."""
    fold_of = _folds(examples, settings.folds)
    sources = np.array([example.source for example in examples])
    scores = np.zeros(len(spam))
    for fold in range(settings.folds):
        started = time.perf_counter()
        seen, held_out = fold_of != fold, fold_of == fold
        if spam[seen].all() or not spam[seen].any():
            raise TrainingError(
                "nearly all comments of a class come from one site or page: "
                "say which page each stands under (page_title), or use fewer folds"
            )
        weights = source_weights(sources[seen].tolist(), spam[seen])
        fitted = _fit(matrix[seen], spam[seen], weights, settings)
        scores[held_out] = matrix[held_out] @ fitted.weights + fitted.intercept
        say(
            f"held out {fold + 1} of {settings.folds}: "
            f"{time.perf_counter() - started:.0f} s, {fitted.iterations} iterations"
        )
    return scores


def _folds(examples: Sequence[Example], count: int) -> npt.NDArray[np.intp]:
    """Deal the groups out to folds, those of each source in turn: every fold has some of every source.

    A site is a group of its own where there are sites enough for the folds; with fewer, its pages are.
    """
    sites = {example.site for example in examples if example.site}
    whole = len(sites) >= count
    group_of = [(e.source, e.site if whole and e.site else e.group) for e in examples]
    fold_of = {group: index % count for index, group in enumerate(sorted(set(group_of)))}
    return np.array([fold_of[group] for group in group_of])


def _calibrate(scores: Vector, spam: npt.NDArray[np.bool_], weights: Vector) -> tuple[float, float]:
    """Fit log-odds = slope * score + offset on held-out scores (Platt 1999)."""
    fitted = LogisticRegression(C=1e6, tol=1e-8).fit(scores[:, None], spam, sample_weight=weights)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def _threshold(scores: Vector, spam: npt.NDArray[np.bool_], sources: npt.NDArray[np.str_], rate: float) -> float:
    """Find the score above which at most ``rate`` of all ham lies, and of no large source more than twice that."""
    lines = [rate_threshold(scores[~spam], rate)]
    for source in sorted(set(sources[~spam])):
        ham = scores[~spam & (sources == source)]
        if len(ham) >= _LARGE_SOURCE:
            lines.append(rate_threshold(ham, 2 * rate))
    return max(lines)


def _held_out_figures(
    scores: Vector, examples: Sequence[Example], spam: npt.NDArray[np.bool_], threshold: float
) -> list[dict[str, object]]:
    """What held-out models did to each source; for the card."""
    sources = np.array([example.source for example in examples])
    flagged = np.array([probability_of(score) for score in scores]) >= threshold
    rows = []
    for source in sorted(set(sources)):
        inside = sources == source
        of_spam, of_ham = inside & spam, inside & ~spam
        both = of_spam.any() and of_ham.any()
        rows.append(
            {
                "source": source,
                "spam": int(of_spam.sum()),
                "ham": int(of_ham.sum()),
                "recall": float(flagged[of_spam].mean()) if of_spam.any() else None,
                "false_positive_rate": float(flagged[of_ham].mean()) if of_ham.any() else None,
                "recall_at_1": recall_at(scores[inside], spam[inside], 0.01) if both else None,
            }
        )
    return rows


def run(arguments: Namespace) -> int:
    """Train as the command line says; progress goes to standard error, the summary to standard output."""
    started = time.perf_counter()

    def say(message: str) -> None:
        print(f"[{time.perf_counter() - started:4.0f} s] {message}", file=sys.stderr, flush=True)

    settings = Settings(arguments.max_false_positive_rate, arguments.regularisation, arguments.folds, arguments.jobs)
    settings.check()
    examples, sources = load(arguments.inputs, arguments.variants or VARIANTS)
    if arguments.reviews:
        examples = list(reviewed(examples, read_reviews(arguments.reviews)))
    model = train(examples, sources, settings, say)
    model.save(arguments.output)
    print(summary(model))
    print(f"written: {arguments.output} ({arguments.output.stat().st_size / 1e6:.2f} MB)")
    return 0


def summary(model: LinearModel) -> str:
    """Say in a table what held-out models did to each source, and what thresholds cost."""
    lines = ["held out, by source        spam     ham  recall   ham flagged  recall at 1%"]
    for row in model.card["held_out"]:
        figures = [
            "     -" if row[key] is None else f"{row[key]:6.3f}"
            for key in ("recall", "false_positive_rate", "recall_at_1")
        ]
        head = f"{row['source'][:24]:24} {row['spam']:6} {row['ham']:7}"
        lines.append(f"{head}  {figures[0]}       {figures[1]}        {figures[2]}")
    lines.append("")
    lines.append("ham flagged  threshold  recall")
    lines += [f"{row.false_positive_rate:11.2%}  {row.threshold:9.4f}  {row.recall:6.3f}" for row in model.thresholds]
    lines.append(f"chosen threshold: {model.threshold:.4f}")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``modspam train`` with these arguments."""
    from modspam.cli import main as command  # the one place that turns errors into exit codes

    return command(["train", *(sys.argv[1:] if argv is None else argv)])


if __name__ == "__main__":
    sys.exit(main())
