"""Hashed n-grams: the numbers that released models depend on, and a plain second way to work them out."""

import re
from hashlib import sha256
from itertools import chain, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modspam.ngrams import BITS, ORDERS, buckets, bytes_of, spread, spread_words, word_buckets

relaxed = settings(deadline=None)
SHORT_TEXTS = st.binary(max_size=40) | st.text(max_size=20).map(bytes_of)


def rolled(text):
    """Hash bytes, step by step in whole numbers."""
    value = 0
    for byte in text:
        value = (value * 0x01000193 + byte + 1) % 2**32
    return value


def spread_out(value):
    return (value ^ value >> 15) * 0x9E3779B1 % 2**32 >> 14


def bucket(ngram):
    return spread_out(rolled(ngram))


def ngrams_of(text):
    return [text[start : start + order] for order in ORDERS for start in range(len(text) - order + 1)]


def expected(text):
    return sorted({bucket(ngram) for ngram in ngrams_of(text)})


def each(texts, find=buckets):
    """Give the buckets of each text of a block."""
    indices, starts = find(texts)
    assert len(starts) == len(texts) + 1
    assert starts[0] == 0
    assert starts[-1] == len(indices)
    return [indices[start:end].tolist() for start, end in pairwise(starts)]


def made_by_a_rule(length):
    return bytes((i * i * 7 + i * 31 + i // 7) % 256 for i in range(length))


GOLDEN = {
    b" a ": "43813 103578 148722 235990 241163",
    b" ab ": "36248 48592 82409 103578 148722 191078 237810 241163 250971",
    b"\x00\xff": "56806 142187 162013",
    " é한 ".encode(): """
        8214 12084 17243 20684 24140 30194 35300 57480 96873 103459 103578 105050 116609 121045 122758 127742
        138614 148437 148995 159857 163648 184837 223009 223355
    """,
}


@pytest.mark.parametrize("text", GOLDEN, ids=ascii)
def test_golden_vectors(text):
    """These numbers must never change: released models depend on them."""
    assert each([text]) == [[int(index) for index in GOLDEN[text].split()]]


def test_golden_digest():
    """This digest must never change: released models depend on it."""
    indices, _ = buckets([made_by_a_rule(1000)])
    assert len(indices) == 3795
    digest = sha256(indices.astype("<u4").tobytes()).hexdigest()
    assert digest == "a2bde657586ac2b5511ee34b2b8526d2652c65475ee178a052017bd9a068f7ab"


@pytest.mark.parametrize(
    ("folded", "text"),
    [("", b"  "), ("a b", b" a b "), ("é", b" \xc3\xa9 "), ("\ud800", b" ? ")],
    ids=ascii,
)
def test_the_bytes_stand_between_two_spaces(folded, text):
    assert bytes_of(folded) == text


@relaxed
@given(SHORT_TEXTS.filter(len))
def test_buckets_are_those_of_the_plain_hash(text):
    assert each([text]) == [expected(text)]


@relaxed
@given(st.lists(SHORT_TEXTS, min_size=1, max_size=8).filter(any))
def test_a_comment_has_the_same_buckets_whatever_stands_beside_it(texts):
    """Even an empty text, which `bytes_of` never gives, only has none."""
    assert each(texts) == [expected(text) for text in texts]


def test_a_block_without_comments_has_no_buckets():
    assert each([]) == []


def test_no_ngram_spans_two_comments():
    """Nothing of one comment's end and the next one's beginning, of any order, is found in either."""
    one, other = b" casi", b"nos "
    found = set(buckets([one, other]).indices.tolist())
    across = {
        bucket((one + other)[start : start + order])
        for order in ORDERS[1:]
        for start in range(len(one) - order + 1, len(one))
    }
    assert len(across) == 10
    assert not across & found


@pytest.mark.parametrize("length", [65_535, 65_536, 65_537, 65_540, 131_072, 131_074, 200_003])
def test_a_long_comment_has_the_same_buckets_alone_as_in_a_block(length):
    """Alone it is worked through in pieces: no n-gram may be lost or made up where two pieces meet."""
    text = np.random.default_rng(length).integers(0, 256, length, dtype=np.uint8).tobytes()
    alone = buckets([text])
    in_block = each([text, b"  "])
    assert alone.starts.tolist() == [0, len(alone.indices)]
    assert alone.indices.tolist() == in_block[0]
    assert (alone.indices.dtype, alone.starts.dtype) == (np.uint32, np.int64)


@pytest.mark.parametrize("length", [1_190, 1_200, 1_210, 5_000])
def test_a_comment_of_some_length_has_the_buckets_of_the_plain_hash_beside_others(length):
    """From some number of buckets on they are not sorted but marked in a table."""
    text = (b"once more, " * 20 + made_by_a_rule(length))[:length]
    assert each([b" a ", text, b" b "]) == [expected(b" a "), expected(text), expected(b" b ")]
    assert each([text]) == [expected(text)]


def test_an_ngram_that_stands_only_where_two_pieces_meet_is_found():
    for place in range(65_531, 65_537):
        text = b" " * place + b"abcde" + b" " * 1000
        assert each([text]) == each([text, b"  "])[:1]
        assert {bucket(b"abcde"), bucket(b"  abc"), bucket(b"de   ")} <= set(buckets([text]).indices.tolist())


@pytest.mark.parametrize("size", [2**14, 2**14 + 1, 2**14 + 700])
def test_a_block_of_very_many_comments_keeps_them_apart(size):
    """Up to 2^14 comments their numbers fit beside the bucket in 32 bits; beyond, they need 64."""
    texts = [bytes_of(f"{number % 97:x}") for number in range(size)]
    by_text = {text: expected(text) for text in set(texts)}
    block = buckets(texts)
    assert each(texts) == [by_text[text] for text in texts]
    assert (block.indices.dtype, block.starts.dtype) == (np.uint32, np.int64)


@relaxed
@given(SHORT_TEXTS.filter(len), st.integers(0, 100))
def test_spread_sums_to_the_weights_of_the_buckets(text, seed):
    weights = np.random.default_rng(seed).normal(size=1 << BITS)
    shares = spread(text, weights)
    assert shares.shape == (len(text),)
    assert shares.sum() == pytest.approx(weights[expected(text)].sum(), abs=1e-9)


def test_spread_gives_a_weight_to_the_bytes_that_it_was_read_from():
    text = b" one cash two cash "
    weights = np.zeros(1 << BITS, dtype=np.float32)
    weights[bucket(b"cash")] = 8.0
    first, second = text.index(b"cash"), text.rindex(b"cash")
    shares = np.zeros(len(text))
    shares[first : first + 4] = shares[second : second + 4] = 1.0
    assert spread(text, weights).tolist() == shares.tolist()


def test_spread_divides_a_bucket_where_ngrams_of_several_orders_meet():
    """Different n-grams may share a bucket; its weight is still given out once."""
    text = b" aa aaa aaaa aaaaa "
    weights = np.zeros(1 << BITS, dtype=np.float32)
    weights[[bucket(b"a"), bucket(b"aa")]] = 1.0, 10.0
    shares = spread(text, weights)
    assert shares.sum() == pytest.approx(11.0)
    assert (shares[[i for i, byte in enumerate(text) if byte == ord(" ")]] == 0).all()


def word_bucket(*words):
    """Give the bucket of one word or of two in a row."""
    first, *second = map(rolled, words)
    return spread_out((first * 0x85EBCA6B + second[0]) % 2**32 if second else first)


def words_of(text):
    return re.findall(rb"[A-Za-z0-9'\x80-\xff]+", text)


def expected_words(text):
    words = words_of(text)
    return sorted({word_bucket(*run) for run in chain(((word,) for word in words), pairwise(words))})


def each_of_words(texts):
    block = word_buckets(texts)
    assert (block.indices.dtype, block.starts.dtype) == (np.uint32, np.int64)
    return each(texts, word_buckets)


WORDS = {
    b" a ": "148722",
    b" it's 5 o'clock ": "97998 108962 125454 166861 207939",
    " 你好,мир ".encode(): "18985 66766 84336",
}


@pytest.mark.parametrize("text", WORDS, ids=ascii)
def test_golden_vectors_of_words(text):
    """These numbers must never change: released models depend on them."""
    assert each_of_words([text]) == [[int(index) for index in WORDS[text].split()]]


TALK = st.text("ab'5é你 .\n", max_size=30).map(bytes_of)


@relaxed
@given(st.lists(TALK, max_size=6))
def test_words_are_those_of_the_plain_hash_whatever_stands_beside_a_comment(texts):
    assert each_of_words(texts) == [expected_words(text) for text in texts]


def test_a_text_without_words_has_none():
    assert each_of_words([b" ... ", b"  ", b" a "]) == [[], [], expected_words(b" a ")]
    assert each_of_words([]) == []


def test_words_are_looked_for_in_the_beginning_of_a_very_long_comment():
    long = b" one" + b"." * (1 << 20) + b" two "
    assert each_of_words([long, b" three "]) == [expected_words(b"one"), expected_words(b"three")]


@relaxed
@given(TALK, st.integers(0, 100))
def test_spread_words_sums_to_the_weights_of_the_buckets(text, seed):
    weights = np.random.default_rng(seed).normal(size=1 << BITS)
    shares = spread_words(text, weights)
    assert shares.shape == (len(text),)
    assert shares.sum() == pytest.approx(weights[expected_words(text)].sum(), abs=1e-9)


def test_spread_words_gives_a_weight_to_the_bytes_that_it_was_read_from():
    text = b" no cash, no cash "
    weights = np.zeros(1 << BITS, dtype=np.float32)
    weights[word_bucket(b"cash")] = 8.0
    assert spread_words(text, weights) == pytest.approx([0] * 4 + [1] * 4 + [0] * 5 + [1] * 4 + [0])
