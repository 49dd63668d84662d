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

__all__ = ["check_comments", "check_deployment", "check_settings"]


def check_settings(**_: Any) -> list[checks.CheckMessage]:
    """Check the setting ``MODSPAM``, and that the model can be served with it.

    - ``modspam.E001``: the setting cannot be followed
    - ``modspam.E002``: what is at ``MODEL`` is no model, or cannot be served so
    """
    wrong = [checks.Error(fault, id="modspam.E001") for fault in faults(getattr(settings, "MODSPAM", {}))]
    if wrong:
        return wrong
    choice = chosen()
    path = choice.model if choice.model is not None and choice.model.exists() else None
    try:
        Moderator.load(path, threshold=choice.threshold, max_false_positive_rate=choice.max_false_positive_rate)
    except (ModspamError, OSError) as error:
        hint = "choose another file or threshold in MODSPAM, or put the model before back: modspam rollback FILE"
        return [checks.Error(str(error), hint=hint, id="modspam.E002")]
    return []


def check_deployment(**_: Any) -> list[checks.CheckMessage]:
    """Say, with ``check --deploy``, what is as it should be on a new site only.

    - ``modspam.W001``: there is nothing at ``MODEL``
    """
    given = getattr(settings, "MODSPAM", {})
    path = None if list(faults(given)) else chosen().model
    if path is None or path.exists():
        return []
    hint = "manage.py modspam_retrain puts the site's own there once moderators have marked some comments"
    told = f"there is no model at {path}, so the bundled one is in use"
    return [checks.Warning(told, hint=hint, id="modspam.W001")]


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
