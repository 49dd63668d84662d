"""The application: every protocol on one port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

import modspam
from modspam.errors import ModspamError
from modspam.server import akismet, api, blogspam
from modspam.server.bodies import Bounded
from modspam.server.logs import configure, log
from modspam.server.metrics import CONTENT_TYPE_LATEST, Metrics
from modspam.server.observed import Observed
from modspam.server.problems import on_http_error, on_invalid, on_modspam_error
from modspam.server.service import Service
from modspam.server.settings import Settings

__all__ = ["create_app"]

_ABOUT = "Reads a comment and says keep, hold or flag, and why."


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the application; the settings are those of the environment if none are given.

    The model is loaded and the store opened when the server starts it, before it takes requests: what is
    wrong with either raises there, as `StoreError`, `ModelNotFoundError` and so on.
    """
    settings = settings or Settings.from_environment()
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        configure(settings.log_format)
        service = Service(settings, metrics)
        app.state.service = service
        log("ready", version=modspam.__version__, shadow=settings.shadow, keyless=settings.keyless)
        try:
            yield
        finally:
            await service.close()
            log("stopped")

    app = FastAPI(
        title="modspam",
        version=modspam.__version__,
        description=_ABOUT,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    # The last one added is the first that a request comes to.
    app.add_middleware(Bounded, limit=settings.body_limit, seconds=settings.body_seconds)
    app.add_middleware(Observed, metrics=metrics)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(ModspamError, on_modspam_error)
    app.include_router(api.router)
    app.include_router(akismet.router(_service_of))
    app.include_router(blogspam.router(_service_of))

    @app.get("/metrics", include_in_schema=False)
    async def metrics_text() -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return app


def _service_of(request: Request) -> Service:
    service: Service = request.app.state.service
    return service
