"""Rows as the bytes of a file of any kind that modspam reads."""

import csv
import gzip
import io
import json

import pyarrow as pa
import zstandard
from pyarrow import parquet


def bytes_of(name, rows):
    """Write rows as the kind of file that the name says, compression included."""
    if name.endswith(".parquet"):
        buffer = io.BytesIO()
        parquet.write_table(pa.Table.from_pylist(rows), buffer)
        return buffer.getvalue()
    if ".csv" in name:
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        return packed(name, text.getvalue().encode())
    return packed(name, "".join(json.dumps(row) + "\n" for row in rows).encode())


def packed(name, data):
    """Compress data as the name says."""
    if name.endswith(".gz"):
        return gzip.compress(data)
    return zstandard.ZstdCompressor().compress(data) if name.endswith(".zst") else data
