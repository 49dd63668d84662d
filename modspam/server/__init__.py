"""A server that judges comments for every CMS: Akismet's protocol, BlogSpam's, and an API of its own.

``modspam serve`` runs it (`modspam.server.run`).  For another ASGI server ``modspam.server:app`` is the
application, made when it is first asked for, with the settings of the environment (`Settings`).
It needs the extra ``modspam[server]``.
"""

import typing as _typing

from modspam.errors import MissingExtraError as _MissingExtraError

try:
    from modspam.server.application import create_app
    from modspam.server.settings import Settings
except ModuleNotFoundError as _error:
    if (_error.name or "").startswith("modspam"):
        raise
    raise _MissingExtraError(f"the server needs the package {_error.name}: pip install 'modspam[server]'") from _error

__all__ = ["Settings", "app", "create_app"]

if _typing.TYPE_CHECKING:
    from modspam.server.application import Application

    app: Application
else:
    _made = []

    def __getattr__(name: str) -> object:
        """Make the application when it is asked for."""
        if name != "app":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        if not _made:
            _made.append(create_app())
        return _made[0]
