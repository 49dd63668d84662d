"""Bulk scoring: a file of comments in, the same rows with their verdicts out, in order: ``modspam score``.

A row comes out as a line of JSON with all its fields and one more, ``modspam``, so that none can be
overwritten.  The fields of a JSON line are not even written anew: the verdict is put in behind them.

| ``modspam`` holds          | when                                                                 |
|----------------------------|----------------------------------------------------------------------|
| ``action, probability``    | always                                                               |
| the whole verdict          | with ``--reasons``, see `modspam.verdict.Verdict.to_dict`            |
| ``error, line``            | there is no verdict; a row without fields stands under ``raw``       |

Blocks of rows are scored side by side in processes, each of which maps the model into its memory.
The same input gives the same bytes, with however many processes and however often it was stopped.
"""

import json
import sys
import warnings
from argparse import Namespace
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from functools import cache, partial
from io import FileIO
from itertools import islice
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal
from threading import current_thread, main_thread
from typing import Any, NamedTuple

from joblib import Parallel, delayed, effective_n_jobs

import modspam
from modspam.cluster import workers
from modspam.comment import Comment
from modspam.draft import Draft, write_all
from modspam.errors import CommentError, CorpusError, ModelFormatError, OutputError, SettingError, WorkerError
from modspam.files import digest_of
from modspam.model import bundled_path
from modspam.moderator import Moderator
from modspam.progress import progress
from modspam.rows import Row, RowFile
from modspam.settings import check_jobs
from modspam.verdict import Verdict

__all__ = ["BROKEN", "KEY", "Job", "run", "score"]

KEY = "modspam"
BROKEN = "broken"

_FORMAT = 1  # of the output; a draft of another is not continued
_BLOCK_ROWS = 256
_BLOCK_SIZE = 1 << 18  # ... or this many bytes or characters
_ROUND = 32  # blocks for each process that are read ahead, and the most that wait to be written
_MARK = f'"{KEY}": {{'.encode()


class Job(NamedTuple):
    """What is done to every row; it is sent to the processes, and the model is not.

    - ``model``, ``digest``: the model's file and its SHA-256
    - ``threshold``, ``hold_from``: see `Moderator`
    - ``reasons``: whether the whole verdict is told
    """

    model: Path
    digest: str
    threshold: float
    hold_from: float
    reasons: bool

    def made_of(self, source: RowFile) -> dict[str, Any]:
        """Say what decides the output."""
        return {
            "format": _FORMAT,
            "version of modspam": modspam.__version__,
            "input": {"size": source.size, "modified": source.modified},
            "model": self.digest,
            "threshold": self.threshold,
            "hold from": self.hold_from,
            "reasons": self.reasons,
        }


def score(
    source: RowFile, job: Job, write: Callable[[bytes], object], jobs: int = 1, before: Counter[str] | None = None
) -> Counter[str]:
    """Score the rows and write them; returns how many were kept, held, flagged and `BROKEN`.

    ``before`` counts the rows that an earlier run has written: they are passed over.  With one job no
    process is started.  Raises what reading raises, `WorkerError` if a process was ended, `CorpusError`
    if a row has a field ``modspam`` already.
    """
    tally = Counter(before)
    rows = iter(source)
    for _ in islice(rows, tally.total()):
        pass
    with (
        progress(source.size, source.position, tally.total()) as show,
        closing(_answers(_blocks(source, rows), job, jobs)) as answers,
    ):
        for lines, position in answers:
            write(lines)
            tally.update(map(outcome, lines.split(b"\n")[:-1]))
            show(position, tally.total())
    return tally


def outcome(line: bytes) -> str:
    """Say of a line that was written what became of it: an action, or `BROKEN`.

    >>> outcome(b'{"text": "First!", "modspam": {"action": "keep", "probability": 0.1}}')
    'keep'
    """
    # Ours is the last: it comes last in the line, and within it quotation marks are escaped.
    _, name, _, value, *_ = line.rpartition(_MARK)[2].split(b'"', 4)
    return value.decode() if name == b"action" else BROKEN


class _Block(NamedTuple):
    """Rows that are scored together, and how far the file had been read behind them, in bytes."""

    rows: list[Row]
    position: int


def _blocks(source: RowFile, rows: Iterable[Row]) -> Iterator[_Block]:
    block: list[Row] = []
    size = 0
    for row in rows:
        block.append(row)
        size += _size(row)
        if len(block) == _BLOCK_ROWS or size >= _BLOCK_SIZE:
            yield _Block(block, source.position)
            block, size = [], 0
    if block:
        yield _Block(block, source.position)


def _size(row: Row) -> int:
    if isinstance(row.content, bytes):
        return len(row.content)
    values = row.content.values() if isinstance(row.content, dict) else row.content
    return sum(len(value) for value in values if isinstance(value, str))


def _answers(blocks: Iterator[_Block], job: Job, jobs: int) -> Generator[tuple[bytes, int], None, None]:
    """Score blocks in order; gives what is to be written of each, and its position."""
    jobs = effective_n_jobs(jobs)
    if jobs == 1:
        for block in blocks:
            yield _scored(job, block)
        return
    # joblib reads on while results wait to be fetched, without bound: hence rounds.  The next round is read
    # while this one is scored.
    count = _ROUND * jobs
    with Parallel(n_jobs=jobs, return_as="generator", batch_size=1) as parallel:
        now = list(islice(blocks, count))
        while now:
            answers = parallel([delayed(_scored_aside)(job, block) for block in now])
            try:
                now = list(islice(blocks, count))
                for answer in answers:  # noqa: UP028 - joblib warns if it is closed from within
                    yield answer
            except BrokenProcessPool as error:
                raise WorkerError(
                    "a process that scores was ended, perhaps since memory ran out: try fewer --jobs"
                ) from error
            finally:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # that results are thrown away, which is meant
                    answers.close()


def _scored_aside(job: Job, block: _Block) -> tuple[bytes, int]:
    # Ctrl-C reaches every process here; the one that was started ends the others, which need not complain.
    # A cluster's worker has threads of its own, and nobody's Ctrl-C reaches it.
    if current_thread() is main_thread():
        signal(SIGINT, SIG_IGN)
    return _scored(job, block)


def _scored(job: Job, block: _Block) -> tuple[bytes, int]:
    read = [_read(row) for row in block.rows]
    verdicts = _moderator(job).check_many(found for _, found in read if isinstance(found, Comment))
    lines = []
    for row, (given, found) in zip(block.rows, read, strict=True):
        if isinstance(found, Comment):
            lines.append(_line(given, _told(next(verdicts), job.reasons)))
        else:
            lines.append(_line(given, {"error": found, "line": row.line}))
    return b"".join(lines), block.position


@cache
def _moderator(job: Job) -> Moderator:
    if digest_of(job.model) != job.digest:
        raise ModelFormatError(f"{job.model} has changed since this run began: begin anew with --restart")
    return Moderator.load(job.model, threshold=job.threshold, hold_from=job.hold_from)


def _read(row: Row) -> tuple[bytes, Comment | str]:
    """Give the row as a JSON object, and its comment, or what is wrong with it."""
    try:
        fields = row.fields()
    except CorpusError as error:
        return _json({"raw": row.raw()}), str(error)
    if KEY in fields:
        raise CorpusError(
            f"line {row.line} has a field {KEY!r} already, where the verdict goes: rename it or take it out"
        )
    given = row.content if isinstance(row.content, bytes) else _json(fields)
    try:
        return given, Comment.from_mapping(fields)
    except CommentError as error:
        return given, str(error)


def _told(verdict: Verdict, reasons: bool) -> dict[str, Any]:
    return verdict.to_dict() if reasons else {"action": str(verdict.action), "probability": verdict.probability}


def _line(given: bytes, ours: dict[str, Any]) -> bytes:
    """Put ours behind the last field of a JSON object."""
    fields = given[:-1].rstrip()
    return b"".join((fields, b"" if fields == b"{" else b", ", _json({KEY: ours})[1:], b"\n"))


def _json(value: Any) -> bytes:
    # Half of a surrogate pair, which UTF-8 has none of, becomes the escape that JSON has for it.
    return json.dumps(value, ensure_ascii=False, default=_json_of_parquet).encode("utf-8", "backslashreplace")


def _json_of_parquet(value: Any) -> str:
    """Say what JSON has no type for: bytes in Base64, the others (decimals, times in lists) as they are printed."""
    return b64encode(value).decode() if isinstance(value, bytes) else str(value)


def run(arguments: Namespace) -> int:
    """Score as the command line says; returns 2 if rows were broken."""
    check_jobs(arguments.jobs)
    moderator = Moderator.load(
        arguments.model,
        threshold=arguments.threshold,
        max_false_positive_rate=arguments.max_false_positive_rate,
        hold_from=arguments.hold_from,
    )
    model = (arguments.model or bundled_path()).absolute()
    job = Job(model, digest_of(model), moderator.threshold, moderator.hold_from, arguments.reasons)
    with RowFile(arguments.input) as source, workers(arguments.dask):
        _check_output(arguments.output, arguments.input)
        if arguments.output == "-":
            with FileIO(sys.stdout.fileno(), "w", closefd=False) as file:
                tally = _score_to_stream(source, job, file, arguments.jobs)
        elif _is_stream(Path(arguments.output)):
            with FileIO(arguments.output, "w") as file:
                tally = _score_to_stream(source, job, file, arguments.jobs)
        else:
            tally = _score_to_file(source, job, arguments)
    counts = ", ".join(f"{tally[name]:,} {name}" for name in ("keep", "hold", "flag", BROKEN) if tally[name])
    print(f"{tally.total():,} comments: {counts or 'none'}", file=sys.stderr)
    if tally[BROKEN]:
        print(f"modspam: broken rows have no verdict: {KEY}.error says why", file=sys.stderr)
    return 2 if tally[BROKEN] else 0


def _check_output(output: str, source: Path) -> None:
    if output.endswith((".gz", ".zst", ".csv", ".parquet")):
        raise SettingError(
            f"{output}: lines of JSON are written; name the output .jsonl, or pack it: -o - | gzip > ..."
        )
    if Path(output).exists() and source.samefile(output):
        raise SettingError(f"{output} is the input, too: choose another name for the output")


def _is_stream(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()


def _score_to_stream(source: RowFile, job: Job, file: FileIO, jobs: int) -> Counter[str]:
    try:
        return score(source, job, partial(write_all, file), jobs)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"the output cannot be written: {error.strerror}") from error


def _score_to_file(source: RowFile, job: Job, arguments: Namespace) -> Counter[str]:
    with Draft(Path(arguments.output), job.made_of(source), restart=arguments.restart) as draft:
        before = Counter(map(outcome, draft.lines()))
        if before:
            print(f"going on after {before.total():,} comments", file=sys.stderr)
        try:
            tally = score(source, job, draft.write, arguments.jobs, before)
        except KeyboardInterrupt as stop:
            raise KeyboardInterrupt(draft.how_to_go_on) from stop
        except WorkerError as error:
            raise WorkerError(f"{error}; {draft.how_to_go_on}") from error
        draft.finish()
    return tally
