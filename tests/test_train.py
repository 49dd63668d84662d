"""Training: the same script, the same path, the same bytes."""

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from conftest import PROJECT, some_comments

from modspam import Comment, Moderator, SettingError
from modspam.corpora import Example
from modspam.errors import TrainingError
from modspam.features import extract, observe
from modspam.fit import Fitted, HeldOut, Prepared, extracted, held_out_scores, prepare, train, weights_of
from modspam.model import LinearModel
from modspam.settings import Settings
from modspam.signals import SIGNALS

FAST = Settings(folds=3, jobs=1)


@pytest.fixture(scope="module")
def examples():
    """A few hundred of our own comments from several files, spam and ham, in no order."""
    return some_comments(variants=3, seed=5)


@pytest.fixture(scope="module")
def model(examples):
    return train(examples, settings=FAST)


BEGINNINGS = {
    "ham": ["I baked", "We read about", "Is it true of", "My aunt kept"],
    "spam": ["Buy followers for", "Earn money with", "Free casino bonus for", "Cheap pills for"],
}
MIDDLES = {
    "ham": ["the rye bread", "the old clock", "the river path"],
    "spam": ["your site", "every owner", "all readers"],
}
ENDS = {
    "ham": ["and it failed.", "twice?", "at last."],
    "spam": ["visit http://a.example.com now", "whatsapp +1 555 0100", "limited offer"],
}


@pytest.fixture
def files(tmp_path):
    """Two small files of labelled comments, of two sites, as a moderator has them."""
    rows = [
        {"text": f"{beginning} {middle}, {end}", "label": label, "site": site}
        for label in ("ham", "spam")
        for beginning in BEGINNINGS[label]
        for middle in MIDDLES[label]
        for end, site in zip(ENDS[label], ("one", "two", "two"), strict=True)
    ]
    jsonl, table = tmp_path / "a.jsonl", tmp_path / "b.csv"
    jsonl.write_text("".join(json.dumps(row) + "\n" for row in rows[::2]))
    table.write_text("text,label,site\n" + "".join('"{text}",{label},{site}\n'.format(**row) for row in rows[1::2]))
    return [str(jsonl), str(table)]


def command(*arguments):
    line = [sys.executable, "-W", "error", "-m", *arguments]
    return subprocess.run(line, capture_output=True, text=True, cwd=PROJECT, timeout=300, check=False)


def test_two_trainings_give_the_same_bytes_whatever_the_number_of_processes(tmp_path, examples, model):
    model.save(tmp_path / "a.model")
    train(examples, settings=FAST._replace(jobs=2)).save(tmp_path / "b.model")
    assert (tmp_path / "a.model").read_bytes() == (tmp_path / "b.model").read_bytes()


def test_the_script_trains_a_model_that_check_takes_and_that_learnt(tmp_path, files):
    output = tmp_path / "site.model"
    done = command("modspam.train", *files, "-o", str(output), "--folds", "2", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    assert "held out" in done.stderr
    assert "chosen threshold" in done.stdout
    assert str(output) in done.stdout
    again = command("modspam", "train", *files, "-o", str(tmp_path / "again.model"), "--folds", "2", "--jobs", "1")
    assert again.returncode == 0, again.stderr
    assert output.read_bytes() == (tmp_path / "again.model").read_bytes()
    moderator = Moderator.load(output)
    spam = moderator.check("Cheap pills and a casino bonus, buy now, visit http://a.example.com")
    ham = moderator.check("I read about the rye bread on the river path")
    assert spam.score > 0 > ham.score


def test_the_card_says_what_the_model_was_made_of(tmp_path, files):
    output = tmp_path / "site.model"
    assert command("modspam.train", *files, "-o", str(output), "--folds", "2", "--jobs", "1").returncode == 0
    card = LinearModel.load(output).card
    assert [source["name"] for source in card["sources"]] == ["a", "b"]
    assert sum(source["spam"] for source in card["sources"]) == 36
    assert card["settings"]["folds"] == 2
    assert {row["source"] for row in card["held_out"]} == {"one", "two"}


def test_training_sees_what_serving_sees(examples):
    """Training scores rows of its matrix, and the texts beside it, as the moderator scores the comments."""
    some = examples[:300]
    padding = " and then we walked home along the river in the rain, all of us rather late for supper"
    some += [e._replace(comment=Comment(e.comment.text + padding * 2)) for e in some[:50]]  # long ones have stretches
    served = Moderator.load()
    expected = [verdict.score for verdict in served.check_many(example.comment for example in some)]
    assert Fitted.from_model(served.model).score(extracted(some)) == pytest.approx(expected, abs=1e-5)


def test_calibration_is_folded_into_the_weights(examples, model):
    """On what was held out, probabilities say what share is spam, overall and where they are high."""
    assert 0.2 < model.card["calibration"]["slope"] < 5
    scores = model.score(extract(observe([example.comment for example in examples])))
    spam = np.array([example.spam for example in examples])
    assert scores[spam].mean() > 0 > scores[~spam].mean()


def held_out(blog, chat):
    """So many comments of each class on a blog, whose authors mostly left an address, and in a chat."""
    rng = np.random.default_rng(0)
    spam = np.arange(2 * (blog + chat)) % 2 > 0
    of_blog = np.arange(len(spam)) < 2 * blog
    scores = np.where(spam, np.where(of_blog, 4.0, 0.0), -2.0) + rng.normal(size=len(spam))
    return HeldOut(
        scores, spam, np.where(of_blog, "blog", "chat"), np.ones(len(spam)), of_blog & (rng.random(len(spam)) < 0.9)
    )


def test_probabilities_are_of_sources_that_ask_for_an_address():
    both, alone = held_out(1000, 3000), held_out(1000, 0)
    slope, offset = alone.calibration()
    assert both._replace(scores=np.concatenate([alone.scores, both.scores[2000:]])).calibration() == (slope, offset)
    assert offset / -slope == pytest.approx(1, abs=0.2)  # even odds are half-way between the blog's spam and its ham


def test_where_these_have_too_few_comments_all_sources_count():
    assert held_out(9, 900).calibration()[1] > held_out(10, 900).calibration()[1] + 1


def test_a_signal_that_no_comment_showed_has_the_weight_that_is_stated_for_it(examples, model):
    shown = prepare(examples)[0].read.matrix[:, : len(SIGNALS)].sum(axis=0) > 0
    unseen = {s.name: (w, s.prior) for s, w, seen in zip(SIGNALS, model.signal_weights, shown, strict=True) if not seen}
    assert unseen["honeypot"] == (3, 3)
    assert all(weight == prior for weight, prior in unseen.values())


def test_the_threshold_holds_the_false_positive_rate_on_held_out_ham(model):
    for row in model.card["held_out"]:
        if row["ham"] >= 100:
            assert row["false_positive_rate"] <= 2 * FAST.max_false_positive_rate + 1 / row["ham"]
    rates = [row.false_positive_rate for row in model.thresholds]
    limits = [row.threshold for row in model.thresholds]
    assert rates == sorted(rates)
    assert limits == sorted(limits, reverse=True)
    recalls = [row.recall for row in model.thresholds]
    assert recalls == sorted(recalls)


def test_a_stricter_rate_gives_a_higher_threshold(examples, model):
    loose = train(examples, settings=FAST._replace(max_false_positive_rate=0.2))
    assert model.threshold > loose.threshold
    assert loose.threshold < max(row.threshold for row in loose.thresholds)


def test_no_source_drowns_the_others():
    sources = ["big"] * 10_000 + ["small"] * 100 + ["big"] * 100
    spam = np.array([False] * 10_000 + [False] * 50 + [True] * 50 + [True] * 100)
    weights = weights_of([Example(Comment("a"), False, source, "", source) for source in sources], spam)
    assert weights.mean() == pytest.approx(1)
    assert weights[spam].sum() == pytest.approx(weights[~spam].sum())
    big, small = weights[:10_000].sum(), weights[10_000:10_050].sum()
    assert big / small == pytest.approx(np.sqrt(10_000 / 50))


def test_comments_that_were_posted_weigh_more_than_those_written_for_training():
    examples = [Example(Comment("a"), False, source, "", site) for source in ("a", "b") for site in ("", source)]
    posted = np.array([bool(example.site) for example in examples])
    weights = weights_of(examples, np.array([True, False, False, True]))
    assert weights[posted].min() > weights[~posted].max()


def test_altered_copies_are_learnt_and_not_measured(examples):
    prepared, _ = prepare(examples)
    copies = [e for e, measured in zip(prepared.examples, prepared.measured, strict=True) if not measured]
    assert 0.05 < len(copies) / len(examples) < 0.15
    assert {e.comment.text for e in copies}.isdisjoint(e.comment.text for e in examples)
    assert {(e.source, e.group, e.spam) for e in copies} <= {(e.source, e.group, e.spam) for e in examples}
    assert [e.comment for e in prepare(examples)[0].examples] == [e.comment for e in prepared.examples]


def test_copies_and_contradictions_are_left_out(examples):
    doubled = train([*examples, *examples], settings=FAST)
    assert doubled.card["comments"]["spam"] + doubled.card["comments"]["ham"] <= len(examples)
    assert doubled.card["comments"]["copies"] >= len(examples)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (Settings(max_false_positive_rate=0), "between 0 and 1"),
        (Settings(max_false_positive_rate=float("nan")), "between 0 and 1"),
        (Settings(regularisation=-1), "above 0"),
        (Settings(regularisation=float("nan")), "above 0"),
        (Settings(folds=1), "at least 2 folds"),
    ],
)
def test_settings_out_of_range(examples, settings, message):
    with pytest.raises(SettingError, match=message):
        train(examples, settings=settings)


def test_too_few_comments_of_a_class(examples):
    ham = [example for example in examples if not example.spam]
    spam = [example for example in examples if example.spam]
    with pytest.raises(TrainingError, match="spam"):
        train([*ham, *spam[:3]], settings=FAST)
    with pytest.raises(TrainingError, match="ham"):
        train([*spam, *ham[:3]], settings=FAST)
    with pytest.raises(TrainingError):
        train([], settings=FAST)


def test_a_class_that_stands_under_one_page_only(examples):
    ham = [e._replace(source="one", group="the one page") for e in examples if not e.spam]
    with pytest.raises(TrainingError, match="page_title"):
        train([*ham, *(e for e in examples if e.spam)], settings=FAST)


WORDS = ["pills", "casino", "zyqqux", "loans"]


def prepared_of(examples):
    """The features of these comments and of nothing else."""
    spam = np.array([example.spam for example in examples])
    return Prepared(examples, spam, extracted(examples), np.ones(len(examples), dtype=np.bool_))


def spread_over_four(site, spam_group):
    """Plain ham and four kinds of spam, the comments of each kind under a group or site of their own or not."""
    ham = [Example(Comment(f"The weather in week {n} was fine"), False, "s", f"page {n}") for n in range(60)]
    spam = [Example(Comment(f"{WORDS[n % 4]} " * (n + 2)), True, "s", spam_group.format(n, n % 4)) for n in range(60)]
    return [e._replace(site=site.format(index % 4)) for index, e in enumerate([*ham, *spam])]


@pytest.mark.parametrize(
    ("site", "spam_group", "folds"),
    [("", "family {1}", 4), ("site {}", "page {0}", 4)],
    ids=["by family", "by site, where there are sites enough"],
)
def test_held_out_scores_come_from_models_that_have_not_seen_the_group(site, spam_group, folds):
    """What only one group says cannot have been learnt when it is held out; torn apart, it teaches about itself."""
    whole, torn = spread_over_four(site, spam_group), spread_over_four("", "page {0}")
    spam = np.array([example.spam for example in whole])
    settings = FAST._replace(folds=folds)
    held_out, known = (held_out_scores(prepared_of(e), settings, lambda _: None) for e in (whole, torn))
    assert known[spam].min() > known[~spam].max()
    assert np.median(held_out[spam]) < np.median(known[spam]) - 0.5


def test_the_pages_of_few_sites_are_held_out_instead():
    few = spread_over_four("site {}", "page {0}")
    spam = np.array([example.spam for example in few])
    scores = held_out_scores(prepared_of(few), FAST._replace(folds=5), lambda _: None)
    assert scores[spam].min() > scores[~spam].max()


def test_errors_of_the_script_are_told_plainly(tmp_path, files):
    output = tmp_path / "no.model"
    empty = tmp_path / "empty.csv"
    empty.write_text("text,label\n")
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"text": "a", "label": "spam"}\n{"text": "b", "label": "perhaps"}\n')
    for arguments, message in (
        ([str(empty)], "at least"),
        ([str(broken)], f"{broken}, line 2: 'perhaps' is no label"),
        ([str(tmp_path / "none.csv")], "no file at"),
        ([*files, "--folds", "1"], "at least 2 folds"),
        ([*files, "--reviews", files[0]], "no file of reviews"),
    ):
        done = command("modspam.train", *arguments, "-o", str(output), "--jobs", "1")
        assert done.returncode == 2
        assert message in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""
        assert not output.exists()


def test_reviews_correct_labels(tmp_path, files):
    text = json.loads(Path(files[0]).read_text().splitlines()[0])["text"]
    reviews = tmp_path / "reviews.tsv"
    reviews.write_text(f"sha256\tlabel\n{sha256(text.encode()).hexdigest()}\tspam\n")
    for options, spam in (([], 36), (["--reviews", str(reviews)], 37)):
        output = tmp_path / "site.model"
        arguments = [*files, *options, "-o", str(output), "--folds", "2", "--jobs", "1", "--no-gate"]
        assert command("modspam.train", *arguments).returncode == 0
        assert LinearModel.load(output).card["comments"]["spam"] == spam


def test_every_signal_of_the_bundled_model_was_seen_in_training(moderator):
    """A weight of exactly nothing is one that no comment taught; a huge one is a fit gone wrong."""
    sizes = np.abs(moderator.model.signal_weights)
    assert [signal.name for signal, size in zip(SIGNALS, sizes, strict=True) if size == 0] == []
    assert sizes.max() < 20
