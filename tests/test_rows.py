"""Rows out of files: every format and compression, what is damaged or has changed, and that memory stays flat."""

import gzip
import io
import json
import os
import random
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
import zstandard
from conftest import PROJECT
from pyarrow import parquet
from tables import bytes_of, packed

from modspam.corpora import load, read_examples
from modspam.errors import CorpusError, MissingExtraError
from modspam.rows import SUFFIXES, RowFile

ROWS = [
    {"text": "First: rye, spelt\nand wheat", "label": "ham", "author": "Žofie", "id": "007"},
    {"text": 'She said "rise"', "label": "ham", "author": "", "id": "1e5"},
    {"text": "Хлеб 好面包 \N{BREAD}", "label": "spam", "author": "O'Neil; DROP", "id": " 8 "},
]
DAMAGED = r"is damaged: .+; write it again, or fetch it again"


@pytest.fixture
def write(tmp_path):
    def write(name, data):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def fields_of(path):
    with RowFile(path) as rows:
        return [row.fields() for row in rows]


def many(count):
    """Make rows that do not compress to nothing."""
    chance = random.Random(0)  # noqa: S311 - filler, no secret
    return [{"text": f"Bread number {number}: {chance.random()}", "label": "ham"} for number in range(count)]


# Formats


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_kind_of_file_gives_the_same_rows(write, suffix):
    path = write(f"site{suffix}", bytes_of(suffix, ROWS))
    assert fields_of(path) == ROWS
    with RowFile(path) as rows:
        assert rows.columns == (None if ".jsonl" in suffix else tuple(ROWS[0]))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_kind_of_file_can_be_trained_on(write, suffix):
    examples, (source,) = load([write(f"site{suffix}", bytes_of(suffix, ROWS))])
    assert [(e.comment.text, e.comment.author, e.spam) for e in examples] == [
        (row["text"], row["author"], row["label"] == "spam") for row in ROWS
    ]
    assert (source.name, source.spam, source.ham) == ("site", 1, 2)


def test_rows_know_their_lines_and_those_of_parquet_their_numbers(write):
    def places(name, data):
        with RowFile(write(name, data)) as rows:
            return [rows.place(row).rpartition(", ")[2] for row in rows]

    assert places("a.jsonl", b'{"text": "a"}\n\n \r\n{"text": "b"}') == ["line 1", "line 4"]
    assert places("a.csv", b'text\n"a\nb"\n\nc\n') == ["line 3", "line 5"]
    assert places("a.parquet", bytes_of("a.parquet", ROWS)) == ["row 1", "row 2", "row 3"]


@pytest.mark.parametrize("suffix", [".jsonl.gz", ".jsonl.zst"])
def test_files_that_were_packed_in_parts_are_read_to_the_end(write, suffix):
    parts = [packed(suffix, json.dumps(row).encode() + b"\n") for row in ROWS]
    assert fields_of(write(f"log{suffix}", b"".join(parts))) == ROWS


def test_zstandard_with_the_longest_window_is_read(write):
    compressor = zstandard.ZstdCompressor(
        compression_params=zstandard.ZstdCompressionParameters(window_log=31, enable_ldm=True)
    ).compressobj()  # of unknown size, so the window counts
    data = compressor.compress(json.dumps(ROWS[0]).encode()) + compressor.flush()
    assert fields_of(write("archive.jsonl.zst", data)) == ROWS[:1]


def test_parquet_may_hold_text_in_all_of_its_ways_and_more_than_json_has(write):
    table = pa.table(
        {
            "text": pa.array(["one", "two", "one"]).dictionary_encode(),
            "author": pa.array(["Ana", None, "Bo"], pa.large_string()),
            "at": pa.array([datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), None, None], pa.timestamp("ns", "UTC")),
            "day": [date(2024, 5, 6), None, None],
            "rate": [0.5, float("nan"), float("inf")],
            "price": [Decimal("1.10"), None, None],
            "tags": [["a", "b"], [], None],
        }
    )
    path = write("a.parquet", b"")
    parquet.write_table(table, path)
    first, second, third = fields_of(path)
    assert first == {
        "text": "one",
        "author": "Ana",
        "at": "2024-05-06 07:08:09.000000000Z",
        "day": "2024-05-06",
        "rate": 0.5,
        "price": Decimal("1.10"),
        "tags": ["a", "b"],
    }
    assert (second["text"], second["author"], second["rate"], third["rate"]) == ("two", None, None, None)


def test_an_empty_file_of_lines_has_no_rows(write):
    assert fields_of(write("a.jsonl", b"")) == []
    assert fields_of(write("a.jsonl.gz", gzip.compress(b""))) == []
    assert fields_of(write("a.jsonl.zst", packed(".zst", b""))) == []


# Broken rows

BROKEN = {
    "no JSON": ("a.jsonl", b"Nice bread", "broken JSON", "Nice bread"),
    "no UTF-8": ("a.jsonl", b'{"text": "caf\xe9"}', "not UTF-8.*iconv", '{"text": "caf\\xe9"}'),
    "no object": ("a.jsonl", b"[1]", "a JSON object was expected, not list", "[1]"),
    "a field too many": ("a.csv", b"Bread, rye,ham,Ana", "4 fields under 3 columns", ["Bread", " rye", "ham", "Ana"]),
    "no UTF-8 in a table": ("a.csv", b"caf\xe9,ham,Ana", "not UTF-8.*iconv", ["caf\\xe9", "ham", "Ana"]),
}  # fmt: skip


@pytest.mark.parametrize(("name", "line", "fault", "raw"), BROKEN.values(), ids=BROKEN)
def test_a_broken_row_says_what_is_wrong_and_the_next_one_is_read(write, name, line, fault, raw):
    good = b"Bread,ham,Ana" if name == "a.csv" else b'{"text": "Bread", "label": "ham", "author": "Ana"}'
    header = b"text,label,author\n" if name == "a.csv" else b""
    path = write(name, header + b"\n".join([good, line, good]))
    with RowFile(path) as rows:
        first, broken, last = rows
    assert first.fields() == last.fields() == {"text": "Bread", "label": "ham", "author": "Ana"}
    with pytest.raises(CorpusError, match=fault):
        broken.fields()
    assert broken.raw() == raw
    with pytest.raises(CorpusError, match=rf"{name}, line {broken.line}: {fault}"):
        list(read_examples(path))


def test_fields_that_are_empty_may_be_too_many_and_those_at_the_end_may_be_left_out(write):
    path = write("a.csv", b"text,author,label\nBread,Ana,ham,,\nButter\n")
    assert fields_of(path) == [{"text": "Bread", "author": "Ana", "label": "ham"}, {"text": "Butter"}]


# Files that cannot be read


def parquet_of(**columns):
    buffer = io.BytesIO()
    parquet.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


REFUSED = {
    "an unknown kind": ("a.txt", b"", r"of no known kind: comments come as \.jsonl, "),
    "a table without text": ("a.csv.zst", packed(".zst", b"body,label\n"), "has no column 'text'.*: body, label"),
    "Parquet without text": ("a.parquet", parquet_of(body=["a"], id=[1]), "has no column 'text'.*: body, id"),
    "text of numbers": (
        "a.parquet",
        parquet_of(text=[1, 2]),
        "column 'text' holds int64 where text is expected: write it as strings, or",
    ),
    "text of nothing": ("a.parquet", parquet_of(comment_content=pa.nulls(2)), "'comment_content' holds null"),
    "authors by number": ("a.parquet", parquet_of(text=["a"], author=[1.5]), "column 'author' holds double"),
    "a name that stands twice": ("a.csv", b"text,id,id\na,1,2\n", "more than one column 'id'"),
    "UTF-16 lines": ("a.jsonl", '{"text": "a"}'.encode("utf-16"), "is UTF-16: .*iconv -f UTF-16"),
    "a UTF-16 table": ("a.csv.gz", gzip.compress("text\na\n".encode("utf-16")), "is UTF-16: .*iconv -f UTF-16"),
    "a header in Latin-1": ("a.csv", b"text,pr\xe9nom\n", "line 1: not UTF-8"),
    "no Zstandard": ("a.jsonl.zst", b'{"text": "a"}\n', DAMAGED),
    "no Parquet": ("a.parquet", b"text,label\n" * 10, DAMAGED),
    "an empty Parquet file": ("a.parquet", b"", DAMAGED),
}


@pytest.mark.parametrize(("name", "data", "message"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_cannot_be_read_is_refused_by_name(write, name, data, message):
    path = write(name, data)
    with pytest.raises(CorpusError, match=message) as caught:
        fields_of(path)
    assert str(caught.value).startswith(str(path))


def test_a_path_without_a_file_is_refused(tmp_path):
    with pytest.raises(CorpusError, match=r"no file at .*missing\.parquet"):
        RowFile(tmp_path / "missing.parquet")
    tmp_path.joinpath("folder.csv").mkdir()
    with pytest.raises(CorpusError, match=r"folder\.csv cannot be read: Is a directory"):
        RowFile(tmp_path / "folder.csv")


@pytest.mark.parametrize("suffix", [".jsonl.gz", ".csv.gz", ".jsonl.zst", ".csv.zst", ".parquet"])
def test_a_file_that_is_cut_short_is_refused_and_told_after_which_line(write, suffix):
    data = bytes_of(suffix, many(20_000))
    path = write(f"a{suffix}", data[: len(data) // 2])
    with pytest.raises(CorpusError, match=rf"a\{suffix} {DAMAGED}") as caught:
        fields_of(path)
    assert (suffix == ".parquet") or "(after line " in str(caught.value)


@pytest.mark.parametrize("suffix", [".jsonl.zst", ".parquet"])
def test_a_file_whose_middle_is_damaged_is_refused(write, suffix):
    rows = many(3000)
    data = bytearray(bytes_of(suffix, rows))
    if suffix == ".parquet":
        buffer = io.BytesIO()
        parquet.write_table(pa.Table.from_pylist(rows), buffer, write_page_checksum=True)
        data = bytearray(buffer.getvalue())
    data[len(data) // 3 : len(data) // 3 + 50] = bytes(50)
    with pytest.raises(CorpusError, match=DAMAGED):
        fields_of(write(f"a{suffix}", bytes(data)))


def read_while(path, change):
    """Read a file, and change it after the first rows."""
    with RowFile(path) as rows:
        for number, _ in enumerate(rows):
            if number == 3:
                change()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_that_grows_while_it_is_read_is_refused(write, suffix):
    data = bytes_of(suffix, many(500))
    path = write(f"a{suffix}", data)
    with pytest.raises(CorpusError, match=rf"a\{suffix} changed while it was read"):
        read_while(path, lambda: path.write_bytes(data * 2))


def test_a_file_that_shrinks_while_it_is_read_is_not_taken_for_damaged(write):
    path = write("a.jsonl.gz", bytes_of("a.jsonl.gz", many(50_000)))
    with pytest.raises(CorpusError, match=r"a\.jsonl\.gz changed while it was read"):
        read_while(path, lambda: os.truncate(path, path.stat().st_size // 2))


def test_a_file_that_is_replaced_while_it_is_read_is_read_as_it_was(write):
    path = write("a.jsonl", bytes_of("a.jsonl", many(500)))
    read_while(path, lambda: write("b.jsonl", b"").replace(path))


@pytest.mark.parametrize(
    ("package", "suffix", "extra"), [("zstandard", ".csv.zst", "zstd"), ("pyarrow", ".parquet", "parquet")]
)
def test_a_missing_package_is_named_with_the_command_that_installs_it(write, package, suffix, extra):
    path = write(f"a{suffix}", bytes_of(suffix, ROWS))
    hidden = f"import sys, pathlib; sys.modules[{package!r}] = None"
    program = f"{hidden}; from modspam.rows import RowFile; RowFile(pathlib.Path(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", program, path], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert f"{MissingExtraError.__module__}.MissingExtraError: reading " in done.stderr
    assert f"pip install 'modspam[{extra}]'" in done.stderr


# Progress


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_position_grows_from_none_of_the_bytes_to_all(write, suffix):
    path = write(f"a{suffix}", bytes_of(suffix, many(20_000)))
    with RowFile(path) as rows:
        positions = [rows.position for _ in rows]
        assert rows.size == path.stat().st_size
        assert rows.position == rows.size
    assert positions == sorted(positions)
    assert positions[0] < rows.size / 3
    assert len(set(positions)) > 5
