"""The evasions: that they disguise words and leave markup and addresses, and that reading undoes them."""

import pytest

from modspam.comment import Comment
from modspam.evasions import CHARACTER_EVASIONS, EVASIONS
from modspam.normalise import read

OFFER = (
    "Visit our casino today and get the biggest bonus ever offered to players from abroad, "
    "no deposit needed, instant payment by bank or card."
)
KEPT = ("http://loans.example.com/a?b=c", "ana@example.com", '<a href="http://loans.example.com" rel="x">', "&nbsp;")
OF_ADDRESSES = {"dot spelled out", "dot in brackets", "hxxp", "spaced address"}
# What cannot be undone letter for letter: swapped letters, and double letters or the ends of words that were lost.
WITH_LOSS = {"swapped", "stretched", "spaced out"}


def folded(text):
    return read(Comment(text)).folded.text


@pytest.mark.parametrize("name", [name for name in CHARACTER_EVASIONS if name not in OF_ADDRESSES])
def test_an_evasion_leaves_markup_and_addresses_as_they_are(name):
    text = f"Visit {KEPT[0]} or write to {KEPT[1]} about {KEPT[2]}lending</a>{KEPT[3]}money"
    evaded = EVASIONS[name](text)
    assert evaded != text
    assert all(piece in evaded for piece in (*KEPT, "</a>"))


@pytest.mark.parametrize("name", [name for name in CHARACTER_EVASIONS if name not in OF_ADDRESSES | WITH_LOSS])
def test_a_comment_evaded_throughout_is_read_as_it_was_meant(name):
    assert folded(EVASIONS[name](OFFER)) == folded(OFFER)


@pytest.mark.parametrize("name", sorted(OF_ADDRESSES))
def test_an_address_written_out_is_read_as_one(name):
    text = "Cheap loans at http://loans.example.com/now for you"
    evaded = EVASIONS[name](text)
    assert evaded != text
    assert "http://loans.example.com/now" in folded(evaded)


@pytest.mark.parametrize("name", EVASIONS)
def test_half_a_character_does_no_harm(name):
    assert "\ud800" in EVASIONS[name]("cheap \ud800 loans cheap \ud800 loans")


def test_stretched_words_come_out_short():
    assert folded(EVASIONS["stretched"]("cheap casino today, unique bonus")) == "cheap casino today, unique bonus"


def test_words_spaced_out_side_by_side_run_together():
    assert folded(EVASIONS["spaced out"]("the unique bonus")) == "the uniquebonus"
