"""How good are the verdicts on sites that the model has never seen?  One command, one table.

    python benchmarks/quality.py CORPORA [--datasets datasets] [-o benchmarks/results/quality.json]

Every figure is of a model that was trained as ``modspam train`` trains, on other comments: other sites,
other videos, or the site's own past; near-copies of what it was trained on are not tested (see
``splits.py``).  Thresholds are chosen on training sites only.  The plain model beside it, in the same
run, is what one writes in an afternoon: byte 1-5-grams of the text, binary, of length one, and logistic
regression, trained on the corpora alone.

| part                | question                                                                     |
|---------------------|------------------------------------------------------------------------------|
| leave one site out  | a site that the model has not seen; the sites of ``dev`` are never trained on |
| leave one video out | the same of the five videos of youtube-uci                                   |
| oldest to newest    | the newest 30% of a site, by its own past and all others                     |
| at the threshold    | honest comments flagged and spam found, by site, at one threshold for all     |
| by what             | the same by language, length, and what is known of the author                |
| evasion             | spam of ``dev`` disguised: what the filter still finds, and honest comments too |
| calibration         | probabilities said against shares found, on unseen blogs                     |
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import compress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from splits import (
    DEV,
    DEV_BLOGS,
    SITES,
    VIDEOS,
    Corpora,
    Near,
    Split,
    leave_one_site_out,
    leave_one_video_out,
    oldest_to_newest,
    read,
)
from versions import versions

from modspam.corpora import Example
from modspam.evasions import EVASIONS
from modspam.fit import (
    BYTES,
    Extracted,
    Fitted,
    HeldOut,
    Prepared,
    extracted,
    fit,
    fit_matrix,
    held_out_scores,
    prepare,
    threshold_for,
    weights_of,
)
from modspam.groups import Groups, by_author, by_length, by_script
from modspam.metrics import Interval, measure, rate_threshold
from modspam.say import to_stderr
from modspam.settings import DEFAULTS

Vector = npt.NDArray[np.float64]
Rows = npt.NDArray[np.bool_]

PLAIN_REGULARISATION = 2.0
BINS = (0.0, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 1.0)  # of probabilities
RESAMPLES = 400
EVADED = 1500  # comments of dev's blogs that are disguised


say = to_stderr()


class Scored(NamedTuple):
    """A split with the model that did not see it, its scores, and those of the plain model."""

    split: Split
    fitted: Fitted
    scores: Vector
    plain: Vector


class Bench:
    """The features of all comments, extracted once, and models of any part of them."""

    def __init__(self, corpora: Corpora, jobs: int) -> None:
        self.jobs = jobs
        self.prepared, _ = prepare(corpora.own + corpora.train, jobs, say)
        self.dev = extracted(corpora.dev, jobs, say)
        everything = self.prepared.examples
        self.row = {id(example): row for row, example in enumerate(everything)}
        self.row |= {id(example): row for row, example in enumerate(corpora.dev)}
        self.from_dev = {id(example) for example in corpora.dev}

    def rows(self, train: Sequence[Example]) -> Rows:
        """Mark the rows of these comments, and of the altered copies of what they stand with on a page."""
        rows = np.zeros(len(self.prepared.spam), dtype=np.bool_)
        rows[[self.row[id(example)] for example in train]] = True
        groups = {(e.site, e.group) for e in train}
        copies = np.flatnonzero(~self.prepared.measured)
        altered = [self.prepared.examples[row] for row in copies]
        rows[copies] = [(example.site, example.group) in groups for example in altered]
        return rows

    def features(self, test: Sequence[Example]) -> Extracted:
        """Give the features of comments to be tested."""
        read = self.dev if id(test[0]) in self.from_dev else self.prepared.read
        return read.at(np.array([self.row[id(example)] for example in test]))


def both_fits(prepared: Prepared, rows: Rows, name: str) -> tuple[Fitted, Fitted]:
    """Fit our model and the plain one on these rows."""
    say(name)
    return fit(prepared, rows), plain_fit(prepared, rows)


def plain_fit(prepared: Prepared, rows: Rows) -> Fitted:
    """Fit the plain model: the bytes alone, every comment of the corpora with the same weight."""
    posted = rows & prepared.measured & np.array([bool(example.site) for example in prepared.examples])
    spam = prepared.spam[posted]
    return fit_matrix(prepared.read.matrix[posted][:, BYTES], spam, np.ones(len(spam)), PLAIN_REGULARISATION)


def parser_of(doc: str) -> ArgumentParser:
    """Make the command line that benchmarks on the corpora share, described by the first line of their text."""
    parser = ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("corpora", type=Path, help="the folder with train/ and dev/")
    parser.add_argument("--datasets", type=Path, default=Path("datasets"))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("-o", "--output", type=Path, help="write all figures as JSON")
    return parser


def main() -> int:
    arguments = parser_of(__doc__).parse_args()
    corpora = read(arguments.corpora, arguments.datasets)
    bench = Bench(corpora, arguments.jobs)
    near = Near(corpora.own + corpora.train + corpora.dev)
    splits = [*leave_one_site_out(corpora, near), *leave_one_video_out(corpora, near), *oldest_to_newest(corpora, near)]
    scored = score_all(bench, splits)
    sites = [s for s in scored if s.split.protocol in (SITES, DEV)]
    say("the shipped model's calibration and threshold")
    held_out = held_out_scores(bench.prepared, DEFAULTS, say)
    parts = {"own": corpora.own, "train": corpora.train, "dev": corpora.dev}
    texts = "\n".join(example.comment.text for part in parts.values() for example in part)
    results = {
        "made": datetime.now(UTC).date().isoformat(),
        "versions": versions(("numpy", "scikit-learn")),
        "comments": {name: [sum(e.spam for e in part), sum(not e.spam for e in part)] for name, part in parts.items()},
        "digest": sha256(texts.encode("utf-8", "surrogatepass")).hexdigest(),
        "splits": [of_split(s) for s in scored],
        "sites": at_thresholds(bench, sites, held_out),
        "evasion": evasion(bench, scored),
    }
    if arguments.output:
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
        arguments.output.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(table(results))
    return 0


def score_all(bench: Bench, splits: Sequence[Split]) -> list[Scored]:
    """Fit a model for each split and score what it did not see; the sites of dev share one."""
    of_dev = next(split for split in splits if split.protocol == DEV)
    work = [split for split in splits if split.protocol != DEV] + [of_dev]

    # In processes: liblinear draws from one generator for all threads, so fits side by side would disturb each other.
    found = Parallel(n_jobs=bench.jobs)(
        delayed(both_fits)(bench.prepared, bench.rows(split.train), f"{split.protocol}: {split.name}") for split in work
    )
    by_name = {(split.protocol, split.name): pair for split, pair in zip(work, found, strict=True)}
    scored = []
    for split in splits:
        fitted, plain = by_name.get((split.protocol, split.name), found[-1])
        read = bench.features(split.test)
        scored.append(Scored(split, fitted, fitted.score(read), plain.linear(read.matrix[:, BYTES])))
    return scored


def of_split(scored: Scored) -> dict[str, Any]:
    """Give one split's figures, ours and the plain model's; no threshold is taken from elsewhere for these."""
    spam = _labels(scored)
    row = {"protocol": scored.split.protocol, "name": scored.split.name, "spam": int(spam.sum()),
           "ham": int((~spam).sum()), "clusters": len(set(scored.split.clusters))}  # fmt: skip
    if not spam.any() or spam.all():
        return row
    return row | {"ours": _ranked(scored.scores, scored), "plain": _ranked(scored.plain, scored)}


def _labels(scored: Scored) -> Rows:
    return np.array([example.spam for example in scored.split.test])


def _ranked(scores: Vector, scored: Scored) -> dict[str, Any]:
    figures = measure(scores, np.zeros(len(scores)), _labels(scored), scored.split.clusters.tolist(), 0.5)
    return {
        "recall_at_1": figures.recall_at_1,
        "recall_at_5": figures.recall_at_5,
        "roc_area_loss": figures.roc_area_loss,
    }


def at_thresholds(bench: Bench, sites: Sequence[Scored], held_out: Vector) -> dict[str, Any]:
    """Say what one threshold for all does on each site.

    The sites of dev get the shipped model's calibration and threshold.  Every site of train gets those that
    the other sites' scores give, which stand for sites that it has never seen.
    """
    shipped = _Line.of(HeldOut.of(held_out[bench.prepared.measured], bench.prepared.posted))
    rows, all_scores, all_labels, all_clusters, all_examples = [], [], [], [], []
    for number, site in enumerate(sites):
        if site.split.protocol == DEV:
            line = shipped
        else:
            others = [s for s in sites if s.split.protocol != DEV and s is not site]
            tested = [example for other in others for example in other.split.test]
            line = _Line.of(HeldOut.of(np.concatenate([other.scores for other in others]), tested))
        # Shifted so that all thresholds are one: what is pooled is the distance from the threshold.
        log_odds = line.slope * site.scores + line.offset
        above = log_odds - line.threshold
        labels = _labels(site)
        rows.append({"name": site.split.name, **_flagged(above, labels, site.split.clusters.tolist())})
        all_scores.append(np.stack([above, log_odds]))
        all_labels.append(labels)
        all_clusters += [(number, cluster) for cluster in site.split.clusters]
        all_examples += site.split.test
    (above, log_odds), labels = np.concatenate(all_scores, axis=1), np.concatenate(all_labels)
    blogs = np.array([example.site.startswith("blog-") for example in all_examples])
    clusters = np.array([f"{a} {b}" for a, b in all_clusters])
    probabilities = 1 / (1 + np.exp(-log_odds[blogs]))
    on_blogs = list(compress(all_examples, blogs))
    return {
        "shipped_threshold": float(1 / (1 + np.exp(-shipped.threshold))),
        "each": rows,
        "all": _flagged(above, labels, clusters.tolist()),
        "blogs": _flagged(above[blogs], labels[blogs], clusters[blogs].tolist()),
        "by_what": {name: _flagged(above[inside], labels[inside], clusters[inside].tolist())
                    for name, inside in kinds_of(all_examples).items() if inside.sum() >= 50},
        "brier_on_blogs": float(np.mean((probabilities - labels[blogs]) ** 2)),
        **reliability(probabilities, labels[blogs], on_blogs, clusters[blogs]),
    }  # fmt: skip


class _Line(NamedTuple):
    """A calibration and a threshold, in calibrated log-odds."""

    slope: float
    offset: float
    threshold: float

    @classmethod
    def of(cls, found: HeldOut) -> "_Line":
        slope, offset = found.calibration()
        log_odds = slope * found.scores + offset
        return cls(slope, offset, threshold_for(log_odds, found.spam, found.sources, DEFAULTS.max_false_positive_rate))


def _flagged(above: Vector, spam: Rows, clusters: Sequence[object]) -> dict[str, Any]:
    figures = measure(above, (above >= 0).astype(np.float64), spam, clusters, 0.5)
    return {
        "spam": figures.spam,
        "ham": figures.ham,
        "ham_flagged": figures.false_positive_rate,
        "recall": figures.recall,
    }


def reliability(
    said: Vector, spam: Rows, examples: Sequence[Example], clusters: npt.NDArray[np.str_]
) -> dict[str, Any]:
    """Hold probabilities against what was found, comments weighed as in training: spam as much as ham.

    A probability has to assume some share of spam, and modspam's assumes a half; a site with 21,000 honest
    comments and little spam would otherwise be the whole table.  The claim is about sites, so a sample of
    the bootstrap draws sites first, and clusters of near-copies inside each.
    """
    weights = weights_of(examples, spam)
    sites = np.array([example.site for example in examples])
    bins = np.digitize(said, BINS[1:-1])
    inside = {site: [np.flatnonzero(clusters == c) for c in np.unique(clusters[sites == site])] for site in set(sites)}
    names = sorted(inside)
    rng = np.random.default_rng(0)

    def shares(rows: npt.NDArray[np.intp]) -> Vector:
        found = np.bincount(bins[rows], weights[rows] * spam[rows], len(BINS) - 1)
        with np.errstate(invalid="ignore"):
            share: Vector = found / np.bincount(bins[rows], weights[rows], len(BINS) - 1)
        return share

    def sample() -> npt.NDArray[np.intp]:
        drawn = (inside[name] for name in rng.choice(names, len(names)))
        return np.concatenate([of[at] for of in drawn for at in rng.integers(len(of), size=len(of))])

    low, high = np.nanquantile([shares(sample()) for _ in range(RESAMPLES)], [0.025, 0.975], axis=0)
    share = shares(np.arange(len(spam)))
    rows = [
        {
            "low": BINS[number],
            "high": BINS[number + 1],
            "comments": int((bins == number).sum()),
            "mean_probability": float(np.average(said[bins == number], weights=weights[bins == number])),
            "spam_share": float(share[number]),
            "interval": (float(low[number]), float(high[number])),
        }
        for number in range(len(BINS) - 1)
        if (bins == number).any()
    ]
    brier = float(np.average((said - spam) ** 2, weights=weights))
    return {"brier_weighed": brier, "reliability_on_blogs": rows}


def kinds_of(examples: Sequence[Example]) -> Groups:
    """Sort comments by the script they are in, by length, and by what is known of the author."""
    scripts = {f"script: {script}": inside for script, inside in by_script(examples).items()}
    return scripts | by_length(examples) | by_author(examples)


def evasion(bench: Bench, scored: Sequence[Scored]) -> dict[str, Any]:
    """Disguise comments of dev's blogs, at the threshold that flags 1% of them undisguised; pad those under videos."""
    rng = np.random.default_rng(0)
    blogs = [s for s in scored if s.split.protocol == DEV and s.split.name in DEV_BLOGS]
    shipped = blogs[0].fitted  # the sites of dev share one model
    pool = [example for blog in blogs for example in blog.split.test]
    examples = [pool[index] for index in sorted(rng.permutation(len(pool))[:EVADED])]
    spam = np.array([example.spam for example in examples])

    def scores_of(change: Callable[[str], str], model: Fitted, of: Sequence[Example]) -> Vector:
        changed = [e._replace(comment=replace(e.comment, text=change(e.comment.text))) for e in of]
        return model.score(extracted(changed, bench.jobs))

    clean = scores_of(str, shipped, examples)
    line = rate_threshold(clean[~spam], 0.01)
    result: dict[str, Any] = {
        "spam": int(spam.sum()),
        "ham": int((~spam).sum()),
        "recall": float((clean[spam] > line).mean()),
    }
    rows = {}
    for name, change in EVASIONS.items():
        found = scores_of(change, shipped, examples) > line
        rows[name] = {"kept": float(found[spam].mean() / result["recall"]),
                      "ham_growth": float(found[~spam].mean() - (clean[~spam] > line).mean())}  # fmt: skip
        say(f"evasion: {name}")
    kept = total = 0
    for site in scored:
        if site.split.protocol == VIDEOS:
            labels = _labels(site)
            line = rate_threshold(site.scores[~labels], 0.01)
            of = [example for example in site.split.test if example.spam]
            kept += int((scores_of(EVASIONS["padded"], site.fitted, of) > line).sum())
            total += int((site.scores[labels] > line).sum())
    return result | {"evasions": rows, "padded_under_unseen_videos_kept": kept / total}


def table(results: dict[str, Any]) -> str:
    """Write the figures as Markdown."""
    lines = [
        "| protocol | tested | spam / ham | recall at 1% FP | plain | (1-ROCA)% | plain |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in results["splits"]:
        head = f"| {row['protocol']} | {row['name']} | {row['spam']:,} / {row['ham']:,} "
        if "ours" in row:
            ours, plain = row["ours"], row["plain"]
            head += f"| {_told(ours['recall_at_1'])} | {plain['recall_at_1'].value:.3f} "
            lines.append(head + f"| {ours['roc_area_loss'].value:.2f} | {plain['roc_area_loss'].value:.2f} |")
    lines += [
        "",
        *_means(results["splits"]),
        "",
        "| at one threshold | spam / ham | ham flagged | spam found |",
        "|---|---|---|---|",
    ]
    sites = results["sites"]
    named = [*((row["name"], row) for row in sites["each"]), ("all", sites["all"]), ("blogs", sites["blogs"])]
    for name, row in [*named, *sites["by_what"].items()]:
        rates = [_told(row[key], 4 if key == "ham_flagged" else 3) for key in ("ham_flagged", "recall")]
        lines.append(f"| {name} | {row['spam']:,} / {row['ham']:,} | {rates[0]} | {rates[1]} |")
    brier = f"{sites['brier_weighed']:.4f} weighed, {sites['brier_on_blogs']:.4f} by count"
    lines += ["", f"Brier score on unseen blogs: {brier}", ""]
    lines += [
        "| probability said | comments | mean said | spam found, weighed | 95% interval |",
        "|---|---|---|---|---|",
    ]
    for row in sites["reliability_on_blogs"]:
        low, high = row["interval"]
        said = f"{row['low']:.2f} to {row['high']:.2f} | {row['comments']:,} | {row['mean_probability']:.3f}"
        lines.append(f"| {said} | {row['spam_share']:.3f} | {low:.3f} to {high:.3f} |")
    evaded = results["evasion"]
    lines += [
        "",
        f"| evasion (clean recall {evaded['recall']:.3f}) | recall kept | ham flagged grows by |",
        "|---|---|---|",
    ]
    lines += [
        f"| {name} | {row['kept']:.3f} | {100 * row['ham_growth']:+.2f} points |"
        for name, row in evaded["evasions"].items()
    ]
    lines.append(f"| padded, under unseen videos | {evaded['padded_under_unseen_videos_kept']:.3f} | |")
    return "\n".join(lines)


def _told(interval: Interval | None, digits: int = 3) -> str:
    if interval is None:
        return "-"
    return f"{interval.value:.{digits}f} [{interval.low:.{digits}f}, {interval.high:.{digits}f}]"


def _means(rows: Iterable[dict[str, Any]]) -> list[str]:
    """Average over the splits of each protocol, and over the blogs that were left out."""
    both = [row for row in rows if "ours" in row]
    of = {
        protocol: [r for r in both if r["protocol"] == protocol]
        for protocol in dict.fromkeys(r["protocol"] for r in both)
    }
    of[f"{SITES}, blogs"] = [r for r in of[SITES] if r["name"].startswith("blog-")]
    lines = ["| mean of | recall at 1% FP | plain | (1-ROCA)% | plain |", "|---|---|---|---|---|"]
    for name, inside in of.items():
        figures = [
            np.mean([r[who][key].value for r in inside])
            for key in ("recall_at_1", "roc_area_loss")
            for who in ("ours", "plain")
        ]
        lines.append(
            f"| {name} ({len(inside)}) | {figures[0]:.3f} | {figures[1]:.3f} | {figures[2]:.2f} | {figures[3]:.2f} |"
        )
    return lines


if __name__ == "__main__":
    sys.exit(main())
