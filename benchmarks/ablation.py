"""Does each signal earn its place?  Before and after, on every source that has both classes.

    python benchmarks/ablation.py datasets CORPORA/train --reviews datasets/reviews.tsv -o benchmarks/ablation.json

Every comment is scored by a model that has seen neither it nor its site, page or family (five folds,
as in training).  A variant leaves out one signal, one group of signals, or all of them.  For each
source with at least 20 comments of each class, a variant wins or loses against the full model if it
moves the area above the ROC curve by more than a twentieth of itself; otherwise the two are tied.
A signal whose loss nobody notices, and whose absence hurts nowhere, is to be taken out.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from scipy import sparse
from sklearn.metrics import log_loss, roc_auc_score

from modspam import signals
from modspam.corpora import load, read_reviews, reviewed
from modspam.fit import calibrate, held_out_scores, prepare, weights_of
from modspam.metrics import rate_threshold, recall_at
from modspam.settings import Settings
from modspam.signals import SIGNALS

GROUPS = ("placeholders", "links", "contact", "lexicon", "shape", "disguise", "author", "page")
OWN = "our own datasets"


def main() -> int:
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("inputs", nargs="+", type=Path)
    parser.add_argument("--reviews", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=1, help="variants that are measured at the same time")
    parser.add_argument("--each", action="store_true", help="also leave out every signal by itself")
    parser.add_argument("--own", default="ham spam", help="folders of datasets that count as one source")
    arguments = parser.parse_args()

    examples, _ = load(arguments.inputs)
    if arguments.reviews:
        examples = list(reviewed(examples, read_reviews(arguments.reviews)))
    prepared, _ = prepare(examples, arguments.jobs, print_to_stderr)
    measured_rows = prepared.measured
    examples = prepared.posted
    spam = prepared.spam[measured_rows]
    own = {path.name.split(".")[0] for folder in arguments.inputs for name in arguments.own.split()
           for path in (folder / name).glob("*")}  # fmt: skip
    sources = np.array([OWN if example.source in own else example.source for example in examples])
    weights = weights_of(examples, spam)
    names = [signal.name for signal in SIGNALS]

    variants: dict[str, Iterable[str]] = {"everything": (), "n-grams only": names}
    for group in GROUPS:
        variants[f"without {group}"] = [signal.name for signal in getattr(signals, group).SIGNALS]
    if arguments.each:
        variants |= {f"without {name}": [name] for name in names}

    def measured(dropped: Iterable[str]) -> dict[str, object]:
        keep = np.ones(prepared.read.matrix.shape[1])
        keep[[names.index(name) for name in dropped]] = 0
        matrix = sparse.csr_array(prepared.read.matrix @ sparse.diags_array(keep))
        reduced = prepared._replace(read=prepared.read._replace(matrix=matrix))
        scores = held_out_scores(reduced, Settings(), lambda _: None)[measured_rows]
        return figures(scores, spam, sources, weights)

    results: dict[str, dict[str, object]] = {}
    found = Parallel(n_jobs=arguments.jobs, return_as="generator")(delayed(measured)(d) for d in variants.values())
    for variant, figure in zip(variants, found, strict=True):
        results[variant] = figure
        print_to_stderr(line(variant, results[variant], results["everything"]))
        arguments.output.write_text(json.dumps(results, indent=1) + "\n")
    print(table(results))
    return 0


def figures(scores: np.ndarray, spam: np.ndarray, sources: np.ndarray, weights: np.ndarray) -> dict[str, object]:
    """Measure one variant's held-out scores: pooled, and on every source with both classes."""
    slope, offset = calibrate(scores, spam, weights)
    probabilities = 1 / (1 + np.exp(-(slope * scores + offset)))
    line_ = rate_threshold(scores[~spam], 0.005)
    by_source = {}
    for source in sorted(set(sources)):
        inside = sources == source
        if min(spam[inside].sum(), (~spam[inside]).sum()) >= 20:
            by_source[str(source)] = {
                "roc_area_loss": 100 * (1 - roc_auc_score(spam[inside], scores[inside])),
                "recall_at_1": recall_at(scores[inside], spam[inside], 0.01),
            }
    return {
        "log_loss": float(log_loss(spam, probabilities, sample_weight=weights)),
        "recall_at_0.5_pooled": float(np.average(scores[spam] > line_, weights=weights[spam])),
        "sources": by_source,
    }


def compare(variant: dict, full: dict) -> tuple[int, int, int]:
    """Count the sources on which the variant wins, ties and loses against the full model."""
    won = tied = lost = 0
    for source, figure in variant["sources"].items():
        before, after = full["sources"][source]["roc_area_loss"], figure["roc_area_loss"]
        if abs(after - before) <= 0.05 * before:
            tied += 1
        elif after < before:
            won += 1
        else:
            lost += 1
    return won, tied, lost


def line(name: str, variant: dict, full: dict) -> str:
    won, tied, lost = compare(variant, full)
    mean = np.mean([[s["roc_area_loss"], s["recall_at_1"]] for s in variant["sources"].values()], axis=0)
    return (
        f"{name:34} log loss {variant['log_loss']:.4f}  recall {variant['recall_at_0.5_pooled']:.3f}  "
        f"(1-ROCA)% {mean[0]:.2f}  recall at 1% {mean[1]:.3f}  won {won} tied {tied} lost {lost}"
    )


def table(results: dict[str, dict]) -> str:
    return "\n".join(line(name, variant, results["everything"]) for name, variant in results.items())


def print_to_stderr(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
