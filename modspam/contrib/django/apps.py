"""The app as Django knows it."""

from django.apps import AppConfig
from django.core import checks

__all__ = ["ModspamConfig"]


class ModspamConfig(AppConfig):
    """The app, called ``modspam`` among the others."""

    name = "modspam.contrib.django"
    label = "modspam"
    verbose_name = "modspam"

    def ready(self) -> None:
        """Connect what can only be imported now, when all apps are there."""
        from django_comments.signals import comment_was_flagged

        from modspam.contrib.django.checks import check_comments, check_deployment, check_settings
        from modspam.contrib.django.marks import forget_spam

        checks.register(check_settings, "modspam")
        checks.register(check_comments, "modspam")
        checks.register(check_deployment, "modspam", deploy=True)
        comment_was_flagged.connect(forget_spam, dispatch_uid="modspam.forget_spam")
