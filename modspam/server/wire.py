"""Between Akismet's fields and headers and modspam's comments and verdicts."""

import re
from datetime import UTC, datetime
from math import isfinite

from modspam.comment import Comment, Form
from modspam.server.bodies import Fields
from modspam.verdict import Action, Verdict

__all__ = ["DISCARD", "RECHECK_AFTER", "classification", "comment_of", "guaranteed", "header_value"]

DISCARD = {"X-akismet-pro-tip": "discard"}
# WordPress holds a comment so answered and approves it by itself after twice this time, unless its owner decides
# before: two weeks, that is.
RECHECK_AFTER = {"X-akismet-recheck-after": "604800"}

_LONGEST_HEADER = 500  # characters
_LONGEST_WAIT = 86_400.0  # seconds; a page that was open for longer says nothing, or the sender's clock is wrong
_FIRST_CLOCK = 1e12  # milliseconds: a smaller ak_js is what stands in the form until its script runs
_SPAMMERS = {"akismet-guaranteed-spam", "viagra-test-123"}
_SPAM_EMAIL = "akismet-guaranteed-spam@example.com"
# What PHP's addslashes() makes: no quote and no backslash stands without a backslash before it.
_SLASHED = re.compile(r"""(?:[^\\'"]|\\[\\'"])*""")
_NONCES = {"passed": True, "failed": False}


def comment_of(fields: Fields, arrived: datetime) -> Comment:
    """Make a comment of Akismet's fields; ``arrived`` (aware) is when the request came.

    ``comment_context``, the post's categories and tags, widens what the page is about; it is no title,
    since a comment that takes up none of these words is not off topic for that.
    """
    context = " ".join(fields.many("comment_context"))
    return Comment(
        _as_written(fields, "comment_content"),
        author=_as_written(fields, "comment_author"),
        author_url=fields["comment_author_url"],
        author_email=fields["comment_author_email"],
        permalink=fields["permalink"],
        page_text=context,
        form=None if fields["recheck_reason"] else _form_of(fields, arrived),
    )


def guaranteed(fields: Fields) -> Action | None:
    """Say what the protocol promises for certain values, which clients test their connection with."""
    if "administrator" in {role.strip().lower() for role in fields["user_role"].split(",")}:
        return Action.KEEP
    author, email = fields["comment_author"].strip().lower(), fields["comment_author_email"].strip().lower()
    return Action.FLAG if author in _SPAMMERS or email == _SPAM_EMAIL else None


def classification(verdict: Verdict, overruled: Action | None = None) -> str:
    """Tell a verdict and its reasons in one line, for a header: in modspam's own words, none of them the comment's."""
    if overruled:
        return f"{overruled}: what the protocol promises for this author or role"
    reasons = "; ".join(f"{reason.message} ({reason.contribution:+.1f})" for reason in verdict.reasons)
    return header_value(f"{verdict.action} {verdict.probability:.3f}: {reasons}")


def header_value(text: str) -> str:
    r"""Make any text fit for a header: one line of printable ASCII, 500 characters at most.

    >>> header_value("a\r\nb\N{SNOWMAN}")
    'a??b?'
    """
    safe = "".join(character if " " <= character <= "~" else "?" for character in text[: _LONGEST_HEADER + 1])
    return safe if len(safe) <= _LONGEST_HEADER else safe[: _LONGEST_HEADER - 3] + "..."


def _as_written(fields: Fields, name: str) -> str:
    r"""Give what the visitor typed: WordPress's plugin sends it with slashes, as WordPress's hooks have it.

    Only a check of a comment just sent has this field of the plugin's, and only that is slashed; what the REST
    API of WordPress took is not, which shows in the first quote.

    >>> fields = Fields()
    >>> fields.add("comment_content", r"It\'s fine, I don\'t mind")
    >>> _as_written(fields, "comment_content") == fields["comment_content"]
    True
    >>> fields.add("akismet_comment_nonce", "passed")
    >>> print(_as_written(fields, "comment_content"))
    It's fine, I don't mind
    """
    text = fields[name]
    if "akismet_comment_nonce" in fields and _SLASHED.fullmatch(text):
        return re.sub(r"\\(.)", r"\1", text)
    return text


def _form_of(fields: Fields, arrived: datetime) -> Form | None:
    form = Form(_honeypot(fields), *_script(fields, arrived), _nonce(fields), _referrer(fields))
    return None if form == Form() else form


def _honeypot(fields: Fields) -> str:
    name = fields["honeypot_field_name"]
    places = (name, f"POST_{name}") if name else ()
    values = (fields[place] for place in (*places, "hidden_honeypot_field", "POST_ak_hp_textarea"))
    return next(filter(None, values), "")


def _script(fields: Fields, arrived: datetime) -> tuple[float | None, bool | None]:
    """Say how many seconds the form was open, and whether its script ran, which writes the time into it."""
    if "POST_ak_js" not in fields:
        # The two fields are put into the form together; without either it is no form of Akismet's.
        return None, False if "POST_ak_hp_textarea" in fields else None
    try:
        opened = float(fields["POST_ak_js"])
    except ValueError:
        return None, False
    if not isfinite(opened) or opened < _FIRST_CLOCK:
        return None, False
    seconds = (_sent(fields) or arrived).timestamp() - opened / 1000
    return (seconds if 0 <= seconds <= _LONGEST_WAIT else None), True


def _sent(fields: Fields) -> datetime | None:
    try:
        sent = datetime.fromisoformat(fields["comment_date_gmt"].strip())
    except ValueError:
        return None
    return sent if sent.tzinfo else sent.replace(tzinfo=UTC)


def _nonce(fields: Fields) -> bool | None:
    return _NONCES.get(fields["akismet_comment_nonce"])


def _referrer(fields: Fields) -> str | None:
    """Say what the browser named as the page it came from: who passes its headers on and not this one had none."""
    for name in ("referrer", "HTTP_REFERER"):
        if fields[name]:
            return fields[name]
    return "" if fields.starting("HTTP_") or "REMOTE_ADDR" in fields else None
