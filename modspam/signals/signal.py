"""What a signal is: one named thing that can be seen in a comment, with its unit and its reason."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from inspect import cleandoc
from math import sqrt
from typing import NamedTuple

from modspam.marks import ALWAYS
from modspam.normalise import Span
from modspam.signals.observation import Observation

__all__ = ["Needs", "Sighting", "Signal", "Where", "counted", "measured"]


class Where(Enum):
    """The text that a signal's spans refer to."""

    GIVEN = "given"  # the comment as it came
    VISIBLE = "visible"  # as a browser shows it
    FOLDED = "folded"  # lower case, disguises undone
    AUTHOR = "author"  # the author's name
    AUTHOR_URL = "author_url"


class Sighting(NamedTuple):
    """What a signal saw: how much, in the signal's unit, and where in the text that it looks at."""

    value: float
    spans: tuple[Span, ...]


Needs = Callable[[Observation], object]


def _nothing(_: Observation) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Signal:
    """A feature extractor with a name.

    - ``name``: as in reasons and in the model file; part of the model format
    - ``unit``: what ``value`` counts or measures
    - ``cap``: the value from which on more of it says no more; the model sees the square
      root of ``value / cap``, 0..1, since the first of a kind says the most
    - ``message``: the reason in words, for somebody who has never heard of modspam
    - ``why``: why it tells spam from ham
    - ``where``: the text that its spans refer to
    - ``marks``: what the visible text has to hold at least, see `modspam.marks`
    - ``needs``: whether the comment holds what it must hold at least for the signal to see anything; fast to
      ask, and the same function for signals with the same needs, so that it is asked once for all of them
    - ``see``: the extractor itself, a pure function
    - ``prior``: its weight, in log-odds, where training had nothing to learn it from
    """

    name: str
    unit: str
    cap: float
    message: str
    why: str
    where: Where
    marks: int
    needs: Needs
    see: Callable[[Observation], Sighting]
    prior: float = 0.0

    def scale(self, value: float) -> float:
        """Bring a value to the 0..1 that the model sees."""
        return sqrt(min(value, self.cap) / self.cap)


def counted(
    *, unit: str, cap: float, message: str, where: Where, marks: int = ALWAYS, needs: Needs = _nothing
) -> Callable[[Callable[[Observation], Iterable[Span]]], Signal]:
    """Make a signal of a function that finds places: its value is how many there are."""

    def decorate(find: Callable[[Observation], Iterable[Span]]) -> Signal:
        def see(observation: Observation) -> Sighting:
            spans = tuple(find(observation))
            return Sighting(float(len(spans)), spans)

        why = cleandoc(find.__doc__ or "")
        return Signal(find.__name__, unit, cap, message, why, where, marks, needs, see)

    return decorate


def measured(
    *,
    unit: str,
    cap: float,
    message: str,
    where: Where = Where.GIVEN,
    marks: int = ALWAYS,
    needs: Needs = _nothing,
    prior: float = 0.0,
) -> Callable[[Callable[[Observation], float]], Signal]:
    """Make a signal of a function that measures the comment as a whole."""

    def decorate(measure: Callable[[Observation], float]) -> Signal:
        def see(observation: Observation) -> Sighting:
            return Sighting(measure(observation), ())

        why = cleandoc(measure.__doc__ or "")
        return Signal(measure.__name__, unit, cap, message, why, where, marks, needs, see, prior)

    return decorate
