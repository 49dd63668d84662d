"""What a moderator remembers: keys, checks and labels, in SQLite or PostgreSQL; see ``docs/store.md``.

Serving that keeps nothing never imports this.  It needs the extra ``modspam[store]``.
"""

from modspam.errors import MissingExtraError

try:
    from modspam.store.records import Callback, Check, Counts, Feedback, Key, Recheck, Site
    from modspam.store.store import Store
except ModuleNotFoundError as error:
    if (error.name or "").startswith("modspam"):
        raise
    raise MissingExtraError(f"the store needs the package {error.name}: pip install 'modspam[store]'") from error

__all__ = ["Callback", "Check", "Counts", "Feedback", "Key", "Recheck", "Site", "Store"]
