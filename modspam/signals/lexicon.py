"""Looking stock phrases up in a comment, and the signals that they make."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

import regex

from modspam.normalise import Span
from modspam.patterns import Pattern
from modspam.signals.observation import Observation
from modspam.signals.phrases import CALLS, FLATTERY, OFFERS, OWNER, TESTIMONY, Row
from modspam.signals.signal import Where, counted

__all__ = ["SIGNALS"]


class _Position(NamedTuple):
    """One place in a pattern: the words that fit (none: any word fits), and whether it may be missing."""

    words: frozenset[str]
    optional: bool


_Pattern = tuple[_Position, ...]


class _Beginning(NamedTuple):
    """Patterns that begin with the same word: by a word that may stand second, and those in which any may, or none."""

    by_second: dict[str, list[_Pattern]]
    others: list[_Pattern]


class _Lexicon(NamedTuple):
    """Patterns by their first word, and one expression for scripts without spaces."""

    by_first_word: dict[str, _Beginning]
    unspaced: Pattern | None


_SPACED = Pattern(r"[\p{Latin}\p{Cyrillic}\p{Greek}\p{Hebrew}\p{Devanagari}?|]")


@cache
def _compiled(rows: tuple[Row, ...]) -> _Lexicon:
    by_first_word: dict[str, _Beginning] = {}
    unspaced = []
    for source, _why in rows:
        if not _SPACED.search(source):
            unspaced.append(regex.escape(source))
            continue
        pattern = _parse(source)
        second = _second_words(pattern)
        for word in pattern[0].words:
            beginning = by_first_word.setdefault(word, _Beginning({}, []))
            for other in second or ():
                beginning.by_second.setdefault(other, []).append(pattern)
            if second is None:
                beginning.others.append(pattern)
    return _Lexicon(by_first_word, Pattern("|".join(unspaced)) if unspaced else None)


def _parse(source: str) -> _Pattern:
    """Read a row's pattern."""
    positions: list[_Position] = []
    for place in source.split():
        optional = place.endswith("?")
        words = place.removesuffix("?")
        positions.append(_Position(frozenset() if words == "*" else frozenset(words.split("|")), optional))
    return tuple(positions)


def _second_words(pattern: _Pattern) -> set[str] | None:
    """Say which words may stand second; None if any may, or none needs to."""
    found: set[str] = set()
    for place in pattern[1:]:
        if not place.words:
            return None
        found |= place.words
        if not place.optional:
            return found
    return None


def _match(words: Sequence[str], at: int, pattern: _Pattern, position: int) -> int:
    """Say where the pattern's rest ends if it stands at ``words[at]``, or -1."""
    if position == len(pattern):
        return at
    place = pattern[position]
    if at < len(words) and (not place.words or words[at] in place.words):
        end = _match(words, at + 1, pattern, position + 1)
        if end >= 0:
            return end
    return _match(words, at, pattern, position + 1) if place.optional else -1


def _phrases(observation: Observation, rows: tuple[Row, ...]) -> Iterator[Span]:
    """Find the phrases of a table, left to right, without overlaps; spans in the folded text."""
    lexicon = _compiled(rows)
    words = observation.words
    reached = 0
    for at in [at for at, word in enumerate(words) if word in lexicon.by_first_word]:
        if at < reached:
            continue
        beginning = lexicon.by_first_word[words[at]]
        follows = beginning.by_second.get(words[at + 1], ()) if at + 1 < len(words) else ()
        end = max((_match(words, at, pattern, 0) for pattern in (*beginning.others, *follows)), default=-1)
        if end > at:
            spans = observation.word_spans
            yield spans[at][0], spans[end - 1][1]
            reached = end
    if lexicon.unspaced is not None and observation.has_unspaced:
        yield from (match.span() for match in lexicon.unspaced.finditer(observation.folded))


@counted(unit="phrases", cap=4, where=Where.FOLDED, message="praise that would fit any page")
def flattery(observation: Observation) -> Iterator[Span]:
    """Spam flatters because flattered owners approve; the praise names nothing, since the page was not read."""
    return _phrases(observation, FLATTERY)


@counted(unit="phrases", cap=4, where=Where.FOLDED, message="speaks to the site's owner as to a customer")
def owner_pitch(observation: Observation) -> Iterator[Span]:
    """A stranger who writes about "your website" wants to sell something to its owner; readers write about the page."""
    return _phrases(observation, OWNER)


@counted(unit="phrases", cap=4, where=Where.FOLDED, message="offers goods, services or money")
def offer(observation: Observation) -> Iterator[Span]:
    """Adverts speak of prices, guarantees and gains in turns of phrase that conversations do without."""
    return _phrases(observation, OFFERS)


@counted(unit="phrases", cap=4, where=Where.FOLDED, message="tells readers to go, write or buy somewhere else")
def call_to_action(observation: Observation) -> Iterator[Span]:
    """Spam has done its work only when the reader leaves the page."""
    return _phrases(observation, CALLS)


@counted(unit="phrases", cap=4, where=Where.FOLDED, message="a testimonial for a trader, healer or recovery agent")
def testimony(observation: Observation) -> Iterator[Span]:
    """Scams are told as somebody's own luck, with the name of the benefactor and a way to reach him."""
    return _phrases(observation, TESTIMONY)


SIGNALS = (flattery, owner_pitch, offer, call_to_action, testimony)
