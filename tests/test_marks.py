"""Marks say yes wherever there is something to find, and find what they are told to."""

import sys
import unicodedata

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from test_patterns import TEXT

from modspam import normalise
from modspam.comment import Comment
from modspam.evasions import EVASIONS
from modspam.marks import ALWAYS, DIGITS, EDGE, LETTERS, MARKS, OTHER_SCRIPTS, Marks, any_case
from modspam.normalise import FOLDING, VISIBLE, Disguise, View, read, read_all
from modspam.signals import disguise, phrasebook

relaxed = settings(deadline=None, max_examples=300)
SHORT = st.text("aAbB1 .é", max_size=12)
BYTES = b"aAbB1 .\xc3\xa9"
FIRST = st.sets(st.sampled_from(BYTES), min_size=1).map(bytes)
LATER = st.sets(st.sampled_from(BYTES + EDGE), min_size=1).map(bytes)
PIECE = st.text("aAbB1 .é", min_size=1, max_size=6) | st.tuples(FIRST, st.lists(LATER, max_size=4)).map(
    lambda places: (places[0], *places[1])
)


def has(text, piece):
    """Whether a text has a piece, byte by byte."""
    data = text.encode() + EDGE * 5
    places = [bytes([byte]) for byte in piece.encode()[:5]] if isinstance(piece, str) else piece
    return any(
        all(byte in place for byte, place in zip(data[start:], places, strict=False)) for start in range(len(data) - 5)
    )


@relaxed
@given(st.lists(SHORT, max_size=5), st.lists(PIECE, min_size=1, max_size=4, unique=True))
def test_a_text_has_the_marks_whose_pieces_it_has(texts, pieces):
    marks = Marks()
    bits = [marks.add(piece) for piece in pieces]
    for text, found in zip(texts, marks(texts), strict=True):
        assert found & ALWAYS
        for piece, bit in zip(pieces, bits, strict=True):
            assert has(text, piece) == bool(found & bit)


def test_a_mark_of_several_pieces_is_had_with_any_of_them():
    marks = Marks()
    either = marks.add("@", "(at)", (DIGITS, LETTERS))
    assert [bool(found & either) for found in marks(["a@b", "a (at) b", "4u", "a at b", "u4", ""])] == [
        True, True, True, False, False, False,
    ]  # fmt: skip


def test_the_same_mark_is_the_same_bit_and_there_is_an_end_to_them():
    marks = Marks()
    assert marks.add("@") == marks.add("@") != marks.add("#")
    for code in range(61):
        marks.add(chr(0x4E00 + code))
    with pytest.raises(ValueError, match="share one"):
        marks.add("one more")


def test_a_mark_is_found_at_any_place_of_a_long_text():
    marks = Marks()
    bit = marks.add("needle")
    for place in (0, 1, (1 << 15) - 3, 1 << 15, 70_000):
        text = "x" * place + "needle" + "y" * 10
        assert [bool(found & bit) for found in marks(["", text, "need", text[:-12]])] == [False, True, False, False]


def test_case_does_not_matter_where_an_expression_says_so():
    for literal in ("skype", "insta", "тг", "ватсап", "www", "точка"):
        marks = Marks()
        bit = marks.add(*any_case(literal))
        first = regex.compile(literal[0], regex.IGNORECASE)
        for character in map(chr, range(sys.maxunicode + 1)):
            if first.match(character) and not "\ud800" <= character <= "\udfff":
                assert marks([f"a {character}{literal[1:]}"])[0] & bit, (literal, unicodedata.name(character))


@relaxed
@given(TEXT)
def test_a_step_finds_nothing_in_a_text_without_its_mark(text):
    (marks,) = MARKS([text])
    for step in VISIBLE:
        assert marks & normalise._NEEDED[step] or not step(text), step
    visible = read(Comment(text)).visible.text
    (marks,) = MARKS([visible])
    for step in FOLDING:
        for seen in {visible, visible.lower()} if step is not normalise.lower else {visible}:
            assert marks & normalise._NEEDED[step] or not step(seen), step


def test_nor_does_it_in_any_character():
    characters = [f"a {chr(code)} b" for code in range(sys.maxunicode + 1)]
    characters += [f"a{c * 3}" for code in range(sys.maxunicode + 1) if (c := chr(code)).isalpha()]
    for text, marks in zip(characters, MARKS(characters), strict=True):
        for step in (*VISIBLE, *(FOLDING if unicodedata.is_normalized("NFKC", text) else ())):
            assert marks & normalise._NEEDED[step] or not step(text), (step, text)


def test_a_second_script_has_its_mark():
    for text in map(chr, range(0x80, sys.maxunicode + 1)):
        if disguise._script_of(text) > 0 and unicodedata.is_normalized("NFKC", text):
            assert MARKS([text])[0] & OTHER_SCRIPTS, unicodedata.name(text)
    for pieces, _ in phrasebook._book().unspaced.values():
        assert all(marks & OTHER_SCRIPTS for marks in MARKS(pieces))


def in_plain_steps(comment):
    """Read a comment in the plainest way: every step, one after the other."""
    view, states, disguises = View(comment.text), [], []
    for chain in (VISIBLE, FOLDING):
        for step in chain:
            edits = step(view.text)
            disguises += [Disguise(e.disguise, *view.origin(e.start, e.end)) for e in edits if e.disguise]
            view = view.then(edits)
        states.append(view)
    return *states, tuple(disguises)


def assert_read_plainly(comments):
    for comment, reading in zip(comments, read_all(comments), strict=True):
        visible, folded, disguises = in_plain_steps(comment)
        assert (reading.visible.text, reading.folded.text) == (visible.text, folded.text)
        assert reading.disguises == disguises
        assert reading.marks == MARKS([visible.text])[0]
        for start in range(0, len(folded.text), 7):
            assert reading.folded.origin(start, start + 3) == folded.origin(start, start + 3)


@relaxed
@given(st.lists(TEXT.map(Comment), max_size=4))
def test_comments_are_read_as_the_steps_one_by_one_read_them(comments):
    assert_read_plainly(comments)


def test_so_are_real_ones_and_disguised_ones(corpora):
    from modspam.corpora import load

    examples = load([corpora / "train", corpora / "dev"])[0]
    texts = [example.comment.text for example in examples[:: max(1, len(examples) // 600)]]
    evasions = list(EVASIONS.values())
    texts += [evasions[index % len(evasions)](text) for index, text in enumerate(texts)]
    assert_read_plainly([Comment(text) for text in texts])
