"""A comment of Django's, read as modspam's: one that has just been sent, or one from the database."""

import time
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch

from modspam.comment import Comment, Form

__all__ = ["comment_of", "form_of"]


def comment_of(comment: Any, content_object: Any, request: HttpRequest | None = None) -> Comment:
    """Read a comment; ``request`` is what it was sent with, if it has just been sent.

    ``comment`` may also be the dictionary that django-comments-xtd has until an e-mail is confirmed.  The e-mail
    address and the IP address are not read.
    """
    return Comment(
        comment.comment or "",
        author=comment.user_name or _name_of(comment.user),
        author_url=comment.user_url or "",
        permalink=_permalink(content_object, comment, request),
        page_title="" if content_object is None else str(content_object),
        form=None if request is None else form_of(request),
    )


def form_of(request: HttpRequest) -> Form:
    """Say what the form knows: when it was shown, which django-comments signs, and where it stood.

    A filled honeypot and a wrong signature never come this far: the comments' own form refuses them.
    """
    sent = getattr(request, "data", request.POST)  # what came as JSON is in `data`
    referrer = request.META.get("HTTP_REFERER", "")
    try:
        seconds = max(0.0, time.time() - int(sent.get("timestamp", "")))
    except (TypeError, ValueError, OverflowError):  # a form of the site's own, which signs no time
        return Form(referrer=referrer)
    return Form(seconds=seconds, nonce=True, referrer=referrer)


def _name_of(user: Any) -> str:
    return str(user.get_full_name() or user.get_username()) if user else ""


def _permalink(content_object: Any, comment: Any, request: HttpRequest | None) -> str:
    """Give the page's address, or nothing where it has none."""
    try:
        path = str(content_object.get_absolute_url())
    except (AttributeError, NoReverseMatch):
        return ""
    if request is not None:
        return str(request.build_absolute_uri(path))
    return path if "://" in path else f"https://{comment.site.domain}{path}"
