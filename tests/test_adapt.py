"""A site's own model: it learns what the labels say, and no more; whoever gives them."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from modspam import Comment, Moderator
from modspam.adapt import REPORTER_WEIGHT, adapt, change_of, weights_of
from modspam.corpora import Example
from modspam.errors import TrainingError
from modspam.fit import Fitted, extracted
from modspam.gate import frozen_cases, tolerated
from modspam.model import LinearModel, log_odds_of
from modspam.settings import DEFAULTS

# A site of anglers, where ham is about fish and its spam is a raffle that no other site knows.
_HAM = product(
    ["Caught", "Lost", "Saw"],
    ["a pike", "two perch", "a barbel", "some roach"],
    ["below the weir", "by the old bridge", "in the reeds", "near the mill"],
    ["this morning.", "with a spinner.", "on bread, would you believe it."],
)
_SPAM = product(
    ["Our club", "The committee", "This year we"],
    ["draws", "raffles off", "gives away", "sets aside"],
    ["a carbon rod", "a drift boat", "an echo sounder", "a wader set"],
    ["among all ticket holders, tickets at the harbour.", "for a ticket of five.", "to whoever holds a ticket."],
)


def labelled(words, spam):
    return [Example(Comment(text), spam, "anglers", text) for text in map(" ".join, words)]


@pytest.fixture(scope="module")
def site():
    """The site's comments, mixed."""
    examples = labelled(_HAM, spam=False) + labelled(_SPAM, spam=True)
    return [examples[index] for index in np.random.default_rng(1).permutation(len(examples))]


@pytest.fixture(scope="module")
def base(moderator):
    return moderator.model


@pytest.fixture(scope="module")
def frozen_scores(base):
    return scores_of(base, frozen_cases())


def scores_of(model, examples):
    return np.array([verdict.score for verdict in Moderator(model).check_many(e.comment for e in examples)])


def separation(model, examples):
    """Share of pairs of a spam and a ham that are in the right order."""
    scores, spam = scores_of(model, examples), np.array([e.spam for e in examples])
    return float((scores[spam][:, None] > scores[~spam]).mean())


def test_forty_labels_teach_a_spam_that_the_base_does_not_know(base, site):
    adapted = adapt(base, site[:40])
    assert separation(adapted, site[40:]) > max(0.95, separation(base, site[40:]) + 0.05)


def test_twenty_labels_are_enough_to_begin_with(base, site):
    assert separation(adapt(base, site[:20]), site[20:]) > separation(base, site[20:])


def test_the_change_is_folded_into_the_weights(base, site, tmp_path):
    """The file of an adapted model scores as base and change do, and is no larger."""
    read = extracted(site[:60])
    matrix = read.matrix
    spam = np.array([e.spam for e in site[:60]])
    start = Fitted.from_model(base)
    change = change_of(matrix, spam, start.score(read), np.ones(60), 1.0)
    folded = start._replace(weights=start.weights + change)
    folded.to_model(base.threshold, base.thresholds, {}).save(tmp_path / "a.model")
    served = scores_of(LinearModel.load(tmp_path / "a.model"), site)
    everything = extracted(site)
    assert served == pytest.approx(folded.score(everything), abs=1e-5)
    base.save(tmp_path / "base.model")
    assert (tmp_path / "a.model").stat().st_size <= (tmp_path / "base.model").stat().st_size


def test_the_change_is_the_optimum(base, site):
    """At the solution, the ridge's pull on every column balances the labels' push."""
    read = extracted(site[:60])
    matrix = read.matrix
    sign = np.where([e.spam for e in site[:60]], 1.0, -1.0)
    scores = Fitted.from_model(base).score(read)
    weights = np.linspace(0.2, 1, 60)
    change = change_of(matrix, sign > 0, scores, weights, 3.0)
    weight_off = change / 3.0 - matrix.T @ (weights * sign * _surprise(sign, scores + matrix @ change, weights))
    assert np.abs(weight_off).max() < 0.01 * np.abs(change / 3.0).max()


def _surprise(sign, scores, weights):
    """How unlikely each label is, at the intercept that balances ham and spam with the ridge's pull on it."""
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        surprise = 1 / (1 + np.exp(sign * (scores + middle)))
        low, high = (middle, high) if (weights * sign * surprise).sum() > middle / 3.0 else (low, middle)
    return surprise


def test_labels_of_one_class_leave_the_base_nearly_as_it_was(base, site, frozen_scores):
    ham = [example for example in site if not example.spam]
    moved = scores_of(adapt(base, ham[:40]), frozen_cases()) - frozen_scores
    spam = np.array([example.spam for example in frozen_cases()])
    order_before = (frozen_scores[spam][:, None] > frozen_scores[~spam]).mean()
    order = ((frozen_scores + moved)[spam][:, None] > (frozen_scores + moved)[~spam]).mean()
    assert order > order_before - 0.01
    assert moved[~spam].max() < 0.5


def test_what_the_base_knows_moves_nothing(base, frozen_scores):
    sure = [e for e, score in zip(frozen_cases(), frozen_scores, strict=True) if (score > 7 if e.spam else score < -4)]
    assert len(sure) > 20
    moved = scores_of(adapt(base, sure), frozen_cases()) - frozen_scores
    assert np.abs(moved).max() < 1


def test_one_label_against_what_the_base_is_sure_of_weighs_little():
    examples = [Example(Comment(text), True, "", "") for text in ("a", "b", "c")]
    weights = weights_of(examples, np.array([True, True, True]), np.array([-8.0, 0.0, 8.0]))
    assert weights[0] < 0.01
    assert weights[0] < weights[1] < weights[2] <= 1


def test_all_that_one_reporter_says_weighs_as_much_as_one_label_of_the_owner(base, site):
    """And moves no score further than is stated."""
    mine = site[:60]
    lies = [
        Example(e.comment, not e.spam, e.source, e.group, reporter="mallory")
        for e in [*frozen_cases()[:80], *frozen_cases()[-80:]]
    ]
    scores = Fitted.from_model(base).score(extracted(mine + lies))
    spam = np.array([e.spam for e in mine + lies])
    weights = weights_of(mine + lies, spam, scores)
    assert weights[60:].sum() <= REPORTER_WEIGHT * (1 + 1e-9)
    assert (weights[:60] == weights_of(mine, spam[:60], scores[:60])).all()

    honest = scores_of(adapt(base, mine), frozen_cases())
    lied_to = scores_of(adapt(base, mine + lies), frozen_cases())
    everything = extracted([*frozen_cases(), *mine]).matrix
    longest = everything.multiply(everything).sum(axis=1).max() + 1  # squared, the intercept's column with it
    assert np.abs(lied_to - honest).max() <= DEFAULTS.adaptation * REPORTER_WEIGHT * longest
    spam = np.array([e.spam for e in frozen_cases()])
    found, flagged = (
        [(scores[inside] > np.log(base.threshold / (1 - base.threshold))).mean() for scores in (honest, lied_to)]
        for inside in (spam, ~spam)
    )
    assert found[1] > found[0] - 0.15  # though the lies are about these very cases
    assert flagged[1] <= flagged[0] + 0.01


def test_the_threshold_stays_unless_it_breaks_its_promise_on_the_site(base, site):
    assert adapt(base, site[:100]).threshold == base.threshold
    # Here a third of the raffle's adverts are welcome, and nobody can tell which.
    mixed = [e._replace(spam=e.spam and number % 3 > 0) for number, e in enumerate(site)]
    careless = replace(base, threshold=0.5)
    adapted = adapt(careless, mixed)
    assert adapted.threshold > 0.5
    rates = [row.false_positive_rate for row in adapted.thresholds]
    lines = [row.threshold for row in adapted.thresholds]
    assert rates == sorted(rates)
    assert lines == sorted(lines, reverse=True)


def test_what_labels_do_to_other_peoples_comments_is_held_in_check(base, frozen_scores):
    """Labels that call warm words spam lower all scores rather than flag the frozen honest cases."""
    begin = ("Thanks,", "Great post,", "Does anyone know", "I disagree:", "My aunt says", "No,", "Hello,")
    end = (
        "it works.",
        "that helped a lot.",
        "how to fix this?",
        "you are wrong.",
        "the link is dead.",
        "who wrote this?",
    )
    lies = labelled(product(begin, end), spam=True)
    adapted = adapt(base, lies, settings=DEFAULTS._replace(adaptation=1000.0))
    honest = np.array([not example.spam for example in frozen_cases()])
    line = log_odds_of(base.threshold)
    flagged_before = int((frozen_scores[honest] > line).sum())
    flagged = int((scores_of(adapted, frozen_cases())[honest] > line).sum())
    assert flagged <= tolerated(int(honest.sum()), flagged_before)


def test_labels_that_make_everything_less_suspect_leave_the_level_where_it_was(base, frozen_scores):
    """Here a site's honest comments are of the base's doubtful kind; others' spam must not get away with that."""
    openers = ("I sell", "We repair", "My shop has", "Our team paints", "You can order")
    goods = ("old bicycles.", "roofs and gutters.", "honey from our bees.", "cheap second-hand books.", "web sites.")
    moved = scores_of(adapt(base, labelled(product(openers, goods), spam=False)), frozen_cases()) - frozen_scores
    honest = np.array([not example.spam for example in frozen_cases()])
    assert np.median(moved[honest]) > -0.1
    assert np.median(moved[~honest]) > -0.1


def test_honest_comments_do_not_spread_towards_the_line(base, frozen_scores):
    """Labels by which all that has a link is spam put honest comments with a link further from those without."""
    subjects = ("pike", "perch", "barbel", "roach", "weirs", "reeds", "mills", "rods", "boats", "spinners")
    links = labelled(product(("See", "Read", "Look at"), subjects, ("on https://www.example.com/page",)), spam=True)
    talk = labelled(_HAM, spam=False)[: len(links)]
    honest = np.array([not example.spam for example in frozen_cases()])
    adapted = scores_of(adapt(base, links + talk), frozen_cases())
    assert adapted[honest].std() > frozen_scores[honest].std()
    assert np.quantile(adapted[honest], 0.95) < np.quantile(frozen_scores[honest], 0.95) + 0.1


def test_the_card_remembers_base_and_labels(base, site):
    twice = adapt(adapt(base, site[:30]), site[30:60])
    assert twice.card["sources"] == base.card["sources"]
    assert [sum(step["comments"][label] for label in ("spam", "ham")) for step in twice.card["adaptations"]] == [30, 30]


def test_three_comments_are_too_few(base, site):
    with pytest.raises(TrainingError, match="3 different comments are too few"):
        adapt(base, [*site[:3], site[0]])
