"""Hashed n-grams of a comment's bytes and of its words, for many comments at once.

Every run of one to five bytes of the folded text (UTF-8, one space before and behind) falls into one
of 2^18 buckets, and every word and every two words that follow one another into one of another 2^18.
What counts is whether a bucket occurs, not how often, and the length of each of the two vectors is one:
binary and L2-normalised n-grams lead on short comments, ahead of counts (Sculley and Wachman 2007,
"Relaxed online SVMs for spam filtering", for binary character n-grams).  Bytes see what is within and
around words, whatever was done to them; words keep their weight apart from their spelling, and where
the training knows them, they tell more (``benchmarks/README.md`` has the figures of both).

The hash is part of the model format: released models depend on it, so it must never change.
``tests/test_ngrams.py`` pins it with golden vectors.

Leaves out counts, positions and skip-grams, and words of scripts that put no spaces between them:
there a word is what stands between two signs, and the bytes do the work.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = [
    "BITS",
    "HASH",
    "ORDERS",
    "WORD_HASH",
    "Buckets",
    "all_buckets",
    "buckets",
    "bytes_of",
    "spread",
    "spread_words",
    "word_buckets",
]

ORDERS = (1, 2, 3, 4, 5)
BITS = 18
HASH = "poly-fib-1"  # the names under which the model file knows what follows
WORD_HASH = "word-poly-fib-1"

_MULTIPLIER = np.uint32(0x01000193)  # FNV's prime, for the roll (Fowler, Noll and Vo 1991)
_GOLDEN = np.uint32(0x9E3779B1)  # 2^32 over the golden ratio, for the spread (Knuth, TAOCP 3, 6.4)
_SHIFT = np.uint32(15)
_INVERSE = np.uint32(pow(int(_MULTIPLIER), -1, 1 << 32))  # of the multiplier, modulo 2^32
_PAIR = np.uint32(0x85EBCA6B)  # for the first of two words; from the mixing step of MurmurHash3 (Appleby 2011)
_LONGEST = 1 << 20  # bytes of a comment in which words are looked for; there is no need to read on
_LONG = 1 << 16  # a comment of more bytes is worked through in pieces of this size
_PIECE = 1 << 14  # bytes of comments that are worked on together
_MANY = 6000  # buckets from which on marking each in a table of all is faster than sorting


class Buckets(NamedTuple):
    """Which buckets each comment of a block falls into.

    - ``indices``: ``uint32``, for each comment in turn its buckets in rising order, each once
    - ``starts``: ``int64``, one more than there are comments; comment ``i`` has
      ``indices[starts[i]:starts[i + 1]]``
    """

    indices: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.int64]


def bytes_of(folded: str) -> bytes:
    """The bytes that n-grams are taken from: UTF-8 between two spaces, at least two bytes."""
    return b" " + folded.encode("utf-8", "replace") + b" "


def buckets(texts: Sequence[bytes]) -> Buckets:
    """Find the buckets of the n-grams of a block of comments (see `bytes_of`); the block may be empty."""
    return all_buckets(texts)[0]


def word_buckets(texts: Sequence[bytes]) -> Buckets:
    """Find the buckets of the words, and of two words in a row, of a block of comments.

    A word is a run of ASCII letters, digits and apostrophes, and of any bytes beyond ASCII.
    """
    return all_buckets(texts)[1]


def all_buckets(texts: Sequence[bytes]) -> tuple[Buckets, Buckets]:
    """Find what `buckets` and `word_buckets` find, in one pass.

    Memory is 4 bytes for each bucket found, and about 100 bytes for each of the 16 KB that are worked on together; for
    a comment that is longer than these, about as much for each of its bytes up to a megabyte.
    """
    if len(texts) > 1 and sum(map(len, texts)) > _PIECE:
        pieces = [all_buckets(piece) for piece in _pieces(texts)]
        return _joined([grams for grams, _ in pieces]), _joined([words for _, words in pieces])
    ends = list(accumulate(map(len, texts)))
    data = np.frombuffer(b"".join(texts), dtype=np.uint8)
    if len(data) > _LONG:
        seen = np.flatnonzero(_seen_in_long(texts[0])).astype(np.uint32)
        rows, word_ends = _word_rows(data[:_LONGEST], _sums(data[:_LONGEST]), ends)
        (words,) = _each_once([(_spread_out(rows), word_ends)])
        return Buckets(seen, np.array([0, len(seen)], dtype=np.int64)), words
    sums = _sums(data)
    word_rows, word_ends = _word_rows(data, sums, ends)
    # Both kinds lie in one array, so that each step is one call.
    split = len(ORDERS) * len(data)
    found = np.empty(split + word_rows.size, dtype=np.uint32)
    rows = found[:split].reshape(len(ORDERS), -1)
    _roll(sums, rows)
    found[split:] = word_rows.ravel()
    spread = _spread_out(found)
    grams, words = _each_once(
        [(spread[:split].reshape(rows.shape), ends), (spread[split:].reshape(word_rows.shape), word_ends)]
    )
    return grams, words


def _pieces(texts: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Cut a block into such as the processor's cache holds with what is made of them; a long comment stays alone."""
    start = size = 0
    for index, text in enumerate(texts):
        if size and size + len(text) > _PIECE:
            yield texts[start:index]
            start, size = index, 0
        size += len(text)
    yield texts[start:]


def _joined(blocks: Sequence[Buckets]) -> Buckets:
    starts = [np.zeros(1, dtype=np.int64)]
    for block in blocks:
        starts.append(block.starts[1:] + starts[-1][-1])
    return Buckets(np.concatenate([block.indices for block in blocks]), np.concatenate(starts))


def _sums(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """Give the running sums of ``value / multiplier ** position`` modulo 2^32, from 0 before the first on.

    The hash of any run of bytes is the difference of two of them, once a power of the multiplier has made it
    independent of where the run stands.  Behind the last there is room for n-grams that reach beyond the end.
    """
    sums = np.zeros(len(data) + len(ORDERS), dtype=np.uint32)
    scaled = (data + np.uint32(1)) * _powers(_INVERSE, len(data))
    np.add.accumulate(scaled, out=sums[1 : len(data) + 1])
    return sums


def _roll(sums: npt.NDArray[np.uint32], rows: npt.NDArray[np.uint32]) -> None:
    """Hash the n-grams that start at each byte, into a row for each order; what reaches beyond the end is anything."""
    shape = rows.shape
    powers = _powers(_MULTIPLIER, sum(shape))
    # Row by row both begin one place later: one array, looked at in two dimensions.
    np.subtract(np.ndarray(shape, np.uint32, sums, 4, (4, 4)), sums[: shape[1]], out=rows)
    np.multiply(rows, np.ndarray(shape, np.uint32, powers, 0, (4, 4)), out=rows)


def _word_rows(
    data: npt.NDArray[np.uint8], sums: npt.NDArray[np.uint32], ends: Sequence[int]
) -> tuple[npt.NDArray[np.uint32], list[int]]:
    """Hash the words, and each with the one behind it; say how many words there are up to each comment's end."""
    starts, stops = _words(data)
    rows = np.empty((2, len(starts)), dtype=np.uint32)
    rows[0] = _hashed(starts, stops, sums)
    rows[1, :-1] = _paired(rows[0])
    return rows, [len(starts)] if len(ends) == 1 else starts.searchsorted(ends).tolist()


def _words(data: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Find where the words begin and end."""
    inside = np.zeros(len(data) + 2, dtype=np.bool_)
    _IN_WORD.take(data, out=inside[1:-1])
    edges = (inside[1:] != inside[:-1]).nonzero()[0]
    return edges[::2], edges[1::2]


def _hashed(
    starts: npt.NDArray[np.intp], ends: npt.NDArray[np.intp], sums: npt.NDArray[np.uint32]
) -> npt.NDArray[np.uint32]:
    """Give the polynomial hashes of runs of bytes, modulo 2^32."""
    return (sums[ends] - sums[starts]) * _powers(_MULTIPLIER, len(sums))[ends - 1]


def _each_once(kinds: Sequence[tuple[npt.NDArray[np.uint32], Sequence[int]]]) -> list[Buckets]:
    """Sort buckets out to comments, each bucket once.

    For each kind of buckets there are

    - for each order a row, with the bucket of the n-gram that begins at each place; changed
    - the place where each comment ends
    """
    keys = []
    bounds = [0]
    for rows, ends in kinds:
        _bring_back(rows, ends)
        # A comment's buckets lie together and are sorted by themselves: short arrays sort several times as fast.
        keys.append(rows.reshape(-1) if len(ends) == 1 else rows.T.reshape(-1))
        before = bounds[-1]
        bounds.extend(before + len(rows) * end for end in ends)
    found = keys[0] if len(keys) == 1 else np.concatenate(keys)
    new = np.ones(len(found) + 1, dtype=np.bool_)
    for start, end in pairwise(bounds):
        _sort(found[start:end])
    np.not_equal(found[1:], found[:-1], out=new[1:-1])
    for start in bounds:
        new[start] = True
    kept = new.nonzero()[0][:-1]
    indices = found[kept]
    starts = kept.searchsorted(bounds)
    result = []
    position = 0
    for _, ends in kinds:
        own = starts[position : position + len(ends) + 1]
        result.append(Buckets(indices[own[0] : own[-1]], own - own[0]))
        position += len(ends)
    return result


def _sort(run: npt.NDArray[np.uint32]) -> None:
    """Sort a comment's buckets; where there are many, each but the last is left once, and the last fills the rest."""
    if len(run) <= _MANY:
        run.sort()
        return
    seen = np.zeros(1 << BITS, dtype=np.bool_)
    seen[run] = True
    once = seen.nonzero()[0]
    run[: len(once)] = once
    run[len(once) :] = once[-1]


def _bring_back(rows: npt.NDArray[np.uint32], ends: Sequence[int]) -> None:
    """Make what reaches beyond its comment's end one that the comment has."""
    lasts = [end for start, end in pairwise([0, *ends]) if end > start]
    for back in range(1, len(rows)):
        places = [max(end - back, 0) for end in lasts]
        at = places[0] if len(places) == 1 else places
        rows[back:, at] = rows[0, at]


@cache
def _kept_powers(base: np.uint32) -> npt.NDArray[np.uint32]:
    return _powers_up_to(base, _LONG + 2 * len(ORDERS))


def _powers(base: np.uint32, count: int) -> npt.NDArray[np.uint32]:
    """Give the powers of a number from 0 on, modulo 2^32; those for most texts are kept."""
    kept = _kept_powers(base)
    return kept[:count] if count <= len(kept) else _powers_up_to(base, count)


def _powers_up_to(base: np.uint32, count: int) -> npt.NDArray[np.uint32]:
    powers = np.full(count, base, dtype=np.uint32)
    powers[:1] = 1
    return np.cumprod(powers, dtype=np.uint32)


def _paired(hashed: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    return hashed[:-1] * _PAIR + hashed[1:]


def _spread_out(hashed: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Bring a hash to the number of its bucket."""
    buckets = hashed >> _SHIFT
    buckets ^= hashed
    buckets *= _GOLDEN
    buckets >>= np.uint32(32 - BITS)
    return buckets


_IN_WORD = np.zeros(256, dtype=np.bool_)
_IN_WORD[list(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'")] = True
_IN_WORD[0x80:] = True


def spread(text: bytes, weights: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Share the n-grams' weights out over the bytes that they were read from.

    The weight of a bucket is divided evenly among the places where it occurs, and there among the
    bytes of the n-gram, so the result (one value a byte of ``text``) sums to the sum of the weights
    of the text's buckets.
    """
    data = np.frombuffer(text, dtype=np.uint8)
    rolled = _rolled(data)
    places = _by_occurrences(weights, np.concatenate(rolled))
    shares = np.zeros(len(data))
    for order, hashed in zip(ORDERS, rolled, strict=True):
        share, places = places[: len(hashed)] / order, places[len(hashed) :]
        for offset in range(order):
            shares[offset : offset + len(share)] += share
    return shares


def spread_words(text: bytes, weights: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Share the words' weights out over the bytes that they were read from, as `spread` does."""
    text = text[:_LONGEST]
    data = np.frombuffer(text, dtype=np.uint8)
    starts, ends = _words(data)
    hashed = _hashed(starts, ends, _sums(data))
    rows = [(_spread_out(hashed), starts, ends), (_spread_out(_paired(hashed)), starts[:-1], ends[1:])]
    places = _by_occurrences(weights, np.concatenate([found for found, _, _ in rows]))
    slopes = np.zeros(len(text) + 1)  # what the share of a byte has more than that of the byte before
    for found, first, last in rows:
        share, places = places[: len(found)] / (last - first), places[len(found) :]
        np.add.at(slopes, first, share)
        np.subtract.at(slopes, last, share)
    return np.cumsum(slopes)[:-1]


def _by_occurrences(weights: npt.NDArray[np.floating], found: npt.NDArray[np.uint32]) -> npt.NDArray[np.float64]:
    """Divide the weight of each bucket found by how often it was found."""
    # One place stands for all with the same bucket: the last, in a table that need not even be empty before.
    table = np.empty(1 << BITS, dtype=np.uint32)
    table[found] = np.arange(len(found), dtype=np.uint32)
    last = table[found]
    divided: npt.NDArray[np.float64] = weights[found].astype(np.float64) / np.bincount(last)[last]
    return divided


def _rolled(data: npt.NDArray[np.uint8]) -> list[npt.NDArray[np.uint32]]:
    """For each order in turn the buckets of the n-grams that start at each byte."""
    rows = np.empty((len(ORDERS), len(data)), dtype=np.uint32)
    _roll(_sums(data), rows)
    return [row[: max(len(data) - beyond, 0)] for beyond, row in enumerate(_spread_out(rows))]


def _seen_in_long(text: bytes) -> npt.NDArray[np.bool_]:
    """Say of each bucket whether a long comment has it."""
    seen = np.zeros(1 << BITS, dtype=np.bool_)
    overlap = ORDERS[-1] - 1
    for start in range(0, len(text), _LONG):
        piece = np.frombuffer(text[start : start + _LONG + overlap], dtype=np.uint8)
        for hashed in _rolled(piece):
            seen[hashed] = True
    return seen
