"""The comments that are measured: drawn from corpora at their own lengths, and made to a length in bytes."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np

from modspam import Comment
from modspam.corpora import load, without_copies
from modspam.evasions import CHARACTER_EVASIONS, EVASIONS

__all__ = ["DATASETS", "KINDS", "SIZES", "Sample", "Writer", "clean", "draw", "size_of"]

DATASETS = Path(__file__).parents[2] / "datasets"
SIZES = (50, 300, 3000, 30_000)  # bytes
_VARIANTS = 10  # of each family of spam in our datasets: enough to draw and to write from
_CYRILLIC = ("ru", "uk", "bg", "sr")
_CHINESE = ("zh",)
_EMOJI = "\U0001f600 \U0001f602 \U0001f525\U0001f525\U0001f525 \u2764\ufe0f \U0001f44d\U0001f3fd \U0001f1e9\U0001f1ea"
_EMOJI += " \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f680 \U0001f4b0 \u2705 \U0001f64f \U0001f923\U0001f923"


@dataclass(frozen=True, slots=True)
class Sample:
    """The comments that are measured, and those that the peers learn.

    - ``comments``: as modspam takes them
    - ``texts``: the same without the author, as the peers take them
    - ``learned``, ``spam``: texts and their labels, none of them measured if there are enough
    """

    comments: list[Comment]
    texts: list[str]
    learned: list[str]
    spam: list[bool]

    def described(self) -> dict[str, Any]:
        """Say which comments these are and how long."""
        lengths = [size_of([text]) for text in self.texts]
        points = np.percentile(lengths, [25, 50, 75, 90, 99])
        return {
            "comments": len(self.texts),
            "bytes": sum(lengths),
            "bytes_of_a_comment": {
                **{f"p{percent}": int(value) for percent, value in zip((25, 50, 75, 90, 99), points, strict=True)},
                "longest": max(lengths),
            },
            "learned": {"spam": sum(self.spam), "ham": len(self.spam) - sum(self.spam)},
            "sha256": sha256("\0".join(self.texts).encode()).hexdigest(),
        }


def size_of(texts: Iterable[str]) -> int:
    """Count the bytes of these texts."""
    return sum(len(text.encode()) for text in texts)


def clean(text: str) -> str:
    """Leave out what UTF-8 cannot hold, and NUL, which no peer takes."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")


def draw(paths: Sequence[Path], count: int, learned: int) -> Sample:
    """Draw at most so many comments to measure and to learn, the same ones each time."""
    examples, _ = without_copies(load(paths, _VARIANTS)[0])
    random.Random(0).shuffle(examples)  # noqa: S311 - sampling, no secret
    drawn = examples[:count]
    others = examples[count : count + learned] if len(examples) >= count + learned else examples[:learned]
    return Sample(
        [example.comment for example in drawn],
        [clean(example.comment.text) for example in drawn],
        [clean(example.comment.text) for example in others],
        [example.spam for example in others],
    )


class Writer:
    """Makes texts of a kind and a length from the comments of our own that come with the project."""

    def __init__(self) -> None:
        examples, _ = load([DATASETS], _VARIANTS)
        texts = [(example.language, " ".join(clean(example.comment.text).split())) for example in examples]
        random.Random(1).shuffle(texts)  # noqa: S311 - sampling, no secret
        self._raw = {
            "ASCII": [text for _, text in texts if text.isascii()],
            "Cyrillic": [text for language, text in texts if language in _CYRILLIC],
            "Chinese": [text for language, text in texts if language in _CHINESE],
        }

    def write(self, kind: str, size: int, number: int = 0) -> str:
        """Write text ``number`` of a kind, of ``size`` bytes or a few less, since no character is cut."""
        raw, change = KINDS[kind]
        pieces, total = [], 0
        texts = self._raw[raw]
        for place in cycle(range(len(texts))):
            piece = change(texts[(place + 17 * number) % len(texts)], place + number)
            pieces.append(piece)
            total += len(piece.encode()) + 1
            if total > size:
                break
        return " ".join(pieces).encode()[:size].decode("utf-8", "ignore")


def _as_it_is(text: str, _: int) -> str:
    return text


def _with_emoji(text: str, number: int) -> str:
    """Put an emoji behind every third word."""
    emoji = _EMOJI.split()
    words = text.split()
    for place in range(2, len(words), 3):
        words[place] += f" {emoji[(place // 3 + number) % len(emoji)]}"
    return " ".join(words)


def _disguised(text: str, number: int) -> str:
    """Disguise each piece in another way."""
    return EVASIONS[CHARACTER_EVASIONS[number % len(CHARACTER_EVASIONS)]](text)


KINDS: dict[str, tuple[str, Callable[[str, int], str]]] = {
    "ASCII": ("ASCII", _as_it_is),
    "Cyrillic": ("Cyrillic", _as_it_is),
    "Chinese": ("Chinese", _as_it_is),
    "emoji": ("ASCII", _with_emoji),
    "obfuscated": ("ASCII", _disguised),
}
