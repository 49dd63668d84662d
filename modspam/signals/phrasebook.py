"""Looking stock phrases up in the words of a comment, all tables in one pass."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import regex

from modspam.normalise import Span
from modspam.patterns import Pattern, holds_any
from modspam.signals.phrases import CALLS, FLATTERY, OFFERS, OWNER, TESTIMONY

__all__ = ["Phrase", "find_phrases", "find_unspaced"]

_TABLES = {
    "flattery": FLATTERY,
    "owner_pitch": OWNER,
    "offer": OFFERS,
    "call_to_action": CALLS,
    "testimony": TESTIMONY,
}


class Phrase(NamedTuple):
    """A stock phrase: the table that it is of, and its span in words, or in characters where there are no words."""

    table: str
    span: Span


class _Position(NamedTuple):
    """One place in a pattern: the words that fit (none: any word fits), and whether it may be missing."""

    words: frozenset[str]
    optional: bool


class _Pattern(NamedTuple):
    """A row of a table, read."""

    table: str
    positions: tuple[_Position, ...]


class _Book(NamedTuple):
    """Patterns by what they begin with, and for scripts without spaces one expression a table.

    - ``pairs``: by the first two words, for patterns of which every match begins with two known words
    - ``alone``: by the first word, for the others
    - ``beginnings``, ``first_words``: the same pairs and words as sets, since two sets are held together fastest
    - ``unspaced``: the pieces of text, and by table the expression for them
    """

    pairs: dict[tuple[str, str], list[_Pattern]]
    alone: dict[str, list[_Pattern]]
    beginnings: frozenset[tuple[str, str]]
    first_words: frozenset[str]
    unspaced: dict[str, tuple[tuple[str, ...], Pattern]]


_SPACED = Pattern(r"[\p{Latin}\p{Cyrillic}\p{Greek}\p{Hebrew}\p{Devanagari}?|]")


@cache
def _book() -> _Book:
    pairs: dict[tuple[str, str], list[_Pattern]] = {}
    alone: dict[str, list[_Pattern]] = {}
    all_unspaced: dict[str, tuple[tuple[str, ...], Pattern]] = {}
    for table, rows in _TABLES.items():
        unspaced = []
        for source, _why in rows:
            if not _SPACED.search(source):
                unspaced.append(source)
                continue
            pattern = _Pattern(table, _parse(source))
            second = _second_words(pattern.positions)
            for word in pattern.positions[0].words:
                if second is None:
                    alone.setdefault(word, []).append(pattern)
                for other in second or ():
                    pairs.setdefault((word, other), []).append(pattern)
        if unspaced:
            all_unspaced[table] = tuple(unspaced), Pattern("|".join(map(regex.escape, unspaced)))
    return _Book(pairs, alone, frozenset(pairs), frozenset(alone), all_unspaced)


def _parse(source: str) -> tuple[_Position, ...]:
    """Read a row's pattern."""
    positions: list[_Position] = []
    for place in source.split():
        optional = place.endswith("?")
        words = place.removesuffix("?")
        positions.append(_Position(frozenset() if words == "*" else frozenset(words.split("|")), optional))
    return tuple(positions)


def _second_words(positions: tuple[_Position, ...]) -> set[str] | None:
    """Say which words may stand second; None if any may, or none needs to."""
    found: set[str] = set()
    for place in positions[1:]:
        if not place.words:
            return None
        found |= place.words
        if not place.optional:
            return found
    return None


def _match(words: Sequence[str], at: int, positions: tuple[_Position, ...], position: int) -> int:
    """Say where the pattern's rest ends if it stands at ``words[at]``, or -1."""
    if position == len(positions):
        return at
    place = positions[position]
    if at < len(words) and (not place.words or words[at] in place.words):
        end = _match(words, at + 1, positions, position + 1)
        if end >= 0:
            return end
    return _match(words, at, positions, position + 1) if place.optional else -1


def find_phrases(words: Sequence[str], pairs: set[tuple[str, str]]) -> list[Phrase]:
    """Find the phrases in the words of a comment, of each table left to right and without overlaps.

    ``pairs`` are the pairs of words that follow one another; most comments have none that begins a phrase.
    """
    book = _book()
    beginnings = pairs & book.beginnings
    first_words = {word for word, _ in beginnings} | book.first_words.intersection(words)
    if not first_words:
        return []
    found = []
    reached = dict.fromkeys(_TABLES, 0)
    for at in [at for at, word in enumerate(words) if word in first_words]:
        following = words[at + 1] if at + 1 < len(words) else ""
        patterns = [*book.alone.get(words[at], ()), *book.pairs.get((words[at], following), ())]
        ends: dict[str, int] = {}
        for table, positions in patterns:
            if at >= reached[table]:
                ends[table] = max(ends.get(table, at), _match(words, at, positions, 0))
        for table, end in ends.items():
            if end > at:
                found.append(Phrase(table, (at, end)))
                reached[table] = end
    return found


def find_unspaced(text: str) -> list[Phrase]:
    """Find the phrases of scripts that put no spaces between words; spans in ``text``."""
    return [
        Phrase(table, match.span())
        for table, (pieces, pattern) in _book().unspaced.items()
        if holds_any(text, pieces)
        for match in pattern.finditer(text)
    ]
