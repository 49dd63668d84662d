"""Files: written whole or not at all, and known again by their digest."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from typing import BinaryIO, cast

from modspam.errors import OutputError

__all__ = ["Stamp", "digest_of", "replaced", "stamp_of"]

Stamp = tuple[int, int, int]


def digest_of(path: Path) -> str:
    """Give a file's SHA-256 in hexadecimal, without holding the file in memory."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def stamp_of(path: Path) -> Stamp:
    """Know a file again until it is written to or replaced: its date, which file it is, and its size."""
    status = os.stat(path)  # noqa: PTH116 - each comment may look, and this is the faster way
    return status.st_mtime_ns, status.st_ino, status.st_size


@contextmanager
def replaced(target: Path, mode: int = 0o644) -> Iterator[BinaryIO]:
    """Give a file to write to, which takes the place of ``target`` when the block ends without an error.

    Folders on the way are made.  Raises `OutputError`, before the block begins, if nothing can be written there.
    """
    try:
        draft, file = _draft(target)
    except OSError as error:
        raise OutputError(
            f"{target} cannot be written: {error.strerror or error}; give the name of a file in a folder of yours"
        ) from error
    with file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            draft.chmod(mode)
            draft.replace(target)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise


def _draft(target: Path) -> tuple[Path, BinaryIO]:
    """Open a new file beside the target, readable by nobody else."""
    from tempfile import NamedTemporaryFile  # a check writes nothing, and starts sooner without it

    if target.is_dir():
        raise IsADirectoryError(None, "it is a folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    file = NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False)  # noqa: SIM115 - the caller closes it
    return Path(file.name), cast(BinaryIO, file)
