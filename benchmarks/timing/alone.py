"""modspam alone: growth with length, memory, a pipe, two processes."""

import json
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from itertools import chain, cycle, islice
from threading import Thread
from time import perf_counter
from typing import Any

import numpy as np

from modspam import Comment, Moderator
from timing.inputs import KINDS, Sample, Writer
from timing.remote import Remote
from timing.rounds import CORES, figure, interleaved, keep_to, over_inputs, ratio, seconds_of, tell
from timing.worker import each_call

__all__ = ["growth", "memory", "pipe", "two_processes"]

_SIZES = (300, 3000, 30_000, 300_000, 1_000_000)  # bytes
_WRITTEN = 30_000  # bytes of each size, so that the small ones are several texts
_MANY_TIMES = 10  # as many comments
_PROCESSES = 4
_FEWEST = 300  # comments that are judged where a rate is measured


def growth(writer: Writer, longest: int, rounds: int) -> dict[str, Any]:
    """Measure the time for each byte of one comment, from 300 bytes to ``longest``."""
    tell("growth")
    check = Moderator.load().check
    sizes = [*(size for size in _SIZES if size < longest), longest]
    rows = {}
    for kind in KINDS:
        texts = {size: [writer.write(kind, size, n) for n in range(max(1, _WRITTEN // size))] for size in sizes}
        found = interleaved({str(size): partial(each_call, check, texts[size]) for size in sizes}, rounds)
        rows[kind] = {
            str(size): round(1e3 * over_inputs(np.array(found[str(size)]), 50).value / size, 1) for size in sizes
        }
    spread = {kind: max(row.values()) / min(row.values()) for kind, row in rows.items()}
    rise = {kind: max(row.values()) / row[str(sizes[0])] for kind, row in rows.items()}
    return {"ns_per_byte": rows, "highest_over_lowest": spread, "highest_over_shortest": rise}


def memory(sample: Sample, writer: Writer, longest: int) -> dict[str, Any] | None:
    """Measure peaks with few and with many comments and with a long one, and what processes share; Linux alone."""
    if not sys.platform.startswith("linux"):
        return None
    tell("memory")
    peaks = {
        "comments": peak(sample.texts, 1),
        f"comments_{_MANY_TIMES}_times": peak(sample.texts, _MANY_TIMES),
        "one_short": peak(["Thank you all!"], 1),
        "one_long": peak([writer.write("ASCII", longest)], 1),
    }
    with ExitStack() as stack:
        workers = [stack.enter_context(Remote(sys.executable, "modspam")) for _ in range(_PROCESSES)]
        for worker in workers:
            worker.keep(sample.texts)
            worker.batch()
        each = [worker.memory() for worker in workers]
    return {
        "peak_kb": peaks,
        "peak_many_over_few": peaks[f"comments_{_MANY_TIMES}_times"] / peaks["comments"],
        "long_comment_bytes_per_byte": 1024 * (peaks["one_long"] - peaks["one_short"]) / longest,
        "processes": _PROCESSES,
        "process_share_kb": round(float(np.mean([found["share"] for found in each]))),
        "model_in_memory_kb": max(found.get("model_rss", 0) for found in each),
        "model_share_of_a_process_kb": round(float(np.mean([found.get("model_pss", 0) for found in each]))),
        "model_private_dirty_kb": sum(found.get("model_private_dirty", 0) for found in each),
    }


def peak(texts: Sequence[str], times: int) -> int:
    with Remote(sys.executable, "modspam") as worker:
        worker.keep(texts)
        worker.batch(times)
        return worker.memory()["peak"]


def enough(sample: Sample) -> list[Comment]:
    return list(islice(cycle(sample.comments), max(_FEWEST, len(sample.comments))))


def pipe(sample: Sample, rounds: int) -> dict[str, Any]:
    """Send comments through ``modspam check --jsonl`` once it runs, and through `check_many`, by turns."""
    tell("pipe")
    comments = enough(sample)
    rows = [json.dumps({k: v for k, v in asdict(c).items() if v or k == "text"}).encode() + b"\n" for c in comments]
    check_many = Moderator.load().check_many
    found = interleaved(
        {
            "check_many": lambda: seconds_of(lambda: deque(check_many(comments), maxlen=0)),
            "pipe": lambda: pipe_seconds(rows, "--no-reasons"),
            "pipe with reasons": lambda: pipe_seconds(rows),
        },
        rounds,
    )
    return {
        "comments": len(comments),
        "comments_per_second": figure([len(comments) / t for t in found["pipe"]]).to_dict(),
        "check_many_per_second": figure([len(comments) / t for t in found["check_many"]]).to_dict(),
        "ratio": ratio(found["check_many"], found["pipe"]).to_dict(),
        "ratio_with_reasons": ratio(found["check_many"], found["pipe with reasons"]).to_dict(),
    }


def pipe_seconds(rows: Sequence[bytes], *options: str) -> float:
    """Time all answers when the same was asked before: a pipe is kept open, and `check_many` has been warm for long.

    Who asks has another core.  The answers have reasons if no option says no.
    """
    command = [sys.executable, "-m", "modspam", "check", "--jsonl", *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None  # noqa: S101 - they were asked for
        assert process.stdout is not None  # noqa: S101
        keep_to(CORES[1:] or CORES)
        try:
            for _ in range(2):
                started = perf_counter()
                sender = Thread(target=send, args=(process.stdin, rows))
                sender.start()
                answers = sum(1 for _ in islice(process.stdout, len(rows)))
                seconds = perf_counter() - started
                sender.join()
        finally:
            keep_to(CORES[:1])
    if answers != len(rows):
        raise RuntimeError(f"{len(rows)} comments went into the pipe and {answers} answers came out")
    return seconds


def send(file: Any, rows: Sequence[bytes]) -> None:
    file.write(b"".join(rows))
    file.flush()


def two_processes(sample: Sample, rounds: int) -> dict[str, Any] | None:
    """Compare the rate of two processes, each on its core, with that of one."""
    if len(CORES) < 2:
        return None
    tell("two processes")
    texts = [comment.text for comment in enough(sample)]
    with ExitStack() as stack:
        workers = [stack.enter_context(Remote(sys.executable, "modspam", core)) for core in CORES[:2]]
        for worker in workers:
            worker.keep(texts)

        def together(part: Sequence[Remote]) -> float:
            for worker in part:
                worker.begin_batch()
            spans = [worker.end_batch() for worker in part]
            return max(chain(*spans)) - min(chain(*spans))

        found = interleaved({"one": partial(together, workers[:1]), "two": partial(together, workers)}, rounds)
    return {
        "one_per_second": figure([len(texts) / t for t in found["one"]]).to_dict(),
        "two_per_second": figure([2 * len(texts) / t for t in found["two"]]).to_dict(),
        "ratio": ratio([2 * t for t in found["one"]], found["two"]).to_dict(),
    }
