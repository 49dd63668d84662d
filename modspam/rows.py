"""Rows of comments, streamed from one file in constant memory.

| file                             | a row                                                          |
|----------------------------------|----------------------------------------------------------------|
| ``.jsonl``                       | a line with a JSON object; empty lines are passed over         |
| ``.csv``                         | a record under a header that names the columns                 |
| ``.jsonl.gz``, ``.csv.zst``, ... | the same, compressed with gzip or Zstandard                    |
| ``.parquet``                     | a row; times come as text, numbers that are none as null       |

Zstandard needs ``modspam[zstd]`` and Parquet ``modspam[parquet]``.

Leaves out what the fields say: `modspam.corpora` reads labels, `modspam.bulk` scores.
"""

import codecs
import csv
import gzip
import io
import json
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from modspam.comment import FIELD_NAMES
from modspam.errors import CorpusError, MissingExtraError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["SUFFIXES", "Row", "RowFile", "reading"]

_JSONL = (".jsonl", ".jsonl.gz", ".jsonl.zst")
_CSV = (".csv", ".csv.gz", ".csv.zst")
SUFFIXES = (*_JSONL, *_CSV, ".parquet")

_NOT_UTF8 = "not UTF-8: convert the file, for example with iconv"
_ZSTD_READ = 1 << 13  # bytes unpacked at a time; a byte can unfold to thousands
_ZSTD_WINDOW = 1 << 31  # the longest that Zstandard has (--long=31): archives of comments use it
_PARQUET_ROWS = 256  # unpacked at a time
_PARQUET_BUFFER = 1 << 20  # bytes of a column read at a time; without it a whole column of a row group is


class Row(NamedTuple):
    """One row as it stands in its file.

    - ``line``: the line that it ends on, from 1; in a Parquet file the row's number
    - ``content``: the line of a JSONL file, without white space at its ends; the fields of a CSV or
      Parquet row by name; or the bare fields of a CSV row that is broken
    - ``fault``: what is wrong with such a row
    """

    line: int
    content: bytes | dict[str, Any] | list[str]
    fault: str = ""

    def fields(self) -> dict[str, Any]:
        """Give the fields by name.  Raises `CorpusError`, which says what is wrong but not where."""
        if isinstance(self.content, dict):
            return self.content
        if isinstance(self.content, list):
            raise CorpusError(self.fault)
        try:
            row = json.loads(self.content.decode())
        except UnicodeDecodeError as error:
            raise CorpusError(_NOT_UTF8) from error
        except (ValueError, RecursionError) as error:
            raise CorpusError(f"broken JSON ({error})") from error
        if not isinstance(row, dict):
            raise CorpusError(f"a JSON object was expected, not {type(row).__name__}")
        return row

    def raw(self) -> str | list[str]:
        r"""Give a broken row as text, for a person to look at; a byte that is no UTF-8 is shown as ``\xe9``."""
        if isinstance(self.content, bytes):
            return self.content.decode("utf-8", "backslashreplace")
        return [field.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace") for field in self.content]


class _Opened(NamedTuple):
    """A file whose beginning has been read: its columns if it names them, its rows, the bytes that are read."""

    columns: tuple[str, ...] | None
    rows: Iterator[Row]
    position: Callable[[], int]


class RowFile:
    """A file of rows, open for reading once.  Use it in a ``with`` statement and iterate over it.

    - ``columns``: the names in the header of a CSV or Parquet file; None for JSONL
    - ``size``: bytes, compressed as they are
    - ``modified``: when it was last changed, in nanoseconds since 1970

    Raises `CorpusError` that names the file, and the line where there is one: no such file, a kind
    that is not known, no text among the columns, bytes that are damaged or UTF-16, or a file that
    changed while it was read.  `MissingExtraError` if a package is needed to read it.  A row that is
    broken by itself raises when it is asked for its fields, and the next one can still be read.
    """

    def __init__(self, path: Path) -> None:
        """Open the file and read its header."""
        self.path = path
        with reading(path), ExitStack() as stack:
            opener = _opener(path)
            self._file = stack.enter_context(path.open("rb"))
            status = os.fstat(self._file.fileno())
            self.size, self.modified = status.st_size, status.st_mtime_ns
            self.columns, self._rows, self._position = opener(self._file, path)
            stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Row]:
        line = 0
        try:
            with reading(self.path, lambda: line):
                for row in self._rows:
                    line = row.line
                    yield row
        except CorpusError:
            self._check_unchanged()  # which would explain it better
            raise
        self._check_unchanged()

    @property
    def position(self) -> int:
        """How far the file has been read: bytes, 0..``size``."""
        return self._position()

    def place(self, row: Row) -> str:
        """Say where the row stands."""
        return f"{self.path}, {'row' if self.path.suffix == '.parquet' else 'line'} {row.line}"

    def _check_unchanged(self) -> None:
        status = os.fstat(self._file.fileno())
        if (status.st_size, status.st_mtime_ns) != (self.size, self.modified):
            raise CorpusError(f"{self.path} changed while it was read: read a copy, or wait until it is complete")


@contextmanager
def reading(path: Path, line: Callable[[], int] = lambda: 0) -> Iterator[None]:
    """Turn what goes wrong with a file in this block into a `CorpusError` that names it.

    ``line`` says which line was the last that could be read, if there was one.
    """
    try:
        yield
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path} is {_NOT_UTF8}") from error
    except (gzip.BadGzipFile, EOFError, zlib.error, csv.Error, _DamageError) as error:
        after = f" (after line {line()})" if line() else ""
        raise CorpusError(f"{path} is damaged: {error}{after}; write it again, or fetch it again") from error
    except FileNotFoundError as error:
        raise CorpusError(f"no file at {path}") from error
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror or error}") from error


class _DamageError(Exception):
    """What an extra's package says of a damaged file."""


def _opener(path: Path) -> Callable[[io.BufferedReader, Path], _Opened]:
    if not path.name.endswith(SUFFIXES):
        raise CorpusError(f"{path} is of no known kind: comments come as {', '.join(SUFFIXES)}")
    if path.suffix == ".parquet":
        return _open_parquet
    return _open_csv if path.name.endswith(_CSV) else _open_jsonl


def _open_jsonl(file: io.BufferedReader, path: Path) -> _Opened:
    return _Opened(None, _jsonl_rows(_unpacked(file, path)), file.tell)


def _jsonl_rows(lines: io.BufferedReader) -> Iterator[Row]:
    for number, line in enumerate(lines, start=1):
        # The byte order mark that some editors write is passed over.
        content = (line.removeprefix(codecs.BOM_UTF8) if number == 1 else line).strip()
        if content:
            yield Row(number, content)


def _open_csv(file: io.BufferedReader, path: Path) -> _Opened:
    # A field is as long as a comment may be; the module's default of 128 kB is not.
    csv.field_size_limit(1 << 30)
    # Bytes that are no UTF-8 come as lone surrogates, which UTF-8 has none of: so the row can be told.
    text = io.TextIOWrapper(_unpacked(file, path), encoding="utf-8-sig", errors="surrogateescape", newline="")
    reader = csv.reader(text, strict=True)
    columns = tuple(next(reader, ()))
    if not _is_utf8(columns):
        raise CorpusError(f"{path}, line {reader.line_num}: {_NOT_UTF8}")
    _check_columns(columns, path)

    def rows() -> Iterator[Row]:
        for values in reader:
            if values:
                yield _csv_row(reader.line_num, columns, values)
        text.detach()  # or it would close the file when it is collected

    return _Opened(columns, rows(), file.tell)


def _csv_row(line: int, columns: Sequence[str], values: list[str]) -> Row:
    if not _is_utf8(values):
        return Row(line, values, _NOT_UTF8)
    if any(values[len(columns) :]):
        fault = f"{len(values)} fields under {len(columns)} columns: put a text that holds commas into quotation marks"
        return Row(line, values, fault)
    return Row(line, dict(zip(columns, values, strict=False)))


def _is_utf8(values: Sequence[str]) -> bool:
    try:
        "".join(values).encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_columns(columns: Sequence[str], path: Path) -> None:
    listed = ", ".join(sorted(columns)) or "none"
    if not set(columns) & set(FIELD_NAMES["text"]):
        raise CorpusError(f"{path} has no column 'text' (or 'comment_content'); its columns are: {listed}")
    twice = next((column for column in columns if columns.count(column) > 1), None)
    if twice is not None:
        raise CorpusError(f"{path} has more than one column {twice!r}: give each a name of its own")


def _unpacked(file: io.BufferedReader, path: Path) -> io.BufferedReader:
    unpacked: io.BufferedReader
    if path.suffix == ".gz":
        unpacked = io.BufferedReader(gzip.GzipFile(fileobj=file))
    elif path.suffix == ".zst":
        unpacked = io.BufferedReader(_Pieces(_zstd_pieces(file)))
    else:
        unpacked = file
    if unpacked.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise CorpusError(f"{path} is UTF-16: convert it, for example with iconv -f UTF-16 -t UTF-8")
    return unpacked


class _Pieces(io.RawIOBase):
    """A file made of pieces of bytes, as they come."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        room = memoryview(buffer)
        count = min(len(room), len(self._left))
        room[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


def _zstd_pieces(file: io.BufferedReader) -> Iterator[bytes]:
    """Unpack frame after frame: a file may have several, and only a frame knows whether it is complete."""
    try:
        import zstandard
    except ImportError as error:
        raise MissingExtraError("reading .zst needs the package zstandard: pip install 'modspam[zstd]'") from error
    unpacker = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    packed = file.read(_ZSTD_READ)
    try:
        while packed:
            frame = unpacker.decompressobj()
            yield frame.decompress(packed)
            while not frame.eof:
                packed = file.read(_ZSTD_READ)
                if not packed:
                    raise EOFError("it ends too early")
                yield frame.decompress(packed)
            packed = frame.unused_data or file.read(_ZSTD_READ)
    except zstandard.ZstdError as error:
        raise _DamageError(str(error)) from error


def _open_parquet(file: io.BufferedReader, path: Path) -> _Opened:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtraError("reading Parquet needs the package pyarrow: pip install 'modspam[parquet]'") from error
    size = os.fstat(file.fileno()).st_size
    try:
        table = parquet.ParquetFile(file, buffer_size=_PARQUET_BUFFER, page_checksum_verification=True)
    except (pa.ArrowException, OSError) as error:
        raise _DamageError(str(error)) from error
    columns = tuple(table.schema_arrow.names)
    _check_columns(columns, path)
    for column in table.schema_arrow:
        if column.name in _KNOWN_COLUMNS and not _is_text(column.type):
            raise CorpusError(
                f"{path}, column {column.name!r} holds {column.type} where text is expected: "
                "write it as strings, or give this name to the column that has them"
            )
    number = 0

    def rows() -> Iterator[Row]:
        nonlocal number
        try:
            for batch in table.iter_batches(_PARQUET_ROWS, use_threads=False):
                plain = pa.table({name: _plain(batch.column(name)) for name in columns})
                for fields in plain.to_pylist():
                    number += 1
                    yield Row(number, fields)
        except (pa.ArrowException, OSError) as error:
            raise _DamageError(str(error)) from error

    return _Opened(columns, rows(), lambda: size * number // max(table.metadata.num_rows, 1))


_KNOWN_COLUMNS = frozenset(name for names in FIELD_NAMES.values() for name in names)


def _is_text(kind: Any) -> bool:
    from pyarrow import types

    if types.is_dictionary(kind):
        kind = kind.value_type
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _plain(column: Any) -> Any:
    """Make values that JSON has none of into such as it has: times text, NaN and the infinities null."""
    import pyarrow as pa
    from pyarrow import compute, types

    if types.is_floating(column.type):
        return compute.if_else(compute.is_finite(column), column, None)
    if types.is_temporal(column.type) and not types.is_interval(column.type):
        return compute.cast(column, pa.string())
    return column
