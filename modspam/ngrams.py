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

from collections.abc import Sequence
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

    Memory is about 100 bytes for each byte of the block, and bounded for a single long comment.
    """
    if len(texts) == 1 and len(texts[0]) > _LONG:
        found = _buckets_of_long(texts[0])
        return Buckets(found, np.array([0, len(found)], dtype=np.int64))
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    data = np.frombuffer(b"".join(texts), dtype=np.uint8)
    # A key is the comment's number and the bucket; 32 bits sort fastest, and 2^14 comments fit.
    key_type = np.uint32 if len(texts) <= 1 << (32 - BITS) else np.uint64
    owner = np.repeat(np.left_shift(np.arange(len(texts), dtype=key_type), key_type(BITS)), lengths)
    keys = [np.empty(0, dtype=key_type)]  # for a block without a byte
    for order, hashed in zip(ORDERS, _rolled(data), strict=False):
        key = owner[: len(hashed)] | hashed
        keys.append(key[owner[: len(hashed)] == owner[order - 1 :]])
    return _by_comment(np.concatenate(keys), len(texts))


def _by_comment(key: npt.NDArray[np.unsignedinteger], count: int) -> Buckets:
    """Sort keys (a comment's number and a bucket) out to ``count`` comments, each key once; changes ``key``."""
    key.sort()
    first = np.empty(len(key), dtype=np.bool_)
    first[:1] = True
    np.not_equal(key[1:], key[:-1], out=first[1:])
    unique = key[first]
    owners = np.arange(count + 1, dtype=np.uint64) << np.uint64(BITS)
    starts = np.searchsorted(unique, owners).astype(np.int64)
    return Buckets((unique & key.dtype.type((1 << BITS) - 1)).astype(np.uint32, copy=False), starts)


def word_buckets(texts: Sequence[bytes]) -> Buckets:
    """Find the buckets of the words, and of two words in a row, of a block of comments; as `buckets` does.

    A word is a run of ASCII letters, digits and apostrophes, and of any bytes beyond ASCII.
    """
    texts = [text[:_LONGEST] for text in texts]
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    starts, _, hashed = _words(np.frombuffer(b"".join(texts), dtype=np.uint8))
    owner = (np.searchsorted(np.cumsum(lengths), starts, side="right")).astype(np.uint64) << np.uint64(BITS)
    pairs = owner[:-1] == owner[1:]
    key = np.concatenate((owner | _spread_out(hashed), (owner[:-1] | _spread_out(_paired(hashed)))[pairs]))
    return _by_comment(key, len(texts))


def _words(data: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.uint32]]:
    """Find where the words begin and end, and their polynomial hashes modulo 2^32.

    All at once: from the running sum of ``value / multiplier ** position`` the sum over a word is a
    difference, and a power of the multiplier makes it independent of where the word stands.
    """
    inside = np.concatenate(([False], _IN_WORD[data], [False]))
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    starts, ends = edges[::2], edges[1::2]
    scaled = _powers(_INVERSE, len(data))
    scaled *= data.astype(np.uint32) + np.uint32(1)
    sums = np.concatenate((np.zeros(1, dtype=np.uint32), np.cumsum(scaled, dtype=np.uint32)))
    hashed = (sums[ends] - sums[starts]) * _powers(_MULTIPLIER, len(data))[ends - 1]
    return starts, ends, hashed


def _powers(base: np.uint32, count: int) -> npt.NDArray[np.uint32]:
    powers = np.full(count, base, dtype=np.uint32)
    powers[:1] = 1
    return np.cumprod(powers, dtype=np.uint32)


def _paired(hashed: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    return hashed[:-1] * _PAIR + hashed[1:]


def _spread_out(hashed: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Bring a hash to the number of its bucket."""
    buckets: npt.NDArray[np.uint32] = ((hashed ^ (hashed >> _SHIFT)) * _GOLDEN) >> np.uint32(32 - BITS)
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
    rolled = list(_rolled(data))
    occurrences = np.bincount(np.concatenate(rolled), minlength=1 << BITS)
    shares = np.zeros(len(data))
    for order, hashed in zip(ORDERS, rolled, strict=False):
        share = weights[hashed].astype(np.float64) / occurrences[hashed] / order
        for offset in range(order):
            shares[offset : offset + len(share)] += share
    return shares


def spread_words(text: bytes, weights: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Share the words' weights out over the bytes that they were read from, as `spread` does."""
    text = text[:_LONGEST]
    starts, ends, hashed = _words(np.frombuffer(text, dtype=np.uint8))
    rows = [(_spread_out(hashed), starts, ends), (_spread_out(_paired(hashed)), starts[:-1], ends[1:])]
    occurrences = np.bincount(np.concatenate([found for found, _, _ in rows]), minlength=1 << BITS)
    slopes = np.zeros(len(text) + 1)  # what the share of a byte has more than that of the byte before
    for found, first, last in rows:
        share = weights[found].astype(np.float64) / occurrences[found] / (last - first)
        np.add.at(slopes, first, share)
        np.subtract.at(slopes, last, share)
    return np.cumsum(slopes)[:-1]


def _rolled(data: npt.NDArray[np.uint8]) -> "list[npt.NDArray[np.uint32]]":
    """For each order in turn the bucket of the n-gram that starts at each byte."""
    values = data.astype(np.uint32) + np.uint32(1)
    hashed = values
    result = []
    for order in range(1, ORDERS[-1] + 1):
        if len(data) < order:
            break
        if order > 1:
            hashed = hashed[:-1] * _MULTIPLIER + values[order - 1 :]
        result.append(_spread_out(hashed))
    return result


def _buckets_of_long(text: bytes) -> npt.NDArray[np.uint32]:
    seen = np.zeros(1 << BITS, dtype=np.bool_)
    overlap = ORDERS[-1] - 1
    for start in range(0, len(text), _LONG):
        piece = np.frombuffer(text[start : start + _LONG + overlap], dtype=np.uint8)
        for hashed in _rolled(piece):
            seen[hashed] = True
    return np.flatnonzero(seen).astype(np.uint32)
