"""What can be chosen about the server, and how it reaches the workers: through the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_type_hints

from modspam.defaults import DISCARD_FROM, RETENTION_DAYS
from modspam.errors import SettingError

__all__ = ["Settings"]

_PREFIX = "MODSPAM_"
_YES, _NO = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Choices about the server; each can be given as ``MODSPAM_`` and its name in the environment.

    - ``store``: the database, see `modspam.store.Store.open`; None is the default one
    - ``models``: folder with the sites' own models, None for none
    - ``copies``: folder of this server alone, with copies of models for its workers to map together; None for one
      in the memory of each
    - ``model``: the model of the sites that have none of their own, None for the bundled one
    - ``threshold``, ``max_false_positive_rate``, ``hold_from``: see `modspam.Moderator.load`; a site's own
      model whose threshold is below ``hold_from`` holds nothing
    - ``discard_from``: probability, 0..1, from which on spam may be thrown away unseen
    - ``shadow``: answer keep to everything, and only log and store what would have been said
    - ``keyless``: while the store has no key, answer without one; to clients on this machine alone
    - ``callback_days``: a site is told when a newer model changes the verdict on a comment of so many days, 0 to
      ``retention_days``; 0 is never
    - ``retention_days``: days after which checks are deleted, 1 or more
    - ``log_format``: ``json`` or ``text``
    - ``body_limit``: bytes that a request's body may have
    - ``body_seconds``: seconds that it may take to arrive
    - ``commit_wait``: seconds that a verdict waits for its check to be stored; it is given then in any case
    """

    store: str | None = None
    models: Path | None = None
    copies: Path | None = None
    model: Path | None = None
    threshold: float | None = None
    max_false_positive_rate: float | None = None
    hold_from: float | None = None
    discard_from: float = DISCARD_FROM
    shadow: bool = False
    keyless: bool = False
    callback_days: int = 0
    retention_days: int = RETENTION_DAYS
    log_format: str = "json"
    body_limit: int = 1 << 20
    body_seconds: float = 10.0
    commit_wait: float = 0.02

    def __post_init__(self) -> None:
        """Raise `SettingError` for a choice out of its range; what the model decides is checked when it is loaded."""
        if not 0 <= self.discard_from <= 1:
            raise SettingError(f"spam can be thrown away from a probability of 0 to 1 on, not {self.discard_from}")
        if self.retention_days < 1:
            raise SettingError(f"checks are kept for 1 day or more, not {self.retention_days}")
        if not 0 <= self.callback_days <= self.retention_days:
            raise SettingError(
                f"sites can be called about 0 to {self.retention_days} days, for which checks are kept, "
                f"not {self.callback_days}"
            )
        if self.log_format not in {"json", "text"}:
            raise SettingError(f"logs are written as json or text, not {self.log_format!r}")
        if self.body_limit < 1 or not self.body_seconds > 0 or not self.commit_wait >= 0:
            raise SettingError(
                "a body has 1 byte or more and some seconds to arrive; a verdict waits 0 seconds or more"
            )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings that stand in the environment; raises `SettingError` for one that cannot be read.

        >>> Settings.from_environment({"MODSPAM_SHADOW": "1", "MODSPAM_THRESHOLD": "0.9"}).threshold
        0.9
        """
        environment = os.environ if environment is None else environment
        kinds = get_type_hints(cls)
        given: dict[str, Any] = {}
        for field in fields(cls):
            name = _PREFIX + field.name.upper()
            if name in environment:
                given[field.name] = _read(name, environment[name], kinds[field.name])
        return cls(**given)

    def to_environment(self) -> dict[str, str]:
        """Write the settings as `from_environment` reads them."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            _PREFIX + name.upper(): str(int(value)) if isinstance(value, bool) else str(value)
            for name, value in given.items()
            if value is not None
        }


def _read(name: str, text: str, kind: Any) -> Any:
    kind = next((argument for argument in get_args(kind) if argument is not NoneType), kind)
    try:
        if kind is bool:
            if text.lower() not in _YES | _NO:
                raise ValueError  # noqa: TRY301 - told below, like a number that is none
            return text.lower() in _YES
        return kind(text)
    except ValueError as error:
        raise SettingError(f"{name} is {text!r} in the environment: give it as {kind.__name__}") from error
