"""Labels as a file of comments, in the form that `modspam.corpora` reads."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, BinaryIO

from modspam.corpora import Example
from modspam.store.records import Site
from modspam.store.store import Store

__all__ = ["label_row", "write_labels"]

_FIELDS = ("text", "author", "author_url", "permalink", "page_title")


def write_labels(store: Store, sites: Iterable[Site], file: BinaryIO) -> int:
    """Write the sites' labels as JSONL, and give how many."""
    count = 0
    for site in sites:
        for example in store.examples(site):
            file.write(json.dumps(label_row(example), ensure_ascii=False).encode() + b"\n")
            count += 1
    return count


def label_row(example: Example) -> dict[str, Any]:
    """Give a label as a row; what is empty is left out.

    >>> from modspam import Comment
    >>> label_row(Example(Comment("Hi", author="Ana"), False, "a.example", "Hi", "a.example"))
    {'text': 'Hi', 'label': 'ham', 'author': 'Ana', 'site': 'a.example'}
    """
    comment = example.comment
    row: dict[str, Any] = {"text": comment.text, "label": "spam" if example.spam else "ham"}
    row |= {name: value for name in _FIELDS if (value := getattr(comment, name))}
    if comment.form:
        row["form"] = {name: value for name, value in asdict(comment.form).items() if value is not None}
    row |= {name: value for name in ("site", "reporter") if (value := getattr(example, name))}
    return row
