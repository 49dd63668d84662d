"""The connection to the database: SQLite or PostgreSQL, its transactions, and its errors in plain words.

Nothing that goes wrong here is for ever: a call that fails raises `StoreError`, and the next one tries anew.

SQLite is set up for several processes that write at once: a write-ahead log, so that readers wait for nobody;
and transactions that ask for the right to write when they begin, so that none has to be undone half-way.  What is
committed outlives the process; what is committed as ``lasting`` has reached the disk, and outlives the power as well
(checks come by the hundred and are worth less than the time a disk takes).  A connection belongs to the file that
it was opened on, so when that is moved away or replaced, connections are made anew: else the last writes would go
to a file without a name.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, cast
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from modspam.errors import MissingExtraError, SettingError, StoreError

__all__ = ["Database"]

_PATIENCE = 10  # seconds that a call waits: for the right to write, for a connection
_FILE_NAME = "store.sqlite3"
_DRIVER = "postgresql+psycopg"
# A server that is gone without a word is noticed: libpq would wait for minutes.
_LIBPQ = {"connect_timeout": "5", "tcp_user_timeout": "10000", "keepalives_idle": "30", "application_name": "modspam"}
_ADVICE = (
    ("disk is full", "make room on the disk; it goes on by itself"),
    ("disk I/O error", "look whether the disk is full or broken; it goes on by itself once it can be written"),
    ("database is locked", f"another program has been writing for {_PATIENCE} seconds: try again"),
    ("readonly database", "let this user write the file and its folder"),
    ("unable to open database file", "it is gone, or not this user's: put it back, or check who owns it"),
    ("not a database", "give the file of a store, or a name that is not taken"),
    ("malformed", "restore it from a backup"),
    ("no such table", "it is no store: open it anew to make one there"),
    ("FOREIGN KEY", "the site was forgotten: ask for it anew"),
    ("foreign key", "the site was forgotten: ask for it anew"),
    ("No space left", "make room on the database's disk; it goes on by itself"),
    ("authentication failed", "check the user and password in the URL, or put them into ~/.pgpass"),
    ("does not exist", "make the database first (createdb), or check the URL"),
)
_OTHERWISE = "check that the database runs and may be used; it goes on by itself when it does"


class Database:
    """Where a store is kept, and how to get there; shared by threads, and made anew in each process."""

    def __init__(self, url: str | Path | None, *, make: bool) -> None:
        """Take a URL of SQLite or PostgreSQL, a path, or None for a file in the user's data folder.

        Nothing is opened yet; ``make`` is whether a file is made where there is none.  Raises `SettingError` for a
        URL of another kind, `MissingExtraError` without the driver, `StoreError` if there is no file.
        """
        parsed = _parsed(url)
        if isinstance(parsed, Path):
            self.name = str(parsed)
            if make:
                _make_file(parsed)
            elif not parsed.exists():
                raise StoreError(
                    f"there is no store at {parsed}: give the path of one (--store), or make one with 'modspam keys "
                    "create' or 'modspam serve'"
                )
            engine = _sqlite(parsed)
            self._turns: Lock | None = Lock()
        else:
            self.name = parsed.set(drivername="postgresql").render_as_string(hide_password=True)
            engine = _postgresql(parsed)
            self._turns = None
        self._engine = engine
        self._writers = {lasting: engine.execution_options(modspam_lasting=lasting) for lasting in (True, False)}

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection, in a transaction that sees one state of the database.  Raises `StoreError`."""
        with self._told(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self, *, lasting: bool = True) -> Iterator[Connection]:
        """Give a connection, in a transaction that is committed when the block ends.  Raises `StoreError`."""
        with self._told(), self._turn(), self._writers[lasting].begin() as connection:
            yield connection

    @contextmanager
    def alone(self) -> Iterator[sqlite3.Connection | None]:
        """Give SQLite's own connection, outside of any transaction; None for PostgreSQL."""
        if self._turns is None:
            yield None
            return
        with self._told(), self._turn():
            lent = self._engine.raw_connection()
            try:
                yield cast(sqlite3.Connection, lent.driver_connection)
            finally:
                lent.close()

    def close(self) -> None:
        """Close all connections that nobody uses."""
        self._engine.dispose()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Let one thread write at a time: SQLite's own way of waiting is to sleep and look again."""
        if self._turns is None:
            yield
            return
        if not self._turns.acquire(timeout=_PATIENCE):
            raise StoreError(f"{self.name} cannot be written: {_PATIENCE} seconds were not enough; try again")
        try:
            yield
        finally:
            self._turns.release()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say in plain words what the database cannot do."""
        try:
            yield
        except DBAPIError as error:
            raise self._error(error.orig or error) from error
        except sqlite3.Error as error:
            raise self._error(error) from error
        except PoolTimeoutError as error:
            raise StoreError(
                f"the store {self.name} cannot be used: all connections were busy for {_PATIENCE} seconds; try again"
            ) from error

    def _error(self, cause: BaseException) -> StoreError:
        said = " ".join(str(cause).split()) or type(cause).__name__
        advice = next((advice for sign, advice in _ADVICE if sign in said), _OTHERWISE)
        return StoreError(f"the store {self.name} cannot be used: {said}; {advice}")


def _parsed(url: str | Path | None) -> Path | URL:
    """Tell a file from a server."""
    if url is None:
        return _usual_path()
    if isinstance(url, Path) or "://" not in url:
        if str(url) in {"", ":memory:"}:
            raise SettingError("a store is kept in a file: give its path, sqlite:///PATH or postgresql://HOST/DATABASE")
        return Path(url).expanduser().absolute()
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise SettingError("the store's URL cannot be read: give it as postgresql://USER@HOST/DATABASE") from error
    kind = parsed.drivername.partition("+")[0]
    if kind == "sqlite":
        if parsed.database in {None, "", ":memory:"}:
            raise SettingError(f"{url} names no file: give sqlite:///relative/path or sqlite:////absolute/path")
        return Path(str(parsed.database)).expanduser().absolute()
    if kind in {"postgresql", "postgres"}:
        return parsed.set(drivername=_DRIVER)
    raise SettingError(f"a store is kept in SQLite or PostgreSQL, not {kind}: give sqlite:///PATH or postgresql://...")


def _usual_path() -> Path:
    from platformdirs import user_data_path

    return user_data_path("modspam", appauthor=False) / _FILE_NAME


def _make_file(path: Path) -> None:
    """Make the file where there is none, for its owner alone: it holds what people wrote."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(
            f"the store {path} cannot be opened: {error.strerror or error}; give a path that this user can write"
        ) from error


def _sqlite(path: Path) -> Engine:
    place = f"file:{quote(str(path))}?mode=rw"  # a file that is gone is not made anew and empty

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(place, uri=True, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, max_overflow=-1, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        for setting in ("foreign_keys = ON", "secure_delete = ON"):
            connection.execute(f"PRAGMA {setting}")
        entry.info["file"] = _identity(path)

    @event.listens_for(engine, "checkout")
    def look(_: sqlite3.Connection, entry: ConnectionPoolEntry, __: Any) -> None:
        if entry.info.get("file") != _identity(path):
            raise DisconnectionError(f"{path} is another file than it was")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        lasting = connection.get_execution_options().get("modspam_lasting")
        if lasting is None:
            connection.exec_driver_sql("BEGIN")
            return
        connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if lasting else 'NORMAL'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _postgresql(url: URL) -> Engine:
    try:
        import psycopg  # noqa: F401 - to say in time that it is missing
    except ImportError as error:
        raise MissingExtraError("PostgreSQL needs the package psycopg: pip install 'modspam[postgres]'") from error
    usual = {name: value for name, value in _LIBPQ.items() if name not in url.query}
    return create_engine(
        url, connect_args=usual, pool_pre_ping=True, max_overflow=10, pool_timeout=_PATIENCE, hide_parameters=True
    )
