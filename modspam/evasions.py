"""What spammers do to a text to get it past a filter, as plain functions, to measure what it costs.

Each keeps the text readable to a person.  They are for evaluation only: nothing is trained on them.
"""

import random
from collections.abc import Callable, Mapping

__all__ = ["EVASIONS"]

Evasion = Callable[[str], str]


def _full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _translated(pairs: Mapping[str, str]) -> Evasion:
    table = str.maketrans(dict(pairs))
    return lambda text: text.translate(table)


def _in_words(change: Callable[[str], str]) -> Evasion:
    """Change every word of five letters and more; addresses stay, since they must still work."""

    def evade(text: str) -> str:
        return " ".join(change(word) if len(word) > 4 and word.isalpha() else word for word in text.split(" "))

    return evade


def _stretched(word: str) -> str:
    middle = len(word) // 2
    return word[:middle] + word[middle] * 3 + word[middle:]


def _swapped(word: str) -> str:
    middle = len(word) // 2
    return word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :]


def _padded(text: str) -> str:
    """Put ten innocent words before the text and ten behind it, the same for the same text."""
    rng = random.Random(text)  # noqa: S311 - sampling, no secret
    return " ".join([*rng.sample(_INNOCENT, 10), text, *rng.sample(_INNOCENT, 10)])


_INNOCENT = """
    yesterday kitchen because river think remember school maybe garden teacher bridge winter question coffee
    however library brother window probably station evening weather neighbour bicycle although history
    afternoon mountain grandmother potatoes argument paragraph mistake answer wrong usually village
""".split()

EVASIONS: dict[str, Evasion] = {
    "full width": _full_width,
    "look-alikes": _translated(
        {
            "a": "\N{CYRILLIC SMALL LETTER A}",
            "e": "\N{CYRILLIC SMALL LETTER IE}",
            "o": "\N{CYRILLIC SMALL LETTER O}",
            "c": "\N{CYRILLIC SMALL LETTER ES}",
            "p": "\N{CYRILLIC SMALL LETTER ER}",
            "x": "\N{CYRILLIC SMALL LETTER HA}",
        }
    ),
    "zero width": _in_words("\N{ZERO WIDTH SPACE}".join),
    "spaced out": _in_words(" ".join),
    "leet": _translated({"o": "0", "i": "1", "e": "3", "a": "@", "s": "$"}),
    "stretched": _in_words(_stretched),
    "swapped": _in_words(_swapped),
    "split by markup": _in_words(lambda word: f"{word[:2]}<!-- -->{word[2:]}"),
    "entities": _in_words(lambda word: "".join(f"&#{ord(c)};" for c in word)),
    "padded": _padded,
}
