"""Errors of the native API as problem details (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from modspam.errors import ModspamError, StoreError

__all__ = ["MEDIA_TYPE", "on_http_error", "on_invalid", "on_modspam_error", "problem"]

MEDIA_TYPE = "application/problem+json"
_SHOWN = 20  # faults of one request that are told


def problem(status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None, **members: Any) -> JSONResponse:
    """Make an answer that says what is wrong: ``type``, ``title``, ``status``, ``detail``."""
    content = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail, **members}
    return JSONResponse(content, status.value, headers, MEDIA_TYPE)


async def on_http_error(_: Request, error: Exception) -> Response:
    """Answer what a route or the framework refused."""
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for these
    return problem(HTTPStatus(error.status_code), error.detail, error.headers)


async def on_invalid(_: Request, error: Exception) -> Response:
    """Answer a body that is not what it should be: where, and what is wrong there, without quoting it."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - it is registered for these
    faults = [{"at": "/".join(map(str, fault["loc"])), "message": fault["msg"]} for fault in error.errors()[:_SHOWN]]
    detail = "; ".join(f"{fault['at']}: {fault['message']}" for fault in faults)
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=faults)


async def on_modspam_error(_: Request, error: Exception) -> Response:
    """Answer what the library refused: 503 if the store is gone, else 422."""
    if isinstance(error, StoreError):
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, "the store is not there: try again later", {"Retry-After": "5"})
    assert isinstance(error, ModspamError)  # noqa: S101 - it is registered for these
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
