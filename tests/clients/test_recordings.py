"""Requests recorded from real clients, among them newer ones than can be had here, replayed byte for byte."""

import json
import os
import socket
from collections.abc import Callable, Iterator
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import quote, quote_plus, urlencode, urlsplit

import pytest

THANKS = "Thanks for making the web a better place."


def plain(fields: list[list[str]]) -> str:
    return urlencode([(name, value) for name, value in fields])


def percents(fields: list[list[str]]) -> str:
    return urlencode([(name, value) for name, value in fields], quote_via=quote)


def bare(fields: list[list[str]]) -> str:
    """WordPress's own way: what is empty has no equals sign."""
    return "&".join(quote_plus(name) + (f"={quote_plus(value)}" if value else "") for name, value in fields)


ENCODINGS: tuple[Callable[[list[list[str]]], str], ...] = (plain, percents, bare)


def body_of(recorded: dict) -> bytes:
    """Encode the fields as the client did: the way whose length is the one that it announced."""
    length = int({name.lower(): value for name, value in recorded["headers"]}.get("content-length", 0))
    encoded = {encode(recorded["form"]).encode() for encode in ENCODINGS}
    [body] = {candidate for candidate in encoded if len(candidate) == length}
    return body


def replay(port: int, recorded: dict) -> tuple[int, dict[str, str], str]:
    """Send a recorded request's bytes; gives the status, the headers by lower-case name, and the body."""
    head = [f"{recorded['method']} {recorded['target']} {recorded['http']}"]
    head += [f"{name}: {value}" for name, value in recorded["headers"]]
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode("latin-1") + body_of(recorded))
        answer = HTTPResponse(connection, method=recorded["method"])
        answer.begin()
        text = answer.read().decode()
        answer.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text


@pytest.fixture(scope="module")
def recordings() -> Path:
    """The folder of recordings, where there is one; they are not part of the project."""
    folder = os.environ.get("MODSPAM_RECORDINGS", "")
    if not list(Path(folder).glob("*.jsonl")) or not folder:
        pytest.skip("no recordings: set MODSPAM_RECORDINGS to their folder (with *.jsonl in it)")
    return Path(folder)


def has_key(recorded: dict) -> bool:
    """Say whether a request has a key: in its fields, or as the first label of its host."""
    names = {name for name, _ in recorded["form"] + recorded["query"]}
    label, dot, _ = {name.lower(): value for name, value in recorded["headers"]}["host"].partition(".")
    return bool(names & {"api_key", "key"}) or (bool(dot) and len(label) == 12)


def recorded_requests(folder: Path, *endpoints: str) -> Iterator[dict]:
    """Give the requests for these endpoints, from all files."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            recorded = json.loads(line)
            if urlsplit(recorded["target"]).path.rsplit("/", 1)[1] in endpoints:
                yield recorded


def expected(recorded: dict) -> set[str]:
    """Say what may be answered to a comment-check."""
    if not has_key(recorded):
        return {"invalid"}
    fields = {"comment_author": "", "comment_content": ""} | dict(recorded["form"])
    if fields["comment_author"] in {"akismet-guaranteed-spam", "viagra-test-123"}:
        return {"true"}
    text = fields["comment_content"]
    if "#WEBSITE#" in text:
        return {"true"}
    return {"false"} if text.startswith("Thanks, the second part about caching") else {"true", "false"}


def test_every_recorded_check_gets_a_verdict_under_an_id_of_its_own(keyless, recordings):
    ids = []
    for recorded in recorded_requests(recordings, "comment-check"):
        status, headers, body = replay(keyless.port, recorded)
        assert (status, "x-akismet-debug-help" in headers) == (200, not has_key(recorded)), recorded
        assert body in expected(recorded), recorded
        ids.append(headers["x-akismet-guid"])
    assert len(ids) == len(set(ids)) > 20


def test_every_recorded_check_is_answered_under_an_id_where_its_key_is_refused_too(served, recordings):
    ids = []
    for recorded in recorded_requests(recordings, "comment-check"):
        _, headers, body = replay(served.port, recorded)
        assert body == "invalid"
        assert headers["x-akismet-debug-help"]
        ids.append(headers["x-akismet-guid"])
    assert len(ids) == len(set(ids)) > 20


def test_every_recorded_report_is_thanked_for_word_by_word(keyless, recordings):
    reports = [*recorded_requests(recordings, "submit-spam", "submit-ham")]
    assert len(reports) > 10
    for recorded in reports:
        assert replay(keyless.port, recorded)[2] == (THANKS if has_key(recorded) else "invalid")


def test_the_settings_page_of_a_newer_wordpress_gets_all_that_it_asks_for(keyless, recordings):
    bodies = {}
    asked = ("get-subscription", "get-stats", "test", "token", "compatible-plugins")
    for recorded in recorded_requests(recordings, *asked):
        status, _, bodies[urlsplit(recorded["target"]).path] = replay(keyless.port, recorded)
        assert status == 200 or recorded["target"] == "/1.2/compatible-plugins"
    assert bodies["/1.1/test"] == "connected"
    assert bodies["/1.1/token"]
    assert json.loads(bodies["/1.1/get-subscription"])["status"] == "active"
    assert json.loads(bodies["/1.1/get-stats"]).keys() >= {"spam", "ham", "missed_spam", "false_positives", "accuracy"}


def test_the_other_recorded_requests_are_answered(keyless, recordings):
    for recorded in recorded_requests(recordings, "verify-key"):
        assert replay(keyless.port, recorded)[2] in {"valid", "invalid"}
    for recorded in recorded_requests(recordings, "usage-limit"):
        assert "limit" in json.loads(replay(keyless.port, recorded)[2])
    for recorded in recorded_requests(recordings, "key-sites"):
        assert replay(keyless.port, recorded)[0] < 500
