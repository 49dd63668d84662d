"""The store when things go wrong: many writers, killed processes, a full disk, a database that is gone for a while."""

import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from conftest import PROJECT

from modspam import Action, Comment
from modspam.store import Check, Feedback, Store

PATIENCE = 60  # seconds, so that a bug fails instead of hanging
WRITER = """
import sys
from datetime import UTC, datetime
from uuid import uuid4
from modspam import Action, Comment
from modspam.store import Check, Feedback, Store

def check(site, text):
    return Check(uuid4().hex, site.id, datetime.now(UTC), Comment(text), Action.KEEP, 0.1, -2.0, "", "native")

url, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
store = Store.open(url)
site = store.site("example.org")
for number in range(count):
    text = f"{name} " + "abcdefghij"[number % 10] * (number // 10 + 1)
    store.record([made := check(site, text)])
    print("check", made.id, flush=True)
    if number % 3 == 0:
        store.add_feedback(Feedback(site.id, Comment(text), True, datetime.now(UTC)))
        print("label", text, flush=True)
"""


def check(site, text="Hello"):
    return Check(uuid4().hex, site.id, datetime.now(UTC), Comment(text), Action.KEEP, 0.1, -2.0, "", "native")


def report(site, text="Hello"):
    return Feedback(site.id, Comment(text), True, datetime.now(UTC))


def started(program, *arguments):
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", program, *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(PROJECT)},
    )  # fmt: skip


def missing(url, acknowledged):
    """Say what a process was told is kept, and is not."""
    with Store.open(url) as store:
        site = store.site("example.org")
        labels = {example.comment.text for example in store.examples(site)}
        return [
            line
            for line in acknowledged
            if not (store.find(site, line[6:]) if line.startswith("check ") else line[6:] in labels)
        ]


# Several processes


def test_processes_may_open_a_new_store_at_once_and_write_at_once(store_url):
    writers = [started(WRITER, store_url, name, 60) for name in ("ana", "bob", "carol", "dan")]
    told = [writer.communicate(timeout=PATIENCE) for writer in writers]
    assert [(writer.returncode, err) for writer, (_, err) in zip(writers, told, strict=True)] == [(0, "")] * 4
    lines = [line for out, _ in told for line in out.splitlines()]
    assert len(lines) == 4 * (60 + 20)
    assert missing(store_url, lines) == []
    with Store.open(store_url) as store:
        (counts,) = store.counts(store.site("example.org"))
    assert (counts.checks, counts.missed_spam) == (240, 80)


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_killed_process_loses_nothing_that_was_acknowledged(store_url):
    for attempt in range(3):
        writer = started(WRITER, store_url, f"attempt {attempt}", 100_000)
        lines = [writer.stdout.readline() for _ in range(100 + 17 * attempt)]
        writer.send_signal(signal.SIGKILL)
        rest, err = writer.communicate(timeout=PATIENCE)
        assert (writer.returncode, err) == (-signal.SIGKILL, "")
        acknowledged = [line.rstrip("\n") for line in [*lines, *rest.splitlines(keepends=True)] if line.endswith("\n")]
        assert len(acknowledged) >= 100
        assert missing(store_url, acknowledged) == []


# A full disk

FILLER = """
import resource, sys
from modspam.errors import StoreError

limit = int(sys.argv[4])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
store = Store.open(url)
site = store.site("example.org")
number = 0
refused = False
while not refused:
    number += 1
    text = f"{number} {'long ' * 2000}"
    try:
        store.record([made := check(site, text)])
        print("check", made.id, flush=True)
        store.add_feedback(Feedback(site.id, Comment(text), True, datetime.now(UTC), check=made.id))
    except StoreError as error:
        print(error, file=sys.stderr, flush=True)
        refused = True
try:
    store.record([check(site, "still full " * 30000)])
except StoreError:
    print("full", file=sys.stderr, flush=True)
assert store.counts(site)[0].checks == number or store.counts(site)[0].checks == number - 1  # it can be read
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
sys.stdin.readline()  # there is room again
store.record([made := check(site, "there is room again")])
print("check", made.id)
store.add_feedback(Feedback(site.id, made.comment, True, datetime.now(UTC)))
print("label there is room again")
"""


@pytest.fixture(params=["a disk of 2 MB", "a limit on files"])
def small_disk(request, tmp_path):
    """A folder on a small disk of its own, or where no file may grow beyond a size; the second is the size."""
    if request.param == "a limit on files":
        if sys.platform == "win32":
            pytest.skip("needs a limit on the size of files")
        yield tmp_path, 1_000_000
        return
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    mounted = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("needs the right to mount a small disk")
    yield folder, 0
    subprocess.run(["umount", folder], check=True)  # noqa: S607 - where mount was found


def test_a_full_disk_is_told_and_it_goes_on_when_there_is_room(small_disk):
    folder, limit = small_disk
    url = folder / "s.sqlite3"
    ballast = folder / "ballast"
    ballast.write_bytes(bytes(500_000))
    program = WRITER.partition("url, name")[0] + "url = sys.argv[1]\n" + FILLER
    writer = started(program.replace("sys.argv[4]", "sys.argv[2]"), url, limit)
    writer.stdin = None
    told, full = writer.stderr.readline(), writer.stderr.readline()
    assert f"the store {url} cannot be used: " in told
    assert "disk" in told
    assert "goes on by itself" in told
    assert full == "full\n"
    ballast.unlink()
    out, err = writer.communicate(timeout=PATIENCE)
    assert (writer.returncode, err) == (0, "")
    assert len(out.splitlines()) > 10
    assert missing(url, out.splitlines()) == []
