"""What goes in: text, mappings in two sets of names, and what is refused with which words."""

from collections import UserDict
from dataclasses import FrozenInstanceError, replace
from types import MappingProxyType

import pytest

from modspam import Comment, CommentError, CommentTypeError, Form, ModspamError

EVERY_FIELD = Comment(
    "I baked it twice.",
    author="Ana",
    author_url="https://ana.example",
    author_email="ana@ana.example",
    permalink="https://bread.example/rye",
    page_title="Rye",
    page_text="Take flour.",
)
SENT = Form(honeypot="x", seconds=2, script=False, nonce=True, referrer="https://bread.example/rye")


def test_what_is_not_given_is_empty():
    assert Comment("Yes.") == Comment("Yes.", "", "", "", "", "", "")


@pytest.mark.parametrize(
    "mapping",
    [
        {
            "text": "I baked it twice.",
            "author": "Ana",
            "author_url": "https://ana.example",
            "author_email": "ana@ana.example",
            "permalink": "https://bread.example/rye",
            "page_title": "Rye",
            "page_text": "Take flour.",
        },
        {
            "comment_content": "I baked it twice.",
            "comment_author": "Ana",
            "comment_author_url": "https://ana.example",
            "comment_author_email": "ana@ana.example",
            "permalink": "https://bread.example/rye",
            "page_title": "Rye",
            "page_text": "Take flour.",
            "user_ip": "192.0.2.1",
            "user_agent": None,
            "is_test": True,
        },
        {
            "text": "I baked it twice.",
            "comment_author": "Ana",
            "author_url": "https://ana.example",
            "comment_author_email": "ana@ana.example",
            "permalink": "https://bread.example/rye",
            "page_title": "Rye",
            "page_text": "Take flour.",
        },
    ],
    ids=["our names", "Akismet's names and some that we do not know", "both"],
)
@pytest.mark.parametrize("kind", [dict, UserDict, MappingProxyType])
def test_a_mapping_is_read_in_either_names(mapping, kind):
    assert Comment.from_mapping(kind(mapping)) == EVERY_FIELD
    assert Comment.of(kind(mapping)) == EVERY_FIELD


def test_our_name_goes_before_the_other_one():
    mapping = {"comment_content": "theirs", "text": "ours", "comment_author": "theirs", "author": "ours"}
    assert Comment.from_mapping(mapping) == Comment("ours", author="ours")


def test_none_counts_as_missing_and_an_empty_text_does_not():
    assert Comment.from_mapping({"text": None, "comment_content": "Yes."}) == Comment("Yes.")
    assert Comment.from_mapping({"text": "", "comment_content": "Yes."}) == Comment("")
    assert Comment.from_mapping({"text": "Yes.", "author": None, "page_title": None}) == Comment("Yes.")


def test_of_takes_text_and_hands_a_comment_on():
    assert Comment.of("Yes.") == Comment("Yes.")
    assert Comment.of("") == Comment("")
    assert Comment.of(EVERY_FIELD) is EVERY_FIELD


@pytest.mark.parametrize(
    ("value", "name"),
    [(3, "int"), (2.5, "float"), (None, "NoneType"), (["Yes."], "list"), (("Yes.",), "tuple"), (str, "type")],
    ids=repr,
)
def test_what_is_no_comment_is_refused_by_its_type(value, name):
    with pytest.raises(CommentTypeError, match=rf"not {name}$"):
        Comment.of(value)


@pytest.mark.parametrize("value", [b"Yes.", bytearray(b"Yes.")], ids=repr)
def test_bytes_are_to_be_decoded_first(value):
    with pytest.raises(CommentTypeError, match="decode it first"):
        Comment.of(value)
    with pytest.raises(CommentTypeError, match=r"text must be a str, not .* decode it first"):
        Comment(value)
    with pytest.raises(CommentTypeError, match=r"author must be a str, not .* decode it first"):
        Comment.of({"text": "Yes.", "author": value})


@pytest.mark.parametrize(
    "field", ["text", "author", "author_url", "author_email", "permalink", "page_title", "page_text"]
)
@pytest.mark.parametrize(("value", "name"), [(7, "int"), (None, "NoneType"), ([], "list")], ids=str)
def test_a_field_that_is_no_text_is_named(field, value, name):
    with pytest.raises(CommentTypeError, match=rf"the comment's {field} must be a str, not {name}"):
        replace(EVERY_FIELD, **{field: value})


def test_a_mapping_whose_value_is_no_text_is_refused():
    with pytest.raises(CommentTypeError, match="author_url must be a str, not int"):
        Comment.from_mapping({"text": "Yes.", "comment_author_url": 5})


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ({}, "nothing"),
        ({"author": "Ana"}, "author"),
        ({"text": None, "body": "Yes."}, "body, text"),
        ({3: "Yes.", "content": "Yes."}, "3, content"),
    ],
    ids=repr,
)
def test_a_mapping_without_text_is_refused_and_told_what_it_holds(mapping, told):
    with pytest.raises(CommentError, match=rf"no text.*comment_content.*the mapping holds: {told}\)") as caught:
        Comment.of(mapping)
    assert not isinstance(caught.value, CommentTypeError)


def test_the_message_stays_short_however_many_names_the_mapping_has():
    with pytest.raises(CommentError) as caught:
        Comment.of({f"field_{number}": "" for number in range(10_000)})
    assert len(str(caught.value)) < 400


def test_errors_can_be_caught_as_the_builtin_that_one_would_guess():
    for kind, value in [(TypeError, 3), (ValueError, 3), (ModspamError, 3), (ValueError, {}), (ModspamError, {})]:
        with pytest.raises(kind):
            Comment.of(value)


def test_a_comment_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        EVERY_FIELD.text = "Something else."
    with pytest.raises(FrozenInstanceError):
        del EVERY_FIELD.author


def test_equal_comments_are_one_in_a_set_and_every_field_counts():
    others = [
        replace(EVERY_FIELD, **{field: "other"})
        for field in ("text", "author", "author_url", "author_email", "permalink", "page_title", "page_text")
    ]
    assert len({EVERY_FIELD, replace(EVERY_FIELD), *others}) == 8
    assert Comment("Yes.") != "Yes."


def test_a_form_is_read_from_a_mapping_and_what_it_does_not_know_stays_open():
    known = {"honeypot": "x", "seconds": 2, "script": False, "nonce": True, "referrer": "https://bread.example/rye"}
    assert Comment.of({"text": "Yes.", "form": known | {"colour": "red"}}).form == SENT
    assert Comment.of({"text": "Yes.", "form": SENT}).form is SENT
    assert Comment.of({"text": "Yes.", "form": {"seconds": None, "script": None}}).form == Form()
    assert Comment.of({"text": "Yes.", "form": None}).form is None
    assert (Form().honeypot, Form().seconds, Form().script, Form().nonce, Form().referrer) == ("", *[None] * 4)


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("honeypot", "form must be a mapping or a modspam.Form, not str"),
        ({"honeypot": True}, "form's honeypot must be str, not bool"),
        ({"seconds": "2"}, "form's seconds must be float or int or null, not str"),
        ({"seconds": True}, "form's seconds must be float or int or null, not bool"),
        ({"script": 0}, "form's script must be bool or null, not int"),
        ({"nonce": "failed"}, "form's nonce must be bool or null, not str"),
        ({"referrer": False}, "form's referrer must be str or null, not bool"),
    ],
    ids=repr,
)
def test_a_form_that_is_none_is_refused_and_told_what_it_must_be(form, told):
    with pytest.raises(CommentTypeError, match=told):
        Comment.of({"text": "Yes.", "form": form})


@pytest.mark.parametrize("seconds", [-0.1, float("inf"), float("nan")])
def test_seconds_that_no_clock_shows_are_refused(seconds):
    with pytest.raises(CommentError, match="0 or more"):
        Form(seconds=seconds)


def test_a_comment_takes_a_form_and_nothing_else_for_one():
    with pytest.raises(CommentTypeError, match=r"form must be a modspam\.Form, not dict"):
        Comment("Yes.", form={"seconds": 2})
    assert replace(EVERY_FIELD, form=SENT) != EVERY_FIELD
