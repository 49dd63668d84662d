"""From comments to numbers: the one path that serving and training share."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from modspam import ngrams
from modspam.comment import Comment
from modspam.normalise import read_all
from modspam.signals import SIGNALS, Observation, look

__all__ = ["Features", "extract", "observe"]


class Features(NamedTuple):
    """The features of a block of comments.

    - ``signals``: ``float64``, comments by signals in the order of `SIGNALS`, each value 0..1
    - ``buckets``, ``words``: the n-grams of bytes and of words, see `modspam.ngrams.Buckets`
    - ``texts``: the folded texts, which stretches are taken from, see `modspam.wording`
    """

    signals: npt.NDArray[np.float64]
    buckets: ngrams.Buckets
    words: ngrams.Buckets
    texts: list[str]


def observe(comments: Iterable[Comment]) -> list[Observation]:
    """Read the comments."""
    return [Observation(reading) for reading in read_all(list(comments))]


def extract(observations: Sequence[Observation]) -> Features:
    """Extract all features of a block; each comment's are the same in whatever block it stands."""
    values = np.zeros((len(observations), len(SIGNALS)))
    for row, observation in enumerate(observations):
        for column, sighting in look(observation):
            values[row, column] = SIGNALS[column].scale(sighting.value)
    folded = [observation.folded for observation in observations]
    return Features(values, *ngrams.all_buckets([ngrams.bytes_of(text) for text in folded]), folded)
