"""The server's life: what it refuses to start with, how it ends, and what it bears in between."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from conftest import PROJECT
from ports import free_port, wait_for
from servers import BLOG, HAM, PATIENCE, SPAM, serving, until

from modspam.files import digest_of
from modspam.model import LinearModel, bundled_path
from modspam.store import Store
from modspam.versions import install

SITE = {"api_key": "0123456789ab", "blog": BLOG}


def refused(folder, *options):
    """Start a server that must not start; gives what it says."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "modspam", "serve", "--store", "store.sqlite3", *options],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(PROJECT)}, capture_output=True, text=True,
        timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    return done.stderr


def check(client, text, **fields):
    return client.post("/1.1/comment-check", data=SITE | {"comment_content": text} | fields)


def connected(server, **options):
    return httpx.Client(base_url=server.url, timeout=PATIENCE, **options)


def stored(server):
    """The texts of all labels of the site, and the number of its checks."""
    with Store.open(server.store) as store:
        site = store.site(BLOG)
        return {each.comment.text for each in store.examples(site)}, sum(row.checks for row in store.counts(site))


# The start


def test_other_machines_are_not_served_without_keys(tmp_path):
    for host in ("0.0.0.0", "::"):  # noqa: S104 - it is refused
        said = refused(tmp_path, "--host", host)
        assert "modspam keys create https://your.site --store store.sqlite3" in said


def test_other_machines_are_served_with_keys(tmp_path):
    with Store.open(tmp_path / "store.sqlite3") as store:
        key = store.create_key(BLOG)
    with serving(tmp_path, "--host", "0.0.0.0") as server, connected(server) as client:  # noqa: S104 - it has keys
        assert check(client, SPAM).text == "invalid"
        assert check(client, SPAM, api_key=key).text == "true"


def test_what_keeps_it_from_starting_is_said_in_one_line(tmp_path):
    (tmp_path / "broken.model").write_bytes(b"no model")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "choose others with --host and --port" in refused(tmp_path, "--port", str(taken.getsockname()[1]))
    assert "no modspam model" in refused(tmp_path, "--model", "broken.model")
    assert "hold" in refused(tmp_path, "--threshold", "0.5", "--hold-from", "0.9")
    assert "not a database" in refused(tmp_path, "--store", "broken.model")
    assert "1 worker" in refused(tmp_path, "--workers", "0")
    assert "1 day" in refused(tmp_path, "--retention-days", "0")


# The end


def test_a_request_in_flight_is_answered_before_the_end(tmp_path):
    body = f"api_key=0123456789ab&blog={BLOG}&comment_content=half".encode()
    with serving(tmp_path) as server, socket.create_connection(("127.0.0.1", server.port), PATIENCE) as connection:
        head = f"POST /1.1/comment-check HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        connection.sendall(head + body[:20])
        # Until the server reads it: it stops listening when it is asked to end, and not before.
        until(lambda: server.events(f"Uvicorn running on {server.url} (Press CTRL+C to quit)"))
        with connected(server) as client:
            check(client, HAM)
        server.process.send_signal(signal.SIGTERM)
        until(lambda: server.events("Shutting down"))
        connection.sendall(body[20:])
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
        assert answer.endswith(b"\r\n\r\nfalse")
        assert server.process.wait(PATIENCE) == 0
        assert server.events("stopped")
        assert stored(server)[1] == 2


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_what_was_acknowledged_outlives_a_kill(tmp_path):
    acknowledged = []
    with serving(tmp_path) as server:

        def report(name):
            with connected(server) as client:
                for number in range(100_000):
                    text = f"{name} " + "abcdefghij"[number % 10] * (number // 10 + 1)
                    try:
                        answer = client.post("/1.1/submit-spam", data=SITE | {"comment_content": text})
                    except httpx.HTTPError:
                        return
                    assert answer.text.startswith("Thanks")
                    acknowledged.append(text)

        crowd = [threading.Thread(target=report, args=(name,)) for name in ("ana", "bob", "carol", "dan")]
        for each in crowd:
            each.start()
        until(lambda: len(acknowledged) > 100)
        server.process.kill()
        for each in crowd:
            each.join(PATIENCE)
        assert server.process.wait(PATIENCE) == -signal.SIGKILL
        assert set(acknowledged) <= stored(server)[0]


# In between


def test_while_the_store_is_gone_comments_are_judged_and_nothing_is_lost(tmp_path):
    with serving(tmp_path) as server, connected(server) as client:
        assert check(client, SPAM).text == "true"
        away = tmp_path / "away"
        away.mkdir()
        for file in tmp_path.glob("store.sqlite3*"):
            file.rename(away / file.name)
        (tmp_path / "store.sqlite3").mkdir()  # so that no new store can be made there
        guids = [check(client, SPAM).headers["x-akismet-guid"] for _ in range(20)]
        assert {check(client, text).text for text in (SPAM, HAM)} == {"true", "false"}
        lost = client.post("/1.1/submit-spam", data=SITE | {"comment_content": "reported in vain"})
        assert (lost.status_code, lost.text) == (503, "Temporarily unavailable.")
        assert "x-akismet-debug-help" in lost.headers
        said = client.post("/v1/feedback?site=" + BLOG, json={"label": "spam", "comment": {"text": "in vain"}})
        assert (said.status_code, said.headers["content-type"]) == (503, "application/problem+json")
        shown = client.get("/ready").json()
        assert (shown["store"], shown["waiting"] >= 22) == ("unavailable", True)
        (tmp_path / "store.sqlite3").rmdir()
        for file in away.iterdir():
            file.rename(tmp_path / file.name)
        until(lambda: client.get("/ready").json() == {"status": "ready", "store": "ok", "waiting": 0})
        with Store.open(server.store) as store:
            site = store.site(BLOG)
            assert all(store.find(site, guid) for guid in guids)
        assert client.post("/1.1/submit-spam", data=SITE | {"comment_content": "reported again"}).status_code == 200
        assert stored(server)[0] == {"reported again"}
        assert len(server.events("store failed")) == 1
        assert not server.events("checks not stored")


def test_a_store_that_is_locked_delays_no_verdict_for_long_and_loses_none(tmp_path):
    with (
        serving(tmp_path, MODSPAM_COMMIT_WAIT="0.02") as server,
        connected(server, headers={"connection": "close"}) as client,
    ):
        check(client, SPAM)
        with sqlite3.connect(server.store, isolation_level=None) as other:
            other.execute("BEGIN EXCLUSIVE")
            answers = [check(client, text).text for text in (SPAM, HAM)]
            until(lambda: len(server.events("request")) == 3)
            lines = server.events("request")[1:]
            other.execute("ROLLBACK")
        assert answers == ["true", "false"]
        assert [line["stored"] for line in lines] == [False, False]
        until(lambda: stored(server)[1] == 3)


def model_that_flags_all(path):
    """Write a model that calls everything spam."""
    path.parent.mkdir(exist_ok=True)
    install(replace(LinearModel.load(bundled_path()), threshold=0.0), path)


def test_a_sites_model_is_put_into_use_and_taken_out_while_requests_come(tmp_path):
    faults, answers, done = [], [], threading.Event()
    with serving(tmp_path) as server:

        def ask():
            with connected(server) as client:
                while not done.is_set():
                    try:
                        answer = check(client, HAM)
                        answers.append(answer.text)
                        if answer.status_code != 200 or answer.text not in {"true", "false"}:
                            faults.append(answer.text)
                    except httpx.HTTPError as error:
                        faults.append(repr(error))

        crowd = [threading.Thread(target=ask) for _ in range(4)]
        for each in crowd:
            each.start()
        own = server.models / "blog.example.org.model"
        try:
            until(lambda: len(answers) > 20)
            model_that_flags_all(own)
            until(lambda: answers[-1] == "true")
            own.write_bytes(b"half a mod")  # into the file in use, by somebody who knows no better
            until(lambda: server.events("model is broken"))
            seen = len(answers)
            until(lambda: len(answers) > seen + 20)
            assert set(answers[seen + 4 :]) == {"true"}  # the model in memory stays
            shutil.copyfile(bundled_path(), own)
            until(lambda: answers[-1] == "false")
            model_that_flags_all(own)
            until(lambda: answers[-1] == "true")
            own.unlink()
            until(lambda: answers[-1] == "false")
        finally:
            done.set()
            for each in crowd:
                each.join(PATIENCE)
        assert faults == []
        with connected(server) as client:
            assert check(client, HAM, blog="https://other.example").text == "false"


def test_the_log_can_be_for_a_persons_eyes(tmp_path):
    with serving(tmp_path, "--log-format", "text") as server, connected(server) as client:
        check(client, SPAM, comment_author="Mallory\x1b[31m")
        lines = server.log.read_text(encoding="utf-8").splitlines()
    (line,) = [line for line in lines if "comment-check" in line]
    assert "info request route=akismet comment-check status=200" in line
    assert "action=flag" in line
    assert "Mallory" not in line


def test_workers_share_the_port_and_count_together(tmp_path):
    with serving(tmp_path, "--workers", "2") as server:
        for _ in range(20):
            with connected(server) as client:
                assert check(client, SPAM).text == "true"
        with connected(server) as client:
            shown = client.get("/metrics").text
        assert 'modspam_checks_total{action="flag",protocol="akismet"} 20.0' in shown
        assert len(server.events("ready")) == 2
        assert server.stop() == 0
        assert stored(server)[1] == 20


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux says what a process maps")
def test_workers_map_one_copy_of_a_model_between_them(tmp_path):
    def mapped():
        """Which copies each worker maps, by the names of their files."""
        of_threads = Path(f"/proc/{server.process.pid}/task").glob("*/children")
        processes = [process for children in of_threads for process in children.read_text().split()]
        maps = [Path(f"/proc/{process}/maps").read_text() for process in processes]
        return [names for text in maps if (names := {Path(name) for name in re.findall(r"\S+/copies/.+", text)})]

    model = tmp_path / "in-use.model"
    shutil.copy(bundled_path(), model)
    with serving(tmp_path, "--workers", "2", "--model", str(model)) as server:
        until(lambda: len(mapped()) == 2)
        (first,), (same,) = mapped()
        assert first == same
        assert first.name == digest_of(model)
        replace(LinearModel.load(bundled_path()), threshold=0.5).save(model)
        newer = first.with_name(digest_of(model))
        until(lambda: mapped() == [{newer}] * 2)
        until(lambda: list(first.parent.iterdir()) == [newer])
        with connected(server) as client:
            assert check(client, SPAM).text == "true"
    assert not first.parent.exists()


def test_the_application_runs_under_another_server_with_settings_from_the_environment(tmp_path):
    port = free_port()
    environment = {"MODSPAM_STORE": str(tmp_path / "s.db"), "MODSPAM_KEYLESS": "1", "MODSPAM_SHADOW": "yes"}
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "modspam.server:app", "--port", str(port), "--no-access-log"],
        env=os.environ | {"PYTHONPATH": str(PROJECT)} | environment, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(port, process)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client:
            assert check(client, SPAM).text == "false"
    finally:
        process.terminate()
        process.wait(PATIENCE)
