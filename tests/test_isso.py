"""The Isso adapter: a real Isso, served over HTTP, with what visitors and the moderator send."""

import json
import os
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from configparser import ConfigParser
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec

import pytest
from conftest import PROJECT
from ports import free_port, wait_for

import modspam
from modspam.corpora import read_examples
from modspam.model import bundled_path

if find_spec("isso") is None:
    pytest.skip("Isso is not installed: pip install 'modspam[isso]'", allow_module_level=True)
requests = pytest.importorskip("requests", reason="requests is not installed: pip install requests")

SPAM = "Hi #WEBSITE# owner! I noticed Google is showing a unsafe website warning to your potential customers online."
HAM = "Thank you, the second diagram made it click. I had the two arrows the wrong way round for years."
PUBLIC, WAITS, IN_QUEUE = 1, 2, 202


class _Page(BaseHTTPRequestHandler):
    """The page that the comments stand under: Isso reads its title."""

    def do_GET(self):
        """Answer with the page."""
        page = b'<html><title>Pruning old apple trees</title><h1>Pruning old apple trees</h1><div id="isso-thread">'
        self.send_response(200)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(scope="module")
def blog():
    """The address of a blog."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


class Isso:
    """An Isso in a folder, those who write to it, and its moderator."""

    def __init__(self, folder, blog, **options):
        self.folder, self.blog = folder, blog
        self.feedback = folder / "feedback.jsonl"
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        configuration = ConfigParser()
        configuration.read_dict(
            {
                "general": {"dbpath": folder / "comments.db", "host": blog},
                "server": {"listen": self.address},
                "admin": {"enabled": "true", "password": "secret"},
                "guard": {"ratelimit": "1000", "direct-reply": "1000"},
                "modspam": {"feedback": self.feedback} | {name.replace("_", "-"): v for name, v in options.items()},
            }
        )
        self.configuration = folder / f"isso-{self.port}.cfg"
        with self.configuration.open("w") as file:
            configuration.write(file)
        self.log = folder / f"isso-{self.port}.log"

    def start(self, *command):
        """Start it, or a program that serves it."""
        with self.log.open("w") as output:
            return subprocess.Popen(
                [sys.executable, *(command or ("-m", "modspam.contrib.isso", "-c", str(self.configuration), "run"))],
                env=os.environ | {"PYTHONPATH": str(PROJECT), "ISSO_SETTINGS": str(self.configuration)},
                stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip

    @contextmanager
    def running(self, *command):
        """Have it run until the block ends."""
        server = self.start(*command)
        try:
            wait_for(self.port, server, log=self.log)
            yield self
        finally:
            server.terminate()
            server.wait(timeout=30)
        assert "Traceback" not in self.log.read_text()

    def send(self, text, session=requests, **fields):
        """Send a comment as Isso's script in the page does."""
        return session.post(
            f"{self.address}/new", params={"uri": "/apples/"}, timeout=30,
            json={"text": text, "author": "Ana & Bo", "website": "http://ana.example.org/"} | fields,
            headers={"Origin": self.blog, "Referer": f"{self.blog}/"},
        )  # fmt: skip

    def shown(self):
        """Read the comments that everybody sees."""
        answer = requests.get(
            self.address, params={"uri": "/apples/", "plain": 1}, headers={"Origin": self.blog}, timeout=30
        )
        return [comment["text"] for comment in answer.json()["replies"]] if answer.ok else []

    def moderate(self, action, key):
        """Press a button of the admin's page."""
        admin = requests.Session()
        admin.post(f"{self.address}/login/", data={"password": "secret"}, timeout=30)
        page = "".join(admin.get(f"{self.address}/admin/", params={"mode": mode}, timeout=30).text for mode in (1, 2))
        (secret,) = set(re.findall(rf"_com\({key}, '([^']+)'", page))
        answer = admin.post(f"{self.address}/id/{key}/{action}/{secret}", timeout=30, headers={"Origin": self.blog})
        assert answer.ok, answer.text
        return answer.text

    def labels(self):
        """Read what it has kept for training."""
        return [(e.comment.text, e.spam) for e in read_examples(self.feedback)] if self.feedback.exists() else []


@pytest.fixture
def isso(tmp_path, blog):
    with Isso(tmp_path, blog).running() as running:
        yield running


def test_an_honest_comment_is_published_and_spam_waits(isso):
    honest, spam = isso.send(HAM), isso.send(SPAM)
    assert (honest.status_code, honest.json()["mode"]) == (201, PUBLIC)
    assert (spam.status_code, spam.json()["mode"]) == (IN_QUEUE, WAITS)
    assert isso.shown() == [HAM]
    assert "placeholder was never filled in: #WEBSITE#" in isso.log.read_text()


def test_what_the_moderator_does_with_the_queue_becomes_labels(isso):
    waiting = [isso.send(f"{SPAM} {number}").json()["id"] for number in range(3)]
    public = isso.send(HAM).json()["id"]
    isso.moderate("activate", waiting[0])
    isso.moderate("delete", waiting[1])
    isso.moderate("delete", public)  # off the topic, perhaps
    isso.moderate("delete", waiting[0])  # it is public by now
    assert isso.labels() == [(f"{SPAM} 0", False), (f"{SPAM} 1", True)]
    assert isso.shown() == []
    (kept, _) = read_examples(isso.feedback)
    assert kept.comment == modspam.Comment(
        f"{SPAM} 0",
        author="Ana & Bo",
        author_url="http://ana.example.org/",
        permalink=f"{isso.blog}/apples/",
        page_title="Pruning old apple trees",
    )


def test_what_people_delete_themselves_is_no_label(isso):
    author = requests.Session()
    sent = isso.send(SPAM, author)
    answer = author.delete(
        f"{isso.address}/id/{sent.json()['id']}", headers={"Origin": isso.blog, "Content-Type": "application/json"},
        cookies={str(sent.json()["id"]): sent.cookies[str(sent.json()["id"])]}, timeout=30,
    )  # fmt: skip
    assert answer.ok
    assert isso.labels() == []


def test_an_honest_comment_that_is_changed_into_spam_waits(isso):
    sent = isso.send(HAM)
    key = str(sent.json()["id"])
    assert isso.shown() == [HAM]
    answer = requests.put(
        f"{isso.address}/id/{key}", json={"text": SPAM}, headers={"Origin": isso.blog},
        cookies={key: sent.cookies[key]}, timeout=30,
    )  # fmt: skip
    assert answer.ok
    assert isso.shown() == []
    isso.moderate("activate", key)
    assert isso.shown() == [SPAM]
    assert isso.labels() == [(SPAM, False)]


def test_spam_is_refused_where_the_owner_asks_for_that(tmp_path, blog):
    with Isso(tmp_path, blog, on_flag="refuse").running() as isso:
        answer = isso.send(SPAM)
        assert answer.status_code == 403
        assert "looks like spam; please tell the owner" in answer.text
        assert isso.send(HAM).status_code == 201
        assert isso.shown() == [HAM]


def test_doubtful_comments_wait_where_the_owner_asks_for_that(tmp_path, blog):
    with Isso(tmp_path, blog, threshold=1, hold_from=0.9, on_flag="refuse").running() as isso:
        assert isso.send(SPAM).status_code == IN_QUEUE
        assert isso.send(HAM).status_code == 201


def test_a_new_model_is_picked_up_and_a_broken_one_is_not(tmp_path, blog):
    model = tmp_path / "site.model"
    with Isso(tmp_path, blog, model=model).running() as isso:
        assert isso.send(SPAM).status_code == IN_QUEUE
        tolerant = modspam.model.LinearModel.load(bundled_path())
        import dataclasses

        dataclasses.replace(tolerant, threshold=1.0).save(model)
        assert isso.send(SPAM).status_code == 201
        model.write_bytes(b"half a model")
        assert isso.send(SPAM).status_code == 201
        model.unlink()
        assert isso.send(SPAM).status_code == IN_QUEUE
    assert isso.log.read_text().count("the model before it stays in use") == 1


def test_labels_that_cannot_be_written_keep_the_moderator_from_nothing(tmp_path, blog):
    with Isso(tmp_path, blog).running() as isso:
        isso.feedback.mkdir()
        key = isso.send(SPAM).json()["id"]
        assert "activated" in isso.moderate("activate", key)
        assert isso.shown() == [SPAM]
    assert "the label is not kept" in isso.log.read_text()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"on_flag": "delete"}, "on-flag is hold or refuse, not delete"),
        ({"threshold": "high"}, "threshold is a number from 0 to 1, not high"),
        ({"threshold": "0.5", "hold_from": "0.6"}, "hold-from is at most the threshold, 0.5"),
        ({"modle": "x"}, "there is no option modle; it knows model, threshold"),
        ({"max_false_positive_rate": "0"}, "choose a rate from"),
        ({"threshold": "0.5", "max_false_positive_rate": "0.1"}, "not both"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_mistake_in_the_configuration_is_told_at_the_start(tmp_path, blog, options, told):
    isso = Isso(tmp_path, blog, **options)
    assert isso.start().wait(timeout=60) == 1
    assert isso.log.read_text().splitlines()[-1].endswith(told) or told in isso.log.read_text().splitlines()[-1]
    assert "Traceback" not in isso.log.read_text()


def test_a_server_of_ones_own_serves_it(tmp_path, blog):
    """As gunicorn would: `modspam.contrib.isso:make_app()`, with the configuration in the environment."""
    isso = Isso(tmp_path, blog)
    program = f"""
from werkzeug.serving import run_simple
from modspam.contrib.isso import make_app
run_simple("127.0.0.1", {isso.port}, make_app(), threaded=True)
"""
    with isso.running("-c", program):
        assert isso.send(SPAM).status_code == IN_QUEUE
        assert isso.send(HAM).status_code == 201


def test_two_processes_keep_the_labels_of_many_decisions_at_once(tmp_path, blog):
    one = Isso(tmp_path, blog)
    other = Isso(tmp_path, blog)  # the same database, the same file of labels
    with one.running():
        keys = [one.send(f"{SPAM} {number}").json()["id"] for number in range(24)]
        with other.running(), ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: (one, other)[n % 2].moderate("delete", keys[n]), range(len(keys))))
    lines = [json.loads(line) for line in one.feedback.read_text().splitlines()]
    assert sorted(line["text"] for line in lines) == sorted(f"{SPAM} {number}" for number in range(24))
