"""How fast is modspam beside fastText and scikit-learn?  All in one run, on one core, on the same comments.

    python benchmarks/speed.py
    python benchmarks/speed.py CORPORA/dev --name "dev corpora" -o benchmarks/speed.json

The peers are trained in the run, on the comments that are measured; modspam serves its bundled model,
and its own training is not repeated.  Contenders take turns, in another order each round, so that what
else the machine does falls on all of them.  A first round warms up and is not counted.

- a process, a load, a batch: the median of the rounds
- one check: a comment's time is the median of its rounds; then the median and the 99th percentile over
  the comments
- the import: time above an interpreter that starts and ends, with whatever the import pulls in

modspam reads whole comments (author and address too), its peers the text alone, made one line
beforehand, which fastText asks for.  A peer that is not installed is said to be so.
"""

import os

# One core for everybody; numpy's libraries read these when they are loaded.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import gc
import json
import platform
import random
import subprocess
import sys
from argparse import ArgumentParser
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, perf_counter_ns
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from versions import versions

from modspam import Comment, Moderator
from modspam.corpora import load, without_copies
from modspam.model import bundled_path

T = TypeVar("T")

DATASETS = Path(__file__).parents[1] / "datasets"
PACKAGES = ("numpy", "regex", "scikit-learn", "scipy", "joblib", "fasttext")
PROCESS_ROUNDS = 9  # at least: a process's time varies more than a call's
COLD_TEXT = "hello there, thank you"

OURS = "modspam"
FASTTEXT = "fastText"
CHARACTERS = "sklearn chars"
WORDS = "sklearn words"
NAMES = (OURS, FASTTEXT, CHARACTERS, WORDS)


@dataclass(frozen=True, slots=True)
class Sample:
    """The comments that are measured.

    - ``comments``: as modspam takes them
    - ``texts``: as the peers take them, one line each
    - ``spam``: the labels that the peers are trained on
    """

    comments: list[Comment]
    texts: list[str]
    spam: list[bool]


@dataclass(frozen=True, slots=True)
class Contender:
    """One library with its model.

    - ``statement``: what imports it
    - ``file``: its model
    - ``load``: loads the file
    - ``inputs``, ``check``: the comments, and what judges one of them
    - ``check_many``: judges all of them
    - ``training_seconds``: what the model took, or None where it was there before
    """

    statement: str
    file: Path
    load: Callable[[], object]
    inputs: Sequence[Any]
    check: Callable[[Any], object]
    check_many: Callable[[], object]
    training_seconds: float | None = None


class Figure(NamedTuple):
    """A measured value, and the lowest and the highest that a round gave by itself."""

    value: float
    lowest: float | None = None
    highest: float | None = None


class Measure(NamedTuple):
    """A row of the table."""

    title: str
    unit: str
    figures: dict[str, Figure]


def main() -> int:
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpora", nargs="*", type=Path, default=[DATASETS], metavar="CORPUS")
    parser.add_argument("-o", "--output", type=Path, help="write the figures as JSON, too")
    parser.add_argument("--name", help="what to call the input (default: the names of its files and folders)")
    parser.add_argument("--comments", type=int, default=2000, help="how many to draw (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="how often all is repeated (default: %(default)s)")
    arguments = parser.parse_args()

    name = arguments.name or ", ".join(path.resolve().name for path in arguments.corpora)
    sample = draw(arguments.corpora, arguments.comments)
    if len(set(sample.spam)) < 2:
        parser.error("the peers are trained on the comments: there must be both spam and ham")
    report: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "versions": versions(PACKAGES),
        "input": {"name": f"{name}, {len(sample.comments):,} comments", **described(sample)},
        "rounds": arguments.rounds,
        "process_rounds": max(PROCESS_ROUNDS, arguments.rounds),
    }
    with TemporaryDirectory() as folder:
        contenders = prepare(sample, Path(folder))
        measures = measure(contenders, sample, arguments.rounds, Path(folder))
    report["measures"] = [as_json(row, contenders) for row in measures]
    if arguments.output:
        arguments.output.write_text(json.dumps(report, indent=1) + "\n")
    print(f"{report['input']['name']}; x: as many times modspam's figure\n\n{table(measures, contenders)}")
    return 0


def draw(paths: Sequence[Path], count: int) -> Sample:
    """Draw at most ``count`` comments, the same ones each time."""
    examples, _ = without_copies(load(paths)[0])
    drawn = random.Random(0).sample(examples, min(count, len(examples)))  # noqa: S311 - sampling, no secret
    return Sample(
        [example.comment for example in drawn],
        [one_line(example.comment.text) for example in drawn],
        [example.spam for example in drawn],
    )


def one_line(text: str) -> str:
    """Give the text as fastText takes it: no line ends, nothing that UTF-8 cannot hold."""
    return " ".join(text.splitlines()).encode("utf-8", "replace").decode("utf-8")


def described(sample: Sample) -> dict[str, Any]:
    """Say which comments these are and how long."""
    lengths = [len(comment.text) for comment in sample.comments]
    median, p99 = np.percentile(lengths, [50, 99])
    return {
        "spam": sum(sample.spam),
        "characters": {"median": int(median), "p99": int(p99), "longest": max(lengths)},
        "bytes": size_of(sample),
        "sha256": sha256("\0".join(sample.texts).encode()).hexdigest(),
    }


def size_of(sample: Sample) -> int:
    """Count the bytes of the comments' texts."""
    return sum(len(comment.text.encode("utf-8", "replace")) for comment in sample.comments)


def prepare(sample: Sample, folder: Path) -> dict[str, Contender]:
    """Train and load every contender that is installed."""
    makers = {OURS: ours, FASTTEXT: fasttext_subwords, CHARACTERS: sklearn_characters, WORDS: sklearn_words}
    contenders = {}
    for name, make in makers.items():
        try:
            contenders[name] = make(sample, folder)
        except ModuleNotFoundError as error:
            tell(f"{name}: {error}")
        else:
            tell(f"{name} is ready")
    return contenders


def ours(sample: Sample, _: Path) -> Contender:
    moderator = Moderator.load()
    return Contender(
        statement="import numpy, regex, modspam",
        file=bundled_path(),
        load=Moderator.load,
        inputs=sample.comments,
        check=moderator.check,
        check_many=lambda: deque(moderator.check_many(sample.comments), maxlen=0),
    )


def fasttext_subwords(sample: Sample, folder: Path) -> Contender:
    import fasttext

    lines, file = folder / "fasttext.txt", folder / "fasttext.bin"
    labels = ["__label__spam" if spam else "__label__ham" for spam in sample.spam]
    rows = [f"{label} {text}\n" for label, text in zip(labels, sample.texts, strict=True)]
    lines.write_text("".join(rows), encoding="utf-8")
    started = perf_counter()
    trained = fasttext.train_supervised(str(lines), minn=2, maxn=5, wordNgrams=2, dim=16, seed=0, thread=1, verbose=0)
    seconds = perf_counter() - started
    trained.save_model(str(file))
    model = fasttext.load_model(str(file))
    return Contender(
        statement="import fasttext",
        file=file,
        load=lambda: fasttext.load_model(str(file)),
        inputs=sample.texts,
        # Model.predict(str) of fastText 0.9.3 fails with numpy 2 (np.array(..., copy=False)): what it calls does not.
        check=lambda text: model.f.predict(text + "\n", 1, 0.0, "strict"),
        check_many=lambda: model.predict(sample.texts),
        training_seconds=seconds,
    )


def sklearn_characters(sample: Sample, folder: Path) -> Contender:
    from sklearn.feature_extraction.text import HashingVectorizer

    # As many buckets, and the same orders, as modspam has.
    vectorizer = HashingVectorizer(analyzer="char_wb", ngram_range=(1, 5), n_features=2**18)
    return sklearn_pipeline(vectorizer, sample, folder / "characters.joblib")


def sklearn_words(sample: Sample, folder: Path) -> Contender:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return sklearn_pipeline(TfidfVectorizer(ngram_range=(1, 2)), sample, folder / "words.joblib")


def sklearn_pipeline(vectorizer: Any, sample: Sample, file: Path) -> Contender:
    """Train a logistic regression on what ``vectorizer`` makes of the texts."""
    import joblib
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    started = perf_counter()
    trained = make_pipeline(vectorizer, LogisticRegression(max_iter=1000)).fit(sample.texts, sample.spam)
    seconds = perf_counter() - started
    joblib.dump(trained, file)
    model = joblib.load(file)
    return Contender(
        statement="import sklearn.pipeline, sklearn.feature_extraction.text, sklearn.linear_model",
        file=file,
        load=lambda: joblib.load(file),
        inputs=sample.texts,
        check=lambda text: model.predict_proba([text]),
        check_many=lambda: model.predict_proba(sample.texts),
        training_seconds=seconds,
    )


def measure(contenders: Mapping[str, Contender], sample: Sample, rounds: int, folder: Path) -> list[Measure]:
    """Measure everything."""
    process_rounds = max(PROCESS_ROUNDS, rounds)
    rows = measure_processes(contenders, process_rounds, folder)
    rows += measure_loading(contenders, process_rounds)
    rows += measure_checks(contenders, rounds)
    rows += measure_batches(contenders, sample, rounds)
    sizes = {name: Figure(contender.file.stat().st_size / 1e6) for name, contender in contenders.items()}
    rows.append(Measure("model file", "MB", sizes))
    training = {
        name: Figure(contender.training_seconds)
        for name, contender in contenders.items()
        if contender.training_seconds is not None
    }
    rows.append(Measure("training on these comments", "s", training))
    return rows


def measure_processes(contenders: Mapping[str, Contender], rounds: int, folder: Path) -> list[Measure]:
    """Measure imports and the command line in fresh processes."""
    tell("processes")
    bare, base, cold = "bare", "base", "cold"
    commands = {
        bare: ["-c", "pass"],
        base: ["-c", "import numpy, regex"],
        cold: ["-m", "modspam", "check", COLD_TEXT],
        **{name: ["-c", contender.statement] for name, contender in contenders.items() if name != WORDS},
    }
    environment = with_bytecode(folder / "bytecode")
    tasks = {name: partial(process_seconds, arguments, environment) for name, arguments in commands.items()}
    times = interleaved(tasks, rounds)

    def above(name: str, other: str) -> Figure:
        return figure([1e3 * (a - b) for a, b in zip(times[name], times[other], strict=True)])

    imports = {name: above(CHARACTERS if name == WORDS else name, bare) for name in contenders}
    return [
        Measure("import", "ms", imports),
        Measure("import, above numpy and regex", "ms", {OURS: above(OURS, base)}),
        Measure("python -m modspam check", "ms", {OURS: figure([1e3 * t for t in times[cold]])}),
        Measure("python -c 'import numpy, regex'", "ms", {OURS: figure([1e3 * t for t in times[base]])}),
    ]


def with_bytecode(folder: Path) -> dict[str, str]:
    """Let processes keep compiled modules in ``folder``, as an installed package has them, whatever is set here."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder)}


def process_seconds(arguments: Sequence[str], environment: Mapping[str, str]) -> float:
    """Time one Python process from start to end."""
    started = perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    seconds = perf_counter() - started
    # The command's exit code is 1 for a flagged comment, and then it says so.
    if done.returncode not in (0, 1) or (done.returncode == 1 and not done.stdout):
        raise RuntimeError(f"{' '.join(arguments)} failed: {done.stderr.decode(errors='replace')}")
    return seconds


def measure_loading(contenders: Mapping[str, Contender], rounds: int) -> list[Measure]:
    tell("loading")
    times = interleaved({name: partial(seconds_of, contender.load) for name, contender in contenders.items()}, rounds)
    return [Measure("model load", "ms", {name: figure([1e3 * t for t in found]) for name, found in times.items()})]


def measure_checks(contenders: Mapping[str, Contender], rounds: int) -> list[Measure]:
    """Measure single calls, one comment after the other."""
    tell("single checks")
    our_check = contenders[OURS].check
    tasks = {name: partial(each_call, contender.check, contender.inputs) for name, contender in contenders.items()}
    tasks["reasons"] = partial(each_call, lambda comment: our_check(comment).reasons, contenders[OURS].inputs)
    times = {name: np.array(found) for name, found in interleaved(tasks, rounds).items()}
    reasons = times.pop("reasons")
    percentiles = (("median", 50), ("99th percentile", 99))
    rows = []
    for title, percent in percentiles:
        figures = {name: over_comments(found, percent) for name, found in times.items()}
        rows.append(Measure(f"one check, {title}", "us", figures))
    for title, percent in percentiles:
        rows.append(Measure(f"... with reasons, {title}", "us", {OURS: over_comments(reasons, percent)}))
    return rows


def each_call(check: Callable[[Any], object], inputs: Sequence[Any]) -> npt.NDArray[np.float64]:
    """Time every call by itself, in microseconds."""
    times = np.zeros(len(inputs))
    for position, given in enumerate(inputs):
        started = perf_counter_ns()
        check(given)
        times[position] = perf_counter_ns() - started
    return times / 1e3


def over_comments(times: npt.NDArray[np.float64], percent: float) -> Figure:
    """Take a percentile over the comments (columns), each with the median of its rounds (rows)."""
    value = np.percentile(np.median(times, axis=0), percent)
    of_rounds = np.percentile(times, percent, axis=1)
    return Figure(float(value), float(of_rounds.min()), float(of_rounds.max()))


def measure_batches(contenders: Mapping[str, Contender], sample: Sample, rounds: int) -> list[Measure]:
    tell("batches")
    tasks = {name: partial(seconds_of, contender.check_many) for name, contender in contenders.items()}
    times = interleaved(tasks, rounds)
    amounts = (("comments/s", len(sample.comments)), ("MB/s", size_of(sample) / 1e6))
    return [
        Measure("batch", unit, {name: figure([amount / t for t in found]) for name, found in times.items()})
        for unit, amount in amounts
    ]


def interleaved(tasks: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """Run all tasks round after round, another one first each time; the first round is not counted."""
    names = list(tasks)
    found: dict[str, list[T]] = {name: [] for name in names}
    for number in range(rounds + 1):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            gc.collect()
            result = tasks[name]()
            if number:
                found[name].append(result)
    return found


def seconds_of(task: Callable[[], object]) -> float:
    started = perf_counter()
    task()
    return perf_counter() - started


def figure(rounds: Sequence[float]) -> Figure:
    return Figure(float(np.median(rounds)), min(rounds), max(rounds))


def table(rows: Sequence[Measure], contenders: Mapping[str, Contender]) -> str:
    """Lay the measures out as plain text, a contender a column."""
    lines = [f"{'':50}" + "".join(f"{name:>17}" for name in NAMES)]
    for row in rows:
        cells = [cell(row, name, contenders) for name in NAMES]
        lines.append(f"{row.title:38}{row.unit:12}" + "".join(f"{text:>17}" for text in cells))
    return "\n".join(lines)


def cell(row: Measure, name: str, contenders: Mapping[str, Contender]) -> str:
    if name not in contenders:
        return "not installed"
    if name not in row.figures:
        return "-"
    text = rounded(row.figures[name].value)
    return text if name == OURS or OURS not in row.figures else f"{text} ({rounded(ratio(row, name))}x)"


def ratio(row: Measure, name: str) -> float:
    """Say how many times modspam's figure this is."""
    return row.figures[name].value / row.figures[OURS].value


def rounded(value: float) -> str:
    """Show three digits.

    >>> rounded(12345.6), rounded(98.76), rounded(0.1234), rounded(0.00123)
    ('12,346', '98.8', '0.12', '0.0012')
    """
    if value < 0.1:
        return f"{value:.2g}"
    return f"{value:,.{0 if value >= 100 else 1 if value >= 10 else 2}f}"


def as_json(row: Measure, contenders: Mapping[str, Contender]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in NAMES:
        if name not in contenders:
            found[name] = "not installed"
        elif name in row.figures:
            values = row.figures[name]._asdict()
            if name != OURS and OURS in row.figures:
                values["ratio"] = ratio(row, name)
            found[name] = {key: float(f"{value:.4g}") for key, value in values.items() if value is not None}
    return {"measure": row.title, "unit": row.unit, "figures": found}


def machine() -> dict[str, Any]:
    """Describe the machine, without its name; the load says whether others were using it."""
    return {
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "load_average_at_start": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
    }


def cpu_name() -> str:
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def tell(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
