"""For scikit-learn's users: a transformer and a classifier that read comments.

A comment is what it is everywhere in modspam: text, a mapping in our names or Akismet's, or a `Comment`;
they come in a list, a tuple, a one-dimensional array or a pandas Series.  Features are extracted and
fitted as in `modspam.fit`, and a classifier scores by the `LinearModel` that it has fitted, so what is
tried out here serves as it is.

Leaves out what `modspam.fit` does beyond a fit: dropping copies, altered copies, weights by source,
calibration, a table of thresholds.  scikit-learn has ``CalibratedClassifierCV`` and
``TunedThresholdClassifierCV`` for the last two.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import compress
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.utils import assert_all_finite, check_array, check_consistent_length, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from modspam.comment import Comment
from modspam.errors import CommentError, CommentTypeError, SettingError, TrainingError
from modspam.fit import BYTES, Fitted, features_of, fit_matrix, parts_of
from modspam.model import LinearModel, bundled_path, probability_of
from modspam.ngrams import BITS
from modspam.settings import DEFAULTS
from modspam.signals import SIGNALS

__all__ = ["CommentVectorizer", "SpamClassifier"]

Vector = npt.NDArray[np.float64]
Labels = npt.NDArray[Any]

_COLUMNS = BYTES.stop + (1 << BITS)
_STEP = 2.0  # of 1, 2, 3 and 5 the one with the least log-loss on held-out comments, after 1,000 and after 20,000


class CommentVectorizer(TransformerMixin, BaseEstimator):
    """Turns comments into the features that modspam learns from.  There is nothing to fit.

    The columns, in this order, as far as they are asked for:

    - ``signals``: one for each named signal, 0..1, under the signal's name
    - ``ngrams``: 2^18 buckets of byte n-grams, ``ngrams_0`` and on; a row of them has length 1
    - ``words``: 2^18 buckets of words and of two words in a row, ``words_0`` and on; a row of them has
      length 1.5, or 0 where the comment has no words

    ``n_jobs`` processes extract them: None is one, -1 one a core.

    >>> vectorizer = CommentVectorizer(ngrams=False, words=False)
    >>> rows = vectorizer.fit_transform(["First!", "Hi #WEBSITE# owner!"])
    >>> "unfilled_placeholder" in vectorizer.get_feature_names_out()[rows[1] > rows[0]]
    True
    """

    def __init__(
        self, *, signals: bool = True, ngrams: bool = True, words: bool = True, n_jobs: int | None = None
    ) -> None:
        self.signals = signals
        self.ngrams = ngrams
        self.words = words
        self.n_jobs = n_jobs

    def fit(self, X: Iterable[Any], y: object = None) -> Self:
        """Check the comments and the choice of columns.

        Raises `CommentError` or `CommentTypeError` for what is no comment, `SettingError` if no column is
        asked for.
        """
        _read(X)
        self._wanted()
        return self

    def transform(self, X: Iterable[Any]) -> "sparse.csr_array | Vector":
        """Extract the features, a row for each comment: CSR, or a dense array of the signals alone.

        A data frame (``set_output(transform="pandas")``) takes no sparse rows, so it needs
        ``ngrams=False, words=False``.  Raises what `fit` raises.
        """
        wanted = self._wanted()
        parts = parts_of(_read(X), self.n_jobs)
        if wanted == (True, False, False):
            return parts.signals
        chosen = [sparse.csr_array(part) for part in compress((parts.signals, parts.ngrams, parts.words), wanted)]
        return sparse.csr_array(sparse.hstack(chosen, format="csr"))

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[np.object_]:
        """Name the columns; a comment has none, so ``input_features`` is not looked at."""
        hashed = ([f"{part}_{bucket}" for bucket in range(1 << BITS)] for part in ("ngrams", "words"))
        names = compress([[signal.name for signal in SIGNALS], *hashed], self._wanted())
        return np.concatenate([np.array(part, dtype=object) for part in names])

    def _wanted(self) -> tuple[bool, bool, bool]:
        wanted = bool(self.signals), bool(self.ngrams), bool(self.words)
        if not any(wanted):
            raise SettingError("no columns are left: ask for signals, ngrams or words")
        return wanted

    def __sklearn_tags__(self) -> Any:
        tags = _of_text(super().__sklearn_tags__())
        tags.requires_fit = False
        tags.transformer_tags.preserves_dtype = []
        return tags


class SpamClassifier(ClassifierMixin, BaseEstimator):
    """Tells spam from ham by logistic regression on modspam's features.

    - ``C``: inverse of the regularisation; greater fits the comments more closely.  `partial_fit` has none.
    - ``threshold``: the probability of spam, 0..1, from which on `predict` says spam
    - ``n_jobs``: processes that extract features; None is one, -1 one a core

    Any two labels will do.  ``"spam"`` is taken for spam, in whatever case, or else 1 or True, or else
    the later in sorted order.  What it has once it is fitted:

    - ``classes_``: the two labels, sorted
    - ``spam_class_``: the one of them that is taken for spam
    - ``model_``: the `modspam.model.LinearModel` that scores

    >>> comments = ["I get a KeyError in step 3", "Buy cheap pills now"] * 5
    >>> SpamClassifier().fit(comments, ["ham", "spam"] * 5).predict(["Cheap pills!"]).tolist()
    ['spam']
    """

    classes_: Labels
    spam_class_: Any
    model_: LinearModel
    _descent: "_Descent | None"

    def __init__(
        self, *, C: float = DEFAULTS.regularisation, threshold: float = 0.5, n_jobs: int | None = None
    ) -> None:
        self.C = C
        self.threshold = threshold
        self.n_jobs = n_jobs

    @classmethod
    def from_model(
        cls, model: LinearModel | str | os.PathLike[str] | None = None, *, classes: Sequence[Any] = ("ham", "spam")
    ) -> Self:
        """Make a fitted classifier of a model or its file, or of the bundled model if none is given.

        It scores as the model does and has its threshold.  Raises `ModelNotFoundError` and
        `ModelFormatError` as `LinearModel.load` does, `TrainingError` if these are not two classes.
        """
        if not isinstance(model, LinearModel):
            model = LinearModel.load(bundled_path() if model is None else model)
        classifier = cls(threshold=model.threshold)
        classifier._take(np.unique(classes), model)
        return classifier

    def to_model(self) -> LinearModel:
        """Give the fitted model, with the threshold set here: to save, or to serve in a `Moderator`.

        Its scores are the log-odds of spam that `decision_function` gives.
        """
        check_is_fitted(self, "model_")
        return replace(self.model_, threshold=self._checked_threshold())

    def fit(self, X: Iterable[Any], y: Any, sample_weight: Any = None) -> Self:
        """Learn from comments and their labels, each with its weight (0 or more) where weights are given.

        Raises `CommentError` or `CommentTypeError` for what is no comment, `TrainingError` if the labels
        are not of two classes, `SettingError` for a threshold out of its range, and the ``ValueError`` of
        scikit-learn for labels, weights and a ``C`` that it does not take.
        """
        threshold = self._checked_threshold()
        comments, labels, weights = _labelled(X, y, sample_weight)
        classes = np.unique(labels[weights > 0])
        spam = labels == _spam_among(classes)
        fitted = fit_matrix(parts_of(comments, self.n_jobs).matrix, spam, weights, self.C)
        card = {"comments": _count(spam), "settings": {"regularisation": float(self.C)}}
        self._take(classes, fitted.to_model(threshold, (), card))
        return self

    def partial_fit(self, X: Iterable[Any], y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Learn from one more block of comments, in one pass over them.

        The first block needs to be told the two ``classes``.  After `fit` or `from_model` it goes on from
        what was learnt there.  Raises what `fit` raises.
        """
        threshold = self._checked_threshold()
        comments, labels, weights = _labelled(X, y, sample_weight)
        known = self._known_classes(classes)
        if not np.isin(labels, known).all():
            raise TrainingError(f"a label is none of the classes {known.tolist()}: correct it, or fit anew")
        spam = labels == _spam_among(known)
        if not hasattr(self, "model_"):
            self._take(known, Fitted(np.zeros(_COLUMNS), 0.0).to_model(threshold, (), {}))
        if self._descent is None:
            self._descent = _Descent(Fitted.from_model(self.model_))
        self._descent.learn(parts_of(comments, self.n_jobs).matrix, spam, weights)
        # What was measured on the model before does not hold of this one, so its table of thresholds goes.
        self.model_ = self._descent.fitted().to_model(threshold, (), _card_with(self.model_.card, spam))
        return self

    def decision_function(self, X: Iterable[Any]) -> Vector:
        """Give each comment's log-odds of the later class, ``classes_[1]``."""
        scores = self._scores(X)
        return scores if self._spam_column == 1 else -scores

    def predict_proba(self, X: Iterable[Any]) -> Vector:
        """Give each comment's probabilities, 0..1, a column for each of ``classes_``."""
        of_spam = self._probabilities(X)
        return np.column_stack((1 - of_spam, of_spam) if self._spam_column == 1 else (of_spam, 1 - of_spam))

    def predict(self, X: Iterable[Any]) -> Labels:
        """Give each comment's label: spam from the threshold on, however little text there is to judge."""
        spam = self._probabilities(X) >= self._checked_threshold()
        labels: Labels = self.classes_[np.where(spam, self._spam_column, 1 - self._spam_column)]
        return labels

    def _scores(self, X: Iterable[Any]) -> Vector:
        """Score by the one path of serving."""
        check_is_fitted(self, "model_")
        return np.concatenate([self.model_.score(features) for features in features_of(_read(X), self.n_jobs)])

    def _probabilities(self, X: Iterable[Any]) -> Vector:
        return np.array([probability_of(score) for score in self._scores(X).tolist()])

    @property
    def _spam_column(self) -> int:
        return int(self.spam_class_ == self.classes_[1])

    def _take(self, classes: Labels, model: LinearModel) -> None:
        self.spam_class_ = _spam_among(classes)
        self.classes_ = classes
        self.model_ = model
        self._descent = None  # until partial_fit goes on from here

    def _known_classes(self, given: Any) -> Labels:
        """Find the classes of a block: those that are given, which must be those that are known."""
        if not hasattr(self, "classes_"):
            if given is None:
                raise TrainingError("the first block must be told: call partial_fit(comments, labels, classes=[...])")
            return np.unique(given)
        if given is not None and not np.array_equal(np.unique(given), self.classes_):
            raise TrainingError(f"the classes were {self.classes_.tolist()} before: leave them out, or fit anew")
        return self.classes_

    def _checked_threshold(self) -> float:
        if not 0 <= self.threshold <= 1:
            raise SettingError(f"a threshold is a probability from 0 to 1, not {self.threshold}")
        return float(self.threshold)

    def __sklearn_tags__(self) -> Any:
        tags = _of_text(super().__sklearn_tags__())
        tags.classifier_tags.multi_class = False
        return tags


class _Descent:
    """Averaged stochastic gradient descent on the log-loss (Polyak and Juditsky 1992).

    scikit-learn's own does not start from given weights in blocks that may hold one class only, as
    corrections to a model do.
    """

    def __init__(self, start: Fitted) -> None:
        self._weights = np.append(start.weights, start.intercept)
        self._stretch = start.stretch
        self._lag = np.zeros_like(self._weights)  # by how much the sum of the averaged weights lags behind
        self._seen = 0

    def learn(self, matrix: sparse.csr_array, spam: npt.NDArray[np.bool_], sample_weights: Vector) -> None:
        """Go once over the comments of a block, mixed in the same way each time."""
        matrix = sparse.csr_array(sparse.hstack([matrix, np.ones((len(spam), 1))], format="csr"))
        for row in np.random.default_rng(self._seen).permutation(len(spam)):
            place = slice(matrix.indptr[row], matrix.indptr[row + 1])
            columns, values = matrix.indices[place], matrix.data[place]
            error = spam[row] - probability_of(float(values @ self._weights[columns]))
            step = _STEP * sample_weights[row] * error * values
            self._weights[columns] += step
            self._lag[columns] += self._seen * step
            self._seen += 1

    def fitted(self) -> Fitted:
        """Give the average of the weights after each comment."""
        average = self._weights - self._lag / self._seen
        return Fitted(average[:-1], float(average[-1]), self._stretch)


def _of_text(tags: Any) -> Any:
    """Say that the input is one comment a row, as text or as a mapping."""
    tags.input_tags.string = True
    tags.input_tags.dict = True
    tags.input_tags.one_d_array = True
    tags.input_tags.two_d_array = False
    return tags


def _read(X: Iterable[Any]) -> list[Comment]:
    """Read the comments of a sequence.

    Raises `CommentTypeError` if it is no sequence of comments, and what `Comment.of` raises.
    """
    if not isinstance(X, Iterable | Comment) or len(getattr(X, "shape", (0,))) != 1:
        raise CommentTypeError(
            "comments come in a list or in one column, not in a matrix, dense or sparse: of a data frame, "
            "give frame['text'], or frame.to_dict('records') where it has authors and pages too"
        )
    if isinstance(X, str | bytes | Mapping | Comment):
        raise CommentTypeError("this is one comment, and a list of comments is needed: put it into a list")
    comments = []
    for position, value in enumerate(X):
        try:
            comments.append(Comment.of(value))
        except CommentError as error:
            raise type(error)(f"at position {position}: {error}") from error
    if not comments:
        raise CommentError("there is no comment here: give at least one")
    return comments


def _labelled(X: Iterable[Any], y: Any, sample_weight: Any) -> tuple[list[Comment], Labels, Vector]:
    """Read comments with their labels and weights, as many of each."""
    comments = _read(X)
    if y is None:
        raise TrainingError("a classifier requires y to be passed, but the target y is None: give a label a comment")
    labels = column_or_1d(y, warn=True)
    assert_all_finite(labels, input_name="y")
    check_classification_targets(labels)
    if sample_weight is None:
        weights = np.ones(len(labels))
    else:
        weights = check_array(column_or_1d(sample_weight), ensure_2d=False, dtype=np.float64)
    check_consistent_length(comments, labels, weights)
    return comments, labels, weights


def _spam_among(classes: Labels) -> Any:
    """Find the label that is taken for spam.  Raises `TrainingError` if there are not two."""
    if len(classes) != 2:
        count = "1 class" if len(classes) == 1 else f"{len(classes)} classes"
        raise TrainingError(
            f"Only binary classification is supported: give two classes whose weight is not zero, not {count}"
        )
    for label in classes:
        if str(label).casefold() == "spam" or label == 1:
            return label
    return classes[1]


def _count(spam: npt.NDArray[np.bool_]) -> dict[str, int]:
    return {"spam": int(spam.sum()), "ham": int((~spam).sum())}


def _card_with(card: Mapping[str, Any], spam: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """Add up in the card what was learnt in blocks."""
    before = card.get("learnt_in_blocks", {"spam": 0, "ham": 0})
    return {**card, "learnt_in_blocks": {label: before[label] + count for label, count in _count(spam).items()}}
