"""Whose request it is: keys, remembered for a moment, and what is answered without one.

Keys are remembered as digests only.  A site that was known stays known while the store is gone.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from hashlib import sha256
from ipaddress import ip_address
from time import monotonic
from typing import NamedTuple
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from modspam.errors import StoreError
from modspam.store import Site, Store
from modspam.store.sites import KEY

__all__ = ["Keyring", "is_loopback", "key_in_host"]

Stored = Callable[..., Awaitable[Site | bool | None]]

_FRESH = 2.0  # seconds for which an answer of the store is remembered; a revoked key opens for no longer
_MOST = 4_096  # answers remembered


class _Answer(NamedTuple):
    site: Site | bool | None
    until: float


class Keyring:
    """Finds the site that a request speaks for."""

    def __init__(self, store: Store, stored: Stored, *, keyless: bool) -> None:
        """Ask ``store`` through ``stored``, which calls it in a thread; see `Settings.keyless`."""
        self._store = store
        self._stored = stored
        self._keyless = keyless
        self._answers: OrderedDict[bytes, _Answer] = OrderedDict()

    async def site_of(self, key: str, address: str, connection: HTTPConnection) -> Site | None:
        """Give the site of a key, or None if there is none.

        While the store has no keys and the request comes from this machine, the site is the one at ``address``.
        Raises `StoreError` if the store is gone and the answer is not remembered, `SettingError` if
        ``address`` is needed and no address of a site.
        """
        if self._keyless and not await self._has_keys():
            if not _is_local(connection):
                return None
            site = await self._remembered(b"site " + address.encode("utf-8", "replace"), self._store.site, address)
        else:
            site = await self._remembered(_digest(key), self._store.site_of, key) if key else None
        return site if isinstance(site, Site) else None

    async def open_to_all(self) -> bool:
        """Whether keys are not asked for."""
        return self._keyless and not await self._has_keys()

    async def _has_keys(self) -> bool:
        return bool(await self._remembered(b"keys", self._store.has_keys))

    async def _remembered(self, name: bytes, ask: Callable[..., Site | bool | None], *question: str) -> object:
        known = self._answers.get(name)
        if known:
            self._answers.move_to_end(name)
            if known.until > monotonic():
                return known.site
            # One request asks the store anew; those that come meanwhile do not wait for it.
            self._answers[name] = _Answer(known.site, monotonic() + _FRESH)
        try:
            answer = await self._stored(ask, *question)
        except StoreError:
            if known:
                return known.site
            raise
        self._answers[name] = _Answer(answer, monotonic() + _FRESH)
        if len(self._answers) > _MOST:
            self._answers.popitem(last=False)
        return answer


def key_in_host(host: str) -> str:
    """Give the key that is the first label of a host, as clients of ``KEY.rest.akismet.com`` send it.

    >>> key_in_host("0123456789ab.rest.akismet.com"), key_in_host("rest.akismet.com:80")
    ('0123456789ab', '')
    """
    label, dot, _ = host.lower().partition(".")
    return label if dot and KEY.fullmatch(label) else ""


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, as seen from itself.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost" or host.lower().endswith(".localhost")


def _is_local(connection: HTTPConnection) -> bool:
    """Whether a request comes from a program on this machine: not through a proxy, not from a page in a browser."""
    headers = connection.headers
    if "x-forwarded-for" in headers or "forwarded" in headers:
        return False
    origin = headers.get("origin")
    if origin is not None and not is_loopback(urlsplit(origin).hostname or ""):
        return False
    return connection.client is not None and is_loopback(connection.client.host)


def _digest(key: str) -> bytes:
    return sha256(key.encode("utf-8", "replace")).digest()
