"""The shape of the text: capitals, digits, signs, repetition, words that are no words."""

import string
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from math import log2
from operator import attrgetter

import numpy as np
import numpy.typing as npt
import regex

from modspam.marks import BEYOND, DIGITS, EDGE, IN_WORD, LETTERS, MARKS, NUMERALS, SPACES, SPACES_BEYOND
from modspam.normalise import Span
from modspam.patterns import Outline, Pattern, find_at, holds_any, runs_with
from modspam.signals.codemarks import CODE
from modspam.signals.observation import Observation
from modspam.signals.signal import Where, counted, measured

__all__ = ["SIGNALS", "is_random_word"]

_ENOUGH_LETTERS = 20
_ENOUGH_WORDS = 8


# Long texts are characterised well enough by their beginning.
_LOOKED_AT = 20_000
_BITS_OF_PROSE = 3.2  # a character, at least
_CASES = Outline({"A": string.ascii_uppercase, "a": string.ascii_lowercase})
_CONSONANT_LETTERS = "bcdfghjklmnpqrstvwxyzBCDFGHJKLMNPQRSTVWXYZ"
_CONSONANT_OUTLINE = Outline({"c": _CONSONANT_LETTERS, "v": "aeiouAEIOU"})
_CODE = attrgetter("code")


_CAPITAL = MARKS.add(
    (LETTERS[26:],),
    (b"\xc3", bytes(range(0x80, 0x9F))),
    (b"\xd0", bytes(range(0x80, 0xB0))),
    (b"\xd1", bytes(range(0xA0, 0xC0))),
    (b"\xe2", bytes({*range(0x82, 0xC0)})),
    (bytes({*range(0xC4, 0xE2), 0xEA, 0xEF} - {0xD0, 0xD1}),),
)
_DIGIT = MARKS.add((DIGITS,), *NUMERALS)
_SHOUT = MARKS.add((b"!", b"!" + SPACES_BEYOND), (b"!", SPACES, b"!"), "$$$", "€€", "%%")
_RANDOM = MARKS.add((LETTERS[:26], LETTERS[26:]), (_CONSONANT_LETTERS.encode(),) * 5)
_SMALL = LETTERS[:26] + BEYOND
_GAP_MARK = MARKS.add(
    (_SMALL, _SMALL, b" ", b" ", b" " + _SMALL),
    (LETTERS + BEYOND, b" ", b" ", b" ,."),
    (LETTERS + BEYOND, b" ", b",", b" \n" + EDGE),
    (LETTERS + BEYOND, b" ", b".", b"\n" + EDGE),
)
_LINE = b"\n" + EDGE
_ANSWER = MARKS.add(
    ">",
    "&gt;",
    (b"@", IN_WORD + b".-" + BEYOND),
    "ou wrote",
    "ou said",
    (_LINE, b'"'),
    (_LINE, b"\xe2", b"\x80", b"\x9c\x9e"),
    (_LINE, b"\xc2", b"\xab"),
)


def _may_shout(observation: Observation) -> bool:
    return observation.visible.count("!") >= 3 or holds_any(observation.visible, ("$$$", "€€", "%%"))


def _has_enough_words(observation: Observation) -> bool:
    return len(observation.words) >= _ENOUGH_WORDS


def _may_be_monotonous(observation: Observation) -> bool:
    """Whether the entropy may be low: it is never below that of the chance that two characters are the same.

    Taking characters that end in the same byte for one another only makes it lower.
    """
    text = observation.folded[:_LOOKED_AT]
    if len(text) < 2 * _ENOUGH_LETTERS:
        return False
    ends = text.encode() if text.isascii() else text.encode("utf-32-le", "surrogatepass")[::4]
    counts = np.bincount(np.frombuffer(ends, dtype=np.uint8))
    return float(counts @ counts) > len(text) ** 2 * 2 ** -(_BITS_OF_PROSE + 1e-9)


@cache
def _case_of_characters() -> npt.NDArray[np.uint8]:
    """By code point, 1 for capitals and 2 for small letters; the last stands for what is beyond.

    From there on there are alphabets that are drawn in capitals, whatever they say.
    """
    cases = np.zeros(1 << 16, dtype=np.uint8)
    for first, end in ((0, 0x2E00), (0xA640, 0xAC00), (0xFB00, 0xFB20), (0xFF21, 0xFF5B)):
        for code in range(first, end):
            cases[code] = 1 if chr(code).isupper() else 2 * chr(code).islower()
    return cases


@measured(unit="share of letters", cap=1.0, marks=_CAPITAL, message="written in capitals")
def capitals(observation: Observation) -> float:
    """Adverts shout, and so do some people: weak evidence, which is why it is weighed and not decided upon."""
    text = observation.visible[:_LOOKED_AT]
    if text.isascii():
        outline = _CASES(text)
        upper, lower = outline.count(b"A"), outline.count(b"a")
    else:
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        _, upper, lower = np.bincount(_case_of_characters().take(codes, mode="clip"), minlength=3).tolist()
    return upper / (upper + lower) if upper + lower >= _ENOUGH_LETTERS else 0.0


@measured(unit="share of characters", cap=0.4, marks=_DIGIT, message="many digits")
def digits(observation: Observation) -> float:
    """Prices and numbers to call; digits inside words stand for letters, and code has its own signal."""
    text = observation.prose[:_LOOKED_AT]
    found = sum(len(match[0]) for match in _NUMBER.finditer(text))
    return found / len(text) if len(text) >= _ENOUGH_LETTERS else 0.0


@counted(
    unit="runs",
    cap=3,
    where=Where.VISIBLE,
    marks=_SHOUT,
    needs=_may_shout,
    message="rows of exclamation or currency signs",
)
def shouted_signs(observation: Observation) -> Iterator[Span]:
    """Rows of !!! and $$$ sell."""
    return (match.span() for match in _SHOUTED.finditer(observation.visible))


@measured(unit="share of words", cap=0.7, needs=_has_enough_words, message="the same words again and again")
def repetition(observation: Observation) -> float:
    """Keyword stuffing repeats pairs of words; people seldom do."""
    words = observation.words[:_LOOKED_AT]
    if len(words) < _ENOUGH_WORDS:
        return 0.0
    pairs = len(words) - 1
    return (pairs - len(set(pairwise(words)))) / pairs


@measured(
    unit="bits below what prose has", cap=2.0, needs=_may_be_monotonous, message="hardly any variety of characters"
)
def low_entropy(observation: Observation) -> float:
    """Prose has about four bits a character in any alphabet (Shannon 1951 counts letters alone); filler has fewer."""
    text = observation.folded[:_LOOKED_AT]
    if len(text) < 2 * _ENOUGH_LETTERS:
        return 0.0
    entropy = -sum(n / len(text) * log2(n / len(text)) for n in Counter(text).values())
    return max(0.0, _BITS_OF_PROSE - entropy)


@counted(unit="words", cap=3, where=Where.VISIBLE, marks=_RANDOM, message="words that look like random letters")
def random_words(observation: Observation) -> Iterator[Span]:
    """Posting tools add letters by chance, to differ from what filters have seen and to find their posts again."""
    visible = observation.visible
    runs = {*runs_with(_CASES(visible), b"aA"), *runs_with(_CONSONANT_OUTLINE(visible), b"ccccc")}
    for start, _ in sorted(runs):
        match = _LONG_WORD.match(visible, start)
        if match is not None and is_random_word(match[0]):
            yield match.span()


@counted(
    unit="gaps",
    cap=4,
    where=Where.VISIBLE,
    marks=_GAP_MARK,
    message="gaps inside sentences, as if words had fallen out",
)
def gaps(observation: Observation) -> Iterator[Span]:
    """Spinning tools leave two spaces, or one before a comma, where a choice came out empty."""
    return (match.span() for match in find_at(_GAP, observation.visible, _GAP_BEGINNINGS))


def is_random_word(word: str) -> bool:
    """Say whether a word of plain letters looks like letters by chance.

    Small and capital letters mixed without a reason (camel case has one), five consonants in a row,
    or a long word without vowels.  Acronyms, code and laughter are left alone.

    >>> [is_random_word(w) for w in ("XuxkTTEWq", "vlffyknfaf", "JavaScript", "rhythm", "hmmmm", "Angstschweiss")]
    [True, True, False, False, False, False]
    """
    if not (6 <= len(word) <= 24 and word.isascii() and word.isalpha()) or word.isupper():
        return False
    if _MIXED_CASE.search(word) and not _CAMEL_CASE.fullmatch(word):
        return True
    small = word.lower()
    return (
        (_CONSONANTS.search(small) is not None or not _VOWEL.search(small))
        and len(set(small)) > 4
        and not _REAL_CLUSTER.search(small)
    )


@counted(
    unit="marks",
    cap=4,
    where=Where.VISIBLE,
    marks=CODE,
    needs=_CODE,
    message="code, markup or a log, as in a technical discussion",
)
def code(observation: Observation) -> list[Span]:
    """People who write about programs paste them; spam has no use for it."""
    return observation.code


@counted(
    unit="marks",
    cap=4,
    where=Where.VISIBLE,
    marks=_ANSWER,
    message="an answer to somebody: a quotation or a name addressed",
)
def reply(observation: Observation) -> Iterator[Span]:
    """Who quotes or addresses another reader has read the page."""
    return (match.span() for match in _REPLY.finditer(observation.visible))


_SHOUTED = Pattern(r"!{3,}+|\${3,}+|(?:!\s?){4,}+|€{2,}+|%{2,}+")
_LONG_WORD = Pattern(r"(?<![\w./:@&?=\-#])[A-Za-z]{6,24}(?![\w/:@=]|[.\-]\w)")
_MIXED_CASE = Pattern(r"[a-z][A-Z]")
# Capitals inside a word that have a reason: names of programs and products, acronyms with their endings.
_CAMEL_CASE = Pattern(
    r"[A-Z]?[a-z]{2,}(?:[A-Z][a-z]+|[A-Z]{2,4}[a-z]{2,})*(?:[A-Z]{1,4}s?)?"
    r"|[a-z]{1,2}[A-Z][a-zA-Z]{2,}"
    r"|[A-Z]{1,3}[a-z]+(?:[A-Z][a-z]+)*"
    r"|[A-Z]{2,}[a-z]{1,3}"
)
_CONSONANTS = Pattern(r"[bcdfghjklmnpqrstvwxz]{5}|[bcdfghjklmnpqrstvwxyz]{6}")
_VOWEL = Pattern(r"[aeiouy]")
# Rows of consonants that languages really have (German, Polish and Czech, English), and laughter.
_REAL_CLUSTER = Pattern(
    r"tsch|schw|schr|schl|schm|schn|chts|ngst|rsch|lsch|nsch|cht[sz]|ntsch|rdsch|ndst"
    r"|rzcz|szcz|rstw|stw|rzy|wsz|prz|krz|trz|chr"
    r"|hyth|ngth|ghts|lfth|xth|rldw|tchw|tchph|ghtl"
    r"|(.)\1\1|^[hkjasdxl]+$|^mw[ha]+$|pff|psst|hmm|brr|grr"
)
_GAP_BEGINNINGS = Pattern(r" (?=[ ,.])")
_GAP = Pattern(r"(?<=\p{Ll}{2}) {2,5}(?=\p{Ll}{2})|(?<=\p{L}) +(?=,(?: |$)|\.$)", regex.MULTILINE)
_NUMBER = Pattern(r"(?<![\p{L}\p{N}])\p{Nd}++(?![\p{L}])")
_REPLY = Pattern(
    r"^[^\S\n]*+(?:>|&gt;|@[\p{L}\w.\-]{2,}(?!@))"  # a line of quotation, a name at its beginning
    r"|\b[Yy]ou (?:wrote|said)\b"
    r"|(?<![\w.+\-@])@[\p{L}]{2,}\b(?![.\w@])"  # a name elsewhere, not a mail address
    r"|^[\"“„«][^\n]{12,200}[\"”“»][^\S\n]*+$",  # a line in quotation marks
    regex.MULTILINE,
)

SIGNALS = (capitals, digits, shouted_signs, repetition, low_entropy, random_words, gaps, code, reply)
