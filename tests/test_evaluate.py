"""Measuring: figures worked out by hand, intervals, evasions, and what the command prints of them."""

import json
import re
import subprocess
import sys
from math import sqrt

import numpy as np
import pytest
from conftest import PROJECT
from sklearn.metrics import roc_auc_score

from modspam import Comment
from modspam.cli import main
from modspam.corpora import Example
from modspam.errors import TrainingError
from modspam.evaluate import Evaluation, Scored, evaluate, pooled, table
from modspam.evasions import EVASIONS
from modspam.metrics import measure, rate_threshold, recall_at, roc_area
from modspam.normalise import read

SPAM = (
    "Visit http://loans.example.com for cheap loans and casino bonus offers today",
    "Hi #WEBSITE# owner, your pages are missing from Google, we can help",
    "I earn $900 a day from home, ask me how on WhatsApp +1 555 0100",
    "Buy followers cheap, real people, fast delivery: http://followers.example.com",
)
HAM = (
    "Mine stayed flat in the middle until I let the dough rest overnight.",
    "Does this work with rye as well, or does it need more water then?",
    "Thank you, the second photograph made it click for me.",
    "I disagree: the old oven was better, and nobody asked for a new one.",
)
# The same eight comments, four of ham and four of spam, in no order.
SCORES = np.array([-2.0, 0.5, -1.0, 2.0, 3.0, 0.0, 4.0, 1.0])
PROBABILITIES = np.array([0.1, 0.6, 0.2, 0.9, 0.95, 0.4, 0.99, 0.7])
LABELS = np.array([False, True, False, True, True, False, True, False])


def measured(scores, labels, probabilities=None, clusters=None, threshold=0.5, seed=0):
    scores, labels = np.array(scores, dtype=float), np.array(labels, dtype=bool)
    said = 1 / (1 + np.exp(-scores)) if probabilities is None else np.array(probabilities)
    return measure(scores, said, labels, range(len(scores)) if clusters is None else clusters, threshold, seed)


def examples(spam=SPAM, ham=HAM):
    return [
        *(Example(Comment(text), True, "here", text) for text in spam),
        *(Example(Comment(text), False, "here", text) for text in ham),
    ]


# Thresholds at a rate


@pytest.mark.parametrize(
    ("ham", "rate", "expected"),
    [
        (range(100), 0.01, 98),
        (range(100), 0.05, 94),
        (range(99), 0.01, 98),  # one in 99 would be more than 1%
        (range(100), 0.29, 70),  # 0.29 * 100 is a little less than 29 to a computer
        ([3, 1, 2], 0.0, 3),
        ([1, 5, 5, 5], 0.5, 5),  # ties stay below together
        ([1, 5, 5, 5], 0.75, 1),
        ([2, 1], 1.0, 1),
        ([7], 0.01, 7),
    ],
    ids=str,
)
def test_the_threshold_at_a_rate_lets_no_more_ham_over_it(ham, rate, expected):
    scores = np.array(ham, dtype=float)
    assert rate_threshold(scores, rate) == expected
    assert (scores > expected).mean() <= rate
    assert list(scores) == list(ham)


def test_recall_at_a_rate_counts_spam_above_the_ham_and_not_beside_it():
    scores = np.array([1.0, 1.0, 0.0, 2.0, 3.0, 1.5])
    spam = np.array([False, True, False, True, True, True])
    assert recall_at(scores, spam, 0.01) == 0.75
    assert recall_at(scores, spam, 0.5) == 1.0


# Figures


@pytest.fixture(scope="module")
def figures():
    return measured(SCORES, LABELS, PROBABILITIES, threshold=0.6)


def test_figures_worked_out_by_hand(figures):
    metrics = figures
    assert (metrics.spam, metrics.ham, metrics.threshold) == (4, 4, 0.6)
    assert metrics.recall_at_1.value == metrics.recall_at_5.value == 3 / 4  # 0.5 lies below the ham at 1.0
    assert metrics.roc_area_loss.value == pytest.approx(100 / 16)  # one pair of sixteen is the wrong way round
    assert metrics.false_positive_rate.value == 1 / 4
    assert metrics.recall.value == 1.0  # 0.6 is flagged from 0.6 on
    assert metrics.mcc == pytest.approx(4 * 3 / sqrt(5 * 4 * 4 * 3))
    wrong = [0.1, 0.4, 0.2, 0.1, 0.05, 0.4, 0.01, 0.7]
    assert metrics.brier == pytest.approx(sum(error**2 for error in wrong) / 8)


def test_recall_at_5_percent_gives_up_more_ham_than_at_1_percent():
    metrics = measured([*range(40), 36.5, 38.5, 50], [False] * 40 + [True] * 3, threshold=0.5)
    assert metrics.recall_at_1.value == pytest.approx(1 / 3)
    assert metrics.recall_at_5.value == pytest.approx(2 / 3)


def test_reliability_sets_what_was_said_against_what_was_found(figures):
    bins = figures.reliability
    assert [(b.low, b.high, b.comments, b.spam_share) for b in bins] == [
        (0.05, 0.2, 1, 0.0),
        (0.2, 0.5, 2, 0.0),  # a bin holds its lower end
        (0.5, 0.8, 2, 0.5),
        (0.8, 0.95, 1, 1.0),
        (0.95, 0.99, 1, 1.0),
        (0.99, 1.0, 1, 1.0),
    ]
    assert bins[2].mean_probability == pytest.approx(0.65)
    ends = measured([-9, 9], [True, True], [0.0, 1.0]).reliability
    assert [(b.low, b.high, b.comments) for b in ends] == [(0.0, 0.01, 1), (0.99, 1.0, 1)]


@pytest.mark.parametrize(
    ("scores", "loss", "recall"),
    [([1, 2, 3, 4, 5, 6], 0, 1), ([1, 1, 1, 1, 1, 1], 50, 0)],
    ids=["perfect", "useless"],
)
def test_a_perfect_and_a_useless_ranking(scores, loss, recall):
    metrics = measured(scores, [False] * 3 + [True] * 3)
    assert metrics.roc_area_loss == (loss, loss, loss)
    assert metrics.recall_at_1 == metrics.recall_at_5 == (recall, recall, recall)


@pytest.mark.parametrize("seed", range(5))
def test_the_area_is_what_scikit_learn_says_ties_included(seed):
    rng = np.random.default_rng(seed)
    spam = rng.random(200) < 0.3
    scores = np.round(rng.normal(size=200) + spam, 1)  # many ties
    assert roc_area(scores, spam) == pytest.approx(roc_auc_score(spam, scores), abs=1e-12)


def test_flagging_everything_tells_nothing():
    metrics = measured(SCORES, LABELS, PROBABILITIES, threshold=0.0)
    assert metrics.false_positive_rate == metrics.recall == (1, 1, 1)
    assert metrics.mcc == 0


@pytest.mark.parametrize("spam", [True, False], ids=["spam", "ham"])
def test_what_needs_the_class_that_is_missing_is_none(spam):
    metrics = measured([-1, 0, 2], [spam] * 3, [0.2, 0.5, 0.8])
    assert metrics.recall_at_1 is metrics.recall_at_5 is metrics.roc_area_loss is metrics.mcc is None
    told, missing = (
        (metrics.recall, metrics.false_positive_rate) if spam else (metrics.false_positive_rate, metrics.recall)
    )
    assert told.value == pytest.approx(2 / 3)
    assert missing is None
    assert metrics.brier == pytest.approx((0.64 + 0.25 + 0.04) / 3)


def test_nothing_cannot_be_measured():
    with pytest.raises(TrainingError, match="no comments to evaluate on"):
        measured([], [])


# Intervals


LEVELS = np.array([-3.0, 3.0, -2.0, 2.0, -1.0, 1.0, 0.5, -0.5, 1.5, -1.5])  # of ham and spam in turn
# Two hundred comments, twenty of each of ten campaigns, which stand or fall together.
CAMPAIGNS = np.repeat(np.arange(10), 20)
INTERVALS = ("recall_at_1", "recall_at_5", "roc_area_loss", "false_positive_rate", "recall")


def test_intervals_hold_their_figure_and_copies_of_one_text_make_them_no_narrower():
    alone = measured(LEVELS[CAMPAIGNS], CAMPAIGNS % 2)
    together = measured(LEVELS[CAMPAIGNS], CAMPAIGNS % 2, clusters=CAMPAIGNS.tolist())
    for name in INTERVALS:
        narrow, wide = getattr(alone, name), getattr(together, name)
        assert narrow.value == wide.value, name
        assert 0 <= wide.low < narrow.low < narrow.value < narrow.high < wide.high <= 100, name


def test_a_single_cluster_has_nothing_to_vary():
    metrics = measured(SCORES, LABELS, PROBABILITIES, clusters=["one"] * 8)
    for name in INTERVALS:
        value, low, high = getattr(metrics, name)
        assert value == low == high, name


def test_the_same_seed_gives_the_same_intervals():
    first, again, other = (measured(LEVELS[CAMPAIGNS], [True] * 200, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first.recall != other.recall
    assert first.recall.value == other.recall.value


# Evaluating a model


@pytest.fixture(scope="module")
def evaluation(moderator):
    return evaluate(moderator, examples(), "mine", evasions=True, speed=True)


def test_an_evaluation_is_of_the_verdicts_that_the_model_gives(moderator, evaluation):
    metrics = evaluation.metrics
    verdicts = [moderator.check(text) for text in SPAM + HAM]
    assert (metrics.spam, metrics.ham, metrics.threshold) == (4, 4, moderator.threshold)
    assert metrics.recall.value == sum(v.flagged for v in verdicts[:4]) / 4
    assert metrics.false_positive_rate.value == sum(v.flagged for v in verdicts[4:]) / 4
    wrong = [verdict.probability - (text in SPAM) for verdict, text in zip(verdicts, SPAM + HAM, strict=True)]
    assert metrics.brier == pytest.approx(sum(error**2 for error in wrong) / 8)


def test_each_evasion_is_measured_at_the_line_of_the_clean_ham(moderator, evaluation):
    assert list(evaluation.evasions) == list(EVASIONS)
    line = max(moderator.check(text).score for text in HAM)
    for name, figures in evaluation.evasions.items():
        over = [moderator.check(EVASIONS[name](text)).score > line for text in SPAM + HAM]
        assert figures == (sum(over[:4]) / 4, sum(over[4:]) / 4), name


def test_speed_is_measured(evaluation):
    assert 0 < evaluation.speed.p50_ms <= evaluation.speed.p99_ms
    assert evaluation.speed.per_second > 0


def test_evasions_and_speed_are_left_out_unless_they_are_asked_for(moderator):
    result = evaluate(moderator, examples(ham=()), "mine")
    assert (result.evasions, result.speed) == ({}, None)


def test_the_digest_tells_sets_of_comments_apart(moderator):
    spam = examples(ham=())
    whole = evaluate(moderator, spam, "mine").digest
    assert re.fullmatch("[0-9a-f]{64}", whole)
    renamed = [example._replace(source="there", group="one") for example in spam]
    assert evaluate(moderator, renamed, "under another name").digest == whole
    others = [spam[1:], [spam[0]._replace(spam=False), *spam[1:]], examples([*SPAM[:3], SPAM[3] + " now"], ham=())]
    assert len({whole, *(evaluate(moderator, other, "mine").digest for other in others)}) == 4


def test_copies_and_contradictions_are_left_out(moderator):
    spam = examples(ham=())
    copied = [*spam, *spam, *examples(spam=["Both one and the other"], ham=["both one and the OTHER!"])]
    assert evaluate(moderator, copied, "mine") == evaluate(moderator, spam, "mine")


def test_evasions_of_one_class_alone_are_not_measured(moderator):
    assert evaluate(moderator, examples(ham=()), "mine", evasions=True).evasions == {}


def test_nothing_cannot_be_evaluated(moderator):
    with pytest.raises(TrainingError, match="no comments to evaluate on"):
        evaluate(moderator, [], "mine")
    with pytest.raises(TrainingError, match="no comments to evaluate on"):  # the one text contradicts itself
        evaluate(moderator, examples(spam=["One text"], ham=["One text"]), "mine")


def test_sets_that_are_pooled_are_measured_as_one_without_scoring_them_again(moderator):
    copied = [*examples(ham=HAM[:2]), *examples(spam=[])]  # the second set's first ham are in the first, too
    parts = [evaluate(moderator, copied[:6], "one"), evaluate(moderator, copied[6:], "other")]
    together, whole = pooled(parts, moderator.threshold), evaluate(moderator, copied, "whole")
    assert (together.digest, together.metrics) == (whole.digest, whole.metrics)
    assert (together.metrics.spam, together.metrics.ham) == (4, 4)
    assert pooled(parts[:1], moderator.threshold) is parts[0]


def test_pooled_sets_tell_the_evasions_that_all_of_them_were_measured_under(moderator):
    parts = [evaluate(moderator, examples(SPAM[:2], HAM[:2]), "one", evasions=True)]
    parts.append(evaluate(moderator, examples(SPAM[2:], HAM[2:]), "other", evasions=True))
    whole = evaluate(moderator, examples(SPAM[:2], HAM[:2]) + examples(SPAM[2:], HAM[2:]), "whole", evasions=True)
    assert pooled(parts, moderator.threshold).evasions == whole.evasions
    parts.append(evaluate(moderator, examples(["Order cheap watches now at our shop"], []), "spam", evasions=True))
    assert pooled(parts, moderator.threshold).evasions == {}


def test_the_table_has_a_dash_for_what_cannot_be_said(moderator):
    rows = table(evaluate(moderator, examples(ham=()), "only spam")).splitlines()
    told = {row[:32].strip(): row[33:] for row in rows}
    assert rows[0] == "== only spam"
    assert told["comments"].startswith("4 spam, 0 ham (copies left out; digest ")
    assert told["recall at 1% false positives"] == told["(1-ROCA)%"] == told["ham flagged (hm%)"] == told["MCC"] == "-"


def test_the_table_tells_spam_kept_where_recall_is_spam_found():
    metrics = measured([-1.0, 0.0, 1.0, 2.0], [True] * 4, threshold=0.5)
    told = table(Evaluation("mine", "0" * 64, metrics, {}, None, Scored([], np.zeros(0), {})))
    _, low, high = metrics.recall
    assert high > low
    assert f"  spam kept (sm%)                25.00% [{1 - high:.2%}, {1 - low:.2%}]\n" in told


def test_the_table_has_a_row_for_each_evasion(evaluation):
    rows = re.findall(r"^  (\S.*?) +([01]\.\d{3}) +(\d+\.\d{3})%$", table(evaluation), re.MULTILINE)
    told = {name: (float(found), float(lost) / 100) for name, found, lost in rows}
    assert told == evaluation.evasions


# Evasions

ADDRESS = "http://loans.example.com"


def folded(text):
    return read(Comment(text)).folded.text


@pytest.mark.parametrize("evade", EVASIONS.values(), ids=EVASIONS)
def test_an_evasion_changes_a_text_and_always_in_the_same_way(evade):
    assert evade(SPAM[0]) != SPAM[0]
    assert evade(SPAM[0]) == evade(SPAM[0])


@pytest.mark.parametrize("name", ["full width", "look-alikes", "zero width", "split by markup", "entities"])
@pytest.mark.parametrize("text", [SPAM[0], SPAM[3], "Thank you, the second photograph made this click!"])
def test_disguises_are_undone_by_reading(name, text):
    assert folded(EVASIONS[name](text)) == folded(text)


def test_stretched_letters_are_cut_down_to_two():
    def single(text):
        return re.sub(r"(\w)\1+", r"\1", text)

    assert single(folded(EVASIONS["stretched"](SPAM[0]))) == single(folded(SPAM[0]))


def test_what_reading_does_not_undo_is_still_plain_to_people():
    assert EVASIONS["spaced out"](SPAM[0]).replace(" ", "") == SPAM[0].replace(" ", "")
    assert EVASIONS["leet"](SPAM[0]).translate(str.maketrans("013@$", "oieas")) == SPAM[0]
    assert f" {SPAM[0]} " in EVASIONS["padded"](SPAM[0])
    for word, swapped in zip(SPAM[0].split(), EVASIONS["swapped"](SPAM[0]).split(), strict=True):
        assert sorted(swapped) == sorted(word)
        assert (swapped[0], swapped[-1]) == (word[0], word[-1])


@pytest.mark.parametrize(
    "name", ["zero width", "spaced out", "stretched", "swapped", "split by markup", "entities", "padded"]
)
def test_an_address_stays_so_that_it_still_works(name):
    assert f" {ADDRESS} " in EVASIONS[name](f"{SPAM[0]} ")


# The command


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Labelled comments in a file, and some of spam alone."""
    folder = tmp_path_factory.mktemp("labelled")
    for name, rows in {"mixed": examples(), "spam-only": examples(ham=())}.items():
        lines = [json.dumps({"text": r.comment.text, "label": "spam" if r.spam else "ham"}) for r in rows]
        folder.joinpath(f"{name}.jsonl").write_text("\n".join(lines))
    return folder


def run(*arguments):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "modspam", "evaluate", *arguments],
        cwd=PROJECT,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


def test_the_command_prints_json_for_each_file(files, evaluation):
    told = json.loads(run("--json", "--evasions", "--threshold=0.25", files / "mixed.jsonl", files / "spam-only.jsonl"))
    assert [result["name"] for result in told] == ["mixed.jsonl", "spam-only.jsonl"]
    assert told[0]["digest"] == evaluation.digest
    assert told[0]["metrics"]["roc_area_loss"] == list(evaluation.metrics.roc_area_loss)
    assert told[0]["metrics"]["threshold"] == 0.25
    assert told[0]["evasions"] == {name: list(figures) for name, figures in evaluation.evasions.items()}
    assert told[1]["metrics"]["roc_area_loss"] is None
    assert told[1]["evasions"] == {}


def test_the_command_prints_a_table(files):
    out = run(files / "spam-only.jsonl")
    assert out.startswith("== spam-only.jsonl\n")
    assert re.search(r"^comments +4 spam, 0 ham \(", out, re.MULTILINE)
    assert re.search(r"^speed: one check p50 \d+\.\d\d ms", out, re.MULTILINE)
    assert re.search(r"^model: .*bundled\.model \(\d\.\d\d MB\)$", out, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.jsonl"], "no file at missing.jsonl"),
        (["{empty}"], "no comments to evaluate on"),
        (["{empty}", "--model", "missing.model"], "no model at missing.model"),
        (["{empty}", "--threshold", "nan"], "from 0 to 1, not nan"),
        (["{mixed}", "--jobs", "0"], "jobs"),
    ],
    ids=["no file", "no comments", "no model", "no threshold", "no jobs"],
)
def test_what_the_command_cannot_measure_is_an_error_of_one_line(tmp_path, files, capsys, arguments, message):
    paths = {"{empty}": str(tmp_path / "empty.jsonl"), "{mixed}": str(files / "mixed.jsonl")}
    tmp_path.joinpath("empty.jsonl").write_text("\n")
    assert main(["evaluate", *(paths.get(argument, argument) for argument in arguments)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(rf"modspam: .*{message}.*\n", err)
