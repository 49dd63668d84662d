"""Public corpora: fetched once and checked, read from a folder without a network, and written as comments.

The downloader is the real one and the server a real one on this machine; nothing goes further.
"""

import gzip
import json
import re
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
from conftest import PROJECT

from modspam.corpora import read_examples
from modspam.errors import CorpusError, DownloadError
from modspam.registry import Corpus, RemoteFile, corpora, fetch

TABLE = b'text,who,class\n"Nice ""bread"",\nthanks",Ana,0\nCheap loans,Bob,1\n'


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A server with a cache of its own: ``put`` a file and get its address, see what was ``asked`` for."""
    pytest.importorskip("pooch", reason="fetching needs the extra modspam[corpora]")
    for name, value in {"XDG_CACHE_HOME": "cache", "HOME": "home", "LOCALAPPDATA": "cache"}.items():
        monkeypatch.setenv(name, str(tmp_path / value))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    files, asked = {}, []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            if self.path not in files:
                self.send_error(404)
                return
            content, announced = files[self.path]
            self.send_response(200)
            self.send_header("Content-Length", str(announced))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()

        def put(name, content, announced=None):
            files[f"/{name}"] = (content, len(content) if announced is None else announced)
            return f"http://127.0.0.1:{listening.server_port}/{name}"

        yield SimpleNamespace(put=put, asked=asked, address=put("", b"").rstrip("/"))
        listening.shutdown()
        thread.join()


@pytest.fixture
def folder(tmp_path):
    """A folder of files that somebody has fetched by hand."""
    folder = tmp_path / "by hand"
    folder.mkdir()
    return folder


def made_up(url, content=TABLE, **changes):
    """A corpus of one file; the digest is that of ``content``, whatever the address gives."""
    known = RemoteFile(url, sha256(content).hexdigest(), len(content), changes.pop("constant", ""))
    columns = {"text": "text", "author": "who", "label": ("label", "class")}
    about = ("made-up", "Invented", "CC0", "http://example.org", "en", "2020", changes.pop("format", "csv"))
    return Corpus(*about, files=(known,), **{**columns, **changes})


def nowhere(name="made-up.csv"):
    """Give an address where nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}/{name}"


def rows(path):
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def left_over(path):
    return [p.name for p in path.rglob("*")] if path.exists() else []


# Fetching


def test_a_corpus_is_fetched_once_and_written_as_labelled_comments(server, tmp_path):
    corpus = made_up(server.put("table.csv", TABLE))
    target = fetch(corpus, tmp_path / "new" / "out")
    assert target == tmp_path / "new" / "out" / "made-up.jsonl.gz"
    examples = list(read_examples(target))
    assert [(e.comment.text, e.comment.author, e.spam, e.source) for e in examples] == [
        ('Nice "bread",\nthanks', "Ana", False, "made-up"),
        ("Cheap loans", "Bob", True, "made-up"),
    ]
    assert server.asked == ["/table.csv"]
    again = fetch(corpus, tmp_path / "again")
    assert server.asked == ["/table.csv"]
    assert again.read_bytes() == target.read_bytes()
    assert target.read_bytes()[4:8] == bytes(4)  # no time in the header, so tomorrow's file is the same too


def test_a_file_whose_digest_differs_is_refused_and_leaves_nothing_behind(server, tmp_path):
    corpus = made_up(server.put("table.csv", TABLE.replace(b"Cheap", b"Dear ")))
    with pytest.raises(DownloadError, match=r"table\.csv could not be fetched.*--from"):
        fetch(corpus, tmp_path / "out")
    assert left_over(tmp_path / "out") == []
    server.put("table.csv", TABLE)  # and what was wrong is not kept in the cache
    assert len(rows(fetch(corpus, tmp_path / "out"))) == 2


def test_a_cached_file_that_was_changed_is_fetched_again(server, tmp_path):
    corpus = made_up(server.put("table.csv", TABLE))
    target = fetch(corpus, tmp_path / "out")
    written = target.read_bytes()
    cached = [path for path in tmp_path.rglob("*table.csv") if path.is_file()]
    assert len(cached) == 1
    cached[0].write_bytes(TABLE[:20])
    assert fetch(corpus, tmp_path / "out").read_bytes() == written
    assert len(server.asked) == 2


def test_what_cannot_be_fetched_is_said_with_its_address(server, tmp_path):
    for url in (
        f"{server.address}/no-such.csv",
        server.put("cut-short.csv", TABLE[:30], announced=len(TABLE)),
        nowhere(),
    ):
        with pytest.raises(DownloadError, match=f"^{re.escape(url)} could not be fetched"):
            fetch(made_up(url), tmp_path / "out")
    assert left_over(tmp_path / "out") == []


# From a folder


def test_files_may_come_from_a_folder_without_a_network(folder, tmp_path):
    folder.joinpath("made-up.csv").write_bytes(TABLE)
    assert len(rows(fetch(made_up(nowhere()), tmp_path / "out", folder))) == 2


def test_a_file_that_the_folder_lacks_is_said_with_its_address(folder, tmp_path):
    url = nowhere()
    with pytest.raises(DownloadError, match=rf"has no file made-up\.csv: fetch it from {re.escape(url)}"):
        fetch(made_up(url), tmp_path / "out", folder)
    with pytest.raises(DownloadError, match=r"has no file made-up\.csv"):
        fetch(made_up(url), tmp_path / "out", folder / "missing")
    assert left_over(tmp_path / "out") == []


def test_a_file_in_the_folder_is_checked_too(folder, tmp_path):
    folder.joinpath("made-up.csv").write_bytes(TABLE + b"One more,Eve,0\n")
    with pytest.raises(DownloadError, match=r"made-up\.csv is not the file that the registry knows"):
        fetch(made_up(nowhere()), tmp_path / "out", folder)
    assert left_over(tmp_path / "out") == []


def test_the_command_says_in_one_line_which_file_the_folder_lacks(folder, tmp_path):
    arguments = ["corpora", "sms-uci", "-o", tmp_path / "out", "--from", folder]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "modspam", *arguments], cwd=PROJECT, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, b"")
    announced, error = done.stderr.decode().splitlines()
    assert announced == "fetching sms-uci (CC BY 4.0)"
    assert error.startswith("modspam: ")
    assert corpora()["sms-uci"].files[0].url in error


# Forms

FORMS = {
    "csv with a mark before its first column": (
        {},
        "\ufefftext,who,class\r\nHi there,,spam\r\n",
        [{"text": "Hi there", "label": "spam", "site": "made-up"}],
    ),
    "csv whose label is in the other column": (
        {},
        "label,text,who\nham,Hi there,Ana\n",
        [{"text": "Hi there", "label": "ham", "site": "made-up", "author": "Ana"}],
    ),
    "tsv with a header": (
        {"format": "tsv"},
        'class\ttext\nham\tAn "open quote, and a comma\nspam\t"Loans\n',
        [
            {"text": 'An "open quote, and a comma', "label": "ham", "site": "made-up"},
            {"text": '"Loans', "label": "spam", "site": "made-up"},
        ],
    ),
    "tsv without a header": (
        {"format": "tsv", "columns": ("text", "coarse", "fine"), "constant": "ham"},
        "text\tOTHER\tOTHER\nHi there\tOFFENSE\tABUSE\n",
        [{"text": "text", "label": "ham", "site": "made-up"}, {"text": "Hi there", "label": "ham", "site": "made-up"}],
    ),
    "lines": (
        {"format": "lines", "constant": "spam"},
        'Loans, "cheap"\r\n\n  \nЗаработок на дому',
        [
            {"text": 'Loans, "cheap"', "label": "spam", "site": "made-up"},
            {"text": "Заработок на дому", "label": "spam", "site": "made-up"},
        ],
    ),
    "a sign for line ends": (
        {"format": "lines", "constant": "ham", "newline": "|LBR|"},
        "one |LBR| two|LBR|three\n",
        [{"text": "one\ntwo\nthree", "label": "ham", "site": "made-up"}],
    ),
    "each file a site of its own": (
        {"site": "video", "constant": "ham"},
        "text\nHi there\n",
        [{"text": "Hi there", "label": "ham", "site": "made-up/data"}],
    ),
}


@pytest.mark.parametrize(("changes", "content", "expected"), FORMS.values(), ids=FORMS)
def test_each_form_of_file_is_read(folder, tmp_path, changes, content, expected):
    data = content.encode()
    folder.joinpath("data.txt").write_bytes(data)
    target = fetch(made_up(nowhere("data.txt"), data, **changes), tmp_path / "out", folder)
    assert rows(target) == expected
    assert len(list(read_examples(target))) == len(expected)


def test_the_files_of_a_corpus_follow_one_another_each_with_its_label(folder, tmp_path):
    folder.joinpath("spam.txt").write_bytes(b"Loans\nPills\n")
    folder.joinpath("ham.txt").write_bytes(b"Bread\n")
    spam = made_up(nowhere("spam.txt"), b"Loans\nPills\n", format="lines", constant="spam")
    ham = made_up(nowhere("ham.txt"), b"Bread\n", format="lines", constant="ham")
    target = fetch(replace(spam, files=(*spam.files, *ham.files)), tmp_path / "out", folder)
    assert [(row["text"], row["label"]) for row in rows(target)] == [
        ("Loans", "spam"),
        ("Pills", "spam"),
        ("Bread", "ham"),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"body,class\nhi,0\n", r"row 1: no column 'text'; has the corpus another form now\?"),
        (b"text,class\nhi,0\nhi,2\n", r"row 2: '2' is no label"),
        (b"text,sort\nhi,0\n", r"row 1: no label|row 1: None is no label"),
    ],
    ids=["no text", "no such label", "no label"],
)
def test_a_corpus_that_has_another_form_is_refused_and_the_last_one_kept(folder, tmp_path, content, message):
    folder.joinpath("made-up.csv").write_bytes(TABLE)
    target = fetch(made_up(nowhere()), tmp_path / "out", folder)
    before = target.read_bytes()
    folder.joinpath("made-up.csv").write_bytes(content)
    with pytest.raises(CorpusError, match=message):
        fetch(made_up(nowhere(), content), tmp_path / "out", folder)
    assert left_over(tmp_path / "out") == ["made-up.jsonl.gz"]
    assert target.read_bytes() == before


# The table


@pytest.mark.parametrize("corpus", corpora().values(), ids=corpora())
def test_every_corpus_is_described_and_its_files_are_pinned(corpus):
    assert corpus.title
    assert corpus.licence
    assert corpus.home.startswith("https://")
    assert re.fullmatch(r"[a-z]{2}", corpus.language)
    assert re.search(r"\d{4}", corpus.period)
    assert corpus.format in {"csv", "tsv", "lines"}
    assert corpus.files
    for file in corpus.files:
        assert re.fullmatch(r"[0-9a-f]{64}", file.sha256), file
        assert file.bytes > 0, file
        assert re.match(r"https://.*/[0-9a-f]{40}/", file.url), f"{file.url} names no commit, so it may change"
        assert file.label in {"spam", "ham"} or (not file.label and corpus.label), file


def test_all_files_of_the_table_can_lie_in_one_folder():
    names = [file.name for corpus in corpora().values() for file in corpus.files]
    assert len(names) == len(set(names))
