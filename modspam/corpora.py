"""Files of labelled comments: reading, the labels people use, copies, and our own spam families.

| file                    | what it holds                                                               |
|-------------------------|-----------------------------------------------------------------------------|
| ``.jsonl``, ``.csv``    | one comment a row, with a label; also compressed: ``.gz``, ``.zst``         |
| ``.parquet``            | the same                                                                    |
| ``.toml``               | families of spam as spintax, see ``datasets/README.md``                     |
| a folder                | all of these in it, by name                                                 |

The text is read from ``text`` or ``comment_content`` (and the other fields from our names or
Akismet's), the label from ``label``, ``class``, ``spam`` or ``is_spam``.
"""

import csv
import random
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from modspam.comment import Comment
from modspam.errors import CommentError, CorpusError, SpintaxError
from modspam.files import digest_of
from modspam.normalise import read as read_comment
from modspam.patterns import Pattern
from modspam.rows import SUFFIXES, RowFile, reading
from modspam.spintax import Template
from modspam.verdict import printable

__all__ = [
    "Duplicates",
    "Example",
    "Family",
    "Source",
    "copy_key",
    "expand",
    "files_of",
    "in_blocks",
    "is_spam",
    "load",
    "read_examples",
    "read_families",
    "read_reviews",
    "reviewed",
    "stem_of",
    "stream",
    "uncorrected",
    "unpacked_size",
    "without_copies",
    "words_of",
]

VARIANTS = 24  # comments made of each family
_UNSPUN_EVERY = 4  # one variant in so many is posted with some of its braces left, as real tools do
_UNSPUN_SHARE = 0.4  # of the choices in such a variant
_LABEL_FIELDS = ("label", "class", "spam", "is_spam")
_LABELS = {
    **dict.fromkeys(("spam", "1", "true", "yes", "flag"), True),
    **dict.fromkeys(("ham", "0", "false", "no", "keep", "not spam", "approved"), False),
}
_UNPACKED = 4  # times the size of a compressed file
_TOLD = 5  # texts under both labels that are shown
_SUFFIXES = (*SUFFIXES, ".toml")


class Example(NamedTuple):
    """A comment whose verdict is known.

    - ``comment``, ``spam``: the comment and its label
    - ``source``: the site, or the file where none is named; sources are weighted against each other
    - ``group``: what must not be torn apart by a split: the page, or the family of spam
    - ``site``, ``language``, ``kind``: as the file says, or empty
    - ``reporter``: who gave the label, or empty where the site's owner did
    """

    comment: Comment
    spam: bool
    source: str
    group: str
    site: str = ""
    language: str = ""
    kind: str = ""
    reporter: str = ""


class Source(NamedTuple):
    """What the model's card says of a file that it was trained on."""

    name: str
    sha256: str
    spam: int
    ham: int


@dataclass(frozen=True, slots=True)
class Family:
    """A campaign of spam, written as spintax."""

    name: str
    kind: str
    language: str
    text: Template
    author: Template
    author_url: Template


class Duplicates(NamedTuple):
    """What `without_copies` took out: how many copies, and the comments that stand under both labels."""

    copies: int
    contradicted: tuple[Comment, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Count them, for a model's card."""
        return {"copies": self.copies, "contradictions": len(self.contradicted)}

    def __str__(self) -> str:
        told = [f"left out: {self.copies:,} copies, {len(self.contradicted):,} texts under both labels"]
        told += [f"  {printable(comment.text, 70)}" for comment in self.contradicted[:_TOLD]]
        if len(self.contradicted) > _TOLD:
            told.append(f"  and {len(self.contradicted) - _TOLD:,} more")
        return "\n".join(told)


def load(paths: Iterable[Path], variants: int = VARIANTS, seed: int = 0) -> tuple[list[Example], list[Source]]:
    """Read files and folders of labelled comments; families are expanded.

    Families stand under the pages of the comments that were read beside them: spam is posted under
    anything.  Raises `CorpusError` for a file that cannot be read, with its name and line.
    """
    files = list(files_of(paths))
    examples: list[Example] = []
    sources: list[Source] = []
    families: list[tuple[Path, list[Family]]] = []
    for path in files:
        if path.suffix == ".toml":
            families.append((path, read_families(path)))
            continue
        found = list(read_examples(path))
        examples += found
        sources.append(_source(path, found))
    pages = sorted({example.comment.page_title for example in examples if example.comment.page_title})
    for path, listed in families:
        found = [e for family in listed for e in expand(family, stem_of(path), variants, seed, pages)]
        examples += found
        sources.append(_source(path, found))
    return examples, sources


def stream(
    path: Path, variants: int = VARIANTS, seed: int = 0, at: Callable[[int], None] | None = None
) -> Iterator[Example]:
    """Read one file of any kind, a comment at a time; families stand under no pages.

    ``at`` is told how many bytes of a file of rows have been read.  Raises `CorpusError`.
    """
    if path.suffix != ".toml":
        yield from read_examples(path, at)
        return
    for family in read_families(path):
        yield from expand(family, stem_of(path), variants, seed)


def in_blocks(examples: Iterable[Example], size: int) -> Iterator[list[Example]]:
    """Give the examples in lists of this many; the last may be shorter."""
    remaining = iter(examples)
    while block := list(islice(remaining, size)):
        yield block


def unpacked_size(path: Path) -> int:
    """Say roughly how many bytes a file has once it is unpacked."""
    return path.stat().st_size * (_UNPACKED if path.suffix in {".gz", ".zst", ".parquet"} else 1)


def read_examples(path: Path, at: Callable[[int], None] | None = None) -> Iterator[Example]:
    """Read one file of rows, see `modspam.rows`; ``at`` is told how many bytes of it have been read.

    Raises `CorpusError` that names file and line: no such column, a label that is no label, a
    broken line, bytes that are no UTF-8; and `MissingExtraError` if a package is needed to read it.
    """
    with RowFile(path) as rows:
        columns = rows.columns
        if columns is not None and not set(columns) & set(_LABEL_FIELDS):
            raise CorpusError(f"{path} has no column 'label'; its columns are: {', '.join(sorted(columns))}")
        for row in rows:
            where = rows.place(row)
            try:
                fields = row.fields()
                comment = Comment.from_mapping(fields)
            except (CommentError, CorpusError) as error:
                raise CorpusError(f"{where}: {error}") from error
            site = str(fields.get("site") or "")
            if at:
                at(rows.position)
            yield Example(
                comment,
                is_spam(fields, where),
                site or stem_of(path),
                comment.page_title or comment.permalink or comment.text,
                site,
                str(fields.get("language") or ""),
                str(fields.get("kind") or ""),
                str(fields.get("reporter") or ""),
            )


def is_spam(row: Mapping[str, Any], where: str) -> bool:
    """Read a row's label.

    >>> is_spam({"label": "ham"}, "here"), is_spam({"class": 1}, "here")
    (False, True)

    Raises `CorpusError`, which says ``where``, if there is none or it is not understood.
    """
    for field in _LABEL_FIELDS:
        if row.get(field) is not None:
            label = str(row[field]).strip().lower()
            if label not in _LABELS:
                raise CorpusError(
                    f"{where}: {row[field]!r} is no label; say 'spam' or 'ham' (or 1 and 0, true and false)"
                )
            return _LABELS[label]
    raise CorpusError(
        f"{where}: no label; put it into a field called 'label', as 'spam' or 'ham' "
        f"(the fields are: {', '.join(map(str, row))})"
    )


def read_families(path: Path) -> list[Family]:
    """Read a TOML file of ``[[family]]`` tables.

    Raises `CorpusError` if it is no TOML or a key is missing, `SpintaxError` for a bad template.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CorpusError(f"no file at {path}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path} is no TOML: {error}") from error
    families = []
    tables = document.get("family")
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise CorpusError(f"{path} holds no families: each is a table of its own, headed [[family]]")
    for number, table in enumerate(tables, start=1):
        name = table.get("name", f"number {number}")
        missing = [key for key in ("name", "kind", "language", "text") if not table.get(key)]
        if missing:
            raise CorpusError(f"{path}, family {name}: {', '.join(missing)} missing")
        wrong = [key for key, value in table.items() if not isinstance(value, str)]
        if wrong:
            raise CorpusError(f"{path}, family {name}: {', '.join(wrong)} must be text in quotation marks")
        try:
            text, author, author_url = (Template(table.get(key, "")) for key in ("text", "author", "author_url"))
        except SpintaxError as error:
            raise SpintaxError(f"{path}, family {name}: {error}") from error
        families.append(Family(name, table["kind"], table["language"], text, author, author_url))
    return families


def read_reviews(path: Path) -> dict[str, bool]:
    """Read corrected labels: a table with tabs, ``sha256`` (of a comment's text in UTF-8) and ``label``.

    So a corpus that may not be shared can be corrected in a file that may.  Raises `CorpusError`.
    """
    with reading(path), path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t")
        if not {"sha256", "label"} <= set(reader.fieldnames or ()):
            raise CorpusError(f"{path} is no file of reviews: it needs the columns sha256 and label")
        return {row["sha256"]: is_spam(row, f"{path}, line {reader.line_num}") for row in reader}


def reviewed(examples: Iterable[Example], reviews: Mapping[str, bool]) -> Iterator[Example]:
    """Give the examples with their labels corrected where a review says so."""
    for example in examples:
        digest = sha256(example.comment.text.encode("utf-8", "surrogatepass")).hexdigest()
        yield example._replace(spam=reviews.get(digest, example.spam))


def expand(family: Family, source: str, variants: int, seed: int, pages: Sequence[str] = ()) -> Iterator[Example]:
    """Make comments of a family; the same arguments make the same comments."""
    rng = random.Random(f"{seed}:{family.name}")  # noqa: S311 - sampling, no secret
    for number, spun in enumerate(family.text.expansions(rng, variants), start=1):
        text = spun if number % _UNSPUN_EVERY else family.text.expand(rng, _UNSPUN_SHARE)
        comment = Comment(
            text,
            author=family.author.expand(rng),
            author_url=family.author_url.expand(rng),
            page_title=rng.choice(pages) if pages else "",
        )
        yield Example(comment, True, source, family.name, "", family.language, family.kind)


def without_copies(examples: Iterable[Example]) -> tuple[list[Example], Duplicates]:
    """Keep one of each text; texts that stand under both labels are dropped altogether.

    Two texts are copies if their words are the same once digits, addresses and signs are set aside.
    """
    first: dict[str, Example] = {}
    contradicted: set[str] = set()
    copies = 0
    for example in examples:
        key = copy_key(example.comment)
        if key not in first:
            first[key] = example
        else:
            copies += 1
            if first[key].spam != example.spam:
                contradicted.add(key)
    kept = [example for key, example in first.items() if key not in contradicted]
    return kept, Duplicates(copies, tuple(first[key].comment for key in first if key in contradicted))


def uncorrected(examples: Iterable[Example], said_again: Collection[str]) -> Iterator[Example]:
    """Give the examples whose words (see `words_of`) are none of those that were said again."""
    return (example for example in examples if words_of(example.comment) not in said_again)


def words_of(comment: Comment) -> str:
    """Give a comment's words as they are written, in lower case: fast, and enough to know the comment again.

    >>> words_of(Comment("First! 123"))
    'first'
    """
    return _NO_LETTER.sub(" ", comment.text.casefold()).strip() or comment.text


_ADDRESS = Pattern(r"\S+://\S+|www\.\S+")
_NO_LETTER = Pattern(r"[^\p{L}\p{M}]+")


def copy_key(comment: Comment) -> str:
    """Say what the comment has in common with its copies: its words, without digits, addresses and signs.

    >>> copy_key(Comment("Call 555-0123 NOW! www.example.org")) == copy_key(Comment("call 555-9876 now"))
    True
    """
    folded = read_comment(comment).folded.text
    words = _NO_LETTER.sub(" ", _ADDRESS.sub(" ", folded)).strip()
    return words or folded


def files_of(paths: Iterable[Path]) -> Iterator[Path]:
    """Find the files of labelled comments: those named, and those in folders, by name.

    Raises `CorpusError` if one is not there or of no known kind, or a folder has none.
    """
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.name.endswith(_SUFFIXES) and p.is_file())
            if not inside:
                raise CorpusError(f"{path} holds no file that ends in {', '.join(_SUFFIXES)}")
            yield from inside
        elif not path.exists():
            raise CorpusError(f"no file at {path}")
        elif not path.name.endswith(_SUFFIXES):
            raise CorpusError(f"{path} is of no known kind: comments come as {', '.join(_SUFFIXES)}")
        else:
            yield path


def stem_of(path: Path) -> str:
    """Name a file of comments without its endings: the source of comments that name no site.

    >>> stem_of(Path("corpora/blog.jsonl.gz"))
    'blog'
    """
    return path.name.split(".", 1)[0]


def _source(path: Path, examples: Sequence[Example]) -> Source:
    spam = sum(example.spam for example in examples)
    return Source(stem_of(path), digest_of(path), spam, len(examples) - spam)
