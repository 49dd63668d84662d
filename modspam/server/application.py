"""The application: every protocol on one port."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

import modspam
from modspam.errors import ModspamError
from modspam.server import api, blogspam
from modspam.server.akismet import Akismet
from modspam.server.bodies import Bounded
from modspam.server.logs import configure, log
from modspam.server.metrics import CONTENT_TYPE_LATEST, Metrics
from modspam.server.observed import Observed
from modspam.server.problems import on_http_error, on_invalid, on_modspam_error
from modspam.server.service import Service
from modspam.server.settings import Settings

__all__ = ["Application", "create_app"]

_ABOUT = "Reads a comment and says keep, hold or flag, and why."
# Newer versions of the framework would hand requests' addresses and errors' messages, in which there may be a key or
# a comment, to whatever collects traces; older ones pass this over.
_UNTRACED: dict[str, Any] = {"telemetry": {"tracing": False, "metrics": False, "logs": False}}


class Application:
    """An ASGI application: the protocols, each request counted, logged, and bounded in size and time.

    The model is loaded and the store opened when a server starts it, before it takes requests: what is wrong
    with either raises there, as `StoreError`, `ModelNotFoundError` and so on.
    """

    def __init__(self, settings: Settings) -> None:
        """Make the application; nothing is opened yet."""
        self.settings = settings
        self._metrics = Metrics()
        self._service: Service | None = None
        self._akismet = Akismet(self._serving)
        self._api = self._made_api()
        bounded = Bounded(self._by_protocol, settings.body_limit, settings.body_seconds)
        self._observed = Observed(bounded, self._metrics)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or start and stop."""
        await self._observed(scope, receive, send)

    async def _by_protocol(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._akismet.has(scope["path"]):
            await self._akismet(scope, receive, send)
        else:
            await self._api(scope, receive, send)

    def _serving(self) -> Service:
        if self._service is None:
            raise RuntimeError("the application has not been started: run it with a server that speaks ASGI's lifespan")
        return self._service

    @asynccontextmanager
    async def _lifespan(self, api: FastAPI) -> AsyncIterator[None]:
        configure(self.settings.log_format)
        self._service = api.state.service = Service(self.settings, self._metrics)
        # What is there by now stays; the collector need not go through it again and again while requests wait.
        gc.collect()
        gc.freeze()
        log("ready", version=modspam.__version__, shadow=self.settings.shadow, keyless=self.settings.keyless)
        try:
            yield
        finally:
            await self._service.close()
            log("stopped")

    def _made_api(self) -> FastAPI:
        made = FastAPI(
            title="modspam",
            version=modspam.__version__,
            description=_ABOUT,
            lifespan=self._lifespan,
            redirect_slashes=False,
            **_UNTRACED,
        )
        made.add_exception_handler(HTTPException, on_http_error)
        made.add_exception_handler(RequestValidationError, on_invalid)
        made.add_exception_handler(ModspamError, on_modspam_error)
        made.include_router(api.router)
        made.include_router(blogspam.router(self._serving))

        @made.get("/metrics", include_in_schema=False)
        async def metrics_text() -> Response:
            return Response(self._metrics.text(), media_type=CONTENT_TYPE_LATEST)

        return made


def create_app(settings: Settings | None = None) -> Application:
    """Make the application; the settings are those of the environment if none are given."""
    return Application(settings or Settings.from_environment())
