"""Slots of a template that nobody filled in, and alternatives that nobody chose from."""

from collections.abc import Iterator
from operator import attrgetter

import regex

from modspam.marks import MARKS
from modspam.normalise import Span
from modspam.patterns import Pattern
from modspam.signals.observation import Observation
from modspam.signals.signal import Where, counted
from modspam.signals.slots import SLOT, Use

__all__ = ["SIGNALS"]

_SLOTS = attrgetter("slots")


@counted(
    unit="slots",
    cap=2,
    where=Where.VISIBLE,
    marks=SLOT,
    needs=_SLOTS,
    message="a template's placeholder was never filled in",
)
def unfilled_placeholder(observation: Observation) -> Iterator[Span]:
    """A slot such as #WEBSITE# or {{first_name}}, left as it was, proves that nobody wrote this for this page."""
    return _slots(observation, unfilled=True)


@counted(
    unit="slots",
    cap=2,
    where=Where.VISIBLE,
    marks=SLOT,
    needs=_SLOTS,
    message="placeholders, as people who write about templates use them",
)
def quoted_placeholder(observation: Observation) -> Iterator[Span]:
    """A slot inside code, in quotes or in talk about templates is the topic, not a trace of a template."""
    return _slots(observation, unfilled=False)


def _slots(observation: Observation, *, unfilled: bool) -> Iterator[Span]:
    for slot in observation.slots:
        left = slot.use is Use.UNFILLED or (slot.use is Use.UNFILLED_IN_PROSE and not observation.about_code)
        if left is unfilled:
            yield slot.span


_GROUP = Pattern(r"(?<![$\\%(\w])\{(?!%)(?P<options>[^{}|\n]{0,80}+(?:\|[^{}|\n]{0,80}+){1,40})(?:\}(?!\})|$|(?=\{))")
_BRACE = MARKS.add("{")
_SINGLE = Pattern(r"\s*[\p{L}\p{N}]?\s*")
_OPERATOR = Pattern(
    r"[=<>∈≥≤+*/\\^_;()\[\]$:]|\b(?:string|number|boolean|null|undefined|int|float|bool|start|stop|restart|enable|disable|true|false|on|off|yes|no)\b",
    regex.IGNORECASE,
)


def _has_bar(observation: Observation) -> bool:
    return "|" in observation.visible


@counted(
    unit="groups",
    cap=3,
    where=Where.VISIBLE,
    marks=_BRACE,
    needs=_has_bar,
    message="alternatives of a spun text, {this|that}, were left in",
)
def unspun_spintax(observation: Observation) -> Iterator[Span]:
    """Alternatives in braces in running prose are a posting tool's source; sets, types and usage lines are no prose."""
    text = observation.visible
    groups = [
        match.span()
        for match in _GROUP.finditer(text)
        if not _SINGLE.fullmatch(match["options"].split("|", 1)[0]) or match["options"].count("|") > 2
        if not _OPERATOR.search(match["options"])
    ]
    if len(groups) > 1 or (groups and not observation.about_code):
        yield from groups


SIGNALS = (unfilled_placeholder, quoted_placeholder, unspun_spintax)
