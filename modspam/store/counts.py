"""Counts by day, kept while checks and labels are written, so that asking for them reads a few rows."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cache

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from modspam.store.inserting import insert_into
from modspam.store.records import Check, Counts
from modspam.store.tables import days
from modspam.verdict import Action

__all__ = ["count_checks", "count_errors", "counts_of"]

_NAMES = ("checks", "spam", "missed_spam", "false_positives")
_Day = tuple[int, date]


def count_checks(connection: Connection, checks: Iterable[Check]) -> None:
    """Count checks under their sites and days."""
    counted: dict[_Day, Counter[str]] = {}
    for check in checks:
        if not check.test:
            counter = counted.setdefault((check.site, check.at.astimezone(UTC).date()), Counter())
            counter["checks"] += 1
            counter["spam"] += check.action is Action.FLAG
    _add(connection, counted)


def count_errors(connection: Connection, site: int, day: date, errors: Mapping[str, int]) -> None:
    """Add to ``missed_spam`` and ``false_positives`` of a day; what was taken back is below 0."""
    if any(errors.values()):
        _add(connection, {(site, day): errors})


def counts_of(connection: Connection, site: int, since: datetime | None) -> list[Counts]:
    """Sum the counts of each month, the oldest first; ``since`` is a day that is still counted."""
    sums = [func.sum(days.c[name]).label(name) for name in _NAMES]
    year, month = func.extract("year", days.c.day), func.extract("month", days.c.day)
    query = select(year.label("year"), month.label("month"), *sums).where(days.c.site_id == site)
    if since is not None:
        query = query.where(days.c.day >= since.astimezone(UTC).date())
    rows = connection.execute(query.group_by(year, month).order_by(year, month))
    return [
        Counts(
            f"{int(row.year):04}-{int(row.month):02}",
            int(row.checks),
            int(row.spam),
            int(row.checks - row.spam),
            int(row.missed_spam),
            int(row.false_positives),
        )
        for row in rows
    ]


def _add(connection: Connection, counted: Mapping[_Day, Mapping[str, int]]) -> None:
    if not counted:
        return
    rows = [
        {"site_id": site, "day": day} | {name: counter.get(name, 0) for name in _NAMES}
        for (site, day), counter in sorted(counted.items())  # in one order, so that processes never wait in a circle
    ]
    connection.execute(_adding(connection.dialect.name), rows)


@cache
def _adding(dialect: str) -> postgresql.Insert | sqlite.Insert:
    """Make the statement once: that takes longer than running it."""
    insert = insert_into(dialect, days)
    added = {name: days.c[name] + insert.excluded[name] for name in _NAMES}
    return insert.on_conflict_do_update(index_elements=["site_id", "day"], set_=added)
