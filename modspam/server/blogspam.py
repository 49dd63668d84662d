"""BlogSpam 2.0: JSON that ikiwiki's plugin speaks, among others.

The protocol has no keys.  Where one is demanded it stands in the address, ``http://host:8799/blogspam/KEY/``, or in
an ``Authorization: Bearer`` header.  ``options`` and ``ip`` are passed over: there are no rules here to switch off.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from modspam.comment import Comment
from modspam.errors import ModspamError, StoreError
from modspam.server.bodies import whole
from modspam.server.keyring import key_in_host
from modspam.server.observed import ROUTE
from modspam.server.service import Service
from modspam.signals import SIGNALS
from modspam.store import Feedback, Site
from modspam.verdict import Action, Verdict

__all__ = ["router"]

_VERSION = "2.0"
_TRAIN = {"ok": False, "ham": False, "spam": True}
_TOLD = 3  # reasons
_PREFIX = "/blogspam/{key}"

Question = Mapping[str, Any]
Endpoint = Callable[[Service, Request, Site, Question], Awaitable[Response]]


async def _test(service: Service, request: Request, site: Site, question: Question) -> Response:
    judged = await service.check(site, _comment(question), "blogspam", request)
    if judged.action is Action.FLAG:
        return _answer("SPAM", _why(judged.verdict))
    return _answer("OK", "")


async def _classify(service: Service, request: Request, site: Site, question: Question) -> Response:
    spam = _TRAIN.get(_text(question, "train").lower())
    if spam is None:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "give train as 'ok' or 'spam'")
    feedback = Feedback(site.id, _comment(question), spam, datetime.now(UTC))
    await service.feedback(feedback, site, "blogspam", request)
    return _answer("OK", "")


async def _stats(service: Service, _: Request, site: Site, __: Question) -> Response:
    counts = await service.stored(service.store.counts, site)
    return JSONResponse({"spam": sum(row.spam for row in counts), "ok": sum(row.ham for row in counts)})


async def _plugins(_: Request) -> Response:
    return JSONResponse({signal.name: {"description": signal.message} for signal in SIGNALS})


def router(service_of: Callable[[], Service]) -> APIRouter:
    """Make the routes."""
    routes = APIRouter(include_in_schema=False)
    endpoints: dict[str, Endpoint] = {"/": _test, "/classify": _classify, "/stats": _stats}
    for prefix in ("", _PREFIX):
        for path, endpoint in endpoints.items():
            routes.add_route(prefix + path, _answering(path, endpoint, service_of), methods=["POST"])
        routes.add_route(f"{prefix}/plugins", _plugins, methods=["GET"])
    routes.add_route(_PREFIX, _answering("/", _test, service_of), methods=["POST"])
    return routes


def _answering(
    path: str, endpoint: Endpoint, service_of: Callable[[], Service]
) -> Callable[[Request], Awaitable[Response]]:
    """Make a route of an endpoint: it reads the question, asks whose it is, and answers errors as the protocol does."""

    async def route(request: Request) -> Response:
        request.scope[ROUTE] = f"blogspam {path}"
        try:
            service, question = service_of(), _parsed(await request.body())
            return await endpoint(service, request, await _site(service, request, question), question)
        except HTTPException as error:
            return _answer("ERROR", error.detail, HTTPStatus(error.status_code))
        except StoreError:
            return _answer("ERROR", "the store is not there: try again later", HTTPStatus.SERVICE_UNAVAILABLE)
        except ModspamError:
            return _answer("ERROR", "a field cannot be used: see the documentation", HTTPStatus.BAD_REQUEST)

    return route


async def _site(service: Service, request: Request, question: Question) -> Site:
    site = await service.keyring.site_of(_key(request), _text(question, "site") or "localhost", request)
    if site is None:
        raise HTTPException(HTTPStatus.FORBIDDEN, "the key is not known here: send to /blogspam/KEY/")
    return site


def _parsed(body: bytes) -> Question:
    try:
        question = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "the body is no JSON") from error
    if not isinstance(question, dict):
        raise HTTPException(HTTPStatus.BAD_REQUEST, "the body is no JSON object")
    return question


def _text(question: Question, name: str) -> str:
    value = question.get(name)
    return whole(value) if isinstance(value, str) else ""


def _comment(question: Question) -> Comment:
    """Make a comment; its subject is a part of what was written, and stands above it."""
    if not isinstance(question.get("comment"), str):
        raise HTTPException(HTTPStatus.BAD_REQUEST, "there is no comment")
    subject, text = _text(question, "subject").strip(), _text(question, "comment")
    return Comment(
        f"{subject}\n\n{text}" if subject else text,
        author=_text(question, "name"),
        author_url=_text(question, "link"),
        author_email=_text(question, "email") or _text(question, "mail"),
    )


def _key(request: Request) -> str:
    bearer = request.headers.get("authorization", "").partition(" ")
    sent = bearer[2].strip() if bearer[0].lower() == "bearer" else ""
    return request.path_params.get("key", "") or sent or key_in_host(request.headers.get("host", ""))


def _why(verdict: Verdict) -> str:
    """Say what speaks for spam, in modspam's own words: ikiwiki shows it to the commenter, as HTML."""
    messages = dict.fromkeys(reason.message for reason in verdict.reasons if reason.contribution > 0)
    return "; ".join(list(messages)[:_TOLD])


def _answer(result: str, reason: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return JSONResponse({"result": result, "reason": reason, "version": _VERSION}, status)
