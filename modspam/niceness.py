"""Letting other programs go first, on systems that know how."""

import os

from modspam.errors import SettingError

__all__ = ["give_way"]

_NICEST = 19


def give_way(niceness: int) -> None:
    """Run this process, and those that it starts, with at least this niceness; 0 changes nothing.

    Whoever started it may have been nicer already.  Raises `SettingError` if it is not 0 to 19.
    """
    if not 0 <= niceness <= _NICEST:
        raise SettingError(f"--nice is 0 to {_NICEST}, not {niceness}")
    if hasattr(os, "nice"):  # Windows has none
        os.nice(max(niceness - os.nice(0), 0))
