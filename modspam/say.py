"""Saying what is being done while a long work goes on."""

import sys
import time
from collections.abc import Callable

__all__ = ["Say", "silent", "to_stderr"]

Say = Callable[[str], None]


def silent(_: str) -> None:
    """Say nothing."""


def to_stderr() -> Say:
    """Say it on standard error, with the seconds since now."""
    started = time.perf_counter()
    return lambda message: print(f"[{time.perf_counter() - started:4.0f} s] {message}", file=sys.stderr, flush=True)
