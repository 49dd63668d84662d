"""Training from disk: the same model however often it is stopped, in however many processes, and on a cluster."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import DATASETS, PROJECT

from modspam.corpora import load
from modspam.errors import CheckpointError, TrainingError
from modspam.fit import Fitted, extracted
from modspam.metrics import recall_at
from modspam.model import LinearModel
from modspam.seen import Seen
from modspam.settings import Settings
from modspam.shards import extract_shard, read_shard
from modspam.stream import train_streamed

SPAM = [DATASETS / "spam" / name for name in ("en-site-owner.toml", "en-goods-and-money.toml", "unfilled.toml")]
HAM = [
    DATASETS / "ham" / name
    for name in ("en-questions.jsonl", "en-links.jsonl", "en-stories.jsonl", "en-technical.jsonl")
]


@pytest.fixture(scope="module")
def comments():
    """Four thousand of our own comments."""
    spam, _ = load(SPAM, variants=20)
    ham, _ = load(HAM)
    rows = [{"text": e.comment.text, "author": e.comment.author, "page_title": e.group, "label": "spam"} for e in spam]
    # Honest comments are few, so they are joined with one another.
    texts = [e.comment.text for e in ham]
    rng = np.random.default_rng(2)
    rows += [
        {"text": f"{texts[a]} {texts[b]}", "author": "", "page_title": f"page {a}", "label": "ham"}
        for a, b in rng.integers(len(texts), size=(2500, 2)).tolist()
    ]
    return [rows[index] for index in rng.permutation(len(rows))]


@pytest.fixture(scope="module")
def files(comments, tmp_path_factory):
    """The comments in two files."""
    folder = tmp_path_factory.mktemp("comments")
    half = len(comments) // 2
    (folder / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in comments[:half]))
    with gzip.open(folder / "b.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(row) + "\n" for row in comments[half:])
    return [str(folder / "a.jsonl"), str(folder / "b.jsonl.gz")]


def line_of(*arguments):
    return [sys.executable, "-W", "error", "-m", "modspam", "train", *map(str, arguments)]


def modspam(*arguments):
    return subprocess.run(line_of(*arguments), capture_output=True, text=True, cwd=PROJECT, timeout=300, check=False)


@pytest.fixture(scope="module")
def whole(files, tmp_path_factory):
    """The model of a run that nobody stopped, in one process."""
    output = tmp_path_factory.mktemp("whole") / "site.model"
    done = modspam(*files, "--stream", "-o", output, "--jobs", "1")
    assert done.returncode == 0, done.stderr
    assert "chosen threshold" in done.stdout
    assert [path.name for path in output.parent.iterdir()] == ["site.model"]
    return output.read_bytes()


def test_the_number_of_processes_changes_nothing(files, whole, tmp_path):
    output = tmp_path / "site.model"
    assert modspam(*files, "--stream", "-o", output, "--jobs", "2").returncode == 0
    assert output.read_bytes() == whole


def test_a_run_that_is_killed_again_and_again_ends_with_the_same_model(files, whole, tmp_path):
    output, work = tmp_path / "site.model", tmp_path / "site.model.work"
    # Killed as soon as there is a shard, then after more, then in the passes, and after the last of them.
    for wanted in ("shard-000000.npz", "shard-000002.npz", "rows-000001.npz", "pass-0.npz", "pass-2.npz"):
        process = subprocess.Popen(
            line_of(*files, "--stream", "-o", output, "--jobs", "1"), stderr=subprocess.DEVNULL, cwd=PROJECT
        )
        wait_until(lambda path=work / wanted, poll=process.poll: path.exists() or poll() is not None)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if output.exists():
            break
    done = modspam(*files, "--stream", "-o", output, "--jobs", "1")
    assert done.returncode == 0, done.stderr
    assert output.read_bytes() == whole
    assert not work.exists()


def wait_until(condition, patience=120):
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def test_the_streamed_model_is_as_good_as_one_learnt_at_once(files, whole, tmp_path):
    at_once = tmp_path / "at-once.model"
    assert modspam(*files, "-o", at_once, "--jobs", "1").returncode == 0
    (tmp_path / "streamed.model").write_bytes(whole)
    tested, _ = load(
        [DATASETS / "spam" / "en-scams-and-offers.toml", DATASETS / "ham" / "en-more-talk.jsonl"], variants=4
    )
    spam, read = np.array([example.spam for example in tested]), extracted(tested)
    one, other = (
        recall_at(Fitted.from_model(LinearModel.load(path)).score(read), spam, 0.05)
        for path in (at_once, tmp_path / "streamed.model")
    )
    assert other > one - 0.1


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers, each a process of its own."""
    pytest.importorskip("distributed")
    environment = os.environ | {"PYTHONPATH": str(PROJECT), "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "10"}
    address_file = tmp_path / "scheduler.json"
    processes = []

    def start(*arguments):
        line = [sys.executable, "-m", "dask", *arguments, "--scheduler-file", str(address_file), "--no-dashboard"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        processes.append(subprocess.Popen(line, cwd=tmp_path, env=environment, **quiet))
        return processes[-1]

    start("scheduler", "--host", "127.0.0.1", "--port", "0")
    wait_until(address_file.exists)
    workers = [start("worker", "--nthreads", "1", "--no-nanny") for _ in range(2)]
    yield json.loads(address_file.read_text())["address"], workers
    for process in processes:
        process.kill()
        process.wait()


def test_on_a_cluster_one_of_whose_workers_dies(files, whole, tmp_path, cluster):
    address, workers = cluster
    output, work = tmp_path / "site.model", tmp_path / "site.model.work"
    process = subprocess.Popen(
        line_of(*files, "--stream", "-o", output, "--dask", address), stderr=subprocess.PIPE, text=True, cwd=PROJECT
    )
    wait_until(lambda: (work / "shard-000000.npz").exists() or process.poll() is not None)
    workers[0].kill()
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert workers[1].poll() is None
    assert output.read_bytes() == whole


def test_scoring_and_evaluating_on_a_cluster_give_what_they_give_here(files, tmp_path, cluster):
    address, _ = cluster
    results = []
    for number, options in enumerate((["--jobs", "1"], ["--dask", address])):
        output = tmp_path / f"{number}.jsonl"
        line = [sys.executable, "-W", "error", "-m", "modspam", "score", files[0], "-o", str(output), *options]
        done = subprocess.run(line, capture_output=True, text=True, cwd=PROJECT, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        line = [sys.executable, "-W", "error", "-m", "modspam", "evaluate", files[0], "--json", *options]
        measured = subprocess.run(line, capture_output=True, text=True, cwd=PROJECT, timeout=300, check=False)
        assert measured.returncode == 0, measured.stderr
        results.append((output.read_bytes(), [row | {"speed": None} for row in json.loads(measured.stdout)]))
    assert results[0] == results[1]


def test_reading_a_file_through_gives_the_figures_of_keeping_it(files):
    results = []
    for options in ([], ["--stream"]):
        line = [sys.executable, "-W", "error", "-m", "modspam", "evaluate", files[1], "--json", *options]
        done = subprocess.run(line, capture_output=True, text=True, cwd=PROJECT, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        results.append([row | {"speed": None} for row in json.loads(done.stdout)])
    kept, streamed = results[0][0], results[1][0]
    assert kept["digest"] == streamed["digest"]
    for figures in (kept["metrics"], streamed["metrics"]):
        for name in ("recall_at_1", "recall_at_5", "roc_area_loss", "recall", "false_positive_rate"):
            figures[name] = figures[name][0]  # clusters are drawn in another order, so the intervals differ
    assert kept["metrics"] == streamed["metrics"]


def test_a_scheduler_that_is_not_there(files, tmp_path):
    pytest.importorskip("distributed")
    done = modspam(*files, "-o", tmp_path / "site.model", "--dask", "tcp://127.0.0.1:9")
    assert done.returncode == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr


def read_all(path, _):
    return load([path])[0]


def test_what_another_run_has_left_is_not_gone_on_with(files, tmp_path):
    paths, work = [Path(files[0])], tmp_path / "work"
    settings = Settings(jobs=1)
    train_streamed(paths, read_all, work, settings)
    with pytest.raises(CheckpointError, match="other settings"):
        train_streamed(paths, read_all, work, settings._replace(regularisation=1.0))
    with pytest.raises(CheckpointError, match="other comments"):
        train_streamed([Path(files[1])], read_all, work, settings)
    plan = json.loads((work / "plan.json").read_text())
    (work / "plan.json").write_text(json.dumps(plan | {"version": 99}))
    with pytest.raises(CheckpointError, match="another version"):
        train_streamed(paths, read_all, work, settings)
    (work / "plan.json").unlink()
    with pytest.raises(CheckpointError, match="no work folder"):
        train_streamed(paths, read_all, work, settings)
    assert (work / "shard-000000.npz").exists()


def test_comments_of_one_class_or_page(tmp_path):
    def file_of(rows):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return path

    words = [a + b for a in "abcdefgh" for b in "klmnopqr"]
    ham = [{"text": f"honest {word}", "label": "ham", "page_title": word} for word in words]
    spam = [{"text": f"pills {word}", "label": "spam", "page_title": "one page"} for word in words]
    for number, (rows, message) in enumerate(((ham, "too few"), (ham + spam, "one page"), ([], "too few"))):
        with pytest.raises(TrainingError, match=message):
            train_streamed([file_of(rows)], read_all, tmp_path / f"work-{number}", Settings(jobs=1))


def test_a_shard_holds_what_training_at_once_has(tmp_path):
    examples, _ = load(HAM[:1])
    extract_shard(examples, tmp_path / "shard.npz")
    shard = read_shard(tmp_path / "shard.npz")
    assert shard.posted.sum() == len(examples)
    found, expected = shard.read.matrix[: len(examples)], extracted(examples).matrix
    assert abs(found - expected).max() < 1e-6
    assert found.nnz == expected.nnz


def test_copies_are_known_again_and_new_comments_are_not_taken_for_copies():
    rng = np.random.default_rng(3)
    keys = rng.integers(1 << 63, size=200_000).astype(np.uint64)
    seen = Seen(bits=24)
    labels = np.zeros(len(keys), dtype=np.bool_)
    fresh = np.concatenate([seen.first(part, labels[: len(part)]) for part in np.array_split(keys, 100)])
    assert fresh.mean() > 0.995
    assert not seen.first(keys[fresh], labels[fresh]).any()
    assert seen.contradictions < 0.01 * len(keys)
    before = seen.contradictions
    seen.first(keys[:1000], ~labels[:1000])
    assert seen.contradictions - before > 950
    assert Seen().first(np.array([5, 5, 6], dtype=np.uint64), np.zeros(3, dtype=np.bool_)).tolist() == [
        True,
        False,
        True,
    ]
