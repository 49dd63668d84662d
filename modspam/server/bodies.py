"""Bodies of requests: how much and how long they may be, and forms in whatever charset they come.

Nothing that a client sends raises anything but `HTTPException` with the status that it earns.
"""

import asyncio
import codecs
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from http import HTTPStatus
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Event

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

__all__ = ["Bounded", "Fields", "read_form", "whole"]

_MOST_FIELDS = 2_000  # WordPress sends some sixty
_DRAINED = 32  # times the limit: so much of a body that is too large is read, for its sender to see the answer
_ARRAY = re.compile(r"(.+?)\[[^\]]*\]")  # PHP's arrays: name[], name[0], name[key]
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:+-]{1,40})""", re.IGNORECASE)
_ASCII = bytes(range(0x20, 0x7F))
# Charsets with several bytes a character: text in one of them may by chance look like UTF-8.
_MULTI_BYTE = ("gb", "big5", "shift_jis", "euc_", "cp932", "cp949", "cp950", "johab", "hz", "iso2022")


class Bounded:
    """Middleware: a body has at most ``limit`` bytes, and ``seconds`` to arrive.

    Reading more raises `HTTPException`: 413 for a body that is too large, 408 for one that is too slow.
    """

    def __init__(self, app: ASGIApp, limit: int, seconds: float) -> None:
        self.app = app
        self.limit = limit
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, whose body is counted as it is read."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await self.app(scope, _Counted(receive, self.limit, self.seconds), send)


class _Counted:
    """A channel for receiving that counts bytes and seconds."""

    def __init__(self, receive: Receive, limit: int, seconds: float) -> None:
        self.receive = receive
        self.limit = limit
        self.deadline = asyncio.get_running_loop().time() + seconds
        self.size = 0
        self.complete = False

    async def __call__(self) -> Event:
        if self.complete:
            return await self.receive()
        event = await self._next()
        while self.size > self.limit and not self.complete and self.size <= self.limit * _DRAINED:
            event = await self._next()
        if self.size > self.limit:
            raise HTTPException(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body has more than {self.limit} bytes: send less"
            )
        return event

    async def _next(self) -> Event:
        try:
            async with asyncio.timeout_at(self.deadline):
                event = await self.receive()
        except TimeoutError as error:
            raise HTTPException(
                HTTPStatus.REQUEST_TIMEOUT, "the body took too long to arrive: send it again", {"Connection": "close"}
            ) from error
        self.size += len(event.get("body", b""))
        self.complete = event["type"] != "http.request" or not event.get("more_body", False)
        return event


class Fields:
    """The fields of a form, decoded.

    A name that is given again and again has its last value, as in PHP; ``name[]``, ``name[0]`` and the
    like are a list under ``name``.
    """

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._lists: dict[str, list[str]] = {}

    def add(self, name: str, value: str) -> None:
        """Add one field, as it was sent."""
        if array := _ARRAY.fullmatch(name):
            self._lists.setdefault(array[1], []).append(value)
        else:
            self._values[name] = value

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def __getitem__(self, name: str) -> str:
        """Give a field's value; empty if it was not sent."""
        return self._values.get(name, "")

    def many(self, name: str) -> list[str]:
        """Give the values of a list, whether it was sent as an array or as one field."""
        single = [self._values[name]] if name in self._values else []
        return [*single, *self._lists.get(name, ())]

    def says(self, name: str) -> bool:
        """Whether a field that is a switch is on."""
        return self[name].strip().lower() in {"1", "true", "yes", "on"}

    def starting(self, prefix: str) -> bool:
        """Whether a field was sent whose name begins so."""
        return any(name.startswith(prefix) for name in self._values)


async def read_form(request: Request) -> Fields:
    """Read the fields of a request: of its address, then of its body, which are stronger.

    The body is a form, URL-encoded or multipart, in the charset that its header names, or its field
    ``blog_charset``, or else UTF-8; bytes that mean nothing there become U+FFFD.
    Raises `HTTPException` for a multipart body that is broken, and for more than 2,000 fields.
    """
    content_type = request.headers.get("content-type", "")
    body = await request.body()
    is_multipart = content_type.lower().lstrip().startswith("multipart/form-data")
    pairs = _multipart(body, content_type) if is_multipart else _urlencoded(body)
    raw: list[tuple[bytes, bytes]] = []
    for pair in chain(_urlencoded(request.scope["query_string"]), pairs):
        if len(raw) == _MOST_FIELDS:
            raise HTTPException(HTTPStatus.BAD_REQUEST, f"there are more than {_MOST_FIELDS} fields: send fewer")
        raw.append(pair)
    charset = _codec(_charset_of(content_type)) or _codec(
        dict(raw).get(b"blog_charset", b"")[:40].decode("latin-1").strip()
    )
    fields = Fields()
    for name, value in raw:
        fields.add(name.decode("utf-8", "replace"), _decoded(value, charset))
    return fields


def whole(text: str) -> str:
    r"""Replace halves of characters, which JSON can hold and an answer cannot.

    >>> whole("a\ud800b") == "a\N{REPLACEMENT CHARACTER}b"
    True
    """
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _urlencoded(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    for piece in body.lstrip(codecs.BOM_UTF8).split(b"&"):
        name, _, value = piece.partition(b"=")
        if name:
            yield unquote_to_bytes(name.replace(b"+", b" ")).strip(), unquote_to_bytes(value.replace(b"+", b" "))


def _multipart(body: bytes, content_type: str) -> Iterable[tuple[bytes, bytes]]:
    """Take a multipart form apart; files that were sent along are passed over."""
    boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
    parts = _Parts()
    if not boundary:
        raise _broken()
    try:
        parser = MultipartParser(boundary, parts.callbacks())
        parser.write(body)
        parser.finalize()
    except MultipartParseError as error:
        raise _broken() from error
    if not parts.ended:
        raise _broken()
    return parts.pairs


def _broken() -> HTTPException:
    return HTTPException(
        HTTPStatus.BAD_REQUEST, "the multipart body is broken: send it again, or as application/x-www-form-urlencoded"
    )


class _Parts:
    """What the parser of multipart bodies reports, put together to fields."""

    def __init__(self) -> None:
        self.pairs: list[tuple[bytes, bytes]] = []
        self.ended = False
        self._begin()

    def _begin(self) -> None:
        self._header, self._content = b"", b""
        self._values: list[bytes] = []
        self._options: dict[bytes, bytes] = {}

    def _end_of_header(self) -> None:
        if self._header.strip().lower() == b"content-disposition":
            self._options = parse_options_header(self._content)[1]
        self._header, self._content = b"", b""

    def _end_of_part(self) -> None:
        name = self._options.get(b"name", b"").strip()
        if name and b"filename" not in self._options:
            if len(self.pairs) > _MOST_FIELDS:
                raise MultipartParseError("too many fields")
            self.pairs.append((name, b"".join(self._values)))

    def callbacks(self) -> "MultipartCallbacks":
        """Give the functions that the parser calls."""

        def on_header_field(data: bytes, start: int, end: int) -> None:
            self._header += data[start:end]

        def on_header_value(data: bytes, start: int, end: int) -> None:
            self._content += data[start:end]

        def on_part_data(data: bytes, start: int, end: int) -> None:
            self._values.append(data[start:end])

        def on_end() -> None:
            self.ended = True

        return {
            "on_part_begin": self._begin,
            "on_header_field": on_header_field,
            "on_header_value": on_header_value,
            "on_header_end": self._end_of_header,
            "on_part_data": on_part_data,
            "on_part_end": self._end_of_part,
            "on_end": on_end,
        }


def _charset_of(content_type: str) -> str:
    named = _CHARSET.search(content_type)
    return named[1] if named else ""


@lru_cache(maxsize=64)
def _codec(name: str) -> str:
    """Give Python's name of a charset that forms can be in, or nothing: UTF-7, UTF-16 or zip are none."""
    try:
        codec = codecs.lookup(name)
        return codec.name if _ASCII.decode(codec.name) == _ASCII.decode("ascii") else ""
    except (LookupError, ValueError, TypeError, AttributeError):
        return ""


def _decoded(value: bytes, charset: str) -> str:
    """Decode a value; UTF-8 is tried first where bytes of the charset named can hardly be UTF-8 by chance."""
    order = (charset, "utf-8") if charset.startswith(_MULTI_BYTE) else ("utf-8", charset)
    for codec in filter(None, order):
        try:
            return value.decode(codec)
        except ValueError:
            continue
    return value.decode("utf-8", "replace")
