"""Akismet's protocol, spoken to the real server."""

import json
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import httpx
import pytest
from servers import BLOG, HAM, PATIENCE, SPAM, serving, two_sites, until

from modspam.store import Store

KEY = "0123456789ab"
THANKS = "Thanks for making the web a better place."
GUID = re.compile(r"[0-9a-f]{32}")
SITE = {"api_key": KEY, "blog": BLOG, "user_ip": "192.0.2.7"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server that asks for no key, as it is when it is tried."""
    with serving(tmp_path_factory.mktemp("server"), MODSPAM_BODY_SECONDS="1") as running:
        yield running


@pytest.fixture(scope="module")
def keyed(tmp_path_factory):
    """A server with two keys, for two sites."""
    with two_sites(tmp_path_factory.mktemp("keyed")) as (server, *keys):
        yield server, *keys


def post(server, endpoint, headers=None, **fields):
    return httpx.post(f"{server.url}/1.1/{endpoint}", data=fields, headers=headers, timeout=PATIENCE)


def check(server, text=HAM, **fields):
    """Check a comment; what holds for every answer is seen to."""
    answer = post(server, "comment-check", **(SITE | {"comment_content": text} | fields))
    assert GUID.fullmatch(answer.headers["x-akismet-guid"])
    assert ("x-akismet-debug-help" in answer.headers) == (answer.text not in {"true", "false"})
    return answer


def labels(server, address=BLOG):
    with Store.open(server.store) as store:
        return [(example.comment.text, example.spam) for example in store.examples(store.site(address))]


# Verdicts


def test_spam_is_true_and_ham_is_false_to_the_letter(server):
    spam, ham = check(server, SPAM), check(server, HAM)
    assert (spam.content, ham.content) == (b"true", b"false")
    assert spam.headers["content-type"].startswith("text/plain")
    assert not {"x-akismet-pro-tip", "x-akismet-recheck-after", "x-akismet-classification"} & set(spam.headers)


def test_every_check_has_an_id_of_its_own(server):
    assert len({check(server).headers["x-akismet-guid"] for _ in range(20)}) == 20


def test_a_check_is_stored_under_its_id_without_what_need_not_be_known(server):
    answer = check(
        server, SPAM, comment_author="Bob", comment_author_email="bob@example.net", user_agent="Mozilla",
        POST_ak_hp_textarea="my-secret", referrer="https://r.example/path?token=abc",
    )  # fmt: skip
    with Store.open(server.store) as store:
        found = store.find(store.site(BLOG), answer.headers["x-akismet-guid"])
    assert (found.comment.text, found.comment.author, found.protocol) == (SPAM, "Bob", "akismet")
    assert found.action == "flag"
    data = b"".join(path.read_bytes() for path in server.store.parent.glob("store.sqlite3*"))
    assert b"#WEBSITE#" in data
    for secret in (b"bob@example.net", b"192.0.2.7", b"Mozilla", b"my-secret", b"token=abc", KEY.encode()):
        assert secret not in data


def test_a_filled_honeypot_speaks_for_spam(server):
    text = "A fine post, I have sent it on to my sister who bakes."
    told = [
        check(server, text, classify="1", honeypot_field_name="trap", trap=trap).headers["x-akismet-classification"]
        for trap in ("", "filled")
    ]
    assert "a field that people cannot see was filled in" in told[1]
    assert "cannot see" not in told[0]


def test_the_reasons_are_told_when_asked_for_and_cannot_break_out_of_their_header(server):
    text = f"{SPAM}\r\nX-Broken: yes\r\n\r\ntrue \N{SNOWMAN}"
    answer = check(server, text, classify="1", comment_author="A\r\nX-Broken: yes")
    assert answer.headers["x-akismet-classification"].startswith(("flag 0.9", "flag 1.0"))
    assert "placeholder" in answer.headers["x-akismet-classification"]
    assert "x-broken" not in answer.headers


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({"comment_author": "viagra-test-123"}, "true"),
        ({"comment_author": "akismet-guaranteed-spam"}, "true"),
        ({"comment_author_email": "akismet-guaranteed-spam@example.com"}, "true"),
        ({"comment_content": SPAM, "user_role": "administrator"}, "false"),
    ],
)
def test_the_guaranteed_values_are_kept(server, fields, body):
    assert check(server, **fields).text == body


def test_a_trial_is_discarded_when_it_asks_for_it(server):
    fields = {"comment_author": "akismet-guaranteed-spam"}
    assert check(server, **fields, is_test="1", test_discard="1").headers["x-akismet-pro-tip"] == "discard"
    assert "x-akismet-pro-tip" not in check(server, **fields, is_test="1").headers
    assert "x-akismet-pro-tip" not in check(server, **fields, test_discard="1").headers


def test_discourse_and_forms_without_a_text_are_answered(server):
    assert check(server, SPAM, content_type="forum-post").text == "true"
    assert check(server, comment_type="signup", comment_content="").text == "false"


def test_any_bytes_are_answered(server):
    for junk in (b"\xff\xfe\x00", b"%00%ff%", b"a" * 60_000, "\N{ZERO WIDTH SPACE}".encode() * 500):
        body = urlencode(SITE).encode() + b"&comment_content=" + junk
        answer = httpx.post(f"{server.url}/1.1/comment-check", content=body, timeout=PATIENCE)
        assert (answer.status_code, answer.text in {"true", "false"}) == (200, True)


# Feedback


def test_feedback_finds_its_check_and_becomes_a_label(server):
    text = "A comment that will be reported twice and then be corrected"
    guid = check(server, text, comment_author="Eve").headers["x-akismet-guid"]
    for endpoint, spam in (("submit-spam", True), ("submit-spam", True), ("submit-ham", False)):
        answer = post(server, endpoint, **SITE, comment_content=text, comment_author="Eve")
        assert (answer.status_code, answer.text) == (200, THANKS)
        assert "x-akismet-debug-help" not in answer.headers
        assert [label for label in labels(server) if label[0] == text] == [(text, spam)]
    assert server.line_of(guid, "akismet submit-ham")["label"] == "ham"


def test_a_trial_is_not_learnt(server):
    post(server, "submit-spam", **SITE, comment_content="this was only a trial", is_test="true")
    assert not [text for text, _ in labels(server) if "only a trial" in text]


def test_a_hundred_reports_of_one_comment_at_once_are_one_label(server):
    text = "The same words came from a hundred moderators at once"
    check(server, text)
    with ThreadPoolExecutor(100) as crowd:
        said = list(crowd.map(lambda _: post(server, "submit-spam", **SITE, comment_content=text).text, range(100)))
    assert said == [THANKS] * 100
    assert [label for label in labels(server) if label[0] == text] == [(text, True)]


def test_a_hundred_checks_at_once_are_all_answered_and_stored(server):
    with ThreadPoolExecutor(100) as crowd:
        answers = list(crowd.map(lambda _: check(server, SPAM), range(100)))
    assert {answer.text for answer in answers} == {"true"}
    guids = {answer.headers["x-akismet-guid"] for answer in answers}
    with Store.open(server.store) as store:
        site = store.site(BLOG)
        assert len(guids) == len([guid for guid in guids if store.find(site, guid)]) == 100


# Keys


def test_a_key_is_verified_wherever_it_stands(keyed):
    server, key, _ = keyed
    assert post(server, "verify-key", key=key, blog=BLOG).text == "valid"
    assert post(server, "verify-key", api_key=key, blog=BLOG).text == "valid"
    assert post(server, "verify-key", {"host": f"{key}.rest.akismet.com"}, blog=BLOG).text == "valid"
    assert post(server, "verify-key", {"host": f"{key.upper()}.localhost:8799"}, blog=BLOG).text == "valid"


@pytest.mark.parametrize("fields", [{"key": "f" * 12}, {"key": ""}, {}, {"key": "x" * 5000}, {"key": "\0\N{SNOWMAN}"}])
def test_a_wrong_key_is_invalid(keyed, fields):
    server, *_ = keyed
    answer = post(server, "verify-key", blog=BLOG, **fields)
    assert (answer.status_code, answer.text) == (200, "invalid")
    assert answer.headers["x-akismet-debug-help"]


@pytest.mark.parametrize(
    "endpoint",
    "comment-check submit-spam submit-ham deactivate token get-subscription usage-limit get-stats key-sites".split(),
)
def test_nothing_is_told_without_a_key(keyed, endpoint):
    server, *_ = keyed
    for fields in ({}, {"api_key": "f" * 12}):
        answer = post(server, endpoint, blog=BLOG, comment_content=SPAM, **fields)
        assert (answer.status_code, answer.text) == (200, "invalid")
        assert "x-akismet-debug-help" in answer.headers
        assert ("x-akismet-guid" in answer.headers) == (endpoint == "comment-check")


def test_a_key_speaks_for_its_own_site_alone(keyed):
    server, key, other = keyed
    post(server, "submit-spam", api_key=key, blog="https://other.example", comment_content="said by the first site")
    assert [text for text, _ in labels(server)] == ["said by the first site"]
    assert labels(server, "https://other.example") == []
    post(server, "comment-check", api_key=key, blog=BLOG, comment_content=SPAM)
    for mine, site, calls in ((key, "blog.example.org", 1), (other, "other.example", 0)):
        shown = httpx.get(f"{server.url}/1.2/key-sites", params={"api_key": mine}).json()
        rows = next(value for name, value in shown.items() if re.fullmatch(r"\d{4}-\d\d", name))
        assert [(row["site"], row["api_calls"]) for row in rows] == [(site, calls)]


def test_a_revoked_key_opens_nothing_soon_after(keyed):
    server, *_ = keyed
    with Store.open(server.store) as store:
        key = store.create_key("https://third.example")
        assert post(server, "verify-key", key=key, blog=BLOG).text == "valid"
        store.revoke_key(key)
    until(lambda: post(server, "verify-key", key=key, blog=BLOG).text == "invalid")


def test_a_server_without_keys_answers_no_proxy_and_no_page_in_a_browser(server):
    for headers in (
        {"x-forwarded-for": "203.0.113.9"},
        {"forwarded": "for=203.0.113.9"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ):
        answer = post(server, "submit-spam", headers, **SITE, comment_content="forged from elsewhere")
        assert answer.text == "invalid"
    assert not [text for text, _ in labels(server) if "forged" in text]


# The other endpoints


def test_the_numbers_of_a_site(server):
    site = {"api_key": KEY, "blog": "https://numbers.example"}
    for text in (SPAM, SPAM, HAM):
        check(server, text, **site)
    check(server, SPAM, is_test="1", **site)
    post(server, "submit-spam", **site, comment_content=HAM)
    stats = post(server, "get-stats", **site, **{"from": "6-months"}).json()
    assert {name: stats[name] for name in ("spam", "ham", "missed_spam", "false_positives", "accuracy")} == {
        "spam": 2, "ham": 1, "missed_spam": 1, "false_positives": 0, "accuracy": 66.67,
    }  # fmt: skip
    assert stats["time_saved"] > 0
    assert [month["spam"] for month in stats["breakdown"].values()] == [2]
    assert post(server, "get-stats", **site, **{"from": "all"}).json() == stats
    usage = httpx.get(f"{server.url}/1.2/usage-limit", params=site).json()
    assert usage == {"limit": "none", "usage": 3, "percentage": "0.00", "throttled": False}
    extended = httpx.get(f"{server.url}/1.2/usage-limit", params=site | {"extended": "true"}).json()
    assert {"notice_level", "upgrade"} < set(extended)


def test_the_sites_are_listed_as_asked(server):
    for name, texts in (("alpha", [SPAM, HAM]), ("beta", [HAM, HAM, HAM])):
        for text in texts:
            check(server, text, blog=f"https://{name}.list.example")

    def asked(**question):
        return httpx.get(f"{server.url}/1.2/key-sites", params={"api_key": KEY, "filter": "list.example"} | question)

    def names(**question):
        shown = asked(**question).json()
        return [row["site"][:5].rstrip(".") for rows in shown.values() if isinstance(rows, list) for row in rows]

    assert names() == ["beta", "alpha"]
    assert names(order="spam") == ["alpha", "beta"]
    assert names(limit="1") == ["beta"]
    assert names(limit="1", offset="1") == ["alpha"]
    assert asked(limit="1").json()["total"] == 2
    assert asked(month="2001-01").json()["2001-01"][0]["api_calls"] == 0
    table = asked(format="csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text.splitlines()[:2] == [
        "site,api_calls,spam,ham,missed_spam,false_positives,is_revoked",
        "beta.list.example,3,0,3,0,0,False",
    ]
    for wrong in ({"month": "November"}, {"limit": "many"}, {"offset": "-1"}):
        answer = asked(**wrong)
        assert (answer.status_code, "x-akismet-debug-help" in answer.headers) == (400, True)


def test_who_sends_no_key_for_the_list_of_sites_is_told_so(server):
    answer = httpx.get(f"{server.url}/1.2/key-sites", params={"format": "json"})
    assert (answer.status_code, answer.text) == (200, "invalid")


def test_the_small_endpoints(server):
    assert post(server, "deactivate", **SITE).text == "deactivated"
    assert post(server, "get-subscription", **SITE).json()["status"] == "active"
    assert post(server, "verify-wpcom-key", **SITE).json()["status"] == "active"
    assert post(server, "token", **SITE).text.isalnum()
    assert httpx.get(f"{server.url}/1.1/test").text == "connected"
    assert httpx.get(f"{server.url}/1.2/compatible-plugins").json() == []
    assert post(server, "verify-key/", key=KEY, blog=BLOG).text == "valid"
    assert httpx.post(f"{server.url}/1.2/comment-check", data=SITE | {"comment_content": SPAM}).text == "true"
    assert httpx.get(f"{server.url}/1.1/no-such-thing").status_code == 404


# Requests as no library sends them


def request(target, body, host="rest.akismet.com", http="HTTP/1.1", more=""):
    head = f"POST {target} {http}\r\n{f'Host: {host}' if host else 'X: y'}\r\nContent-Length: {len(body)}\r\n{more}"
    if http == "HTTP/1.1":
        head += "Connection: close\r\n"
    return f"{head}\r\n{body}".encode()


@pytest.mark.parametrize(
    "asked",
    [
        request("http://rest.akismet.com/1.1/comment-check", urlencode(SITE | {"comment_content": SPAM})),
        request("https://rest.akismet.com/1.1/comment-check", urlencode(SITE | {"comment_content": SPAM})),
        request("/1.1/comment-check", urlencode(SITE | {"comment_content": SPAM}), host="", http="HTTP/1.0"),
        request(
            f"http://{KEY}.rest.akismet.com/1.1/comment-check",
            urlencode({"blog": BLOG, "comment_content": SPAM}),
            host=f"{KEY}.rest.akismet.com",
        ),
    ],
    ids=["as to a proxy", "as to a proxy, https", "HTTP/1.0 without a host", "the key in the host"],
)
def test_the_forms_of_a_request(server, asked):
    head, _, body = server.raw(asked).partition(b"\r\n\r\n")
    assert head.split()[1] == b"200"
    assert b"x-akismet-guid: " in head.lower()
    assert body == b"true"


@pytest.mark.parametrize(
    ("status", "body", "asked"),
    [
        (400, "Missing required field: blog.", {"data": {"api_key": KEY, "comment_content": SPAM}}),
        (400, "Invalid blog.", {"data": {"api_key": KEY, "blog": "http://", "comment_content": SPAM}}),
        (200, "invalid", {"data": {"blog": BLOG, "comment_content": SPAM}}),
        (200, "invalid", {"content": b""}),
        (200, "invalid", {"json": SITE}),
        (405, "Method not allowed.", {"method": "GET"}),
        (405, "Method not allowed.", {"method": "PUT"}),
        (400, "Bad request.", {"content": b"x", "headers": {"content-type": "multipart/form-data; boundary=b"}}),
        (400, "Bad request.", {"content": b"a=1&" * 3000}),
        (413, "Request too large.", {"data": SITE | {"comment_content": "x" * 10_000_000}}),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_wrong_is_answered_with_its_status_and_an_id(server, status, body, asked):
    answer = httpx.request(asked.pop("method", "POST"), f"{server.url}/1.1/comment-check", timeout=PATIENCE, **asked)
    assert (answer.status_code, answer.text) == (status, body)
    assert GUID.fullmatch(answer.headers["x-akismet-guid"])
    assert answer.headers["x-akismet-debug-help"].isprintable()


def test_a_body_without_a_length_that_never_ends_is_cut_off(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
        connection.sendall(b"POST /1.1/comment-check HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        try:
            for _ in range(1000):
                connection.sendall(chunk)
            answer = connection.recv(4096)
        except OSError:
            answer = connection.recv(4096)
    assert b" 413 " in answer.splitlines()[0]


def test_a_body_that_comes_too_slowly_is_not_waited_for(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
        connection.sendall(b"POST /1.1/comment-check HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nblog=")
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split()[1] == b"408"
    assert b"x-akismet-guid: " in head.lower()
    assert body == b"Request timed out."


def test_who_goes_away_in_the_middle_disturbs_nobody(server):
    for _ in range(10):
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
            connection.sendall(b"POST /1.1/comment-check HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nblog=")
    assert check(server, SPAM).text == "true"


# Bands


@pytest.mark.parametrize(
    ("options", "text", "body", "header"),
    [
        (("--threshold", "0.9999", "--hold-from", "0.5"), SPAM, "false", "x-akismet-recheck-after"),
        (("--threshold", "0.9999", "--hold-from", "0.5"), HAM, "false", None),
        (("--discard-from", "0.9"), SPAM, "true", "x-akismet-pro-tip"),
        (("--shadow", "--discard-from", "0.9"), SPAM, "false", None),
    ],
    ids=["hold", "keep below the band", "discard", "shadow"],
)
def test_bands(tmp_path, options, text, body, header):
    with serving(tmp_path, *options) as server:
        answer = check(server, text)
        assert answer.text == body
        assert {"x-akismet-recheck-after", "x-akismet-pro-tip"} & set(answer.headers) == ({header} if header else set())
        if header == "x-akismet-recheck-after":
            assert int(answer.headers[header]) > 86_400
        if "--shadow" in options:
            assert server.line_of(answer.headers["x-akismet-guid"], "akismet comment-check")["action"] == "flag"
            with Store.open(server.store) as store:
                found = store.find(store.site(BLOG), answer.headers["x-akismet-guid"])
            assert found.action == "flag"


# Logs: last in this file, since it reads what all the others have left


def test_the_log_holds_one_line_a_request_and_nothing_that_was_sent(server):
    answer = check(
        server, SPAM, comment_author="Mallory", comment_author_email="mallory@example.net", user_agent="Firefox/130"
    )
    line = server.line_of(answer.headers["x-akismet-guid"], "akismet comment-check")
    assert {"guid", "site", "protocol", "action", "probability", "milliseconds", "status", "route"} < set(line)
    log = server.log.read_text(encoding="utf-8")
    for secret in ("WEBSITE", "Mallory", "mallory@", "192.0.2.7", "Firefox", KEY, "127.0.0.1:"):
        assert secret not in log.replace(f"http://127.0.0.1:{server.port}", "")
    assert not [line for line in map(json.loads, log.splitlines()) if line["level"] == "error"]
