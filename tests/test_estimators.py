"""The estimators: scikit-learn's checks as far as text lets them, its tools, and the path of training and serving."""

import functools
from copy import deepcopy
from dataclasses import asdict

import joblib
import numpy as np
import pytest
from conftest import some_comments
from scipy import sparse
from scipy.stats import spearmanr
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import NotFittedError, SkipTestWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, TunedThresholdClassifierCV, cross_val_score, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline, make_union
from sklearn.utils.estimator_checks import check_classifiers_train, check_estimator, estimator_checks_generator

from modspam import (
    Comment,
    CommentError,
    CommentTypeError,
    CommentVectorizer,
    Moderator,
    ModspamError,
    SettingError,
    SpamClassifier,
)
from modspam.errors import ModelNotFoundError, TrainingError
from modspam.fit import extracted, fit_matrix, matrix_of
from modspam.model import LinearModel
from modspam.signals import SIGNALS

# scikit-learn's checks feed matrices of numbers.  Below, each row becomes a text, so that they reach the
# estimators.  These are the checks that then still fail, each with the reason why a filter of text should
# fail it; a check that is listed here and passes fails the run, as does one that fails and is not listed.
OF_COLUMNS = "counts the columns of a matrix, and a comment has none"
OF_NUMBERS = "wants numbers checked and told of in scikit-learn's words; here nothing but comments is let in"
EXPECTED = {
    "check_n_features_in": OF_COLUMNS,
    "check_n_features_in_after_fitting": OF_COLUMNS,
    "check_estimators_empty_data_messages": "wants a row without columns refused; an empty comment is a comment",
    "check_complex_data": OF_NUMBERS,
    "check_dtype_object": "wants numbers of type object taken, and text refused",
    "check_estimators_nan_inf": OF_NUMBERS,
    "check_fit2d_predict1d": OF_NUMBERS,
}
EXPECTED_OF_CLASSIFIER = EXPECTED | {
    "check_estimators_partial_fit_n_features": OF_COLUMNS,
    "check_classifiers_train": f"{OF_COLUMNS}; all else of this check is run below",
    "check_sample_weight_equivalence_on_dense_data": (
        "wants seven digits, and the fit stops before the optimum; an own test below wants fewer"
    ),
}


def worded(row):
    """Write a row of numbers as a text that holds more of the same words the nearer two rows are."""
    levels = (-2, -1, -0.5, 0, 0.5, 1, 2)
    return " ".join(
        f"{chr(ord('a') + column % 26)}{'over' if value > level else 'under'}{place}"
        for column, value in enumerate(row)
        for place, level in enumerate(levels)
    )


def reading_numbers(method):
    """Let a method take rows of numbers for comments; whatever else it is given, it is given as it is."""

    @functools.wraps(method)
    def wrapped(self, given, *args, **kwargs):
        if not sparse.issparse(given):
            rows = np.asarray(given)
            if rows.ndim == 2 and rows.dtype.kind in "iuf":
                given = [worded(row) for row in rows]
        return method(self, given, *args, **kwargs)

    return wrapped


def takes_matrices(tags):
    tags.input_tags.two_d_array, tags.input_tags.one_d_array = True, False
    return tags


class VectorizerOfNumbers(CommentVectorizer):
    """The vectorizer, fed with numbers."""

    fit = reading_numbers(CommentVectorizer.fit)
    transform = reading_numbers(CommentVectorizer.transform)

    def __sklearn_tags__(self):
        return takes_matrices(super().__sklearn_tags__())


class ClassifierOfNumbers(SpamClassifier):
    """The classifier, fed with numbers."""

    fit = reading_numbers(SpamClassifier.fit)
    partial_fit = reading_numbers(SpamClassifier.partial_fit)
    predict = reading_numbers(SpamClassifier.predict)
    predict_proba = reading_numbers(SpamClassifier.predict_proba)
    decision_function = reading_numbers(SpamClassifier.decision_function)

    def __sklearn_tags__(self):
        return takes_matrices(super().__sklearn_tags__())


class ClassifierOfUncountedNumbers(ClassifierOfNumbers):
    """One of which scikit-learn does not expect that it counts columns."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.no_validation = True
        return tags


def checks():
    """scikit-learn's checks of each estimator; those in the tables are marked to fail."""
    for estimator in (VectorizerOfNumbers(), VectorizerOfNumbers(ngrams=False, words=False), ClassifierOfNumbers()):
        expected = EXPECTED_OF_CLASSIFIER if isinstance(estimator, SpamClassifier) else EXPECTED
        yield from estimator_checks_generator(estimator, expected_failed_checks=expected, mark="xfail")


def named(value):
    """Name an estimator, or a check with its options, in the list of tests."""
    return f"{value.func.__name__}{value.keywords or ''}" if isinstance(value, functools.partial) else str(value)


@pytest.mark.parametrize(("estimator", "check"), list(checks()), ids=named)
def test_scikit_learns_checks_with_numbers_written_as_text(estimator, check):
    check(estimator)


@pytest.mark.parametrize(
    "options", [{}, {"readonly_memmap": True}, {"readonly_memmap": True, "X_dtype": "float32"}], ids=str
)
def test_scikit_learns_check_of_what_was_learnt(options):
    check_classifiers_train("ClassifierOfUncountedNumbers", ClassifierOfUncountedNumbers(), **options)


@pytest.mark.parametrize("estimator", [CommentVectorizer(), SpamClassifier()], ids=str)
def test_scikit_learn_knows_that_they_take_text(estimator):
    with pytest.warns(SkipTestWarning, match="string=True"):
        results = check_estimator(estimator)
    assert [(result["check_name"], result["status"]) for result in results] == [("check_estimator_cloneable", "passed")]


@pytest.fixture(scope="module")
def examples():
    """Some hundred comments of our own, spam and ham, in no order."""
    return some_comments(variants=2, seed=7)


@pytest.fixture(scope="module")
def comments(examples):
    return [example.comment for example in examples]


@pytest.fixture(scope="module")
def labels(examples):
    return np.array(["spam" if example.spam else "ham" for example in examples])


@pytest.fixture(scope="module")
def split(comments, labels):
    """Comments and labels to learn from, and others: ``(X, X_test, y, y_test)``."""
    return train_test_split(comments, labels, test_size=0.4, random_state=3, stratify=labels)


@pytest.fixture(scope="module")
def classifier(split):
    comments, _, labels, _ = split
    return SpamClassifier().fit(comments, labels)


def as_array(comments):
    array = np.empty(len(comments), dtype=object)
    array[:] = comments
    return array


def as_mappings(comments):
    return [asdict(comment) for comment in comments]


def as_series(comments):
    return pytest.importorskip("pandas").Series(comments, index=range(100, 100 + len(comments)))


@pytest.mark.parametrize("form", [tuple, iter, as_array, as_mappings, as_series])
def test_comments_come_in_whatever_form(comments, labels, form):
    some = comments[:60]
    vectorizer, classifier = CommentVectorizer(), SpamClassifier()
    assert (vectorizer.fit_transform(list(form(some))) != vectorizer.transform(form(some))).nnz == 0
    assert vectorizer.transform(form(some)).shape[0] == 60
    expected = clone(classifier).fit(some, labels[:60]).decision_function(some)
    assert classifier.fit(form(some), labels[:60]).decision_function(form(some)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("Buy pills", "one comment"),
        (b"Buy pills", "one comment"),
        ({"text": "Buy pills"}, "one comment"),
        (Comment("Buy pills"), "one comment"),
        (np.array("Buy pills"), "in a list"),
        (np.array([["Buy pills", "Pharm 24"]]), "in one column"),
        (np.ones((2, 3)), "in one column"),
        (sparse.csr_array(np.ones((2, 3))), "in one column"),
        (None, "in a list"),
        (3, "in a list"),
        (np.arange(2.0), "position 0: a comment is a str"),
        (["Buy pills", None], "position 1: a comment is a str"),
        (["Buy pills", b"Buy"], "position 1: .*decode"),
        (["Buy pills", {"author": "Pharm 24"}], "position 1: .*comment_content"),
        ([], "at least one"),
        (np.array([], dtype=object), "at least one"),
    ],
    ids=ascii,
)
def test_what_is_no_sequence_of_comments_is_told_plainly(classifier, given, message):
    for ask in (CommentVectorizer().fit, CommentVectorizer().transform, classifier.predict, classifier.predict_proba):
        with pytest.raises(CommentError, match=message):
            ask(given)
    for learn in (SpamClassifier().fit, clone(classifier).partial_fit):
        with pytest.raises(CommentError, match=message):
            learn(given, ["spam", "ham"])


def test_a_data_frame_is_told_how_to_become_comments(comments, labels):
    frame = pytest.importorskip("pandas").DataFrame({"text": [c.text for c in comments], "author": "Best Followers"})
    with pytest.raises(CommentTypeError, match="to_dict"):
        SpamClassifier().fit(frame, labels)
    records = frame.to_dict("records")
    named = CommentVectorizer().transform(records) != CommentVectorizer().transform(frame["text"])
    assert named.nnz > 0


def test_the_vectorizer_gives_the_matrix_of_training(examples, comments):
    matrix = CommentVectorizer().fit_transform(comments)
    assert isinstance(matrix, sparse.csr_array)
    assert (matrix != matrix_of(examples)).nnz == 0
    side_by_side = make_union(
        CommentVectorizer(ngrams=False, words=False),
        CommentVectorizer(signals=False, words=False),
        CommentVectorizer(signals=False, ngrams=False),
    )
    assert (side_by_side.fit_transform(comments) != matrix).nnz == 0
    names = CommentVectorizer().get_feature_names_out()
    assert names.shape == (matrix.shape[1],)
    assert [name.split("__")[1] for name in side_by_side.get_feature_names_out()] == names.tolist()
    assert len(set(names)) == len(names)


def test_the_columns_of_signals_bear_their_names():
    vectorizer = CommentVectorizer(ngrams=False, words=False)
    assert vectorizer.get_feature_names_out().tolist() == [signal.name for signal in SIGNALS]
    plain, unfilled = vectorizer.transform(["Dear owner,", "Dear #OWNER#,"])
    assert vectorizer.get_feature_names_out()[unfilled > plain].tolist() == ["unfilled_placeholder"]


def test_a_vectorizer_without_columns():
    for ask in (CommentVectorizer.fit, CommentVectorizer.transform, CommentVectorizer.get_feature_names_out):
        with pytest.raises(SettingError, match="signals, ngrams or words"):
            ask(CommentVectorizer(signals=False, ngrams=False, words=False), ["First!"])


def test_signals_alone_go_into_a_data_frame():
    pandas = pytest.importorskip("pandas")
    vectorizer = CommentVectorizer(ngrams=False, words=False)
    plain = vectorizer.transform(["First!", "Buy pills at http://pills.example now"])
    frame = vectorizer.set_output(transform="pandas").fit_transform(["First!", "Buy pills at http://pills.example now"])
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.columns) == [signal.name for signal in SIGNALS]
    assert (frame.to_numpy() == plain).all()
    with pytest.raises(ValueError, match="dense"):
        CommentVectorizer(words=False).set_output(transform="pandas").fit_transform(["First!"])


def test_the_classifier_fits_what_training_fits(examples, comments, labels):
    spam = labels == "spam"
    weights = np.random.default_rng(1).uniform(0.5, 2, len(labels))
    fitted = fit_matrix(matrix_of(examples), spam, weights, 2.0)
    classifier = SpamClassifier(C=2.0, n_jobs=2).fit(comments, labels, sample_weight=weights)
    # The model's file has its weights in 32 bits, so a classifier has too.
    assert classifier.decision_function(comments) == pytest.approx(fitted.score(extracted(examples)), abs=1e-5)


def test_a_comment_of_double_weight_counts_as_two(split):
    comments, others, labels, _ = split
    weights = 1.0 + (np.arange(len(labels)) % 3 == 0)
    weighed = SpamClassifier(C=0.1).fit(comments, labels, sample_weight=weights).decision_function(others)
    twice = np.repeat(np.arange(len(labels)), weights.astype(int))
    repeated = SpamClassifier(C=0.1).fit([comments[i] for i in twice], labels[twice]).decision_function(others)
    once = SpamClassifier(C=0.1).fit(comments, labels).decision_function(others)
    assert np.abs(weighed - repeated).max() < 0.05 * np.abs(weighed - once).max()


def test_it_learns_what_serves(tmp_path, classifier, split):
    """A moderator of the saved model gives the classifier's log-odds and, from its threshold on, its labels."""
    _, others, _, labels = split
    scores = classifier.decision_function(others)
    assert roc_auc_score(labels == "spam", scores) > 0.95
    path = tmp_path / "site.model"
    classifier = deepcopy(classifier).set_params(threshold=0.8)
    classifier.to_model().save(path)
    verdicts = list(Moderator.load(path).check_many(others))
    assert [verdict.score for verdict in verdicts] == scores.tolist()
    assert [verdict.probability for verdict in verdicts] == classifier.predict_proba(others)[:, 1].tolist()
    judged = [verdict.enough_text for verdict in verdicts]
    expected = np.where([verdict.flagged for verdict in verdicts], "spam", "ham")
    assert classifier.predict(others)[judged].tolist() == expected[judged].tolist()
    assert LinearModel.load(path).card["comments"]["spam"] == (split[2] == "spam").sum()

    again = SpamClassifier.from_model(path)
    assert again.threshold == 0.8
    assert again.decision_function(others).tolist() == scores.tolist()
    assert again.predict(others).tolist() == classifier.predict(others).tolist()
    again.to_model().save(tmp_path / "again.model")
    assert (tmp_path / "again.model").read_bytes() == path.read_bytes()


def test_the_bundled_model_as_a_classifier(moderator, split):
    _, others, _, labels = split
    classifier = SpamClassifier.from_model()
    assert classifier.threshold == moderator.threshold
    assert classifier.decision_function(others).tolist() == [v.score for v in moderator.check_many(others)]
    numbered = SpamClassifier.from_model(moderator.model, classes=(0, 1))
    assert numbered.predict(others).tolist() == (classifier.predict(others) == "spam").astype(int).tolist()
    assert numbered.score(others, (labels == "spam").astype(int)) > 0.8
    with pytest.raises(TrainingError, match="3 classes"):
        SpamClassifier.from_model(moderator.model, classes=("ham", "spam", "perhaps"))
    with pytest.raises(ModelNotFoundError):
        SpamClassifier.from_model("no.model")


@pytest.mark.parametrize(
    ("ham", "spam"),
    [
        ("ham", "spam"),
        ("valid", "spam"),
        ("ok", "SPAM"),
        ("a", "b"),
        (0, 1),
        (2, 1),
        (-1, 1),
        (False, True),
        (0.0, 1.0),
    ],
    ids=str,
)
def test_which_label_is_taken_for_spam(classifier, split, ham, spam):
    comments, others, labels, _ = split
    other = SpamClassifier().fit(comments, np.where(labels == "spam", np.array(spam), np.array(ham)))
    assert other.spam_class_ == spam
    assert other.classes_.tolist() == sorted([ham, spam])
    later = 1 if other.classes_[1] == spam else -1
    scores = classifier.decision_function(others)
    assert other.decision_function(others).tolist() == (later * scores).tolist()
    assert Moderator(other.to_model()).check(others[0]).score == scores[0]
    column = other.classes_.tolist().index(spam)
    assert other.predict_proba(others)[:, column].tolist() == classifier.predict_proba(others)[:, 1].tolist()
    assert ((other.predict(others) == spam) == (classifier.predict(others) == "spam")).all()


def test_a_higher_threshold_finds_less_spam_and_nothing_else(split):
    comments, others, labels, _ = split
    classifier = SpamClassifier(threshold=0.5).fit(comments, labels)
    probable = classifier.predict_proba(others)[:, 1]
    for threshold in (0, 0.2, float(np.median(probable)), 1):
        found = classifier.set_params(threshold=threshold).predict(others) == "spam"
        assert (found == (probable >= threshold)).all()
    for threshold in (-0.1, 1.1, float("nan")):
        classifier.set_params(threshold=threshold)
        for ask in (classifier.predict, lambda _: classifier.to_model(), lambda given: classifier.fit(given, labels)):
            with pytest.raises(SettingError, match="from 0 to 1"):
                ask(others)


@pytest.mark.parametrize(
    ("labels", "options", "message"),
    [
        (None, {}, "y is None"),
        (["spam"] * 3, {}, "not 1 class"),
        (["spam", "ham", "perhaps"], {}, "not 3 classes"),
        (["spam", "ham"], {}, "inconsistent numbers"),
        (["spam", "ham", float("nan")], {}, "NaN"),
        ([0.1, 0.7, 0.3], {}, "continuous"),
        (["spam", "ham", "ham"], {"sample_weight": [1, 1]}, "inconsistent numbers"),
        (["spam", "ham", "ham"], {"sample_weight": [1, float("nan"), 1]}, "NaN"),
        (["spam", "ham", "ham"], {"sample_weight": [0, 1, 1]}, "weight is not zero, not 1 class"),
        (["spam", "ham", "ham"], {"sample_weight": [0, 0, 0]}, "weight is not zero, not 0 classes"),
    ],
    ids=str,
)
def test_labels_and_weights_that_teach_nothing(labels, options, message):
    labels = labels if labels is None else np.array(labels, dtype=object if "spam" in labels else None)
    with pytest.raises(ValueError, match=message):
        SpamClassifier().fit(["Buy pills", "First!", "Thanks, Ana"], labels, **options)


def test_an_impossible_regularisation(comments, labels):
    with pytest.raises(ValueError, match="'C'"):
        SpamClassifier(C=-1).fit(comments, labels)


def test_what_is_not_fitted_does_not_answer(comments):
    for method in ("predict", "predict_proba", "decision_function"):
        with pytest.raises(NotFittedError):
            getattr(SpamClassifier(), method)(comments)
    with pytest.raises(NotFittedError):
        SpamClassifier().to_model()


def blocks(comments, labels, size=40):
    return [(comments[at : at + size], labels[at : at + size]) for at in range(0, len(labels), size)]


def test_learning_in_blocks_comes_near_to_a_fit(classifier, split):
    comments, others, labels, truth = split
    learner = SpamClassifier()
    nearness = []
    for some, of_some in blocks(comments, labels):
        learner.partial_fit(some, of_some, classes=["ham", "spam"])
        nearness.append(spearmanr(learner.decision_function(others), classifier.decision_function(others)).statistic)
    assert nearness[-1] > 0.9
    assert nearness[-1] > nearness[0]
    ranked, fitted = (roc_auc_score(truth == "spam", c.decision_function(others)) for c in (learner, classifier))
    assert ranked > fitted - 0.01
    assert learner.model_.card["learnt_in_blocks"] == {
        "spam": (labels == "spam").sum(),
        "ham": (labels == "ham").sum(),
    }


def test_the_order_of_a_block_does_not_decide_what_is_learnt_from_it(split):
    comments, others, labels, truth = split
    order = np.argsort(labels, kind="stable")
    learner = SpamClassifier().partial_fit([comments[i] for i in order], labels[order], classes=["ham", "spam"])
    assert roc_auc_score(truth == "spam", learner.decision_function(others)) > 0.95
    assert 0.5 < (learner.predict(others) == "spam").mean() / (truth == "spam").mean() < 2


def test_corrections_move_a_model_that_was_fitted_or_loaded(classifier, split):
    """It goes on from there, in blocks of one class too, and what it was not told of stays about as it was."""
    comments, others, labels, _ = split
    mistaken = "Our quarterly gazette of beekeeping is out, subscribe at http://bees.example"
    for start in (SpamClassifier().fit(comments, labels), SpamClassifier.from_model(classifier.to_model())):
        before, told = start.decision_function(others), start.decision_function([mistaken])
        for _ in range(3):
            start.partial_fit([mistaken], ["ham"])
        after, corrected = start.decision_function(others), start.decision_function([mistaken])
        assert corrected[0] < told[0] - 1
        assert spearmanr(before, after).statistic > 0.98
        assert start.model_.card["learnt_in_blocks"] == {"spam": 0, "ham": 3}


def test_a_block_that_weighs_nothing_changes_nothing(classifier, split):
    comments, others, labels, _ = split
    after = deepcopy(classifier).partial_fit(comments[:20], labels[:20], sample_weight=np.zeros(20))
    assert after.decision_function(others) == pytest.approx(classifier.decision_function(others), abs=1e-5)


def test_the_more_was_learnt_in_blocks_the_less_one_more_comment_moves(classifier, split):
    comments, _, labels, _ = split
    odd, shifts = ["Our quarterly gazette of beekeeping is out"], []
    for learner in (deepcopy(classifier), deepcopy(classifier).partial_fit(comments, labels)):
        before = learner.decision_function(odd)[0]
        label = "ham" if before > 0 else "spam"
        shifts.append(abs(learner.partial_fit(odd, [label]).decision_function(odd)[0] - before))
    assert shifts[1] < shifts[0] / 20


def test_what_was_measured_on_the_model_before_is_not_promised_of_the_corrected_one(moderator):
    classifier = SpamClassifier.from_model(moderator.model)
    assert classifier.to_model().thresholds == moderator.model.thresholds
    assert classifier.partial_fit(["Thanks, Ana"], ["ham"]).to_model().thresholds == ()


def test_a_fit_forgets_what_was_learnt_in_blocks(classifier, split):
    comments, others, labels, _ = split
    learner = SpamClassifier().partial_fit(["Thanks"], ["ham"], classes=["ham", "spam"])
    learner.fit(comments, labels)
    assert learner.decision_function(others).tolist() == classifier.decision_function(others).tolist()
    again = clone(learner).fit(comments, labels).partial_fit(comments, labels)
    assert learner.partial_fit(comments, labels).decision_function(others) == pytest.approx(
        again.decision_function(others)
    )


def test_blocks_of_other_classes():
    with pytest.raises(TrainingError, match="classes="):
        SpamClassifier().partial_fit(["Thanks"], ["ham"])
    with pytest.raises(TrainingError, match="not 3 classes"):
        SpamClassifier().partial_fit(["Thanks"], ["ham"], classes=["ham", "spam", "perhaps"])
    with pytest.raises(TrainingError, match="none of the classes"):
        SpamClassifier().partial_fit(["Thanks"], ["perhaps"], classes=["ham", "spam"])
    learner = SpamClassifier().partial_fit(["Thanks"], ["ham"], classes=["spam", "ham"])
    with pytest.raises(TrainingError, match="before"):
        learner.partial_fit(["Thanks"], [0], classes=[0, 1])
    with pytest.raises(TrainingError, match="none of the classes"):
        learner.partial_fit(["Thanks"], ["perhaps"])
    with pytest.raises(ModspamError):
        learner.partial_fit([b"Thanks"], ["ham"])


FIT = LogisticRegression(C=8.0, solver="liblinear")


def test_a_pipeline_beside_a_vectorizer_of_scikit_learn(split):
    texts, others = ([comment.text for comment in comments] for comments in split[:2])
    pipeline = make_pipeline(make_union(CommentVectorizer(), TfidfVectorizer()), FIT)
    assert pipeline.fit(texts, split[2]).score(others, split[3]) > 0.9


def test_a_grid_search_over_regularisation(split):
    comments, others, labels, truth = split
    search = GridSearchCV(SpamClassifier(), {"C": np.array([1e-5, 8])}, scoring="neg_log_loss", cv=2)
    search.fit(comments, labels)
    assert search.best_params_ == {"C": 8}
    assert search.score(others, truth) > -0.5
    assert search.best_estimator_.to_model().card["settings"] == {"regularisation": 8.0}


def test_a_grid_search_over_the_columns_of_a_pipeline(split):
    comments, _, labels, _ = split
    pipeline = Pipeline([("features", CommentVectorizer(words=False)), ("fit", FIT)])
    search = GridSearchCV(pipeline, {"features__ngrams": [False, True]}, cv=2, scoring="roc_auc")
    scores = search.fit(comments, labels).cv_results_["mean_test_score"]
    assert 0.5 < scores[0] < scores[1]


def test_cross_validation(comments, labels):
    as_dicts = [{"text": comment.text} for comment in comments]
    scores = cross_val_score(SpamClassifier(C=1), as_dicts, labels, cv=3, scoring="roc_auc")
    assert (scores > 0.95).all()


def test_calibration_and_the_choice_of_a_threshold(split):
    comments, others, labels, truth = split
    calibrated = CalibratedClassifierCV(SpamClassifier(), cv=2).fit(comments, labels)
    assert calibrated.score(others, truth) > 0.9
    tuned = TunedThresholdClassifierCV(SpamClassifier(), cv=2, scoring="balanced_accuracy").fit(comments, labels)
    assert tuned.score(others, truth) > 0.9


def test_a_clone_has_the_choices_and_not_what_was_learnt(classifier):
    chosen = SpamClassifier(C=0.5, threshold=0.9, n_jobs=2)
    assert clone(chosen).get_params() == chosen.get_params() == {"C": 0.5, "threshold": 0.9, "n_jobs": 2}
    assert not hasattr(clone(classifier), "model_")
    narrow = CommentVectorizer(words=False)
    assert clone(narrow).get_params() == {"signals": True, "ngrams": True, "words": False, "n_jobs": None}


def test_they_come_back_from_a_pickle(tmp_path, classifier, split):
    comments, others, labels, _ = split
    path = tmp_path / "site.model"
    classifier.to_model().save(path)
    blockwise = SpamClassifier().partial_fit(comments[:40], labels[:40], classes=["ham", "spam"])
    for number, before in enumerate((classifier, SpamClassifier.from_model(path), blockwise)):
        pickled = tmp_path / f"{number}.joblib"
        joblib.dump(before, pickled)
        path.unlink(missing_ok=True)  # what was read from a file must not need it any more
        after = joblib.load(pickled)
        assert after.decision_function(others).tolist() == before.decision_function(others).tolist()
        more = [c.partial_fit(comments[40:80], labels[40:80]) for c in (after, deepcopy(before))]
        assert more[0].decision_function(others).tolist() == more[1].decision_function(others).tolist()
    joblib.dump(CommentVectorizer(words=False), tmp_path / "vectorizer.joblib")
    again = joblib.load(tmp_path / "vectorizer.joblib")
    assert (again.transform(others) != CommentVectorizer(words=False).transform(others)).nnz == 0
