"""modspam reads a comment and says keep or flag, and why.

>>> import modspam
>>> modspam.check("Thank you, the second diagram made it click.").action
<Action.KEEP: 'keep'>
"""

import typing as _typing
from functools import cache as _cache

from modspam.comment import Comment, Form
from modspam.errors import (
    CommentError,
    CommentTypeError,
    ModelFormatError,
    ModelNotFoundError,
    ModspamError,
    SettingError,
)
from modspam.moderator import CommentLike, Moderator
from modspam.verdict import Action, Reason, Verdict

__all__ = [
    "Action", "Comment", "CommentError", "CommentTypeError", "CommentVectorizer", "Form", "ModelFormatError",
    "ModelNotFoundError", "Moderator", "ModspamError", "Reason", "SettingError", "SpamClassifier", "Verdict", "check",
]  # fmt: skip
__version__ = "0.1.0"

if _typing.TYPE_CHECKING:
    from modspam.estimators import CommentVectorizer, SpamClassifier
else:

    def __getattr__(name: str) -> object:
        """Import scikit-learn with the two that need it, when one is asked for: a filter starts without it."""
        if name not in {"CommentVectorizer", "SpamClassifier"}:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from modspam import estimators

        return getattr(estimators, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


_bundled = _cache(Moderator.load)


def check(comment: CommentLike) -> Verdict:
    """Judge one comment with the bundled model, which is loaded once; see `Moderator.check`."""
    return _bundled().check(comment)
