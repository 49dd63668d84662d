"""Copies of comments with something done to them, so that a model learns how little it changes.

A spammer pads an advert with honest words, misspells it, parts its words or writes its address out; it
stays an advert, and the same done to an honest comment leaves it honest.  Training on copies of both
says so.  Only what normalisation does not undo is worth a copy.  The words that copies are padded with
come from honest comments of the same site: nothing is learnt of a list, nor of a site that is held out.
"""

import random
from collections.abc import Sequence
from dataclasses import replace

from modspam.corpora import Example
from modspam.evasions import EVASIONS

__all__ = ["altered_copies"]

_SHARE = 0.1  # comments of which a copy is made
_PADDING = 0.4  # of the copies are padded
_OTHERS = ("swapped", "stretched", "hyphen in words", "spaced address")
_WORDS = 20  # of padding on each side, at most


def altered_copies(examples: Sequence[Example]) -> list[Example]:
    """Make altered copies of a tenth of the comments; the same comments give the same copies.

    A copy belongs to the source, site and group of its comment and has its label.
    """
    rng = random.Random(len(examples))  # noqa: S311 - sampling, no secret
    honest: dict[str, list[str]] = {}
    for example in examples:
        if not example.spam:
            honest.setdefault(example.site, []).append(example.comment.text)
    copies = []
    for example in examples:
        if rng.random() >= _SHARE:
            continue
        text = example.comment.text
        if rng.random() < _PADDING and example.site in honest:
            before, behind = (_some_words(rng.choice(honest[example.site]), rng) for _ in range(2))
            altered = f"{before} {text} {behind}"
        else:
            altered = EVASIONS[rng.choice(_OTHERS)](text)
        if altered != text:
            copies.append(example._replace(comment=replace(example.comment, text=altered)))
    return copies


def _some_words(text: str, rng: random.Random) -> str:
    words = text[:5000].split()
    start = rng.randrange(max(1, len(words) - _WORDS))
    return " ".join(words[start : start + _WORDS])
