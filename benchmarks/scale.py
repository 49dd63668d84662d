"""Training on a million comments from disk: time, memory and ranking, beside fastText.

    python benchmarks/scale.py CORPORA [--datasets datasets] [--comments 1000000] [--jobs 2] [-o FILE]

The comments are made of ``datasets`` and the corpora under ``train``: spam is families expanded and spam of the
corpora, ham is halves of two honest comments of one site, joined.  Each contestant trains in a process of its
own, in turn, from the same file; wall time and peak memory (the largest sum over its processes) are that process's.
What is ranked is the blogs of ``dev``, which nobody has learnt.  With ``--times 4`` modspam trains once more on four
times as many, for the memory.

fastText: lower case, words and pairs, subwords of 2 to 5 characters, 16 dimensions, 5 epochs, as many threads.
"""

import json
import random
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import psutil
from quality import parser_of, say
from splits import DEV_BLOGS
from versions import versions

from modspam.corpora import Example, files_of, load, read_families
from modspam.fit import Fitted, extracted
from modspam.metrics import roc_area
from modspam.model import LinearModel

SHARE_OF_SPAM = 0.5
FASTTEXT = """
import sys, fasttext
model = fasttext.train_supervised(sys.argv[1], wordNgrams=2, minn=2, maxn=5, dim=16, epoch=5, thread=int(sys.argv[2]),
                                  bucket=500_000, verbose=0)
model.save_model(sys.argv[3])
"""


def main() -> int:
    parser = parser_of(__doc__)
    parser.add_argument("--comments", type=int, default=1_000_000)
    parser.add_argument(
        "--times", type=int, default=1, help="also train on this many times the comments, for the memory"
    )
    arguments = parser.parse_args()

    tested = [load([arguments.corpora / "dev" / f"{name}.jsonl.gz"])[0] for name in DEV_BLOGS]
    results: dict[str, Any] = {
        "versions": versions(("numpy", "scikit-learn", "fasttext")),
        "jobs": arguments.jobs,
        "rows": [],
    }
    with TemporaryDirectory() as folder:
        for times in sorted({1, arguments.times}):
            count = times * arguments.comments
            say(f"making {count:,} comments")
            rows, plain = Path(folder) / "comments.jsonl", Path(folder) / "comments.txt"
            write(made(arguments, count), rows, plain)
            model = Path(folder) / "site.model"
            line = [sys.executable, "-m", "modspam", "train", str(rows), "--stream", "--no-gate", "-o", str(model),
                    "--jobs", str(arguments.jobs)]  # fmt: skip
            results["rows"].append({"who": "modspam", "comments": count, **timed(line),
                                    "roc_area_loss": [modspam_loss(model, part) for part in tested]})  # fmt: skip
            say(json.dumps(results["rows"][-1]))
            if times == 1:
                model = Path(folder) / "model.bin"
                figures = timed([sys.executable, "-c", FASTTEXT, str(plain), str(arguments.jobs), str(model)])
                losses = fasttext_losses(model, tested)
                results["rows"].append({"who": "fastText", "comments": count, **figures, "roc_area_loss": losses})
                say(json.dumps(results["rows"][-1]))
    if arguments.output:
        arguments.output.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(table(results))
    return 0


def made(arguments: Namespace, count: int) -> Iterator[tuple[str, bool, str]]:
    """Make comments: text, label and site, mixed."""
    rng = random.Random(0)  # noqa: S311 - sampling, no secret
    families = [
        family for path in files_of([arguments.datasets]) if path.suffix == ".toml" for family in read_families(path)
    ]
    examples, _ = load(
        [path for path in files_of([arguments.datasets, arguments.corpora / "train"]) if path.suffix != ".toml"]
    )
    spam = [example.comment.text for example in examples if example.spam]
    sites: dict[str, list[str]] = {}
    for example in examples:
        if not example.spam:
            sites.setdefault(example.source, []).append(example.comment.text)
    names = sorted(sites)
    for _ in range(count):
        if rng.random() >= SHARE_OF_SPAM:
            name = rng.choice(names)
            first, second = (half(rng.choice(sites[name]), rng) for _ in range(2))
            yield f"{first} {second}", False, name
        elif rng.random() < 0.1:
            yield rng.choice(spam), True, "corpora"
        else:
            family = rng.choice(families)
            yield family.text.expand(rng), True, family.name


def half(text: str, rng: random.Random) -> str:
    words = text[:2000].split(" ")
    middle = len(words) // 2 + 1
    return " ".join(words[:middle] if rng.random() < 0.5 else words[middle:])


def write(comments: Iterator[tuple[str, bool, str]], rows: Path, plain: Path) -> None:
    with rows.open("w", encoding="utf-8") as jsonl, plain.open("w", encoding="utf-8") as text:
        for comment, spam, site in comments:
            label = "spam" if spam else "ham"
            jsonl.write(json.dumps({"text": comment, "label": label, "site": site}) + "\n")
            text.write(f"__label__{label} {' '.join(comment.lower().split())}\n".encode("utf-8", "replace").decode())


def timed(line: Sequence[str]) -> dict[str, float]:
    """Run a command; wall time in seconds, and the peak memory of all its processes together in megabytes."""
    started = time.perf_counter()
    process = psutil.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        try:
            family = [process, *process.children(recursive=True)]
            peak = max(peak, sum(member.memory_info().rss for member in family))
        except psutil.Error:
            pass  # one of them has just ended
        time.sleep(0.2)
    if process.returncode:
        raise SystemExit(f"{line[1:4]} failed")
    return {"seconds": time.perf_counter() - started, "peak_mb": peak / 1e6}


def modspam_loss(path: Path, examples: Sequence[Example]) -> float:
    scores = Fitted.from_model(LinearModel.load(path)).score(extracted([e._replace(comment=bare(e)) for e in examples]))
    return loss(scores, examples)


def bare(example: Example) -> Any:
    """Give the text alone: fastText gets no more, and neither had comments made here."""
    return type(example.comment)(example.comment.text)


def fasttext_losses(path: Path, tested: Sequence[Sequence[Example]]) -> list[float]:
    import fasttext

    model = fasttext.load_model(str(path))
    losses = []
    for examples in tested:
        # The binding's own predict fails with NumPy 2; what it wraps does not.
        texts = [" ".join(example.comment.text.lower().split()) + "\n" for example in examples]
        found = [{label: share for share, label in model.f.predict(text, 2, 0.0, "strict")} for text in texts]
        losses.append(loss(np.array([shares.get("__label__spam", 0.0) for shares in found]), examples))
    return losses


def loss(scores: Any, examples: Sequence[Example]) -> float:
    return 100 * (1 - roc_area(scores, np.array([example.spam for example in examples])))


def table(results: dict[str, Any]) -> str:
    """Write the figures as Markdown."""
    lines = [
        "| | comments | wall time | peak memory | (1-ROCA)% on " + ", ".join(DEV_BLOGS) + " |",
        "|---|---|---|---|---|",
    ]
    for row in results["rows"]:
        losses = ", ".join(f"{value:.2f}" for value in row["roc_area_loss"])
        lines.append(
            f"| {row['who']} | {row['comments']:,} | {row['seconds']:.0f} s | {row['peak_mb']:.0f} MB | {losses} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
