"""A reading with what several signals want to know of it, each worked out once and only if asked for."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

import numpy as np
import numpy.typing as npt
import regex

from modspam.marks import OTHER_SCRIPTS
from modspam.normalise import Reading, Span
from modspam.patterns import Outline, Pattern
from modspam.signals.addresses import LINK, Link, find_links, host_of, is_common, is_local
from modspam.signals.codemarks import CODE, find_code, talks_of_code
from modspam.signals.phrasebook import find_phrases, find_unspaced
from modspam.signals.slots import SLOT, Slot, find_slots

__all__ = ["Observation"]

# What stands between words.  Apostrophes do not: they are dropped, so that "it's" and "its" are one word.
_BETWEEN = '!"#$%&()*+,-./:;<=>?@[\\]^_{|}~«»“”„‹›…–—·•¡¿、。，！？：；「」『』（）【】'
_APOSTROPHES = dict.fromkeys(map(ord, "'‘’`´ʼ"), "")
_ASCII_TO_WORDS = bytes(ord(" ") if byte < 0x80 and chr(byte) in _BETWEEN else byte for byte in range(0x100))
_BEYOND_ASCII_TO_WORDS = [(sign, " ") for sign in _BETWEEN if not sign.isascii()] + [
    (sign, "") for sign in map(chr, _APOSTROPHES) if not sign.isascii()
]
# By code point; those beyond the table are in words and no apostrophes, as the last in it.
_IN_WORD, _NO_APOSTROPHE = np.ones((2, 1 << 16), dtype=np.bool_)
_IN_WORD[
    [ord(sign) for sign in _BETWEEN + " \t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"]
] = False
_IN_WORD[0x2000:0x200B] = False  # spaces
_NO_APOSTROPHE[list(_APOSTROPHES)] = False

# What blog software writes under a page when another blog links to it or passes it on.
_NOTICE = Pattern(
    r"\[(?:\.{3}|…)\].*\[(?:\.{3}|…)\]|(?:\.{3}|…)\s.*\s(?:\.{3}|…)|Reblogged this on\b.*",
    regex.IGNORECASE | regex.DOTALL,
)

_DIGITS = Outline({"1": "0123456789"})
_BREAK = Pattern(r"\s+")

_FIELD = 500  # characters of a form's field that are looked at; nobody's name or address is longer


T = TypeVar("T")


class worked_out(Generic[T]):  # noqa: N801 - reads as the decorator that it is
    """A property that is worked out when it is first asked for, and kept.

    `functools.cached_property` does so under a lock up to Python 3.11, which takes longer than most of the work here.
    """

    def __init__(self, work_out: Callable[[Any], T]) -> None:
        self._work_out = work_out
        self.__doc__ = work_out.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> "worked_out[T]": ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> "T | worked_out[T]":
        # Reached only until the instance has an attribute of this name.
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._work_out(instance)
        return value


class Observation:
    """What the signals look at: the `Reading`, the author's fields, and what follows from them."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.comment = reading.comment
        self.marks = reading.marks  # of the visible text, see `modspam.marks`
        self.given = reading.comment.text
        self.visible = reading.visible.text
        self.folded = reading.folded.text
        self.author = reading.comment.author[:_FIELD]
        self.author_url = reading.comment.author_url[:_FIELD]
        self.sightings: list[tuple[int, Any]] | None = None  # what `modspam.signals.look` has seen

    @worked_out
    def lowered(self) -> str:
        """The visible text without a difference between capitals and small letters."""
        return self.visible.casefold()

    @worked_out
    def words(self) -> list[str]:
        """The words of the folded text in order, without apostrophes."""
        # Byte by byte, since a table for all characters takes several times as long; the few beyond ASCII follow.
        text = self.folded.encode("utf-8", "surrogatepass").translate(_ASCII_TO_WORDS, b"'`")
        spaced = text.decode("utf-8", "surrogatepass")
        if not spaced.isascii():
            for sign, instead in _BEYOND_ASCII_TO_WORDS:
                if sign in spaced:
                    spaced = spaced.replace(sign, instead)
        return spaced.split()

    @worked_out
    def phrases(self) -> dict[str, list[Span]]:
        """The stock phrases in the folded text, by the table that they stand in."""
        found: dict[str, list[Span]] = {}
        for table, (first, end) in find_phrases(self.words):
            starts, ends = self.word_bounds
            found.setdefault(table, []).append((int(starts[first]), int(ends[end - 1])))
        if self.marks & OTHER_SCRIPTS:
            for table, span in find_unspaced(self.folded):
                found.setdefault(table, []).append(span)
        return found

    @worked_out
    def promoted(self) -> list[Link]:
        """The links to places that nobody cites and that lead to no home network."""
        return [link for link in self.links if not is_common(link.host) and not is_local(link.host)]

    @worked_out
    def digits(self) -> int:
        """How many digits the visible text has."""
        if self.visible.isascii():
            return _DIGITS(self.visible).count(b"1")
        return sum(map(str.isdigit, self.visible))

    @worked_out
    def author_host(self) -> str:
        """The host of the author's address."""
        return host_of(self.author_url)

    @worked_out
    def word_bounds(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Where each of `words` begins and ends in the folded text."""
        if self.folded.isascii():
            codes: npt.NDArray[np.unsignedinteger] = np.frombuffer(self.folded.encode(), dtype=np.uint8)
        else:
            codes = np.frombuffer(self.folded.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        inside = np.zeros(len(codes) + 2, dtype=np.bool_)
        _IN_WORD.take(codes, out=inside[1:-1], mode="clip")
        edges = (inside[1:] != inside[:-1]).nonzero()[0]
        starts, ends = edges[::2], edges[1::2]
        letters = np.zeros(len(codes) + 1, dtype=np.intp)
        _NO_APOSTROPHE.take(codes, mode="clip").cumsum(out=letters[1:])
        more = letters[ends] > letters[starts]  # than apostrophes
        return starts[more], ends[more]

    @worked_out
    def links(self) -> tuple[Link, ...]:
        """The addresses in the visible text."""
        return find_links(self.reading) if self.marks & LINK else ()

    @worked_out
    def is_notice(self) -> bool:
        """Whether blog software wrote the comment: an excerpt of a page that links here, with its title for a name."""
        return _NOTICE.fullmatch(self.visible.strip()) is not None

    @worked_out
    def slots(self) -> tuple[Slot, ...]:
        """The slots of templates in the visible text."""
        return find_slots(self.visible, self.marks) if self.marks & SLOT else ()

    @worked_out
    def disguised_share(self) -> float:
        """The share of the comment, in characters, that stands in words which a disguise touches; 0..1.

        Letters drawn out are no disguise here.
        """
        breaks = [0, *(match.end() for match in _BREAK.finditer(self.given)), len(self.given) + 1]
        touched = last = 0
        for start, end in sorted((d.start, d.end) for d in self.reading.disguises if d.kind != "stretched"):
            first = max(last, breaks[bisect_right(breaks, start) - 1])
            last = max(last, breaks[min(bisect_left(breaks, max(end, start + 1)), len(breaks) - 1)])
            touched += last - first
        return touched / (len(self.given) + 1)

    @worked_out
    def prose(self) -> str:
        """The visible text without its addresses."""
        pieces, position = [], 0
        for link in self.links:
            pieces.append(self.visible[position : link.start])
            position = link.end
        return "".join([*pieces, self.visible[position:]])

    @worked_out
    def code(self) -> list[Span]:
        """Marks of code, markup or logs in the visible text."""
        return find_code(self.visible, self.marks) if self.marks & CODE else []

    @worked_out
    def about_code(self) -> bool:
        """Whether the comment holds code, or talks of the things in which placeholders are honest."""
        return bool(self.code) or talks_of_code(self.folded)
