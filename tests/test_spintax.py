r"""Spintax: what a template may hold, what it becomes, and that all of its ways are counted."""

import random
import string
from itertools import product

import pytest
from conftest import short
from hypothesis import given, settings
from hypothesis import strategies as st

from modspam import ModspamError
from modspam.errors import CorpusError, SpintaxError
from modspam.spintax import Template


def seeded(seed=1):
    return random.Random(seed)  # noqa: S311 - sampling, no secret


def outcomes(source, times=300):
    """Everything that a small template becomes, if it is expanded often enough."""
    rng = seeded()
    template = Template(source)
    return {template.expand(rng) for _ in range(times)}


@pytest.mark.parametrize(
    ("source", "expected", "ways"),
    [
        ("", {""}, 1),
        ("no braces at all", {"no braces at all"}, 1),
        ("a|b", {"a|b"}, 1),
        ("{a}", {"a"}, 1),
        ("{}", {""}, 1),
        ("{a|b|c}", {"a", "b", "c"}, 3),
        ("{|very }good", {"good", "very good"}, 2),
        ("{a|}{|b}", {"", "a", "b", "ab"}, 4),
        ("{a|a}", {"a"}, 2),
        ("{a{b|c}|d}e", {"abe", "ace", "de"}, 3),
        ("{{{a|b}|c}|d}", {"a", "b", "c", "d"}, 4),
        ("{a|b} {c|d}", {"a c", "a d", "b c", "b d"}, 4),
        ("{one\ntwo|three}\nfour", {"one\ntwo\nfour", "three\nfour"}, 2),
        ("{приветствую|здравствуйте}, 朋友", {"приветствую, 朋友", "здравствуйте, 朋友"}, 2),
        (r"\{a\|b\}", {"{a|b}"}, 1),
        (r"{a\|b|c\}}", {"a|b", "c}"}, 2),
        (r"C:\\{d|e}", {r"C:\d", r"C:\e"}, 2),
        (r"\\d", {r"\d"}, 1),
        (r"a\|b|c", {"a|b|c"}, 1),
    ],
    ids=short,
)
def test_a_template_becomes_each_of_its_alternatives(source, expected, ways):
    assert outcomes(source) == expected
    assert Template(source).count() == ways


@pytest.mark.parametrize(
    ("source", "alphabet"),
    [(r"\d", string.digits), (r"\a", string.ascii_lowercase), (r"\A", string.ascii_uppercase)],
)
def test_a_random_character_comes_from_the_whole_of_its_alphabet(source, alphabet):
    assert outcomes(source, 1000) == set(alphabet)


def test_random_characters_are_drawn_one_by_one_and_not_counted_as_ways():
    template = Template(r"{site\d\d\d|\A\a}")
    assert template.count() == 2
    found = list(template.expansions(seeded(), 200))
    numbered = {text for text in found if text.startswith("site")}
    assert all(text.removeprefix("site").isdigit() and len(text) == 7 for text in numbered)
    assert any(len(set(text[4:])) == 3 for text in numbered)


@pytest.mark.parametrize(
    ("source", "line", "problem"),
    [
        ("{", 1, "never closed"),
        ("a {b|c", 1, "never closed"),
        ("{{a}", 1, "never closed"),
        ("one\ntwo {b\nthree", 2, "never closed"),
        ("one {a\n{b|\nc} d", 1, "never closed"),
        ("}", 1, "without its opening one"),
        ("one\n{a|b}}\nthree", 2, "without its opening one"),
        ("\n\n\\x", 3, "backslash"),
        ("{a|\n\\n}", 2, "backslash"),
        ("one\n\\", 2, "backslash"),
        (r"\{a}", 1, "without its opening one"),
        (r"{a\}", 1, "never closed"),
    ],
    ids=short,
)
def test_a_template_that_is_not_well_formed_is_refused_with_its_line(source, line, problem):
    with pytest.raises(SpintaxError, match=rf"line {line} of the template.*{problem}"):
        Template(source)


def test_the_error_shows_the_place_and_not_the_whole_template():
    with pytest.raises(SpintaxError, match=r"near .*before \}and behind") as caught:
        Template("x" * 5000 + " before }and behind " + "y" * 5000)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("kind", [CorpusError, ModspamError, ValueError])
def test_the_error_can_be_caught_as_what_one_would_guess(kind):
    with pytest.raises(kind):
        Template("{")


def test_the_same_seed_makes_the_same_comments():
    template = Template(r"{a|b|c}{d|e|f} \d\d {g|{h|i}\a}")
    assert list(template.expansions(seeded(5), 50)) == list(template.expansions(seeded(5), 50))
    assert list(template.expansions(seeded(5), 50)) != list(template.expansions(seeded(6), 50))
    assert template.expand(seeded(5), 0.5) == template.expand(seeded(5), 0.5)


@pytest.mark.parametrize("limit", [0, 1, 3, 8, 9, 100])
def test_expansions_are_distinct_and_no_more_than_asked_for(limit):
    found = list(Template("{a|b}{c|d}{e|f}").expansions(seeded(), limit))
    assert len(found) == len(set(found)) <= min(limit, 8)
    assert (len(found) > 0) == (limit > 0)


def test_expansions_reach_the_limit_where_the_template_is_large_enough():
    assert len(list(Template(r"{a|b}\d\d\d\d").expansions(seeded(), 200))) == 200


def test_expansions_of_a_template_with_one_way_come_to_an_end():
    assert list(Template("always the same").expansions(seeded(), 1000)) == ["always the same"]


def test_alternatives_are_chosen_about_equally_often():
    rng = seeded()
    template = Template("{a|b|{c|d}}")
    drawn = [template.expand(rng) for _ in range(3000)]
    assert 900 < drawn.count("a") < 1100
    assert 900 < drawn.count("c") + drawn.count("d") < 1100


def test_an_unspun_share_leaves_that_share_of_the_braces():
    rng = seeded()
    template = Template("{a|b} " * 10_000)
    assert template.expand(rng, unspun=0).count("{") == 0
    assert template.expand(rng, unspun=1) == "{a|b} " * 10_000
    assert 2700 < template.expand(rng, unspun=0.3).count("{a|b}") < 3300


def test_unspun_braces_hold_their_alternatives_written_out():
    assert Template(r"{it's \{odd\}|{so|so so}} \\").expand(seeded(), unspun=1) == "{it's {odd}|{so|so so}} \\"
    drawn = Template(r"{n\d|m}").expand(seeded(), unspun=1)
    assert drawn[:2] + drawn[3:] == "{n|m}"
    assert drawn[2].isdigit()


def sequence_of(parts):
    """Put parts, each its source and its ways, one behind the other."""
    sources, ways = zip(*parts, strict=True) if parts else ((), ())
    return "".join(sources), ["".join(way) for way in product(*ways)]


def choice_of(options):
    sources, ways = zip(*options, strict=True)
    return "{" + "|".join(sources) + "}", [way for option in ways for way in option]


def escaped(text):
    return "".join("\\" + c if c in "{}|\\" else c for c in text), [text]


LITERALS = st.text(st.sampled_from("ab {}|\\\né漢"), max_size=4).map(escaped)
TEMPLATES = st.recursive(
    LITERALS,
    lambda inner: st.lists(inner, max_size=3).map(sequence_of) | st.lists(inner, min_size=1, max_size=3).map(choice_of),
    max_leaves=8,
)


@settings(deadline=None)
@given(TEMPLATES, st.integers(0, 1000))
def test_every_expansion_is_one_of_the_alternatives_and_all_are_counted(case, seed):
    source, ways = case
    template = Template(source)
    assert template.count() == len(ways)
    rng = seeded(seed)
    for _ in range(10):
        assert template.expand(rng) in ways
    found = list(template.expansions(seeded(seed), 5))
    assert len(found) == len(set(found)) <= min(5, len(set(ways)))
    assert set(found) <= set(ways)


@settings(deadline=None)
@given(TEMPLATES, st.integers(0, 1000))
def test_with_every_brace_left_a_template_comes_out_as_it_was_written(case, seed):
    source, _ = case
    plain = source.replace("\\\\", "\0").replace("\\", "").replace("\0", "\\")
    assert Template(source).expand(seeded(seed), unspun=1) == plain


def test_braces_nested_without_end_are_refused():
    with pytest.raises(SpintaxError, match="too deeply"):
        Template("{" * 100_000 + "a" + "}" * 100_000)
