"""The model in use: loaded when first needed, and again when its file has been replaced."""

import logging
from pathlib import Path
from threading import Lock

from modspam.errors import ModspamError, SettingError
from modspam.files import Stamp, stamp_of
from modspam.moderator import Moderator

__all__ = ["CurrentModel"]

_logger = logging.getLogger("modspam")
_NEVER_LOOKED = object()


class CurrentModel:
    """The model at a path, which another process may replace at any time; threads may share it.

    - ``path``: the model file; while there is none, and with ``None``, the bundled model is in use
    - ``threshold``, ``max_false_positive_rate``, ``hold_from``: as for `Moderator.load`, but where the
      threshold of a newer model is below ``hold_from``, nothing is held

    A file that is no model is logged, once, and the model before stays in use.

    >>> CurrentModel(None).moderator().check("Thank you, the second diagram made it click.").flagged
    False
    """

    def __init__(
        self,
        path: Path | None,
        *,
        threshold: float | None = None,
        max_false_positive_rate: float | None = None,
        hold_from: float | None = None,
    ) -> None:
        self._path = path
        self._threshold = threshold
        self._max_false_positive_rate = max_false_positive_rate
        self._hold_from = hold_from
        self._lock = Lock()
        self._moderator: Moderator | None = None
        self._seen: object = _NEVER_LOOKED

    def moderator(self) -> Moderator:
        """Give the moderator that serves what is at the path now; asking costs a look at the file's date.

        Raises `SettingError` if a setting is out of its range.
        """
        found = self._stamp()
        moderator = self._moderator
        if moderator is not None and found == self._seen:
            return moderator
        with self._lock:
            if self._moderator is None or found != self._seen:
                self._moderator = self._loaded(exists=found is not None)
                self._seen = found
            return self._moderator

    def _stamp(self) -> Stamp | None:
        """Know the file again, or say that there is none."""
        if self._path is None:
            return None
        try:
            return stamp_of(self._path)
        except FileNotFoundError:
            return None
        except OSError:
            return 0, 0, 0  # loading it will say what is the matter

    def _loaded(self, *, exists: bool) -> Moderator:
        if not exists:
            return self._load(None)
        try:
            return self._load(self._path)
        except SettingError:
            if self._moderator is None:
                raise
            _logger.exception("the model before %s stays in use", self._path)
        except (ModspamError, OSError) as error:
            stays = "the model before it stays in use" if self._moderator else "the bundled model is used instead"
            _logger.error("%s; %s", error, stays)  # noqa: TRY400 - the message says all
        return self._moderator or self._load(None)

    def _load(self, path: Path | None) -> Moderator:
        moderator, _ = Moderator.load_copy(
            path,
            threshold=self._threshold,
            max_false_positive_rate=self._max_false_positive_rate,
            hold_from=self._hold_from,
        )
        return moderator
