"""Measuring a model on labelled comments that it has not been trained on: ``modspam evaluate``.

Comments are scored once (`Scored`); the table, the JSON and the report (`modspam.report`) are all made from it.
"""

import json
import time
from argparse import Namespace
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed

from modspam.cluster import workers
from modspam.comment import Comment
from modspam.corpora import Example, Source, copy_key, in_blocks, load, stream, unpacked_size, without_copies
from modspam.errors import SettingError
from modspam.evasions import EVASIONS
from modspam.features import extract, observe
from modspam.files import replaced
from modspam.metrics import Labels, Metrics, Scores, measure, rate_threshold
from modspam.model import LinearModel, bundled_path, probability_of
from modspam.moderator import Moderator
from modspam.progress import progress
from modspam.say import Say, silent, to_stderr
from modspam.seen import Seen, key_of
from modspam.settings import IN_MEMORY, check_jobs

__all__ = ["CLEAN_RATE", "Evaluation", "Scored", "Speed", "evaluate", "evaluate_streamed", "pooled", "run", "table"]

CLEAN_RATE = 0.01  # share of undisguised ham over the line that evasions are measured at
_BLOCK = 256
_ROUND = 64  # blocks
_TIMED = 1000  # comments that the speed is taken from


@dataclass(frozen=True, eq=False)
class Scored:
    """Labelled comments, copies left out, with one model's scores: what every figure is worked out from.

    - ``scores``: log-odds of spam, ``float64``, one a comment
    - ``evaded``: by evasion, the scores of the same comments disguised; empty if they were not
    """

    examples: Sequence[Example]
    scores: Scores
    evaded: Mapping[str, Scores]

    @cached_property
    def spam(self) -> Labels:
        """The labels."""
        return np.array([example.spam for example in self.examples], dtype=np.bool_)

    @cached_property
    def probabilities(self) -> Scores:
        """The scores as probabilities, 0..1."""
        return np.array([probability_of(score) for score in self.scores])

    @cached_property
    def clusters(self) -> list[str]:
        """The cluster of copies that each comment is in."""
        return [_cluster(example.comment.text) for example in self.examples]

    @property
    def both(self) -> bool:
        """Whether there is spam as well as ham."""
        return bool(self.spam.any() and not self.spam.all())

    @property
    def clean_line(self) -> float:
        """The score that 1% of the undisguised ham is above."""
        return rate_threshold(self.scores[~self.spam], CLEAN_RATE)

    def digest(self) -> str:
        """SHA-256 over the texts and labels."""
        return sha256(json.dumps([[e.comment.text, e.spam] for e in self.examples]).encode()).hexdigest()

    def measured(self, threshold: float) -> Metrics:
        """Measure the verdicts at this threshold, a probability.

        Raises `modspam.errors.TrainingError` if there is nothing to measure.
        """
        return measure(self.scores, self.probabilities, self.spam, self.clusters, threshold)

    def part(self, rows: npt.NDArray[np.integer] | Labels) -> "Scored":
        """Take some of the comments: a mask, or their numbers."""
        numbers = np.arange(len(self.examples))[rows]
        evaded = {name: scores[numbers] for name, scores in self.evaded.items()}
        return Scored([self.examples[number] for number in numbers], self.scores[numbers], evaded)


class Speed(NamedTuple):
    """How fast verdicts came on this machine: milliseconds a single check, comments a second in bulk."""

    p50_ms: float
    p99_ms: float
    per_second: float


@dataclass(frozen=True)
class Evaluation:
    """Everything that was measured on one labelled set.

    - ``digest``: SHA-256 over the texts and labels, so that two results can be told to be on the same set
    - ``evasions``: for each evasion, the recall at the clean 1% threshold and the ham flagged there
    - ``kept``: the comments themselves, which are no part of the JSON; None where they were only read through
    """

    name: str
    digest: str
    metrics: Metrics
    evasions: dict[str, tuple[float, float]]
    speed: Speed | None
    kept: Scored | None = field(repr=False, compare=False)

    @property
    def scored(self) -> Scored:
        """The comments with their scores.  Raises `SettingError` where they were not kept."""
        if self.kept is None:
            raise SettingError(
                f"{self.name} was read through and its comments were not kept: measure it without --stream"
            )
        return self.kept

    @classmethod
    def of(cls, name: str, scored: Scored, threshold: float) -> "Evaluation":
        """Work the figures out, all but the speed.

        Raises `modspam.errors.TrainingError` if there is nothing to measure.
        """
        metrics = scored.measured(threshold)
        spam, evasions = scored.spam, {}
        for label, scores in scored.evaded.items() if scored.both else ():
            over = scores > scored.clean_line
            evasions[label] = (float(over[spam].mean()), float(over[~spam].mean()))
        return cls(name, scored.digest(), metrics, evasions, None, scored)

    def to_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return {
            "name": self.name,
            "digest": self.digest,
            "metrics": self.metrics.to_dict(),
            "evasions": self.evasions,
            "speed": self.speed,
        }


def evaluate(
    moderator: Moderator,
    examples: Sequence[Example],
    name: str,
    *,
    evasions: bool = False,
    speed: bool = False,
    jobs: int = 1,
    say: Say = silent,
) -> Evaluation:
    """Measure a model's verdicts; copies are left out first.  ``say`` is told what is being done.

    Evasions need both spam and ham to be measured, and are left out where one is missing.

    Raises `modspam.errors.TrainingError` if there is nothing to measure, `SettingError` for no jobs.
    """
    check_jobs(jobs)
    kept, _ = without_copies(examples)
    comments = [example.comment for example in kept]
    say(f"{name}: scoring {len(kept):,} comments")
    scored = Scored(kept, _scores(moderator.model, comments, jobs), {})
    if evasions and scored.both:
        evaded = {}
        for number, (label, evade) in enumerate(EVASIONS.items(), start=1):
            say(f"{name}: evasion {number} of {len(EVASIONS)}, {label}")
            disguised = [replace(comment, text=evade(comment.text)) for comment in comments]
            evaded[label] = _scores(moderator.model, disguised, jobs)
        scored = replace(scored, evaded=evaded)
    result = Evaluation.of(name, scored, moderator.threshold)
    return replace(result, speed=_speed(moderator, comments)) if speed else result


def evaluate_streamed(moderator: Moderator, path: Path, jobs: int = 1) -> Evaluation:
    """Measure a model's verdicts on a file that is read through once; what is kept of a comment is some bytes.

    The figures are those of `evaluate`, but that of texts under both labels the first is kept.

    Raises what reading raises, `TrainingError` if there is nothing to measure, `SettingError` for no jobs.
    """
    check_jobs(jobs)
    seen, digest, timed = Seen(), sha256(b"["), list[Comment]()
    scores, spam, clusters = array("d"), array("b"), array("Q")
    with progress(path.stat().st_size) as show:
        blocks = in_blocks(stream(path, at=lambda reached: show(reached, len(scores))), _BLOCK)
        with Parallel(n_jobs=jobs) as parallel:
            # A round at a time, so that no more is read than is scored.
            while block_round := list(islice(blocks, _ROUND)):
                found = parallel(delayed(_keys_and_scores)(moderator.model, block) for block in block_round)
                for block, (keys, block_scores) in zip(block_round, found, strict=True):
                    labels = np.array([example.spam for example in block], dtype=np.bool_)
                    for row in np.flatnonzero(seen.first(keys, labels)).tolist():
                        text = block[row].comment.text
                        digest.update(b", " * bool(scores) + json.dumps([text, block[row].spam]).encode())
                        scores.append(block_scores[row])
                        spam.append(block[row].spam)
                        clusters.append(key_of(_cluster(text)))
                        if len(timed) < _TIMED:
                            timed.append(block[row].comment)
    digest.update(b"]")
    found_scores, labels = np.array(scores), np.array(spam, dtype=np.bool_)
    probabilities = np.array([probability_of(score) for score in scores])
    metrics = measure(found_scores, probabilities, labels, np.array(clusters, dtype=np.uint64), moderator.threshold)
    return Evaluation(path.name, digest.hexdigest(), metrics, {}, _speed(moderator, timed), None)


def _keys_and_scores(model: LinearModel, examples: Sequence[Example]) -> tuple[npt.NDArray[np.uint64], Scores]:
    keys = np.array([key_of(copy_key(example.comment)) for example in examples], dtype=np.uint64)
    return keys, _block_scores(model, [example.comment for example in examples])


def pooled(results: Sequence[Evaluation], threshold: float) -> Evaluation:
    """Measure several sets as one, without what are copies from set to set; nothing is scored again.

    Only evasions that all of them were measured under are told.
    """
    if len(results) == 1:
        return results[0]
    parts = [result.scored for result in results]
    together = Scored(
        [example for part in parts for example in part.examples],
        np.concatenate([part.scores for part in parts]),
        {
            name: np.concatenate([part.evaded[name] for part in parts])
            for name in parts[0].evaded
            if all(name in part.evaded for part in parts)
        },
    )
    row = {id(example): number for number, example in enumerate(together.examples)}
    kept, _ = without_copies(together.examples)
    rows = np.array([row[id(example)] for example in kept], dtype=np.intp)
    return Evaluation.of(f"{len(results)} sets", together.part(rows), threshold)


def _scores(model: LinearModel, comments: Sequence[Comment], jobs: int) -> Scores:
    blocks = [comments[start : start + _BLOCK] for start in range(0, len(comments), _BLOCK)]
    return np.concatenate([np.zeros(0), *Parallel(n_jobs=jobs)(delayed(_block_scores)(model, b) for b in blocks)])


def _block_scores(model: LinearModel, comments: Sequence[Comment]) -> Scores:
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
    """Evaluate as the command line says: results on standard output, progress towards a report on standard error."""
    with workers(arguments.dask):
        return _run(arguments)


def _run(arguments: Namespace) -> int:
    if arguments.report is None:
        _evaluated(arguments, silent)
        return 0
    from modspam.report import render

    _check_apart(arguments.report, [*arguments.inputs, arguments.model or bundled_path()])
    say = to_stderr()
    # Opened before the work, so that a page that cannot be written is no loss; readable by its owner alone,
    # since it quotes comments.
    with replaced(arguments.report, mode=0o600) as file:
        file.write(render(*_evaluated(arguments, say), say).encode())
    say(f"written: {arguments.report}")
    return 0


def _check_apart(report: Path, inputs: Sequence[Path]) -> None:
    """Raise `SettingError` if the report would take the place of what it is made from."""
    if report.exists() and any(path.exists() and path.samefile(report) for path in inputs):
        raise SettingError(f"{report} is what is to be measured: give the report another name")


def _evaluated(arguments: Namespace, say: Say) -> tuple[list[Evaluation], Moderator, Path, list[Source]]:
    """Measure each input and print what was measured; also say by what model, and of which files."""
    path = arguments.model or bundled_path()
    moderator = Moderator.load(path, threshold=arguments.threshold)
    results: list[Evaluation] = []
    files: list[Source] = []
    for source in arguments.inputs:
        if _is_long(source, arguments):
            result = evaluate_streamed(moderator, source, arguments.jobs)
        else:
            examples, found = load([source])
            files += found
            result = evaluate(
                moderator, examples, source.name, evasions=arguments.evasions, speed=True, jobs=arguments.jobs, say=say
            )
        results.append(result)
        if not arguments.json:
            print(table(result), flush=True)
    if arguments.json:
        print(json.dumps([result.to_dict() for result in results], indent=1))
    else:
        print(f"model: {path} ({path.stat().st_size / 1e6:.2f} MB)")
    return results, moderator, path, files


def _is_long(source: Path, arguments: Namespace) -> bool:
    """Whether to read through a file without keeping its comments, which a report or evasions would need."""
    if arguments.stream and (arguments.report or arguments.evasions or source.is_dir()):
        raise SettingError("--stream reads files through, so it goes with no folder, --report or --evasions")
    kept = arguments.report or arguments.evasions or source.is_dir() or not source.exists()
    return bool(arguments.stream) or not (kept or unpacked_size(source) < IN_MEMORY)


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
