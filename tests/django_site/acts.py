"""What people do on the tests' site: visitors send comments, moderators act on them."""

import time

from conftest import Filled

__all__ = ["act", "labels", "send", "stored"]


def send(client, entry, text, *, name="Ana", url="", waited=60, **headers):
    """Fill in the form as somebody who looked at the page for some seconds, and send it."""
    from django_comments.forms import CommentForm

    form = Filled(client.get(entry.get_absolute_url()).content.decode())
    shown = int(time.time()) - waited
    fields = {
        **form.fields,
        "timestamp": str(shown),
        "security_hash": CommentForm(entry).initial_security_hash(shown),
        "name": name,
        "email": "ana@example.org",
        "url": url,
        "comment": text,
    }
    return client.post(
        form.action, fields, headers={"referer": f"http://testserver{entry.get_absolute_url()}"} | headers
    )


def stored():
    """Give the comments that are in the database, in order."""
    from django_comments.models import Comment

    return list(Comment.objects.order_by("pk"))


def act(admin, action, comments):
    """Do one of the actions of the comments' list."""
    from django.urls import reverse

    data = {"action": action, "_selected_action": [comment.pk for comment in comments]}
    return admin.post(reverse("admin:django_comments_comment_changelist"), data, follow=True)


def labels():
    """Give the texts that moderators have marked, and as what."""
    from modspam.contrib.django.marks import labelled

    return [(comment.comment, spam) for comment, spam in labelled()]
