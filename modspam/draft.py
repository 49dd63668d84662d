"""An output that is whole or not there, and that the next run goes on with if one was stopped.

| file                  | what it holds                                                      |
|-----------------------|--------------------------------------------------------------------|
| ``OUTPUT.part``       | the lines that are done; it becomes ``OUTPUT`` when all of them are |
| ``OUTPUT.part.json``  | what they are made of: input, model, options                       |

Leaves out what the lines say.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from modspam.errors import OutputError

__all__ = ["Draft", "write_all"]


class Draft:
    """The unfinished output, locked against other runs.  Use it in a ``with`` statement.

    ``made_of`` (values of JSON) says what decides the lines: a draft is only continued by a run that
    says the same.  With ``restart`` a draft is begun anew, and ``OUTPUT``, if there is one, is
    replaced in the end.

    Raises `OutputError`: the output is there already, the draft is of something else, another run is
    writing it, the disk is full.  Whatever happens, lines that were written stay.
    """

    def __init__(self, output: Path, made_of: Mapping[str, Any], *, restart: bool = False) -> None:
        """Open the draft or begin it."""
        self._output = output
        self._part = output.with_name(f"{output.name}.part")
        self._note = output.with_name(f"{output.name}.part.json")
        self._restart = restart
        if output.is_dir():
            raise OutputError(f"{output} is a folder: name a file in it")
        if output.exists() and not restart and not (self._part.exists() and self._part.stat().st_size):
            # With lines in the draft, an earlier run was told to replace it.
            raise OutputError(f"{output} is there already: choose another name, or replace it with --restart")
        with self._writing():
            output.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._part.open("ab", buffering=0)
            try:
                self._lock()
                if restart:
                    self._file.truncate(0)
                if self._part.stat().st_size:
                    self._check(made_of)
                else:
                    self._note.write_text(json.dumps(made_of, indent=1) + "\n", encoding="utf-8")
            except BaseException:
                self._file.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def how_to_go_on(self) -> str:
        """What to tell somebody whose run has stopped."""
        again = "the command again without --restart" if self._restart else "the same command again"
        return f"what is done is kept in {self._part}: run {again} to go on"

    def lines(self) -> Iterator[bytes]:
        """Give the lines that are there; what was written of one more is cut off."""
        whole = 0
        with self._part.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    whole += len(line)
                    yield line
        self._file.truncate(whole)

    def write(self, lines: bytes) -> None:
        """Add lines; a process that is killed from here on leaves them there."""
        with self._writing(f"; {self.how_to_go_on}"):
            write_all(self._file, lines)

    def finish(self) -> None:
        """Give the draft the output's name."""
        with self._writing(f"; {self.how_to_go_on}"):
            os.fsync(self._file.fileno())
            self._file.close()
            self._part.replace(self._output)
            self._note.unlink(missing_ok=True)

    def _lock(self) -> None:
        try:
            import fcntl
        except ImportError:  # Windows
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            another = not os.path.samestat(os.fstat(self._file.fileno()), self._part.stat())  # it has just finished
        except (BlockingIOError, FileNotFoundError):
            another = True
        except OSError:  # a file system without locks
            return
        if another:
            raise OutputError(f"{self._part} is being written by another run: wait for it, or choose another output")

    def _check(self, made_of: Mapping[str, Any]) -> None:
        noted: Any = None
        with suppress(OSError, ValueError):
            noted = json.loads(self._note.read_text(encoding="utf-8"))
        if not isinstance(noted, dict):
            noted = {}
        other = [name for name, value in made_of.items() if noted.get(name) != value]
        if other:
            raise OutputError(
                f"{self._part} was begun with something else ({', '.join(other)}): run what it was begun with, "
                "choose another output, or begin anew with --restart"
            )

    @contextmanager
    def _writing(self, advice: str = "") -> Iterator[None]:
        try:
            yield
        except OutputError:
            raise
        except OSError as error:
            raise OutputError(f"{self._part} cannot be written: {error.strerror}{advice}") from error


def write_all(file: FileIO, content: bytes) -> None:
    """Write to a file without a buffer, which may take less at once than it is given."""
    left = memoryview(content)
    while left:
        left = left[file.write(left) or 0 :]
