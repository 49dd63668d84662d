"""What the form knows that the comment was sent with: what tools do with a form and people do not.

No corpus of comments has these facts, so nothing was learnt of them: each weight is stated here, as the
signal's ``prior``.  None is enough by itself to flag a comment that reads as honest.  A site's own
labels move them as they move every other weight (`modspam.adapt`).
"""

from operator import attrgetter

from modspam.comment import Form
from modspam.signals.addresses import host_of, registered_name
from modspam.signals.observation import Observation
from modspam.signals.signal import measured

__all__ = ["SIGNALS"]

_KNOWN = attrgetter("comment.form")
_NOTHING = Form()
_HURRY = 4.0  # seconds; who had the comment ready still needs them to find the form, paste and send


@measured(unit="forms", cap=1, needs=_KNOWN, prior=3.0, message="a field that people cannot see was filled in")
def honeypot(observation: Observation) -> float:
    """Tools fill in every field that they find; now and then a password manager does, or a reader for the blind."""
    return float(bool(_form(observation).honeypot.strip()))


@measured(
    unit="share of four seconds left", cap=1, needs=_KNOWN, prior=2.0, message="sent within moments of opening the page"
)
def hurried(observation: Observation) -> float:
    """Nobody reads, writes and sends within a second or two; a page that was reloaded starts the clock anew."""
    seconds = _form(observation).seconds
    return max(0.0, 1 - seconds / _HURRY) if seconds is not None else 0.0


@measured(unit="forms", cap=1, needs=_KNOWN, prior=0.7, message="the form's script did not run in the sender's browser")
def no_script(observation: Observation) -> float:
    """Posting tools run no scripts; neither do the browsers of some careful people."""
    return float(_form(observation).script is False)


@measured(unit="forms", cap=1, needs=_KNOWN, prior=0.7, message="the form's token was wrong or missing")
def wrong_nonce(observation: Observation) -> float:
    """Who never opened the page has no token; who left it open overnight, or got it from a cache, has an old one."""
    return float(_form(observation).nonce is False)


@measured(unit="forms", cap=1, needs=_KNOWN, prior=0.3, message="the browser did not say which page the form was on")
def no_referrer(observation: Observation) -> float:
    """A tool posts without having been anywhere; so does a browser that is set to keep its ways to itself."""
    return float(_form(observation).referrer == "")


@measured(unit="forms", cap=1, needs=_KNOWN, prior=0.7, message="the form was sent from a page of another site")
def foreign_referrer(observation: Observation) -> float:
    """A form stands on its own site; a site with two addresses is seen as two here, hence the small weight."""
    here = registered_name(host_of(observation.comment.permalink))
    there = registered_name(host_of(_form(observation).referrer or ""))
    return float(bool(here and there) and here != there)


def _form(observation: Observation) -> Form:
    return observation.comment.form or _NOTHING


SIGNALS = (honeypot, hurried, no_script, wrong_nonce, no_referrer, foreign_referrer)
