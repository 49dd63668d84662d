"""Forms in every encoding, and what is read out of them."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from conftest import cases
from starlette.exceptions import HTTPException
from starlette.requests import Request

from modspam import Action, Form
from modspam.server.bodies import Fields, read_form
from modspam.server.wire import classification, comment_of, guaranteed, header_value

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
FORM = "application/x-www-form-urlencoded"


def read(body: bytes, content_type: str = FORM, query: bytes = b"") -> Fields:
    """Read a request with this body."""

    async def receive():
        return {"type": "http.request", "body": body}

    scope = {
        "type": "http",
        "method": "POST",
        "headers": [(b"content-type", content_type.encode("latin-1"))],
        "query_string": query,
    }
    return asyncio.run(read_form(Request(scope, receive)))


@pytest.mark.parametrize("case", cases("forms")["form"], ids=lambda case: case["what"])
def test_a_form_is_read_as_its_sender_meant_it(case):
    body, content_type = case["body"].encode("latin-1"), case.get("type", FORM)
    if "status" in case:
        with pytest.raises(HTTPException) as refused:
            read(body, content_type)
        assert refused.value.status_code == case["status"]
        return
    fields = read(body, content_type)
    assert {name: fields[name] for name in case.get("fields", {})} == case.get("fields", {})
    assert {name: fields.many(name) for name in case.get("lists", {})} == case.get("lists", {})


def test_the_body_is_stronger_than_the_address():
    fields = read(b"blog=b", query=b"blog=a&api_key=k")
    assert (fields["blog"], fields["api_key"]) == ("b", "k")


def test_too_many_fields_are_refused():
    assert read(b"a=1&" * 2000)["a"] == "1"
    with pytest.raises(HTTPException, match="fewer"):
        read(b"a=1&" * 2001)


def fields_of(**values: str) -> Fields:
    fields = Fields()
    for name, value in values.items():
        fields.add(name, value)
    return fields


def form_of(**values: str) -> Form | None:
    return comment_of(fields_of(comment_content="x", **values), NOW).form


def milliseconds(before: float) -> str:
    return str(int((NOW - timedelta(seconds=before)).timestamp() * 1000))


def test_nothing_is_known_of_a_form_that_nothing_was_said_of():
    assert form_of() is None
    assert form_of(referrer="", akismet_comment_nonce="inactive") is None


def test_the_honeypot_is_found_under_each_of_its_names():
    assert form_of(honeypot_field_name="trap", trap="filled").honeypot == "filled"
    assert form_of(honeypot_field_name="trap", POST_trap="filled").honeypot == "filled"
    assert form_of(hidden_honeypot_field="filled").honeypot == "filled"
    assert form_of(POST_ak_hp_textarea="filled", POST_ak_js=milliseconds(60)).honeypot == "filled"
    assert form_of(honeypot_field_name="trap", trap="") is None


def test_the_time_is_counted_from_the_script_to_the_comment():
    assert form_of(POST_ak_js=milliseconds(2.5)) == Form(seconds=2.5, script=True)
    # The comment's own date is the better end: the request may be a late one.
    said = (NOW - timedelta(seconds=20)).isoformat()
    assert form_of(POST_ak_js=milliseconds(60), comment_date_gmt=said).seconds == 40
    assert form_of(POST_ak_js=milliseconds(60), comment_date_gmt="2026-11-24 11:59:50").seconds == 50
    assert form_of(POST_ak_js=milliseconds(60), comment_date_gmt="yesterday").seconds == 60


@pytest.mark.parametrize("before", [-3600, -0.5, 90_000])
def test_a_clock_that_cannot_be_right_says_nothing(before):
    assert form_of(POST_ak_js=milliseconds(before)) == Form(seconds=None, script=True)


@pytest.mark.parametrize("value", ["189", "", "nan", "inf", "-1", "1e999", "x", "\N{ARABIC-INDIC DIGIT ONE}"])
def test_a_form_whose_script_did_not_run_holds_no_time(value):
    assert form_of(POST_ak_js=value) == Form(script=False)


def test_a_form_without_its_script_field_was_sent_by_no_browser():
    assert form_of(POST_ak_hp_textarea="").script is False


@pytest.mark.parametrize("date", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "0001-01-01", "9" * 400])
def test_a_date_at_the_end_of_time_is_no_error(date):
    assert form_of(POST_ak_js=milliseconds(5), comment_date_gmt=date).script is True


def test_the_nonce_and_the_referrer_are_told():
    assert form_of(akismet_comment_nonce="passed").nonce is True
    assert form_of(akismet_comment_nonce="failed").nonce is False
    assert form_of(referrer="http://r.example/").referrer == "http://r.example/"
    assert form_of(HTTP_REFERER="http://r.example/").referrer == "http://r.example/"
    # Who passes a browser's headers on, and no referrer among them, says that there was none.
    assert form_of(HTTP_USER_AGENT="Mozilla").referrer == ""


def test_a_recheck_says_nothing_of_the_form():
    assert form_of(recheck_reason="edit", POST_ak_js="189", REMOTE_ADDR="192.0.2.1") is None


def test_the_context_widens_what_the_page_is_about_and_is_no_title():
    fields = fields_of(comment_content="x", comment_author="Ana", permalink="http://b.example/p")
    fields.add("comment_context[0]", "baking")
    fields.add("comment_context[1]", "rye")
    comment = comment_of(fields, NOW)
    assert (comment.page_text, comment.page_title, comment.author) == ("baking rye", "", "Ana")


@pytest.mark.parametrize(
    ("values", "action"),
    [
        ({"comment_author": "akismet-guaranteed-spam"}, Action.FLAG),
        ({"comment_author": "viagra-test-123"}, Action.FLAG),
        ({"comment_author_email": "akismet-guaranteed-spam@example.com"}, Action.FLAG),
        ({"user_role": "administrator", "comment_author": "viagra-test-123"}, Action.KEEP),
        ({"user_role": "editor,administrator"}, Action.KEEP),
        ({"user_role": "subscriber"}, None),
        ({"comment_author": "Ana"}, None),
    ],
)
def test_the_guaranteed_values(values, action):
    assert guaranteed(fields_of(**values)) is action


def test_reasons_in_a_header_are_one_line_of_ascii_without_the_comments_words(moderator):
    text = "Xyzzy\r\nSet-Cookie: a=b\r\n\r\n<html> {{name}} \N{SNOWMAN} http://pills.example/?q=plugh " * 20
    line = classification(moderator.check({"text": text, "author": "Plugh\r\nX: y"}))
    assert line.isascii()
    assert line.isprintable()
    assert 20 < len(line) <= 500
    assert not [word for word in ("yzzy", "lugh", "Cookie", "pills", "html") if word.lower() in line.lower()]


def test_any_text_can_be_a_header():
    assert header_value("a\r\nb\0\N{SNOWMAN}\ud800\x7f") == "a??b????"
    assert len(header_value("x" * 10_000)) == 500
