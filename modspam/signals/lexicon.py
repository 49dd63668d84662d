"""The signals that stock phrases make."""

from operator import attrgetter

from modspam.normalise import Span
from modspam.signals.observation import Observation
from modspam.signals.signal import Where, counted

__all__ = ["SIGNALS"]


_PHRASES = attrgetter("phrases")


@counted(unit="phrases", cap=4, where=Where.FOLDED, needs=_PHRASES, message="praise that would fit any page")
def flattery(observation: Observation) -> list[Span]:
    """Spam flatters because flattered owners approve; the praise names nothing, since the page was not read."""
    return observation.phrases.get("flattery", [])


@counted(
    unit="phrases", cap=4, where=Where.FOLDED, needs=_PHRASES, message="speaks to the site's owner as to a customer"
)
def owner_pitch(observation: Observation) -> list[Span]:
    """A stranger who writes about "your website" wants to sell something to its owner; readers write about the page."""
    return observation.phrases.get("owner_pitch", [])


@counted(unit="phrases", cap=4, where=Where.FOLDED, needs=_PHRASES, message="offers goods, services or money")
def offer(observation: Observation) -> list[Span]:
    """Adverts speak of prices, guarantees and gains in turns of phrase that conversations do without."""
    return observation.phrases.get("offer", [])


@counted(
    unit="phrases",
    cap=4,
    where=Where.FOLDED,
    needs=_PHRASES,
    message="tells readers to go, write or buy somewhere else",
)
def call_to_action(observation: Observation) -> list[Span]:
    """Spam has done its work only when the reader leaves the page."""
    return observation.phrases.get("call_to_action", [])


@counted(
    unit="phrases",
    cap=4,
    where=Where.FOLDED,
    needs=_PHRASES,
    message="a testimonial for a trader, healer or recovery agent",
)
def testimony(observation: Observation) -> list[Span]:
    """Scams are told as somebody's own luck, with the name of the benefactor and a way to reach him."""
    return observation.phrases.get("testimony", [])


SIGNALS = (flattery, owner_pitch, offer, call_to_action, testimony)
