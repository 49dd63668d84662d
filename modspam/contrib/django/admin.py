"""The comments' admin, with what modspam says of each comment, and two actions to say whether it is right.

What is shown is what the model in use says now; how long the form took, which it knew when the comment came, is not
kept.
"""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.exceptions import NotRegistered
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django_comments import get_model

from modspam.contrib.django.conf import current_moderator
from modspam.contrib.django.marks import mark, may_moderate
from modspam.contrib.django.reading import comment_of
from modspam.verdict import Verdict, printable

__all__ = ["ModspamAdmin"]


class ModspamAdmin(admin.ModelAdmin):
    """What is added to the comments' admin; derive your own from this, too, if you have one."""

    actions: Sequence[Any] | None

    def __init__(self, model: type[Model], admin_site: admin.AdminSite) -> None:
        """Add two actions to what the class has."""
        super().__init__(model, admin_site)
        self.actions = [*(self.actions or ()), "mark_as_spam", "mark_as_not_spam"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Read the pages along with the comments."""
        return (
            super()
            .get_queryset(request)
            .select_related("content_type", "site", "user")
            .prefetch_related("content_object")
        )

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Add a column."""
        return [*super().get_list_display(request), "modspam_verdict"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Add what is shown on a comment's own page."""
        return [*super().get_readonly_fields(request, obj), "modspam_reasons"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Add a part to a comment's own page."""
        shown = list(super().get_fieldsets(request, obj))
        return [*shown, ("modspam", {"fields": ["modspam_reasons"]})] if obj else shown

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        """Say who is shown the two actions."""
        return may_moderate(request.user)

    @admin.action(description="Mark selected comments as spam", permissions=["moderate"])
    def mark_as_spam(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Hide the comments and keep that they are spam."""
        self._mark(request, queryset, spam=True)

    @admin.action(description="Mark selected comments as not spam", permissions=["moderate"])
    def mark_as_not_spam(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Publish the comments and keep that they are not spam."""
        self._mark(request, queryset, spam=False)

    def _mark(self, request: HttpRequest, queryset: QuerySet, *, spam: bool) -> None:
        count = 0
        for comment in queryset:
            mark(request, comment, spam=spam)
            count += 1
        done = "spam, and hidden" if spam else "not spam, and published"
        self.message_user(request, f"{count} marked as {done}.", messages.SUCCESS)

    @admin.display(description="modspam")
    def modspam_verdict(self, comment: Any) -> str:
        """Say the verdict in one line."""
        return str(_verdict(comment))

    @admin.display(description="verdict and reasons")
    def modspam_reasons(self, comment: Any) -> SafeString:
        """Say the verdict with all its reasons, and what each adds."""
        verdict = _verdict(comment)
        head = f"{verdict.action}: probability {verdict.probability:.4f}, flagged from {verdict.threshold:.4f} on"
        lines = [head, *map(str, verdict.reasons)]
        return format_html_join("", "<div>{}</div>", ((printable(line),) for line in lines))


def _verdict(comment: Any) -> Verdict:
    return current_moderator().check(comment_of(comment, comment.content_object))


def _extend(site: admin.AdminSite) -> None:
    """Put the additions before whatever admin the comments have on this site."""
    model = get_model()
    try:
        existing = type(site.get_model_admin(model))
    except NotRegistered:
        return
    if not issubclass(existing, ModspamAdmin):
        site.unregister(model)
        site.register(model, type(existing.__name__, (ModspamAdmin, existing), {"__module__": __name__}))


_extend(admin.site)
