"""The moderator that asks modspam: register it for the models that people comment on."""

import logging
from typing import Any

from django.http import HttpRequest
from django_comments.moderation import CommentModerator

from modspam.contrib.django.conf import REFUSE, chosen, current_moderator
from modspam.contrib.django.marks import may_moderate
from modspam.contrib.django.reading import comment_of
from modspam.contrib.django.signals import comment_was_judged
from modspam.verdict import Action, Verdict

__all__ = ["ModspamModerator"]

_logger = logging.getLogger("modspam")


class ModspamModerator(CommentModerator):
    """Holds, or refuses, the comments that modspam flags; what else `CommentModerator` can do stays as it is.

    With django-comments-xtd derive from this and from its moderator:
    ``class EntryModerator(ModspamModerator, XtdCommentModerator)``.

    - A flagged comment is held for a moderator, or refused where ``MODSPAM["ON_FLAG"]`` says so.
    - With ``MODSPAM["HOLD_FROM"]``, doubtful comments are held as well.
    - Who may moderate comments is not judged.
    - Where judging fails, the fault is logged and the comment is held: none is lost, and none slips through.
    """

    def allow(self, comment: Any, content_object: Any, request: HttpRequest) -> bool:
        """Say whether the comment may be stored at all."""
        if not super().allow(comment, content_object, request):
            return False
        if may_moderate(request.user):
            return True
        try:
            if chosen().on_flag != REFUSE:
                return True
            verdict = self.judge(comment, content_object, request)
        except Exception:  # noqa: BLE001 - `moderate` meets it again, logs it, and holds the comment
            return True
        if verdict.flagged:
            _told(comment, verdict, request)
        return not verdict.flagged

    def moderate(self, comment: Any, content_object: Any, request: HttpRequest) -> bool:
        """Say whether the comment is to wait for a moderator."""
        waits = bool(super().moderate(comment, content_object, request))
        if may_moderate(request.user):
            return waits
        try:
            verdict = self.judge(comment, content_object, request)
        except Exception:
            _logger.exception("a comment could not be judged, so it is held")
            return True
        _told(comment, verdict, request)
        return waits or verdict.action is not Action.KEEP

    def judge(self, comment: Any, content_object: Any, request: HttpRequest) -> Verdict:
        """Judge the comment; to tell modspam more of the page or the form, override this."""
        return current_moderator().check(comment_of(comment, content_object, request))


def _told(comment: Any, verdict: Verdict, request: HttpRequest) -> None:
    """Tell whoever listens; a listener's fault is its own and loses no comment."""
    responses = comment_was_judged.send_robust(
        sender=comment.__class__, comment=comment, verdict=verdict, request=request
    )
    for receiver, response in responses:
        if isinstance(response, Exception):
            _logger.error("%r failed: %r", receiver, response)
