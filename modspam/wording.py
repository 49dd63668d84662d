"""The weights of a comment's bytes and words, and what they make of it: as a whole, and in its worst stretch.

A spammer pads an advert with honest words, before it and behind it, and the whole reads honest.  So wording is scored
twice: as a whole, and in stretches of twelve words that overlap by half.  Half of what the most spam-like stretch has
more than the whole is added, and never more than a little (`STRETCH`): one bad sentence, quoted in a long honest
comment, does not condemn it.  A comment too short to have stretches is scored as a whole alone.
``benchmarks/README.md`` has what this finds and what it costs, with other lengths and shares.

Leaves out scripts that put no spaces between words: a stretch of words is long there.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from modspam import ngrams
from modspam.ngrams import Buckets
from modspam.normalise import Span

__all__ = ["NO_STRETCH", "STRETCH", "STRETCH_STEP", "STRETCH_WORDS", "Stretch", "Wording", "stretches"]

STRETCH_WORDS = 12
STRETCH_STEP = 6  # words from the beginning of one to that of the next

_PIECE = 1 << 16  # bytes of stretches that are scored together

Vector = npt.NDArray[np.float64]


class Stretch(NamedTuple):
    """What the worst stretch of a comment adds to its score.

    - ``share``: of what it has more than the whole, 0..1
    - ``most``: that is ever added, log-odds, 0 or more
    """

    share: float
    most: float

    def added(self, excess: Vector) -> Vector:
        """Give what is added where the worst stretch has this much more than the whole, log-odds."""
        return np.minimum(self.share * excess, self.most)

    def scaled(self, slope: float) -> "Stretch":
        """Follow scores that are multiplied by ``slope``."""
        return self._replace(most=slope * self.most)


STRETCH = Stretch(0.5, 1.0)  # before calibration
NO_STRETCH = Stretch(0.0, 0.0)


class Wording(NamedTuple):
    """The weights of n-grams, one a bucket, ``2 ** ngrams.BITS`` of each kind."""

    ngrams: npt.NDArray[np.floating]
    words: npt.NDArray[np.floating]

    def score(self, buckets: Buckets, words: Buckets) -> Vector:
        """Give the part of each comment's score that its wording as a whole makes."""
        return _summed(self.ngrams, buckets) + _summed(self.words, words)

    def excess(self, texts: Sequence[str], scores: Vector) -> Vector:
        """Say how much more the worst stretch of each folded text scores than its ``scores`` as a whole; 0 or more."""
        worst = scores.copy()
        pieces: list[bytes] = []
        owners: list[int] = []
        size = 0
        for owner, text in enumerate(texts):
            for start, end in stretches(text):
                piece = ngrams.bytes_of(text[start:end])
                pieces.append(piece)
                owners.append(owner)
                size += len(piece)
                if size > _PIECE:
                    np.maximum.at(worst, owners, self._each(pieces))
                    pieces, owners, size = [], [], 0
        if pieces:
            np.maximum.at(worst, owners, self._each(pieces))
        return worst - scores

    def worst_stretch(self, text: str) -> Span | None:
        """Find the most spam-like stretch of a folded text; None if it is too short to have stretches."""
        spans = stretches(text)
        scores = [float(self._each([ngrams.bytes_of(text[start:end])])[0]) for start, end in spans]
        return spans[int(np.argmax(scores))] if spans else None

    def _each(self, texts: Sequence[bytes]) -> Vector:
        return self.score(*ngrams.all_buckets(texts))


def stretches(text: str) -> list[Span]:
    """Find where the stretches of a folded text begin and end; none where it has only half as much again, or less.

    >>> eighteen = " ".join(["one"] * 18)
    >>> stretches(eighteen), len(stretches(eighteen + " more"))
    ([], 3)
    """
    if text.count(" ") < STRETCH_WORDS + STRETCH_STEP:
        return []
    behind = [0, *accumulate(len(word) + 1 for word in text.split(" "))]  # where each word begins, and one more would
    words = len(behind) - 1
    return [
        (behind[first], behind[min(first + STRETCH_WORDS, words)] - 1)
        for first in range(0, words - STRETCH_STEP, STRETCH_STEP)
    ]


def _summed(weights: npt.NDArray[np.floating], buckets: Buckets) -> Vector:
    """Add up the weights of each comment's buckets, over the root of how many there are."""
    indices, starts = buckets
    counts = starts[1:] - starts[:-1]
    # reduceat adds each comment's own run, in an order that no neighbour changes.
    found = weights.take(indices).astype(np.float64)
    sums: Vector
    if counts.all():
        sums = np.add.reduceat(found, starts[:-1]) / np.sqrt(counts)
        return sums
    sums = np.zeros(len(counts))
    some = counts > 0
    if some.any():
        sums[some] = np.add.reduceat(found, starts[:-1][some]) / np.sqrt(counts[some])
    return sums
