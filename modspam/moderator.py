"""The whole path of a comment: read, extract, score, decide."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from modspam.comment import Comment
from modspam.errors import SettingError
from modspam.explain import explain
from modspam.features import Features, extract, observe
from modspam.model import LinearModel, bundled_path, probability_of
from modspam.signals import Observation
from modspam.verdict import Action, Verdict

__all__ = ["CommentLike", "Moderator"]

CommentLike = str | Mapping[str, Any] | Comment

_BLOCK_SIZE = 256  # comments scored together
_BLOCK_CHARACTERS = 1 << 18  # ... or this much text
_ENOUGH_BYTES = 15  # letters and digits, in UTF-8: three Latin words or five Chinese characters say something


class Moderator:
    """Answers comments with verdicts.  It holds no state but its model and may be shared by threads.

    >>> moderator = Moderator.load()
    >>> moderator.check("Thank you, the second diagram made it click.").flagged
    False
    """

    def __init__(self, model: LinearModel, threshold: float | None = None, *, hold_from: float | None = None) -> None:
        """Serve ``model``; ``threshold`` (0..1) takes the place of the model's own.

        With ``hold_from`` (0..threshold) there are three verdicts: what is less probable than the
        threshold and at least as probable as this is held for a person to decide.

        Raises `SettingError` if one of them is out of its range.
        """
        if threshold is not None and not 0 <= threshold <= 1:
            raise SettingError(f"a threshold is a probability from 0 to 1, not {threshold}")
        self.model = model
        self.threshold = model.threshold if threshold is None else float(threshold)
        if hold_from is not None and not 0 <= hold_from <= self.threshold:
            raise SettingError(
                f"comments can be held from a probability of 0 up to the threshold, {self.threshold}, not {hold_from}"
            )
        self.hold_from = self.threshold if hold_from is None else float(hold_from)

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str] | None = None,
        *,
        threshold: float | None = None,
        max_false_positive_rate: float | None = None,
        hold_from: float | None = None,
    ) -> "Moderator":
        """Load a model file, or the bundled model if no path is given.

        Instead of a ``threshold`` a ``max_false_positive_rate`` may be given, 0..1: the threshold then is
        the lowest in the model's table that flags at most this share of honest comments, as measured on
        comments that the model had not seen.  For ``hold_from`` see `Moderator`.

        Raises `ModelNotFoundError`, `ModelFormatError`, and `SettingError` for a setting out of its range,
        or a rate below the least in the table.
        """
        model = LinearModel.load(bundled_path() if path is None else path)
        return cls(model, _threshold(model, threshold, max_false_positive_rate), hold_from=hold_from)

    @classmethod
    def load_copy(
        cls,
        path: str | os.PathLike[str] | None = None,
        *,
        threshold: float | None = None,
        max_false_positive_rate: float | None = None,
        hold_from: float | None = None,
        copies: Path | None = None,
    ) -> tuple["Moderator", str]:
        """Load a model file as servers do that go on while it is replaced; gives with it the SHA-256 of the file.

        The file itself is not mapped (see `LinearModel.load_copy`, for ``copies``, too), and a ``hold_from`` above the
        threshold of a newer model holds nothing.  Raises what `load` raises otherwise.
        """
        model, digest = LinearModel.load_copy(bundled_path() if path is None else path, copies)
        moderator = cls(model, _threshold(model, threshold, max_false_positive_rate))
        if hold_from is not None:
            moderator = cls(model, moderator.threshold, hold_from=min(hold_from, moderator.threshold))
        return moderator, digest

    def check(self, comment: CommentLike) -> Verdict:
        """Judge one comment: text, a `Comment`, or a mapping in our names or Akismet's.

        Raises `CommentTypeError` and `CommentError` for what is no comment.
        """
        return next(self._verdicts([Comment.of(comment)]))

    def check_many(self, comments: Iterable[CommentLike]) -> Iterator[Verdict]:
        """Judge comments lazily and in order, a few hundred at a time.

        A bad comment raises when its turn comes: the verdicts before it are given first.
        """
        block: list[Comment] = []
        characters = 0
        source = iter(comments)
        while True:
            try:
                comment = Comment.of(next(source))
            except StopIteration:
                break
            except Exception:
                yield from self._verdicts(block)
                raise
            block.append(comment)
            characters += len(comment.text)
            if len(block) == _BLOCK_SIZE or characters >= _BLOCK_CHARACTERS:
                yield from self._verdicts(block)
                block, characters = [], 0
        yield from self._verdicts(block)

    def _verdicts(self, comments: list[Comment]) -> Iterator[Verdict]:
        observations = observe(comments)
        return self.judge(observations, extract(observations))

    def judge(self, observations: Sequence[Observation], features: Features) -> Iterator[Verdict]:
        """Judge comments that have been read, with the features of these: several models may share both."""
        scores = self.model.score(features).tolist()
        for observation, score in zip(observations, scores, strict=True):
            probability = probability_of(score)
            enough = _has_enough_text(observation)
            action = self._action(probability) if enough else Action.KEEP
            why = partial(explain, self.model, observation, score, enough)
            yield Verdict(action, probability, self.threshold, score, enough, why)

    def _action(self, probability: float) -> Action:
        if probability >= self.threshold:
            return Action.FLAG
        return Action.HOLD if probability >= self.hold_from else Action.KEEP


def _threshold(model: LinearModel, threshold: float | None, rate: float | None) -> float | None:
    """Choose a threshold by itself or by the rate that it gives, in the model's table; None is the model's own."""
    if rate is None:
        return threshold
    if threshold is not None:
        raise SettingError("give a threshold or a false-positive rate, not both: each decides the other")
    return model.threshold_at(rate)


def _has_enough_text(observation: Observation) -> bool:
    """Whether there is something to judge: a few letters in any script, or a link."""
    if observation.links:
        return True
    letters = "".join(islice(filter(str.isalnum, observation.folded), _ENOUGH_BYTES))
    return len(letters.encode("utf-8", "replace")) >= _ENOUGH_BYTES
