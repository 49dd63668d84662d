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
    """Find the buckets of a block of comments (see `bytes_of`); the block may be empty.

    Memory is about 60 bytes for each byte of the block up to 16 KB, bounded for the work, and 4 for each bucket found.
    """
    if len(texts) > 1 and sum(map(len, texts)) > _PIECE:
        return _joined([buckets(piece) for piece in _pieces(texts)])
    if len(texts) == 1 and len(texts[0]) > _LONG:
        found = _buckets_of_long(texts[0])
        return Buckets(found, np.array([0, len(found)], dtype=np.int64))
    rows = _rolled(np.frombuffer(b"".join(texts), dtype=np.uint8))
    return _each_once(rows, list(accumulate(map(len, texts))))


def word_buckets(texts: Sequence[bytes]) -> Buckets:
    """Find the buckets of the words, and of two words in a row, of a block of comments; as `buckets` does.

    A word is a run of ASCII letters, digits and apostrophes, and of any bytes beyond ASCII.
    """
    if len(texts) > 1 and sum(map(len, texts)) > _PIECE:
        return _joined([word_buckets(piece) for piece in _pieces(texts)])
    texts = [text[:_LONGEST] for text in texts]
    starts, _, hashed = _words(np.frombuffer(b"".join(texts), dtype=np.uint8))
    rows = np.empty((2, len(hashed)), dtype=np.uint32)
    rows[0] = hashed
    rows[1, :-1] = _paired(hashed)
    ends = [len(starts)] if len(texts) == 1 else np.searchsorted(starts, list(accumulate(map(len, texts)))).tolist()
    return _each_once(_spread_out(rows), ends)


def _pieces(texts: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Cut a block into such as the processor's cache holds with all that is made of them."""
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


def _each_once(rows: npt.NDArray[np.uint32], ends: Sequence[int]) -> Buckets:
    """Sort buckets out to comments, each bucket once.

    - ``rows``: for each order a row, with the bucket of the n-gram that begins at each place; changed
    - ``ends``: the place where each comment ends
    """
    lasts = [end for start, end in pairwise([0, *ends]) if end > start]
    for back in range(1, len(rows)):
        # What reaches beyond the comment's end becomes one that the comment has.
        places = [max(end - back, 0) for end in lasts]
        at = places[0] if len(places) == 1 else places
        rows[back:, at] = rows[0, at]
    # A comment's buckets lie together and are sorted by themselves: short arrays sort several times as fast.
    found = rows.T.reshape(-1)
    bounds = [0, *(len(rows) * end for end in ends)]
    for start, end in pairwise(bounds):
        found[start:end].sort()
    new = np.empty(len(found), dtype=np.bool_)
    np.not_equal(found[1:], found[:-1], out=new[1:])
    new[[start for start, end in pairwise(bounds) if end > start]] = True
    kept = new.nonzero()[0]
    return Buckets(found[kept], kept.searchsorted(bounds))


def _words(data: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.uint32]]:
    """Find where the words begin and end, and their polynomial hashes modulo 2^32.

    All at once: from the running sum of ``value / multiplier ** position`` the sum over a word is a
    difference, and a power of the multiplier makes it independent of where the word stands.
    """
    inside = np.zeros(len(data) + 2, dtype=np.bool_)
    _IN_WORD.take(data, out=inside[1:-1])
    edges = (inside[1:] != inside[:-1]).nonzero()[0]
    starts, ends = edges[::2], edges[1::2]
    sums = np.zeros(len(data) + 1, dtype=np.uint32)
    np.cumsum(_powers(_INVERSE, len(data)) * (data + np.uint32(1)), out=sums[1:])
    hashed = (sums[ends] - sums[starts]) * _powers(_MULTIPLIER, len(data))[ends - 1]
    return starts, ends, hashed


def _powers(base: np.uint32, count: int) -> npt.NDArray[np.uint32]:
    """Give the powers of a number from 0 on, modulo 2^32; those of short texts are kept."""
    if count > _PIECE:
        return _powers_up_to(base, count)
    return _kept_powers(base)[:count]


def _powers_up_to(base: np.uint32, count: int) -> npt.NDArray[np.uint32]:
    powers = np.full(count, base, dtype=np.uint32)
    powers[:1] = 1
    return np.cumprod(powers, dtype=np.uint32)


@cache
def _kept_powers(base: np.uint32) -> npt.NDArray[np.uint32]:
    return _powers_up_to(base, _PIECE)


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
    rolled = _whole(_rolled(data))
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
    starts, ends, hashed = _words(np.frombuffer(text, dtype=np.uint8))
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


def _rolled(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """For each order in turn the bucket of the n-gram that starts at each byte; beyond the end anything."""
    length = len(data)
    hashed = np.empty((len(ORDERS), length), dtype=np.uint32)
    values = np.add(data, np.uint32(1), out=hashed[0])
    for order in range(1, min(len(ORDERS), length)):
        row = np.multiply(hashed[order - 1, : length - order], _MULTIPLIER, out=hashed[order, : length - order])
        row += values[order:]
    return _spread_out(hashed)


def _whole(rows: npt.NDArray[np.uint32]) -> list[npt.NDArray[np.uint32]]:
    """Cut off what `_rolled` has beyond the end."""
    length = rows.shape[1]
    return [row[: max(length - beyond, 0)] for beyond, row in enumerate(rows)]


def _buckets_of_long(text: bytes) -> npt.NDArray[np.uint32]:
    seen = np.zeros(1 << BITS, dtype=np.bool_)
    overlap = ORDERS[-1] - 1
    for start in range(0, len(text), _LONG):
        piece = np.frombuffer(text[start : start + _LONG + overlap], dtype=np.uint8)
        for hashed in _whole(_rolled(piece)):
            seen[hashed] = True
    return np.flatnonzero(seen).astype(np.uint32)
