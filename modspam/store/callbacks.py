"""Checks that a site wants to hear of again: kept with the address to call, and claimed to be judged anew.

A row is open while the model that judged last is not the one in use.  Who takes a row claims it for a time in which
nobody else gets it; so of several processes one calls, and if that one dies, another does later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, insert, or_, select, update

from modspam.store.comments import comment_of, storable
from modspam.store.database import Database
from modspam.store.records import Check, Recheck, Site
from modspam.store.tables import callbacks, checks, labels
from modspam.verdict import Action

__all__ = ["claim", "keep_callbacks", "postpone", "settle"]

_CLAIMED = timedelta(minutes=2)
_PAGE_TEXT = 2_000  # characters


def keep_callbacks(connection: Connection, recorded: Iterable[Check]) -> None:
    """Keep the callbacks of checks that have one."""
    rows = [
        {
            "check_id": check.id,
            "site_id": check.site,
            "at": check.at,
            "url": storable(check.callback.url),
            "post": storable(check.callback.post),
            "page_text": storable(check.callback.page_text[:_PAGE_TEXT]),
            "model": check.model,
            "told": str(check.action),
            "tries": 0,
        }
        for check in recorded
        if check.callback
    ]
    if rows:
        connection.execute(insert(callbacks), rows)


def claim(database: Database, site: Site, model: str, since: datetime, now: datetime, limit: int) -> list[Recheck]:
    """Claim open rows of a site, the newest first; see `Store.claim_callbacks`."""
    is_open = and_(
        callbacks.c.site_id == site.id,
        callbacks.c.model != model,
        or_(callbacks.c.due.is_(None), callbacks.c.due <= now),
    )
    wanted = and_(is_open, callbacks.c.at >= since, ~_labelled())
    query = select(callbacks, checks).join_from(callbacks, checks).where(wanted).order_by(callbacks.c.at.desc())
    with database.reading() as connection:
        rows = {row[callbacks.c.check_id]: row for row in connection.execute(query.limit(limit)).mappings()}
    if not rows:
        return []
    # Others may have read the same rows: they are whose update finds them open still.
    taking = update(callbacks).where(callbacks.c.check_id.in_(rows), is_open).values(due=now + _CLAIMED)
    with database.writing(lasting=False) as connection:
        taken = {id_ for (id_,) in connection.execute(taking.returning(callbacks.c.check_id))}
    return [_recheck(row) for id_, row in rows.items() if id_ in taken]


def settle(connection: Connection, told: Mapping[str, Action], model: str) -> None:
    """Close claimed rows; see `Store.settle_callbacks`."""
    closing = update(callbacks).where(callbacks.c.check_id == bindparam("of"))
    values = closing.values(told=bindparam("action"), model=model, tries=0, due=None)
    connection.execute(values, [{"of": id_, "action": str(action)} for id_, action in told.items()])


def postpone(connection: Connection, ids: Sequence[str], until: datetime) -> None:
    """Leave claimed rows open for later; see `Store.postpone_callbacks`."""
    values = {"tries": callbacks.c.tries + 1, "due": until}
    connection.execute(update(callbacks).where(callbacks.c.check_id.in_(ids)).values(values))


def _labelled() -> ColumnElement[bool]:
    """Whether somebody has said what the comment is: then it is not for a model to say."""
    same_words = and_(labels.c.words == checks.c.words, labels.c.who == checks.c.who)
    return exists().where(labels.c.site_id == checks.c.site_id, or_(labels.c.check_id == checks.c.id, same_words))


def _recheck(row: Mapping[Any, Any]) -> Recheck:
    kept = {column.name: row[column] for column in checks.c}
    comment = replace(comment_of(kept), page_text=row[callbacks.c.page_text])
    told = Action(row[callbacks.c.told])
    return Recheck(
        row[callbacks.c.check_id], comment, row[callbacks.c.url], row[callbacks.c.post], told, row[callbacks.c.tries]
    )
