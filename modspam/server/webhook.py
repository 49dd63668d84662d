"""One POST to a site's callback: to its own host, within bounds, never following anywhere.

Leaves out proxies, redirects, cookies and kept connections: a call is one request and one answer.
"""

import asyncio
import json
import ssl
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from urllib.parse import SplitResult, urlsplit

from httptools import HttpParserError, HttpResponseParser

import modspam
from modspam.errors import SettingError
from modspam.store import Site
from modspam.store.address import site_address

__all__ = ["CallError", "acceptable", "call"]

_PORTS = {"http": 80, "https": 443}
_LONGEST = 2_000  # characters of an address
_MOST = 1 << 16  # bytes of an answer
_SECONDS = 10.0  # for the whole of a call


class CallError(Exception):
    """The site could not be told; says why, without a word of what it answered."""


def acceptable(url: str, site: Site) -> bool:
    """Whether a site may be called there: by HTTP or HTTPS, at the host and port that it is registered with.

    As everywhere, ``www.`` before the host makes no other site.

    >>> blog = Site(1, "example.org/blog")
    >>> acceptable("https://www.example.org/?rest_route=/akismet/v1/webhook", blog)
    True
    >>> acceptable("https://example.org:8080/", blog), acceptable("https://ana@example.org/", blog)
    (False, False)
    """
    if not (url.isascii() and url.isprintable()) or " " in url or "\\" in url or len(url) > _LONGEST:
        return False
    try:
        parts = urlsplit(url)
        host = site_address(f"{parts.scheme}://{parts.netloc}")
    except (ValueError, SettingError):
        return False
    return parts.scheme in _PORTS and "@" not in parts.netloc and host == site.address.partition("/")[0]


async def call(url: str, key: str, results: Sequence[Mapping[str, object]], seconds: float = _SECONDS) -> None:
    """Tell a site the results of some checks, in the form of Akismet's; returns when it has taken all of them.

    ``results`` are what stands under ``comments``.  A comment that the site cannot find, for it is deleted there, is
    taken as well.  Raises `CallError` if there is no answer within ``seconds``, or none that names each of them.
    """
    parts = urlsplit(url)
    body = json.dumps({"key": key, "endpoint": "comment-check", "comments": results}).encode()
    answer = _Answer()
    try:
        async with asyncio.timeout(seconds):
            trust = await asyncio.to_thread(ssl.create_default_context) if parts.scheme == "https" else None
            reader, writer = await asyncio.open_connection(
                parts.hostname, parts.port or _PORTS[parts.scheme], ssl=trust
            )
            try:
                writer.write(_head(parts, len(body)) + body)
                await answer.read(reader)
            finally:
                writer.close()
    except (OSError, HttpParserError) as error:  # a timeout is an OSError
        raise CallError(f"there is no answer ({type(error).__name__})") from error
    if answer.status != HTTPStatus.OK:
        raise CallError(f"the answer has the status {answer.status}")
    try:
        taken = json.loads(answer.body)["comments"]
        missing = sum("status" not in taken.get(result["guid"], {}) for result in results)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CallError("the answer is not what Akismet's plugin gives") from error
    if missing:
        raise CallError(f"the answer leaves out {missing} of {len(results)} comments")


class _Answer:
    """What comes back: ``status``, 0 for none, and ``body``; the parser calls the other methods."""

    def __init__(self) -> None:
        self.status = 0
        self.body = b""
        self._parser = HttpResponseParser(self)
        self._complete = False

    async def read(self, reader: asyncio.StreamReader) -> None:
        """Read until the answer or the connection ends.  Raises `CallError` for one that is too long."""
        room = _MOST
        while not self._complete and (data := await reader.read(_MOST)):
            room -= len(data)
            if room < 0:
                raise CallError(f"the answer is longer than {_MOST} bytes")
            self._parser.feed_data(data)

    def on_headers_complete(self) -> None:
        """Know the status."""
        self.status = self._parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self.body += body

    def on_message_complete(self) -> None:
        """Know that nothing comes any more."""
        self._complete = True


def _head(parts: SplitResult, length: int) -> bytes:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {parts.netloc}",
        f"User-Agent: modspam/{modspam.__version__}",
        "Content-Type: application/json",
        f"Content-Length: {length}",
        "Connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii")
