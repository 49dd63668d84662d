"""The whole path of a comment: read, extract, score, decide."""

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from modspam.comment import Comment
from modspam.errors import SettingError
from modspam.explain import explain
from modspam.features import extract, observe
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

    def __init__(self, model: LinearModel, threshold: float | None = None) -> None:
        """Serve ``model``; ``threshold`` (0..1) takes the place of the model's own.

        Raises `SettingError` if the threshold is out of its range.
        """
        if threshold is not None and not 0 <= threshold <= 1:
            raise SettingError(f"a threshold is a probability from 0 to 1, not {threshold}")
        self.model = model
        self.threshold = model.threshold if threshold is None else float(threshold)

    @classmethod
    def load(cls, path: str | os.PathLike[str] | None = None, *, threshold: float | None = None) -> "Moderator":
        """Load a model file, or the bundled model if no path is given.

        Raises `ModelNotFoundError`, `ModelFormatError`, and `SettingError` for a bad threshold.
        """
        return cls(LinearModel.load(bundled_path() if path is None else path), threshold)

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
        scores = self.model.score(extract(observations)).tolist()
        for observation, score in zip(observations, scores, strict=True):
            probability = probability_of(score)
            enough = _has_enough_text(observation)
            action = Action.FLAG if enough and probability >= self.threshold else Action.KEEP
            why = partial(explain, self.model, observation, score, enough)
            yield Verdict(action, probability, self.threshold, score, enough, why)


def _has_enough_text(observation: Observation) -> bool:
    """Whether there is something to judge: a few letters in any script, or a link."""
    if observation.links:
        return True
    letters = 0
    for character in observation.folded:
        if character.isalnum():
            letters += len(character.encode("utf-8", "replace"))
            if letters >= _ENOUGH_BYTES:
                return True
    return False
