"""A site's address: one spelling for each site, and the name of the file that its model has."""

import re
from hashlib import sha256
from urllib.parse import urlsplit

from modspam.errors import SettingError

__all__ = ["file_name", "site_address"]

_LONGEST = 255  # characters of an address
_PORTS = {"http": 80, "https": 443}
_PLAIN = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}")
_UNSAFE = re.compile(r"[^a-z0-9.-]+")


def site_address(url: str) -> str:
    """Give a site's address as it is kept: no scheme, ``www.``, usual port, last slash; all in lower case.

    >>> site_address("https://www.Example.org:443/blog/")
    'example.org/blog'

    Raises `SettingError` if there is no host in it, or it is longer than 255 characters.
    """
    try:
        parts = urlsplit(url.strip() if "://" in url else f"//{url.strip()}")
        host, port = (parts.hostname or "").removeprefix("www.").rstrip("."), parts.port
    except ValueError as error:
        raise SettingError(
            f"{url[:80]!r} is no address of a site: {error}; give it as https://blog.example.org"
        ) from error
    if not host or not host.isprintable() or " " in host:
        raise SettingError(f"{url[:80]!r} is no address of a site: give it as https://blog.example.org")
    if ":" in host:
        host = f"[{host}]"  # IPv6
    elif not host.isascii():
        host = _in_ascii(host)
    if port and port != _PORTS.get(parts.scheme.lower(), 80):
        host += f":{port}"
    path = "".join(c for c in parts.path if c.isprintable()).strip("/").casefold()
    address = f"{host}/{path}".rstrip("/")
    if len(address) > _LONGEST:
        raise SettingError(f"the site's address has {len(address)} characters, and {_LONGEST} is the most that is kept")
    return address


def file_name(address: str) -> str:
    """Name the file of a site's model: safe on every system, and no other site's.

    >>> file_name("blog.example.org"), file_name("example.org/blog")
    ('blog.example.org.model', 'example.org-blog_37d0caa3.model')
    """
    if _PLAIN.fullmatch(address):
        return f"{address}.model"
    # A plain name has no underscore, so none is taken twice.
    plain = _UNSAFE.sub("-", address).strip(".-")[:80]
    return f"{plain}_{sha256(address.encode()).hexdigest()[:8]}.model"


def _in_ascii(host: str) -> str:
    """Give the form of an international name that browsers send; one that has none stays as it is."""
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host.casefold()
