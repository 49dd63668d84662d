"""The features of many comments on disk, so that training needs no more memory for more of them.

A shard is a file of arrays for some thousand comments: `extract_shard` makes one, `read_shard` reads it.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from modspam.augment import altered_copies
from modspam.corpora import Example, copy_key
from modspam.files import replaced
from modspam.fit import WORDS_BESIDE_BYTES, Extracted, Parts, is_addressed, parts_of, rows_of
from modspam.seen import key_of

__all__ = ["Shard", "extract_shard", "read_shard", "write_arrays"]


class Shard(NamedTuple):
    """Comments with their features.

    - ``keys``: ``uint64``, the same for copies of one text
    - ``groups``: ``uint64``, the same for comments that must not be torn apart
    - ``spam``: the labels
    - ``posted``: which are comments as they were posted; the others are altered copies of these
    - ``sources``, ``of_source``: the names of sources, and which of them each comment is from
    - ``sited``: which comments were posted on a site, and not written for training
    - ``addressed``: which of these came with their author's web address
    - ``read``: the features
    """

    keys: npt.NDArray[np.uint64]
    groups: npt.NDArray[np.uint64]
    spam: npt.NDArray[np.bool_]
    posted: npt.NDArray[np.bool_]
    sources: npt.NDArray[np.str_]
    of_source: npt.NDArray[np.intp]
    sited: npt.NDArray[np.bool_]
    addressed: npt.NDArray[np.bool_]
    read: Extracted


def extract_shard(examples: Sequence[Example], path: Path) -> None:
    """Extract the features of comments, and of altered copies of some, and write them."""
    everything = [*examples, *altered_copies(examples)]
    parts = parts_of([example.comment for example in everything])
    texts = [text.encode("utf-8", "surrogatepass") for text in parts.texts]
    sources, of_source = np.unique(np.array([e.source for e in everything]), return_inverse=True)
    write_arrays(
        path,
        keys=np.array([key_of(copy_key(e.comment)) for e in everything], dtype=np.uint64),
        groups=np.array([key_of(f"{e.source}\n{e.group}") for e in everything], dtype=np.uint64),
        spam=np.array([e.spam for e in everything], dtype=np.bool_),
        posted=np.arange(len(everything)) < len(examples),
        sources=sources,
        of_source=of_source,
        sited=np.array([bool(e.site) for e in everything], dtype=np.bool_),
        addressed=np.array([is_addressed(e) for e in everything], dtype=np.bool_),
        signals=parts.signals.astype(np.float32),
        # All values of a row are the same, so its columns are enough.
        ngrams=parts.ngrams.indices,
        ngram_counts=np.diff(parts.ngrams.indptr),
        words=parts.words.indices,
        word_counts=np.diff(parts.words.indptr),
        texts=np.frombuffer(b"".join(texts), dtype=np.uint8),
        text_ends=np.cumsum([len(text) for text in texts]),
    )


def read_shard(path: Path) -> Shard:
    """Read what `extract_shard` wrote."""
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    joined, ends = arrays.pop("texts").tobytes(), [0, *arrays.pop("text_ends").tolist()]
    parts = Parts(
        arrays.pop("signals"),
        rows_of(arrays.pop("ngrams"), arrays.pop("ngram_counts"), 1.0),
        rows_of(arrays.pop("words"), arrays.pop("word_counts"), WORDS_BESIDE_BYTES),
        [joined[start:end].decode("utf-8", "surrogatepass") for start, end in pairwise(ends)],
    )
    return Shard(**arrays, read=parts.together)


def write_arrays(path: Path, **arrays: npt.ArrayLike) -> None:
    """Write arrays to a file that is there whole or not at all."""
    with replaced(path) as file:
        np.savez(file, allow_pickle=False, **cast(dict[str, Any], arrays))
