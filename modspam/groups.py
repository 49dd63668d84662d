"""Labelled comments sorted into groups, to say of each how good the verdicts are there.

Each function gives a mask a group, ``bool``, one entry a comment; every comment is in one of its groups.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from modspam.corpora import Example
from modspam.patterns import Pattern

__all__ = ["Groups", "by_author", "by_language", "by_length", "by_script", "by_source", "grouped"]

Groups = dict[str, npt.NDArray[np.bool_]]

_JUDGED = 2000  # characters that decide about the script
_SCRIPTS = {name: Pattern(rf"\p{{{name}}}") for name in ("Latin", "Cyrillic", "Han", "Hangul")}


def grouped(labels: Sequence[str]) -> Groups:
    """Sort comments by their labels, one a comment; the groups stand in alphabetical order."""
    of_comment = np.array(labels, dtype=np.str_)
    return {str(label): of_comment == label for label in np.unique(of_comment)}


def by_source(examples: Sequence[Example]) -> Groups:
    """Sort by the site, or the file where none is named."""
    return grouped([example.source for example in examples])


def by_script(examples: Sequence[Example]) -> Groups:
    """Sort by the script that most of the text is in."""
    return grouped([_script_of(example.comment.text) for example in examples])


def by_language(examples: Sequence[Example]) -> Groups:
    """Sort by the language that the file says, and by the script where it says none."""
    return grouped([example.language or f"{_script_of(example.comment.text)} script" for example in examples])


def by_length(examples: Sequence[Example]) -> Groups:
    """Sort by the characters of the text."""
    lengths = np.array([len(example.comment.text) for example in examples])
    return {
        "up to 50 characters": lengths <= 50,
        "51 to 200 characters": (lengths > 50) & (lengths <= 200),
        "201 to 1,000 characters": (lengths > 200) & (lengths <= 1000),
        "over 1,000 characters": lengths > 1000,
    }


def by_author(examples: Sequence[Example]) -> Groups:
    """Sort by what is known of the author."""
    named = np.array([bool(example.comment.author) for example in examples])
    addressed = np.array([bool(example.comment.author_url) for example in examples])
    return {
        "text alone": ~named & ~addressed,
        "with a name": named & ~addressed,
        "with a name and an address": addressed,
    }


def _script_of(text: str) -> str:
    counts = {name: len(pattern.findall(text[:_JUDGED])) for name, pattern in _SCRIPTS.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else "other"
