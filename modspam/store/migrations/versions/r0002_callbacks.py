"""Where a site wants to hear of a check again."""

import sqlalchemy as sa
from alembic import op

from modspam.store.tables import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "modspam_callback",
        sa.Column("check_id", sa.String(32), sa.ForeignKey("modspam_check.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("site_id", sa.Integer, sa.ForeignKey("modspam_site.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("post", sa.String(20), nullable=False),
        sa.Column("page_text", sa.Text, nullable=False),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("told", sa.String(8), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due", UtcDateTime),
    )
    op.create_index("ix_modspam_callback_site", "modspam_callback", ["site_id", "at"])
