r"""Reading a comment the way a person sees it.

A chain of pure steps undoes, one after the other, what stands between the characters of a comment
and the words in it: markup and entities, Unicode's many forms of one letter, characters that cannot
be seen, letters that look like others, accents strewn about, letters spaced out, words split, leet,
stretched letters, addresses spelled out.

A step is a function ``str -> list[Edit]``: it says what it would change and changes nothing.  From
the edits follow the new text (`apply_edits`), the way back from a span of the new text to the
comment as given (`View.origin`), and the evidence: an edit that undoes a disguise says which one.

Two states of the text are kept (see `Reading`): ``visible``, what a browser would show, in the
case that it was written in, and ``folded``, what the words are.

Some disguises are told from honest writing only by how much of the comment is written so: what a
step says of a comment "throughout" rests on several words and on their share.

Leaves out spelling correction, transliteration and the removal of accents that a language has: they
change words that honest people wrote.
"""

import html
import string
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import accumulate
from typing import NamedTuple

import regex

from modspam import confusables, step_marks
from modspam.comment import Comment
from modspam.marks import ALWAYS, MARKS
from modspam.patterns import Kinds, Outline, Pattern, find_near, holds_dot_apart, rows_of_a_letter, runs_with

__all__ = [
    "FOLDING",
    "VISIBLE",
    "Disguise",
    "Edit",
    "Reading",
    "Span",
    "View",
    "apply_edits",
    "read",
    "read_all",
]

Span = tuple[int, int]


class Edit(NamedTuple):
    """A change that a step would make: ``text[start:end]`` becomes ``replacement``.

    ``disguise`` names what the change undoes (``"invisible"``, ``"look_alike"``, ...); it is empty
    for changes that say nothing about the writer.
    """

    start: int
    end: int
    replacement: str
    disguise: str = ""


class Disguise(NamedTuple):
    """A place of the comment as given where the words had been made hard to read."""

    kind: str
    start: int
    end: int


Step = Callable[[str], Sequence[Edit]]


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """Make the changes; ``edits`` are in order and do not overlap.

    >>> apply_edits("v i a g r a now", join_spaced_out("v i a g r a now"))
    'viagra now'
    """
    pieces: list[str] = []
    position = 0
    for edit in edits:
        pieces.append(text[position : edit.start])
        pieces.append(edit.replacement)
        position = edit.end
    pieces.append(text[position:])
    return "".join(pieces)


class _Stage:
    """The edits of one step, as the way back from its output to its input.  They are asked for when it is gone."""

    __slots__ = ("_edits", "_edits_of", "_outputs")

    def __init__(self, edits_of: Callable[[], Sequence[Edit]]) -> None:
        self._edits_of = edits_of
        self._edits: Sequence[Edit] = ()
        self._outputs: list[int] | None = None  # where each replacement starts in the output

    def input_span(self, start: int, end: int) -> Span:
        """Say which part of the step's input the output's ``start:end`` was made from."""
        if start == end:
            position = self._input_position(start)[0]
            return position, position
        return self._input_position(start)[0], self._input_position(end - 1)[1]

    def _input_position(self, position: int) -> Span:
        if self._outputs is None:
            self._edits = self._edits_of()
            growth = accumulate(len(e.replacement) - (e.end - e.start) for e in self._edits)
            self._outputs = [edit.start + grown for edit, grown in zip(self._edits, [0, *growth], strict=False)]
        index = bisect_right(self._outputs, position) - 1
        if index < 0:
            return position, position + 1
        edit = self._edits[index]
        within = position - self._outputs[index]
        if within >= len(edit.replacement):
            unchanged = edit.end + within - len(edit.replacement)
            return unchanged, unchanged + 1
        if len(edit.replacement) == edit.end - edit.start:
            return edit.start + within, edit.start + within + 1
        return edit.start, edit.end


@dataclass(frozen=True, slots=True)
class View:
    """One state of the text, and the way back to the comment as given."""

    text: str
    _stages: tuple[_Stage, ...] = ()

    def origin(self, start: int, end: int) -> Span:
        """Map a span of this text to the span of the comment as given that it was read from."""
        for stage in reversed(self._stages):
            start, end = stage.input_span(start, end)
        return start, end

    def then(self, edits: Sequence[Edit]) -> "View":
        """Apply one more step's edits."""
        if not edits:
            return self
        return View(apply_edits(self.text, edits), (*self._stages, _Stage(lambda: edits)))

    def become(self, text: str, step: Step) -> "View":
        """Apply one more step of which the outcome is known; its edits are worked out when a way back is asked for."""
        return View(text, (*self._stages, _Stage(partial(step, self.text))))


@dataclass(frozen=True, slots=True)
class Reading:
    """A comment that has been read: what the extractors look at.

    - ``comment``: as given
    - ``visible``: as a browser would show it, links written out; the writer's own case and spacing
    - ``folded``: lower case, disguises undone, single spaces
    - ``disguises``: what had to be undone, with spans in the comment as given
    - ``marks``: those of the visible text, see `modspam.marks`
    """

    comment: Comment
    visible: View
    folded: View
    disguises: tuple[Disguise, ...]
    marks: int


def read(comment: Comment) -> Reading:
    """Take a comment through the whole chain.  Time and memory grow linearly with its length.

    >>> read(Comment("Buy v&#1110;\N{ZERO WIDTH SPACE}agra!")).folded.text
    'buy viagra!'
    """
    return read_all([comment])[0]


def read_all(comments: Sequence[Comment]) -> list[Reading]:
    """Read comments: each as `read` does, and faster, since all are looked through for work at once."""
    given = MARKS([comment.text for comment in comments])
    seen = [_advance(View(comment.text), marks, _VISIBLE) for comment, marks in zip(comments, given, strict=True)]
    changed = [row for row, (view, _) in enumerate(seen) if view._stages]  # noqa: SLF001 - of this module
    for row, marks in zip(changed, MARKS([seen[row][0].text for row in changed]), strict=True):
        given[row] = marks
    readings = []
    for comment, marks, (visible, disguises) in zip(comments, given, seen, strict=True):
        folded, more = _advance(visible, marks, _FOLDING)
        readings.append(Reading(comment, visible, folded, (*disguises, *more), marks))
    return readings


class _Link(NamedTuple):
    """A step in its chain: the marks that it needs, what tells its outcome faster, and the marks that it brings."""

    step: Step
    needed: int
    outcome: Callable[[str], str] | None
    brought: int


def _advance(view: View, marks: int, chain: Sequence[_Link]) -> tuple[View, Sequence[Disguise]]:
    """Take a text through the steps that its marks call for, and those that the steps before bring."""
    disguises: list[Disguise] = []
    for step, needed, outcome, brought in chain:
        if not marks & needed:
            continue
        if outcome is not None:
            text = outcome(view.text)
            if text != view.text:
                view = view.become(text, step)
        elif edits := step(view.text):
            disguises += [
                Disguise(edit.disguise, *view.origin(edit.start, edit.end)) for edit in edits if edit.disguise
            ]
            view = view.then(edits)
            marks |= brought
    return view, disguises


def replace_surrogates(text: str) -> list[Edit]:
    """Replace lone surrogates, which no encoding can carry, by U+FFFD."""
    if text.isascii() or not _KINDS(text) & _KINDS.surrogate:
        return []
    return [Edit(*m.span(), "\N{REPLACEMENT CHARACTER}" * len(m[0])) for m in _SURROGATES.finditer(text)]


_SURROGATES = Pattern(r"[\uD800-\uDFFF]+")
# Letters that form words one beside the other; Koreans laugh and weep in rows of theirs.
_ALPHABET = r"[\p{Latin}\p{Cyrillic}\p{Greek}]"
_THROUGHOUT = 4  # words disguised alike that are no accident; the doubtful ones beside them are read like them


def drop_markup(text: str) -> list[Edit]:
    """Take HTML and BBCode off, keep the addresses that they hide.

    Only elements that comments use are markup: ``<first name>`` and ``vector<int>`` stay.

    >>> text = 'Ask <a href="http://example.org/a" rel="nofollow">me</a>, <first name>'
    >>> apply_edits(text, drop_markup(text))
    'Ask  http://example.org/a me, <first name>'
    """
    edits: list[Edit] = []
    if "<" in text:
        edits += _html_edits(text)
    if "[" in text:
        bbcode = _bbcode_edits(text)
        edits = _without_overlaps(sorted(edits + bbcode)) if edits else bbcode
    return [edit for edit in edits if text[edit.start : edit.end] != edit.replacement]


_BLOCK = [
    "p",
    "div",
    "br",
    "li",
    "ul",
    "ol",
    "h[1-6]",
    "blockquote",
    "pre",
    "table",
    "tr",
    "td",
    "th",
    "hr",
    "dl",
    "dd",
    "dt",
    "figure",
    "center",
]
_INLINE = """
    a abbr acronym b big cite code del em font i img iframe ins kbd mark object param embed q s samp script
    small span strike strong style sub sup tt u var video audio source wbr
""".split()
_HTML = Pattern(
    r"<!--(?:(?!-->|<!--).)*+-->"
    rf"|<(?P<empty>{'|'.join(_INLINE)})>\s*+</(?P=empty)>"
    rf"|<\s*+/?\s*+(?:(?P<block>{'|'.join(_BLOCK)})|{'|'.join(_INLINE)})\b(?P<rest>[^<>]*+)>",
    regex.IGNORECASE | regex.DOTALL,
)
_ADDRESS = Pattern(r"""\b(?:href|src)\s*+=\s*+["']?\s*+(?P<url>[^\s"'<>]++)""", regex.IGNORECASE)


def _html_edits(text: str) -> Iterator[Edit]:
    for match in _HTML.finditer(text):
        start, end = match.span()
        rest = match["rest"]
        if rest is None:  # a comment or an empty element: nobody sees it
            inside = text[start - 1 : start].isalnum() and text[end : end + 1].isalnum()
            yield Edit(start, end, "", "markup_split" if inside else "")
            continue
        address = _ADDRESS.search(text, *match.span("rest")) if "=" in rest else None
        if address is not None:
            yield Edit(start, address.start("url"), " ")
            yield Edit(address.end("url"), end, " ")
        else:
            yield Edit(start, end, "\n" if match["block"] else "")


_BBCODE = Pattern(
    # an address in the tag: [url=http://...]
    r"""\[(?:url|link|img)\s*+=\s*+["']?\s*+(?P<url>[^\s"'\[\]]++)["']?[^\S\n]*+\]?"""
    # an address between the tags; a bare [url] is a slot that nobody filled, and stays
    r"|\[(?:url|link|img)\](?=\s*+(?:https?:|www\.))"
    r"|\[/(?:url|link|img|b|i|u|s|quote|code|color|size|list|font|center|left|right|email|spoiler)\]?"
    r"|\[(?P<paired>b|i|u|s|quote|code|color|size|list|font|center|left|right|email|spoiler)(?:=[^\[\]\n]{0,60})?\]",
    regex.IGNORECASE,
)


def _bbcode_edits(text: str) -> list[Edit]:
    edits: list[Edit] = []
    closed = "[/" in text  # a[i] and [s] in code have no closing tag
    for match in _BBCODE.finditer(text):
        if match["url"]:
            edits.append(Edit(match.start(), match.start("url"), " "))
            edits.append(Edit(match.end("url"), match.end(), " "))
        elif closed or not match["paired"]:
            edits.append(Edit(*match.span(), ""))
    return edits


def _without_overlaps(edits: Sequence[Edit]) -> list[Edit]:
    kept: list[Edit] = []
    for edit in edits:
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    return kept


def decode_entities(text: str) -> list[Edit]:
    """Decode ``&amp;``, ``&#118;`` and the like, also where they were escaped twice.

    >>> apply_edits("&amp;lt;3 &#118;iagra", decode_entities("&amp;lt;3 &#118;iagra"))
    '<3 viagra'
    """
    if "&" not in text:
        return []
    edits = []
    for match in _ENTITY.finditer(text):
        name = match["name"] or "amp"
        decoded = html.unescape(f"&{name};")
        if decoded != match[0]:
            letters = name.startswith("#") and decoded.isalnum() and decoded.isascii()
            edits.append(Edit(*match.span(), decoded, "encoded" if letters else ""))
    return edits


_ENTITY = Pattern(r"&(?:amp;)*+(?P<name>#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});|&(?:amp;)++")


def drop_invisible(text: str) -> list[Edit]:
    """Delete characters that cannot be seen: zero width, bidirectional controls, fillers, control codes.

    Joiners stay where an orthography needs them (Arabic script, the scripts of India).  Between two
    letters of a word an invisible character is a disguise; elsewhere it is an accident of copying.

    >>> text = "f\N{ZERO WIDTH SPACE}ree"
    >>> apply_edits(text, drop_invisible(text)), drop_invisible(text)[0].disguise
    ('free', 'invisible')
    """
    hidden_codes = text.encode("utf-8", "surrogatepass").translate(None, _NO_CONTROL_CODES)
    if not hidden_codes and (text.isascii() or not _KINDS(text) & _KINDS.invisible):
        return []
    edits = []
    for match in _INVISIBLE.finditer(text):
        start, end = match.span()
        inside = _WORD_LETTER.match(text[start - 1 : start]) and _WORD_LETTER.match(text[end : end + 1])
        hidden = inside and match[0].strip("\N{SOFT HYPHEN}\N{VARIATION SELECTOR-16}") != ""
        edits.append(Edit(start, end, "", "invisible" if hidden else ""))
    return edits


_INVISIBLE = Pattern(
    # joiners are spelling in these scripts
    r"(?:(?<![\p{Arabic}\p{Devanagari}\p{Bengali}\p{Gujarati}\p{Gurmukhi}\p{Tamil}\p{Telugu}\p{Kannada}"
    r"\p{Malayalam}\p{Sinhala}\p{Khmer}\p{Myanmar}\p{Mongolian}\u094D])[\u200C\u200D]"
    r"|[\x00-\x08\x0E-\x1F\x7F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B\u200E\u200F"
    r"\u202A-\u202E\u2060-\u206F\u2800\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB\U000E0000-\U000E0FFF])++"
)
_NO_CONTROL_CODES = bytes({*range(0x20, 0x7F), *range(0x80, 0x100), *b"\t\n\v\f\r"})
_WORD_LETTER = Pattern(r"[\p{Latin}\p{Cyrillic}\p{Greek}\p{Han}\p{N}]")


def compose(text: str) -> list[Edit]:
    """Bring Unicode's compatibility forms to the plain letter (form NFKC), and unstack marks.

    Half width, ligatures and fractions are ways to write.  Letters out of the mathematical and
    enclosed alphabets, several in a row, are a disguise; so are full-width letters where nothing
    Chinese, Japanese or Korean is written, and marks that strike a letter through or pile up on it.

    >>> apply_edits("\N{FULLWIDTH LATIN CAPITAL LETTER A}\N{HORIZONTAL ELLIPSIS}",
    ...             compose("\N{FULLWIDTH LATIN CAPITAL LETTER A}\N{HORIZONTAL ELLIPSIS}"))
    'A...'
    """
    if text.isascii() or not _KINDS(text) & _KINDS.composed or _is_plain(text):
        return []
    edits: list[Edit] = []
    styled_row = _STYLED_ROW if _EAST_ASIAN.search(text) else _STYLED_OR_WIDE_ROW
    for run in _COMPOSABLE.finditer(text):
        if _is_plain(run[0]):
            continue
        position = run.start()
        for row in styled_row.finditer(text, *run.span()):
            edits += _compose_run(text, position, row.start())
            edits.append(Edit(*row.span(), unicodedata.normalize("NFKC", row[0]), "styled"))
            position = row.end()
        edits += _compose_run(text, position, run.end())
    return edits


_DOTTED_I = "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}"
# What may have to be composed, with what stands before it: not ASCII, Chinese characters and syllables of Hangul.
_COMPOSABLE = Pattern(r".?[^\x00-\x7F\u3400-\u9FFF\uAC00-\uD7A3]++", regex.DOTALL)
# What composes into one letter: a syllable of Hangul in pieces, a letter and its marks (those of half-width
# Katakana count as letters to Unicode).
_CLUSTER = Pattern(
    r"[\u1100-\u115F\uA960-\uA97C]++[\u1160-\u11A7\uD7B0-\uD7C6]*+[\u11A8-\u11FF\uD7CB-\uD7FB]*+"
    r"|[\u3131-\u318E\uFFA1-\uFFDC]++"
    r"|\P{M}?[\p{M}\uFF9E\uFF9F]++"
    r"|.",
    regex.DOTALL,
)
# A key's frame around its digit is an emoji.
_PILED_MARKS = Pattern(r"[\u0332-\u0338\u033F\u20D0-\u20F0\u0489](?<![0-9#*]\u20E3)|[\u0300-\u036F]{3}")
_EAST_ASIAN = Pattern(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
# Mathematical, circled and squared alphabets; single letters are formulae.
_STYLED = r"\U0001D400-\U0001D7FF\u24B6-\u24E9\U0001F110-\U0001F149"
# Raised and lowered letters; up to three are ordinals, titles and exponents.
_RAISED = r"\u1D2C-\u1D6A\u1D9C-\u1DBF\u02B0-\u02B8\u02E0-\u02E3\u2090-\u209C\u207F\u2071"
_STYLED_ROW = Pattern(rf"[{_STYLED}{_RAISED}]{{4,}}+|[{_STYLED}]{{2,}}+")
_STYLED_OR_WIDE_ROW = Pattern(rf"[{_STYLED}{_RAISED}]{{4,}}+|[{_STYLED}\uFF21-\uFF3A\uFF41-\uFF5A]{{2,}}+")


def _is_plain(text: str) -> bool:
    return unicodedata.is_normalized("NFKC", text) and _DOTTED_I not in text and _PILED_MARKS.search(text) is None


def _compose_run(text: str, start: int, end: int) -> Iterator[Edit]:
    run = text[start:end]
    if _is_plain(run):
        return
    if not _KINDS(run) & _KINDS.joined:
        composed = unicodedata.normalize("NFKC", run)
        if len(composed) == len(run):  # letter for letter, so one edit keeps every offset
            yield Edit(start, end, composed)
            return
    for cluster in _CLUSTER.finditer(text, start, end):
        # Marks that are part of the letter, as some systems write it (form NFD), are none.  A heap is
        # looked at before it is composed: putting its marks in order would take the square of their number.
        heap = _HEAP.search(cluster[0]) is not None
        piled = heap or _PILED_MARKS.search(unicodedata.normalize("NFC", cluster[0])) is not None
        composed = _compose_cluster(cluster[0], piled)
        if composed != cluster[0]:
            yield Edit(*cluster.span(), composed, "styled" if piled else "")


def _compose_cluster(cluster: str, piled: bool) -> str:
    if cluster.startswith(_DOTTED_I):
        return "I" + cluster[1:]  # the only letter that grows when it is made small
    if piled:
        cluster = _MARKS_TO_DROP.sub("", cluster)
    return unicodedata.normalize("NFKC", cluster)


_MARKS_TO_DROP = Pattern(r"[\u0332-\u0338\u033F\u20D0-\u20F0\u0489]|(?<=[\p{M}\uFF9E\uFF9F])[\p{M}\uFF9E\uFF9F]++")
_HEAP = Pattern(r"[\p{M}\uFF9E\uFF9F]{9}")  # no orthography has so many on one letter


def open_enclosed(text: str) -> list[Edit]:
    """Read letters in filled circles and squares, and regional indicators that are no flags.

    >>> apply_edits("\N{NEGATIVE SQUARED LATIN CAPITAL LETTER S}\N{NEGATIVE SQUARED LATIN CAPITAL LETTER O}",
    ...     open_enclosed("\N{NEGATIVE SQUARED LATIN CAPITAL LETTER S}\N{NEGATIVE SQUARED LATIN CAPITAL LETTER O}"))
    'SO'
    """
    if text.isascii() or not _KINDS(text) & _KINDS.enclosed:
        return []
    runs = list(_ENCLOSED_RUN.finditer(text))
    words = [run for run in runs if not _is_emblem(run)]
    if len(words) >= _THROUGHOUT:  # beside so many words "IT" is no flag and "A" no blood group
        words = runs
    return [Edit(*run.span(), _opened(run[0]), "styled") for run in words]


def _opened(run: str) -> str:
    return "".join(confusables.ENCLOSED[character] for character in run)


def _is_emblem(run: regex.Match[str]) -> bool:
    """Whether it is flags, or a letter that stands alone: a blood group, a parking sign."""
    letters = _opened(run[0])
    if run["flags"]:
        return all(letters[index : index + 2] in confusables.COUNTRY_CODES for index in range(0, len(letters), 2))
    beside = run.string[max(0, run.start() - 1) : run.start()] + run.string[run.end() : run.end() + 1]
    return len(letters) == 1 and not any(map(str.isalpha, beside))


_ENCLOSED_RUN = Pattern(r"(?P<flags>[\U0001F1E6-\U0001F1FF]++)|[\U0001F150-\U0001F169\U0001F170-\U0001F189]++")


def fold_look_alikes(text: str) -> list[Edit]:
    """Read words whose letters were swapped for ones of another script.

    A word is folded only where no honest reading is left: it mixes Latin letters with look-alikes
    and nothing else, or all its letters are look-alikes of a script that the comment does not
    otherwise write.  Cyrillic words with Latin letters strewn in are turned back into Cyrillic.
    Beside four words that were folded, the short ones that could be either are too.
    What stays: a Russian ending on a Latin name, Greek letters in formulae.

    >>> apply_edits("c\N{CYRILLIC SMALL LETTER A}sino", fold_look_alikes("c\N{CYRILLIC SMALL LETTER A}sino"))
    'casino'
    """
    if text.isascii() or not _KINDS(text) & _KINDS.look_alike:
        return []
    edits = []
    doubtful = []
    foreign_scripts = bool(_KINDS(text) & _KINDS.foreign)
    folds_alone = not foreign_scripts and _mostly_latin(text)
    if not folds_alone and not _KINDS(text) & _KINDS.only_disguise:
        outline = _MIXED_OUTLINE(text)
        if b"ax" not in outline and b"xa" not in outline:  # then no word has characters of both sorts
            return []
    for match in _MIXABLE_WORD.finditer(text):
        word = match[0]
        if word.isascii() or confusables.TO_LATIN.keys().isdisjoint(word):
            continue
        others = not _RUSSIAN.isdisjoint(word) or _OTHER_LETTER.search(word) is not None
        if others and _IN_ASCII_WORDS.isdisjoint(word):
            continue  # as most words of a Cyrillic text
        folded = _fold_cyrillic(word) if others else _fold_latin(word, foreign_scripts, folds_alone)
        if folded != word:
            edits.append(Edit(*match.span(), folded, "look_alike"))
        elif not others:
            doubtful.append(Edit(*match.span(), _to_latin(word), "look_alike"))
    if len(edits) >= _THROUGHOUT and not foreign_scripts:
        return sorted(edits + doubtful)
    return edits


def _mostly_latin(text: str) -> bool:
    """Whether Latin letters set the tone: twice as many as look-alikes, and enough for two words."""
    latin = _CASED(text).count(b"a")
    return latin >= 8 and latin >= 2 * sum(map(text.count, confusables.TO_LATIN.keys() & set(text)))


def _fold_latin(word: str, foreign_scripts: bool, folds_alone: bool) -> str:
    """Fold a word of Latin letters and look-alikes, unless it is a name or acronym with its ending."""
    if not _ASCII_LETTER.search(word):
        return _fold_whole(word, folds_alone)
    ending = _NAME_WITH_SHORT_ENDING if foreign_scripts else _INFLECTED_ACRONYM
    if len(word) < 3 or ending.fullmatch(word):
        return word
    return _to_latin(word)


def _fold_whole(word: str, folds_alone: bool) -> str:
    """Fold a word of look-alikes only."""
    if all(letter in confusables.ONLY_DISGUISE for letter in word):
        return _to_latin(word) if len(word) > 1 else word
    return _to_latin(word) if folds_alone and len(word) > 2 else word


def _fold_cyrillic(word: str) -> str:
    """Turn Latin letters and digits inside a Cyrillic word back, unless they are a name before its ending."""
    if not _ASCII_LETTER.search(word) and not _STREWN_DIGIT.search(word):
        return word
    if not _CYRILLIC_LETTER.search(word) or _NAME_WITH_ENDING.fullmatch(word):
        return word
    if not all(c in confusables.LATIN_TO_CYRILLIC for c in word if c.isascii()):
        return word
    return "".join(confusables.LATIN_TO_CYRILLIC.get(character, character) for character in word)


def _to_latin(word: str) -> str:
    return "".join(confusables.TO_LATIN.get(character, character) for character in word)


_CASED = Outline({"a": string.ascii_letters})
_MIXED_OUTLINE = Outline({"a": string.ascii_letters + string.digits}, beyond="x")
_IN_ASCII_WORDS = frozenset(string.ascii_letters + string.digits)
_RUSSIAN = frozenset(map(chr, range(0x410, 0x450))) - confusables.TO_LATIN.keys()
_LOOK_ALIKE = Pattern("[" + "".join(confusables.TO_LATIN) + "]")
_MIXABLE_WORD = Pattern(r"[\p{L}\p{M}\p{N}]++")
_ASCII_LETTER = Pattern(r"[a-zA-Z]")
_CYRILLIC_LETTER = Pattern(r"\p{Cyrillic}")
_OTHER_LETTER = Pattern(rf"(?V1)[\p{{L}}--\p{{Latin}}--[{''.join(confusables.TO_LATIN)}]]")
_FOREIGN_LETTER = Pattern(
    r"(?V1)[[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}\p{Lisu}\p{Canadian_Aboriginal}]"
    rf"--[{''.join(confusables.TO_LATIN)}]]"
)
_INFLECTED_ACRONYM = Pattern(r"[A-Z]{2,}[^\x00-\x7F]{1,3}")
_NAME_WITH_SHORT_ENDING = Pattern(r"[A-Za-z0-9]{2,}[^\x00-\x7F]{1,3}")
_NAME_WITH_ENDING = Pattern(r"[A-Za-z0-9]{2,}[^\x00-\x7F]+|[^\x00-\x7F]*[0-9]+[^\x00-\x7F]{0,4}")
_STREWN_DIGIT = Pattern(r"\p{Cyrillic}[03]\p{Cyrillic}{2}")


def drop_accents(text: str) -> list[Edit]:
    """Take accents off words that no language writes so.

    A word has them on all its vowels, three at least, of three kinds at least; or nine vowels in ten of
    the whole comment have one, of four kinds at least.  Vietnamese has them on six in ten, and on two
    vowels of a syllable; Hungarian knows three kinds; French, Portuguese and Czech are far from either.

    >>> apply_edits("le cäsìnô a été réélu", drop_accents("le cäsìnô a été réélu"))
    'le casino a été réélu'
    """
    if text.isascii() or not _KINDS(text) & _KINDS.accented:
        return []
    words = [word for word in _ACCENTED_WORD.finditer(text) if _ACCENTED.search(word[0])]
    if not _is_accented_throughout(text):
        words = [word for word in words if _has_all_accents(word[0])]
    bare = (Edit(*word.span(), "".join(_letter_and_accent(c)[0] for c in word[0]), "accented") for word in words)
    return [edit for edit in bare if text[edit.start : edit.end] != edit.replacement]


@lru_cache(maxsize=2048)
def _letter_and_accent(character: str) -> tuple[str, str]:
    """Take a Latin letter apart by what Unicode calls it: the plain letter, and the name of its accent."""
    if character.isascii():
        return character, ""
    found = _LETTER_NAME.fullmatch(unicodedata.name(character, ""))
    if found is None:
        return character, ""
    return found["letter"].lower() if found["case"] == "SMALL" else found["letter"], found["accent"]


def _has_all_accents(word: str) -> bool:
    accents = _accents_of_vowels(word)
    return len(accents) >= 3 and len(set(accents)) >= 3 and not _PLAIN_VOWEL.search(word)


def _is_accented_throughout(text: str) -> bool:
    accents = _accents_of_vowels(text)
    return len(accents) >= 6 and len(set(accents)) >= 4 and len(accents) >= 9 * len(_PLAIN_VOWEL.findall(text))


def _accents_of_vowels(text: str) -> list[str]:
    return [accent for letter, accent in map(_letter_and_accent, _ACCENTED.findall(text)) if letter in _VOWELS]


_VOWELS = frozenset("aeiouAEIOU")
_ACCENTED = Pattern(r"[\u00C0-\u024F\u1E00-\u1EFF]")
_ACCENTED_WORD = Pattern(r"[a-zA-Z\u00C0-\u024F\u1E00-\u1EFF]++")
_LETTER_NAME = Pattern(r"LATIN (?P<case>SMALL|CAPITAL) LETTER (?P<letter>[A-Z]) WITH (?P<accent>.+)")
# Addresses must still work, and have no accents.
_PLAIN_VOWEL = Pattern(r"(?:(?<!\w)\w++(?:://|\.(?=\w))|@)\S++(*SKIP)(*FAIL)|[aeiouAEIOU]")


def join_spaced_out(text: str) -> list[Edit]:
    """Join words whose letters were set apart: ``c a s i n o``, ``f-r-e-e-b-i-e``.

    Five characters at least, all with the same separator, three of them letters: shorter rows are
    initials and abbreviations.  Where nearly every letter of the comment stands alone, wider spaces
    are what parts words.

    >>> apply_edits("U.S.A. has c-a-s-i-n-o-s", join_spaced_out("U.S.A. has c-a-s-i-n-o-s"))
    'U.S.A. has casinos'
    """
    if _is_spaced_throughout(text):
        return [Edit(*row.span(), row[0].replace(" ", ""), "spaced_out") for row in _SINGLE_SPACED.finditer(text)]
    edits = []
    for match in _spaced_out(text):
        joined = match[0].replace(match["separator"], "")
        if sum(map(str.isalpha, joined)) >= 3:
            edits.append(Edit(*match.span(), joined, "spaced_out"))
    return edits


_SPACED_OUT = Pattern(
    r"\b(?<!/)_?+[\p{Latin}\p{Cyrillic}\p{Greek}0-9](?P<separator>[ .\-_*•·~]{1,2})"
    r"(?:[\p{Latin}\p{Cyrillic}\p{Greek}0-9](?P=separator)){3,}[\p{Latin}\p{Cyrillic}\p{Greek}0-9](?![\p{L}\p{N}])"
)
_SINGLE_SPACED = Pattern(r"(?<!\S)\S(?: \S(?!\S))++")


# Letters and digits, and what may stand between them where they are set apart.
_SPACED_OUTLINE = Outline({"a": string.ascii_letters + string.digits, " ": " .-_*~"}, beyond="a")


def _spaced_out(text: str) -> Iterator[regex.Match[str]]:
    """Find what `_SPACED_OUT` finds, looking for it only where five characters in a row may be set apart."""
    if not text.isascii() and ("\N{BULLET}" in text or "\N{MIDDLE DOT}" in text):
        return _SPACED_OUT.finditer(text)
    outline = _SPACED_OUTLINE(text)
    places = [*_places_of(b"a a a a a", outline), *_places_of(b"a  a  a  a  a", outline)]
    return find_near(_SPACED_OUT, sorted(places), 1, text)


def _places_of(part: bytes, outline: bytes) -> Iterator[int]:
    at = outline.find(part)
    while at >= 0:
        yield at
        at = outline.find(part, at + 1)


def _is_spaced_throughout(text: str) -> bool:
    if "  " not in text:
        return False
    tokens = text.split()
    alone = sum(token.isalpha() for token in tokens if len(token) == 1)
    return alone >= 12 and 4 * alone >= 3 * len(tokens)


def join_split_words(text: str) -> list[Edit]:
    """Join words that were split by a sign, where nearly all of the comment's longer words are: ``cas-ino``.

    These are one in six of all words, and three in four of the longer ones.  Here and there one is a
    compound, a name in code or a full stop without its space.

    >>> text = "Best cas-ino of-fers, play-ing is sa-fer"
    >>> apply_edits(text, join_split_words(text))
    'Best casino offers, playing is safer'
    """
    enough = max(_THROUGHOUT, (text.count(" ") + 1) / 6)
    if sum(map(text.count, step_marks.SPLITTING)) < enough:
        return []
    outline = _SPLIT_OUTLINE(_REST_OF_ADDRESS.sub("", text) if "://" in text else text)
    if outline.count(b"aa-aa") + outline.count(b"aa--aa") < enough:
        return []
    words = list(_SPLIT_WORD.finditer(text))
    for sign, split in Counter(word["sign"] for word in words if word["sign"]).most_common(1):
        if split >= enough and split >= 3 * (len(words) - split):
            return [Edit(*word.span(), word[0].replace(sign, ""), "split") for word in words if word["sign"] == sign]
    return []


_SPLIT_OUTLINE = Outline({"a": string.ascii_letters, "-": step_marks.SPLITTING}, beyond="a")
_REST_OF_ADDRESS = Pattern(r"://\S++")
# Addresses, with or without their schemes.
_NO_WORD = (
    r"(?<!\w)\w++://\S++|\bwww\.\S++|(?<![\w.+\-])[\w.+\-]++@[\w\-]++\.\S++"
    r"|(?<![\w.\-])(?:[\w\-]++\.)++(?:com|net|org|info|biz|ru|co|io|me|uk|de)\b\S*+"
)
# A longer word, whole or in two pieces.
_SPLIT_WORD = Pattern(
    rf"(?:{_NO_WORD})(*SKIP)(*FAIL)|(?<![\w.\-*])"
    rf"(?:{_ALPHABET}{{2,}}+(?P<sign>[.\-_*~|]{{1,2}}+){_ALPHABET}{{2,}}+|{_ALPHABET}{{5,}}+)(?![\w@*]|[.\-]\p{{L}})"
)


def lower(text: str) -> list[Edit]:
    """Make letters small, character for character.

    >>> apply_edits("STOP it", lower("STOP it"))
    'stop it'
    """
    lowered = text.lower()
    return [Edit(0, len(text), lowered)] if lowered != text else []


def decode_leet(text: str) -> list[Edit]:
    """Read digits and signs as letters where a word comes out that spam is known to hide.

    In a comment of which a third of the words are written so, all of them are read, and the numbers
    that come out as small words.

    >>> apply_edits("fr33 v1agra as mp3", decode_leet("fr33 v1agra as mp3"))
    'free viagra as mp3'
    """
    outline = _LEET_OUTLINE(text)
    if not _has_foreign_money(text) and not _has_sign_beside_letter(outline):
        return []
    if _is_leet_throughout(text, outline):
        tokens = [(match, _read_leet(match[0])) for match in _LEET_OR_PLAIN.finditer(text)]
    else:
        tokens = [(match, _known_leet(match[0])) for match in _leet_tokens(text)]
    return [
        Edit(*match.span(), word, "leet" if word in confusables.LEET_WORDS else "")
        for match, word in tokens
        if word != match[0]
    ]


_LEET_RUNS = Outline({"a": string.ascii_lowercase, "1": "0123456789@$|!"})
_LEET_OUTLINE = Outline({"a": string.ascii_lowercase, "1": "0123456789@$|", "!": "!"})


def _has_sign_beside_letter(outline: bytes) -> bool:
    """Whether a digit or a sign stands where it may be a letter; an exclamation mark may end a word."""
    return (b"1" in outline and (b"a1" in outline or b"1a" in outline)) or (b"!" in outline and b"!a" in outline)


def _leet_tokens(text: str) -> Iterator[regex.Match[str]]:
    """Find what `_LEET` finds, looking for it only where there is a sign."""
    if _has_foreign_money(text):
        yield from _LEET.finditer(text)
        return
    for start, _ in runs_with(_LEET_RUNS(text), b"1"):
        if (match := _LEET.match(text, start)) is not None:
            yield match


def _has_foreign_money(text: str) -> bool:
    return not text.isascii() and ("\N{EURO SIGN}" in text or "\N{POUND SIGN}" in text)


_LEET_SIGN = r"[\p{L}0-9@$|€£]"
_LEET = Pattern(r"(?<![\w@$!|€£])(?=[a-z]*+[0-9@$!|€£])(?=[0-9@$!|€£]*+[a-z])[a-z0-9@$!|€£]{3,12}(?<!!)(?![\w@$|€£])")
_LEET_OR_PLAIN = Pattern(
    rf"(?:{_NO_WORD})(*SKIP)(*FAIL)|(?<!{_LEET_SIGN})(?:{_LEET_SIGN}|!(?={_LEET_SIGN}))++(?!{_LEET_SIGN})"
)
_LEET_INSIDE = Pattern(r"[013457@$|!€£][a-z]")


def _is_leet_throughout(text: str, outline: bytes) -> bool:
    if not _has_foreign_money(text):
        most = outline.count(b"1a") + outline.count(b"!a")
        if most < _THROUGHOUT or most < sum(len(word) > 1 and word.isalpha() for word in text.split()):
            return False
    if len(_LEET_INSIDE.findall(text)) < _THROUGHOUT:
        return False
    tokens = [token for token in _LEET_OR_PLAIN.findall(text) if len(token) > 1]
    leet = sum(map(_is_leet, tokens))
    plain = sum(not token.isascii() or token.isalpha() for token in tokens)
    return leet >= _THROUGHOUT and leet >= plain


def _is_leet(token: str) -> bool:
    """Whether a sign stands before a letter; not the one that begins a mention, and no measure."""
    inside = _LEET_INSIDE.search(token, token.startswith("@")) is not None
    return inside and token.isascii() and not _NUMBER.fullmatch(token)


def _known_leet(token: str) -> str:
    return next((word for word in _leet_readings(token) if word in confusables.LEET_WORDS), token)


def _read_leet(token: str) -> str:
    """Read a token of a comment in leet; a number stays one unless it is a small word."""
    reading = next(_leet_readings(token))
    if token.isalpha() or not reading.isalpha():
        return token
    if _NUMBER.fullmatch(token) and reading not in confusables.NUMBER_WORDS:
        return token
    known = _known_leet(token)
    return reading if known == token else known


_NUMBER = Pattern(r"[$€£|]?[0-9]*+(?:(?<=1)st|(?<=2)nd|(?<=3)rd|(?<=\d)th|k|m|x|am|pm|px|g|kg|km|mb|gb)?")


def _leet_readings(token: str) -> Iterator[str]:
    for first_choice in (0, -1):
        yield "".join(
            confusables.DIGIT_LETTERS[character][first_choice] if character in confusables.DIGIT_LETTERS else character
            for character in token
        )


def shorten_stretches(text: str) -> list[Edit]:
    """Cut a letter that is repeated three times and more down to two.

    Where nearly all of the comment's longer words are stretched in their middle, down to one: that is
    no enthusiasm.

    >>> apply_edits("freeeee www.site.org", shorten_stretches("freeeee www.site.org"))
    'free www.site.org'
    """
    rows = list(rows_of_a_letter(text))
    stretches = [(start, end) for start, end in rows if text[start:end] != "www"]
    kept = 1 if len(stretches) >= _THROUGHOUT and _is_stretched_throughout(text, len(rows)) else 2
    return [Edit(start, end, text[start] * kept, "stretched") for start, end in stretches]


_STRETCH_INSIDE = Pattern(rf"(?<=({_ALPHABET}))(?!\1)({_ALPHABET})\2{{2,}}+(?={_ALPHABET})")
_LONG_WORD = Pattern(rf"{_ALPHABET}{{5,}}+")


def _is_stretched_throughout(text: str, rows: int) -> bool:
    enough = max(_THROUGHOUT, 0.8 * _long_words(text))
    return rows >= enough and len(_STRETCH_INSIDE.findall(text)) >= enough


def _long_words(text: str) -> int:
    if text.isascii():
        return (b"." + _CASED(text)).count(b".aaaaa")
    return len(_LONG_WORD.findall(text))


def mend_addresses(text: str) -> list[Edit]:
    """Write addresses as links are written: ``example dot com``, ``example[.]com``, ``hxxp://example.com``.

    No disguise is told: how an address stands in the visible text is a signal's affair.

    >>> text = "go to hxxp://example.com or shop.example dot org"
    >>> apply_edits(text, mend_addresses(text))
    'go to http://example.com or http://shop.example.org'
    """
    edits = [Edit(*match.span("xx"), "tt") for match in _HXXP.finditer(text)] if "hxxp" in text else []
    if not ("dot" in text or holds_dot_apart(text)) or not _DOT_BEFORE_ENDING.search(text):
        return edits
    for match in _ADDRESS_APART.finditer(text):
        scheme = "" if _MAIL_OR_SCHEME.search(text, max(0, match.start() - 9), match.start()) else "http://"
        edits.append(Edit(*match.span(), scheme + _DOT_APART.sub(".", match[0])))
    return sorted(edits)


_ENDINGS = "com|net|org|biz|ru|co|uk|de|info|io"
_DOT = r"(?:\s?[\[({]\s?(?:dot|\.)\s?[\])}]\s?|\s(?:dot|\.)\s)"
_DOT_APART = Pattern(_DOT)
# What every address apart has: the literals come first, for which a text is searched fastest.
_DOT_BEFORE_ENDING = Pattern(rf"(?:dot|\.)(?<=[\s\[({{](?:dot|\.))(?:\s?[\])}}]\s?|\s)(?:{_ENDINGS})\b")
_HXXP = Pattern(r"\bh(?P<xx>xx)ps?(?=\s?:)")
_MAIL_OR_SCHEME = Pattern(r"(?:://|@|[\[({]\s?at\s?[\])}])\s?$")
_LABEL = r"[a-z0-9\-]{2,40}+"
_ADDRESS_APART = Pattern(
    rf"(?<![\w.\-])(?!(?:the|this|that|a|old|first|gmail|hotmail|yahoo)\s){_LABEL}(?:(?:\.|{_DOT}){_LABEL}){{0,3}}"
    rf"{_DOT}(?:{_ENDINGS})\b(?!\s(?:boom|bubble|bust|compan|crash|craze|days|era|years))"
)


def collapse_spaces(text: str) -> list[Edit]:
    r"""Make every run of white space one space, and leave none at either end.

    >>> apply_edits(" a\n\n b ", collapse_spaces(" a\n\n b "))
    'a b'
    """
    if "  " not in text and not text[:1].isspace() and not text[-1:].isspace() and text.isprintable():
        return []
    edits = [Edit(*m.span(), "" if m.start() == 0 or m.end() == len(text) else " ") for m in _SPACES.finditer(text)]
    if text[:1] == " " and not text[1:2].isspace():
        edits.insert(0, Edit(0, 1, ""))
    if text[-1:] == " " and len(text) > 1 and not text[-2].isspace():
        edits.append(Edit(len(text) - 1, len(text), ""))
    return edits


_SPACES = Pattern(r"[^\S ]\s*+| \s++")  # all but one space alone

# What form NFKC may put together with what stands before it.
_COMPOSING = Pattern(r"[\p{M}\u1100-\u11FF\uA960-\uA97C\uD7B0-\uD7FB]")
_KINDS = Kinds(
    surrogate=_SURROGATES,
    invisible=_INVISIBLE,
    composed=lambda character: not _is_plain(character) or _COMPOSING.search(character),
    joined=lambda character: (
        character == _DOTTED_I
        or len(unicodedata.normalize("NFKC", character)) != 1
        or unicodedata.category(character).startswith("M")
    ),
    enclosed=confusables.ENCLOSED.__contains__,
    look_alike=confusables.TO_LATIN.__contains__,
    only_disguise=confusables.ONLY_DISGUISE.__contains__,
    foreign=_FOREIGN_LETTER,
    accented=_ACCENTED,
)

# What a browser does, then what a reader's eye does; in this order: markup hides entities, entities
# hide invisible characters, invisible characters part letters from their marks, and only plain letters
# can be told apart from look-alikes.
VISIBLE: tuple[Step, ...] = (
    replace_surrogates,
    drop_markup,
    decode_entities,
    drop_invisible,
    compose,
)
FOLDING: tuple[Step, ...] = (
    open_enclosed,
    fold_look_alikes,
    drop_accents,
    join_spaced_out,
    join_split_words,
    lower,
    decode_leet,
    shorten_stretches,
    mend_addresses,
    collapse_spaces,
)

_ANY = -1  # all marks
# The marks without which a step finds nothing, see `modspam.step_marks`.
_NEEDED: dict[Step, int] = {
    replace_surrogates: step_marks.SURROGATES,
    drop_markup: step_marks.MARKUP,
    decode_entities: step_marks.ENTITIES,
    drop_invisible: step_marks.INVISIBLE,
    compose: step_marks.COMPOSED,
    open_enclosed: step_marks.ENCLOSED,
    fold_look_alikes: step_marks.LOOK_ALIKES,
    drop_accents: step_marks.ACCENTS,
    join_spaced_out: step_marks.SPACED_OUT,
    join_split_words: step_marks.SPLIT,
    lower: ALWAYS,
    decode_leet: step_marks.LEET,
    shorten_stretches: step_marks.STRETCHES,
    mend_addresses: step_marks.APART,
    collapse_spaces: step_marks.TO_COLLAPSE,
}
# The marks that a step's edits may bring for those that follow: any, but where it only deletes, or puts in spaces.
_BROUGHT: dict[Step, int] = {
    drop_markup: _NEEDED[decode_entities],
    drop_invisible: 0,
}
# Steps that tell of no disguise, and what gives their outcome without a list of edits.
_OUTCOMES: dict[Step, Callable[[str], str]] = {lower: str.lower, collapse_spaces: lambda text: " ".join(text.split())}
_VISIBLE = tuple(_Link(step, _NEEDED[step], _OUTCOMES.get(step), _BROUGHT.get(step, _ANY)) for step in VISIBLE)
_FOLDING = tuple(_Link(step, _NEEDED[step], _OUTCOMES.get(step), _BROUGHT.get(step, _ANY)) for step in FOLDING)
