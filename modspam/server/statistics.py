"""What Akismet's clients show of a site's numbers: usage, totals, months."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from modspam.errors import SettingError
from modspam.server.bodies import Fields
from modspam.store import Counts, Site

__all__ = ["KeySites", "since", "subscription", "summary", "this_month", "usage"]

_SPANS = {"6-months": 183, "60-days": 60}  # days
_SECONDS_SAVED = 10  # by a comment that nobody had to look at
_COLUMNS = ("site", "api_calls", "spam", "ham", "missed_spam", "false_positives", "is_revoked")
_ORDERS = {"total": "api_calls", **{name: name for name in _COLUMNS[2:6]}}
_MOST_SITES = 500


def this_month(now: datetime | None = None) -> datetime:
    """Give the month's first moment, in UTC."""
    now = now or datetime.now(UTC)
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def since(span: str) -> datetime | None:
    """Say when a span of get-stats began; None for the beginning of all.

    >>> since("all") is None
    True
    """
    days = _SPANS.get(span)
    return None if days is None else datetime.now(UTC) - timedelta(days=days)


def usage(counts: Sequence[Counts], *, extended: bool) -> dict[str, Any]:
    """Answer usage-limit: there is no limit."""
    document = {"limit": "none", "usage": sum(row.checks for row in counts), "percentage": "0.00", "throttled": False}
    return {**document, "notice_level": None, "upgrade": None} if extended else document


def subscription(site: Site) -> dict[str, Any]:
    """Answer get-subscription: it is active and never ends."""
    return {
        "account_id": site.id,
        "status": "active",
        "account_name": "modspam",
        "account_type": "self-hosted",
        "next_billing_date": False,
        "limit_reached": False,
    }


def summary(counts: Sequence[Counts]) -> dict[str, Any]:
    """Answer get-stats: totals, the share of verdicts that nobody corrected in percent, and each month."""
    checks, wrong = sum(row.checks for row in counts), sum(row.missed_spam + row.false_positives for row in counts)
    spam = sum(row.spam for row in counts)
    return {
        "spam": spam,
        "ham": sum(row.ham for row in counts),
        "missed_spam": sum(row.missed_spam for row in counts),
        "false_positives": sum(row.false_positives for row in counts),
        "accuracy": round(100 * (1 - wrong / checks), 2) if checks else 100.0,
        "time_saved": spam * _SECONDS_SAVED,
        "breakdown": {
            row.month: {
                "spam": row.spam,
                "ham": row.ham,
                "missed_spam": row.missed_spam,
                "false_positives": row.false_positives,
            }
            for row in counts
        },
    }


class KeySites(NamedTuple):
    """What key-sites was asked.

    - ``month``: ``YYYY-MM``
    - ``part``: of a site's address
    - ``order``: the column to sort by, largest first
    - ``limit``, ``offset``: of the rows; ``csv``: whether the answer is a table
    """

    month: str
    part: str
    order: str
    limit: int
    offset: int
    csv: bool

    @classmethod
    def of(cls, fields: Fields) -> "KeySites":
        """Read the question; raises `SettingError` for a month or a number that is none."""
        month = fields["month"] or this_month().strftime("%Y-%m")
        try:
            month = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC).strftime("%Y-%m")
            limit, offset = int(fields["limit"] or _MOST_SITES), int(fields["offset"] or 0)
        except ValueError as error:
            raise SettingError("give month as YYYY-MM, limit and offset as numbers") from error
        if limit < 0 or offset < 0:
            raise SettingError("limit and offset are 0 or more")
        order = _ORDERS.get(fields["order"] or "total", "api_calls")
        return cls(month, fields["filter"].strip().lower(), order, limit, offset, fields["format"].lower() == "csv")

    @property
    def first_day(self) -> datetime:
        """The month's first moment, in UTC."""
        return datetime.strptime(self.month, "%Y-%m").replace(tzinfo=UTC)

    def wanted(self, sites: Iterable[Site]) -> list[Site]:
        """Choose the sites that were asked about."""
        return [site for site in sites if self.part in site.address]

    def document(self, counts: Mapping[str, Sequence[Counts]]) -> dict[str, Any]:
        """Answer as JSON; ``counts`` are the months of each site, by its address."""
        rows = self._rows(counts)
        shown = rows[self.offset : self.offset + self.limit]
        return {self.month: shown, "limit": self.limit, "offset": self.offset, "total": len(rows)}

    def table(self, counts: Mapping[str, Sequence[Counts]]) -> str:
        """Answer as CSV, with a header."""
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self._rows(counts)[self.offset : self.offset + self.limit])
        return out.getvalue()

    def _rows(self, counts: Mapping[str, Sequence[Counts]]) -> list[dict[str, Any]]:
        rows = []
        for address, months in counts.items():
            row = next((row for row in months if row.month == self.month), Counts(self.month, 0, 0, 0, 0, 0))
            values = (address, row.checks, row.spam, row.ham, row.missed_spam, row.false_positives, False)
            rows.append(dict(zip(_COLUMNS, values, strict=True)))
        return sorted(rows, key=lambda row: (-row[self.order], row["site"]))
