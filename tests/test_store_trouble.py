"""The store when things go wrong: many writers, killed processes, a full disk, a database that is gone for a while."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from uuid import uuid4

import pytest
from conftest import CASES, PROJECT
from servers import until

from modspam import Action, Comment, SettingError
from modspam.errors import StoreError
from modspam.store import Check, Feedback, Store
from modspam.store.migrate import HEAD

PATIENCE = 60  # seconds, so that a bug fails instead of hanging
PRELUDE = """
import atexit, sys
from datetime import UTC, datetime
from uuid import uuid4
from modspam import Action, Comment
from modspam.errors import StoreError
from modspam.store import Check, Feedback, Store

def record(text):
    made = Check(uuid4().hex, site.id, datetime.now(UTC), Comment(text), Action.KEEP, 0.1, -2.0, "", "native")
    store.record([made])
    print("check", made.id, flush=True)

def label(text):
    store.add_feedback(Feedback(site.id, Comment(text), True, datetime.now(UTC)))
    print("label", text.split()[0], flush=True)

def word(number):  # without digits, since a comment is known again by its letters
    return "abcdefghij"[number % 10] * (number // 10 + 1)

store = Store.open(sys.argv[1])
atexit.register(store.close)
site = store.site("example.org")
"""
WRITER = """
name, count = sys.argv[2], int(sys.argv[3])
for number in range(count):
    record(name + word(number))
    if number % 3 == 0:
        label(name + word(number))
"""
FILLER = """
import resource
limit = int(sys.argv[2])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
for number in range(10_000):
    try:
        record(word(number) + " long" * 2000)
        label(word(number) + " long" * 2000)
    except StoreError as error:
        print(error, file=sys.stderr, flush=True)
        break
try:
    record("far too long " * 100_000)
except StoreError:
    print("still full", file=sys.stderr, flush=True)
if store.counts(site)[0].checks >= number:
    print("it can be read", file=sys.stderr, flush=True)
sys.stdin.readline()
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
record("there-is-room again")
label("there-is-room again")
"""


def check(site, text="Hello"):
    return Check(uuid4().hex, site.id, datetime.now(UTC), Comment(text), Action.KEEP, 0.1, -2.0, "", "native")


def report(site, text="Hello"):
    return Feedback(site.id, Comment(text), True, datetime.now(UTC))


def started(program, *arguments):
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PRELUDE + program, *map(str, arguments)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=os.environ | {"PYTHONPATH": str(PROJECT)},
    )  # fmt: skip


def missing(url, acknowledged):
    """Say what a process was told is kept, and is not."""
    with Store.open(url) as store:
        site = store.site("example.org")
        labels = {example.comment.text.split()[0] for example in store.examples(site)}
        return [
            line
            for line in acknowledged
            if not (store.find(site, line[6:]) if line.startswith("check ") else line[6:] in labels)
        ]


# Several processes


def test_processes_may_open_a_new_store_at_once_and_write_at_once(store_url):
    writers = [started(WRITER, store_url, name, 45) for name in ("ana", "bob", "carol")]
    told = [writer.communicate(timeout=PATIENCE) for writer in writers]
    assert [(writer.returncode, err) for writer, (_, err) in zip(writers, told, strict=True)] == [(0, "")] * 3
    lines = [line for out, _ in told for line in out.splitlines()]
    assert len(lines) == 3 * (45 + 15)
    assert missing(store_url, lines) == []
    with Store.open(store_url) as store:
        (counts,) = store.counts(store.site("example.org"))
    assert (counts.checks, counts.missed_spam) == (135, 45)


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_killed_process_loses_nothing_that_was_acknowledged(store_url):
    for attempt, name in enumerate(("ana", "bob", "carol")):
        writer = started(WRITER, store_url, name, 100_000)
        lines = [writer.stdout.readline() for _ in range(100 + 17 * attempt)]
        writer.send_signal(signal.SIGKILL)
        rest, err = writer.communicate(timeout=PATIENCE)
        assert (writer.returncode, err) == (-signal.SIGKILL, "")
        acknowledged = [line.rstrip("\n") for line in [*lines, *rest.splitlines(keepends=True)] if line.endswith("\n")]
        assert len(acknowledged) >= 100
        assert missing(store_url, acknowledged) == []


# A full disk


@contextmanager
def disk(folder, megabytes):
    """Mount a small disk; skips the test where that is not allowed."""
    folder.mkdir()
    mount = shutil.which("mount")
    size = f"size={megabytes}m,mode=0755"
    mounted = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", size, "tmpfs", folder], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("needs the right to mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)  # noqa: S607 - where mount was found


@pytest.fixture(params=["a disk of 2 MB", "a limit on files"])
def small_disk(request, tmp_path):
    """A folder on a small disk of its own, or where no file may grow beyond a size; the second is the size."""
    if request.param == "a limit on files":
        if sys.platform == "win32":
            pytest.skip("needs a limit on the size of files")
        yield tmp_path, 1_000_000
        return
    with disk(tmp_path / "disk", 2) as folder:
        yield folder, 0


def test_a_full_disk_is_told_and_it_goes_on_when_there_is_room(small_disk):
    folder, limit = small_disk
    url = folder / "s.sqlite3"
    ballast = folder / "ballast"
    ballast.write_bytes(bytes(500_000))
    writer = started(FILLER, url, limit)
    told = writer.stderr.readline()
    assert told.startswith(f"the store {url} cannot be used: ")
    assert "disk" in told
    assert "goes on by itself" in told
    assert (writer.stderr.readline(), writer.stderr.readline()) == ("still full\n", "it can be read\n")
    ballast.unlink()
    out, err = writer.communicate("there is room\n", timeout=PATIENCE)
    assert (writer.returncode, err) == (0, "")
    lines = out.splitlines()
    assert len(lines) > 10
    assert lines[-1] == "label there-is-room"
    assert missing(url, lines) == []


@pytest.fixture
def open_to_all():
    """A folder that the user who runs PostgreSQL can get to, as pytest's own is not."""
    with tempfile.TemporaryDirectory(prefix="modspam-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_postgresql_on_a_full_disk_is_told_and_it_goes_on_when_there_is_room(open_to_all):
    """The log of what is written is on it, too; where that finds no room, the server ends, and is started again."""
    pytest.importorskip("psycopg", reason="no driver of PostgreSQL: install modspam[postgres]")
    from postgresql import running_server

    with disk(open_to_all / "disk", 96) as folder:
        (ballast := folder / "ballast").write_bytes(bytes(16_000_000))
        server = running_server(folder)
        try:
            with Store.open(server.new_database()) as store:
                site, kept = store.site("example.org"), []
                told = filled(store, site, kept)
                assert "by itself" in told
                assert filled(store, site, kept)
                ballast.unlink()
                server.revive()
                until(lambda: works(store))
                store.record([after := check(site)])
                store.add_feedback(report(site))
                assert all(store.find(site, each.id) for each in [*kept, after])
                assert store.counts(site)[0].checks == len(kept) + 1
        finally:
            server.remove()


def filled(store, site, kept):
    """Record checks until that is refused; gives what is said then, and adds to what was kept."""
    for _ in range(1000):
        made = [check(site, token_hex(20_000)) for _ in range(10)]
        try:
            store.record(made)
        except StoreError as error:
            return str(error)
        kept += made
    return ""


def works(store):
    """Say whether the store can be used."""
    try:
        store.has_keys()
    except StoreError:
        return False
    return True


# A database that is gone and comes back


def test_an_sqlite_file_that_is_moved_away_and_back(tmp_path):
    path, away = tmp_path / "s.sqlite3", tmp_path / "away"
    with Store.open(path) as store:
        site = store.site("example.org")
        store.record([before := check(site)])
        store.close()  # moving a file that is in use would leave its log behind
        path.rename(away)
        for call in (
            lambda: store.record([check(site)]),
            lambda: store.add_feedback(report(site)),
            lambda: store.find(site, before.id),
            store.has_keys,
        ):
            with pytest.raises(StoreError, match="it is gone"):
                call()
        assert not path.exists()
        away.rename(path)
        store.record([after := check(site)])
        assert store.find(site, before.id)
        assert store.find(site, after.id)


def test_an_sqlite_file_that_is_replaced_is_used_from_then_on(tmp_path):
    path, backup = tmp_path / "s.sqlite3", tmp_path / "backup"
    with Store.open(path) as store:
        site = store.site("example.org")
        store.record([before := check(site)])
        with sqlite3.connect(path) as source, sqlite3.connect(backup) as target:
            source.backup(target)
        source.close()
        target.close()
        store.record([lost := check(site)])
        for leftover in tmp_path.glob("s.sqlite3*"):
            leftover.unlink()
        with pytest.raises(StoreError, match="it is gone"):
            store.record([check(site)])
        backup.rename(path)
        store.record([after := check(site)])
        assert [bool(store.find(site, made.id)) for made in (before, lost, after)] == [True, False, True]
    with Store.open(path) as again:
        assert again.find(site, after.id)


def test_a_postgresql_server_that_is_stopped_and_started(postgresql):
    with Store.open(postgresql.new_database()) as store:
        site = store.site("example.org")
        store.record([before := check(site)])
        postgresql.stop()
        postgresql.start()
        assert store.find(site, before.id)  # connections that were dropped are made anew
        store.record([check(site)])
        postgresql.stop()
        try:
            for call in (
                lambda: store.record([check(site)]),
                lambda: store.add_feedback(report(site)),
                lambda: store.find(site, before.id),
            ):
                with pytest.raises(StoreError, match="check that the database runs"):
                    call()
        finally:
            postgresql.start()
        store.record([after := check(site)])
        assert store.find(site, after.id)


def test_a_connection_that_is_cut_in_the_middle_leaves_nothing_half_written(postgresql):
    url = postgresql.new_database()
    with Store.open(url) as store:
        site = store.site("example.org")
        writer = started(WRITER, url, "ana", 100_000)
        lines = [writer.stdout.readline().rstrip("\n") for _ in range(100)]
        postgresql.stop()
        out, err = writer.communicate(timeout=PATIENCE)
        postgresql.start()
        assert "StoreError" in err
        lines += out.splitlines()
        assert missing(url, lines) == []
        acknowledged = sum(line.startswith("check ") for line in lines)
        assert store.counts(site)[0].checks - acknowledged in {0, 1}  # one may have been kept and not acknowledged


# What cannot be opened


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "kept in a file"),
        (":memory:", "kept in a file"),
        ("sqlite://", "names no file"),
        ("mysql://root@localhost/x", "SQLite or PostgreSQL, not mysql"),
        ("postgresql://localhost:port/modspam", "cannot be read"),
        ("a store://", "cannot be read"),
    ],
)
def test_a_url_of_another_kind_is_refused(url, message):
    with pytest.raises(SettingError, match=message):
        Store.open(url)


def test_an_error_names_the_server_and_never_the_password():
    with pytest.raises(StoreError) as caught:
        Store.open("postgresql://somebody:secret@127.0.0.1:1/modspam")
    assert "127.0.0.1:1/modspam" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_database_that_was_never_made_is_told(postgresql):
    with pytest.raises(StoreError, match="createdb"):
        Store.open(postgresql.url("nowhere"))


def test_a_file_that_is_something_else_is_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("Flour, water, salt.\n" * 100)
    with pytest.raises(StoreError, match="name that is not taken"):
        Store.open(path)
    assert path.read_text() == "Flour, water, salt.\n" * 100
    with pytest.raises(StoreError, match="give a path that this user can write"):
        Store.open(path / "s.sqlite3")
    with pytest.raises(StoreError, match="there is no store at"):
        Store.open(tmp_path / "none.sqlite3", make=False)
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_the_usual_place_is_the_users_data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    with Store.open() as store:
        assert store.name.startswith(str(tmp_path))
        store.site("example.org")
    with Store.open(f"sqlite:///{store.name}", make=False) as again:
        assert [site.address for site in again.sites()] == ["example.org"]


# Schemas, old and new


def execute(url, statement):
    """Change a database behind the store's back."""
    if url.startswith("postgresql"):
        import psycopg

        with psycopg.connect(url) as connection:
            connection.execute(statement)
        return
    connection = sqlite3.connect(url)
    connection.executescript(statement)
    connection.close()


def test_the_tables_are_what_the_migrations_make(store_url):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from sqlalchemy import create_engine

    from modspam.store.tables import VERSION_TABLE, metadata

    Store.open(store_url).close()
    url = store_url.replace("postgresql:", "postgresql+psycopg:") if "://" in store_url else f"sqlite:///{store_url}"
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": True, "target_metadata": metadata}
        )
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == HEAD
    engine.dispose()
    assert ScriptDirectory(PROJECT / "modspam" / "store" / "migrations").get_current_head() == HEAD


def test_a_store_of_a_newer_modspam_is_left_alone(store_url):
    with Store.open(store_url) as store:
        store.site("example.org")
    execute(store_url, "UPDATE modspam_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=f"newer modspam .schema 9999, and this one knows {HEAD}.: install"):
        Store.open(store_url)
    execute(store_url, f"UPDATE modspam_version SET version_num = '{HEAD}'")  # noqa: S608 - a constant of ours
    with Store.open(store_url) as store:
        assert [site.address for site in store.sites()] == ["example.org"]


@pytest.mark.parametrize("revision", sorted({path.stem.split("-")[1] for path in CASES.glob("store-*.sql")}))
def test_a_store_of_an_older_modspam_is_opened_with_all_it_has(revision, store_url):
    """``store-REVISION-DATABASE.sql`` is what a schema has left, as the database's own tool prints it."""
    database = "postgresql" if "://" in store_url else "sqlite"
    execute(store_url, (CASES / f"store-{revision}-{database}.sql").read_text(encoding="utf-8"))
    with Store.open(store_url) as store:
        site = store.site_of("feedfeedfeed")
        assert site.address == "blog.example.org"
        flagged = store.find(site, "0123456789abcdef0123456789abcdef")
        assert (flagged.comment.text, flagged.comment.form.seconds) == ("Buy pills – now!", 1.5)
        assert [(e.comment.text, e.spam, e.reporter) for e in store.examples(site)] == [
            ("Thank you, Ana.", False, ""),
            ("Buy pills – now!", True, "reader-1"),
        ]
        assert store.counts(site) == [("2026-11", 2, 2, 0, 0, 1)]
        assert store.add_feedback(report(site, "buy pills now")) == flagged.id
