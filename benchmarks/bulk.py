"""How fast is bulk scoring with one job and with two, and does its memory grow?  The whole command is measured.

    python benchmarks/bulk.py
    python benchmarks/bulk.py --comments 16000 --rounds 5 -o benchmarks/results/bulk.json

Comments of `datasets`, families expanded, are shuffled and written as JSON lines.  `modspam score` is
timed from start to end of its process; one job and two take turns, so that what else the machine does
falls on both, and a first round warms up and is not counted.  The ratio is taken in each round, then the
median.  Processor time tells what sharing the work costs, also where others use the machine: twice one
job's over that of two is the most that the ratio can be on two cores.  Memory is the peak of the first
process and of the largest that it starts, in a run on all the comments and in one on four times as many.
"""

import json
import os
import random
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import cycle, islice
from multiprocessing import get_context
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from versions import versions

DATASETS = Path(__file__).parents[1] / "datasets"
PACKAGES = ("numpy", "regex", "joblib")
JOBS = (1, 2)
TIMES_AS_MANY = 4
# Runs the command and then says its peak, and that of the processes it started, once these have ended.
MEASURED = """
import sys
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from joblib.externals.loky import get_reusable_executor
from modspam.cli import main
assert main(sys.argv[1:]) == 0
if "--jobs=1" not in sys.argv:
    get_reusable_executor().shutdown(wait=True)
print(getrusage(RUSAGE_SELF).ru_maxrss, getrusage(RUSAGE_CHILDREN).ru_maxrss)
"""


def main() -> int:
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--comments", type=int, default=8000, help="how many to score (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="how often all is repeated (default: %(default)s)")
    parser.add_argument("-o", "--output", type=Path, help="write the figures as JSON, too")
    arguments = parser.parse_args()

    report: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "versions": versions(PACKAGES),
        "cores": os.cpu_count(),
        "load_average": [load_average()],
        "comments": arguments.comments,
        "rounds": arguments.rounds,
    }
    with TemporaryDirectory() as folder:
        small, large = Path(folder, "small.jsonl"), Path(folder, "large.jsonl")
        # In a process of its own: a process that is started counts the memory of the one that starts it.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            pool.submit(write, arguments.comments, small, large).result()
        report["bytes"] = small.stat().st_size
        seconds, processor = measure_seconds(small, arguments.rounds)
        report["load_average"].append(load_average())
        report["memory_mb"] = {
            f"{jobs} jobs": {"1x": peaks(small, jobs), f"{TIMES_AS_MANY}x": peaks(large, jobs)} for jobs in JOBS
        }
    report["comments_per_second"] = {
        f"{jobs} jobs": [round(arguments.comments / time) for time in times] for jobs, times in seconds.items()
    }
    report["processor_seconds"] = {
        f"{jobs} jobs": [round(time, 2) for time in times] for jobs, times in processor.items()
    }
    ratios = [one / two for one, two in zip(seconds[1], seconds[2], strict=True)]
    report["ratio"] = {"median": round(median(ratios), 3), "rounds": [round(ratio, 3) for ratio in ratios]}
    if arguments.output:
        arguments.output.write_text(json.dumps(report, indent=1) + "\n")
    print(table(report))
    return 0


def write(count: int, small: Path, large: Path) -> None:
    """Write ``count`` comments, the same ones each time, and a file of several times as many."""
    from modspam.corpora import load

    examples, _ = load([DATASETS])
    random.Random(0).shuffle(examples)  # noqa: S311 - sampling, no secret
    for path, rows in ((small, count), (large, TIMES_AS_MANY * count)):
        with path.open("w", encoding="utf-8") as file:
            for number, example in enumerate(islice(cycle(examples), rows)):
                comment = example.comment
                row = {
                    "id": number,
                    "text": comment.text,
                    "author": comment.author,
                    "author_url": comment.author_url,
                    "page_title": comment.page_title,
                }
                file.write(json.dumps(row, ensure_ascii=False) + "\n")


def measure_seconds(source: Path, rounds: int) -> tuple[dict[int, list[float]], dict[int, list[float]]]:
    """Time the command with each number of jobs, in turns; gives seconds, and those of processors, all processes'."""
    seconds: dict[int, list[float]] = {jobs: [] for jobs in JOBS}
    processor: dict[int, list[float]] = {jobs: [] for jobs in JOBS}
    for number in range(rounds + 1):
        for jobs in JOBS if number % 2 else reversed(JOBS):
            started, used = perf_counter(), processor_seconds()
            run([sys.executable, "-m", "modspam", *command(source, jobs)])
            if number:
                seconds[jobs].append(perf_counter() - started)
                processor[jobs].append(processor_seconds() - used)
        print(f"round {number} of {rounds}", file=sys.stderr, flush=True)
    return seconds, processor


def processor_seconds() -> float:
    """Say what the processes that were started, and have ended, have used."""
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def peaks(source: Path, jobs: int) -> list[int]:
    """Give the peak memory of the first process and of the largest that it started, in MB."""
    told = run([sys.executable, "-c", MEASURED, *command(source, jobs)])
    unit = 1 if sys.platform == "darwin" else 1024
    return [round(int(size) * unit / 1e6) for size in told.split()]


def command(source: Path, jobs: int) -> list[str]:
    return ["score", str(source), "-o", str(source.with_suffix(".verdicts")), f"--jobs={jobs}", "--restart"]


def run(arguments: Sequence[str]) -> str:
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout


def load_average() -> float | None:
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None


def table(report: dict[str, Any]) -> str:
    rows = [f"{report['comments']:,} comments, {report['bytes'] / 1e6:.1f} MB; {report['rounds']} rounds"]
    for jobs, rates in report["comments_per_second"].items():
        rows.append(f"{jobs}   {median(rates):6,.0f} comments/s   ({min(rates):,} to {max(rates):,})")
    ratio = report["ratio"]
    rows.append(f"ratio    {ratio['median']:.2f}   ({min(ratio['rounds']):.2f} to {max(ratio['rounds']):.2f})")
    for jobs, times in report["processor_seconds"].items():
        rows.append(f"{jobs}   {median(times):6.2f} s of processors   ({min(times):.2f} to {max(times):.2f})")
    for jobs, sizes in report["memory_mb"].items():
        told = "; ".join(f"{size}: {first} MB, {largest} MB" for size, (first, largest) in sizes.items())
        rows.append(f"{jobs}, peak memory of the first process, and of the largest it started: {told}")
    rows.append(f"load average before and after: {report['load_average']}")
    return "\n".join(rows)


if __name__ == "__main__":
    sys.exit(main())
