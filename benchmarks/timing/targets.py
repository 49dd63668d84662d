"""What modspam is to reach beside its peers, and how far it is from there."""

from collections.abc import Iterator, Mapping
from math import inf
from typing import Any, NamedTuple

from timing.contenders import OURS, SKLEARN, SKLEARN_CHARACTERS, SUBWORDS
from timing.rounds import rounded

__all__ = ["TOLERATED_SECONDS", "Target", "targets"]

TOLERATED_SECONDS = 1.0
"""What a CMS waits for an answer: the time-out that the Python client ``akismet`` has where none is set."""


class Target(NamedTuple):
    """One of them.

    - ``job``, ``wanted``: in words
    - ``value``: what was measured, in ``unit``; None where it could not be, and ``why`` says so
    - ``limit``: the value must not be above it, or not below it if ``at_least``
    """

    job: str
    wanted: str
    value: float | None
    unit: str
    limit: float
    at_least: bool = False
    why: str = ""

    @property
    def factor(self) -> float | None:
        """How far above the target it is; below 1 it is missed.

        >>> Target("load", "", 10.0,  " ms", 5.0).factor, Target("rate", "", 3.0, "x", 2.0, at_least=True).factor
        (0.5, 1.5)
        """
        if self.value is None:
            return None
        over, under = (self.value, self.limit) if self.at_least else (self.limit, self.value)
        return over / under if under else inf

    @property
    def said(self) -> str:
        """The outcome in words.

        >>> Target("load", "", 10.0,  " ms", 5.0).said
        '**missed**, by 2.00x'
        """
        if self.factor is None:
            return f"not measured: {self.why}"
        if self.factor >= 1:
            return "met" if self.factor == inf else f"met, {rounded(self.factor)}x as good"
        return f"**missed**, by {rounded(1 / self.factor)}x" if self.factor > 0 else "**missed**"

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values for JSON."""
        finite = self.factor is not None and self.factor != inf
        return {
            **self._asdict(),
            "factor": float(f"{self.factor:.4g}") if finite and self.factor is not None else None,
            "met": None if self.factor is None else self.factor >= 1,
        }


def targets(report: Mapping[str, Any]) -> list[Target]:
    """Hold what was measured against the targets."""
    return [*_beside(report["measures"]), *_alone(report), *_patience(report)]


def _beside(measures: list[dict[str, Any]]) -> Iterator[Target]:
    figures = {(m["measure"], m["unit"]): m["figures"] for m in measures}
    batch, check = figures["batch", "comments/s"], figures["one check, median", "us"]
    missing = "the peer is not installed"

    def ratios(found: Mapping[str, Any], names: tuple[str, ...]) -> list[float]:
        return [found[name]["ratio"] for name in names if name in found]

    subwords, characters = ratios(batch, (SUBWORDS,)), ratios(batch, SKLEARN_CHARACTERS)
    yield Target(
        "batch", "2x fastText's subwords", 1 / subwords[0] if subwords else None, "x", 2, at_least=True, why=missing
    )
    yield Target(
        "batch",
        "30x scikit-learn on characters (the faster)",
        1 / max(characters) if characters else None,
        "x",
        30,
        at_least=True,
        why=missing,
    )
    subwords, pipelines = ratios(check, (SUBWORDS,)), ratios(check, SKLEARN)
    yield Target(
        "one check, median",
        "at most 4x fastText's subwords",
        1 / subwords[0] if subwords else None,
        "x",
        4,
        why=missing,
    )
    yield Target(
        "one check, median",
        "10x as fast as all of scikit-learn (the fastest)",
        min(pipelines) if pipelines else None,
        "x",
        10,
        at_least=True,
        why=missing,
    )
    p99 = figures["one check, 99th percentile", "us"][OURS]["value"]
    yield Target("one check, 99th percentile", "under 1 ms", p99 / 1e3, " ms", 1)
    yield Target("model load", "under 5 ms", figures["model load", "ms"][OURS]["value"], " ms", 5)
    yield Target("model file", "at most 4 MB", figures["model file", "MB"][OURS]["value"], " MB", 4)


def _alone(report: Mapping[str, Any]) -> Iterator[Target]:
    own, memory, two = report["modspam"], report["memory"], report["two_processes"]
    yield Target("reasons", "at most 3x a check without", own["reasons"]["ratio"], "x", 3)
    above = own["import_above_numpy_and_regex_ms"]["value"]
    yield Target("import modspam", "at most 40 ms above numpy and regex", above, " ms", 40)
    brings = int(own["import_brings_scikit_learn"])
    yield Target("import modspam", "no scikit-learn", brings, " times", 0)
    cold = own["modspam_check_over_numpy_and_regex"]["value"]
    yield Target("modspam check, cold", "at most 1.5x a process that imports numpy and regex", cold, "x", 1.5)
    linux = "only Linux says it"
    private = memory and memory["model_private_dirty_kb"]
    yield Target("model in memory", "mapped and shared: nothing of it private", private, " kB", 0, why=linux)
    share = memory and memory["model_share_of_a_process_kb"] * memory["processes"] / memory["model_in_memory_kb"]
    yield Target("model in memory", "all processes together hold it once", share, "x", 1.1, why=linux)
    spread = max(report["growth"]["highest_over_lowest"].values())
    yield Target("growth", "time per byte within 1.5x at all lengths (the worst kind)", spread, "x", 1.5)
    rise = max(report["growth"]["highest_over_shortest"].values())
    yield Target("growth", "no length over 1.5x that of 300 bytes (the worst kind)", rise, "x", 1.5)
    many = memory and memory["peak_many_over_few"]
    yield Target("memory", "ten times the comments, the same peak", many, "x", 1.1, why=linux)
    wanted, rates = "80% of check_many's rate, which gives no reasons", report["pipe"]
    yield Target("check --jsonl --no-reasons, a pipe", wanted, rates["ratio"]["value"], "x", 0.8, at_least=True)
    with_reasons = rates["ratio_with_reasons"]["value"]
    yield Target("check --jsonl, a pipe, with reasons", wanted, with_reasons, "x", 0.8, at_least=True)
    yield Target(
        "two processes",
        "1.9x one",
        two and two["ratio"]["value"],
        "x",
        1.9,
        at_least=True,
        why="there is one core",
    )


def _patience(report: Mapping[str, Any]) -> Iterator[Target]:
    longest = [m["figures"][OURS]["value"] for m in report["measures"] if m["measure"] == "one check, longest"]
    longest += [row["figures"][OURS]["value"] for row in report["shapes"]]
    wanted = f"under {TOLERATED_SECONDS:.0f} s, the akismet client's time-out"
    yield Target("the longest check of all", wanted, max(longest) / 1e6, " s", TOLERATED_SECONDS)
    cold = report["modspam"]["modspam_check_ms"]["value"] / 1e3
    yield Target("modspam check, cold", wanted, cold, " s", TOLERATED_SECONDS)
