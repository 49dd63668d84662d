"""Sites and their keys.

A key is 12 hexadecimal digits: WordPress refuses another length, its Akismet plugin strips every other character
from what is typed into its settings, and clients put keys into a host's name, where case is lost.  That is
16^12 = 2.8e14 keys, 48 bits.  Guessing at a server that answers a thousand times a second takes 4,000 years on
average; but who has stolen the database could try 2e10 plain SHA-256 a second on a graphics card, two hours for a key.
So what is kept is a slow digest, scrypt (RFC 7914), some milliseconds each: the same card does about a hundred thousand
a second and needs 40 years.  It has one salt for all keys, since a key is looked up by its digest.
"""

import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import scrypt
from hmac import compare_digest
from typing import Any

from sqlalchemy import Connection, delete, exists, insert, select, update

from modspam.errors import SettingError
from modspam.store.address import site_address
from modspam.store.comments import storable
from modspam.store.inserting import insert_into
from modspam.store.records import Key, Site
from modspam.store.tables import checks, keys, sites

__all__ = [
    "KEY",
    "LENGTH",
    "create_key",
    "find_site",
    "forget_site",
    "has_keys",
    "list_keys",
    "list_sites",
    "made_site",
    "revoke",
    "site_of",
]

_ALPHABET = "0123456789abcdef"
LENGTH = 12
KEY = re.compile(rf"[{_ALPHABET}]{{{LENGTH}}}")
_LAST_ID = 2**31 - 1
_LISTED = select(keys, sites.c.address).join_from(keys, sites).order_by(keys.c.id)
_OF_DIGEST = (
    select(keys.c.digest, sites.c.id, sites.c.address)
    .join_from(keys, sites)
    .where(keys.c.revoked.is_(None))
)  # fmt: skip


def find_site(connection: Connection, address: str) -> Site | None:
    """Find the site of an address that `site_address` gave."""
    found = connection.execute(select(sites).where(sites.c.address == address)).one_or_none()
    return Site(found.id, found.address) if found else None


def made_site(connection: Connection, address: str) -> Site:
    """Give the site of an address that `site_address` gave; one that is not there is made."""
    connection.execute(insert_into(connection.dialect.name, sites).values(address=address).on_conflict_do_nothing())
    found = find_site(connection, address)
    if found is None:
        raise SettingError(f"the site {address} was forgotten while it was made: try again")
    return found


def list_sites(connection: Connection) -> list[Site]:
    """List all sites, by address."""
    return [Site(row.id, row.address) for row in connection.execute(select(sites).order_by(sites.c.address))]


def create_key(connection: Connection, address: str, note: str) -> str:
    """Make a key for a site, which is made where it is not there."""
    site = made_site(connection, site_address(address))
    key = "".join(secrets.choice(_ALPHABET) for _ in range(LENGTH))
    row = {"site_id": site.id, "digest": _digest(key), "note": storable(note), "created": datetime.now(UTC)}
    connection.execute(insert(keys), row)
    return key


def list_keys(connection: Connection) -> list[Key]:
    """List all keys, the oldest first, revoked ones too."""
    return [_key(row) for row in connection.execute(_LISTED).mappings()]


def revoke(connection: Connection, key: int | str) -> Key:
    """Revoke a key, named by its id or by itself; one that is revoked already stays as it is.

    Raises `SettingError` if there is no such key.
    """
    if isinstance(key, int) and not 0 < key <= _LAST_ID:
        raise _no_key(key)
    which = keys.c.id == key if isinstance(key, int) else keys.c.digest == _digest(key)
    connection.execute(update(keys).where(which, keys.c.revoked.is_(None)).values(revoked=datetime.now(UTC)))
    row = connection.execute(_LISTED.where(which)).mappings().one_or_none()
    if row is None:
        raise _no_key(key)
    return _key(row)


def _no_key(key: int | str) -> SettingError:
    named = f"with the id {key}" if isinstance(key, int) else "like the one given"  # which may be a key of elsewhere
    return SettingError(f"there is no key {named}: 'modspam keys list' shows the ids")


def has_keys(connection: Connection) -> bool:
    """Say whether there is a key that opens."""
    return bool(connection.scalar(select(exists().where(keys.c.revoked.is_(None)))))


def site_of(connection: Connection, key: str) -> Site | None:
    """Find the site that a key opens; None for one that is unknown or revoked."""
    if not KEY.fullmatch(key):
        return None
    digest = _digest(key)
    row = connection.execute(_OF_DIGEST.where(keys.c.digest == digest)).one_or_none()
    return Site(row.id, row.address) if row and compare_digest(row.digest, digest) else None


def forget_site(connection: Connection, site: Site) -> None:
    """Delete a site with its keys, labels and counts; its checks too, but many go faster in parts beforehand."""
    connection.execute(delete(checks).where(checks.c.site_id == site.id))
    connection.execute(delete(sites).where(sites.c.id == site.id))


def _digest(key: str) -> str:
    return scrypt(key.encode("utf-8", "surrogatepass"), salt=b"modspam key", n=1 << 10, r=8, p=1, dklen=32).hex()


def _key(row: Mapping[Any, Any]) -> Key:
    return Key(row["id"], Site(row["site_id"], row["address"]), row["note"], row["created"], row["revoked"])
