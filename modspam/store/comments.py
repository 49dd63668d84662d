"""A comment in the database: what is kept of it, and the digests by which it is found again.

Kept are the text, the author's name and address, the page's address and title, and of the form what a signal
reads.  Not kept are the e-mail, the page's text, what was typed into the honeypot, and the path of the referrer.
"""

from collections.abc import Mapping
from hashlib import sha256
from html import unescape
from typing import Any

from modspam.comment import Comment, Form
from modspam.corpora import words_of
from modspam.signals.addresses import host_of

__all__ = ["COLUMNS", "comment_of", "row_of", "who_of", "words_digest"]

_TEXTS = ("text", "author", "author_url", "permalink", "page_title")
COLUMNS = (*_TEXTS, "form", "words", "who")
_FILLED = "(filled in)"  # in place of what was typed into the honeypot
_UNREAL = "\N{REPLACEMENT CHARACTER}"


def row_of(comment: Comment) -> dict[str, Any]:
    """Give what is kept of a comment, by column."""
    row: dict[str, Any] = {name: storable(getattr(comment, name)) for name in _TEXTS}
    row["form"] = _kept_form(comment.form)
    row["words"] = words_digest(row["text"])
    row["who"] = who_of(row["author"])
    return row


def comment_of(row: Mapping[Any, Any]) -> Comment:
    """Give the comment that a row holds."""
    form = row["form"]
    return Comment(**{name: row[name] for name in _TEXTS}, form=None if form is None else Form.of(form))


def words_digest(text: str) -> bytes:
    """Give 128 bits of a digest of the text's words, the same before and after a CMS has escaped its HTML.

    >>> words_digest("Salt & pepper") == words_digest("salt &amp; pepper!")
    True
    """
    return _digest(words_of(Comment(unescape(storable(text)))))


def who_of(author: str) -> bytes:
    """Give 128 bits of a digest of an author's name, whatever its case."""
    return _digest(" ".join(unescape(storable(author)).casefold().split()))


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


def storable(text: str) -> str:
    """Replace what PostgreSQL or UTF-8 cannot hold: NUL, and halves of characters."""
    if text.isascii():
        return text.replace("\0", _UNREAL)
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").replace("\0", _UNREAL)


def _kept_form(form: Form | None) -> dict[str, Any] | None:
    if form is None:
        return None
    facts = {
        "honeypot": _FILLED if form.honeypot.strip() else None,
        "seconds": form.seconds,
        "script": form.script,
        "nonce": form.nonce,
        "referrer": _site_of(form.referrer) if form.referrer else form.referrer,
    }
    return {name: fact for name, fact in facts.items() if fact is not None}


def _site_of(referrer: str) -> str | None:
    """Cut an address down to its site; None where none can be made out."""
    host = storable(host_of(referrer))
    return f"http://{host}/" if host else None
