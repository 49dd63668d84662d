"""Checks: recorded, found again, and deleted when their time is over."""

import re
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select
from sqlalchemy.exc import IntegrityError

from modspam.comment import Comment
from modspam.errors import SettingError, StoreError
from modspam.store.callbacks import keep_callbacks
from modspam.store.comments import comment_of, row_of, who_of, words_digest
from modspam.store.counts import count_checks
from modspam.store.database import Database
from modspam.store.records import Check
from modspam.store.tables import checks, sites
from modspam.verdict import Action

__all__ = ["delete_in_parts", "find_check", "in_utc", "matching_check", "record_checks"]

_PART = 200  # rows that are deleted in one transaction: some 40 ms in which nobody else can write to SQLite
_PAUSE = 0.01  # seconds in which others come to write
_ID = re.compile(r"[0-9a-f]{32}")
_ASKED = 500  # ids that are asked for at once
_NAMES = ("id", "probability", "score", "model", "protocol", "test")


def record_checks(database: Database, recorded: Sequence[Check]) -> None:
    """Write checks and count them, in one transaction; see `Store.record`."""
    if not recorded:
        return
    rows = [_row(check) for check in recorded]
    try:
        with database.writing(lasting=False) as connection:
            connection.execute(insert(checks), rows)
            keep_callbacks(connection, recorded)
            count_checks(connection, recorded)
    except StoreError as error:
        if not isinstance(error.__cause__, IntegrityError):
            raise
        _record_new(database, recorded, rows)


def _record_new(database: Database, recorded: Sequence[Check], rows: Sequence[dict[str, Any]]) -> None:
    """Write only what is not there yet, of sites that are there: slower, and seldom needed."""
    with database.writing(lasting=False) as connection:
        there = {site for (site,) in connection.execute(select(sites.c.id))}
        known: set[str] = set()
        for start in range(0, len(rows), _ASKED):
            ids = [row["id"] for row in rows[start : start + _ASKED]]
            known |= {found for (found,) in connection.execute(select(checks.c.id).where(checks.c.id.in_(ids)))}
        new: dict[str, tuple[Check, dict[str, Any]]] = {}
        for check, row in zip(recorded, rows, strict=True):
            if check.site in there and check.id not in known:
                new.setdefault(check.id, (check, row))
        if new:
            connection.execute(insert(checks), [row for _, row in new.values()])
            keep_callbacks(connection, [check for check, _ in new.values()])
            count_checks(connection, [check for check, _ in new.values()])


def find_check(connection: Connection, site: int, id_: str) -> Check | None:
    """Find a site's check by its id, which may be anything that a client sent."""
    if not _ID.fullmatch(id_):
        return None
    query = select(checks).where(checks.c.id == id_, checks.c.site_id == site)
    row = connection.execute(query).mappings().one_or_none()
    return _check(row) if row else None


def matching_check(connection: Connection, site: int, comment: Comment) -> Check | None:
    """Find the newest check of a comment's words and author, or else of its words alone."""
    same_words = select(checks).where(checks.c.site_id == site, checks.c.words == words_digest(comment.text))
    newest_first = same_words.order_by(checks.c.at.desc()).limit(1)
    for query in (newest_first.where(checks.c.who == who_of(comment.author)), newest_first):
        row = connection.execute(query).mappings().one_or_none()
        if row:
            return _check(row)
    return None


def delete_in_parts(database: Database, table: Table, which: ColumnElement[bool]) -> int:
    """Delete rows, some at a time; gives how many."""
    part = select(table.c.id).where(which).limit(_PART)
    total = 0
    while True:
        with database.writing() as connection:
            deleted = connection.execute(delete(table).where(table.c.id.in_(part))).rowcount
        total += deleted
        if deleted < _PART:
            return total
        time.sleep(_PAUSE)


def in_utc(at: datetime) -> datetime:
    """Give a moment in UTC.  Raises `SettingError` if it has no time zone."""
    if at.tzinfo is None:
        raise SettingError(f"{at.isoformat()} has no time zone: give datetime.now(UTC), for example")
    return at.astimezone(UTC)


def _row(check: Check) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(check, name) for name in _NAMES}
    row |= {"site_id": check.site, "at": in_utc(check.at), "action": str(check.action)}
    return row | row_of(check.comment)


def _check(row: Mapping[Any, Any]) -> Check:
    values = {name: row[name] for name in _NAMES}
    return Check(site=row["site_id"], at=row["at"], comment=comment_of(row), action=Action(row["action"]), **values)
