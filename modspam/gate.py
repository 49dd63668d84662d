"""The gate: a retrained model takes the place of the one in use only if it is not worse.

Two sets decide.  The frozen cases come with the package, are never trained on, and stay as they are; the
held-out comments are the tenth of the site's own that `split` sets aside, always the same ones, so that
neither the model in use nor the new one has learnt them.

On each set the new model's errors are held against what the one in use gets wrong there: it is refused if
so many honest comments flagged, or so few spam found, would be too unlikely at the old rates (a one-sided
binomial bound; Clopper and Pearson 1934).  The bound is closer for honest comments, since silencing a person
is the worse error.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from heapq import heappush, heappushpop
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.stats import binom

from modspam.corpora import Example, in_blocks, read_examples, words_of
from modspam.features import extract, observe
from modspam.model import LinearModel
from modspam.moderator import Moderator

__all__ = ["Comparison", "Decision", "SetAside", "decide", "frozen_cases", "split", "tolerated"]

_HELD_OUT = 10  # one comment in so many
_BLOCK = 256  # comments that are read together
_MOST = 20_000  # comments that are kept to decide by
_UNLIKELY_HAM = 0.2  # that so many honest comments be flagged by a model that is no worse
_UNLIKELY_SPAM = 0.05  # that so few spam be found
_FALSE_POSITIVE_RATE = 0.005  # of honest comments: a model that flags fewer is not held to fewer still


class Comparison(NamedTuple):
    """What two models did to one set: how many honest comments they flagged, how many spam they found."""

    name: str
    ham: int
    spam: int
    flagged_before: int
    flagged: int
    found_before: int
    found: int

    @property
    def faults(self) -> list[str]:
        """Say in what the new model is worse, if it is."""
        faults = []
        if _more_flagged(self.ham, self.flagged_before, self.flagged):
            faults.append(f"it flags {self.flagged} of {self.ham} honest {self.name}, not {self.flagged_before}")
        usual = self.found_before / max(self.spam, 1)
        if self.found < self.found_before and binom.cdf(self.found, self.spam, usual) < _UNLIKELY_SPAM:
            faults.append(f"it finds {self.found} of {self.spam} spam {self.name}, not {self.found_before}")
        return faults


def tolerated(ham: int, flagged_before: int) -> int:
    """Say how many of this many honest comments may be flagged where so many were before."""
    flagged = flagged_before
    while flagged < ham and not _more_flagged(ham, flagged_before, flagged + 1):
        flagged += 1
    return flagged


def _more_flagged(ham: int, flagged_before: int, flagged: int) -> bool:
    """Say whether more honest comments are flagged than chance explains at the old rate."""
    usual = max(flagged_before / max(ham, 1), _FALSE_POSITIVE_RATE)
    return bool(flagged > flagged_before and binom.sf(flagged - 1, ham, usual) < _UNLIKELY_HAM)


class Decision(NamedTuple):
    """Whether the new model may take the old one's place, and what speaks against it."""

    comparisons: tuple[Comparison, ...]

    @property
    def faults(self) -> list[str]:
        """Say all in which the new model is worse."""
        return [fault for comparison in self.comparisons for fault in comparison.faults]

    @property
    def accepted(self) -> bool:
        """Whether it is worse in nothing."""
        return not self.faults


def decide(new: LinearModel, old: LinearModel, held_out: Sequence[Example]) -> Decision:
    """Hold a new model against the one in use, each at its own threshold."""
    sets = {"frozen cases": frozen_cases(), "held-out comments": held_out}
    return Decision(tuple(_compare(name, new, old, examples) for name, examples in sets.items()))


def split(examples: Iterable[Example]) -> tuple[list[Example], list[Example]]:
    """Set one comment in ten aside, by a hash of its words: the same ones at every retraining, copies together."""
    aside = SetAside()
    return list(aside.without(examples)), aside.examples


class SetAside:
    """The comments that are set aside while others are read: the same ones at every retraining.

    However many there are, no more than `_MOST` are kept: those whose hashes are the least.
    """

    def __init__(self) -> None:
        self._kept: list[tuple[int, int, Example]] = []  # a heap, the greatest hash first
        self._count = 0

    @property
    def examples(self) -> list[Example]:
        """The comments that were set aside, in the order in which they came."""
        return [example for _, _, example in sorted(self._kept, key=lambda kept: kept[1])]

    def without(self, examples: Iterable[Example]) -> Iterator[Example]:
        """Give the comments that are not set aside."""
        for example in examples:
            digest = sha256(words_of(example.comment).encode("utf-8", "surrogatepass")).digest()
            number = int.from_bytes(digest[:8])
            if number % _HELD_OUT:
                yield example
                continue
            self._count += 1
            entry = (-number, self._count, example)
            if len(self._kept) < _MOST:
                heappush(self._kept, entry)
            else:
                heappushpop(self._kept, entry)


@cache
def frozen_cases() -> tuple[Example, ...]:
    """Read the frozen cases: our own writing, in many languages, on which no model is trained."""
    return tuple(read_examples(Path(__file__).with_name("frozen.jsonl")))


def _compare(name: str, new: LinearModel, old: LinearModel, examples: Sequence[Example]) -> Comparison:
    spam = np.array([example.spam for example in examples], dtype=np.bool_)
    moderators = Moderator(old), Moderator(new)
    flags: list[tuple[bool, ...]] = []
    for block in in_blocks(examples, _BLOCK):
        observations = observe(example.comment for example in block)
        features = extract(observations)
        verdicts = (moderator.judge(observations, features) for moderator in moderators)
        flags += [tuple(verdict.flagged for verdict in pair) for pair in zip(*verdicts, strict=True)]
    before, after = np.array(flags, dtype=np.bool_).reshape(-1, len(moderators)).T
    return Comparison(
        name,
        ham=int((~spam).sum()),
        spam=int(spam.sum()),
        flagged_before=int(before[~spam].sum()),
        flagged=int(after[~spam].sum()),
        found_before=int(before[spam].sum()),
        found=int(after[spam].sum()),
    )
