"""What a text holds that is worth a closer look, for many texts and all questions in one pass.

Most steps of reading and most signals have nothing to do in most comments, and each can name a few short pieces of
text of which one stands wherever it has: its marks.  All marks are looked for at once: at every place of a text
three tables say, for two bytes each, which marks may have these bytes there; what all three allow is there.

A mark is a piece of up to five bytes in UTF-8 and says yes too often rather than too seldom.  What is asked for with
it is looked for with certainty afterwards, in the few texts that have it.
"""

import string
from collections.abc import Sequence
from functools import lru_cache
from itertools import product

import numpy as np
import numpy.typing as npt

__all__ = [
    "ALWAYS",
    "BEYOND",
    "DIGITS",
    "EDGE",
    "IN_WORD",
    "LETTERS",
    "MARKS",
    "NOT_IN_WORD",
    "NUMERALS",
    "OTHER_SCRIPTS",
    "SPACES",
    "SPACES_BEYOND",
    "WHITE_SPACE",
    "Marks",
    "Piece",
    "any_case",
]

Piece = str | tuple[bytes, ...]

BEYOND = bytes(range(0x80, 0xF8))  # any byte of a character beyond ASCII
DIGITS = string.digits.encode()
LETTERS = string.ascii_letters.encode()
EDGE = b"\xff"  # what stands before a text and behind it, and nowhere in UTF-8
SPACES = b" \t\n\v\f\r"
# White space as pieces, and the first bytes of what it is beyond ASCII.
WHITE_SPACE = (
    (SPACES,),
    (b"\xc2", b"\x85\xa0"),
    (b"\xe1", b"\x9a", b"\x80"),
    (b"\xe2", b"\x80", bytes([*range(0x80, 0x8B), 0xA8, 0xA9, 0xAF])),
    (b"\xe2", b"\x81", b"\x9f"),
    (b"\xe3", b"\x80", b"\x80"),
)
SPACES_BEYOND = b"\xc2\xe1\xe2\xe3"
IN_WORD = LETTERS + DIGITS + b"_"
NOT_IN_WORD = bytes({*range(0x80)} - {*IN_WORD}) + BEYOND + EDGE  # or perhaps not

# How the digits begin that are no ASCII.
NUMERALS = ((b"\xd9\xdb\xdf\xe0\xe1\xea\xef",), (b"\xf0", bytes({*range(0x90, 0xC0)} - {0x9F})))

ALWAYS = 1  # the mark that every text has

_WIDTH = 5  # bytes of a text that are held against a mark
_OFFSETS = (0, 1, 3)  # where the pairs of bytes stand that the tables are asked for
_MOST = 64  # marks
_FEW = 32  # pairs of bytes that are written into a table one by one
_PIECE = 1 << 15  # bytes that are worked on together
# Characters that an expression takes for a plain letter where case does not matter, beside its two cases.
_ODD_CASES = "ſKİıÅᲀᲁᲂᲃᲄᲅᲆᲇᲈ"


class Marks:
    """Says which marks texts have.

    >>> marks = Marks()
    >>> at, number = marks.add("@", "(at)"), marks.add((DIGITS, DIGITS))
    >>> [(bool(has & at), bool(has & number)) for has in marks(["a@b 1", "24 (at)", "nothing"])]
    [(True, False), (True, True), (False, False)]
    """

    def __init__(self) -> None:
        self._bits: dict[tuple[Piece, ...], int] = {}
        self._tables: npt.NDArray[np.uint64] | None = None

    def add(self, *pieces: Piece) -> int:
        """Give a mark, as bits of which a text that has it has at least one.

        A text has it where it has one of the pieces: text, of which the first five bytes in UTF-8 count, or for each of
        up to five places the bytes that may stand there.

        Raises `ValueError` where there are more bits than sixty-three.
        """
        mark = 0
        by_length: dict[int, list[Piece]] = {}
        for piece in pieces:
            length = len(piece.encode() if isinstance(piece, str) else piece)
            by_length.setdefault(min(_WIDTH, length) // 2, []).append(piece)
        # Where a table is not asked for a short piece it allows anything, and would for longer ones of the same bit.
        for alike in by_length.values():
            mark |= self._bit(tuple(alike))
        return mark

    def _bit(self, pieces: tuple[Piece, ...]) -> int:
        if pieces not in self._bits:
            if len(self._bits) + 1 == _MOST:
                raise ValueError(f"there are {_MOST - 1} bits for marks, and no more: let several uses share one")
            self._bits[pieces] = ALWAYS << (len(self._bits) + 1)
            self._tables = None
        return self._bits[pieces]

    def __call__(self, texts: Sequence[str]) -> list[int]:
        """Give each text's marks, as bits.  Memory is about 10 bytes for each of theirs."""
        if not texts:
            return []
        if self._tables is None:
            self._tables = self._drawn()
        edge = EDGE * _WIDTH
        pieces = [text.encode("utf-8", "surrogatepass") for text in texts]
        data = np.frombuffer(edge + edge.join(pieces) + edge, dtype=np.uint8)
        found = np.empty(len(data) - _WIDTH + 1, dtype=np.uint64)
        for start in range(0, len(found), _PIECE):
            _look(self._tables, data[start : start + _PIECE + _WIDTH - 1], found[start : start + _PIECE])
        runs: list[int] = []
        start = _WIDTH - 1  # at the last edge before the first text
        for piece in pieces:
            runs += (start, start + 1 + len(piece))  # what begins at the edges behind a text is none of it
            start += len(piece) + _WIDTH
        return [marks | ALWAYS for marks in np.bitwise_or.reduceat(found, runs)[::2].tolist()]

    def places(self, text: str, mark: int) -> list[int]:
        """Give the places of a text, in characters, where a piece of a mark begins.

        >>> marks = Marks()
        >>> marks.places("é@, (at)", marks.add("@", "(at)"))
        [1, 4]
        """
        if self._tables is None:
            self._tables = self._drawn()
        encoded = text.encode("utf-8", "surrogatepass")
        data = np.frombuffer(EDGE + encoded + EDGE * _WIDTH, dtype=np.uint8)
        found = np.empty(len(data) - _WIDTH, dtype=np.uint64)
        for start in range(0, len(found), _PIECE):
            _look(self._tables, data[start : start + _PIECE + _WIDTH - 1], found[start : start + _PIECE])
        found &= np.uint64(mark)
        places = found.nonzero()[0]
        if len(encoded) != len(text):
            continued = np.cumsum((data & 0xC0) == 0x80, dtype=np.intp)
            places -= continued[places]
        in_text: list[int] = np.maximum(places - 1, 0).tolist()  # the first byte is the edge before the text
        return in_text

    def _drawn(self) -> npt.NDArray[np.uint64]:
        tables = np.zeros((len(_OFFSETS), 256, 256), dtype=np.uint64)  # by the second byte and the first
        entries: tuple[dict[tuple[int, int], int], ...] = tuple({} for _ in _OFFSETS)
        anything = [bytes(range(256))] * _WIDTH
        for pieces, bit in self._bits.items():
            value = np.uint64(bit)
            padded = [[*_places(piece), *anything] for piece in pieces]
            for table, few, offset in zip(tables, entries, _OFFSETS, strict=True):
                for ahead, behind in {(places[offset], places[offset + 1]) for places in padded}:
                    if len(ahead) * len(behind) <= _FEW:
                        for pair in product(behind, ahead):
                            few[pair] = few.get(pair, 0) | bit
                    else:
                        for area in product(_runs(behind), _runs(ahead)):
                            part = table[area]
                            np.bitwise_or(part, value, out=part)
        for table, few in zip(tables, entries, strict=True):
            second, first = np.array([*few], dtype=np.intp).reshape(-1, 2).T
            table[second, first] |= np.array([*few.values()], dtype=np.uint64)
        return tables.reshape(len(_OFFSETS), -1)


@lru_cache
def _runs(place: bytes) -> list[slice]:
    """Give the runs of bytes that follow one another among some."""
    starts = [byte for byte in place if not byte or byte - 1 not in place]
    return [
        slice(start, next(end for end in range(start, 257) if end == 256 or end not in place))
        for start in sorted(starts)
    ]


def _look(tables: npt.NDArray[np.uint64], data: npt.NDArray[np.uint8], found: npt.NDArray[np.uint64]) -> None:
    """Write the bits of the marks that begin at each place."""
    pairs = np.ndarray((len(data) - 1,), np.dtype("<u2"), data, 0, (1,)).astype(np.intp)
    size = len(found)
    first, second, third = _OFFSETS
    tables[0].take(pairs[first : first + size], out=found, mode="clip")
    found &= tables[1].take(pairs[second : second + size])
    found &= tables[2].take(pairs[third : third + size])


def _places(piece: Piece) -> Sequence[bytes]:
    return [bytes([byte]) for byte in piece.encode()] if isinstance(piece, str) else piece


MARKS = Marks()
# All beyond ASCII but Latin letters, punctuation and emoji.
OTHER_SCRIPTS = MARKS.add(
    (bytes({*range(0xCD, 0xF0)} - {0xE2}),),
    (b"\xe2", bytes(range(0xB7, 0xC0))),
    (b"\xf0", bytes({*range(0x90, 0xC0)} - {0x9F})),
)


def any_case(*literals: str) -> list[Piece]:
    """Give the pieces that begin as one of these, in capitals, small letters or both."""
    return [piece for literal in literals for piece in _cased(literal)]


def _cased(literal: str) -> list[Piece]:
    """Put ASCII letters' cases into one place; other characters' bytes differ, so each way of writing is a piece."""
    looked_at = literal[: _WIDTH if literal.isascii() else -(-_WIDTH // 2)]
    choices = product(*map(_cases, looked_at))
    return sorted({tuple(place for places in choice for place in places)[:_WIDTH] for choice in choices})


@lru_cache
def _cases(character: str) -> tuple[tuple[bytes, ...], ...]:
    cases = {character, character.lower(), character.upper()}
    cases.update(odd for odd in _ODD_CASES if not cases.isdisjoint((odd.casefold(), odd.lower()[:1], odd.upper())))
    plain = bytes(sorted(ord(case) for case in cases if case.isascii() and len(case) == 1))
    beyond = [tuple(bytes([byte]) for byte in case.encode()) for case in sorted(cases) if not case.isascii()]
    return (*([(plain,)] if plain else []), *beyond)
