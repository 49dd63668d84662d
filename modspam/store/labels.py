"""Labels: what people said of comments, matched with their checks, one for each comment and reporter.

A comment is known again by the digests of its words and its author's name.  The constraint on these is what makes
one label of a hundred reports that come at once.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, update

from modspam.comment import Comment
from modspam.corpora import Example
from modspam.errors import CommentError, SettingError
from modspam.store.checks import find_check, in_utc, matching_check
from modspam.store.comments import COLUMNS, comment_of, row_of, storable
from modspam.store.counts import count_errors
from modspam.store.inserting import insert_into
from modspam.store.records import Check, Feedback, Site
from modspam.store.tables import labels
from modspam.verdict import Action

__all__ = ["add_label", "examples_of"]

_LONGEST_REPORTER = 200  # characters
_IDENTITY = ("site_id", "words", "who", "reporter", "test")
_BELONGING = ("check_id", "action", "day")


class _Subject(NamedTuple):
    """What feedback speaks of: the comment's columns, and what is known of its check."""

    comment: Mapping[str, Any]
    belonging: Mapping[str, Any]
    test: bool


def add_label(connection: Connection, feedback: Feedback) -> str | None:
    """Keep what somebody said; see `Store.add_feedback`."""
    if len(feedback.reporter) > _LONGEST_REPORTER:
        raise SettingError(
            f"the reporter's name has {len(feedback.reporter)} characters, {_LONGEST_REPORTER} at most: send a digest"
        )
    subject = _subject(connection, feedback)
    row = {
        **subject.comment,
        **subject.belonging,
        "site_id": feedback.site,
        "reporter": storable(feedback.reporter),
        "test": feedback.test or subject.test,
        "spam": feedback.spam,
        "at": in_utc(feedback.at),
    }
    insert = insert_into(connection.dialect.name, labels).values(row).on_conflict_do_nothing().inline()
    if connection.execute(insert.execution_options(preserve_rowcount=True)).rowcount:
        _count(connection, row, +1)
    else:
        _replace(connection, row)
    check: str | None = row["check_id"]
    return check


def examples_of(connection: Connection, site: Site) -> Iterator[Example]:
    """Give a site's labels, the oldest first: of each comment what the owner said, or else what each other said."""
    query = (
        select(labels).where(labels.c.site_id == site.id, labels.c.test.is_(False)).order_by(labels.c.at, labels.c.id)
    )
    rows = connection.execute(query).mappings().all()
    said_by_owner = {(row["words"], row["who"]) for row in rows if not row["reporter"]}
    for row in rows:
        if not row["reporter"] or (row["words"], row["who"]) not in said_by_owner:
            yield _example(comment_of(row), row, site)


def _subject(connection: Connection, feedback: Feedback) -> _Subject:
    """Find what the feedback speaks of: its check, a label whose check is gone, or the comment as submitted."""
    if feedback.check is not None:
        check = find_check(connection, feedback.site, feedback.check)
        if check:
            return _of_check(check)
        of_check = labels.c.check_id == storable(feedback.check)
        known = select(labels).where(labels.c.site_id == feedback.site, of_check).limit(1)
        row = connection.execute(known).mappings().one_or_none()
        if row:
            return _Subject(
                {name: row[name] for name in COLUMNS}, {name: row[name] for name in _BELONGING}, row["test"]
            )
    if feedback.comment is None:
        raise CommentError(
            f"there is no check {str(feedback.check)[:40]!r} of this site any more: send the comment with the feedback"
        )
    check = matching_check(connection, feedback.site, feedback.comment)
    if check:
        return _of_check(check)
    return _Subject(row_of(feedback.comment), dict.fromkeys(_BELONGING), feedback.test)


def _of_check(check: Check) -> _Subject:
    belonging = {"check_id": check.id, "action": str(check.action), "day": check.at.date()}
    return _Subject(row_of(check.comment), belonging, check.test)


def _replace(connection: Connection, row: Mapping[str, Any]) -> None:
    """Let a contrary word take the place of what the same reporter said before, unless that was later."""
    same = [labels.c[name] == row[name] for name in _IDENTITY]
    before = connection.execute(select(labels).where(*same).with_for_update()).mappings().one_or_none()
    if before is None or before["spam"] == row["spam"] or before["at"] > row["at"]:
        return
    connection.execute(update(labels).where(labels.c.id == before["id"]).values(spam=row["spam"], at=row["at"]))
    _count(connection, before, -1)
    _count(connection, {**before, "spam": row["spam"]}, +1)


def _count(connection: Connection, label: Mapping[Any, Any], by: int) -> None:
    """Count what the owner's word says of the verdict: held comments were neither missed nor refused."""
    if label["day"] is None or label["reporter"] or label["test"]:
        return
    errors = {
        "missed_spam": by * (label["spam"] and label["action"] == Action.KEEP),
        "false_positives": by * (not label["spam"] and label["action"] == Action.FLAG),
    }
    count_errors(connection, label["site_id"], label["day"], errors)


def _example(comment: Comment, row: Mapping[Any, Any], site: Site) -> Example:
    return Example(
        comment,
        row["spam"],
        site.address,
        comment.page_title or comment.permalink or comment.text,
        site.address,
        reporter=row["reporter"],
    )
