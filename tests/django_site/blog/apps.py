"""The blog as Django knows it."""

from django.apps import AppConfig
from django.conf import settings


class BlogConfig(AppConfig):
    """The blog; its comments are modspam's to judge, as docs/adapters.md shows."""

    name = "django_site.blog"

    def ready(self):
        """Register the moderator."""
        from django_site.blog.models import Entry
        from modspam.contrib.django.moderation import ModspamModerator

        if settings.COMMENTS_APP == "django_comments_xtd":
            from django_comments_xtd.moderation import XtdCommentModerator, moderator

            class EntryModerator(ModspamModerator, XtdCommentModerator):
                removal_suggestion_notification = True

        else:
            from django_comments.moderation import moderator

            class EntryModerator(ModspamModerator):
                enable_field = "open"

        moderator.register(Entry, EntryModerator)
