"""What a site's first labels buy, and what a liar among those who give them can do.

    python benchmarks/adaptation.py CORPORA [--datasets datasets] [-o benchmarks/results/adaptation.json]

For each site that has both classes, a base is trained without it, as ``modspam train`` trains.  The site's
oldest comments are its labels (in the order of dates where it has them, in a fixed random order where not), and
the later ones are tested, but for near-copies of what any of the models has learnt.  Three models are held
against each other: the base, the base adapted to the labels, and a model from scratch of the labels alone.

The liar gives a tenth of the labels, drawn at random, and each of them is false: under one name, as a reporter
(``named``), or in the name of the site's owner (``unnamed``).  Beside it stands what it costs if these labels are
merely not given (``absent``).
"""

import json
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from quality import Bench, parser_of, say
from splits import Corpora, Near, read
from versions import versions

from modspam.adapt import adapt
from modspam.corpora import Example
from modspam.fit import Extracted, Fitted, Prepared, extracted, fit, fit_matrix, weights_of
from modspam.metrics import recall_at
from modspam.model import LinearModel, bundled_path, log_odds_of
from modspam.settings import DEFAULTS

LABELS = (20, 50, 200, 1000)
FEWEST = 50  # comments of each class that must be left to be tested
LIES = 0.1
LIARS = 5  # draws of the liar's labels
LIED_TO = 200  # labels


def main() -> int:
    arguments = parser_of(__doc__).parse_args()
    corpora = read(arguments.corpora, arguments.datasets)
    bench = Bench(corpora, arguments.jobs)
    near = Near(corpora.own + corpora.train + corpora.dev)
    sites = sites_of(corpora)
    say("training a base without each site")
    fitted = Parallel(n_jobs=arguments.jobs)(
        delayed(base_without)(bench.prepared, bench.rows(learnt), name) for name, _, learnt in sites
    )
    rows = [
        row
        for (name, examples, learnt), base in zip(sites, fitted, strict=True)
        for row in of_site(name, examples, learnt, base, near)
    ]
    results = {"versions": versions(("numpy", "scikit-learn", "scipy")), "rows": rows}
    if arguments.output:
        arguments.output.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(table(rows))
    return 0


def sites_of(corpora: Corpora) -> list[tuple[str, list[Example], list[Example]]]:
    """Find the sites with enough of both classes: name, comments from the oldest to the newest, and all others'."""
    found = []
    for part in (corpora.train, corpora.dev):
        for name in sorted({example.site for example in part}):
            examples = [example for example in part if example.site == name]
            spam = sum(example.spam for example in examples)
            if min(spam, len(examples) - spam) < FEWEST:
                continue
            order = np.random.default_rng(0).permutation(len(examples))
            if any(example.comment.text in corpora.dates for example in examples):
                order = sorted(order, key=lambda row: corpora.dates.get(examples[row].comment.text, ""))
            others = corpora.own + [example for example in corpora.train if example.site != name]
            found.append((name, [examples[row] for row in order], others))
    return found


def base_without(prepared: Prepared, rows: npt.NDArray[np.bool_], name: str) -> LinearModel:
    """Train a model on these rows, calibrated as the bundled one is."""
    say(f"base without {name}")
    fitted, bundled = fit(prepared, rows), LinearModel.load(bundled_path())
    slope, offset = (bundled.card["calibration"][key] for key in ("slope", "offset"))
    return fitted.scaled(slope, offset).to_model(bundled.threshold, bundled.thresholds, {})


def of_site(
    name: str, examples: Sequence[Example], learnt: list[Example], base: LinearModel, near: Near
) -> list[dict[str, Any]]:
    """Measure the three models on one site, for each number of labels."""
    rows = []
    fair = {id(example) for example in near.split("", name, learnt, list(examples)).test}
    for count in LABELS:
        labels = list(examples[:count])
        later = [example for example in examples[count:] if id(example) in fair]
        later = near.split("", name, labels, later).test if later else []
        spam = np.array([example.spam for example in later], dtype=np.bool_)
        if min(spam.sum(), (~spam).sum()) < FEWEST:
            continue
        read = extracted(later)

        def recall(model: Fitted | LinearModel, read: Extracted = read, spam: Any = spam) -> float:
            fitted = model if isinstance(model, Fitted) else Fitted.from_model(model)
            return recall_at(fitted.score(read), spam, 0.01)

        started = time.perf_counter()
        adapted = adapt(base, labels)
        seconds = time.perf_counter() - started
        row = {
            "site": name,
            "labels": [sum(e.spam for e in labels), sum(not e.spam for e in labels)],
            "tested": [int(spam.sum()), int((~spam).sum())],
            "base": recall(base),
            "adapted": recall(adapted),
            "scratch": scratch(labels, recall),
            "seconds": seconds,
            "at_threshold": [at_threshold(model, read, spam) for model in (base, adapted)],
        }
        if count == LIED_TO:
            for how, reporter in (("named", "mallory"), ("unnamed", "")):
                row[how] = [recall(adapt(base, lied(labels, seed, reporter))) for seed in range(LIARS)]
            row["absent"] = [recall(adapt(base, absent(labels, seed))) for seed in range(LIARS)]
        rows.append(row)
        say(f"{name}: {count} labels")
    return rows


def at_threshold(model: LinearModel, read: Extracted, spam: npt.NDArray[np.bool_]) -> list[float]:
    """Give the shares of spam found and of ham flagged at the model's own threshold."""
    above = Fitted.from_model(model).score(read) >= log_odds_of(model.threshold)
    return [float(above[spam].mean()), float(above[~spam].mean())]


def scratch(labels: Sequence[Example], recall: Any) -> float | None:
    """Fit the labels alone, where they are of two classes."""
    spam = np.array([example.spam for example in labels])
    if spam.all() or not spam.any():
        return None
    value: float = recall(fit_matrix(extracted(labels).matrix, spam, weights_of(labels, spam), DEFAULTS.regularisation))
    return value


def lied(labels: Sequence[Example], seed: int, reporter: str) -> list[Example]:
    """Turn a tenth of the labels round, and say who gave them."""
    false = drawn(labels, seed)
    return [e._replace(spam=not e.spam, reporter=reporter) if row in false else e for row, e in enumerate(labels)]


def absent(labels: Sequence[Example], seed: int) -> list[Example]:
    """Leave out the labels that the liar takes the place of."""
    false = drawn(labels, seed)
    return [e for row, e in enumerate(labels) if row not in false]


def drawn(labels: Sequence[Example], seed: int) -> set[int]:
    """Draw the rows of a tenth of the labels."""
    return set(np.random.default_rng(seed).permutation(len(labels))[: round(LIES * len(labels))].tolist())


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Write the figures as Markdown."""
    lines = [
        "| site | labels: spam, ham | tested: spam, ham | base | adapted | from scratch | seconds |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        other = "-" if row["scratch"] is None else f"{row['scratch']:.3f}"
        counts = " | ".join(f"{a:,}, {b:,}" for a, b in (row["labels"], row["tested"]))
        figures = f"{row['base']:.3f} | **{row['adapted']:.3f}** | {other} | {row['seconds']:.2f}"
        lines.append(f"| {row['site']} | {counts} | {figures} |")
    lines += [
        "",
        "| at its own threshold | labels: spam, ham | spam found: base, adapted | ham flagged: base, adapted |",
        "|---|---|---|---|",
    ]
    for row in rows:
        (found, flagged), (found_adapted, flagged_adapted) = row["at_threshold"]
        figures = f"{found:.3f}, {found_adapted:.3f} | {flagged:.2%}, {flagged_adapted:.2%}"
        lines.append(f"| {row['site']} | {row['labels'][0]:,}, {row['labels'][1]:,} | {figures} |")
    lines += [
        "",
        f"| {LIED_TO} labels, a tenth false | base | no lies | left out | named: mean, worst | unnamed: mean, worst |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        if "named" in row:
            lies = " | ".join(f"{np.mean(row[how]):.3f}, {min(row[how]):.3f}" for how in ("named", "unnamed"))
            without = np.mean(row["absent"])
            lines.append(f"| {row['site']} | {row['base']:.3f} | {row['adapted']:.3f} | {without:.3f} | {lies} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
