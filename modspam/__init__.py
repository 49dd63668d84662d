"""modspam reads a comment and says keep or flag, and why.

>>> import modspam
>>> modspam.check("Thank you, the second diagram made it click.").action
<Action.KEEP: 'keep'>
"""

from functools import cache as _cache

from modspam.comment import Comment
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
    "Action", "Comment", "CommentError", "CommentTypeError", "ModelFormatError", "ModelNotFoundError",
    "Moderator", "ModspamError", "Reason", "SettingError", "Verdict", "check",
]  # fmt: skip
__version__ = "0.1.0"

_bundled = _cache(Moderator.load)


def check(comment: CommentLike) -> Verdict:
    """Judge one comment with the bundled model, which is loaded once; see `Moderator.check`."""
    return _bundled().check(comment)
