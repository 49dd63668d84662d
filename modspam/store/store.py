"""`Store`: the one door to what is kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import ColumnElement, or_

from modspam.corpora import Example
from modspam.errors import SettingError
from modspam.store import sites as site_rows
from modspam.store.address import site_address
from modspam.store.callbacks import claim, postpone, settle
from modspam.store.checks import delete_in_parts, find_check, in_utc, record_checks
from modspam.store.comments import storable, who_of, words_digest
from modspam.store.counts import counts_of
from modspam.store.database import Database
from modspam.store.labels import add_label, examples_of
from modspam.store.migrate import migrate
from modspam.store.records import Check, Counts, Feedback, Key, Recheck, Site
from modspam.store.tables import checks, labels
from modspam.verdict import Action

__all__ = ["Store"]

_PASSAGE = 8  # characters; a shorter one would be in comments of half the world


class Store:
    """Keys, checks and labels in a database; threads may share it, each process opens its own.

    A call that writes has committed when it returns, and a killed process loses nothing of it.  While the database
    cannot be used each call raises `StoreError`, and calls work again as soon as it can: it need not be opened anew.
    """

    def __init__(self, database: Database) -> None:
        """Take a database of the newest schema; `open` makes it so."""
        self._database = database

    @classmethod
    def open(cls, url: str | Path | None = None, *, make: bool = True) -> Self:
        """Open a store, make it where there is none unless ``make`` is False, and bring it to the newest schema.

        ``url`` is a path, ``sqlite:///path``, ``postgresql://user@host/database``, or None for a file in the
        user's data folder.  Several processes may open one at once.  Raises `StoreError` if it cannot be used, is not
        there, or a newer modspam has been there, `SettingError` for a URL of another kind, `MissingExtraError`
        without the driver.
        """
        database = Database(url, make=make)
        try:
            migrate(database)
        except BaseException:
            database.close()
            raise
        return cls(database)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def name(self) -> str:
        """Where it is kept: a path, or a URL without its password."""
        return self._database.name

    def close(self) -> None:
        """Close the connections."""
        self._database.close()

    def create_key(self, address: str, note: str = "") -> str:
        """Make a key for the site at this address: 12 hexadecimal digits, which are kept nowhere.

        The scheme, ``www.``, a last slash and case make no other site.  Raises `SettingError` if the address is none.
        """
        with self._database.writing() as connection:
            return site_rows.create_key(connection, address, note)

    def keys(self) -> list[Key]:
        """List all keys, the oldest first, revoked ones too."""
        with self._database.reading() as connection:
            return site_rows.list_keys(connection)

    def revoke_key(self, key: int | str) -> Key:
        """Let a key, named by its id or by itself, open nothing any more.  Raises `SettingError` if there is none."""
        with self._database.writing() as connection:
            return site_rows.revoke(connection, key)

    def has_keys(self) -> bool:
        """Say whether there is a key that opens."""
        with self._database.reading() as connection:
            return site_rows.has_keys(connection)

    def site_of(self, key: str) -> Site | None:
        """Find the site that a key opens; None for one that is unknown or revoked."""
        with self._database.reading() as connection:
            return site_rows.site_of(connection, key)

    def site(self, address: str) -> Site:
        """Give the site at an address; one that is not there is made.  Raises `SettingError` if the address is none."""
        plain = site_address(address)
        with self._database.reading() as connection:
            found = site_rows.find_site(connection, plain)
        if found:
            return found
        with self._database.writing() as connection:
            return site_rows.made_site(connection, plain)

    def sites(self) -> list[Site]:
        """List all sites, by address."""
        with self._database.reading() as connection:
            return site_rows.list_sites(connection)

    def record(self, recorded: Sequence[Check]) -> None:
        """Keep checks, all of them or none.

        A check that is there already is passed over, so it is safe to try again after a `StoreError`; so is one of a
        site that was forgotten meanwhile.  Raises `SettingError` for a time without a zone.
        """
        record_checks(self._database, recorded)

    def find(self, site: Site, id: str) -> Check | None:  # noqa: A002 - it is the check's id
        """Find a site's check by its id; None if it has none, or not any more."""
        with self._database.reading() as connection:
            return find_check(connection, site.id, id)

    def add_feedback(self, feedback: Feedback) -> str | None:
        """Keep what somebody says of a comment; gives the id of the check that it belongs to, or None.

        Without the check's id it is the newest of the same words and author, or else of the same words.  The label
        takes the check's comment, or the comment as submitted where there is no check.  Said again it changes
        nothing; the contrary from the same reporter replaces what was said.  Raises `CommentError` if there is neither
        the check nor a comment, `SettingError` for a time without a zone or a reporter's name that is too long.
        """
        with self._database.writing() as connection:
            return add_label(connection, feedback)

    def examples(self, site: Site) -> list[Example]:
        """Give a site's labels to learn from, the oldest first; trials are left out.

        Of each comment that is the owner's last word, or, where the owner said nothing, the last of each reporter.
        """
        with self._database.reading() as connection:
            return list(examples_of(connection, site))

    def counts(self, site: Site, since: datetime | None = None) -> list[Counts]:
        """Count by month, the oldest first; days before ``since`` are left out."""
        with self._database.reading() as connection:
            return counts_of(connection, site.id, in_utc(since) if since else None)

    def claim_callbacks(self, site: Site, model: str, since: datetime, now: datetime, limit: int = 20) -> list[Recheck]:
        """Claim checks with a callback that another model than ``model``, a digest, has judged last.

        The newest first, none from before ``since``, and none of a comment that somebody has labelled.  For two
        minutes from ``now`` on nobody else gets them; then they are open again unless they were settled or postponed.
        """
        return claim(self._database, site, model, in_utc(since), in_utc(now), limit)

    def settle_callbacks(self, told: Mapping[str, Action], model: str) -> None:
        """Close what was claimed until there is another model; gives, by check, what the site knows by now."""
        if told:
            with self._database.writing() as connection:
                settle(connection, told, model)

    def postpone_callbacks(self, ids: Sequence[str], until: datetime) -> None:
        """Count a failure, and let nobody claim them before ``until``."""
        with self._database.writing() as connection:
            postpone(connection, ids, in_utc(until))

    def prune(self, before: datetime) -> int:
        """Delete the checks from before a moment, and give how many; labels and counts stay."""
        return delete_in_parts(self._database, checks, checks.c.at < in_utc(before))

    def forget(self, author: str | None = None, text: str | None = None, site: Site | None = None) -> int:
        """Delete the checks and labels of an author's name, or with a text, or both; gives how many.

        ``author`` is the whole name, in any case; ``text`` is a comment's text, or a passage of it of 8 characters or
        more.  Without ``site`` it is done on all.  Counts stay, since they name nobody.  Raises `SettingError` if
        neither is given.
        """
        if not (author and author.strip()) and not (text and text.strip()):
            raise SettingError("say whom or what to forget: the author's name, the text, or both")
        total = 0
        for table in (checks, labels):
            which: ColumnElement[bool] = table.c.site_id == site.id if site else table.c.site_id.is_not(None)
            if author:
                which &= table.c.who == who_of(author)
            if text:
                same = table.c.words == words_digest(text)
                passage = len(text.strip()) >= _PASSAGE
                which &= or_(same, table.c.text.icontains(storable(text), autoescape=True)) if passage else same
            total += delete_in_parts(self._database, table, which)
        self._overwrite()
        return total

    def forget_site(self, site: Site) -> None:
        """Delete a site with its keys, checks, labels and counts."""
        delete_in_parts(self._database, checks, checks.c.site_id == site.id)
        with self._database.writing() as connection:
            site_rows.forget_site(connection, site)
        self._overwrite()

    def _overwrite(self) -> None:
        """Let SQLite empty its log, in which deleted text would stand for a while."""
        with self._database.alone() as connection:
            if connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
