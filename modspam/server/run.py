"""Running the server: what is refused before it listens, its workers, and its end."""

import os
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import uvicorn

from modspam.errors import SettingError
from modspam.moderator import Moderator
from modspam.server.keyring import is_loopback
from modspam.server.logs import configure
from modspam.server.settings import Settings
from modspam.store import Store

__all__ = ["serve"]

_GRACE = 30  # seconds for requests in flight, when it is stopped
_METRICS = "PROMETHEUS_MULTIPROC_DIR"


def serve(host: str, port: int, workers: int, chosen: Mapping[str, Any]) -> int:
    """Serve until stopped; ``chosen`` are settings that are stronger than the environment's.  Returns an exit code.

    Raises `SettingError` if it would be open to others without keys, or cannot listen there; `StoreError`;
    and what `Moderator.load` raises.
    """
    if workers < 1:
        raise SettingError(f"at least 1 worker is needed, not {workers}")
    local = _is_here(host)
    settings = replace(Settings.from_environment(), **chosen, keyless=local)
    Moderator.load(
        settings.model,
        threshold=settings.threshold,
        max_false_positive_rate=settings.max_false_positive_rate,
        hold_from=settings.hold_from,
    )
    with Store.open(settings.store) as store:
        if not local and not store.has_keys():
            raise SettingError(
                f"{host} can be reached by others, and there are no keys: make one for your site first, with "
                f"'modspam keys create https://your.site{f' --store {settings.store}' if settings.store else ''}'"
            )
    _check_address(host, port)
    configure(settings.log_format)
    signal.signal(signal.SIGTERM, _leave)
    with _common_folder(workers) as folder:
        os.environ.update(replace(settings, copies=folder).to_environment())
        uvicorn.run(
            "modspam.server:app", host=host, port=port, workers=workers, lifespan="on", log_config=None,
            access_log=False, server_header=False, proxy_headers=False, ws="none", timeout_graceful_shutdown=_GRACE,
        )  # fmt: skip
    return 0


def _leave(_: int, __: FrameType | None) -> NoReturn:
    """End without an error; the web server calls this when it has answered what was in flight."""
    sys.exit(0)


def _is_here(host: str) -> bool:
    """Whether only this machine can reach a host."""
    if host == "localhost":
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        return all(is_loopback(str(address[0])) for *_, address in found)
    return is_loopback(host)


def _check_address(host: str, port: int) -> None:
    """Raise `SettingError` if nothing can listen there: the web server would say so less plainly."""
    try:
        family, kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError) as error:
        raise SettingError(
            f"cannot listen on {host}, port {port} ({error}): choose others with --host and --port"
        ) from error


@contextmanager
def _common_folder(workers: int) -> Iterator[Path | None]:
    """Give several workers a folder for copies of models, and one to count in before any imports the metrics."""
    if workers == 1:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="modspam-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if _METRICS not in os.environ:
            (folder / "metrics").mkdir()
            os.environ[_METRICS] = str(folder / "metrics")
        yield folder / "copies"
