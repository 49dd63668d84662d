"""From comments to numbers: the one path that serving and training share."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from modspam import ngrams
from modspam.comment import Comment
from modspam.normalise import read
from modspam.signals import SIGNALS, Observation

__all__ = ["Features", "extract", "observe"]


class Features(NamedTuple):
    """The features of a block of comments.

    - ``signals``: ``float64``, comments by signals in the order of `SIGNALS`, each value 0..1
    - ``buckets``, ``words``: the n-grams of bytes and of words, see `modspam.ngrams.Buckets`
    """

    signals: npt.NDArray[np.float64]
    buckets: ngrams.Buckets
    words: ngrams.Buckets


_CAPS = np.array([signal.cap for signal in SIGNALS], dtype=np.float64)


def observe(comments: Iterable[Comment]) -> list[Observation]:
    """Read the comments."""
    return [Observation(read(comment)) for comment in comments]


def extract(observations: Sequence[Observation]) -> Features:
    """Extract all features of a block; each comment's are the same in whatever block it stands."""
    seen = [[signal.see(observation).value for signal in SIGNALS] for observation in observations]
    values = np.array(seen, dtype=np.float64).reshape(len(observations), len(SIGNALS))
    texts = [ngrams.bytes_of(observation.folded) for observation in observations]
    return Features(np.sqrt(np.minimum(values, _CAPS) / _CAPS), ngrams.buckets(texts), ngrams.word_buckets(texts))
