"""How fast is modspam beside fastText, Vowpal Wabbit, scikit-learn and filters of mail?  All in one run, by turns.

    python benchmarks/speed.py
    python benchmarks/speed.py CORPORA/dev --name "dev corpora" -o benchmarks/results/speed.json --readme
    python benchmarks/speed.py --table benchmarks/results/speed.json

All is measured on one core and on the same comments, and contenders take turns, in another order
each round, so that what else the machine does falls on all of them.  A first round warms up and is not
counted.

- a process, a load, a batch: the median of the rounds, and of the ratios that each round gives
- one check: a comment's time is the median of its rounds; then come the median, the 99th percentile and
  the longest over the comments
- made texts of 50 bytes to 30 kB (a tenth of ``--longest`` at most), ASCII, Cyrillic, Chinese, with emoji
  and obfuscated: the same
- modspam alone: reasons, import, growth up to ``--longest``, memory, a pipe, two processes, and its stages
  beside the least that numpy could take

The peers learn, in the run, other comments than those that are measured; modspam serves its bundled model.
A peer that is not installed is said to be so and left out.  What peers need of a comment (one line, lower
case, VW's format, a mail) is made beforehand, untimed, which favours them.

    pip install -e ".[bench]"                        # fastText, Vowpal Wabbit
    pip install alt-profanity-check                  # pins its scikit-learn: perhaps in a venv of its own
    apt-get install spamassassin spamc spamd bogofilter
"""

import os

# One core for everybody; numpy's libraries read these when they are loaded.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import gc
import json
import platform
import sys
import warnings
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGTERM, signal
from tempfile import TemporaryDirectory
from typing import Any

from installed import MissingPeerError, program_versions
from timing.alone import growth, memory, pipe, two_processes
from timing.beside import few, measured, shapes
from timing.contenders import Contender, Maker, libraries
from timing.inputs import DATASETS, SIZES, Sample, Writer, draw
from timing.mail import FILTERS
from timing.rounds import CORES, keep_to, tell
from timing.stages import stages
from timing.tables import has_markers, markdown, put_between_markers
from timing.targets import targets
from versions import versions

from modspam import ModspamError

README = Path(__file__).with_name("README.md")
PACKAGES = ("numpy", "regex", "scikit-learn", "scipy", "joblib", "fasttext", "vowpalwabbit")
PROGRAMS = ("spamc", "bogofilter")
MOST_LONGEST = 1_000_000


def main() -> int:
    arguments = parsed()
    signal(SIGTERM, lambda *_: sys.exit("stopped"))  # not without ending spamd
    if arguments.table:
        report = json.loads(arguments.table.read_text(encoding="utf-8"))
    else:
        try:
            sample = draw(arguments.corpora, arguments.comments, arguments.training)
        except ModspamError as error:
            sys.exit(str(error))
        if len(set(sample.spam)) < 2:
            sys.exit("the peers learn from the comments: give corpora with both spam and ham, or more --training")
        report = measure_all(sample, arguments)
    text = markdown(report)
    print(text)
    if arguments.output:
        arguments.output.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if arguments.readme:
        put_between_markers(README, text)
    return 0


def parsed() -> Namespace:
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    add = parser.add_argument
    add(
        "corpora",
        nargs="*",
        type=Path,
        default=[DATASETS],
        metavar="CORPUS",
        help="labelled comments (default: datasets)",
    )
    add("--name", help="what to call the input (default: the names of its files and folders)")
    add("--comments", type=int, default=2000, help="how many to draw and measure (default: %(default)s)")
    add("--rounds", type=int, default=5, help="how often all is repeated (default: %(default)s)")
    add("--training", type=int, help="how many the peers learn (default: twice --comments, 1,000 at least)")
    add(
        "--longest",
        type=int,
        help="bytes of the longest comment (default: 500 for each of --comments, 1,000,000 at most)",
    )
    add(
        "--profanity-python",
        default=sys.executable,
        metavar="PYTHON",
        help="the interpreter that has alt-profanity-check (default: this one)",
    )
    add("-o", "--output", type=Path, metavar="FILE", help="write the figures as JSON, too")
    add("--readme", action="store_true", help="put the tables into benchmarks/README.md, too")
    add("--table", type=Path, metavar="FILE", help="measure nothing: lay out the figures of an earlier run")
    arguments = parser.parse_args()
    if arguments.comments < 10 or arguments.rounds < 1:
        parser.error("at least 10 comments and one round are needed")
    if arguments.longest is not None and arguments.longest < 1000:
        parser.error("the longest comment must have 1,000 bytes at least")
    # What would lose the figures at the end of a long run is said at its beginning.
    if arguments.output and not arguments.output.resolve().parent.is_dir():
        parser.error(f"there is no folder {arguments.output.resolve().parent}: make it, or name another file")
    if arguments.readme and not has_markers(README):
        parser.error(f"{README} has no markers for the tables: see timing/tables.py")
    if arguments.table and not arguments.table.is_file():
        parser.error(f"there is no file {arguments.table}: measure first, with -o")
    arguments.name = arguments.name or ", ".join(path.resolve().name for path in arguments.corpora)
    arguments.training = arguments.training or max(1000, 2 * arguments.comments)
    arguments.longest = arguments.longest or min(MOST_LONGEST, 500 * arguments.comments)
    return arguments


def measure_all(sample: Sample, arguments: Namespace) -> dict[str, Any]:
    rounds = arguments.rounds
    report: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "versions": versions(PACKAGES) | program_versions(PROGRAMS),
        "input": {"name": arguments.name, **sample.described()},
        "rounds": rounds,
        "longest": arguments.longest,
    }
    keep_to(CORES[:1])
    writer = Writer()
    with TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        makers = {**libraries(arguments.profanity_python), **FILTERS}
        contenders, report["contenders"] = ready(makers, sample, folder, stack)
        gc.freeze()  # what stays is not looked through again before each turn
        report["measures"], report["modspam"] = measured(contenders, sample, rounds, folder)
        report["shapes"] = shapes(
            contenders, writer, [size for size in SIZES if 10 * size <= arguments.longest], rounds
        )
    report["growth"] = growth(writer, arguments.longest, rounds)
    report["memory"] = memory(sample, writer, arguments.longest)
    report["pipe"] = pipe(sample, rounds)
    report["two_processes"] = two_processes(sample, rounds)
    report["stages"] = stages(sample, rounds)
    report["machine"]["load_average_at_end"] = load_average()
    report["targets"] = [target.to_dict() for target in targets(report)]
    return report


def ready(
    makers: Mapping[str, Maker], sample: Sample, folder: Path, stack: ExitStack
) -> tuple[dict[str, Contender], dict[str, Any]]:
    """Train and load every contender that is installed, and say of each what it is, or what is missing."""
    contenders, said = {}, {}
    for name, make in makers.items():
        try:
            contender = make(sample, folder, stack)
        except MissingPeerError as missing:
            said[name] = {"missing": str(missing)}
            tell(f"{name}: left out, {missing}")
        else:
            contenders[name] = contender
            count = few(sample.comments) if contender.slow else len(sample.comments)
            said[name] = {"settings": contender.settings, "comments": count}
            tell(f"{name} is ready")
    return contenders, said


def machine() -> dict[str, Any]:
    """Describe the machine, without its name; the load says whether others were using it."""
    return {
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "load_average_at_start": load_average(),
    }


def load_average() -> float | None:
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None


def cpu_name() -> str:
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what solvers say of convergence, and libraries of one another
        sys.exit(main())
