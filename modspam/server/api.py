"""modspam's own API: typed, with errors as problem details; ``/docs`` shows it."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

import modspam
from modspam.errors import CommentError, StoreError
from modspam.server.problems import MEDIA_TYPE
from modspam.server.schemas import (
    CheckIn,
    CheckManyIn,
    ExplainIn,
    ExplanationOut,
    FeedbackIn,
    FeedbackOut,
    HealthOut,
    ModelOut,
    ProblemOut,
    ReadyOut,
    VerdictOut,
    VerdictsOut,
)
from modspam.server.service import Service
from modspam.store import Feedback, Site

__all__ = ["router"]

_NATIVE = "native"
_bearer = HTTPBearer(auto_error=False, description="the site's key; none on a loopback address without keys")


def _problems(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    schema = {"schema": {"$ref": "#/components/schemas/ProblemOut"}}
    # The model brings the schema in; the media type is ours.
    return {
        status.value: {"model": ProblemOut, "description": status.phrase, "content": {MEDIA_TYPE: schema}}
        for status in statuses
    }


_WRONG = _problems(
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
router = APIRouter()
sites = APIRouter(prefix="/v1", tags=["comments"], responses=_WRONG)


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


async def _site(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    site: Annotated[str, Query(description="the site's address, where no key is needed that says it")] = "localhost",
) -> Site:
    key = credentials.credentials.strip() if credentials else ""
    found = await _service(request).keyring.site_of(key, site, request)
    if found is None:
        raise HTTPException(
            HTTPStatus.UNAUTHORIZED,
            "send the site's key as 'Authorization: Bearer KEY'; 'modspam keys create' makes one",
            {"WWW-Authenticate": "Bearer"},
        )
    return found


Caller = Annotated[Site, Depends(_site)]
Asked = Annotated[Service, Depends(_service)]


@sites.post("/check")
async def check(body: CheckIn, site: Caller, service: Asked, request: Request) -> VerdictOut:
    """Judge a comment."""
    judged = await service.check(site, body.comment(), _NATIVE, request, test=body.test)
    return VerdictOut.of(judged, reasons=body.reasons)


@sites.post("/check-many")
async def check_many(body: CheckManyIn, site: Caller, service: Asked, request: Request) -> VerdictsOut:
    """Judge up to 100 comments."""
    comments = [comment.comment() for comment in body.comments]
    judged = await service.check_many(site, comments, _NATIVE, request, test=body.test)
    told = await service.judge.aside(lambda: [VerdictOut.of(each, reasons=body.reasons) for each in judged])
    return VerdictsOut(verdicts=told)


@sites.post("/explain", responses=_problems(HTTPStatus.NOT_FOUND))
async def explain(body: ExplainIn, site: Caller, service: Asked) -> ExplanationOut:
    """Take the verdict on a comment apart, or on a check that is stored, by the model in use now; nothing is stored."""
    found = await service.stored(service.store.find, site, body.id) if body.id else None
    if body.id and not found:
        raise HTTPException(HTTPStatus.NOT_FOUND, "there is no such check, or not any more: give the comment itself")
    comment = found.comment if found else body.comment.comment() if body.comment else None
    assert comment is not None  # noqa: S101 - the schema has seen to it
    model = await service.judge.model_of(site.model_name)
    return await service.judge.aside(
        lambda: ExplanationOut.of(model.moderator.check(comment), model.digest, found)
    )  # fmt: skip


@sites.post("/feedback", responses=_problems(HTTPStatus.NOT_FOUND))
async def feedback(body: FeedbackIn, site: Caller, service: Asked, request: Request) -> FeedbackOut:
    """Store what somebody says of a comment; it is committed when this answers."""
    comment = body.comment.comment() if body.comment else None
    label = Feedback(
        site.id, comment, body.label == "spam", datetime.now(UTC), body.reporter, body.id, body.test
    )  # fmt: skip
    try:
        return FeedbackOut(check=await service.feedback(label, site, _NATIVE, request))
    except CommentError as error:
        raise HTTPException(
            HTTPStatus.NOT_FOUND, "there is no such check, or not any more: give the comment, too"
        ) from error


@sites.get("/model")
async def model(site: Caller, service: Asked) -> ModelOut:
    """Say which model judges the site's comments, and what its thresholds cost."""
    in_use = await service.judge.model_of(site.model_name)
    moderator = in_use.moderator
    return ModelOut(
        model=in_use.digest,
        own=service.judge.is_own(in_use),
        threshold=moderator.threshold,
        hold_from=moderator.hold_from,
        thresholds=list(moderator.model.thresholds),
        card=dict(moderator.model.card),
    )


@router.get("/health", tags=["operation"])
async def health() -> HealthOut:
    """Say that the process answers."""
    return HealthOut(version=modspam.__version__)


@router.get("/ready", tags=["operation"])
async def ready(service: Asked) -> ReadyOut:
    """Say that comments can be judged, which they can be without the store; what it could not take yet waits."""
    try:
        await service.stored(service.store.has_keys)
    except StoreError:
        return ReadyOut(store="unavailable", waiting=service.recorder.waiting)
    return ReadyOut(store="ok", waiting=service.recorder.waiting)


router.include_router(sites)
