"""Inserting what may be there already, as SQLite and PostgreSQL both can and standard SQL cannot."""

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["insert_into"]


def insert_into(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Give an INSERT that has ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
