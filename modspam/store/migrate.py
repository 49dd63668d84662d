"""Bringing a database to the newest schema, by Alembic and the steps in ``migrations/versions``.

Processes that open the same database at once take turns: the first migrates, the others find it done.
"""

import time
from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table, text

from modspam.errors import StoreError
from modspam.store.database import Database
from modspam.store.tables import VERSION_TABLE

__all__ = ["HEAD", "migrate"]

HEAD = "0002"  # the newest schema; tests hold it against the migrations, which are only read where they are needed
_LOCK = 0x6D6F64737061  # the number of PostgreSQL's lock that whoever migrates holds
_PATIENCE = 10  # seconds


def migrate(database: Database) -> None:
    """Make the tables, or bring them to the newest schema.

    Raises `StoreError` if a newer modspam has been there, or it cannot be done; then nothing is changed.
    """
    _set_up_log(database)
    with database.reading() as connection:
        if _version(connection) == HEAD:
            return
    with database.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        version = _version(connection)
        if version != HEAD:
            _upgrade(connection, version, database.name)


def _set_up_log(database: Database) -> None:
    """Give SQLite its write-ahead log, which the file then keeps; "locked" means that others do it now."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            with database.alone() as connection:
                if connection and connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                    connection.execute("PRAGMA journal_mode = WAL")
        except StoreError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _version(connection: Connection) -> str | None:
    """Say of which schema the database is; None where there are no tables."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    version: str | None = connection.scalar(select(column("version_num")).select_from(table(VERSION_TABLE)))
    return version


def _upgrade(connection: Connection, version: str | None, name: str) -> None:
    from alembic import command  # only here: importing it takes longer than all the rest
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    folder = Path(__file__).with_name("migrations")
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise StoreError(
            f"the store {name} was last opened by a newer modspam (schema {version}, and this one knows {HEAD}): "
            "install that version, or give another store"
        )
    command.upgrade(config, "head")
