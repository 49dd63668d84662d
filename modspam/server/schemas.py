"""What the native API takes and gives."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from modspam.comment import Comment
from modspam.model import ThresholdRow
from modspam.server.bodies import whole
from modspam.server.service import Judged
from modspam.store import Check
from modspam.verdict import Action, Verdict

__all__ = [
    "CheckIn", "CheckManyIn", "CommentIn", "ExplainIn", "ExplanationOut", "FeedbackIn", "FeedbackOut", "FormIn",
    "HealthOut", "ModelOut", "ProblemOut", "ReadyOut", "ReasonOut", "SaidOut", "VerdictOut", "VerdictsOut",
]  # fmt: skip

MOST_COMMENTS = 100  # in one request
_Probability = Annotated[float, Field(ge=0, le=1)]
_Text = Annotated[str, AfterValidator(whole)]
_Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", description="of a check, as its verdict gave it")]


class _In(BaseModel):
    """What comes in: a name that is not known is an error, so that no field is lost by a slip."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class FormIn(_In):
    """What the form knows that the comment was sent with; null is what it does not know."""

    honeypot: _Text = Field("", description="what was typed into a field that people cannot see")
    seconds: float | None = Field(None, ge=0, description="from showing the form to sending it")
    script: bool | None = Field(None, description="whether the form's script ran in the sender's browser")
    nonce: bool | None = Field(None, description="whether the form's one-time token was right")
    referrer: _Text | None = Field(None, description="the page it was sent from; empty if the browser sent none")


class CommentIn(_In):
    """A comment; everything but its text is optional."""

    text: _Text = Field(description="the comment itself, plain or with its markup")
    author: _Text = Field("", description="the name that its author gave")
    author_url: _Text = ""
    author_email: _Text = Field("", description="used for the verdict alone, never stored")
    permalink: _Text = Field("", description="the address of the page that it stands under")
    page_title: _Text = ""
    page_text: _Text = ""
    form: FormIn | None = None

    def comment(self) -> Comment:
        """Make a comment of it."""
        return Comment.from_mapping(self.model_dump())


class CheckIn(CommentIn):
    """A comment to judge."""

    reasons: bool = Field(False, description="tell the reasons, too, which takes twice the time")
    test: bool = Field(False, description="a trial: neither counted nor learnt")


class CheckManyIn(_In):
    """Comments to judge."""

    comments: list[CommentIn] = Field(min_length=1, max_length=MOST_COMMENTS)
    reasons: bool = False
    test: bool = False


class ExplainIn(_In):
    """What to explain: a check that is stored, or a comment."""

    id: _Id | None = None
    comment: CommentIn | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "ExplainIn":
        if (self.id is None) == (self.comment is None):
            raise ValueError("give either id or comment")
        return self


class FeedbackIn(_In):
    """What somebody says of a comment, named by its check's id or given again."""

    label: Literal["spam", "ham"]
    id: _Id | None = None
    comment: CommentIn | None = None
    reporter: _Text = Field(
        "", max_length=200, description="empty for the site's owner and moderators; a pseudonym for anybody else"
    )
    test: bool = False

    @model_validator(mode="after")
    def _some_of_them(self) -> "FeedbackIn":
        if self.id is None and self.comment is None:
            raise ValueError("give id or comment")
        return self


class ReasonOut(BaseModel):
    """One piece of evidence."""

    name: str
    contribution: float = Field(description="to the score, in log-odds; above 0 speaks for spam")
    message: str
    spans: list[tuple[int, int]] = Field(description="places in the text, in characters: start, end")
    text: str | None = Field(description="what was seen there, as it was written: escape it before showing it")


class _Measured(BaseModel):
    """What every verdict says of a comment."""

    probability: _Probability = Field(description="of spam")
    threshold: _Probability = Field(description="from which on comments are flagged")
    score: float = Field(description="the log-odds of the probability")
    enough_text: bool = Field(description="false where there was too little to judge; such comments are kept")
    model: str = Field(description="SHA-256 of the model's file")


class VerdictOut(_Measured):
    """A verdict."""

    id: str
    action: Action = Field(description="what to do; keep in shadow mode, whatever is said")
    said: Action = Field(description="what is said of the comment")
    stored: bool = Field(description="false if the check was not stored yet; it is tried again")
    reasons: list[ReasonOut] | None = None

    @classmethod
    def of(cls, judged: Judged, *, reasons: bool) -> "VerdictOut":
        """Tell what was judged."""
        return cls(
            **_measured(judged.verdict, judged.model.digest),
            id=judged.id,
            action=judged.action,
            said=judged.said,
            stored=judged.stored,
            reasons=_reasons(judged.verdict) if reasons else None,
        )


class VerdictsOut(BaseModel):
    """Verdicts, in the order of the comments."""

    verdicts: list[VerdictOut]


class SaidOut(BaseModel):
    """What was said when a comment was checked."""

    at: datetime
    action: Action
    probability: _Probability
    model: str


class ExplanationOut(_Measured):
    """A verdict taken apart: intercept, all contributions and rest sum to the score."""

    action: Action
    intercept: float
    rest: float = Field(description="the wording that is too weak to be listed")
    reasons: list[ReasonOut]
    said: SaidOut | None = Field(None, description="what was said of a stored check at its time")

    @classmethod
    def of(cls, verdict: Verdict, model: str, check: Check | None) -> "ExplanationOut":
        """Take a verdict apart."""
        explanation = verdict.explanation
        said = check and SaidOut(
            at=check.at, action=check.action, probability=check.probability, model=check.model
        )  # fmt: skip
        return cls(
            **_measured(verdict, model),
            action=verdict.action,
            intercept=explanation.intercept,
            rest=explanation.rest,
            reasons=_reasons(verdict),
            said=said,
        )


class FeedbackOut(BaseModel):
    """The label is stored."""

    check: str | None = Field(description="the check that it belongs to, if one was found")


class ModelOut(BaseModel):
    """The model that judges a site's comments."""

    model: str = Field(description="SHA-256 of its file")
    own: bool = Field(description="whether the site has one of its own")
    threshold: _Probability
    hold_from: _Probability
    thresholds: list[ThresholdRow]
    card: dict[str, Any] = Field(description="how it was made")


class HealthOut(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"
    version: str


class ReadyOut(BaseModel):
    """Comments can be judged."""

    status: Literal["ready"] = "ready"
    store: Literal["ok", "unavailable"]
    waiting: int = Field(description="checks that this worker has not stored yet")


class ProblemOut(BaseModel):
    """What is wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str


def _measured(verdict: Verdict, model: str) -> dict[str, Any]:
    return {name: getattr(verdict, name) for name in _Measured.model_fields if name != "model"} | {"model": model}


def _reasons(verdict: Verdict) -> list[ReasonOut]:
    return [ReasonOut(**reason.to_dict()) for reason in verdict.reasons]
