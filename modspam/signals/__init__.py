"""The named signals: small extractors, each with a name, a unit and a reason.

To add one: write a function in the module of its kind, decorate it with `counted` or `measured`, put
it into that module's ``SIGNALS``, and give it cases in ``tests/cases/signals.toml``.  The order here is
the order of the model's weights only in memory; the model file knows signals by name.
"""

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
from modspam.signals.signal import Sighting, Signal, Where

__all__ = ["SIGNALS", "Observation", "Sighting", "Signal", "Where"]

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
