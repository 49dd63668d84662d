"""What is quoted of a comment: its evidence marked, long texts cut around it, nothing in it active or hidden.

A comment is a stranger's text.  It is escaped; characters that cannot be seen, or that turn the writing direction,
are shown as their code points; an address in it is text and no link.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import regex
from markupsafe import Markup, escape

from modspam.normalise import Span
from modspam.patterns import Pattern
from modspam.verdict import Reason, marked

__all__ = ["Piece", "pieces", "visible"]

_SHOWN = 800  # characters of a comment
_AROUND = 80  # characters on either side of evidence in a long one
_TOO_SMALL = 20  # characters that are not worth a cut

# Control codes but for line ends and tabs, format characters, lone surrogates, separators of lines.  The two joiners
# are left alone where writing needs them, as in Persian and in emoji; after letters of these alphabets they disguise.
_HIDDEN = Pattern(
    r"[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]--[\n\t\u200C\u200D]]|(?<=[\p{Latin}\p{Greek}\p{Cyrillic}])[\u200C\u200D]"
    r"|[\u034F\u115F\u1160\u2800\u3164\uFFA0]",  # letters and marks that print as nothing
    regex.V1,
)


class Piece(NamedTuple):
    """A piece of a comment.

    - ``text``: as given; empty for a cut
    - ``reason``: the number of the reason that sees it, from 1 on; 0 for none
    - ``spam``: whether that reason speaks for spam
    - ``cut``: how many characters are left out here
    """

    text: str
    reason: int = 0
    spam: bool = False
    cut: int = 0


def pieces(text: str, reasons: Sequence[Reason]) -> Iterator[Piece]:
    """Cut a text into pieces with their evidence; the strongest reasons come first in ``reasons``."""
    number = {id(reason): position for position, reason in enumerate(reasons, start=1)}
    evidence = list(marked(text, reasons))
    end = 0
    for first, last in [*_windows(text, reasons), (len(text), len(text))]:
        if first > end:
            yield Piece("", cut=first - end)
        for begin, stop, reason in evidence:
            shown = text[max(first, begin) : min(last, stop)]
            if shown:
                yield Piece(shown, number[id(reason)] if reason else 0, bool(reason and reason.contribution > 0))
        end = last


def _windows(text: str, reasons: Sequence[Reason]) -> list[Span]:
    """Choose what to show of a text: all of a short one; of a long one its beginning and the strongest evidence."""
    if len(text) <= _SHOWN + _TOO_SMALL:
        return [(0, len(text))]
    windows: list[Span] = [(0, 2 * _AROUND)]
    for reason in reasons:
        for start, end in reason.spans:
            # Of evidence that is a long passage itself, the beginning will do.
            window = max(0, start - _AROUND), min(len(text), end + _AROUND, start + 4 * _AROUND)
            widened = _joined([*windows, window])
            if sum(last - first for first, last in widened) > _SHOWN:
                return _joined(windows)
            windows = widened
    left = _SHOWN - sum(last - first for first, last in windows)
    return _joined([*windows, (0, min(len(text), windows[0][1] + left))])


def _joined(windows: Sequence[Span]) -> list[Span]:
    """Put windows in order, and those that touch or nearly do together."""
    joined: list[Span] = []
    for first, last in sorted(windows):
        if joined and first <= joined[-1][1] + _TOO_SMALL:
            joined[-1] = joined[-1][0], max(last, joined[-1][1])
        else:
            joined.append((first, last))
    return joined


def visible(text: object) -> Markup:
    r"""Escape a stranger's text, and show what is hidden in it.

    >>> visible("<b>\u202e")
    Markup('&lt;b&gt;<i class="hidden">U+202E</i>')
    """
    parts: list[Markup] = []
    given, end = str(text).replace("\r\n", "\n"), 0
    for match in _HIDDEN.finditer(given):
        sign = Markup('<i class="hidden">U+{:04X}</i>').format(ord(match[0]))
        parts += [escape(given[end : match.start()]), sign]
        end = match.end()
    return Markup("").join([*parts, escape(given[end:])])
