"""Measuring a model on labelled comments that it has not been trained on: ``modspam evaluate``."""

import json
import time
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed

from modspam.comment import Comment
from modspam.corpora import Example, load, without_copies
from modspam.evasions import EVASIONS
from modspam.features import extract, observe
from modspam.metrics import Metrics, measure, rate_threshold
from modspam.model import LinearModel, bundled_path, probability_of
from modspam.moderator import Moderator
from modspam.settings import check_jobs

__all__ = ["Evaluation", "Speed", "evaluate", "run", "table"]

_BLOCK = 256
_TIMED = 1000  # comments that the speed is taken from


class Speed(NamedTuple):
    """How fast verdicts came on this machine: milliseconds a single check, comments a second in bulk."""

    p50_ms: float
    p99_ms: float
    per_second: float


class Evaluation(NamedTuple):
    """Everything that was measured on one labelled set.

    - ``digest``: SHA-256 over the texts and labels, so that two results can be told to be on the same set
    - ``evasions``: for each evasion, the recall at the clean 1% threshold and the ham flagged there
    """

    name: str
    digest: str
    metrics: Metrics
    evasions: dict[str, tuple[float, float]]
    speed: Speed | None

    def to_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return self._asdict() | {"metrics": self.metrics.to_dict()}


def evaluate(
    moderator: Moderator,
    examples: Sequence[Example],
    name: str,
    *,
    evasions: bool = False,
    speed: bool = False,
    jobs: int = 1,
) -> Evaluation:
    """Measure a model's verdicts; copies are left out first.

    Raises `modspam.errors.TrainingError` if there is nothing to measure, `SettingError` for no jobs.
    """
    check_jobs(jobs)
    kept, _ = without_copies(examples)
    comments = [example.comment for example in kept]
    spam = np.array([example.spam for example in kept], dtype=np.bool_)
    scores = _scores(moderator.model, comments, jobs)
    probabilities = np.array([probability_of(score) for score in scores])
    clusters = [_cluster(comment.text) for comment in comments]
    metrics = measure(scores, probabilities, spam, clusters, moderator.threshold)
    evaded = {}
    if evasions and spam.any() and not spam.all():
        line = rate_threshold(scores[~spam], 0.01)
        for label, evade in EVASIONS.items():
            disguised = [replace(comment, text=evade(comment.text)) for comment in comments]
            over = _scores(moderator.model, disguised, jobs) > line
            evaded[label] = (float(over[spam].mean()), float(over[~spam].mean()))
    digest = sha256(json.dumps([[e.comment.text, e.spam] for e in kept]).encode()).hexdigest()
    return Evaluation(name, digest, metrics, evaded, _speed(moderator, comments) if speed else None)


def _scores(model: LinearModel, comments: Sequence[Comment], jobs: int) -> npt.NDArray[np.float64]:
    blocks = [comments[start : start + _BLOCK] for start in range(0, len(comments), _BLOCK)]
    return np.concatenate([np.zeros(0), *Parallel(n_jobs=jobs)(delayed(_block_scores)(model, b) for b in blocks)])


def _block_scores(model: LinearModel, comments: Sequence[Comment]) -> npt.NDArray[np.float64]:
    return model.score(extract(observe(comments)))


def _cluster(text: str) -> str:
    """Name a comment's cluster: comments that begin alike are variants of one text."""
    words = [word for word in text.lower().split() if word.isalpha()]
    return " ".join(words[:8]) or text[:40]


def _speed(moderator: Moderator, comments: Sequence[Comment]) -> Speed:
    timed = list(comments[:_TIMED])
    singles = []
    for comment in timed:
        started = time.perf_counter()
        moderator.check(comment)
        singles.append(time.perf_counter() - started)
    started = time.perf_counter()
    for _ in moderator.check_many(timed):
        pass
    bulk = len(timed) / (time.perf_counter() - started)
    p50, p99 = np.quantile(singles, [0.5, 0.99]) * 1000
    return Speed(float(p50), float(p99), float(bulk))


def run(arguments: Namespace) -> int:
    """Evaluate as the command line says."""
    path = arguments.model or bundled_path()
    moderator = Moderator.load(path, threshold=arguments.threshold)
    results = []
    for source in arguments.inputs:
        examples, _ = load([source])
        result = evaluate(
            moderator, examples, source.name, evasions=arguments.evasions, speed=True, jobs=arguments.jobs
        )
        results.append(result)
        if not arguments.json:
            print(table(result), flush=True)
    if arguments.json:
        print(json.dumps([result.to_dict() for result in results], indent=1))
    else:
        print(f"model: {path} ({path.stat().st_size / 1e6:.2f} MB)")
    return 0


def table(result: Evaluation) -> str:
    """Set one evaluation out as text."""
    metrics = result.metrics
    rows: list[tuple[str, object]] = [
        ("comments", f"{metrics.spam:,} spam, {metrics.ham:,} ham (copies left out; digest {result.digest[:12]})"),
        ("recall at 1% false positives", metrics.recall_at_1),
        ("recall at 5% false positives", metrics.recall_at_5),
        ("(1-ROCA)%", metrics.roc_area_loss),
        (f"at threshold {metrics.threshold:.4f}", ""),
        ("  ham flagged (hm%)", _percent(metrics.false_positive_rate)),
        ("  spam kept (sm%)", _percent(metrics.recall, complement=True)),
        ("  MCC", None if metrics.mcc is None else f"{metrics.mcc:.3f}"),
        ("Brier score", f"{metrics.brier:.4f}"),
    ]
    lines = [f"== {result.name}"]
    lines += [f"{label:32} {'-' if value is None else value}" for label, value in rows]
    lines.append("probability said   comments   mean said   spam found")
    lines += [
        f"  {b.low:4.2f} .. {b.high:4.2f}   {b.comments:10}   {b.mean_probability:9.3f}   {b.spam_share:10.3f}"
        for b in metrics.reliability
    ]
    if result.evasions:
        lines.append("evasion, at the 1% threshold   recall   ham flagged")
        lines += [f"  {name:26}   {found:6.3f}   {lost:11.3%}" for name, (found, lost) in result.evasions.items()]
    if result.speed:
        speed = result.speed
        lines.append(f"speed: one check p50 {speed.p50_ms:.2f} ms, p99 {speed.p99_ms:.2f} ms")
        lines.append(f"       in bulk {speed.per_second:,.0f} comments/s")
    return "\n".join(lines)


def _percent(interval: Any, complement: bool = False) -> str | None:
    if interval is None:
        return None
    value, low, high = interval
    if complement:
        value, low, high = 1 - value, 1 - high, 1 - low
    return f"{value:.2%} [{low:.2%}, {high:.2%}]"
