"""The worst stretch of a comment: where stretches lie, what they score, and that padding hides little."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modspam import Comment, ngrams
from modspam.features import observe
from modspam.wording import STRETCH, STRETCH_STEP, STRETCH_WORDS, Wording, stretches

WORDS = st.lists(st.text("abcñи1!", min_size=1, max_size=9), min_size=1, max_size=90)
HOME = "and then we all walked home along the river in the rain, late for supper and rather wet"


@pytest.fixture(scope="module")
def wording():
    rng = np.random.default_rng(3)
    return Wording(rng.normal(size=1 << ngrams.BITS), rng.normal(size=1 << ngrams.BITS))


def of_whole(wording, text):
    return float(wording.score(ngrams.buckets([text.encode()]), ngrams.word_buckets([text.encode()]))[0])


def scored(wording, texts):
    return np.array([of_whole(wording, f" {text} ") for text in texts])


@given(WORDS)
def test_stretches_are_runs_of_whole_words_that_overlap_and_leave_none_out(words):
    text = " ".join(words)
    spans = stretches(text)
    runs = [text[start:end].split(" ") for start, end in spans]
    assert all(len(run) == STRETCH_WORDS for run in runs[:-1])
    if len(words) < STRETCH_WORDS + STRETCH_STEP + 1:
        assert not spans
    else:
        assert STRETCH_STEP < len(runs[-1]) <= STRETCH_WORDS
        beginnings = [word for run in runs[:-1] for word in run[:STRETCH_STEP]]
        assert beginnings + runs[-1] == words


@given(st.lists(WORDS, max_size=4))
def test_the_excess_is_what_the_worst_stretch_has_more_than_the_whole(wording, several):
    texts = [" ".join(words) for words in several]
    scores = scored(wording, texts)
    for text, whole, excess in zip(texts, scores, wording.excess(texts, scores), strict=True):
        worst = max([whole, *(of_whole(wording, f" {text[start:end]} ") for start, end in stretches(text))])
        assert excess == pytest.approx(worst - whole, abs=1e-12)


def test_a_text_of_many_pieces_has_the_same_excess_in_whatever_block_it_stands(wording):
    long = " ".join(f"word{number}" for number in range(30_000))
    texts = ["short", long, HOME + " " + HOME]
    together = wording.excess(texts, scored(wording, texts))
    alone = [wording.excess([text], scored(wording, [text]))[0] for text in texts]
    assert together.tolist() == alone
    assert together[0] == 0 < together[1]
    assert wording.worst_stretch("short") is None


def test_what_the_worst_stretch_adds_grows_to_a_bound():
    added = STRETCH.added(np.array([0.0, 0.5, 1.0, 3.0, 100.0]))
    assert added[0] == 0
    assert (np.diff(added[:3]) > 0).all()
    assert added[3] == added[4] == STRETCH.most
    assert STRETCH.scaled(2.0).added(np.array([1.0, 100.0])) == pytest.approx([STRETCH.share, 2 * STRETCH.most])


def test_an_advert_among_honest_words_is_found_pointed_at_and_told(moderator):
    advert = "Cheap followers and likes for your page, order now at http://likes.example.com and get 50% off"
    padded = f"{HOME}. {HOME}. {advert} {HOME}. {HOME}."
    bare, hidden, honest = moderator.check_many([advert, padded, f"{HOME}. {HOME}. {HOME}. {HOME}."])
    assert bare.flagged
    assert not honest.flagged
    (reason,) = [reason for reason in hidden.reasons if reason.name == "stretch"]
    start, end = reason.span
    assert padded[start:end] == reason.text
    assert "followers" in reason.text
    assert reason.contribution > 0.5
    (observation,) = observe([Comment(padded)])
    span = moderator.model.wording.worst_stretch(observation.folded)
    assert observation.reading.folded.origin(*span) == reason.span
