"""How the peers are set up, and how a comment is written for them: one place for quality and for speed."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

__all__ = [
    "ASSASSIN",
    "BOGOFILTER",
    "CHARACTERS",
    "FASTTEXT",
    "FASTTEXT_SUBWORDS",
    "HEAD",
    "VOWPAL_WABBIT",
    "WORDS",
    "fasttext_line",
    "mailbox",
    "vowpal_line",
]

FASTTEXT: dict[str, Any] = {"wordNgrams": 2, "dim": 16, "epoch": 5, "lr": 0.5, "seed": 0, "thread": 1, "verbose": 0}
FASTTEXT_SUBWORDS: dict[str, Any] = {"minn": 2, "maxn": 5}

VOWPAL_WABBIT = (
    "-k --passes 3 --holdout_off -b 22 --loss_function logistic --link identity --ngram w2 --ngram c4 --quiet"
)

# What scikit-learn counts.
WORDS: dict[str, Any] = {"ngram_range": (1, 2)}
CHARACTERS: dict[str, Any] = {"analyzer": "char_wb", "ngram_range": (2, 5)}

# Without the system's settings; the least deviation and robs, which suit short texts.
BOGOFILTER = ("-C", "--db-transaction=no", "-m", "0.1,0.1")

ASSASSIN = """
use_bayes 1
bayes_auto_learn 0
bayes_auto_expire 0
bayes_learn_to_journal 0
lock_method flock
dns_available no
bayes_path {}/bayes
"""

HEAD = "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"


def fasttext_line(text: str) -> str:
    r"""Write a comment as fastText wants it; one without any word would get no label at all.

    >>> fasttext_line("Hi,\nyou!"), fasttext_line(" ")
    ('hi, you!', '.')
    """
    return " ".join(text.lower().split()) or "."


def vowpal_line(text: str) -> str:
    """Write words and characters as VW's two namespaces; bars and colons mean something to it.

    >>> vowpal_line("Hi, you!")
    '|w hi , you ! |c h i , _ y o u !'
    """
    text = text.lower().replace("|", "\u00a6").replace(":", "\ufe55")
    words = re.findall(r"\w+|[^\w\s]", text)
    return f"|w {' '.join(words)} |c {' '.join('_'.join(text[:4000].split()))}"


def mailbox(path: Path, texts: Iterable[str]) -> None:
    """Write comments as mails of a mailbox."""
    with path.open("w", encoding="utf-8") as file:
        for text in texts:
            body = re.sub(r"^(>*From )", r">\1", "\n".join(text.splitlines()), flags=re.MULTILINE)
            file.write(f"From commenter@example.org Thu Jan  1 00:00:00 2026\n{HEAD}{body}\n\n")
