"""The sets that models are compared on: which comments train, which test, and what is no fair test.

Every split leaves a whole site (or video) out, or the newest part of one.  A comment to be tested is
dropped where a near-copy of it trains: campaigns post one text on many sites.
"""

import gzip
import json
from collections.abc import Iterator, Sequence
from itertools import compress
from operator import not_
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from modspam.corpora import Example, copy_key, load, read_reviews, reviewed, without_copies

# What is held out: a site of train, a site of dev, a video, the newest part of a site.
SITES, DEV, VIDEOS, NEWEST = "leave one site out", "dev", "leave one video out", "oldest to newest"
DEV_BLOGS = ("blog-lucascs", "blog-travisdowns-pr", "blog-yasoob-pr")  # the sites of dev that have spam

_VIDEOS_FILE = "youtube-uci.jsonl.gz"
# Comments a video in it: it holds the videos one after the other.
_VIDEOS = {"psy": 350, "katy-perry": 349, "lmfao": 438, "eminem": 448, "shakira": 370}
_OLDEST = 0.7  # the share of a site's comments that are its past
_FEWEST = 10  # comments of each class without which a split says nothing

_SHINGLE_WORDS = 3
_NEAR = 0.5  # Jaccard similarity from which on two comments are near-copies


class Split(NamedTuple):
    """Comments to train on and comments to test on, with no near-copy of one among the other."""

    protocol: str
    name: str
    train: list[Example]
    test: list[Example]
    clusters: npt.NDArray[np.intp]  # of the test: near-copies of one another share a number


class Corpora(NamedTuple):
    """All labelled comments: ``own`` and ``train`` may be trained on, ``dev`` never.

    ``dates`` and ``videos`` say by the text of a comment when it was written, and under which video.
    """

    own: list[Example]
    train: list[Example]
    dev: list[Example]
    dates: dict[str, str]
    videos: dict[str, str]


def read(folder: Path, datasets: Path) -> Corpora:
    """Read everything; corrected labels are applied, exact copies dropped."""
    reviews = read_reviews(datasets / "reviews.tsv")
    examples, _ = load([datasets, *sorted((folder / "train").glob("*.jsonl.gz"))])
    examples, _ = without_copies(reviewed(examples, reviews))
    dev, _ = without_copies(load([folder / "dev"])[0])
    dates: dict[str, str] = {}
    videos: dict[str, str] = {}
    names = [name for name, count in _VIDEOS.items() for _ in range(count)]
    for path in sorted(folder.glob("*/*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for number, line in enumerate(file):
                row = json.loads(line)
                if row.get("date"):
                    dates.setdefault(row["text"], row["date"])
                if path.name == _VIDEOS_FILE:
                    videos.setdefault(row["text"], names[number])
    return Corpora([e for e in examples if not e.site], [e for e in examples if e.site], dev, dates, videos)


def shingles(keys: Sequence[str]) -> sparse.csr_array:
    """Mark for each comment the hashed rows of three words in it: comments by shingles, of 0 and 1."""
    rows, columns = [], []
    for row, key in enumerate(keys):
        words = key.split()
        found = {" ".join(words[at : at + _SHINGLE_WORDS]) for at in range(max(1, len(words) - _SHINGLE_WORDS + 1))}
        columns += [crc32(shingle.encode()) & 0xFFFFFF for shingle in found]
        rows += [row] * len(found)
    ones = np.ones(len(rows), dtype=np.float32)
    marks = sparse.csr_array((ones, (rows, columns)), shape=(len(keys), 1 << 24))
    marks.data[:] = 1
    return marks


def similar(left: sparse.csr_array, right: sparse.csr_array) -> sparse.coo_array:
    """Find the pairs whose shingles have a Jaccard similarity of at least a half."""
    common = sparse.coo_array(left @ right.T)
    sizes_left, sizes_right = left.sum(axis=1), right.sum(axis=1)
    jaccard = common.data / (sizes_left[common.row] + sizes_right[common.col] - common.data)
    near = jaccard >= _NEAR
    return sparse.coo_array(
        (np.ones(near.sum(), dtype=np.bool_), (common.row[near], common.col[near])), shape=common.shape
    )


class Near:
    """Knows which comments are near-copies of which; made once for all splits."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self._row = {id(example): row for row, example in enumerate(examples)}
        self._shingles = shingles([copy_key(example.comment) for example in examples])

    def split(self, protocol: str, name: str, train: list[Example], test: list[Example]) -> Split:
        """Drop from ``test`` what has a near-copy in ``train``."""
        rows = [self._row[id(example)] for example in test]
        marks = self._shingles[rows]
        taken = similar(marks, self._shingles[[self._row[id(example)] for example in train]])
        fair = np.ones(len(test), dtype=np.bool_)
        fair[taken.row] = False
        inside = similar(marks[fair], marks[fair])
        _, clusters = connected_components(inside, directed=False)
        return Split(protocol, name, train, list(compress(test, fair)), clusters)


def leave_one_site_out(corpora: Corpora, near: Near) -> Iterator[Split]:
    """Test each site by what all others teach; the sites of ``dev`` never teach."""
    for site in sorted({example.site for example in corpora.train}):
        others = [example for example in corpora.train if example.site != site]
        yield near.split(SITES, site, corpora.own + others, [e for e in corpora.train if e.site == site])
    for site in sorted({example.site for example in corpora.dev}):
        yield near.split(DEV, site, corpora.own + corpora.train, [e for e in corpora.dev if e.site == site])


def leave_one_video_out(corpora: Corpora, near: Near) -> Iterator[Split]:
    """Test each of the five videos by what all other comments teach, those under the other videos among them."""
    for video in _VIDEOS:
        inside = [corpora.videos.get(e.comment.text) == video and e.site == "youtube-uci" for e in corpora.train]
        others, test = list(compress(corpora.train, map(not_, inside))), list(compress(corpora.train, inside))
        yield near.split(VIDEOS, video, corpora.own + others, test)


def oldest_to_newest(corpora: Corpora, near: Near) -> Iterator[Split]:
    """Test the newest part of each dated site by its own past and all that other sites teach."""
    for site in sorted({example.site for example in corpora.train}):
        dated = [e for e in corpora.train if e.site == site and e.comment.text in corpora.dates]
        dated.sort(key=lambda example: corpora.dates[example.comment.text])
        newest = dated[int(_OLDEST * len(dated)) :]
        held_out = {id(example) for example in newest}
        train = corpora.own + [example for example in corpora.train if id(example) not in held_out]
        split = near.split(NEWEST, site, train, newest)
        spam = sum(example.spam for example in split.test)
        if min(spam, len(split.test) - spam) >= _FEWEST:
            yield split
