"""Akismet's protocol, as its clients speak it: `docs/server.md` has every endpoint and every error.

Bodies are bare text, to the letter.  Every answer to comment-check has an ``X-akismet-guid``, since WordPress
publishes what it was told is spam if there is none.  ``X-akismet-debug-help`` is sent with errors only, since some
clients take it for one.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from http import HTTPStatus
from secrets import token_hex
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from modspam.comment import Comment
from modspam.errors import ModspamError, SettingError, StoreError
from modspam.server import statistics
from modspam.server.bodies import Fields, read_form
from modspam.server.keyring import key_in_host
from modspam.server.logs import failure
from modspam.server.observed import ROUTE
from modspam.server.service import Service, new_id, note
from modspam.server.wire import DISCARD, RECHECK_AFTER, classification, comment_of, guaranteed, header_value
from modspam.store import Callback, Feedback, Site
from modspam.verdict import Action

__all__ = ["Akismet"]

_THANKS = "Thanks for making the web a better place."
_VERSIONS = ("/1.1/", "/1.2/")
_CHECK = "comment-check"
_WHAT = {  # the body of an error, where nobody compares it with anything
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Request too large.",
    HTTPStatus.REQUEST_TIMEOUT: "Request timed out.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Temporarily unavailable.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Internal server error.",
    HTTPStatus.METHOD_NOT_ALLOWED: "Method not allowed.",
}


class _Asked(NamedTuple):
    """A request that has been read.

    - ``site``: whose key it came with; ``key``: that key
    - ``id``: of the check, if it is one
    """

    service: Service
    request: Request
    fields: Fields
    site: Site
    key: str
    id: str


Endpoint = Callable[[_Asked], Awaitable[Response]]


class _RefusedError(Exception):
    """A request that is answered with a text, and with help in a header."""

    def __init__(self, body: str, why: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        super().__init__(why)
        self.body = body
        self.status = status


async def _comment_check(asked: _Asked) -> Response:
    _need_blog(asked.fields)
    fields = asked.fields
    overruled = guaranteed(fields)
    test = fields.says("is_test")
    comment = comment_of(fields, datetime.now(UTC))
    callback = None if overruled or test else await _callback(asked, comment)
    judged = await asked.service.check(
        asked.site, comment, "akismet", asked.request,
        id=asked.id, overruled=overruled, test=test or overruled is Action.FLAG, callback=callback,
    )  # fmt: skip
    headers: dict[str, str] = {}
    if judged.action is Action.FLAG:
        sure = overruled is None and judged.verdict.probability >= asked.service.settings.discard_from
        if sure or (test and fields.says("test_discard")):
            headers |= DISCARD
    elif judged.action is Action.HOLD:
        headers |= RECHECK_AFTER
    if fields.says("classify"):
        headers["X-akismet-classification"] = classification(judged.verdict, overruled)
    return PlainTextResponse("true" if judged.action is Action.FLAG else "false", headers=headers)


async def _callback(asked: _Asked, comment: Comment) -> Callback | None:
    """Say where another verdict is to be told: nowhere without keys, since then no host is registered."""
    callbacks, fields = asked.service.callbacks, asked.fields
    if callbacks is None or await asked.service.keyring.open_to_all():
        return None
    return callbacks.wanted(asked.site, asked.key, fields["callback"], fields["comment_post_ID"], comment.page_text)


async def _submit(asked: _Asked, *, spam: bool) -> Response:
    _need_blog(asked.fields)
    now = datetime.now(UTC)
    feedback = Feedback(
        asked.site.id, comment_of(asked.fields, now), spam, now, test=asked.fields.says("is_test")
    )  # fmt: skip
    await asked.service.feedback(feedback, asked.site, "akismet", asked.request)
    return PlainTextResponse(_THANKS)


async def _submit_spam(asked: _Asked) -> Response:
    return await _submit(asked, spam=True)


async def _submit_ham(asked: _Asked) -> Response:
    return await _submit(asked, spam=False)


async def _verify_key(_: _Asked) -> Response:
    return PlainTextResponse("valid")


async def _deactivate(_: _Asked) -> Response:
    return PlainTextResponse("deactivated")


async def _token(_: _Asked) -> Response:
    """Give a token, which opens nothing: there are no pages behind it as at Akismet's."""
    return PlainTextResponse(token_hex(16))


async def _subscription(asked: _Asked) -> Response:
    return JSONResponse(statistics.subscription(asked.site))


async def _usage_limit(asked: _Asked) -> Response:
    counts = await asked.service.stored(asked.service.store.counts, asked.site, statistics.this_month())
    return JSONResponse(statistics.usage(counts, extended=asked.fields.says("extended")))


async def _stats(asked: _Asked) -> Response:
    since = statistics.since(asked.fields["from"])
    counts = await asked.service.stored(asked.service.store.counts, asked.site, since)
    return JSONResponse(statistics.summary(counts))


async def _key_sites(asked: _Asked) -> Response:
    everybody = await asked.service.keyring.open_to_all()
    sites = await asked.service.stored(asked.service.store.sites) if everybody else [asked.site]
    question = statistics.KeySites.of(asked.fields)
    counts = {
        site.address: await asked.service.stored(asked.service.store.counts, site, question.first_day)
        for site in question.wanted(sites)
    }
    if question.csv:
        return PlainTextResponse(question.table(counts), media_type="text/csv")
    return JSONResponse(question.document(counts))


_ENDPOINTS: dict[str, Endpoint] = {
    _CHECK: _comment_check,
    "submit-spam": _submit_spam,
    "submit-ham": _submit_ham,
    "verify-key": _verify_key,
    "deactivate": _deactivate,
    "token": _token,
    "get-subscription": _subscription,
    "verify-wpcom-key": _subscription,
    "usage-limit": _usage_limit,
    "get-stats": _stats,
    "key-sites": _key_sites,
}


class Akismet:
    """The protocol as an ASGI application; each endpoint is there under 1.1 and 1.2, and with a slash behind it.

    It is asked before the framework's routing, which would take a tenth of the time that a check takes.
    """

    def __init__(self, service_of: Callable[[], Service]) -> None:
        """Take what gives the service, once the server has started."""
        self._service_of = service_of

    @staticmethod
    def has(path: str) -> bool:
        """Whether a path is one of the protocol's."""
        return path.startswith(_VERSIONS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        request = Request(scope, receive)
        name = scope["path"][len(_VERSIONS[0]) :].rstrip("/")
        if name in _ENDPOINTS:
            scope[ROUTE] = f"akismet {name}"
            answer = await _answered(name, self._service_of(), request)
        elif name == "test":
            answer = PlainTextResponse("connected")
        elif name == "compatible-plugins":
            answer = JSONResponse([])
        else:
            answer = _error(HTTPStatus.NOT_FOUND, "Not found.", "there is no such endpoint")
        await answer(scope, receive, send)


async def _answered(name: str, service: Service, request: Request) -> Response:
    """Read a request, ask whose it is, and have it answered; errors are answered as the protocol does."""
    id = new_id()  # noqa: A001 - it is the check's id
    try:
        answer = await _ENDPOINTS[name](await _read(name, service, request, id))
    except _RefusedError as refused:
        answer = _error(refused.status, refused.body, str(refused))
    except HTTPException as error:
        status = HTTPStatus(error.status_code)
        answer = _error(status, _WHAT.get(status, "Bad request."), error.detail)
        answer.headers.update(error.headers or {})
    except SettingError as error:
        answer = _error(HTTPStatus.BAD_REQUEST, "Invalid blog.", str(error))
    except StoreError:
        status = HTTPStatus.SERVICE_UNAVAILABLE
        answer = _error(status, _WHAT[status], "the store is not there: try again later")
        answer.headers["Retry-After"] = "5"
    except ModspamError as error:
        answer = _error(HTTPStatus.BAD_REQUEST, "Bad request.", str(error))
    except ClientDisconnect:
        raise
    except Exception as error:  # noqa: BLE001 - a check is answered with its guid whatever happens
        failure("request failed", error, route=name)
        status = HTTPStatus.INTERNAL_SERVER_ERROR
        answer = _error(status, _WHAT[status], "the server's log says more")
    if name == _CHECK:
        answer.headers["X-akismet-guid"] = id
        note(request, guid=id)
    return answer


async def _read(name: str, service: Service, request: Request, id: str) -> _Asked:  # noqa: A002 - the check's id
    if name in {_CHECK, "submit-spam", "submit-ham"} and request.method != "POST":
        raise _RefusedError(
            _WHAT[HTTPStatus.METHOD_NOT_ALLOWED], "send it with POST", HTTPStatus.METHOD_NOT_ALLOWED
        )  # fmt: skip
    fields = await read_form(request)
    first, second = ("key", "api_key") if name == "verify-key" else ("api_key", "key")
    key = (fields[first] or fields[second]).strip() or key_in_host(request.headers.get("host", ""))
    if not key:
        raise _RefusedError("invalid", "Empty api_key value")
    site = await service.keyring.site_of(key, fields["blog"] or "localhost", request)
    if site is None:
        raise _RefusedError("invalid", "the api_key is not known here: 'modspam keys create' makes one")
    return _Asked(service, request, fields, site, key, id)


def _need_blog(fields: Fields) -> None:
    if not fields["blog"].strip():
        raise _RefusedError(
            "Missing required field: blog.", "send the site's address as blog, in a form", HTTPStatus.BAD_REQUEST
        )


def _error(status: HTTPStatus, body: str, why: str) -> Response:
    return PlainTextResponse(body, status, {"X-akismet-debug-help": header_value(why)})
