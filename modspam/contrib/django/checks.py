"""System checks: what ``manage.py check`` says of modspam."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django_comments import get_comment_app_name, get_model
from django_comments.models import Comment

from modspam.contrib.django.conf import chosen, faults
from modspam.errors import ModspamError
from modspam.moderator import Moderator

__all__ = ["check_comments", "check_settings"]


def check_settings(**_: Any) -> list[checks.CheckMessage]:
    """Check the setting ``MODSPAM``, and that the model can be loaded with it.

    - ``modspam.E001``: the setting cannot be followed
    - ``modspam.E002``: what is at ``MODEL`` is no model, or cannot be served so
    - ``modspam.I001``: there is nothing at ``MODEL`` yet
    """
    wrong = [checks.Error(fault, id="modspam.E001") for fault in faults(getattr(settings, "MODSPAM", {}))]
    if wrong:
        return wrong
    choice = chosen()
    found: list[checks.CheckMessage] = []
    path = choice.model
    if path is not None and not path.exists():
        found.append(
            checks.Info(
                f"there is no model at {path} yet, so the bundled one is in use",
                hint="manage.py modspam_retrain puts the site's own there once moderators have marked some comments",
                id="modspam.I001",
            )
        )
        path = None
    try:
        Moderator.load(path, threshold=choice.threshold, max_false_positive_rate=choice.max_false_positive_rate)
    except (ModspamError, OSError) as error:
        hint = "choose another file or threshold in MODSPAM, or put the model before back: modspam rollback FILE"
        found.append(checks.Error(str(error), hint=hint, id="modspam.E002"))
    return found


def check_comments(**_: Any) -> list[checks.CheckMessage]:
    """Check that modspam fits the comments' app.

    - ``modspam.E003``: it stands before the comments' app, whose admin it adds to
    - ``modspam.E004``: the comments are of a kind that flags cannot be put on
    """
    found: list[checks.CheckMessage] = []
    order = [config.name for config in apps.get_app_configs()]
    before = [name for name in ("django_comments", get_comment_app_name()) if name in order]
    if any(order.index("modspam.contrib.django") < order.index(name) for name in before):
        found.append(
            checks.Error(
                "modspam.contrib.django stands before the comments' app in INSTALLED_APPS",
                hint=f"move it below {' and '.join(dict.fromkeys(before))}, so that it finds the comments' admin",
                id="modspam.E003",
            )
        )
    if not issubclass(get_model(), Comment):
        found.append(
            checks.Error(
                f"{get_model().__name__} is not derived from django_comments' Comment, so it takes no flags",
                hint="moderators' marks are kept as flags: derive your comments from django_comments.models.Comment",
                id="modspam.E004",
            )
        )
    return found
