"""The first schema: sites, keys, checks, labels, and counts by day."""

import sqlalchemy as sa
from alembic import op

from modspam.store.tables import UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "modspam_site",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("address", sa.String(255), nullable=False, unique=True),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "modspam_key",
        sa.Column("id", sa.Integer, primary_key=True),
        _site(),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("created", UtcDateTime, nullable=False),
        sa.Column("revoked", UtcDateTime),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_modspam_key_site_id", "modspam_key", ["site_id"])
    op.create_table(
        "modspam_check",
        sa.Column("id", sa.String(32), primary_key=True),
        _site(),
        sa.Column("at", UtcDateTime, nullable=False),
        *_comment(),
        sa.Column("action", sa.String(8), nullable=False),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("protocol", sa.String(16), nullable=False),
        sa.Column("test", sa.Boolean, nullable=False),
    )
    op.create_index("ix_modspam_check_at", "modspam_check", ["at"])
    op.create_index("ix_modspam_check_comment", "modspam_check", ["site_id", "words", "at", "who"])
    op.create_table(
        "modspam_label",
        sa.Column("id", sa.Integer, primary_key=True),
        _site(),
        *_comment(),
        sa.Column("reporter", sa.String(200), nullable=False),
        sa.Column("test", sa.Boolean, nullable=False),
        sa.Column("spam", sa.Boolean, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("check_id", sa.String(32)),
        sa.Column("action", sa.String(8)),
        sa.Column("day", sa.Date),
        sa.UniqueConstraint("site_id", "words", "who", "reporter", "test", name="uq_modspam_label_comment"),
    )
    op.create_index("ix_modspam_label_check", "modspam_label", ["site_id", "check_id"])
    op.create_table(
        "modspam_day",
        _site(primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("checks", "spam", "missed_spam", "false_positives")),
    )


def _site(*, primary_key: bool = False) -> sa.Column[int]:
    return sa.Column(
        "site_id", sa.Integer, sa.ForeignKey("modspam_site.id", ondelete="CASCADE"),
        nullable=False, primary_key=primary_key,
    )  # fmt: skip


def _comment() -> list[sa.Column[object]]:
    return [
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("text", "author", "author_url", "permalink", "page_title")
        ),
        sa.Column("form", sa.JSON),
        sa.Column("words", sa.LargeBinary(16), nullable=False),
        sa.Column("who", sa.LargeBinary(16), nullable=False),
    ]
