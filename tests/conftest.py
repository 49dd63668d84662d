"""What several tests share: the cases, the bundled model, and where the corpora are."""

import os
import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modspam import Comment, Moderator
from modspam.corpora import Example, load

CASES = Path(__file__).with_name("cases")
PROJECT = Path(__file__).parents[1]
DATASETS = PROJECT / "datasets"


def cases(name: str) -> dict[str, Any]:
    """Read a file of cases."""
    return tomllib.loads((CASES / f"{name}.toml").read_text(encoding="utf-8"))


def comment_of(case: str | dict[str, Any]) -> Comment:
    """Make a comment of a case: a text, or a table of fields (beside others, such as ``at``, what to point at)."""
    if isinstance(case, str):
        return Comment(case)
    return Comment.from_mapping(case)


def short(value: object) -> str:
    """Name a case in the list of tests."""
    return ascii(value)[:50]


def some_comments(variants: int, seed: int) -> list[Example]:
    """Some hundred comments of our own from several files, spam and ham, in no order."""
    names = ("ham/en-links.jsonl", "ham/en-questions.jsonl", "spam/en-site-owner.toml", "spam/unfilled.toml")
    found, _ = load([DATASETS / name for name in names], variants=variants)
    order = np.random.default_rng(seed).permutation(len(found))
    return [found[index] for index in order]


@pytest.fixture(scope="session")
def moderator() -> Moderator:
    """The bundled model."""
    return Moderator.load()


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of real comments, where there is one; they are not part of the project."""
    folder = os.environ.get("MODSPAM_CORPORA", "")
    if not folder or not Path(folder, "dev").is_dir():
        pytest.skip("no corpora: set MODSPAM_CORPORA to their folder (with train/ and dev/ in it)")
    return Path(folder)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Any]:
    """A running PostgreSQL server, where there is one to run."""
    pytest.importorskip("psycopg", reason="no driver of PostgreSQL: install modspam[postgres]")
    pytest.importorskip("pwd", reason="PostgreSQL is run as on POSIX")
    from postgresql import running_server

    server = running_server()
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty store can be made, on each of the two databases."""
    if request.param == "sqlite":
        return str(tmp_path / "store.sqlite3")
    url: str = request.getfixturevalue("postgresql").new_database()
    return url


# A site of Django's, which the tests that need it set up; importing it without that fails.
collect_ignore = ["django_site"]


class Filled(HTMLParser):
    """What stands in a page's form: its fields with their values, hidden ones too, and its address."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.action = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Read what HTMLParser has found."""
        given = dict(attrs)
        if tag == "form" and not self.action:
            self.action = given.get("action") or ""
        if tag == "input" and given.get("name"):
            self.fields[given["name"] or ""] = given.get("value") or ""
