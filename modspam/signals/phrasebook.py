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

    - ``spaced``: by the first word, then by the second; under the empty word those that any second word may follow
    - ``unspaced``: the pieces of text, and by table the expression for them
    """

    spaced: dict[str, dict[str, list[_Pattern]]]
    unspaced: dict[str, tuple[tuple[str, ...], Pattern]]


_SPACED = Pattern(r"[\p{Latin}\p{Cyrillic}\p{Greek}\p{Hebrew}\p{Devanagari}?|]")


@cache
def _book() -> _Book:
    spaced: dict[str, dict[str, list[_Pattern]]] = {}
    all_unspaced: dict[str, tuple[tuple[str, ...], Pattern]] = {}
    for table, rows in _TABLES.items():
        unspaced = []
        for source, _why in rows:
            if not _SPACED.search(source):
                unspaced.append(source)
                continue
            pattern = _Pattern(table, _parse(source))
            for word in pattern.positions[0].words:
                for second in _second_words(pattern.positions) or ("",):
                    spaced.setdefault(word, {}).setdefault(second, []).append(pattern)
        if unspaced:
            all_unspaced[table] = tuple(unspaced), Pattern("|".join(map(regex.escape, unspaced)))
    return _Book(spaced, all_unspaced)


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


def find_phrases(words: Sequence[str]) -> list[Phrase]:
    """Find the phrases in the words of a comment, of each table left to right and without overlaps."""
    found = []
    reached = dict.fromkeys(_TABLES, 0)
    # Two words that follow one another begin no phrase in most places of most comments.
    first_words = [(at, seconds) for at, seconds in enumerate(map(_book().spaced.get, words)) if seconds is not None]
    for at, seconds in first_words:
        second = words[at + 1] if at + 1 < len(words) else " "
        if second not in seconds and "" not in seconds:
            continue
        ends: dict[str, int] = {}
        for table, positions in (*seconds.get(second, ()), *seconds.get("", ())):
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
