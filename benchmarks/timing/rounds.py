"""Taking turns: every task in every round, another one first each time, and what the rounds say together."""

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from time import perf_counter
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = [
    "CORES",
    "Figure",
    "figure",
    "interleaved",
    "keep_to",
    "over_inputs",
    "process_seconds",
    "ratio",
    "rounded",
    "seconds_of",
    "tell",
]

T = TypeVar("T")

_STARTED = perf_counter()

CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))
"""The cores that this process was given."""


class Figure(NamedTuple):
    """A measured value, and the lowest and the highest that a round gave by itself."""

    value: float
    lowest: float | None = None
    highest: float | None = None

    def to_dict(self) -> dict[str, float]:
        """Give what there is, with four digits."""
        return {key: float(f"{value:.4g}") for key, value in self._asdict().items() if value is not None}


def keep_to(cores: Iterable[int], process: int = 0) -> None:
    """Let a process (0: this one), and what it starts from now on, run on these cores alone, where that is possible."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(process, cores)


def interleaved(tasks: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """Run all tasks round after round, another one first each time; a first round warms up and is not counted."""
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


def process_seconds(command: Sequence[str], environment: Mapping[str, str] | None = None, given: bytes = b"") -> float:
    """Time one process from start to end; its code may be 1 or 2 if it says something, for that is a verdict."""
    started = perf_counter()
    done = subprocess.run(command, env=environment, input=given, capture_output=True, check=False)
    seconds = perf_counter() - started
    if done.returncode not in (0, 1, 2) or (done.returncode and not done.stdout):
        raise RuntimeError(f"{' '.join(command)} failed: {done.stderr.decode(errors='replace')}")
    return seconds


def figure(rounds: Sequence[float]) -> Figure:
    """Give the median of the rounds.

    >>> figure([3.0, 1.0, 2.0])
    Figure(value=2.0, lowest=1.0, highest=3.0)
    """
    return Figure(float(np.median(rounds)), min(rounds), max(rounds))


def ratio(over: Sequence[float], under: Sequence[float]) -> Figure:
    """Divide round by round, so that a slow minute falls on both sides; then the median.

    >>> ratio([2.0, 40.0, 6.0], [1.0, 10.0, 2.0]).value
    3.0
    """
    return figure([a / b for a, b in zip(over, under, strict=True)])


def over_inputs(times: npt.NDArray[np.float64], percent: float) -> Figure:
    """Take a percentile over the inputs (columns), each with the median of its rounds (rows).

    >>> over_inputs(np.array([[1.0, 5.0, 3.0], [2.0, 4.0, 90.0], [3.0, 3.0, 4.0]]), 50)
    Figure(value=4.0, lowest=3.0, highest=4.0)
    """
    value = np.percentile(np.median(times, axis=0), percent)
    of_rounds = np.percentile(times, percent, axis=1)
    return Figure(float(value), float(of_rounds.min()), float(of_rounds.max()))


def tell(message: Any) -> None:
    """Say on standard error what is being done, and when."""
    print(f"[{perf_counter() - _STARTED:4.0f} s] {message}", file=sys.stderr, flush=True)


def rounded(value: float) -> str:
    """Show three digits.

    >>> rounded(12345.6), rounded(98.76), rounded(0.1234), rounded(0.00123), rounded(0)
    ('12,346', '98.8', '0.12', '0.0012', '0')
    """
    if value < 0.1:
        return f"{value:.2g}"
    return f"{value:,.{0 if value >= 100 else 1 if value >= 10 else 2}f}"
