"""What spares a text the search: whatever is passed over would have found nothing."""

import unicodedata
from collections import Counter
from dataclasses import replace
from math import log2

import pytest
import regex
from conftest import DATASETS, cases, comment_of
from hypothesis import given, settings
from hypothesis import strategies as st

from modspam import normalise
from modspam.comment import Comment
from modspam.corpora import load
from modspam.evasions import EVASIONS
from modspam.marks import MARKS
from modspam.normalise import read, read_all
from modspam.patterns import find_around, find_at, find_near, rows_of_a_letter
from modspam.signals import SIGNALS, Observation, addresses, codemarks, contact, links, look, observation, shape, slots

relaxed = settings(deadline=None, max_examples=300)

# Pieces that the expressions are about, and what stands between them.
PIECES = """
    a the you wrote said dot www www. wwww .com .org example com site.com a.b.co.uk http:// hxxp https :// // /
    . , ; : ! !! !!! ? ... @ @ana a@b.org (at) [at] [.] (dot) # [ ] ] { } {{ | || % %% $ $$$ < > </a> <b> &amp;
    & * ** _ __ ~ - -- + = == => ( ) () def import return git print( 0 1 7 12 2024-01-02 fr33 v1agra c@sino lo!!
    pa$$ € £ aaa aaaa zzz www3 AbCdE bcdfg XuxkTTEWq c a s i n o c.a.s.i.n.o c-a-s cas-ino of-fers INSERT
    YOUR_NAME hello hi dear null first_name name telegram whatsapp viber qq 微信 加微 点击 тг телеграм точка привет
    пpивет cаsino ё é ß ſ ı İ ﬁ Ａ ① 𝐀 𝐜 \N{BULLET} \N{MIDDLE DOT} … “ ” „ « » ’ ` ' \\ \N{ZERO WIDTH SPACE}
    \N{SOFT HYPHEN} \N{COMBINING ACUTE ACCENT} \N{HANGUL JONGSEONG KIYEOK}
    \N{REGIONAL INDICATOR SYMBOL LETTER A}
""".split()
PIECES += """
    ``` ` <?php {% %} </b> f() ); => -> a::b != == && || $( #include #define from printf( SELECT
    FROM git sudo at File " .py
    my-file.js main.rs Traceback 2024-01-02T10:20 \\frac \\in x.y( 12:30
""".split()
PIECES += """
    telegram tele snapchat we chat chat.whatsapp.com/abc t.me/joinchat discord.gg/ab line id kik icq insta signal.me/
    hangouts ватсап вайбер телегу d0t punkt titik nokta h**p {dot} @user_1 +7 999 123-45-67 12345
    %s %1$s
""".split()
PIECES += ["name" * 16, "long-label" * 5 + ".", "https : / / www"]
BETWEEN = ["", "", " ", " ", "  ", "\n", "\t", "\xa0", "\u3000", "-", ".", "\x1c", "\0", "\ud800"]
SOUP = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(BETWEEN)), max_size=25).map(
    lambda pairs: "".join(piece + between for piece, between in pairs)
)
TEXT = SOUP | st.text(max_size=80)


def spans(matches):
    return [match.span() for match in matches]


def near(pattern, mark, before):
    return lambda text: find_near(pattern, MARKS.places(text, mark), before, text)


FASTER = {
    "addresses": (
        addresses._URL,
        lambda text: find_around(addresses._URL, addresses._CORE, addresses._BEFORE_CORE, text),
    ),
    "mail": (contact._EMAIL, near(contact._EMAIL, contact._MAILBOX_MARK, contact._BEFORE_AT)),
    "messengers": (contact._MESSENGER, near(contact._MESSENGER, contact._MESSENGER_MARK, contact._BEFORE_NAME)),
    "addresses spelled out": (links._SPELLED_OUT, near(links._SPELLED_OUT, links._SPELLED_OUT_MARK, links._BEFORE_DOT)),
    "gaps": (shape._GAP, lambda text: find_at(shape._GAP, text, shape._GAP_BEGINNINGS)),
    "rare slots": (slots._RARE, lambda text: find_at(slots._RARE, text, slots._RARE_BEGINNINGS)),
    "common slots": (
        slots._COMMON,
        lambda text: find_at(slots._COMMON, text, *(signs for _, signs in slots._COMMON_BEGINNINGS)),
    ),
    "leet": (normalise._LEET, normalise._leet_tokens),
    "letters set apart": (normalise._SPACED_OUT, normalise._spaced_out),
    "code": (codemarks._CODE, codemarks._code),
}


@pytest.mark.parametrize("name", FASTER)
def test_the_faster_way_finds_the_same(name):
    pattern, faster = FASTER[name]

    @relaxed
    @given(TEXT)
    def check(text):
        assert spans(faster(text)) == spans(pattern.finditer(text))

    check()


SPARED = {
    "leet": (
        regex.compile(r"[0-9@$!|€£](?:(?=[a-z])|(?<=[a-z].)(?<!!))"),
        lambda text: (
            normalise._has_sign_beside_letter(normalise._LEET_OUTLINE(text)) or normalise._has_foreign_money(text)
        ),
    ),
    "look-alikes": (normalise._LOOK_ALIKE, lambda text: normalise._KINDS(text) & normalise._KINDS.look_alike),
    "accents": (normalise._ACCENTED, lambda text: normalise._KINDS(text) & normalise._KINDS.accented),
    "invisible": (normalise._INVISIBLE, normalise.drop_invisible),
    "addresses apart": (normalise._ADDRESS_APART, normalise.mend_addresses),
    "hxxp": (normalise._HXXP, normalise.mend_addresses),
}


@pytest.mark.parametrize("name", SPARED)
def test_a_text_that_is_spared_the_search_has_nothing_to_find(name):
    pattern, needed = SPARED[name]

    @relaxed
    @given(TEXT)
    def check(text):
        assert needed(text) or pattern.search(text) is None

    check()


@relaxed
@given(TEXT)
def test_a_text_without_a_character_that_composes_is_composed(text):
    if not normalise._KINDS(text) & normalise._KINDS.composed:
        assert unicodedata.is_normalized("NFKC", text)
        assert normalise._is_plain(text)


@relaxed
@given(TEXT | st.text("ab.é\0ㅋ𝐀 ", max_size=20))
def test_rows_of_a_letter_are_those_of_the_expression(text):
    assert list(rows_of_a_letter(text)) == spans(regex.finditer(r"(\p{L})\1{2,}+", text))


@relaxed
@given(st.text("abeE.-' 1", max_size=60) | TEXT)
def test_long_words_are_counted_as_the_expression_counts_them(text):
    assert normalise._long_words(text) == len(normalise._LONG_WORD.findall(text))


@relaxed
@given(TEXT.map(str.split).map(" ".join) | TEXT)
def test_white_space_is_collapsed_to_single_spaces(text):
    collapsed = normalise.apply_edits(text, normalise.collapse_spaces(text))
    assert collapsed == regex.sub(r"^\s+|\s+$", "", regex.sub(r"\s+", " ", text))


@relaxed
@given(TEXT | st.text("ab ", max_size=80) | st.text("abcdefghijk ", min_size=40, max_size=80))
def test_a_text_that_cannot_be_monotonous_is_not(text):
    seen = Observation(read(Comment(text)))
    if len(seen.folded) >= 2 * shape._ENOUGH_LETTERS and not shape._may_be_monotonous(seen):
        shares = [count / len(seen.folded) for count in Counter(seen.folded).values()]
        assert -sum(share * log2(share) for share in shares) >= shape._BITS_OF_PROSE


@relaxed
@given(TEXT)
def test_words_are_what_stands_between_signs_and_white_space(text):
    seen = Observation(read(Comment(text)))
    without = seen.folded.translate(observation._APOSTROPHES)
    assert seen.words == regex.split(rf"[\s{regex.escape(observation._BETWEEN)}]+", f" {without} ")[1:-1]
    assert [
        seen.folded[start:end].translate(observation._APOSTROPHES) for start, end in zip(*seen.word_bounds, strict=True)
    ] == seen.words


def with_all_marks(reading):
    """Observe a comment as one that has every mark, so that whatever there is to find is found."""
    return Observation(replace(reading, marks=-1))


def unmet(comment):
    """Name the signals that see something in a comment that does not have their marks or meet their needs."""
    reading = read(comment)
    found = []
    for signal in SIGNALS:
        fresh = Observation(reading)
        met = fresh.marks & signal.marks and signal.needs(fresh)
        if not met and signal.see(with_all_marks(reading)).value:
            found.append(signal.name)
    return found


FIELDS = st.fixed_dictionaries(
    {},
    optional={"author": TEXT, "author_url": TEXT, "page_title": TEXT, "permalink": TEXT, "page_text": TEXT},
)


@relaxed
@given(TEXT, FIELDS)
def test_a_signal_sees_nothing_where_its_needs_are_not_met(text, fields):
    assert unmet(Comment(text, **fields)) == []


def test_nor_does_it_in_any_case_of_ours_or_any_disguise_of_it():
    own = [
        comment_of(case) for group in cases("signals").values() for kind in ("seen", "unseen") for case in group[kind]
    ]
    own += [Comment(case["text"]) for name in ("spam", "hard-ham", "evasion") for case in cases(name)["case"]]
    own += [example.comment for example in load([DATASETS], variants=1)[0][::7]]
    for position, comment in enumerate(own):
        evasion = list(EVASIONS.values())[position % len(EVASIONS)]
        assert unmet(comment) == [], comment
        disguised = evasion(comment.text)
        assert unmet(Comment(disguised)) == [], disguised


def test_marks_hide_nothing_in_any_comment_of_ours():
    for reading in read_all([example.comment for example in load([DATASETS], variants=2)[0]]):
        assert look(Observation(reading)) == look(with_all_marks(reading)), reading.comment


def test_nor_does_it_in_real_comments(corpora):
    examples = load([corpora / "train", corpora / "dev"])[0]
    for example in examples[:: max(1, len(examples) // 1500)]:
        assert unmet(example.comment) == []


@relaxed
@given(TEXT, FIELDS)
def test_looking_gives_what_every_signal_sees_by_itself(text, fields):
    comment = Comment(text, **fields)
    each = [(index, signal.see(with_all_marks(read(comment)))) for index, signal in enumerate(SIGNALS)]
    assert look(Observation(read(comment))) == [(index, sighting) for index, sighting in each if sighting.value]
