"""The setting ``MODSPAM``: what can be chosen, what is wrong with a choice, and the model that it names."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from modspam.contrib.current import CurrentModel
from modspam.moderator import Moderator

__all__ = ["HOLD", "REFUSE", "Chosen", "chosen", "current_moderator", "faults"]

HOLD, REFUSE = "hold", "refuse"
_NUMBERS = ("THRESHOLD", "MAX_FALSE_POSITIVE_RATE", "HOLD_FROM")
_NAMES = ("MODEL", *_NUMBERS, "ON_FLAG")


class Chosen(NamedTuple):
    """What ``MODSPAM`` says.

    - ``model``: the site's model file; while there is none, and with ``None``, the bundled model is in use
    - ``threshold``, ``max_false_positive_rate``, ``hold_from``: as for `modspam.Moderator.load`
    - ``on_flag``: what becomes of a flagged comment, ``"hold"`` for a moderator or ``"refuse"``
    """

    model: Path | None = None
    threshold: float | None = None
    max_false_positive_rate: float | None = None
    hold_from: float | None = None
    on_flag: str = HOLD


def chosen() -> Chosen:
    """Read the setting.  Raises `ImproperlyConfigured`, with all that is wrong, if it cannot be followed."""
    given = getattr(settings, "MODSPAM", {})
    wrong = list(faults(given))
    if wrong:
        raise ImproperlyConfigured("; ".join(wrong))
    values = {name.lower(): value for name, value in given.items() if value is not None}
    if "model" in values:
        values["model"] = Path(values["model"])
    return Chosen(**values)


def faults(given: Any) -> Iterator[str]:
    """Say all that is wrong with a value of the setting."""
    if not isinstance(given, dict):
        yield f"MODSPAM is a dictionary, not {type(given).__name__}"
        return
    unknown = [str(name) for name in given if name not in _NAMES]
    if unknown:
        yield f"MODSPAM has no {', '.join(unknown)}: it knows {', '.join(_NAMES)}"
    model = given.get("MODEL")
    if model is not None and not (isinstance(model, str | Path) and Path(model).is_absolute()):
        yield f"MODSPAM['MODEL'] is a whole path, such as BASE_DIR / 'site.model', not {model!r}"
    for name in _NUMBERS:
        value = given.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1):
            yield f"MODSPAM[{name!r}] is a number from 0 to 1, not {value!r}"
            return
    threshold, hold_from = given.get("THRESHOLD"), given.get("HOLD_FROM")
    if threshold is not None and given.get("MAX_FALSE_POSITIVE_RATE") is not None:
        yield "MODSPAM has THRESHOLD and MAX_FALSE_POSITIVE_RATE: give one, for each decides the other"
    if threshold is not None and hold_from is not None and hold_from > threshold:
        yield f"MODSPAM['HOLD_FROM'] is at most the threshold, {threshold}, not {hold_from}"
    on_flag = given.get("ON_FLAG")
    if on_flag not in {None, HOLD, REFUSE}:
        yield f"MODSPAM['ON_FLAG'] is {HOLD!r} or {REFUSE!r}, not {on_flag!r}"


def current_moderator() -> Moderator:
    """Give the moderator that serves the model in use.

    Raises `ImproperlyConfigured` and `modspam.SettingError`.
    """
    choice = chosen()
    return _current(choice.model, choice.threshold, choice.max_false_positive_rate, choice.hold_from).moderator()


@lru_cache(maxsize=4)  # the settings change in tests only
def _current(
    path: Path | None, threshold: float | None, max_false_positive_rate: float | None, hold_from: float | None
) -> CurrentModel:
    return CurrentModel(path, threshold=threshold, max_false_positive_rate=max_false_positive_rate, hold_from=hold_from)
