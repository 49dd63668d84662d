"""Labels that people give while they moderate, kept in a file that ``modspam train`` takes.

One JSON object a line, added to the end.  Of the person who wrote the comment it keeps what the model learns
from, the name and the address typed into the form, and no e-mail.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from typing import Any

from modspam.comment import Comment
from modspam.draft import write_all
from modspam.errors import OutputError

__all__ = ["append", "row_of"]

_FIELDS = ("text", "author", "author_url", "page_title", "permalink")


def row_of(comment: Comment, spam: bool, site: str = "") -> dict[str, Any]:
    """Give a label as a row of values for JSON, as `modspam.corpora.read_examples` reads it.

    >>> row_of(Comment("First!", author="Ana"), spam=False)
    {'label': 'ham', 'text': 'First!', 'author': 'Ana'}
    """
    fields = {name: getattr(comment, name) for name in _FIELDS} | {"site": site}
    return {"label": "spam" if spam else "ham", "text": comment.text} | {k: v for k, v in fields.items() if v}


def append(path: Path, comment: Comment, spam: bool, site: str = "") -> None:
    """Add one label to a file, whole or not at all; several processes may do so at once.

    The file is made, with its folder, if it is not there, readable by its owner alone.  When this returns the
    label is on the disk.  Raises `OutputError` if it cannot be written; the file is then as before.
    """
    row = row_of(comment, spam, site) | {"at": datetime.now(UTC).isoformat(timespec="seconds")}
    line = json.dumps(row).encode("ascii") + b"\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with FileIO(descriptor, "r+") as file, _alone(file):
            _add(file, line)
    except OSError as error:
        raise OutputError(f"{path} cannot be written ({error.strerror}), so the label is not kept") from error


def _add(file: FileIO, line: bytes) -> None:
    """Add a line; one that a process left half written, for it was killed, is ended first."""
    end = file.seek(0, os.SEEK_END)
    if end:
        file.seek(end - 1)
        if file.read(1) != b"\n":
            line = b"\n" + line
    try:
        write_all(file, line)
        os.fsync(file.fileno())
    except OSError:
        with suppress(OSError):
            file.truncate(end)
        raise


@contextmanager
def _alone(file: FileIO) -> Iterator[None]:
    """Keep other processes and threads from writing until the block ends, where the system has locks."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    with suppress(OSError):  # a file system without locks
        fcntl.flock(file, fcntl.LOCK_EX)
    yield  # closing the file gives the lock back
