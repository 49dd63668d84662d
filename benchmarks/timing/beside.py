"""modspam beside its peers: batches, single checks, texts of every kind and length, imports and loads."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from modspam import Comment
from timing.contenders import OURS, Contender
from timing.inputs import KINDS, Sample, Writer, size_of
from timing.rounds import Figure, figure, interleaved, over_inputs, process_seconds, ratio, seconds_of, tell

__all__ = ["few", "measured", "shapes"]

_COLD_TEXT = "hello there, thank you"
_LEFT_OUT = "sklearn"  # what an import of modspam must not bring with it

_FEWEST_TEXTS, _MOST_TEXTS = 2, 40
_WRITTEN = 30_000  # bytes of made texts of a size, about

Rounds = dict[str, list[float]]


class Measure(NamedTuple):
    """One figure for each contender that has it, and what their rounds are divided by modspam's."""

    name: str
    unit: str
    figures: dict[str, Figure]
    ratios: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Give it as plain values for JSON."""
        figures = {
            name: {**found.to_dict(), "ratio": float(f"{self.ratios[name]:.4g}")}
            for name, found in self.figures.items()
        }
        return {"measure": self.name, "unit": self.unit, "figures": figures}


def measured(
    contenders: Mapping[str, Contender], sample: Sample, rounds: int, folder: Path
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Measure everything on the comments as they are; what concerns modspam alone comes second."""
    checks, reasons = single_checks(contenders, sample, rounds)
    imports, processes = cold_processes(contenders, 2 * rounds - 1, folder)
    rows = [*batches(contenders, sample, rounds), *checks, *imports, loads(contenders, 2 * rounds - 1)]
    files = {name: c.file.stat().st_size / 1e6 for name, c in contenders.items() if c.file}
    rows.append(compared("model file", "MB", {name: [size] for name, size in files.items()}))
    return [row.to_dict() for row in rows], {"reasons": reasons, **processes}


def compared(name: str, unit: str, found: Rounds) -> Measure:
    """Take the medians, and the medians of the ratios of each round."""
    return Measure(
        name,
        unit,
        {key: figure(values) for key, values in found.items()},
        {key: ratio(values, found[OURS]).value for key, values in found.items()},
    )


def batches(contenders: Mapping[str, Contender], sample: Sample, rounds: int) -> list[Measure]:
    tell("batches")
    inputs = prepared(contenders, sample.comments)
    times = interleaved({name: partial(c.batch, inputs[name]) for name, c in contenders.items()}, rounds)
    sizes = {name: size_of(sample.texts[: len(inputs[name])]) / 1e6 for name in contenders}
    return [
        compared(
            "batch", "comments/s", {name: [len(inputs[name]) / t for t in found] for name, found in times.items()}
        ),
        compared("batch", "MB/s", {name: [sizes[name] / t for t in found] for name, found in times.items()}),
    ]


def single_checks(
    contenders: Mapping[str, Contender], sample: Sample, rounds: int
) -> tuple[list[Measure], dict[str, Any]]:
    """Measure one comment after the other, each by itself; then modspam's with the reasons."""
    tell("single checks")
    inputs = prepared(contenders, sample.comments)
    tasks: dict[str, Callable[[], Sequence[float]]] = {
        name: partial(c.each, inputs[name]) for name, c in contenders.items()
    }
    with_reasons = f"{OURS}, reasons"
    tasks[with_reasons] = partial(with_all_reasons, sample.comments)
    times = {name: np.array(found) for name, found in interleaved(tasks, rounds).items()}
    reasons = times.pop(with_reasons)
    measures = []
    for title, percent in (("median", 50), ("99th percentile", 99), ("longest", 100)):
        figures = {name: over_inputs(found, percent) for name, found in times.items()}
        # The slow ones were given the first comments alone: so is modspam when it is compared with them.
        ratios = {
            name: found.value / over_inputs(times[OURS][:, : times[name].shape[1]], percent).value
            for name, found in figures.items()
        }
        measures.append(Measure(f"one check, {title}", "us", figures, ratios))
    plain, more = over_inputs(times[OURS], 50), over_inputs(reasons, 50)
    return measures, {
        "median_us": more.to_dict(),
        "p99_us": over_inputs(reasons, 99).to_dict(),
        "ratio": more.value / plain.value,
    }


def with_all_reasons(comments: Sequence[Comment]) -> list[float]:
    from modspam import Moderator
    from timing.worker import each_call

    check = Moderator.load().check
    return each_call(lambda comment: check(comment).reasons, comments)


def few(comments: Sequence[Comment]) -> int:
    """Say how many of these the slow ones are given: one in forty, ten at least."""
    return max(10, len(comments) // 40)


def prepared(contenders: Mapping[str, Contender], comments: Sequence[Comment]) -> dict[str, list[Any]]:
    """Make each contender's inputs."""
    part = comments[: few(comments)]
    return {name: [c.prepare(comment) for comment in (part if c.slow else comments)] for name, c in contenders.items()}


def shapes(
    contenders: Mapping[str, Contender], writer: Writer, sizes: Sequence[int], rounds: int
) -> list[dict[str, Any]]:
    """Measure single checks of made texts, several of each kind and size (slow contenders: one)."""
    rows = []
    for kind in KINDS:
        tell(f"made texts: {kind}")
        for size in sizes:
            # Many short ones: the first after a turn of others finds the processor's caches cold.
            texts = max(_FEWEST_TEXTS, min(_MOST_TEXTS, _WRITTEN // size))
            comments = [Comment(writer.write(kind, size, number)) for number in range(texts)]
            tasks = {
                name: partial(c.each, [c.prepare(comment) for comment in comments[: 1 if c.slow else None]])
                for name, c in contenders.items()
            }
            times = interleaved(tasks, rounds)
            figures = {name: over_inputs(np.array(found), 50).to_dict() for name, found in times.items()}
            rows.append({"kind": kind, "bytes": size, "unit": "us", "figures": figures})
    return rows


def cold_processes(
    contenders: Mapping[str, Contender], rounds: int, folder: Path
) -> tuple[list[Measure], dict[str, Any]]:
    """Measure imports, and the command line, in fresh processes that find their modules compiled."""
    tell("processes")
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = {**kept, "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    own = (sys.executable, "-c")
    base, cold = (*own, "import numpy, regex"), (sys.executable, "-m", "modspam", "check", _COLD_TEXT)
    commands = {c.command for c in contenders.values() if c.command}
    bare = {command: (command[0], "-c", "pass") for command in commands}
    distinct = sorted({base, cold, *commands, *bare.values()})
    tasks = {"\0".join(command): partial(process_seconds, command, environment) for command in distinct}
    times = {tuple(key.split("\0")): found for key, found in interleaved(tasks, rounds).items()}

    def above(command: tuple[str, ...], other: tuple[str, ...]) -> list[float]:
        return [1e3 * (a - b) for a, b in zip(times[command], times[other], strict=True)]

    imports = {name: above(c.command, bare[c.command]) for name, c in contenders.items() if c.command}
    ours = contenders[OURS].command
    assert ours is not None  # noqa: S101 - it is a library
    code = f"import modspam, sys; modspam.check('Thank you all!'); sys.exit({_LEFT_OUT!r} in sys.modules)"
    return [compared("import", "ms", imports)], {
        "import_above_numpy_and_regex_ms": figure(above(ours, base)).to_dict(),
        "import_brings_scikit_learn": bool(subprocess.run([*own, code], check=False).returncode),
        "modspam_check_ms": figure([1e3 * t for t in times[cold]]).to_dict(),
        "import_numpy_and_regex_ms": figure([1e3 * t for t in times[base]]).to_dict(),
        "modspam_check_over_numpy_and_regex": ratio(times[cold], times[base]).to_dict(),
    }


def loads(contenders: Mapping[str, Contender], rounds: int) -> Measure:
    tell("loads")
    tasks = {name: partial(seconds_of, c.load) for name, c in contenders.items() if c.load}
    times = interleaved(tasks, rounds)
    return compared("model load", "ms", {name: [1e3 * t for t in found] for name, found in times.items()})
