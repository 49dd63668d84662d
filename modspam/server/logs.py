"""Structured logs: one line an event, of facts that are named one by one.

What people wrote, their addresses and the sites' keys are never among the facts.  An exception is told
by its kind and its place in the code; its message, which may quote a comment, is left out.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, TextIO

from modspam.verdict import printable

__all__ = ["LOGGER", "configure", "failure", "log"]

LOGGER = logging.getLogger("modspam.server")
_FACTS = "modspam_facts"


def log(event: str, level: int = logging.INFO, **facts: Any) -> None:
    """Write a line: what happened, and the facts of it."""
    LOGGER.log(level, event, extra={_FACTS: facts})


def failure(event: str, error: BaseException, **facts: Any) -> None:
    """Write a line about an exception that nobody expected."""
    log(event, logging.ERROR, **_told(error), **facts)


def configure(form: str, stream: TextIO | None = None) -> None:
    """Send all lines to standard error, as ``json`` or ``text``: ours, and what other packages warn of."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text())
    root = logging.getLogger()
    root.handlers = [handler]
    for name in (LOGGER.name, "uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.setLevel(logging.INFO)
        logger.propagate = True
    # The web server's own line of each request would hold its address, in which there may be a key; the parser's
    # warnings quote what was sent.
    for name in ("uvicorn.access", "python_multipart"):
        logging.getLogger(name).disabled = True


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    facts: dict[str, Any] = getattr(record, _FACTS, {})
    if record.exc_info and record.exc_info[1]:
        facts = {**facts, **_told(record.exc_info[1])}
    return facts


def _told(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return {
        "error": type(error).__name__,
        "places": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _Json(logging.Formatter):
    """A line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"time": _time(record), "level": record.levelname.lower(), "event": record.getMessage()}
        return json.dumps({**line, **_facts(record)}, default=str)


class _Text(logging.Formatter):
    """A line for a person's eyes."""

    def format(self, record: logging.LogRecord) -> str:
        facts = " ".join(f"{name}={value}" for name, value in _facts(record).items())
        return printable(f"{_time(record)} {record.levelname.lower()} {record.getMessage()} {facts}".rstrip())
