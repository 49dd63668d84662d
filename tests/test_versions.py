"""Replacing a model that is being read, keeping the one before it, and bringing that back; by the real command."""

import json
import multiprocessing
import subprocess
import sys
from dataclasses import replace

import pytest
from conftest import PROJECT

from modspam.errors import ModelFormatError, ModelNotFoundError
from modspam.model import LinearModel, bundled_path
from modspam.versions import install, previous_path, refuse, rollback


@pytest.fixture(scope="module")
def models(moderator):
    """Three models that are told apart by their thresholds."""
    return [replace(moderator.model, threshold=threshold) for threshold in (0.5, 0.6, 0.7)]


def threshold_of(path):
    return LinearModel.load(path).threshold


def test_the_previous_model_is_kept_and_comes_back(tmp_path, models):
    path = tmp_path / "site.model"
    with pytest.raises(ModelNotFoundError, match="no model was in use before"):
        rollback(path)
    install(models[0], path)
    assert not previous_path(path).exists()
    install(models[1], path)
    install(models[2], path)
    assert (threshold_of(path), threshold_of(previous_path(path))) == (0.7, 0.6)
    rollback(path)
    assert (threshold_of(path), threshold_of(previous_path(path))) == (0.6, 0.7)
    rollback(path)
    assert (threshold_of(path), threshold_of(previous_path(path))) == (0.7, 0.6)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["site.model", "site.model.previous"]


def test_a_refused_model_lies_beside(tmp_path, models):
    path = tmp_path / "site.model"
    install(models[0], path)
    assert threshold_of(refuse(models[1], path)) == 0.6
    assert threshold_of(path) == 0.5


def test_a_previous_model_that_is_damaged_is_not_brought_back(tmp_path, models):
    path = tmp_path / "site.model"
    install(models[0], path)
    install(models[1], path)
    previous_path(path).write_bytes(b"no model")
    with pytest.raises(ModelFormatError):
        rollback(path)
    assert threshold_of(path) == 0.6


def _read_again_and_again(path, stop, found):
    seen = set()
    while not stop.is_set():
        model = LinearModel.load(path)
        seen.add((model.threshold, float(model.ngram_weights[0]), float(model.word_weights[0])))
    found.put(seen)


def test_a_model_may_be_read_while_it_is_replaced(tmp_path, models):
    """Another process loads it as fast as it can: it never finds a part of one model with a part of another."""
    path = tmp_path / "site.model"
    variants = []
    for number, model in enumerate(models):
        ngrams, words = model.ngram_weights.copy(), model.word_weights.copy()
        ngrams[0] = words[0] = number
        variants.append(replace(model, ngram_weights=ngrams, word_weights=words))
    install(variants[0], path)
    context = multiprocessing.get_context("spawn")
    stop, found = context.Event(), context.Queue()
    reader = context.Process(target=_read_again_and_again, args=(path, stop, found))
    reader.start()
    try:
        for number in range(60):
            if number % 3 == 2:
                rollback(path)
            else:
                install(variants[number % len(variants)], path)
    finally:
        stop.set()
    seen = found.get(timeout=60)
    reader.join(60)
    assert reader.exitcode == 0
    assert seen <= {(model.threshold, number, number) for number, model in enumerate(variants)}


_LABELS = {
    "ham": ["Saw a pike below the weir.", "Two perch by the old bridge.", "Nothing in the reeds today.",
            "A barbel near the mill, on bread.", "Lost a spinner at the weir.", "Some roach this morning.",
            "The mill pond is frozen over.", "Bread works better than maggots here.", "Who left the gate open?",
            "Water is high at the bridge.", "My son's first perch!", "No luck with the barbel."],
    "spam": ["The committee raffles off a drift boat for a ticket of five.", "Rod tickets at the harbour!",
             "Our club gives away waders to ticket holders.", "Get a ticket, win an echo sounder.",
             "A drift boat for the price of a ticket.", "The rod goes to whoever holds a ticket.",
             "Five tickets, five chances, one boat.", "Waders for ticket holders only this week.",
             "The harbour has tickets left for the boat.", "Echo sounder raffle, tickets at the door."],
}  # fmt: skip


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


@pytest.fixture
def site(tmp_path):
    """The labels of a small site."""
    rows = [{"text": text, "label": label} for label, texts in _LABELS.items() for text in texts]
    return write(tmp_path / "site.jsonl", rows)


def modspam(*arguments, **options):
    line = [sys.executable, "-W", "error", "-m", "modspam", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, cwd=PROJECT, timeout=300, check=False, **options)


def test_from_the_first_labels_to_a_model_and_back(tmp_path, site):
    """Train, correct, train again, roll back; a checker takes every one of them."""
    output = tmp_path / "site.model"
    done = modspam("train", site, "--base", "bundled", "-o", output)
    assert done.returncode == 0, done.stderr
    assert "frozen cases" in done.stdout
    assert "rollback" not in done.stdout
    feedback = [
        write(tmp_path / "a.jsonl", [{"text": "Tickets for the derby are sold out.", "label": "spam"}]),
        write(tmp_path / "b.jsonl", [{"text": "TICKETS for the derby are sold out!", "label": "ham"}]),
    ]
    first = output.read_bytes()
    done = modspam("train", site, "--base", "bundled", "--append", feedback[0], "--append", feedback[1], "-o", output)
    assert done.returncode == 0, done.stderr
    assert "0 texts under both labels" in done.stderr
    assert "site.model.previous" in done.stdout
    card = LinearModel.load(output).card["adaptations"][-1]
    assert [source["name"] for source in card["sources"]] == ["site", "a", "b"]
    assert output.read_bytes() != first
    assert modspam("rollback", output).returncode == 0
    assert output.read_bytes() == first
    assert modspam("check", "--model", output, "Thanks, Ana!").returncode == 0


def test_contradictory_labels_are_shown(tmp_path, site):
    text = "The otter is back at the mill."
    more = write(tmp_path / "more.jsonl", [{"text": text, "label": "ham"}, {"text": f"{text}!", "label": "spam"}])
    done = modspam("train", site, more, "--base", "bundled", "-o", tmp_path / "site.model", "--no-gate")
    assert done.returncode == 0, done.stderr
    assert "1 texts under both labels" in done.stderr
    assert text in done.stderr


def test_a_worse_model_is_refused_and_nothing_is_lost(tmp_path, site):
    output = tmp_path / "site.model"
    assert modspam("train", site, "--base", "bundled", "-o", output).returncode == 0
    before = output.read_bytes()
    turned = {"ham": "spam", "spam": "ham"}
    lies = [{"text": f"{text} {end}", "label": turned[label]} for label, texts in _LABELS.items() for text in texts
            for end in ("Thanks!", "Great post.", "Visit my site.")]  # fmt: skip
    done = modspam("train", write(tmp_path / "lies.jsonl", lies), "-o", output, "--folds", "2")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "refused: it " in done.stdout
    assert output.read_bytes() == before
    assert not previous_path(output).exists()
    LinearModel.load(f"{output}.refused")


def test_what_cannot_be_compared_is_not_replaced(tmp_path, site):
    output = tmp_path / "site.model"
    output.write_text("my notes")
    done = modspam("train", site, "--base", "bundled", "-o", output)
    assert done.returncode == 2
    assert "--no-gate" in done.stderr
    assert output.read_text() == "my notes"


def test_when_the_disk_is_full_the_model_in_use_stays(tmp_path, site):
    output = tmp_path / "site.model"
    output.write_bytes(bundled_path().read_bytes())
    script = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20));"
        "from modspam.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    arguments = ["train", site, "--base", "bundled", "-o", str(output), "--jobs", "1"]
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        timeout=300,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert output.read_bytes() == bundled_path().read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["site.jsonl", "site.model"]


@pytest.mark.parametrize("labels", [[], [{"text": "a", "label": "ham"}, {"text": "b", "label": "ham"}]])
def test_too_few_labels(tmp_path, labels):
    done = modspam("train", write(tmp_path / "few.jsonl", labels), "--base", "bundled", "-o", tmp_path / "site.model")
    assert done.returncode == 2
    assert "too few" in done.stderr


def test_installing_the_model_in_use_keeps_the_one_before_it_to_roll_back_to(models, tmp_path):
    path = tmp_path / "site.model"
    install(models[0], path)
    assert install(models[1], path)
    assert not install(models[1], path)
    assert (threshold_of(path), threshold_of(previous_path(path))) == (0.6, 0.5)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["site.model", "site.model.previous"]
