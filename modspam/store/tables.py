"""The tables, of the newest schema.  A change here needs a migration (``modspam/store/migrations``).

Names begin with ``modspam_``, since a PostgreSQL database may be shared with the CMS.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

__all__ = ["VERSION_TABLE", "UtcDateTime", "callbacks", "checks", "days", "keys", "labels", "metadata", "sites"]

VERSION_TABLE = "modspam_version"


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC; SQLite has no time zones, so there they are left out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give what the database takes."""
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give a moment with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


metadata = MetaData()

sites = Table(
    "modspam_site",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("address", String(255), nullable=False, unique=True),
    sqlite_autoincrement=True,  # the id of a site that was forgotten must not open another's data
)

keys = Table(
    "modspam_key",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site_id", ForeignKey(sites.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("note", Text, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("revoked", UtcDateTime),
    sqlite_autoincrement=True,
)


def _comment_columns() -> list[Column[Any]]:
    """Give the columns of a comment; ``words`` and ``who`` are digests of its words and its author's name."""
    return [
        *(Column(name, Text, nullable=False) for name in ("text", "author", "author_url", "permalink", "page_title")),
        Column("form", JSON(none_as_null=True)),
        Column("words", LargeBinary(16), nullable=False),
        Column("who", LargeBinary(16), nullable=False),
    ]


checks = Table(
    "modspam_check",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("site_id", ForeignKey(sites.c.id, ondelete="CASCADE"), nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    *_comment_columns(),
    Column("action", String(8), nullable=False),
    Column("probability", Float, nullable=False),
    Column("score", Float, nullable=False),
    Column("model", String(64), nullable=False),
    Column("protocol", String(16), nullable=False),
    Column("test", Boolean, nullable=False),
    Index("ix_modspam_check_comment", "site_id", "words", "at", "who"),
)

callbacks = Table(
    "modspam_callback",
    metadata,
    Column("check_id", ForeignKey(checks.c.id, ondelete="CASCADE"), primary_key=True),
    Column("site_id", ForeignKey(sites.c.id, ondelete="CASCADE"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("url", Text, nullable=False),
    Column("post", String(20), nullable=False),
    Column("page_text", Text, nullable=False),
    # The model that judged last, what the site was told, and how often telling it the next thing has failed.
    Column("model", String(64), nullable=False),
    Column("told", String(8), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due", UtcDateTime),
    Index("ix_modspam_callback_site", "site_id", "at"),
)

labels = Table(
    "modspam_label",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site_id", ForeignKey(sites.c.id, ondelete="CASCADE"), nullable=False),
    *_comment_columns(),
    Column("reporter", String(200), nullable=False),
    Column("test", Boolean, nullable=False),
    Column("spam", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # Of the check that it belongs to, which goes earlier than the label does.
    Column("check_id", String(32)),
    Column("action", String(8)),
    Column("day", Date),
    UniqueConstraint("site_id", "words", "who", "reporter", "test", name="uq_modspam_label_comment"),
    Index("ix_modspam_label_check", "site_id", "check_id"),
)

days = Table(
    "modspam_day",
    metadata,
    Column("site_id", ForeignKey(sites.c.id, ondelete="CASCADE"), primary_key=True),
    Column("day", Date, primary_key=True),
    *(Column(name, Integer, nullable=False) for name in ("checks", "spam", "missed_spam", "false_positives")),
)
