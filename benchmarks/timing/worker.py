"""A long-lived process that judges texts and times itself; `timing.remote` drives it.

It runs by itself, also under an interpreter that has neither modspam nor numpy.  It reads one JSON object
a line and answers with one: ``{"texts": [...]}`` are kept; ``"each"`` gives the microseconds of each call,
``"batch"`` the beginning and the end of judging all of them so many times (``perf_counter``, which all
processes of a machine share on Linux), ``"memory"`` what the process holds of memory in kB.
"""

import json
import sys
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from itertools import chain, repeat
from pathlib import Path
from time import perf_counter, perf_counter_ns

__all__ = ["each_call"]


def each_call(check: Callable[..., object], inputs: Sequence[object]) -> list[float]:
    """Time every call by itself, in microseconds."""
    times = []
    for given in inputs:
        started = perf_counter_ns()
        check(given)
        times.append((perf_counter_ns() - started) / 1e3)
    return times


def profanity_check() -> tuple[Callable[[str], object], Callable[[Iterable[str]], object]]:
    from profanity_check import predict_prob

    return lambda text: predict_prob([text]), lambda texts: predict_prob(list(texts))


def modspam() -> tuple[Callable[[str], object], Callable[[Iterable[str]], object]]:
    from modspam import Moderator

    moderator = Moderator.load()
    return moderator.check, lambda texts: deque(moderator.check_many(texts), maxlen=0)


def memory() -> dict[str, int]:
    """Read what Linux says of this process: its peak, its share, and what it holds of the model's file."""
    own = Path("/proc/self")
    found = {"peak": field(own / "status", "VmHWM"), "share": field(own / "smaps_rollup", "Pss")}
    inside = False
    for line in (own / "smaps").read_text().splitlines():
        name, *rest = line.split()
        if not name.endswith(":"):
            inside = line.endswith(".model")
        elif inside and name in {"Rss:", "Pss:", "Private_Dirty:"}:
            key = f"model_{name[:-1].lower()}"
            found[key] = found.get(key, 0) + int(rest[0])
    return found


def field(path: Path, name: str) -> int:
    return next(int(line.split()[1]) for line in path.read_text().splitlines() if line.startswith(f"{name}:"))


def main() -> int:
    check, check_many = {"profanity_check": profanity_check, "modspam": modspam}[sys.argv[1]]()
    package = {"profanity_check": "alt-profanity-check"}.get(sys.argv[1], sys.argv[1])
    answer: object = {"version": version(package)}
    texts: list[str] = []
    while True:
        print(json.dumps(answer), flush=True)
        line = sys.stdin.readline()
        if not line:
            return 0
        request = json.loads(line)
        if "texts" in request:
            texts, answer = request["texts"], None
        elif request["do"] == "each":
            answer = each_call(check, texts)
        elif request["do"] == "batch":
            started = perf_counter()
            check_many(chain.from_iterable(repeat(texts, request["times"])))
            answer = [started, perf_counter()]
        else:
            answer = memory()


if __name__ == "__main__":
    sys.exit(main())
