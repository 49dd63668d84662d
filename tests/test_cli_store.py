"""``modspam keys``, ``modspam store`` and ``modspam train --from-store``, as an operator meets them."""

import json
import os
import re
import string
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import numpy as np
import pytest
from conftest import PROJECT, some_comments
from test_cli import PATIENCE, environment, run

from modspam import Action, Comment, Form, Moderator
from modspam.cli import main
from modspam.corpora import read_examples
from modspam.model import LinearModel, bundled_path
from modspam.store import Check, Feedback, Store

NOW = datetime.now(UTC)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store.sqlite3"


@pytest.fixture
def command(path, capsys):
    """Run a command on the store; gives the exit code and what it said on standard output and standard error."""

    def of(*arguments):
        store = [] if arguments[0] == "train" else ["--store", str(path)]
        code = main([*map(str, arguments), *store])
        return code, *capsys.readouterr()

    return of


def add_labels(store, site, examples, reporter=""):
    for example in examples:
        store.add_feedback(Feedback(site.id, example.comment, example.spam, NOW, reporter))


# Keys


def test_a_key_is_shown_once_alone_on_standard_output(path, command):
    code, out, err = command("keys", "create", "https://www.Blog.example.org/", "--note", "Word\x1bPress")
    key = out.removesuffix("\n")
    assert (code, len(key)) == (0, 12)
    assert set(key) <= set(string.digits + string.ascii_lowercase)
    assert "blog.example.org" in err
    assert key not in err
    with Store.open(path) as store:
        assert store.site_of(key).address == "blog.example.org"

    code, out, err = command("keys", "list")
    assert (code, err) == (0, "")
    assert re.search(r"^1 +blog\.example\.org +[0-9-]{10} [0-9:]{5} +Word\ufffdPress$", out, re.MULTILINE)
    assert key not in out


@pytest.mark.parametrize("by", ["number", "key"])
def test_a_key_is_revoked_by_its_number_or_by_itself(path, command, by):
    _, kept, _ = command("keys", "create", "kept.example.org")
    _, gone, _ = command("keys", "create", "gone.example.org")
    assert command("keys", "revoke", 2 if by == "number" else gone.strip()) == (
        *(0, "revoked: key 2 of gone.example.org\n"),
        "",
    )
    with Store.open(path) as store:
        assert store.site_of(gone.strip()) is None
        assert store.site_of(kept.strip())
    code, out, err = command("keys", "revoke", "3")
    assert (code, out) == (2, "")
    assert "modspam keys list" in err


def test_a_store_that_is_not_there_is_told_and_not_made(path, command):
    for arguments in (
        ("keys", "list"),
        ("keys", "revoke", "1"),
        ("store", "prune"),
        ("store", "export", "-o", "-"),
        ("store", "forget", "--author", "Ana"),
    ):
        code, out, err = command(*arguments)
        assert (code, out) == (2, "")
        assert f"there is no store at {path}" in err
        assert not path.exists()


# The store


def test_what_is_exported_is_what_train_reads(path, tmp_path, command):
    full = Comment(
        "Ein Brot – gut", author="Ana", author_url="http://a.example", permalink="http://b.example/p",
        page_title="Brot", form=Form(seconds=2.0, referrer=""),
    )  # fmt: skip
    with Store.open(path) as store:
        site, other = store.site("blog.example.org"), store.site("other.example.org")
        store.add_feedback(Feedback(site.id, full, False, NOW))
        store.add_feedback(Feedback(site.id, Comment("Buy pills"), True, NOW, reporter="r1"))
        store.add_feedback(Feedback(other.id, Comment("Elsewhere"), True, NOW))
        expected = store.examples(site)
    output = tmp_path / "labels.jsonl"
    code, out, _ = command("store", "export", "-o", output, "--site", "https://BLOG.example.org")
    assert (code, out) == (0, f"written: {output} (2 labels of 1 sites)\n")
    assert list(read_examples(output)) == expected
    assert output.stat().st_mode & 0o077 == 0

    code, out, err = command("store", "export", "-o", "-")
    assert [json.loads(line)["site"] for line in out.splitlines()] == ["blog.example.org"] * 2 + ["other.example.org"]
    code, out, err = command("store", "export", "-o", "-", "--site", "none.example.org")
    assert (code, out) == (2, "")
    assert "it has: blog.example.org, other.example.org" in err


def recorded(store, site, text, author="", days=0):
    made = Check(
        uuid4().hex,
        site.id,
        NOW - timedelta(days=days),
        Comment(text, author=author),
        Action.KEEP,
        0.1,
        -2.0,
        "",
        "akismet",
    )
    store.record([made])
    return made


def test_old_checks_are_pruned(path, command):
    with Store.open(path) as store:
        site = store.site("example.org")
        old, new = recorded(store, site, "a", days=91), recorded(store, site, "b", days=89)
        code, out, _ = command("store", "prune")
        assert code == 0
        assert out.startswith("deleted: 1 checks from before ")
        assert (store.find(site, old.id), store.find(site, new.id)) == (None, new)
        assert command("store", "prune", "--retention-days", "1.5")[0] == 0
        assert store.find(site, new.id) is None
    for days in ("-1", "nan", "inf", "1e9"):
        code, out, err = command("store", "prune", f"--retention-days={days}")
        assert (code, out) == (2, "")
        assert "0 days or more" in err


def test_people_and_sites_are_forgotten(path, command):
    with Store.open(path) as store:
        site, other = store.site("example.org"), store.site("other.example.org")
        for where in (site, other):
            recorded(store, where, "Some words", "Ana")
            recorded(store, where, "Write to bob@example.com please", "Bob")
    said = "deleted: {} checks and labels\n"
    assert command("store", "forget", "--author", "ana", "--site", "other.example.org") == (0, said.format(1), "")
    assert command("store", "forget", "--author", "Ana") == (0, said.format(1), "")
    assert command("store", "forget", "--text", "bob@example.com") == (0, said.format(2), "")
    for wrong in ([], ["--everything"], ["--everything", "--site", "example.org", "--author", "Ana"]):
        code, out, err = command("store", "forget", *wrong)
        assert (code, out) == (2, "")
        assert err.startswith("modspam: ")
    assert command("store", "forget", "--everything", "--site", "example.org")[0] == 0
    with Store.open(path) as store:
        assert store.sites() == [other]


# Training from the store


@pytest.fixture(scope="module")
def examples():
    return some_comments(variants=3, seed=6)


def test_each_site_gets_its_own_model_and_one_with_few_labels_is_passed_over(path, tmp_path, command, examples):
    models = tmp_path / "models"
    with Store.open(path) as store:
        few, many, copies = (store.site(a) for a in ("few.example.org", "many.example.org/blog", "copies.example.org"))
        add_labels(store, few, examples[:19])
        add_labels(store, many, examples[:60])
        for number in range(20):
            alike = Comment("Nice post", author="abcdefghijklmnopqrst"[number])
            store.add_feedback(Feedback(copies.id, alike, True, NOW))
    arguments = ("train", "--from-store", path, "--models", models, "--jobs", "1", "--nice", "0")
    code, out, err = command(*arguments)
    assert code == 0, err
    assert "few.example.org: skipped, 19 labels of the 20 that it takes\n" in out
    assert "copies.example.org: skipped: 1 different comments are too few" in out
    assert re.search(r"^many\.example\.org/blog: \d+ spam, \d+ ham$", out, re.MULTILINE)
    assert [p.name for p in models.iterdir()] == [many.model_name]
    model = models / many.model_name
    assert f"written: {model}" in out
    (adaptation,) = LinearModel.load(model).card["adaptations"]
    (source,) = adaptation["sources"]
    assert (source["name"], source["spam"] + source["ham"]) == (many.address, 60)
    known = next(example.comment for example in examples[:60] if example.spam)
    assert Moderator.load(model).check(known).score != Moderator.load().check(known).score

    first = model.read_bytes()
    code, out, _ = command(*arguments, "--site", many.address)
    assert (code, f"unchanged: {model} " in out) == (0, True)
    assert [p.name for p in models.iterdir()] == [many.model_name]

    with Store.open(path) as store:
        add_labels(store, many, examples[60:90])
    code, out, _ = command(*arguments, "--site", many.address)
    assert code == 0
    assert "few.example.org" not in out
    assert model.with_name(f"{model.name}.previous").read_bytes() == first


def test_a_model_that_is_worse_is_refused_and_the_others_go_on(path, tmp_path, command, examples):
    models = tmp_path / "models"
    models.mkdir()
    bundled = LinearModel.load(bundled_path())
    knows_nothing = replace(
        bundled,
        signal_weights=np.zeros_like(bundled.signal_weights),
        ngram_weights=np.zeros_like(bundled.ngram_weights),
        word_weights=np.zeros_like(bundled.word_weights),
    )
    knows_nothing.save(tmp_path / "base.model")
    with Store.open(path) as store:
        sites = [store.site(f"{name}.example.org") for name in ("better", "broken", "new")]
        for site in sites:
            add_labels(store, site, examples[:30])
    better, broken, new = (models / site.model_name for site in sites)
    bundled.save(better)
    in_use = better.read_bytes()
    broken.write_bytes(b"no model")
    arguments = (
        "train",
        "--from-store",
        path,
        "--models",
        models,
        "--base",
        tmp_path / "base.model",
        "--jobs",
        "1",
        "--nice",
        "0",
    )
    code, out, err = command(*arguments, "--site", "better.example.org", "--site", "new.example.org")
    assert code == 3, out
    assert "better.example.org: " in err
    assert "refused: it finds" in out
    assert better.read_bytes() == in_use
    assert better.with_name(f"{better.name}.refused").exists()
    assert f"written: {new}" in out
    new.unlink()
    code, out, err = command(*arguments, "--site", "broken.example.org", "--site", "new.example.org")
    assert code == 2
    assert f"modspam: broken.example.org: what is at {broken}" in err
    assert broken.read_bytes() == b"no model"
    assert f"written: {new}" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--from-store", "{store}"], "give --models FOLDER"),
        (["--from-store", "{store}", "--models", "m", "-o", "x.model"], "from the store alone"),
        (["labels.csv", "--from-store", "{store}", "--models", "m"], "from the store alone"),
        (["--from-store", "{store}-none", "--models", "m"], "there is no store at"),
        (["--from-store", "{store}", "--models", "m", "--site", "b.example"], "it has: a.example"),
        (["--from-store", "{store}", "--models", "m", "--nice", "20"], "--nice is 0 to 19"),
        (["--models", "m"], "--from-store and --models"),
        (["labels.csv", "-o", "x.model", "--site", "a.example"], "--from-store and --models"),
        (["labels.csv"], "--output FILE"),
    ],
    ids=" ".join,
)
def test_arguments_that_do_not_go_together(path, command, arguments, message):
    with Store.open(path) as store:
        store.site("a.example")
    code, out, err = command("train", "--nice", "0", *(argument.format(store=path) for argument in arguments))
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.skipif(not hasattr(os, "nice"), reason="this system knows no niceness")
def test_a_training_from_the_store_lets_others_go_first(path):
    Store.open(path).close()
    program = "import os; from modspam.cli import main; main({}); print(os.nice(0))"
    for given, nice in (((), 19), (("--nice", "7"), 7)):
        arguments = ["train", "--from-store", str(path), "--models", "m", *given]
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", program.format(arguments)],
            capture_output=True, text=True, cwd=PROJECT, env=environment(), timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert done.stdout == f"the store has no sites yet\n{max(nice, os.nice(0))}\n", done.stderr


def test_the_command_starts_without_the_database_library_and_says_what_it_needs():
    program = "import sys; sys.modules['sqlalchemy'] = None; from modspam.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, "keys", "list"],
        capture_output=True, text=True, cwd=PROJECT, env=environment(), timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "modspam: the store needs the package sqlalchemy: pip install 'modspam[store]'\n"


def test_an_installed_command_makes_a_key_in_the_users_data_folder(tmp_path):
    code, out, err = run("keys", "create", "example.org", HOME=str(tmp_path), XDG_DATA_HOME=str(tmp_path / "data"))
    assert (code, len(out)) == (0, 13), err
    assert [p.name for p in tmp_path.rglob("*.sqlite3")] == ["store.sqlite3"]
