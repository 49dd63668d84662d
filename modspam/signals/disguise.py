"""What had to be undone to read the comment: disguises, and the mixture of scripts."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from operator import attrgetter

from modspam.marks import OTHER_SCRIPTS
from modspam.normalise import Span
from modspam.patterns import Pattern
from modspam.signals.observation import Observation
from modspam.signals.signal import Signal, Where, counted, measured

__all__ = ["SIGNALS"]


# From this share of the comment on a disguise is how its writer writes: a keyboard of styled letters, a
# text from full-width Japanese, a program that encodes everything.  Spammers disguise the words that
# give them away, and a comment that is disguised throughout is judged by the words underneath.
_THROUGHOUT = 0.25
_DISGUISES = attrgetter("reading.disguises")


def _undone(kind: str) -> Callable[[Observation], Iterator[Span]]:
    def find(observation: Observation) -> Iterator[Span]:
        spans = [(d.start, d.end) for d in observation.reading.disguises if d.kind == kind]
        partial = kind == "stretched" or observation.disguised_share < _THROUGHOUT
        return iter(spans if partial else ())

    return find


def _disguise(name: str, kind: str, unit: str, cap: float, message: str, why: str) -> Signal:
    find = _undone(kind)
    find.__name__, find.__doc__ = name, why
    return counted(unit=unit, cap=cap, where=Where.GIVEN, needs=_DISGUISES, message=message)(find)


_ROWS = (
    ("hidden_characters", "invisible", "places", 3, "characters that cannot be seen inside words",
     "Zero-width characters inside words are put there to part them for filters and not for readers."),
    ("look_alike_letters", "look_alike", "words", 3, "words with letters swapped for look-alikes of another alphabet",
     "A Cyrillic letter inside a Latin word reads the same to people and differs for filters."),
    ("styled_letters", "styled", "rows", 3, "letters out of mathematical, circled or squared alphabets",
     "Styled alphabets draw the eye and keep words from filters; in formulae such letters stand alone."),
    ("spaced_out_letters", "spaced_out", "words", 2, "words with their letters set apart",
     "Letters set apart are no word to a filter; abbreviations are shorter."),
    ("leet_letters", "leet", "words", 2, "words with letters swapped for digits or signs",
     "v1agra and c@sino are written so by nobody who means what a reader understands."),
    ("stretched_letters", "stretched", "words", 3, "words with letters drawn out",
     "Drawn-out words are mostly enthusiasm; counted so that they are not mistaken for anything else."),
    ("markup_in_words", "markup_split", "places", 2, "empty markup inside words",
     "A comment or an empty element inside a word can only be meant for filters."),
    ("encoded_letters", "encoded", "letters", 3, "letters written as numeric entities",
     "Programs encode quotation marks; who encodes letters hides a word."),
)  # fmt: skip


@measured(unit="share of letters", cap=0.5, marks=OTHER_SCRIPTS, message="a mixture of scripts")
def script_mixture(observation: Observation) -> float:
    """A second script beside the main one: a text that is half in each is two texts pasted together."""
    text = observation.folded[:20_000]
    counts = [0] * (len(_SCRIPTS) + 1)
    for character, count in Counter(text).items():
        counts[_script_of(character)] += count
    counts.pop()  # of no script
    counts.sort(reverse=True)
    return counts[1] / sum(counts) if counts[1] else 0.0


@lru_cache(1 << 14)
def _script_of(character: str) -> int:
    return next((number for number, pattern in enumerate(_SCRIPTS) if pattern.match(character)), -1)


_SCRIPTS = tuple(
    Pattern(pattern)
    for pattern in (
        r"\p{Latin}",
        r"[\p{Cyrillic}]",
        r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]",
        r"[\p{Arabic}\p{Hebrew}]",
        r"[\p{Devanagari}\p{Bengali}\p{Tamil}\p{Telugu}]",
        r"\p{Thai}",
        r"\p{Greek}",
    )
)

SIGNALS = (*(_disguise(*row) for row in _ROWS), script_mixture)
