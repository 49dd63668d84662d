"""Middleware: one line and a few counts for each request; no exception gets out."""

from http import HTTPStatus
from time import perf_counter
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modspam.server.logs import failure, log
from modspam.server.metrics import Metrics
from modspam.server.problems import problem

__all__ = ["ROUTE", "Observed"]

ROUTE = "modspam.route"  # where in the scope a route may name itself

_CLIENT_GONE = 499  # nobody is there to read it; it stands in the log


class Observed:
    """Logs and counts requests, and answers 500 in place of an exception."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = perf_counter()
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        _straighten(scope)
        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            status = status or _CLIENT_GONE
        except HTTPException as error:  # of a body that no route was waiting for any more
            if not status:
                await problem(HTTPStatus(error.status_code), error.detail)(scope, receive, watched)
        except Exception as error:  # noqa: BLE001 - whatever it was, the client gets an answer
            failure("request failed", error, route=_route_of(scope))
            if not status:
                await problem(HTTPStatus.INTERNAL_SERVER_ERROR, "the log says more")(scope, receive, watched)
        finally:
            seconds = perf_counter() - started
            route = _route_of(scope)
            self.metrics.requests.labels(route, str(status)).inc()
            self.metrics.seconds.labels(route).observe(seconds)
            facts: dict[str, Any] = scope.get("modspam", {})
            log("request", route=route, status=status, milliseconds=round(seconds * 1000, 2), **facts)


def _straighten(scope: Scope) -> None:
    """Leave the path alone of a request that was sent as to a proxy: ``POST http://host/path``."""
    path: str = scope["path"]
    if path.startswith(("http://", "https://")):
        scope["path"] = "/" + path.partition("://")[2].partition("/")[2]
        scope["raw_path"] = scope["path"].encode()


def _route_of(scope: Scope) -> str:
    """Name the route that was taken: never the path as sent, which may hold a key, or be one of very many."""
    return str(scope.get(ROUTE) or getattr(scope.get("route"), "path", "other"))
