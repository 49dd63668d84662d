"""A newer model changes its verdict: the site is told, once, at its own host, and nobody else is."""

import asyncio
import shutil
import socket
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from clients.proxy import Front
from ports import free_port
from receiver import Receiver
from servers import HAM, PATIENCE, SPAM, serving, until

from modspam import Action, Comment
from modspam.model import LinearModel, bundled_path
from modspam.server.callbacks import Callbacks
from modspam.server.judge import Judge
from modspam.server.metrics import Metrics
from modspam.server.settings import Settings
from modspam.server.webhook import CallError, acceptable, call
from modspam.store import Check, Feedback, Site, Store

HOOK = "/index.php?rest_route=/akismet/v1/webhook"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = timedelta(hours=3)  # after any pause between two attempts


# Where a site may be called


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/",
        "http://EXAMPLE.org:80/wp-json/akismet/v1/webhook",
        "https://www.example.org/index.php?rest_route=/akismet/v1/webhook",
    ],
)
def test_a_site_may_be_called_at_its_own_host(url):
    assert acceptable(url, Site(1, "example.org/blog"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "//example.org/",
        "/wp-json/akismet/v1/webhook",
        "https://",
        "https:///example.org",
        "ftp://example.org/",
        "file:///etc/passwd",
        "javascript:example.org",
        "https://other.example/",
        "https://example.org.other.example/",
        "https://blog.example.org/",
        "https://other.example/example.org",
        "https://other.example#example.org",
        "https://other.example?example.org",
        "https://example.org@other.example/",
        "https://ana@example.org/",
        "https://ana:secret@example.org/",
        "https://@example.org/",
        "https://example.org:8080/",
        "https://example.org:80/",
        "http://example.org:443/",
        "https://example.org:99999/",
        "https://example.org\\@other.example/",
        "https://example.org/a b",
        "https://example.org/\r\nHost: other.example",
        "https://example.org/\x00",
        "https://examplé.org/",
        "https://[::1/",
        "https://127.0.0.1/",
        "https://example.org/" + "a" * 2000,
    ],
)
def test_a_site_is_called_nowhere_else(url):
    assert not acceptable(url, Site(1, "example.org/blog"))


def test_a_port_that_is_the_sites_own_is_called():
    local = Site(1, "127.0.0.1:8080")
    assert acceptable("http://127.0.0.1:8080" + HOOK, local)
    assert not acceptable("http://127.0.0.1:8081" + HOOK, local)
    assert not acceptable("http://localhost:8080" + HOOK, local)


# A call


def told(url, *guids, seconds=5.0):
    asyncio.run(call(url, "0123456789ab", [{"guid": guid, "result": "true"} for guid in guids], seconds))


def test_a_call_says_what_akismets_plugin_wants_to_hear():
    with Receiver() as site:
        told(site.url + HOOK, "a1", "b2")
    assert site.paths == [HOOK]
    results = [{"guid": guid, "result": "true"} for guid in ("a1", "b2")]
    assert site.told == [{"key": "0123456789ab", "endpoint": "comment-check", "comments": results}]


def test_a_redirect_is_not_followed():
    with Receiver() as site, Receiver() as other:
        site.answer = f"HTTP/1.1 307 Go\r\nLocation: {other.url}/\r\nContent-Length: 0\r\n\r\n".encode()
        with pytest.raises(CallError, match="status 307"):
            told(site.url, "a1")
    assert (other.told, other.paths) == ([], [])


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("answer", "repeated", "why"),
    [
        (OK + b"Content-Length: 2\r\n\r\n{}", b"", "not what Akismet's plugin gives"),
        (OK + b'\r\n{"comments": []}', b"", "not what Akismet's plugin gives"),
        (OK + b'\r\n{"comments": {"a1": null}}', b"", "not what Akismet's plugin gives"),
        (OK + b"\r\n<h1>Welcome</h1>", b"", "not what Akismet's plugin gives"),
        (OK + b'\r\n{"comments": {"b2": {"status": "success"}}}', b"", "leaves out 1 of 1"),
        (b"HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\n{}", b"", "status 401"),
        (b"220 mail.example.org ESMTP\r\n", b"", "no answer .HttpParser"),
        (b"", b"", "status 0"),
        (OK + b"\r\n", b"x" * 4096, "longer than"),
        (OK + b"X: ", b"x" * 4096, "longer than"),
    ],
)
def test_an_answer_that_is_none_is_told(answer, repeated, why):
    with Receiver() as site:
        site.answer, site.last = answer, repeated
        with pytest.raises(CallError, match=why):
            told(site.url, "a1")


def test_a_comment_that_was_deleted_at_the_site_is_taken():
    with Receiver() as site:
        site.answer = (
            OK + b'Transfer-Encoding: chunked\r\n\r\n23\r\n{"comments":{"a1":{"status":"error"\r\n3\r\n}}}\r\n0\r\n\r\n'
        )
        told(site.url, "a1")


def test_a_site_that_is_not_there_is_told():
    with pytest.raises(CallError, match=r"no answer .ConnectionRefusedError"):
        told(f"http://127.0.0.1:{free_port()}/", "a1")


def test_a_site_that_takes_the_connection_and_says_nothing_is_told():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(CallError, match=r"no answer .TimeoutError"):
            told(f"http://127.0.0.1:{port}/", "a1", seconds=0.2)


def test_a_certificate_is_checked(tmp_path, monkeypatch):
    with Receiver() as site, Front(site.server_port, tmp_path) as front:
        url = f"https://127.0.0.1:{front.port}/"
        with pytest.raises(CallError, match="SSLCertVerificationError"):
            told(url, "a1")
        assert site.paths == []
        monkeypatch.setenv("SSL_CERT_FILE", str(front.certificate))
        told(url, "a1")
    assert site.results() == [("a1", "true")]


# Who is told what


class Worker:
    """What a worker of the server has for calling sites, over a store that others may use."""

    def __init__(self, folder, store, days=7, **settings):
        metrics = Metrics()
        self.judge = Judge(Settings(models=folder / "models", **settings), metrics)

        async def stored(ask, *arguments):
            return await asyncio.to_thread(ask, *arguments)

        self.now = NOW
        self.callbacks = Callbacks(store, stored, self.judge, metrics, days, lambda: self.now)

    def knows(self, site, key, url):
        """Learn from a check where to call."""
        return self.callbacks.wanted(site, key, url, "7", "")


class Case:
    """A store with a site, whose own model differs from the one before."""

    def __init__(self, folder, store, receiver):
        self.folder, self.store, self.url = folder, store, receiver.url + HOOK
        self.key = store.create_key(receiver.url)
        self.site = store.site_of(self.key)

    def kept(self, text, action=Action.KEEP, at=NOW, url=None):
        """Record a check that another model has made; gives its id."""
        callback = Worker(self.folder, self.store).knows(self.site, self.key, url or self.url)
        check = Check(
            uuid4().hex, self.site.id, at, Comment(text), action, 0.1, -2.0, "before", "akismet", callback=callback
        )
        self.store.record([check])
        return check.id

    def workers(self, count=1, **settings):
        """Make some workers that know the site."""
        made = [Worker(self.folder, self.store, **settings) for _ in range(count)]
        for worker in made:
            worker.knows(self.site, self.key, self.url)
        return made

    def look(self, *workers, at=NOW):
        """Have workers look at the same time."""

        async def scenario():
            for worker in workers:
                worker.now = at
            await asyncio.gather(*(worker.callbacks.look() for worker in workers))

        asyncio.run(scenario())


@pytest.fixture
def receiver():
    with Receiver() as running:
        yield running


@pytest.fixture
def case(tmp_path, receiver):
    with Store.open(tmp_path / "store.sqlite3") as store:
        yield Case(tmp_path, store, receiver)


def test_a_site_is_told_what_has_changed_once_and_nothing_else(case, receiver):
    missed, wronged = case.kept(SPAM), case.kept(HAM, Action.FLAG)
    case.kept(HAM + " Really.")
    case.kept(SPAM + " Really.", Action.FLAG)
    labelled = case.kept(SPAM + " I can help.")
    case.store.add_feedback(Feedback(case.site.id, None, False, NOW, check=labelled))
    case.kept(SPAM + " Long ago.", at=NOW - timedelta(days=8))
    (worker,) = case.workers()
    case.look(worker)
    case.look(worker, at=NOW + LATER)
    (document,) = receiver.told
    assert document["key"] == case.key
    assert sorted(receiver.results()) == sorted([(missed, "true"), (wronged, "false")])
    assert {each["comment_post_ID"] for each in document["comments"]} == {7}


def test_of_several_workers_one_calls(case, receiver):
    guids = {case.kept(f"{SPAM} {'abcdefghij'[n % 10] * (n + 1)}") for n in range(50)}
    workers = case.workers(3)
    case.look(*workers)
    case.look(*workers, at=NOW + LATER)
    assert sorted(receiver.results()) == sorted((guid, "true") for guid in guids)


def test_a_site_that_is_away_is_called_again_and_nothing_is_lost(case, receiver):
    guid = case.kept(SPAM)
    (worker,) = case.workers()
    receiver.answer = b"HTTP/1.1 503 Soon\r\nContent-Length: 0\r\n\r\n"
    case.look(worker)
    case.look(worker, at=NOW + timedelta(seconds=30))
    assert len(receiver.paths) == 1
    receiver.answer = None
    case.look(worker, at=NOW + timedelta(seconds=90))
    assert receiver.results() == [(guid, "true")]


def test_a_site_that_is_away_is_not_called_for_each_of_many_comments(case, receiver):
    for n in range(50):
        case.kept(f"{SPAM} {'abcdefghij'[n % 10] * (n + 1)}")
    (worker,) = case.workers()
    receiver.answer = b"HTTP/1.1 503 Soon\r\nContent-Length: 0\r\n\r\n"
    case.look(worker)
    case.look(worker, at=NOW + timedelta(seconds=30))
    assert len(receiver.paths) == 1


def test_a_site_that_stays_away_is_given_up_until_there_is_another_model(case, receiver, tmp_path):
    guid = case.kept(SPAM)
    (worker,) = case.workers()
    receiver.answer = b"HTTP/1.1 503 Soon\r\nContent-Length: 0\r\n\r\n"
    for hours in range(0, 40, 3):
        case.look(worker, at=NOW + timedelta(hours=hours))
    assert len(receiver.paths) == 5
    receiver.answer = None
    own = tmp_path / "models" / case.site.model_name
    own.parent.mkdir()
    replace(LinearModel.load(bundled_path()), threshold=0.5).save(own)
    (worker,) = case.workers()
    case.look(worker, at=NOW + timedelta(days=2))
    assert receiver.results() == [(guid, "true")]


def test_while_a_model_is_not_loaded_yet_nobody_is_told_what_the_old_one_says(case, receiver, tmp_path):
    case.kept(SPAM)
    (worker,) = case.workers()
    own = tmp_path / "models" / case.site.model_name
    own.parent.mkdir()

    async def scenario():
        await worker.judge.model_of(case.site.model_name)
        shutil.copyfile(bundled_path(), own)
        await worker.callbacks.look()
        assert receiver.told == []
        watching = asyncio.create_task(worker.judge.watch())
        while not worker.judge.is_own(await worker.judge.model_of(case.site.model_name)):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.05)
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        await worker.callbacks.look()

    asyncio.run(asyncio.wait_for(scenario(), PATIENCE))
    assert len(receiver.told) == 1


def test_a_key_that_was_revoked_is_not_sent_any_more(case, receiver):
    case.kept(SPAM)
    (worker,) = case.workers()
    case.store.revoke_key(case.key)
    case.look(worker)
    assert receiver.paths == []


def test_what_is_held_for_a_person_is_not_told(case, receiver):
    case.kept(SPAM)
    (worker,) = case.workers(threshold=1.0, hold_from=0.01)
    case.look(worker)
    assert receiver.paths == []


def test_an_address_in_the_store_at_another_host_is_not_called(case, receiver):
    with Receiver() as other:
        check = case.kept(SPAM)
        with case.store._database.writing() as connection:  # noqa: SLF001 - as somebody would who can write it
            connection.exec_driver_sql("UPDATE modspam_callback SET url = ?", (other.url,))
        (worker,) = case.workers()
        case.look(worker)
        assert case.store.find(case.site, check)
        assert other.paths == receiver.paths == []


# The whole way


def test_a_running_server_with_two_workers_calls_once_for_each_change(tmp_path):
    with Receiver() as site, Receiver() as other:
        with Store.open(tmp_path / "store.sqlite3") as store:
            key = store.create_key(site.url)
            own = tmp_path / "models" / store.site_of(key).model_name
        own.parent.mkdir()
        with serving(tmp_path, "--workers", "2", "--callback-days", "7") as server:

            def check(text, callback, **fields):
                asked = {"api_key": key, "blog": site.url, "comment_content": text, "callback": callback} | fields
                answer = httpx.post(server.url + "/1.1/comment-check", data=asked, timeout=PATIENCE)
                return answer.headers["x-akismet-guid"], answer.text

            guid, said = check(HAM, site.url + HOOK, comment_post_ID="1")
            assert said == "false"
            assert check(HAM + " Thank you.", other.url + HOOK)[1] == "false"
            assert check(HAM + " I am the administrator.", site.url + HOOK, user_role="administrator")[1] == "false"
            assert check(HAM + " A trial.", site.url + HOOK, is_test="1")[1] == "false"
            for _ in range(20):  # until each worker knows the key
                assert check(SPAM, site.url + HOOK)[1] == "true"
            replace(LinearModel.load(bundled_path()), threshold=0.0).save(own)
            until(lambda: site.told)
            assert check(HAM, "")[1] == "true"
            own.unlink()
            until(lambda: len(site.told) > 1)
            assert site.results() == [(guid, "true"), (guid, "false")]
            assert site.told[0]["comments"][0]["comment_post_ID"] == 1
            until(lambda: len(server.events("callback taken")) == 2)
            assert key not in server.log.read_text(encoding="utf-8")
        assert other.paths == []


def test_without_the_setting_or_without_keys_no_callback_is_kept(tmp_path):
    for name, options in (("off", ()), ("keyless", ("--callback-days", "7"))):
        folder = tmp_path / name
        folder.mkdir()
        with Store.open(folder / "store.sqlite3") as store:
            key = "0123456789ab" if name == "keyless" else store.create_key("http://127.0.0.1:9")
        with serving(folder, *options) as server:
            asked = {"api_key": key, "blog": "http://127.0.0.1:9", "comment_content": HAM}
            asked["callback"] = "http://127.0.0.1:9/"
            assert httpx.post(server.url + "/1.1/comment-check", data=asked, timeout=PATIENCE).text == "false"
        with Store.open(folder / "store.sqlite3") as store:
            site = store.site("http://127.0.0.1:9")
            assert sum(row.checks for row in store.counts(site)) == 1
            now = datetime.now(UTC)
            assert store.claim_callbacks(site, "another", now - timedelta(days=1), now) == []
