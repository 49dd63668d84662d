"""What moderators say of comments, kept in Django's database as flags, and read back as labels.

| flag                   | who sets it                           | what is learnt                            |
|------------------------|---------------------------------------|-------------------------------------------|
| ``modspam: spam``      | "Mark as spam" in the admin           | spam, until the comment is published again |
| ``modspam: not spam``  | "Mark as not spam"                    | ham                                       |
| ``moderator approval`` | django-comments, when one is approved | ham, as long as the comment stands        |
| any other              | django-comments, visitors             | nothing                                   |

A removal is no label: moderators also remove abuse, and what is off the topic.  Nor is a visitor's wish that a comment
be removed.  Of several labels the latest counts.
"""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpRequest
from django.utils import timezone
from django_comments import get_model
from django_comments.models import CommentFlag
from django_comments.signals import comment_was_flagged

__all__ = ["NOT_SPAM", "SPAM", "forget_spam", "labelled", "mark", "may_moderate"]

SPAM, NOT_SPAM = "modspam: spam", "modspam: not spam"
_APPROVED = CommentFlag.MODERATOR_APPROVAL
_BLOCK = 500  # comments read from the database at once


def may_moderate(user: Any) -> bool:
    """Say whether somebody may decide about comments."""
    return bool(user.has_perm("django_comments.can_moderate"))


def mark(request: HttpRequest, comment: Any, *, spam: bool) -> None:
    """Say that a comment is spam, or is not: keep it as a label, and hide or publish the comment.

    Spam is neither public nor in the queue of comments that wait.  Sends ``comment_was_flagged``.
    """
    with transaction.atomic():
        CommentFlag.objects.filter(comment=comment, flag=NOT_SPAM if spam else SPAM).delete()
        flag, created = CommentFlag.objects.update_or_create(
            comment=comment,
            user=request.user,
            flag=SPAM if spam else NOT_SPAM,
            defaults={"flag_date": timezone.now()},
        )
        if (comment.is_public, comment.is_removed) != (not spam, spam):
            comment.is_public, comment.is_removed = not spam, spam
            comment.save()
    comment_was_flagged.send(sender=comment.__class__, comment=comment, flag=flag, created=created, request=request)


def forget_spam(comment: Any, flag: Any, **_: Any) -> None:
    """Take back that a comment is spam, when a moderator approves it."""
    if flag.flag == _APPROVED:
        CommentFlag.objects.filter(comment=comment, flag=SPAM).delete()


def labelled() -> Iterator[tuple[Any, bool]]:
    """Give the comments that have a label, the oldest first, and whether they are spam."""
    flags = CommentFlag.objects.filter(flag__in=(SPAM, NOT_SPAM, _APPROVED)).order_by("flag_date", "pk")
    comments = (
        get_model()
        ._default_manager.filter(pk__in=flags.order_by().values("comment"))
        .order_by("pk")
        .select_related("site", "user")
        .prefetch_related(Prefetch("flags", flags), "content_object")
    )
    for comment in comments.iterator(_BLOCK):
        stands = comment.is_public and not comment.is_removed
        label = None
        for flag in comment.flags.all():
            if flag.flag == NOT_SPAM or (flag.flag == _APPROVED and stands):
                label = False
            elif flag.flag == SPAM and not stands:
                label = True
        if label is not None:
            yield comment, label
