"""The weights of a comment's bytes and words, and what they make of it: as a whole, and in its worst stretch.

A spammer pads an advert with honest words, before it and behind it, and the whole reads honest.  So wording is scored
twice: as a whole, and in stretches of twelve words that overlap by half.  Half of what the most spam-like stretch has
more than the whole is added, and never more than a little (`STRETCH`): one bad sentence, quoted in a long honest
comment, does not condemn it.  A comment too short to have stretches is scored as a whole alone.
``benchmarks/README.md`` has what this finds and what it costs, with other lengths and shares.

Leaves out scripts that put no spaces between words: a stretch of words is long there.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from operator import itemgetter
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
        for places, found in self._stretch_scores(texts):
            np.maximum.at(worst, [owner for owner, _ in places], found)
        return worst - scores

    def worst_stretch(self, text: str) -> tuple[Span, float] | None:
        """Find the most spam-like stretch of a folded text, and its score; None if the text is too short for any."""
        scored = (
            (span, score)
            for places, found in self._stretch_scores([text])
            for (_, span), score in zip(places, found.tolist(), strict=True)
        )
        return max(scored, key=itemgetter(1), default=None)

    def _stretch_scores(self, texts: Sequence[str]) -> Iterator[tuple[list[tuple[int, Span]], Vector]]:
        """Score the stretches of folded texts, some at a time: gives of which text each is, and where it lies in it."""
        pieces: list[bytes] = []
        places: list[tuple[int, Span]] = []
        size = 0
        for owner, text in enumerate(texts):
            for start, end in stretches(text):
                piece = ngrams.bytes_of(text[start:end])
                pieces.append(piece)
                places.append((owner, (start, end)))
                size += len(piece)
                if size > _PIECE:
                    yield places, self.score(*ngrams.all_buckets(pieces))
                    pieces, places, size = [], [], 0
        if pieces:
            yield places, self.score(*ngrams.all_buckets(pieces))


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
