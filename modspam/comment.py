"""What goes in: a comment and what is known of where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from modspam.errors import CommentError, CommentTypeError

__all__ = ["FIELD_NAMES", "Comment", "Form"]

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
class Form:
    """What the form knows that a comment was sent with; ``None`` is what it does not know.

    - ``honeypot``: what was typed into a field that people cannot see
    - ``seconds``: from showing the form to sending it, 0 or more
    - ``script``: whether the form's script ran in the sender's browser
    - ``nonce``: whether the token was right that the form was given when it was shown
    - ``referrer``: the address of the page that it was sent from; empty if the browser sent none

    Raises `CommentTypeError` if a field is not of its kind, `CommentError` if ``seconds`` are below 0.

    >>> Form(seconds=1.5, script=False).honeypot
    ''
    """

    honeypot: str = ""
    seconds: float | None = None
    script: bool | None = None
    nonce: bool | None = None
    referrer: str | None = None

    def __post_init__(self) -> None:
        for name, kinds in _FORM_KINDS.items():
            value = getattr(self, name)
            if not isinstance(value, kinds) or (name == "seconds" and isinstance(value, bool)):
                expected = " or ".join("null" if kind is type(None) else kind.__name__ for kind in kinds)
                raise CommentTypeError(f"the form's {name} must be {expected}, not {type(value).__name__}")
        if self.seconds is not None and not (isfinite(self.seconds) and self.seconds >= 0):
            raise CommentError(f"the form's seconds are 0 or more, not {self.seconds}: leave out what is not known")

    @classmethod
    def of(cls, value: object) -> "Form":
        """Take a `Form`, or a mapping in the names of its fields; other keys are passed over.

        Raises `CommentTypeError` for anything else, and what `Form` raises.
        """
        if isinstance(value, Form):
            return value
        if not isinstance(value, Mapping):
            raise CommentTypeError(
                f"the comment's form must be a mapping or a modspam.Form, not {type(value).__name__}"
            )
        return cls(**{name: value[name] for name in _FORM_KINDS if value.get(name) is not None})


_NONE = type(None)
_FORM_KINDS: dict[str, tuple[type, ...]] = {
    "honeypot": (str,),
    "seconds": (float, int, _NONE),
    "script": (bool, _NONE),
    "nonce": (bool, _NONE),
    "referrer": (str, _NONE),
}


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, as the person who left it wrote it.

    Everything but the text is optional, and what is missing says nothing for or against the comment.

    - ``text``: the comment itself, plain or with the markup that the site lets through
    - ``author``, ``author_url``, ``author_email``: what was typed into the form's fields
    - ``permalink``, ``page_title``, ``page_text``: the page that the comment stands under
    - ``form``: what the form knows that it was sent with

    Raises `CommentTypeError` if a field is not text, or ``form`` no `Form`.

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
    form: Form | None = None

    def __post_init__(self) -> None:
        for name in FIELD_NAMES:
            value = getattr(self, name)
            if not isinstance(value, str):
                raise _no_text(name, value)
        if self.form is not None and not isinstance(self.form, Form):
            raise CommentTypeError(f"the comment's form must be a modspam.Form, not {type(self.form).__name__}")

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "Comment":
        """Read a mapping that uses our names or Akismet's (``comment_content``, ...); ``form`` is a mapping too.

        A key that we do not know is passed over, since plugins send dozens of them; ``None`` counts
        as missing.  Raises `CommentError` if there is no text, `CommentTypeError` if a value is no str.

        >>> Comment.from_mapping({"comment_content": "First!", "comment_author": "Ana"}).author
        'Ana'
        """
        values: dict[str, Any] = {}
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
        if mapping.get("form") is not None:
            values["form"] = Form.of(mapping["form"])
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
