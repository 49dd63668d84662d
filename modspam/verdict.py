"""What comes out: keep, hold or flag, how sure, and why."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from modspam.normalise import Span
from modspam.patterns import Pattern

__all__ = ["Action", "Explanation", "Reason", "Verdict", "marked", "printable"]

_SHOWN_REASONS = 3
_SHOWN_LENGTH = 60


class Action(StrEnum):
    """What to do with the comment; ``HOLD``, for a person to decide, only where a moderator was asked for it."""

    KEEP = "keep"
    HOLD = "hold"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Reason:
    """One piece of evidence.

    - ``name``: the signal's name, or ``"words"`` for wording that the model has learnt
    - ``contribution``: what it adds to the score, in log-odds; above 0 speaks for spam
    - ``message``: the same in words
    - ``spans``: every place where it was seen, ``(start, end)`` in the comment as given; empty for
      what is seen in the comment as a whole, in the author's name or in the author's address
    - ``text``: what stands at the first place, as given
    """

    name: str
    contribution: float
    message: str
    spans: tuple[Span, ...] = ()
    text: str | None = None

    @property
    def span(self) -> Span | None:
        """The first place where it was seen, if it has one."""
        return self.spans[0] if self.spans else None

    def __str__(self) -> str:
        seen = f": {printable(self.text, _SHOWN_LENGTH)}" if self.text else ""
        return f"{self.message}{seen} ({self.contribution:+.1f})"

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values for JSON."""
        return {
            "name": self.name,
            "contribution": self.contribution,
            "message": self.message,
            "spans": [list(span) for span in self.spans],
            "text": self.text,
        }


class Explanation(NamedTuple):
    """A score taken apart: ``intercept + sum of the reasons' contributions + rest`` is the score.

    - ``reasons``: the strongest first, by the size of their contribution
    - ``intercept``: what the model starts from before it has read anything
    - ``rest``: the wording that is too weak to be listed
    """

    reasons: tuple[Reason, ...]
    intercept: float
    rest: float


@dataclass(frozen=True)
class Verdict:
    """The answer to a comment.

    - ``action``: `Action.KEEP`, `Action.FLAG`, or `Action.HOLD` where the moderator has a band for it
    - ``probability``: calibrated probability of spam, 0..1, for comments under articles where half is spam
    - ``threshold``: the probability from which on comments are flagged, 0..1
    - ``score``: the log-odds of ``probability``
    - ``enough_text``: False where there was too little to judge; such comments are kept

    The reasons are worked out when they are first asked for.
    """

    action: Action
    probability: float
    threshold: float
    score: float
    enough_text: bool
    _explain: Callable[[], Explanation] = field(repr=False, compare=False)

    @property
    def flagged(self) -> bool:
        """Whether the action is to flag."""
        return self.action is Action.FLAG

    @cached_property
    def explanation(self) -> Explanation:
        """The score taken apart."""
        return self._explain()

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The evidence, strongest first."""
        return self.explanation.reasons

    def __str__(self) -> str:
        head = f"{self.action} (probability {self.probability:.3f}, threshold {self.threshold:.3f})"
        sign = 1 if self.flagged else -1
        shown = [r for r in self.reasons if r.contribution * sign > 0] or list(self.reasons)
        reasons = "; ".join(str(reason) for reason in shown[:_SHOWN_REASONS])
        return f"{head}: {reasons}" if reasons else head

    def to_dict(self, *, reasons: bool = True) -> dict[str, Any]:
        """Give everything as plain values for JSON; the score is only taken apart if ``reasons`` are wanted."""
        told = {
            "action": str(self.action),
            "flagged": self.flagged,
            "probability": self.probability,
            "threshold": self.threshold,
            "score": self.score,
            "enough_text": self.enough_text,
        }
        if reasons:
            told["intercept"] = self.explanation.intercept
            told["rest"] = self.explanation.rest
            told["reasons"] = [reason.to_dict() for reason in self.reasons]
        return told

    def __reduce__(self) -> tuple[Any, ...]:
        # Pickled (joblib sends verdicts between processes so) with the reasons, without the model.
        explanation = self.explanation
        return _restored, (
            self.action,
            self.probability,
            self.threshold,
            self.score,
            self.enough_text,
            tuple(explanation),
        )


def _restored(
    action: Action,
    probability: float,
    threshold: float,
    score: float,
    enough_text: bool,
    explanation: tuple[tuple[Reason, ...], float, float],
) -> Verdict:
    return Verdict(action, probability, threshold, score, enough_text, lambda: Explanation(*explanation))


def marked(text: str, reasons: Sequence[Reason]) -> Iterator[tuple[int, int, Reason | None]]:
    """Cut a text where its evidence begins and ends: pieces ``(start, end, reason)``, all of the text in order.

    ``reasons`` are the strongest first, as a verdict gives them; where several see the same place, the strongest has
    it.

    >>> links = Reason("links", 2.0, "a link", ((4, 8),)), Reason("words", -0.5, "wording", ((0, 6),))
    >>> [(start, end, reason and reason.name) for start, end, reason in marked("see a.io now", links)]
    [(0, 4, 'words'), (4, 8, 'links'), (8, 12, None)]
    """
    strongest: list[Reason | None] = [None] * len(text)
    for reason in reversed(reasons):  # the strongest last, so that it shows
        for start, end in reason.spans:
            strongest[start:end] = [reason] * (end - start)
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or strongest[end] is not strongest[start]:
            yield start, end, strongest[start]
            start = end


def printable(text: str, length: int | None = None) -> str:
    r"""Make a stranger's text safe to print on one line: no control codes, no line ends.

    >>> printable("a\x1b[31m\n  b" + "c" * 9, 12)
    'a\ufffd[31m bccc…'
    """
    shortened = text if length is None else text[: 4 * length]
    line = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", _SPACES.sub(" ", shortened))
    if length is None or (len(line) <= length and len(shortened) == len(text)):
        return line
    return line[: length - 1] + "…"


_SPACES = Pattern(r"\s+")
# Control codes, lone surrogates and what turns the writing direction: a terminal would obey them.
_CONTROL = Pattern(r"[\p{Cc}\p{Cs}\u200E\u200F\u202A-\u202E\u2066-\u2069]")
