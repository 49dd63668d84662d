r"""Spintax: one template, many comments.

Comment spam is posted from templates in which braces hold alternatives: ``{Hi|Hello} there``.  The
spam that we train on is written the same way, as families, and this module makes comments from them.

| written     | becomes                                           |
|-------------|---------------------------------------------------|
| ``{a|b|c}`` | one of the alternatives; they nest and may be empty |
| ``\d``      | a random decimal digit                            |
| ``\a``      | a random letter a-z                               |
| ``\A``      | a random letter A-Z                               |
| ``\{`` ...  | a brace, a bar or a backslash as itself           |

Leaves out weights, macros and back references: a family that needs them is two families.
"""

import random
import string
from collections.abc import Iterator
from dataclasses import dataclass

from modspam.errors import SpintaxError

__all__ = ["Template"]

_RANDOM_CHARACTERS = {
    "d": string.digits,
    "a": string.ascii_lowercase,
    "A": string.ascii_uppercase,
}


@dataclass(frozen=True, slots=True)
class _Sequence:
    """Parts that follow one another: literal text, random characters, choices."""

    parts: tuple["str | _Random | _Choice", ...]

    def expand(self, rng: random.Random, unspun: float) -> str:
        return "".join(part if isinstance(part, str) else part.expand(rng, unspun) for part in self.parts)

    def count(self) -> int:
        total = 1
        for part in self.parts:
            if isinstance(part, _Choice):
                total *= part.count()
        return total


@dataclass(frozen=True, slots=True)
class _Choice:
    """The alternatives between one pair of braces."""

    options: tuple[_Sequence, ...]

    def expand(self, rng: random.Random, unspun: float) -> str:
        if unspun and rng.random() < unspun:
            return "{" + "|".join(option.expand(rng, unspun) for option in self.options) + "}"
        return rng.choice(self.options).expand(rng, unspun)

    def count(self) -> int:
        return sum(option.count() for option in self.options)


@dataclass(frozen=True, slots=True)
class _Random:
    """One random character out of an alphabet."""

    alphabet: str

    def expand(self, rng: random.Random, unspun: float) -> str:  # noqa: ARG002 - as its siblings
        return rng.choice(self.alphabet)


class Template:
    r"""A parsed spintax template.

    >>> template = Template("{Hi|Hello} {{dear |}friend|all}, call \\d\\d")
    >>> template.count()
    6
    >>> template.expand(random.Random(3))
    'Hi friend, call 97'

    Raises `SpintaxError` if a brace is left open or closed twice, or a backslash stands before
    a character that it has no meaning for.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        try:
            position, self._root = self._sequence(0, depth=0)
        except RecursionError as error:
            raise SpintaxError("the template's braces are nested too deeply") from error
        if position != len(source):
            raise self._error(position, "a closing brace without its opening one")

    def expand(self, rng: random.Random, unspun: float = 0.0) -> str:
        """Make one comment; the same state of ``rng`` makes the same comment.

        ``unspun`` (0..1) is the share of choices that are left standing with their braces, as posting
        tools leave them when they fail.
        """
        return self._root.expand(rng, unspun)

    def expansions(self, rng: random.Random, limit: int) -> Iterator[str]:
        """Make at most ``limit`` comments, no two the same, in a fixed order for a given ``rng``.

        Small templates run out of new comments: the search stops after ``4 * limit`` attempts.
        """
        seen: set[str] = set()
        for _ in range(4 * limit):
            if len(seen) == limit:
                return
            text = self.expand(rng)
            if text not in seen:
                seen.add(text)
                yield text

    def count(self) -> int:
        """Say how many ways lead through the template (random characters not counted)."""
        return self._root.count()

    def _error(self, position: int, problem: str) -> SpintaxError:
        line = self._source.count("\n", 0, position) + 1
        near = self._source[max(0, position - 20) : position + 20]
        return SpintaxError(f"line {line} of the template, near {near!r}: {problem}")

    def _sequence(self, position: int, depth: int) -> tuple[int, _Sequence]:
        parts: list[str | _Random | _Choice] = []
        literal: list[str] = []
        while position < len(self._source):
            character = self._source[position]
            if character == "}" or (character == "|" and depth):
                break
            if character == "{":
                if literal:
                    parts.append("".join(literal))
                    literal = []
                position, choice = self._choice(position, depth)
                parts.append(choice)
            elif character == "\\":
                escaped = self._source[position + 1 : position + 2]
                if escaped in _RANDOM_CHARACTERS:
                    if literal:
                        parts.append("".join(literal))
                        literal = []
                    parts.append(_Random(_RANDOM_CHARACTERS[escaped]))
                elif escaped and escaped in "{}|\\":
                    literal.append(escaped)
                else:
                    raise self._error(position, r"a backslash takes one of { } | \ d a A")
                position += 2
            else:
                literal.append(character)
                position += 1
        if literal:
            parts.append("".join(literal))
        return position, _Sequence(tuple(parts))

    def _choice(self, position: int, depth: int) -> tuple[int, _Choice]:
        opening = position
        options: list[_Sequence] = []
        while True:
            position, option = self._sequence(position + 1, depth + 1)
            options.append(option)
            if position == len(self._source):
                raise self._error(opening, "a brace that is opened here is never closed")
            if self._source[position] == "}":
                return position + 1, _Choice(tuple(options))
