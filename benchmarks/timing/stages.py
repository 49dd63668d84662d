"""Where modspam's time goes, stage by stage, and the least that such a filter could take in numpy.

The floor is one pass over the bytes, and one look-up in a table of weights for each n-gram of bytes; the
numbers of the buckets are given to it.
"""

from collections.abc import Callable, Sequence
from functools import partial
from time import perf_counter
from typing import Any, TypeVar

import numpy as np

from modspam import Comment, Moderator, ngrams
from modspam.features import extract, observe
from timing.inputs import Sample
from timing.rounds import figure, interleaved, seconds_of, tell

__all__ = ["stages"]

T = TypeVar("T")

_BLOCK = 256  # comments that `check_many` judges together
_MOST_SINGLE = 500


def stages(sample: Sample, rounds: int) -> dict[str, Any]:
    """Measure the stages in blocks and one comment at a time: microseconds a comment."""
    tell("stages")
    moderator = Moderator.load()
    result = {}
    for name, size, comments in (
        ("blocks", _BLOCK, sample.comments),
        ("single", 1, sample.comments[:_MOST_SINGLE]),
    ):
        blocks = [comments[at : at + size] for at in range(0, len(comments), size)]
        scale = 1e6 / len(comments)
        found = interleaved(
            {"stages": partial(stage_seconds, moderator, blocks), "floor": floor_task(moderator, blocks)}, rounds
        )
        rows = {key: [scale * part[key] for part in found["stages"]] for key in found["stages"][0]}
        rows["floor"] = [scale * part["floor"] for part in found["floor"]]
        result[name] = {key: figure(values).to_dict() for key, values in rows.items()}
    return result


def stage_seconds(moderator: Moderator, blocks: Sequence[Sequence[Comment]]) -> dict[str, float]:
    """Take comments through the stages, and once more as a whole; what is extracted is timed by itself, too."""
    spent = dict.fromkeys(("normalise", "extract", "byte n-grams", "word n-grams", "judge", "whole"), 0.0)

    def timed(stage: str, task: Callable[[], T]) -> T:
        started = perf_counter()
        result = task()
        spent[stage] += perf_counter() - started
        return result

    for block in blocks:
        observations = timed("normalise", partial(observe, block))
        features = timed("extract", partial(extract, observations))
        texts = [ngrams.bytes_of(observation.folded) for observation in observations]
        timed("byte n-grams", partial(ngrams.buckets, texts))
        timed("word n-grams", partial(ngrams.word_buckets, texts))
        timed("judge", lambda o=observations, f=features: list(moderator.judge(o, f)))
        timed("whole", lambda b=block: list(moderator.check_many(b)))
    return {
        "normalise": spent["normalise"],
        "signals": spent["extract"] - spent["byte n-grams"] - spent["word n-grams"],
        "byte n-grams": spent["byte n-grams"],
        "word n-grams": spent["word n-grams"],
        "score and verdict": spent["judge"],
        "whole": spent["whole"],
    }


def floor_task(moderator: Moderator, blocks: Sequence[Sequence[Comment]]) -> Callable[[], dict[str, float]]:
    weights = moderator.model.ngram_weights
    given = [(texts := [ngrams.bytes_of(o.folded) for o in observe(block)], buckets_of(texts)) for block in blocks]

    def run() -> None:
        for texts, buckets in given:
            np.frombuffer(b"".join(texts), dtype=np.uint8).sum()
            weights.take(buckets).sum()

    return lambda: {"floor": seconds_of(run)}


def buckets_of(texts: Sequence[bytes]) -> np.ndarray[Any, np.dtype[np.uint32]]:
    """Number a bucket for every n-gram of bytes, as often as it occurs; scattered as modspam's are."""
    values = np.frombuffer(b"".join(texts), dtype=np.uint8).astype(np.uint32)
    rolled, found = values, []
    for order in ngrams.ORDERS:
        if order > 1:
            rolled = rolled[:-1] * np.uint32(0x01000193) + values[order - 1 :]
        found.append((rolled * np.uint32(0x9E3779B1)) >> np.uint32(32 - ngrams.BITS))
    return np.concatenate(found)
