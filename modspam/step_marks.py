"""The marks without which a step of reading finds nothing to do (see `modspam.marks` and `modspam.normalise`).

A mark is looked for in the text as it stands before the first step of the step's chain, `VISIBLE` or `FOLDING`: what
the steps between make of it, small letters for one, must not matter to it.
"""

from collections.abc import Iterable

from modspam import confusables
from modspam.marks import BEYOND, DIGITS, EDGE, LETTERS, MARKS, SPACES, SPACES_BEYOND, WHITE_SPACE

__all__ = [
    "ACCENTS", "APART", "COMPOSED", "ENCLOSED", "ENTITIES", "INVISIBLE", "LEET", "LOOK_ALIKES", "MARKUP", "SPACED_OUT",
    "SPLIT", "SPLITTING", "STRETCHES", "SURROGATES", "TO_COLLAPSE",
]  # fmt: skip

SPLITTING = "-._*~|"  # the signs that words are split by
_LETTER = LETTERS + BEYOND
_APART = b" .-_*~"
_ALONE = _APART + SPACES + EDGE
_SPLITTER = SPLITTING.encode()
_OPENING = [(SPACES + b"[({",), *WHITE_SPACE[1:]]
_CLOSING = b"])}" + SPACES + SPACES_BEYOND


def _among(*bounds: str) -> list[str]:
    """Give the characters from the first of each two to the second."""
    return [chr(code) for pair in bounds for code in range(ord(pair[0]), ord(pair[1]) + 1)]


def _led_by(*first: int, then: Iterable[int] = (), third: Iterable[int] = ()) -> tuple[bytes, ...]:
    """Give the piece that characters begin with whose first bytes in UTF-8 are among these; none means any."""
    return tuple(filter(None, map(bytes, (first, then, third))))


SURROGATES = MARKS.add(_led_by(0xED, then=range(0xA0, 0xC0)))
MARKUP = MARKS.add("<", "[")
ENTITIES = MARKS.add((b"&", b"#" + LETTERS))
INVISIBLE = MARKS.add(
    (bytes({*range(0x20), 0x7F} - {*b"\t\n\v\f\r"}),),
    *_among("\u00ad\u00ad", "\u034f\u034f", "\u061c\u061c", "\u115f\u1160", "\u17b4\u17b5", "\u2800\u2800"),
    *_among("\u3164\u3164", "\ufeff\ufeff", "\uffa0\uffa0"),
    *_among("\u180b\u180f", "\u200b\u200f", "\u202a\u202e", "\u2060\u206f", "\ufe00\ufe0f", "\ufff0\ufffb"),
    _led_by(0xF3),
)
# All but Latin-1, Cyrillic, Chinese, Hangul, common punctuation and most emoji, which are composed as they are.
COMPOSED = MARKS.add(
    _led_by(0xC2, *range(0xC4, 0xD0), *range(0xD2, 0xE2), 0xE3, 0xEA, 0xED, 0xEE, 0xEF, *range(0xF1, 0xF8)),
    _led_by(0xE2, then=range(0x81, 0xC0)),
    _led_by(0xE2, then=[0x80], third={*range(0x80, 0xC0)} - {*range(0x92, 0x97), *range(0x98, 0xA3)}),
    _led_by(0xF0, then={*range(0x90, 0xC0)} - {0x9F}),
    _led_by(0xF0, then=[0x9F], third=(*range(0x84, 0x8A), 0xAF)),
)
ENCLOSED = MARKS.add(_led_by(0xF0, then=[0x9F], third=range(0x85, 0x88)))
LOOK_ALIKES = MARKS.add(*confusables.TO_LATIN)
ACCENTS = MARKS.add(_led_by(*range(0xC3, 0xCA)), _led_by(0xE1, then=range(0xB8, 0xBC)))
# Two letters in ASCII that stand alone, or one beyond it.
SPACED_OUT = MARKS.add(
    (_ALONE, LETTERS + DIGITS, _ALONE, LETTERS + DIGITS, _ALONE),
    (_APART, _APART, LETTERS + DIGITS, _APART, _APART),
    (SPACES, SPACES, LETTERS, SPACES + EDGE),
    (_ALONE, bytes(range(0xC2, 0xE0)), BEYOND, _ALONE),
    (_ALONE, bytes({*range(0xE0, 0xF0)} - {0xE2}), BEYOND, BEYOND, _ALONE),
    (_ALONE, b"\xe2", bytes(range(0x81, 0xC0)), BEYOND, _ALONE),
    (_ALONE, b"\xf0", bytes({*range(0x90, 0xC0)} - {0x9F}), BEYOND, BEYOND),
    "\N{BULLET}",
    "\N{MIDDLE DOT}",
    *WHITE_SPACE[1:],
)
SPLIT = MARKS.add((_LETTER, _LETTER, _SPLITTER, _LETTER, _LETTER), (_LETTER, _LETTER, _SPLITTER, _SPLITTER, _LETTER))
LEET = MARKS.add((LETTERS, DIGITS + b"@$|"), (DIGITS + b"@$|!", LETTERS), "\N{EURO SIGN}", "\N{POUND SIGN}")
STRETCHES = MARKS.add(
    *((bytes([small, small ^ 0x20]),) * 3 for small in LETTERS[:26]),
    _led_by(*range(0xC3, 0xE2), *range(0xE3, 0xF0)),
    _led_by(0xC2, then=b"\xaa\xb5\xba"),
    _led_by(0xE2, then=range(0x81, 0xC0)),
    _led_by(0xF0, then={*range(0x90, 0xC0)} - {0x9F}),
    _led_by(*range(0xF1, 0xF8)),
)
APART = MARKS.add(
    *[(*opening, b"dD", b"oO", b"tT", _CLOSING)[:5] for opening in _OPENING],
    (SPACES + b"[({", b".", _CLOSING),
    *[(*space[-2:], b".") for space in WHITE_SPACE[1:]],
    (b"hH", b"xX", b"xX", b"pP"),
)
TO_COLLAPSE = MARKS.add(
    (b"\t\n\v\f\r\x1c\x1d\x1e\x1f",),
    (b" ", b" " + EDGE),
    (EDGE, b" "),
    *WHITE_SPACE[1:],
)
