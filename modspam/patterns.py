"""Regular expressions that are compiled when they are first used, and what spares a text the search.

Most expressions find nothing in most comments.  What a text must hold at least for one to match is looked for first,
by means that are ten to a hundred times as fast: a literal, the outline of a text, the kinds of its characters.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import regex

Span = tuple[int, int]

__all__ = [
    "Kinds",
    "Outline",
    "Pattern",
    "find_around",
    "find_at",
    "find_near",
    "holds_any",
    "holds_dot_apart",
    "rows_of_a_letter",
    "runs_with",
]


class Pattern:
    """Stands for the compiled expression and has its methods.

    >>> Pattern(r"a+").findall("caaba")
    ['aa', 'a']
    """

    if TYPE_CHECKING:
        compiled: regex.Pattern[str]

    def __init__(self, source: str, flags: int = 0) -> None:
        self.source = source
        self.flags = flags

    def __getattr__(self, name: str) -> Any:
        # Reached only until the attribute exists: from then on a call goes straight to the method.
        if name.startswith("__"):
            raise AttributeError(name)
        compiled = regex.compile(self.source, self.flags)
        self.search = compiled.search
        self.match = compiled.match
        self.fullmatch = compiled.fullmatch
        self.finditer = compiled.finditer
        self.findall = compiled.findall
        self.sub = compiled.sub
        return getattr(compiled, name)


def holds_any(text: str, literals: tuple[str, ...]) -> bool:
    """Say whether one of these is in the text: a hundred times as fast as an expression that needs one of them.

    >>> holds_any("a@example.org", ("@", "(at)")), holds_any("nobody", ("@", "(at)"))
    (True, False)
    """
    return any(map(text.__contains__, literals))


def find_at(pattern: Pattern, text: str, *beginnings: Pattern) -> "Iterator[regex.Match[str]]":
    r"""Find what ``pattern.finditer`` finds, where every match begins where one of ``beginnings`` finds something.

    >>> [match[0] for match in find_at(Pattern(r"(?<!\w)#\w+"), "a#b #c #d", Pattern("#"))]
    ['#c', '#d']
    """
    end = 0
    for at in sorted({found.start() for expression in beginnings for found in expression.finditer(text)}):
        if at >= end and (match := pattern.match(text, at)) is not None:
            yield match
            end = match.end()


def find_around(pattern: Pattern, core: Pattern, before: int, text: str) -> "Iterator[regex.Match[str]]":
    r"""Find what ``pattern.finditer`` finds, where in every match ``core`` finds something.

    It begins at most ``before`` characters behind the beginning of the match, and of spaces between the two there are
    none but in the last eight of these.

    >>> [match[0] for match in find_around(Pattern(r"\w{1,9}@\w+"), Pattern("@"), 9, "write to ana@home, ben@work")]
    ['ana@home', 'ben@work']
    """
    end = 0
    while (found := core.search(text, end)) is not None:
        at = found.start()
        space = text.rfind(" ", max(0, at - before), max(0, at - 8))
        match = pattern.search(text, max(end, at - before, space + 1))
        if match is None:
            return
        yield match
        end = match.end()


def find_near(pattern: Pattern, places: Iterable[int], before: int, text: str) -> "Iterator[regex.Match[str]]":
    r"""Find what ``pattern.finditer`` finds, where in every match there is one of ``places``, which are in order.

    It is at most ``before`` characters behind the beginning of the match, and of spaces between the two there are none
    but in the last eight of these.  Where no place is, nothing is looked at.

    >>> [match[0] for match in find_near(Pattern(r"\w{1,9}@\w+"), [12, 22], 9, "write to ana@home, ben@work")]
    ['ana@home', 'ben@work']
    """
    end = 0
    for place in places:
        space = text.rfind(" ", max(0, place - before), max(0, place - 8))
        for start in range(max(end, place - before, space + 1), place + 1):
            if (match := pattern.match(text, start)) is not None:
                yield match
                end = match.end()
                break


def holds_dot_apart(text: str) -> bool:
    """Say whether a full stop may stand behind white space or an opening bracket.

    >>> holds_dot_apart("example [.] org"), holds_dot_apart("example.org.")
    (True, False)
    """
    return "." in text and b" ." in _DOTS(text)


class Outline:
    """Draws a text with one byte a character, which stands for the character's class.

    What an expression asks of neighbouring characters is asked of the outline with ``in``.

    >>> outline = Outline({"a": "abcdefghijklmnopqrstuvwxyz", "1": "0123456789"})
    >>> outline("mp3, 10 é")
    b'aa1..11..'
    """

    def __init__(self, classes: Mapping[str, str], *, other: str = ".", beyond: str = "") -> None:
        """Make each class's sign stand for its ASCII characters, ``other`` for the rest.

        ``beyond`` stands for all characters beyond ASCII; they are among the rest if it is empty.
        """
        table = bytearray(other.encode() * 128 + (beyond or other).encode() * 128)
        for sign, characters in classes.items():
            for character in characters.encode("ascii"):
                table[character] = ord(sign)
        self._table = bytes(table)

    def __call__(self, text: str) -> bytes:
        """Draw the outline."""
        if text.isascii():
            return text.encode().translate(self._table)
        return text.encode("utf-8", "surrogatepass").translate(self._table, _CONTINUATION)


def runs_with(outline: bytes, part: bytes) -> Iterator[Span]:
    """Find the runs without a full stop in an outline that have a part, each once.

    >>> list(runs_with(b"aaa..aa1a1.a1", b"a1"))
    [(5, 10), (11, 13)]
    """
    end = 0
    while (at := outline.find(part, end)) >= 0:
        start = outline.rfind(b".", end, at) + 1 or end
        end = outline.find(b".", at)
        if end < 0:
            end = len(outline)
        yield start, end


_DOTS = Outline({".": ".", " ": "\t\n\v\f\r\x1c\x1d\x1e\x1f [({"}, other="a", beyond=" ")
_CONTINUATION = bytes(range(0x80, 0xC0))  # the bytes of a character in UTF-8 but the first


class Kinds:
    """Says which kinds of characters beyond ASCII a text has.  Each character is looked at once, and remembered.

    >>> kinds = Kinds(digit=str.isdigit, letter=str.isalpha)
    >>> bool(kinds("été") & kinds.letter), bool(kinds("été") & kinds.digit)
    (True, False)
    """

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> int: ...

    def __init__(self, **tests: "Callable[[str], object] | Pattern") -> None:
        """Make a kind of each name, of the characters that its expression finds, or its test says yes to."""
        self._tests = {1 << bit: test for bit, test in enumerate(tests.values())}
        self.__dict__.update(zip(tests, self._tests, strict=True))
        self._known = _Known(self._kinds_of)
        self._last = ("", 0)  # steps in a row ask for the same text

    def __call__(self, text: str) -> int:
        """Give the kinds of a text, as bits."""
        last, kinds = self._last
        if last is not text:
            kinds = reduce(or_, set(map(self._known.__getitem__, set(text))), 0)
            self._last = text, kinds
        return kinds

    def _kinds_of(self, character: str) -> int:
        if character.isascii():
            return 0
        return sum(
            bit
            for bit, test in self._tests.items()
            if (test.search(character) if isinstance(test, Pattern) else test(character))
        )


class _Known(dict[str, int]):
    """The kinds of the characters that have been seen."""

    _MOST = 1 << 15  # characters; no language needs more, and nobody shall fill the memory with them

    def __init__(self, kinds_of: Callable[[str], int]) -> None:
        self._kinds_of = kinds_of

    def __missing__(self, character: str) -> int:
        if len(self) >= self._MOST:
            self.clear()
        kinds = self[character] = self._kinds_of(character)
        return kinds


def rows_of_a_letter(text: str) -> Iterator[Span]:
    """Find the places where a letter stands three times in a row and more.

    The text is laid over itself, moved by one character: where two zeros follow one another, three are the same.

    >>> list(rows_of_a_letter("sooo good ...")), list(rows_of_a_letter("éééé")), list(rows_of_a_letter("good"))
    ([(1, 4)], [(0, 4)], [])
    """
    if text.isascii():
        width, data = 1, text.encode()
    else:
        width, data = 4, text.encode("utf-32-be", "surrogatepass")
    number = int.from_bytes(data, "big")
    overlaid = (number ^ (number >> (8 * width))).to_bytes(len(data), "big")
    zeros = bytes(2 * width)
    at = overlaid.find(zeros)
    while at >= 0:
        index = -(-at // width)  # zeros may begin within the character before
        if overlaid.startswith(zeros, index * width) and (row := _ROW.match(text, index - 1)):
            yield row.span()
            index = row.end()
        at = overlaid.find(zeros, index * width + 1)


_ROW = Pattern(r"(\p{L})\1{2,}+")
