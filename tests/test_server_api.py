"""The native API, BlogSpam 2.0 and what an operator asks, spoken to the real server."""

import json

import httpx
import pytest
from servers import BLOG, HAM, PATIENCE, SPAM, serving, two_sites, until

from modspam import Moderator
from modspam.store import Store


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A server with two keys."""
    with two_sites(tmp_path_factory.mktemp("api")) as (server, *keys):
        yield server, *keys


@pytest.fixture
def api(running):
    server, key, _ = running
    with client_of(server, key) as client:
        yield client


def client_of(server, key=None):
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return httpx.Client(base_url=server.url, headers=headers, timeout=PATIENCE)


def examples(server):
    with Store.open(server.store) as store:
        return [(each.comment.text, each.spam, each.reporter) for each in store.examples(store.site(BLOG))]


# Checks


def test_a_comment_is_judged_as_the_library_judges_it(api):
    comment = {"text": SPAM, "author": "Bob", "page_title": "Rye bread", "form": {"seconds": 1.0, "script": False}}
    said = api.post("/v1/check", json=comment | {"reasons": True}).json()
    expected = Moderator.load().check(comment).to_dict()
    assert (said["action"], said["said"], said["stored"]) == ("flag", "flag", True)
    assert said["probability"] == pytest.approx(expected["probability"])
    assert [reason["name"] for reason in said["reasons"]] == [reason["name"] for reason in expected["reasons"]]
    assert said["reasons"][0]["text"] == "#WEBSITE#"
    assert api.post("/v1/check", json={"text": HAM}).json()["reasons"] is None


def test_many_are_judged_in_order(api):
    body = {"comments": [{"text": text} for text in (SPAM, HAM, "", SPAM)]}
    said = api.post("/v1/check-many", json=body).json()["verdicts"]
    assert [each["action"] for each in said] == ["flag", "keep", "keep", "flag"]
    assert [each["enough_text"] for each in said] == [True, True, False, True]
    assert len({each["id"] for each in said}) == 4


def test_a_check_is_explained_later_and_so_is_a_comment(api):
    said = api.post("/v1/check", json={"text": SPAM}).json()
    by_id = api.post("/v1/explain", json={"id": said["id"]}).json()
    by_text = api.post("/v1/explain", json={"comment": {"text": SPAM}}).json()
    assert by_id["said"]["action"] == "flag"
    assert by_id["said"]["model"] == by_id["model"] == said["model"]
    assert by_text["said"] is None
    total = by_text["intercept"] + by_text["rest"] + sum(reason["contribution"] for reason in by_text["reasons"])
    assert total == pytest.approx(by_text["score"])


def test_feedback_by_id_or_by_the_comment_becomes_a_label(running, api):
    server, *_ = running
    said = api.post("/v1/check", json={"text": "Judged first and reported by its id"}).json()
    answer = api.post("/v1/feedback", json={"label": "spam", "id": said["id"]})
    assert answer.json() == {"check": said["id"]}
    api.post("/v1/feedback", json={"label": "ham", "comment": {"text": "Never judged here"}, "reporter": "reader-7"})
    assert ("Judged first and reported by its id", True, "") in examples(server)
    assert ("Never judged here", False, "reader-7") in examples(server)


def test_the_model_is_told(api):
    said = api.get("/v1/model").json()
    assert (said["own"], 0 < said["threshold"] < 1, said["hold_from"]) == (False, True, said["threshold"])
    assert said["thresholds"]
    assert said["card"]


# What is wrong


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/check", {}),
        ("/v1/check", {"text": 3}),
        ("/v1/check", {"text": None}),
        ("/v1/check", {"text": "x", "autor": "secret words"}),
        ("/v1/check", {"text": "x", "form": {"seconds": -1}}),
        ("/v1/check", ["x"]),
        ("/v1/check-many", {"comments": []}),
        ("/v1/check-many", {"comments": [{"text": "x"}] * 101}),
        ("/v1/explain", {}),
        ("/v1/explain", {"id": "0" * 32, "comment": {"text": "x"}}),
        ("/v1/explain", {"id": "../../etc"}),
        ("/v1/feedback", {"label": "maybe", "comment": {"text": "x"}}),
        ("/v1/feedback", {"label": "spam"}),
        ("/v1/feedback", {"label": "spam", "comment": {"text": "x"}, "reporter": "r" * 201}),
    ],
    ids=str,
)
def test_a_body_that_is_not_as_it_should_be_is_a_problem(api, path, body):
    answer = api.post(path, json=body)
    problem(answer, 422)
    assert answer.json()["errors"]
    assert "secret words" not in answer.text


def problem(answer, status):
    """See that an answer is problem details (RFC 9457)."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert {"type", "title", "status", "detail"} <= set(answer.json())
    assert answer.json()["status"] == status


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"text": 1e999}', b'{"text": NaN}'],
    ids=lambda content: repr(content[:20]),
)
def test_what_is_no_json_is_a_problem(api, content):
    answer = api.post("/v1/check", content=content, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
    problem(answer, answer.status_code)


def test_half_a_character_is_answered(api):
    content = b'{"comment": {"text": "\\ud800 see http://pills.example/\\udc00 now, order ch3ap pills \\ud83d\\ude00"}}'
    answer = api.post("/v1/explain", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 200
    assert answer.json()["reasons"]
    assert api.post("/", content=b'{"comment": "\\ud800"}').status_code == 200


def test_what_is_not_there_is_a_problem(api):
    problem(api.get("/v2/check"), 404)
    problem(api.get("/v1/check"), 405)
    problem(api.post("/v1/explain", json={"id": "0" * 32}), 404)
    problem(api.post("/v1/feedback", json={"id": "0" * 32, "label": "spam"}), 404)


def test_a_body_that_is_too_large_is_a_problem(api):
    problem(api.post("/v1/check", json={"text": "x" * 10_000_000}), 413)


def test_a_key_is_needed_and_sees_its_own_site_alone(running, api):
    server, _, other = running
    said = api.post("/v1/check", json={"text": SPAM}).json()
    for key, status in ((None, 401), ("f" * 12, 401), (other, 404)):
        with client_of(server, key) as client:
            problem(client.post("/v1/explain", json={"id": said["id"]}), status)
            problem(client.post("/v1/feedback", json={"id": said["id"], "label": "ham"}), status)
    assert said["id"] not in json.dumps(examples(server))


# For operators


def test_the_documentation_of_the_api_is_there(api):
    paths = api.get("/openapi.json").json()["paths"]
    assert {"/v1/check", "/v1/check-many", "/v1/explain", "/v1/feedback", "/v1/model", "/health", "/ready"} == set(
        paths
    )
    assert "text/html" in api.get("/docs").headers["content-type"]


def test_health_readiness_and_metrics_need_no_key(running):
    server, *_ = running
    with client_of(server) as client:
        assert client.get("/health").json()["status"] == "ok"
        assert client.get("/ready").json() == {"status": "ready", "store": "ok", "waiting": 0}
        text = client.get("/metrics").text
    assert 'modspam_checks_total{action="flag",protocol="native"}' in text
    assert 'modspam_requests_total{route="/v1/check",status="200"}' in text
    assert "blog.example.org" not in text


def test_the_log_quotes_nothing(running):
    server, *keys = running
    log = server.log.read_text(encoding="utf-8")
    for secret in ("WEBSITE", "secret words", *keys):
        assert secret not in log


# BlogSpam


def asked(client, path="/", **question):
    return client.post(path, json={"site": BLOG, "ip": "192.0.2.7", "name": "Bob", "version": "test"} | question)


def test_blogspam_is_answered(running, api):
    server, key, _ = running
    spam, ham = asked(api, comment=SPAM, subject="Hello"), asked(api, comment=HAM)
    assert (spam.json()["result"], ham.json()) == ("SPAM", {"result": "OK", "reason": "", "version": "2.0"})
    assert "placeholder" in spam.json()["reason"]
    assert "#WEBSITE#" not in spam.json()["reason"]
    with client_of(server) as nobody:
        assert asked(nobody, f"/blogspam/{key}/", comment=SPAM).json()["result"] == "SPAM"
        assert asked(nobody, f"/blogspam/{key}", comment=SPAM).json()["result"] == "SPAM"
        for path in ("/", f"/blogspam/{'f' * 12}/"):
            answer = asked(nobody, path, comment=SPAM)
            assert (answer.status_code, answer.json()["result"]) == (403, "ERROR")


def test_blogspam_learns_and_counts(running, api):
    server, *_ = running
    assert asked(api, "/classify", comment="Taught by a wiki", subject="On rye", train="spam").json()["result"] == "OK"
    assert ("On rye\n\nTaught by a wiki", True, "") in examples(server)
    assert set(api.post("/stats", json={"site": BLOG}).json()) == {"spam", "ok"}
    assert "honeypot" in api.get("/plugins").json()


@pytest.mark.parametrize(
    "content",
    [b"", b"[1]", b"{}", b'{"comment": 3}', b"[" * 100_000, b"\xff", b"x=1"],
    ids=lambda value: repr(value[:9]),
)
def test_blogspam_answers_what_is_wrong(api, content):
    for path in ("/", "/classify"):
        answer = api.post(path, content=content)
        assert (answer.status_code, answer.json()["result"]) == (400, "ERROR")


def test_a_server_without_keys_takes_the_site_from_the_request(tmp_path):
    with serving(tmp_path) as server, client_of(server) as client:
        client.post(
            "/v1/feedback?site=https://one.example", json={"label": "spam", "comment": {"text": "to the first"}}
        )
        asked(client, "/classify", comment="to the second", train="ok", site="https://two.example/")
        problem(client.post("/v1/check?site=http://", json={"text": "x"}), 422)
        until(lambda: len(server.events("request")) == 3)
        with Store.open(server.store) as store:
            learnt = {site.address: [each.comment.text for each in store.examples(site)] for site in store.sites()}
    assert learnt == {"one.example": ["to the first"], "two.example": ["to the second"]}
