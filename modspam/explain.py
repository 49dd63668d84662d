"""Taking a score apart: which signals, and which of the comment's own words."""

from itertools import pairwise

import numpy as np

from modspam import ngrams
from modspam.model import LinearModel
from modspam.normalise import Span
from modspam.patterns import Pattern
from modspam.signals import SIGNALS, Observation, Signal, Where, look
from modspam.verdict import Explanation, Reason

__all__ = ["explain"]

WORDS = "words"
STRETCH = "stretch"
TOO_LITTLE_TEXT = "too_little_text"

_LISTED_WORDS = 8  # phrases of learnt wording that are told
_PHRASE_WORDS = 3  # words that are told as one phrase
_WEAK = 0.05  # log-odds below which neither wording nor a signal is worth a line
# What counts as one word of evidence: a run without spaces, or two characters of a script without them.
_WORD = Pattern(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]{1,2}|[^\s\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]+")
_TO_GIVEN = {Where.VISIBLE: "visible", Where.FOLDED: "folded"}


def explain(model: LinearModel, observation: Observation, score: float, enough_text: bool) -> Explanation:
    """Take the score of one comment apart (see `Explanation`)."""
    if not enough_text:
        reason = Reason(TOO_LITTLE_TEXT, 0.0, "too little text to judge, so it is kept")
        return Explanation((reason,), model.intercept, score - model.intercept)
    reasons = [
        *_signal_reasons(model, observation),
        *_word_reasons(model, observation),
        *_stretch_reason(model, observation),
    ]
    reasons = [reason for reason in reasons if abs(reason.contribution) >= _WEAK]
    reasons.sort(key=lambda reason: -abs(reason.contribution))
    rest = score - model.intercept - sum(reason.contribution for reason in reasons)
    return Explanation(tuple(reasons), model.intercept, rest)


def _signal_reasons(model: LinearModel, observation: Observation) -> list[Reason]:
    reasons = []
    weights = model.signal_weights.tolist()
    for index, sighting in look(observation):
        signal, weight = SIGNALS[index], weights[index]
        if weight:
            contribution = weight * signal.scale(sighting.value)
            spans, text = _evidence(signal, sighting.spans, observation)
            reasons.append(Reason(signal.name, contribution, signal.message, spans, text))
    return reasons


def _evidence(signal: Signal, spans: tuple[Span, ...], observation: Observation) -> tuple[tuple[Span, ...], str | None]:
    """Point into the comment as given; what is seen in the author's fields has text and no span."""
    if not spans:
        return (), None
    if signal.where is Where.AUTHOR:
        return (), observation.author
    if signal.where is Where.AUTHOR_URL:
        return (), observation.author_url
    if signal.where in _TO_GIVEN:
        view = getattr(observation.reading, _TO_GIVEN[signal.where])
        spans = tuple(view.origin(start, end) for start, end in spans)
    start, end = spans[0]
    return spans, observation.given[start:end]


def _word_reasons(model: LinearModel, observation: Observation) -> list[Reason]:
    """Tell the n-grams' evidence as the words that weighed most; neighbours of one mind are one phrase."""
    text = ngrams.bytes_of(observation.folded)
    count, words = len(ngrams.buckets([text]).indices), len(ngrams.word_buckets([text]).indices)
    shares = ngrams.spread(text, model.ngram_weights) / np.sqrt(count)
    if words:
        of_words = ngrams.spread_words(text, model.word_weights) / np.sqrt(words)
        shares[: len(of_words)] += of_words
    lead = (np.frombuffer(text, dtype=np.uint8) & 0xC0) != 0x80  # the first byte of each character
    of_character = np.add.reduceat(shares, np.flatnonzero(lead))[1:-1]  # without the outer spaces
    spans = [match.span() for match in _WORD.finditer(observation.folded)]
    if not spans:
        return []
    # A word takes what stands before it up to the word before: the space, that is.
    ends = [0] + [end for _, end in spans]
    weights = [float(of_character[start:end].sum()) for start, end in pairwise(ends)]
    strongest = sorted(range(len(spans)), key=lambda index: -abs(weights[index]))[:_LISTED_WORDS]
    reasons = []
    given = [observation.reading.folded.origin(*spans[index]) for index in sorted(strongest)]
    for run, (start, end) in _phrases(sorted(strongest), given, weights, observation.given):
        contribution = sum(weights[index] for index in run)
        side = "spam" if contribution > 0 else "honest comments"
        reasons.append(
            Reason(WORDS, contribution, f"wording known from {side}", ((start, end),), observation.given[start:end])
        )
    return reasons


def _stretch_reason(model: LinearModel, observation: Observation) -> list[Reason]:
    """Tell which stretch of a comment reads more like spam than the whole of it, and what that adds."""
    folded = observation.folded
    span = model.wording.worst_stretch(folded) if model.stretch.share else None
    if span is None:
        return []
    whole = model.wording.score(*ngrams.all_buckets([ngrams.bytes_of(folded)]))
    contribution = float(model.stretch.added(model.wording.excess([folded], whole))[0])
    start, end = observation.reading.folded.origin(*span)
    message = "a passage reads more like spam than the whole"
    return [Reason(STRETCH, contribution, message, ((start, end),), observation.given[start:end])]


def _phrases(indices: list[int], given: list[Span], weights: list[float], text: str) -> list[tuple[list[int], Span]]:
    """Join neighbouring words that pull the same way, with nothing but white space between them."""
    phrases: list[tuple[list[int], Span]] = []
    for index, (start, end) in zip(indices, given, strict=True):
        if phrases:
            run, (first, last) = phrases[-1]
            beside = run[-1] == index - 1 and not text[last:start].strip()
            if beside and len(run) < _PHRASE_WORDS and (weights[index] > 0) == (weights[index - 1] > 0):
                phrases[-1] = ([*run, index], (first, end))
                continue
        phrases.append(([index], (start, end)))
    return phrases
