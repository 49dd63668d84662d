"""The whole path: what goes in, in what order verdicts come out, and what bad input does."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from conftest import DATASETS, cases, comment_of

import modspam
from modspam import Action, Comment, CommentError, CommentTypeError, Moderator, SettingError, ngrams
from modspam.corpora import load
from modspam.features import observe
from modspam.signals import SIGNALS
from modspam.wording import stretches

BORN_FROM = cases("spam")["case"][0]["text"]
ODD_TEXTS = {
    "empty": "",
    "white space": " \t\r\n\u3000\u00a0",
    "NUL": "\0",
    "NUL in words": "what\0is this about then\0",
    "lone surrogate": "caf\udce9 is a fine place for breakfast \ud83d",
    "only invisible": "\u200b\u200d\ufeff" * 20,
    "combining marks": "a" + "\u0301" * 5000,
    "one letter": "a" * 1_000_000,
    "one line end": "\n" * 1_000_000,
    "ten megabytes": "It rained all day and the bread was late again. " * 210_000,
}


@pytest.fixture(scope="module")
def mixed():
    """Comments of every kind that the project has, with and without author and page, short and long."""
    texts = [comment_of(case) for case in cases("signals")["unfilled_placeholder"]["seen"]]
    own = [
        Comment(case["text"], author=case.get("author", ""), page_title=case.get("page_title", ""))
        for name in ("spam", "hard-ham", "evasion")
        for case in cases(name)["case"]
    ]
    long = [Comment("A long story about bread. " * 4000), Comment("x" * 70_000), Comment("й" * 70_000)]
    return [*texts, *own, Comment(""), Comment(" "), Comment("ok"), *long] * 3


def test_the_bundled_model_is_used_by_check(moderator):
    verdict = modspam.check(BORN_FROM)
    assert verdict.score == moderator.check(BORN_FROM).score
    assert verdict.flagged


def test_text_a_comment_and_a_mapping_in_either_names_are_the_same(moderator):
    scores = {
        moderator.check(comment).score
        for comment in (
            Comment("Buy followers now", author="Best Followers", author_url="http://f.example.com"),
            {"text": "Buy followers now", "author": "Best Followers", "author_url": "http://f.example.com"},
            {
                "comment_content": "Buy followers now",
                "comment_author": "Best Followers",
                "comment_author_url": "http://f.example.com",
                "user_ip": "192.0.2.1",
                "comment_author_email": None,
            },
        )
    }
    assert len(scores) == 1
    assert moderator.check("Buy followers now").score not in scores


def test_check_and_check_many_agree_to_the_bit(moderator, mixed):
    one_by_one = [moderator.check(comment) for comment in mixed]
    for order in (list(range(len(mixed))), list(reversed(range(len(mixed))))):
        together = list(moderator.check_many([mixed[index] for index in order]))
        for index, verdict in zip(order, together, strict=True):
            assert verdict == one_by_one[index]
            assert verdict.score.hex() == one_by_one[index].score.hex()


def test_reasons_intercept_and_rest_sum_to_the_score(moderator, mixed):
    for verdict in moderator.check_many(mixed):
        reasons, intercept, rest = verdict.explanation
        assert intercept == moderator.model.intercept
        total = intercept + sum(reason.contribution for reason in reasons) + rest
        assert total == pytest.approx(verdict.score, abs=1e-9)


def test_named_signals_and_ngrams_sum_to_the_score_when_each_is_worked_out_alone(moderator, mixed):
    """The score from its parts: every signal's weight times its value, every n-gram's weight, the intercept."""
    model = moderator.model
    for comment, verdict in zip(mixed, moderator.check_many(mixed), strict=True):
        (observation,) = observe([comment])
        signals = {
            signal.name: weight * signal.scale(signal.see(observation).value)
            for signal, weight in zip(SIGNALS, model.signal_weights, strict=True)
        }
        text = ngrams.bytes_of(observation.folded)
        indices = ngrams.buckets([text]).indices
        words = float(ngrams.spread(text, model.ngram_weights).sum() / np.sqrt(len(indices)))
        if count := len(ngrams.word_buckets([text]).indices):
            words += float(ngrams.spread_words(text, model.word_weights).sum() / np.sqrt(count))
        scores = [words]
        for start, end in stretches(observation.folded):
            text = ngrams.bytes_of(observation.folded[start:end])
            scores.append(model.wording.score(ngrams.buckets([text]), ngrams.word_buckets([text]))[0])
        signals["stretch"] = min(model.stretch.share * (max(scores) - words), model.stretch.most)
        assert model.intercept + sum(signals.values()) + words == pytest.approx(verdict.score, abs=1e-9)
        if verdict.enough_text:
            named = {reason.name: reason.contribution for reason in verdict.reasons if reason.name != "words"}
            assert named == pytest.approx({name: signals[name] for name in named}, abs=1e-9)
            told = {name for name, contribution in signals.items() if abs(contribution) >= 0.05}
            assert told == set(named)


def test_reasons_come_strongest_first_and_point_at_what_they_quote(moderator, mixed):
    for comment, verdict in zip(mixed, moderator.check_many(mixed), strict=True):
        sizes = [abs(reason.contribution) for reason in verdict.reasons]
        assert sizes == sorted(sizes, reverse=True)
        for reason in verdict.reasons:
            for start, end in reason.spans:
                assert 0 <= start < end <= len(comment.text)
            if reason.span:
                assert reason.text == comment.text[slice(*reason.span)]
            assert reason.message


def test_wording_is_told_as_whole_words_of_the_comment_as_given(moderator):
    text = "Buy ch<!-- -->eap v\u0456\u200bagra online, no prescription needed, free shipping to your door"
    words = [reason for reason in moderator.check(text).reasons if reason.name == "words"]
    assert words
    for reason in words:
        start, end = reason.span
        assert start == 0 or not text[start - 1].isalnum()
        assert end == len(text) or not text[end].isalnum()
    assert any("v\u0456\u200bagra" in reason.text for reason in words)


def test_verdicts_come_lazily_and_in_order(moderator):
    taken = itertools.count()
    endless = (f"comment number {number} is about bread" for number in taken)
    verdicts = moderator.check_many(endless)
    first = list(itertools.islice(verdicts, 3))
    assert [v.score for v in first] == [moderator.check(f"comment number {n} is about bread").score for n in range(3)]
    assert next(taken) < 1000
    assert list(moderator.check_many([])) == []


def test_long_comments_are_not_gathered_into_large_blocks(moderator):
    taken = itertools.count()
    verdicts = moderator.check_many("word " * 40_000 for _ in taken)
    next(verdicts)
    assert next(taken) < 10


def test_a_bad_comment_raises_in_its_turn_after_the_verdicts_before_it(moderator):
    verdicts = moderator.check_many(["first of all, thanks", "and second, no thanks", 3, "never reached"])
    assert next(verdicts).action is Action.KEEP
    assert next(verdicts).action is Action.KEEP
    with pytest.raises(CommentTypeError, match="not int"):
        next(verdicts)


def test_an_error_of_the_source_comes_through_after_the_verdicts_before_it(moderator):
    def source():
        yield "a comment that came through"
        raise ConnectionError("the database went away")

    verdicts = moderator.check_many(source())
    assert next(verdicts).action is Action.KEEP
    with pytest.raises(ConnectionError, match="went away"):
        next(verdicts)


@pytest.mark.parametrize("bad", [3, None, 2.5, ["text"], b"bytes", object()], ids=repr)
def test_what_is_no_comment_is_refused(moderator, bad):
    with pytest.raises(CommentTypeError, match="a comment is a str"):
        moderator.check(bad)


def test_a_mapping_without_text_is_refused(moderator):
    with pytest.raises(CommentError, match=r"'text' or 'comment_content'.*author"):
        moderator.check({"author": "Ana"})


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS)
def test_odd_texts_get_a_verdict(moderator, text):
    verdict = moderator.check(text)
    assert verdict.action is Action.KEEP, str(verdict)[:300]
    assert 0 <= verdict.probability <= 1


@pytest.mark.parametrize(
    "text", ["", "  \n", "ok", "Ja!", "谢谢", "👍👍👍👍", "+1 +1", "....", "\u200b" * 50, "Subscribed!"], ids=ascii
)
def test_too_little_text_is_kept_and_said_to_be(text):
    verdict = Moderator.load(threshold=0).check(text)
    assert verdict.action is Action.KEEP
    assert not verdict.enough_text
    assert [reason.name for reason in verdict.reasons] == ["too_little_text"]
    assert "too little text" in str(verdict)


@pytest.mark.parametrize("text", ["http://a.co", "Three words of mine", "谢谢你的文章", "Спасибо, все"], ids=ascii)
def test_a_few_words_or_a_link_are_enough_to_judge(text):
    assert Moderator.load(threshold=0).check(text).flagged


def test_the_threshold_decides(moderator):
    probability = moderator.check(BORN_FROM).probability
    assert Moderator.load(threshold=probability).check(BORN_FROM).flagged
    assert not Moderator.load(threshold=np.nextafter(probability, 2)).check(BORN_FROM).flagged
    assert Moderator.load(threshold=0.123).check("Hello there, all of you").threshold == 0.123


def test_a_false_positive_rate_chooses_from_the_models_table(moderator):
    rows = moderator.model.thresholds
    for row in rows:
        assert Moderator.load(max_false_positive_rate=row.false_positive_rate).threshold == row.threshold
    between = (rows[0].false_positive_rate + rows[1].false_positive_rate) / 2
    assert Moderator.load(max_false_positive_rate=between).threshold == rows[0].threshold
    assert Moderator.load(max_false_positive_rate=1).threshold == rows[-1].threshold


@pytest.mark.parametrize("rate", [0, 1e-9, -1, 1.5, float("nan")])
def test_a_false_positive_rate_that_cannot_be_promised_is_refused(rate):
    with pytest.raises(SettingError, match="begins at a false-positive rate"):
        Moderator.load(max_false_positive_rate=rate)


def test_a_threshold_and_a_false_positive_rate_together_are_refused():
    with pytest.raises(SettingError, match="not both"):
        Moderator.load(threshold=0.5, max_false_positive_rate=0.01)


def test_what_lies_between_is_held_where_that_was_asked_for():
    probability = Moderator.load().check(BORN_FROM).probability
    above = min(1.0, float(np.nextafter(probability, 2)))
    assert Moderator.load(threshold=above, hold_from=probability).check(BORN_FROM).action is Action.HOLD
    assert Moderator.load(threshold=above, hold_from=above).check(BORN_FROM).action is Action.KEEP
    assert Moderator.load(threshold=probability, hold_from=0).check(BORN_FROM).action is Action.FLAG
    held = Moderator.load(threshold=1, hold_from=0).check("Hello there, all of you")
    assert (held.action, held.flagged) == (Action.HOLD, False)
    assert Moderator.load(threshold=1, hold_from=0).check("ok").action is Action.KEEP  # too little text


@pytest.mark.parametrize("hold_from", [-0.1, 0.51, float("nan")])
def test_a_band_out_of_range_is_refused(hold_from):
    with pytest.raises(SettingError, match="up to the threshold"):
        Moderator.load(threshold=0.5, hold_from=hold_from)


@pytest.mark.parametrize("threshold", [-0.1, 1.01, float("nan"), float("inf")])
def test_a_threshold_out_of_range_is_refused(threshold):
    with pytest.raises(SettingError, match="from 0 to 1"):
        Moderator.load(threshold=threshold)


def test_threads_may_share_a_moderator(mixed):
    moderator = Moderator.load()
    expected = [verdict.score for verdict in moderator.check_many(mixed)]
    with ThreadPoolExecutor(8) as pool:
        assert [verdict.score for verdict in pool.map(moderator.check, mixed)] == expected


def test_our_own_honest_comments_are_kept(moderator):
    """The model was trained on them, so this guards against a model that cannot even tell what it has seen."""
    examples, _ = load([DATASETS / "ham"])
    flagged = [
        e.comment.text
        for e, v in zip(examples, moderator.check_many(e.comment for e in examples), strict=True)
        if v.flagged
    ]
    assert len(flagged) <= 0.001 * len(examples), flagged
