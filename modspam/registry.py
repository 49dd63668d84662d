"""Public corpora: what there is, and fetching it on request.

The table is ``registry.toml``.  Downloading, checking and caching are pooch's work (extra
``modspam[corpora]``); with a folder of the files nothing is fetched.  What comes out is one
``.jsonl.gz`` a corpus, the form that ``modspam train`` reads.
"""

import csv
import gzip
import json
import sys
import tomllib
from argparse import Namespace
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from modspam.corpora import is_spam
from modspam.errors import CorpusError, DownloadError, MissingExtraError

__all__ = ["Corpus", "RemoteFile", "corpora", "fetch", "run"]


class RemoteFile(NamedTuple):
    """One file of a corpus, and the label of its rows if they all have the same."""

    url: str
    sha256: str
    bytes: int
    label: str = ""

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.url.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is known of a public corpus; ``spam`` and ``ham`` count rows, where that is known."""

    name: str
    title: str
    licence: str
    home: str
    language: str
    period: str
    format: str
    files: tuple[RemoteFile, ...]
    spam: int | None = None
    ham: int | None = None
    text: str = ""
    author: str = ""
    label: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    newline: str = ""
    site: str = ""


@cache
def corpora() -> dict[str, Corpus]:
    """Give the corpora by name, in the order of the table."""
    document = tomllib.loads(Path(__file__).with_name("registry.toml").read_text(encoding="utf-8"))
    return {name: _corpus(name, table) for name, table in document.items()}


def _corpus(name: str, table: Mapping[str, Any]) -> Corpus:
    values = dict(table)
    values["files"] = tuple(RemoteFile(**file) for file in values["files"])
    for key in ("label", "columns"):
        values[key] = tuple(values.get(key, ()))
    return Corpus(name=name, **values)


def fetch(corpus: Corpus, output: Path, folder: Path | None = None) -> Path:
    """Fetch a corpus, or read its files from ``folder``, and write ``output/NAME.jsonl.gz``.

    Raises `DownloadError` if a file cannot be had or its digest is wrong, `MissingExtraError` if the
    downloader is not installed, `CorpusError` if a file is not what the table says.
    """
    paths = [_local(file, folder) if folder else _downloaded(corpus, file) for file in corpus.files]
    output.mkdir(parents=True, exist_ok=True)
    target = output / f"{corpus.name}.jsonl.gz"
    draft = target.with_name(target.name + ".part")
    try:
        # A fixed time in the header, so that the same corpus gives the same bytes.
        with draft.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
            for remote, path in zip(corpus.files, paths, strict=True):
                for row in _rows(corpus, remote, path):
                    file.write((json.dumps(row, ensure_ascii=False) + "\n").encode())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target


def _local(file: RemoteFile, folder: Path) -> Path:
    path = folder / file.name
    if not path.is_file():
        raise DownloadError(f"{folder} has no file {file.name}: fetch it from {file.url}, or leave --from out")
    if sha256(path.read_bytes()).hexdigest() != file.sha256:
        raise DownloadError(f"{path} is not the file that the registry knows: its SHA-256 differs; fetch it again")
    return path


def _downloaded(corpus: Corpus, file: RemoteFile) -> Path:
    try:
        import pooch
    except ImportError as error:
        raise MissingExtraError(
            "fetching corpora needs the package pooch: pip install 'modspam[corpora]', or give the files with --from"
        ) from error
    try:
        path: str = pooch.retrieve(
            file.url,
            known_hash=f"sha256:{file.sha256}",
            fname=f"{corpus.name}-{file.name}",
            path=pooch.os_cache("modspam"),
        )
    except (OSError, ValueError) as error:  # the network, or a digest that differs
        raise DownloadError(
            f"{file.url} could not be fetched ({error}): "
            "try again, or fetch it yourself and give its folder with --from"
        ) from error
    return Path(path)


def _rows(corpus: Corpus, file: RemoteFile, path: Path) -> Iterator[dict[str, str]]:
    csv.field_size_limit(1 << 30)
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for number, raw in enumerate(_raw_rows(corpus, lines), start=1):
            where = f"{path}, row {number}"
            text = raw.get(corpus.text or "text")
            if text is None:
                raise CorpusError(f"{where}: no column {corpus.text!r}; has the corpus another form now?")
            label = file.label
            if not label:
                column = next((c for c in corpus.label if raw.get(c) is not None), "")
                label = "spam" if is_spam({"label": raw.get(column)}, where) else "ham"
            if corpus.newline:
                text = text.replace(f" {corpus.newline} ", "\n").replace(corpus.newline, "\n")
            site = f"{corpus.name}/{file.name.split('.')[0]}" if corpus.site else corpus.name
            row = {"text": text, "label": label, "site": site}
            if corpus.author and raw.get(corpus.author):
                row["author"] = raw[corpus.author]
            yield row


def _raw_rows(corpus: Corpus, lines: Any) -> Iterator[Mapping[str, str]]:
    if corpus.format == "lines":
        return ({"text": line.rstrip("\r\n")} for line in lines if line.strip())
    if corpus.format == "csv":
        return iter(csv.DictReader(lines))
    names = corpus.columns or None
    return iter(csv.DictReader(lines, names, delimiter="\t", quoting=csv.QUOTE_NONE))


def run(arguments: Namespace) -> int:
    """List or fetch, as the command line says."""
    known = corpora()
    if not arguments.names:
        for corpus in known.values():
            counts = ", ".join(
                f"{'?' if rows is None else f'{rows:,}'} {label}"
                for rows, label in ((corpus.spam, "spam"), (corpus.ham, "ham"))
            )
            size = sum(file.bytes for file in corpus.files) / 1e6
            print(f"{corpus.name}\n    {corpus.title}")
            print(f"    {corpus.language}, {corpus.period}; {counts}; {size:.1f} MB; {corpus.licence}")
            print(f"    {corpus.home}")
        return 0
    unknown = [name for name in arguments.names if name not in known]
    if unknown:
        raise CorpusError(f"no corpus is called {', '.join(unknown)}; there are: {', '.join(known)}")
    if arguments.output is None:
        raise CorpusError("say where the comments go: -o FOLDER")
    for name in arguments.names:
        print(f"fetching {name} ({known[name].licence})", file=sys.stderr)
        print(fetch(known[name], arguments.output, arguments.folder))
    return 0
