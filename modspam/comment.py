"""What goes in: a comment and what is known of where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from modspam.errors import CommentError, CommentTypeError

__all__ = ["FIELD_NAMES", "Comment"]

FIELD_NAMES = {
    # our field: the keys that it is read from, first one present wins (ours, then Akismet's)
    "text": ("text", "comment_content"),
    "author": ("author", "comment_author"),
    "author_url": ("author_url", "comment_author_url"),
    "author_email": ("author_email", "comment_author_email"),
    "permalink": ("permalink",),
    "page_title": ("page_title",),
    "page_text": ("page_text",),
}


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, as the person who left it wrote it.

    Everything but the text is optional, and what is missing says nothing for or against the comment.

    - ``text``: the comment itself, plain or with the markup that the site lets through
    - ``author``, ``author_url``, ``author_email``: what was typed into the form's fields
    - ``permalink``, ``page_title``, ``page_text``: the page that the comment stands under

    Raises `CommentTypeError` if a field is not text.

    >>> Comment("First!", author="Ana").author
    'Ana'
    """

    text: str
    author: str = ""
    author_url: str = ""
    author_email: str = ""
    permalink: str = ""
    page_title: str = ""
    page_text: str = ""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, str):
                raise _no_text(field.name, value)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "Comment":
        """Read a mapping that uses our names or Akismet's (``comment_content``, ...).

        A key that we do not know is passed over, since plugins send dozens of them; ``None`` counts
        as missing.  Raises `CommentError` if there is no text, `CommentTypeError` if a value is no str.

        >>> Comment.from_mapping({"comment_content": "First!", "comment_author": "Ana"}).author
        'Ana'
        """
        values = {}
        for name, keys in FIELD_NAMES.items():
            for key in keys:
                value = mapping.get(key)
                if value is not None:
                    if not isinstance(value, str):
                        raise _no_text(name, value, key)
                    values[name] = value
                    break
        if "text" not in values:
            given = ", ".join(sorted(map(str, mapping))) or "nothing"
            raise CommentError(
                f"the comment has no text: give it as 'text' or 'comment_content' (the mapping holds: {given[:200]})"
            )
        return cls(**values)

    @classmethod
    def of(cls, value: object) -> "Comment":
        """Take whatever callers hand us for a comment: text, a mapping, or a `Comment`.

        Raises `CommentTypeError` for anything else, and what `from_mapping` raises.
        """
        if isinstance(value, str):
            return cls(value)
        if isinstance(value, Comment):
            return value
        if isinstance(value, Mapping):
            return cls.from_mapping(value)
        hint = "; decode it first" if isinstance(value, bytes | bytearray) else ""
        raise CommentTypeError(
            f"a comment is a str, a mapping with its text, or a modspam.Comment, not {type(value).__name__}{hint}"
        )


def _no_text(name: str, value: object, key: str = "") -> CommentTypeError:
    """Say that a field is no text, and under which key of a mapping it stands."""
    message = f"the comment's {name} must be a str, not {type(value).__name__}"
    if isinstance(value, bytes | bytearray):
        message += "; decode it first"
    elif key:
        message += f": write what stands under {key!r} in quotation marks, or give this name to what is text"
    return CommentTypeError(message)
