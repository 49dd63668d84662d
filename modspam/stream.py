"""Training on more comments than memory holds: read once, learnt from disk, and resumed where it was stopped.

1. Comments are read in blocks, and the features of each block go into a shard on disk (`modspam.shards`).
2. The shards are dealt out to parts.  In each pass every part goes on from the same weights by stochastic
   gradient descent, a mixed group of shards at a time, and at the end of the pass the parts' weights are
   averaged: iterative parameter mixing (McDonald, Hall and Mann 2010).  Parts know nothing of each other, so
   they may be learnt side by side, in processes here or on the machines of a cluster that see the same disk.
3. One comment in ten was not learnt; calibration, threshold and figures come from these.

Every step leaves a file in the work folder, and a file that is there is not made again.  So a run that was
killed goes on from where it was and ends with the same model, as does one with other processes.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from scipy import sparse
from sklearn.linear_model import SGDClassifier

from modspam.corpora import Example, Source, in_blocks, stem_of
from modspam.errors import CheckpointError, TrainingError
from modspam.files import digest_of, replaced
from modspam.fit import BYTES, FEWEST, Fitted, HeldOut, calibrated, source_weights
from modspam.model import LinearModel, specification
from modspam.ngrams import BITS
from modspam.progress import Show, progress
from modspam.say import Say, silent
from modspam.seen import Seen
from modspam.settings import DEFAULTS, Settings
from modspam.shards import extract_shard, read_shard, write_arrays

__all__ = ["Read", "train_streamed"]

Read = Callable[[Path, Callable[[int], None]], Iterable[Example]]  # tells how many bytes of the file are read

_VERSION = 3  # of the work folder
_BLOCK = 1024  # comments of a shard
_GROUP = 16  # shards that are mixed and learnt together
_PART = 256  # shards of a part, at most
_FEWEST_PARTS = 4
_PASSES = 3
_HELD_OUT = 10  # one comment in so many is not learnt
_STEP = 0.5  # of the descent
_COLUMNS = BYTES.stop + (1 << BITS)


def train_streamed(
    files: Sequence[Path],
    read: Read,
    work: Path,
    settings: Settings = DEFAULTS,
    say: Say = silent,
) -> LinearModel:
    """Train on the comments that ``read`` gives of each file; what is done lies in the folder ``work``.

    Raises `TrainingError` if there are fewer than ten comments of a class, or too few to hold out;
    `CheckpointError` if ``work`` was left by a run on other comments, with other settings, or of another version.
    """
    settings.check()
    say("reading through the files")
    digests = [digest_of(path) for path in files]
    _check_plan(work, digests, settings)
    shards, sources = _extract(files, digests, read, work, settings.jobs)
    table = _mark(work, shards, say)
    parts = min(shards, max(_FEWEST_PARTS, -(-shards // _PART)))
    alpha = 1 / (settings.regularisation * table.counts.total())
    for number in range(_PASSES):
        target = work / f"pass-{number}.npz"
        if not target.exists():
            say(f"pass {number + 1} of {_PASSES}")
            Parallel(n_jobs=settings.jobs)(
                delayed(_learn)(work, shards, (number, part, parts), alpha) for part in range(parts)
            )
            _average(work, number, parts)
    say("scoring what was held out")
    fitted = _point(work / f"pass-{_PASSES - 1}.npz")
    held_out = _held_out(work, shards, fitted)
    counts = {"spam": table.posted[True], "ham": table.posted[False], **table.dropped}
    return calibrated(fitted, held_out, sources, counts, table.altered, settings)


class _Table(NamedTuple):
    """What there is in all shards: comments by source, class and whether they were posted on a site."""

    counts: Counter[tuple[str, bool, bool]]
    posted: Counter[bool]
    altered: int
    dropped: dict[str, int]


def _check_plan(work: Path, digests: Sequence[str], settings: Settings) -> None:
    """Make the work folder, or see that what lies in it was made by a run like this one."""
    plan = {
        "version": _VERSION,
        "features": specification(),
        "files": list(digests),
        "settings": {k: v for k, v in settings._asdict().items() if k not in ("jobs", "adaptation", "folds")},
        "shape": [_BLOCK, _GROUP, _PART, _FEWEST_PARTS, _PASSES, _HELD_OUT, _STEP],
    }
    path = work / "plan.json"
    if path.exists():
        try:
            same = json.loads(path.read_text(encoding="utf-8")) == plan
        except ValueError:
            same = False
        if not same:
            raise CheckpointError(
                f"{work} was left by a run on other comments, with other settings, or of another version of modspam: "
                "finish that run, or remove the folder to begin anew"
            )
        return
    work.mkdir(parents=True, exist_ok=True)
    if any(work.iterdir()):
        raise CheckpointError(f"{work} is no work folder of modspam: remove it, or choose another output")
    with replaced(path) as file:
        file.write(json.dumps(plan).encode())


def _extract(
    files: Sequence[Path], digests: Sequence[str], read: Read, work: Path, jobs: int
) -> tuple[int, list[Source]]:
    """Extract what is not extracted yet; returns the number of shards, and what was read of each file."""
    complete = work / "complete.json"
    if complete.exists():
        shards, sources = json.loads(complete.read_text(encoding="utf-8"))
        return shards, [Source(*source) for source in sources]
    labels = [Counter[bool]() for _ in files]
    shards = 0

    def examples(show: Show) -> Iterator[Example]:
        before = number = 0
        for path, found in zip(files, labels, strict=True):
            for example in read(path, lambda reached: show(before + reached, number)):  # noqa: B023 - read here
                found[example.spam] += 1
                number += 1
                yield example
            before += path.stat().st_size

    def tasks(show: Show) -> Iterator[Any]:
        nonlocal shards
        for shards, block in enumerate(in_blocks(examples(show), _BLOCK), start=1):
            path = _shard(work, shards - 1)
            if not path.exists():
                yield delayed(extract_shard)(block, path)

    with progress(sum(path.stat().st_size for path in files)) as show:
        Parallel(n_jobs=jobs)(tasks(show))
    sources = [
        Source(stem_of(path), digest, found[True], found[False])
        for path, digest, found in zip(files, digests, labels, strict=True)
    ]
    with replaced(complete) as file:
        file.write(json.dumps([shards, sources]).encode())
    return shards, sources


def _shard(work: Path, number: int) -> Path:
    return work / f"shard-{number:06}.npz"


def _rows(work: Path, number: int) -> Path:
    return work / f"rows-{number:06}.npz"


def _is_held_out(groups: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = groups % np.uint64(_HELD_OUT) == 0
    return found


def _mark(work: Path, shards: int, say: Say) -> _Table:
    """Say of each comment whether it is learnt, held out or left out as a copy, and what it weighs."""
    seen = Seen()
    counts: Counter[tuple[str, bool, bool]] = Counter()
    posted: Counter[bool] = Counter()
    held: Counter[bool] = Counter()
    altered = copies = 0
    kept = []
    for number in range(shards):
        with np.load(_shard(work, number), allow_pickle=False) as shard:
            spam, sited, was_posted = shard["spam"], shard["sited"], shard["posted"]
            fresh = seen.first(shard["keys"], spam)
            cells = zip(shard["sources"][shard["of_source"]].tolist(), spam.tolist(), sited.tolist(), strict=True)
            held_out = _is_held_out(shard["groups"])
        counts.update(cell for cell, is_fresh in zip(cells, fresh, strict=True) if is_fresh)
        posted.update(spam[fresh & was_posted].tolist())
        held.update(spam[fresh & was_posted & held_out].tolist())
        altered += int((fresh & ~was_posted).sum())
        copies += int((~fresh & was_posted).sum())
        kept.append(np.packbits(fresh))
    say(
        f"{posted.total():,} comments ({posted[True]:,} spam, {posted[False]:,} ham); left out: {copies:,} copies, "
        f"{seen.contradictions:,} of them under the other label"
    )
    if min(posted[True], posted[False]) < FEWEST:
        raise TrainingError(
            f"{posted[True]} different spam and {posted[False]} different ham comments are too few: "
            f"at least {FEWEST} of each are needed"
        )
    for label, name in ((True, "spam"), (False, "ham")):
        if not held[label] or held[label] == posted[label]:
            raise TrainingError(
                f"nearly all {name} stands under one page: say which page each comment stands under (page_title)"
            )
    _weigh(work, kept, counts)
    return _Table(counts, posted, altered, {"copies": copies, "contradictions": seen.contradictions})


def _weigh(work: Path, kept: Sequence[npt.NDArray[np.uint8]], counts: Counter[tuple[str, bool, bool]]) -> None:
    """Write for each shard which of its comments count and what they weigh, as `modspam.fit.weights_of` has it."""
    sizes: Counter[tuple[str, bool]] = Counter()
    for (source, label, _), count in counts.items():
        sizes[source, label] += count
    weight = {cell: float(source_weights(np.array([sizes[cell[:2]]]), np.array([cell[2]]))[0]) for cell in counts}
    total = {label: sum(weight[cell] * n for cell, n in counts.items() if cell[1] == label) for label in (False, True)}
    scale = {label: counts.total() / 2 / total[label] for label in total}
    for number, packed in enumerate(kept):
        with np.load(_shard(work, number), allow_pickle=False) as shard:
            spam, sited = shard["spam"].tolist(), shard["sited"].tolist()
            sources = shard["sources"][shard["of_source"]].tolist()
            held_out = _is_held_out(shard["groups"])
        fresh = np.unpackbits(packed, count=len(spam)).astype(np.bool_)
        weights = [
            weight[source, label, posted] * scale[label] if is_fresh else 0.0
            for source, label, posted, is_fresh in zip(sources, spam, sited, fresh.tolist(), strict=True)
        ]
        write_arrays(
            _rows(work, number), learnt=fresh & ~held_out, held_out=fresh & held_out, weights=np.array(weights)
        )


def _learn(work: Path, shards: int, turn: tuple[int, int, int], alpha: float) -> None:
    """Learn one part in one pass, from the average of the pass before."""
    number, part, parts = turn
    target = work / f"pass-{number}-part-{part}.npz"
    if target.exists():
        return
    start = _point(work / f"pass-{number - 1}.npz") if number else Fitted(np.zeros(_COLUMNS), 0.0)
    mine = np.random.default_rng([number, part]).permutation(np.arange(part, shards, parts))
    groups = [mine[first : first + _GROUP].tolist() for first in range(0, len(mine), _GROUP)]
    point = start
    weights, intercept = np.zeros(_COLUMNS), 0.0
    for index, group in enumerate(groups):
        point = _descend(point, work, group, alpha, seed=index)
        weights += point.weights / len(groups)
        intercept += point.intercept / len(groups)
    write_arrays(target, weights=weights, intercept=intercept)


def _descend(start: Fitted, work: Path, group: Sequence[int], alpha: float, seed: int) -> Fitted:
    """Go on from a point, once over the comments of these shards, mixed."""
    matrices, labels, weights = [], [], []
    for number in group:
        with np.load(_rows(work, number), allow_pickle=False) as rows:
            learnt = rows["learnt"]
            weights.append(rows["weights"][learnt])
        shard = read_shard(_shard(work, number))
        matrices.append(shard.read.matrix[learnt])
        labels.append(shard.spam[learnt])
    model = SGDClassifier(
        loss="log_loss", alpha=alpha, learning_rate="constant", eta0=_STEP, random_state=seed, average=False
    )
    # What scikit-learn keeps between calls of partial_fit, as if what was learnt before had been learnt by it.
    model.coef_ = start.weights[None, :].copy()
    model.intercept_ = np.array([start.intercept])
    model.partial_fit(
        sparse.vstack(matrices, format="csr"),
        np.concatenate(labels),
        classes=np.array([False, True]),
        sample_weight=np.concatenate(weights),
    )
    return Fitted(model.coef_[0], float(model.intercept_[0]))


def _point(path: Path) -> Fitted:
    with np.load(path, allow_pickle=False) as file:
        return Fitted(file["weights"], float(file["intercept"]))


def _average(work: Path, number: int, parts: int) -> None:
    """Average what the parts have learnt; their own files are no longer needed then."""
    paths = [work / f"pass-{number}-part-{part}.npz" for part in range(parts)]
    weights, intercept = np.zeros(_COLUMNS), 0.0
    for path in paths:
        point = _point(path)
        weights += point.weights / parts
        intercept += point.intercept / parts
    write_arrays(work / f"pass-{number}.npz", weights=weights, intercept=intercept)
    for path in paths:
        path.unlink()


def _held_out(work: Path, shards: int, fitted: Fitted) -> HeldOut:
    """Score what was not learnt."""
    found: list[HeldOut] = []
    for number in range(shards):
        with np.load(_rows(work, number), allow_pickle=False) as rows:
            held_out, weights = rows["held_out"], rows["weights"]
        shard = read_shard(_shard(work, number))
        held_out &= shard.posted
        scores = fitted.score(shard.read.at(held_out))
        found.append(
            HeldOut(
                scores,
                shard.spam[held_out],
                shard.sources[shard.of_source[held_out]],
                weights[held_out],
                shard.addressed[held_out],
            )
        )
    return HeldOut(*(np.concatenate(parts) for parts in zip(*found, strict=True)))
