"""The named signals: small extractors, each with a name, a unit and a reason.

To add one: write a function in the module of its kind, decorate it with `counted` or `measured`, put
it into that module's ``SIGNALS``, and give it cases in ``tests/cases/signals.toml``.  Its ``marks`` cost nothing; what
it ``needs`` is asked first of every comment that has them, so it has to be fast; `look` passes the signal over where
either is not met, and
``tests/test_patterns.py`` shows that nothing is lost by it.  The order here is
the order of the model's weights only in memory; the model file knows signals by name.
"""

from functools import cache

from modspam.signals import (
    author,
    contact,
    disguise,
    form,
    lexicon,
    links,
    page,
    placeholders,
    shape,
)
from modspam.signals.observation import Observation
from modspam.signals.signal import Needs, Sighting, Signal, Where

__all__ = ["SIGNALS", "Observation", "Sighting", "Signal", "Where", "look"]

SIGNALS: tuple[Signal, ...] = (
    *placeholders.SIGNALS,
    *links.SIGNALS,
    *contact.SIGNALS,
    *lexicon.SIGNALS,
    *shape.SIGNALS,
    *disguise.SIGNALS,
    *author.SIGNALS,
    *page.SIGNALS,
    *form.SIGNALS,
)


def look(observation: Observation) -> list[tuple[int, Sighting]]:
    """Give what the signals see in a comment: the number of each in `SIGNALS` that sees anything, and what.

    Only those look whose needs the comment meets, which in most comments are few.  It is worked out once.
    """
    if observation.sightings is None:
        seen = []
        marks = observation.marks
        for needed, needs, signals in _by_needs():
            if marks & needed and needs(observation):
                for index, signal in signals:
                    sighting = signal.see(observation)
                    if sighting.value:
                        seen.append((index, sighting))
        observation.sightings = sorted(seen)
    return observation.sightings


@cache
def _by_needs() -> list[tuple[int, Needs, list[tuple[int, Signal]]]]:
    groups: dict[tuple[int, Needs], list[tuple[int, Signal]]] = {}
    for index, signal in enumerate(SIGNALS):
        groups.setdefault((signal.marks, signal.needs), []).append((index, signal))
    return [(*needed, signals) for needed, signals in groups.items()]
