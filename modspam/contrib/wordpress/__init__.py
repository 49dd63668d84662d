"""WordPress: the must-use plugin that points the stock Akismet plugin at one's own modspam.

Leaves out the rest of the way, which docs/wordpress.md goes step by step.
"""

import re
from importlib.resources import files
from urllib.parse import urlsplit

import modspam
from modspam.errors import SettingError

__all__ = ["must_use_plugin"]

# What RFC 3986 lets stand in a scheme, a host, a port and a path, but for the quote.
_ALLOWED = re.compile(r"[A-Za-z0-9\-._~:/\[\]!$&()*+,;=%@]*")


def must_use_plugin(server: str) -> str:
    """Write the plugin, as PHP, for a modspam server at this address: http or https, with or without a path.

    Raises `SettingError` if the address is none that WordPress could ask.

    >>> "const SERVER = 'https://spam.example.org';" in must_use_plugin("https://spam.example.org/").splitlines()
    True
    """
    template = files(__name__).joinpath("modspam.php").read_text(encoding="utf-8")
    return template.replace("@VERSION@", modspam.__version__).replace("@SERVER@", _quoted(_checked(server)))


def _checked(server: str) -> str:
    """Give the address as the plugin uses it: without the slash at its end."""
    try:
        parts = urlsplit(server)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise SettingError(f"the server's address cannot be read ({error}): {server!r}") from error
    if not server.isascii():
        raise SettingError(f"write the server's address in ASCII (xn--... for such a host): {server!r}")
    if parts.scheme not in {"http", "https"} or not host or not _ALLOWED.fullmatch(server):
        raise SettingError(f"the server's address must be like https://spam.example.org:8799, not {server!r}")
    if parts.username is not None:
        raise SettingError("the server's address has no name or password in it: the key goes into Akismet's settings")
    if f".{host}".endswith(".akismet.com"):
        raise SettingError(f"{host} is Akismet's own server: give the address of your modspam")
    return server.rstrip("/")


def _quoted(text: str) -> str:
    """Escape what ends or alters a PHP string in single quotes."""
    return text.replace("\\", "\\\\").replace("'", "\\'")
