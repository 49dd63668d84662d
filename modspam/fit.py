"""Training from scratch: labelled comments in, a model out.

The whole of it, on one screen (`train`): drop
copies, extract the features that serving extracts, fit scikit-learn's logistic regression, calibrate
and choose the threshold on comments that the fit has not seen, fold the calibration into the weights.
Some comments are learnt a second time, altered (see `modspam.augment`); nothing is measured on these.
The same input gives the same file, byte for byte.
"""

import time
import warnings
from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from modspam import ngrams
from modspam.augment import altered_copies
from modspam.comment import Comment
from modspam.corpora import (
    Duplicates,
    Example,
    Source,
    without_copies,
)
from modspam.errors import TrainingError
from modspam.features import Features, extract, observe
from modspam.metrics import rate_threshold, recall_at
from modspam.model import LinearModel, ThresholdRow, probability_of
from modspam.say import Say, silent
from modspam.settings import DEFAULTS, Settings
from modspam.signals import SIGNALS
from modspam.wording import STRETCH, Stretch, Wording

__all__ = [
    "BYTES",
    "FEWEST",
    "WORDS_BESIDE_BYTES",
    "Extracted",
    "Fitted",
    "HeldOut",
    "Parts",
    "Prepared",
    "calibrate",
    "calibrated",
    "extracted",
    "features_of",
    "fit",
    "fit_matrix",
    "held_out_scores",
    "is_addressed",
    "parts_of",
    "prepare",
    "rows_of",
    "source_weights",
    "summary",
    "threshold_for",
    "train",
    "weights_of",
]

Vector = npt.NDArray[np.float64]

_TABLE_RATES = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05)
FEWEST = 10  # comments of a class below which nothing can be learnt and measured
_BLOCK = 256
_FEW_BLOCKS = 12
BYTES = slice(len(SIGNALS), len(SIGNALS) + (1 << ngrams.BITS))  # columns of a matrix, between the signals and the words
WORDS_BESIDE_BYTES = 1.5  # the length of the words' vector in training, where that of the bytes' is 1
_WITHOUT_SITE = 0.4  # the weight of a comment of no site, written for training, beside one that was posted
_PASSES = 40  # over the comments, in fitting; more of them move no figure
_LARGE_SOURCE = 500  # comments of ham from which on a source's own rate means something


def train(
    examples: Sequence[Example],
    sources: Sequence[Source] = (),
    settings: Settings = DEFAULTS,
    say: Say = silent,
) -> LinearModel:
    """Fit, calibrate and choose a threshold; ``say`` is told what is being done.

    Raises `TrainingError` if there are fewer than ten comments of a class, `SettingError` for a
    setting out of its range.
    """
    settings.check()
    prepared, dropped = prepare(examples, settings.jobs, say)
    scores = held_out_scores(prepared, settings, say)[prepared.measured]
    held_out = HeldOut.of(scores, prepared.posted)
    say("fitting on everything")
    fitted = fit(prepared, np.ones(len(prepared.spam), dtype=np.bool_), settings)
    counts = {"spam": int(held_out.spam.sum()), "ham": int((~held_out.spam).sum()), **dropped.counts}
    return calibrated(fitted, held_out, sources, counts, int((~prepared.measured).sum()), settings)


class Fitted(NamedTuple):
    """What scikit-learn found: one weight a column, and the intercept; ``stretch`` is as a model has it."""

    weights: Vector
    intercept: float
    stretch: Stretch = STRETCH

    def linear(self, matrix: sparse.csr_array) -> Vector:
        """Score rows of features, their wording as a whole alone."""
        scores: Vector = matrix @ self.weights + self.intercept
        return scores

    def score(self, read: "Extracted") -> Vector:
        """Score comments as the model that is made of this does, see `modspam.wording`."""
        of_wording = self.weights.copy()
        of_wording[: BYTES.start] = 0
        whole = read.matrix @ of_wording
        return self.linear(read.matrix) + self.stretch.added(self._wording.excess(read.texts.tolist(), whole))

    @property
    def _wording(self) -> Wording:
        return Wording(self.weights[BYTES], WORDS_BESIDE_BYTES * self.weights[BYTES.stop :])

    def scaled(self, slope: float, offset: float) -> "Fitted":
        """Make each score ``slope`` times what it is, plus ``offset``."""
        return Fitted(slope * self.weights, slope * self.intercept + offset, self.stretch.scaled(slope))

    def to_model(self, threshold: float, thresholds: Sequence[ThresholdRow], card: Mapping[str, Any]) -> LinearModel:
        """Make a model of it: the length that words had in training goes into their weights."""
        wording = self._wording
        return LinearModel(
            intercept=self.intercept,
            signal_weights=self.weights[: BYTES.start],
            ngram_weights=wording.ngrams.astype(np.float32),
            word_weights=wording.words.astype(np.float32),
            stretch=self.stretch,
            threshold=threshold,
            thresholds=tuple(thresholds),
            card=card,
        )

    @classmethod
    def from_model(cls, model: LinearModel) -> "Fitted":
        """Take a model's weights as training has them."""
        words = model.word_weights.astype(np.float64) / WORDS_BESIDE_BYTES
        weights = np.concatenate([model.signal_weights, model.ngram_weights, words])
        return cls(weights, model.intercept, model.stretch)


class HeldOut(NamedTuple):
    """Comments that a model has not learnt: its scores, their labels, sources and weights.

    ``addressed`` are those that were posted on a site with their author's web address.
    """

    scores: Vector
    spam: npt.NDArray[np.bool_]
    sources: npt.NDArray[np.str_]
    weights: Vector
    addressed: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, scores: Vector, examples: Sequence[Example]) -> "HeldOut":
        """Put scores beside what is known of their comments."""
        spam = np.array([example.spam for example in examples], dtype=np.bool_)
        return cls(
            scores,
            spam,
            np.array([example.source for example in examples]),
            weights_of(examples, spam),
            np.array([is_addressed(example) for example in examples], dtype=np.bool_),
        )

    def calibration(self) -> tuple[float, float]:
        """Find the slope and the offset that make scores log-odds where half is spam.

        Only sources count that ask for a web address, as a CMS does for comments under an article, if they have enough
        of both classes.  In chats and under videos spam is of other kinds, with lower scores; with these counted in,
        a comment on a blog that was said to be spam with .64 was spam with .24.
        """
        asking = np.isin(self.sources, self.sources[self.addressed])
        if min(self.spam[asking].sum(), (~self.spam[asking]).sum()) < FEWEST:
            asking[:] = True
        spam, weights = self.spam[asking], self.weights[asking]
        for label in (False, True):
            weights[spam == label] *= len(spam) / 2 / weights[spam == label].sum()
        return calibrate(self.scores[asking], spam, weights)


def calibrated(
    fitted: Fitted,
    held_out: HeldOut,
    sources: Sequence[Source],
    counts: Mapping[str, int],
    altered: int,
    settings: Settings,
) -> LinearModel:
    """Make a model whose scores are log-odds, with its threshold and its card, by what was held out."""
    spam, sources_of, of_comment = held_out.spam, held_out.sources, held_out.weights
    slope, offset = held_out.calibration()
    log_odds = slope * held_out.scores + offset
    thresholds = []
    for rate in _TABLE_RATES:
        line = threshold_for(log_odds, spam, sources_of, rate)
        recall = float(np.average(log_odds[spam] > line, weights=of_comment[spam]))
        thresholds.append(ThresholdRow(rate, probability_of(line), recall))
    threshold = probability_of(threshold_for(log_odds, spam, sources_of, settings.max_false_positive_rate))
    scaled = fitted.scaled(slope, offset)
    return scaled._replace(weights=_with_priors(scaled.weights)).to_model(
        threshold=threshold,
        thresholds=thresholds,
        card={
            "sources": [source._asdict() for source in sources],
            "comments": counts,
            "altered_copies": altered,
            "settings": {k: v for k, v in settings._asdict().items() if k not in ("jobs", "adaptation")},
            "calibration": {"method": "Platt", "slope": slope, "offset": offset},
            "held_out": _held_out_figures(log_odds, sources_of, spam, threshold),
        },
    )


def _with_priors(weights: Vector) -> Vector:
    """Give the signals that no comment showed, so that their weight is 0, the weight that is stated for them."""
    priors = np.zeros(len(weights))
    priors[: BYTES.start] = [signal.prior for signal in SIGNALS]
    return np.where(weights == 0, priors, weights)


class Prepared(NamedTuple):
    """Comments with their features, ready to be fitted.

    - ``examples``, ``spam``: the comments and their labels, copies left out, altered copies at the end
    - ``read``: their features
    - ``measured``: which of them are comments as they were posted, and may be measured on
    """

    examples: list[Example]
    spam: npt.NDArray[np.bool_]
    read: "Extracted"
    measured: npt.NDArray[np.bool_]

    @property
    def posted(self) -> list[Example]:
        """The comments that may be measured on."""
        return list(compress(self.examples, self.measured))


def prepare(examples: Sequence[Example], jobs: int = 1, say: Say = silent) -> tuple[Prepared, Duplicates]:
    """Drop copies, make altered ones, extract the features.

    Raises `TrainingError` if there are fewer than ten comments of a class.
    """
    kept, dropped = without_copies(examples)
    spam = sum(example.spam for example in kept)
    ham = len(kept) - spam
    say(f"{len(kept):,} comments ({spam:,} spam, {ham:,} ham); {dropped}")
    if min(spam, ham) < FEWEST:
        raise TrainingError(
            f"{spam} different spam and {ham} different ham comments are too few: at least {FEWEST} of each are needed"
        )
    everything = kept + altered_copies(kept)
    labels = np.array([example.spam for example in everything], dtype=np.bool_)
    read = extracted(everything, jobs, say)
    return Prepared(everything, labels, read, np.arange(len(everything)) < len(kept)), dropped


class Extracted(NamedTuple):
    """The features of comments as training has them.

    - ``matrix``: one row a comment: signals first, then the buckets of bytes and of words, see `Parts`
    - ``texts``: ``object``, the folded texts, of which stretches are scored
    """

    matrix: sparse.csr_array
    texts: npt.NDArray[np.object_]

    def at(self, rows: npt.NDArray[Any]) -> "Extracted":
        """Give some of them, chosen as numpy chooses."""
        return Extracted(self.matrix[rows], self.texts[rows])


class Parts(NamedTuple):
    """The features of comments, one row each, in the order that a matrix has them in.

    - ``signals``: ``float64``, in the order of `SIGNALS`, each value 0..1
    - ``ngrams``, ``words``: the buckets of bytes and of words, one column a bucket; the length of a row is
      1 for the bytes and 1.5 for the words, or 0 where there are none
    - ``texts``: the folded texts
    """

    signals: npt.NDArray[np.float64]
    ngrams: sparse.csr_array
    words: sparse.csr_array
    texts: list[str]

    @property
    def matrix(self) -> sparse.csr_array:
        """All but the texts side by side."""
        blocks = [sparse.csr_array(part) for part in (self.signals, self.ngrams, self.words)]
        return sparse.csr_array(sparse.hstack(blocks, format="csr"))

    @property
    def together(self) -> Extracted:
        """All of them."""
        return Extracted(self.matrix, np.array(self.texts, dtype=np.object_))


def extracted(examples: Sequence[Example], jobs: int = 1, say: Say = silent) -> Extracted:
    """Extract the features of comments."""
    started = time.perf_counter()
    read = parts_of([example.comment for example in examples], jobs).together
    say(f"features extracted in {time.perf_counter() - started:.0f} s")
    return read


def parts_of(comments: Sequence[Comment], jobs: int | None = 1) -> Parts:
    """Extract the features of one or more comments."""
    features = features_of(comments, jobs)
    return Parts(
        np.concatenate([f.signals for f in features]),
        _hashed([f.buckets for f in features], 1.0),
        _hashed([f.words for f in features], WORDS_BESIDE_BYTES),
        [text for f in features for text in f.texts],
    )


def features_of(comments: Sequence[Comment], jobs: int | None = 1) -> list[Features]:
    """Extract what serving extracts, block by block and in order, in this many processes."""
    if len(comments) <= _FEW_BLOCKS * _BLOCK:
        jobs = 1  # processes take seconds to start, and in those one is done
    blocks = (comments[start : start + _BLOCK] for start in range(0, len(comments), _BLOCK))
    found: list[Features] = Parallel(n_jobs=jobs)(delayed(_extracted)(block) for block in blocks)
    return found


def _extracted(comments: Sequence[Comment]) -> Features:
    return extract(observe(comments))


def _hashed(blocks: Sequence[ngrams.Buckets], length: float) -> sparse.csr_array:
    """Make rows of this length of the buckets that comments fall into."""
    indices = np.concatenate([block.indices for block in blocks]).astype(np.int32)
    return rows_of(indices, np.concatenate([np.diff(block.starts) for block in blocks]), length)


def rows_of(indices: npt.NDArray[np.int32], counts: npt.NDArray[np.integer], length: float) -> sparse.csr_array:
    """Make rows of this length: the columns of one after the other, ``counts`` of them, all with the same value."""
    starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    values = np.repeat(length / np.sqrt(np.maximum(counts, 1)), counts)
    return sparse.csr_array((values, indices, starts), shape=(len(counts), 1 << ngrams.BITS))


def weights_of(examples: Sequence[Example], spam: npt.NDArray[np.bool_]) -> Vector:
    """Weigh comments so that no source drowns the others, and spam weighs as much as ham.

    A source's class counts as the square root of its size, less where its comments were written for
    training and not posted on a site; the weights' mean is 1.
    """
    _, of_comment = np.unique(np.array([example.source for example in examples]), return_inverse=True)
    cell = 2 * of_comment + spam
    sited = np.array([bool(example.site) for example in examples], dtype=np.bool_)
    weights = source_weights(np.bincount(cell)[cell], sited)
    for label in (False, True):
        weights[spam == label] *= len(spam) / 2 / weights[spam == label].sum()
    return weights


def is_addressed(example: Example) -> bool:
    """Whether a comment was posted on a site, and its author left a web address."""
    return bool(example.site and example.comment.author_url)


def source_weights(sizes: npt.NDArray[np.intp], sited: npt.NDArray[np.bool_]) -> Vector:
    """Weigh comments by how many of their class their source has, and by whether they were posted on a site."""
    weights: Vector = 1 / np.sqrt(sizes)
    weights *= np.where(sited, 1, _WITHOUT_SITE)
    return weights


def fit(prepared: Prepared, rows: npt.NDArray[np.bool_], settings: Settings = DEFAULTS) -> Fitted:
    """Fit the comments of these rows, weighed by `weights_of`."""
    spam = prepared.spam[rows]
    weights = weights_of(list(compress(prepared.examples, rows)), spam)
    return fit_matrix(prepared.read.matrix[rows], spam, weights, settings.regularisation)


def fit_matrix(matrix: sparse.csr_array, spam: npt.NDArray[np.bool_], weights: Vector, regularisation: float) -> Fitted:
    """Fit rows of features, each with its weight.

    Dual coordinate descent (Yu, Huang and Lin 2011) comes close to the optimum in a few passes where
    a quasi-Newton method takes minutes; the rest of the way changes no figure, so scikit-learn's
    warning that it was not gone is none.  It penalises the intercept, hence the scaling.
    """
    model = LogisticRegression(
        C=regularisation,
        solver="liblinear",
        dual=True,
        intercept_scaling=10,
        tol=0.01,
        max_iter=_PASSES,
        random_state=0,
    )
    # A column that is empty gets no weight; leaving it out saves most of the time on few comments.
    used = np.unique(matrix.indices)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(_narrowed(matrix, used), spam, sample_weight=weights)
    found = np.zeros(matrix.shape[1])
    found[used] = model.coef_[0]
    return Fitted(found, float(model.intercept_[0]))


def _narrowed(matrix: sparse.csr_array, used: npt.NDArray[np.int32]) -> sparse.csr_matrix:
    """Keep the columns that are used; liblinear takes 32-bit indices only."""
    place = np.zeros(matrix.shape[1], dtype=np.int32)
    place[used] = np.arange(len(used), dtype=np.int32)
    parts = (matrix.data, place[matrix.indices], matrix.indptr.astype(np.int32))
    return sparse.csr_matrix(parts, shape=(matrix.shape[0], len(used)))


def held_out_scores(prepared: Prepared, settings: Settings, say: Say) -> Vector:
    """Score every comment by a model that has not seen its page or family, nor its site where there are many."""
    fold_of = _folds(prepared.examples, settings.folds)
    scores = np.zeros(len(prepared.spam))
    for fold in range(settings.folds):
        started = time.perf_counter()
        seen, held_out = fold_of != fold, fold_of == fold
        if prepared.spam[seen].all() or not prepared.spam[seen].any():
            raise TrainingError(
                "nearly all comments of a class come from one site or page: "
                "say which page each stands under (page_title), or use fewer folds"
            )
        scores[held_out] = fit(prepared, seen, settings).score(prepared.read.at(held_out))
        say(f"held out {fold + 1} of {settings.folds}: {time.perf_counter() - started:.0f} s")
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


def calibrate(scores: Vector, spam: npt.NDArray[np.bool_], weights: Vector) -> tuple[float, float]:
    """Fit log-odds = slope * score + offset on held-out scores (Platt 1999)."""
    fitted = LogisticRegression(C=1e6, tol=1e-8).fit(scores[:, None], spam, sample_weight=weights)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def threshold_for(scores: Vector, spam: npt.NDArray[np.bool_], sources: npt.NDArray[np.str_], rate: float) -> float:
    """Find the score above which at most ``rate`` of all ham lies, and of no large source more than twice that."""
    lines = [rate_threshold(scores[~spam], rate)]
    for source in sorted(set(sources[~spam])):
        ham = scores[~spam & (sources == source)]
        if len(ham) >= _LARGE_SOURCE:
            lines.append(rate_threshold(ham, 2 * rate))
    return max(lines)


def _held_out_figures(
    scores: Vector, sources: npt.NDArray[np.str_], spam: npt.NDArray[np.bool_], threshold: float
) -> list[dict[str, object]]:
    """What held-out models did to each source; for the card."""
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
