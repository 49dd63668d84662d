"""modspam and the peers that are called from Python: what each is, how it is set up, and how it is called."""

import sys
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from installed import MissingPeerError, imported
from peer_settings import (
    CHARACTERS,
    FASTTEXT,
    FASTTEXT_SUBWORDS,
    VOWPAL_WABBIT,
    WORDS,
    fasttext_line,
    vowpal_line,
)

from modspam import Comment, Moderator
from modspam.model import bundled_path
from timing.inputs import Sample, clean
from timing.remote import Remote
from timing.rounds import seconds_of
from timing.worker import each_call

__all__ = ["OURS", "PROFANITY", "SKLEARN", "SKLEARN_CHARACTERS", "SUBWORDS", "Contender", "Maker", "libraries"]

OURS = "modspam"
SUBWORDS = "fastText, subwords"
PROFANITY = "alt-profanity-check"
SKLEARN_CHARACTERS = ("sklearn, characters, TF-IDF", "sklearn, characters, hashed")
SKLEARN = ("sklearn, words, TF-IDF", "sklearn, words, hashed", *SKLEARN_CHARACTERS, PROFANITY)
"""The peers that are scikit-learn's, or built on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One filter with its model.

    - ``settings``: how it is set up, in words
    - ``prepare``: makes of a comment what it takes; not timed
    - ``each``: judges inputs one by one: microseconds of each call
    - ``batch``: judges all of them together, as well as it can: seconds
    - ``command``: a process that does nothing but import it, or None where it is no library
    - ``load``, ``file``: loads its model from its file, or None
    - ``slow``: it is given fewer comments
    """

    settings: str
    prepare: Callable[[Comment], Any]
    each: Callable[[Sequence[Any]], Sequence[float]]
    batch: Callable[[Sequence[Any]], float]
    command: tuple[str, ...] | None = None
    load: Callable[[], object] | None = None
    file: Path | None = None
    slow: bool = False


Maker = Callable[[Sample, Path, ExitStack], Contender]
"""Trains on the sample's learned comments, keeps its files in the folder, and is ended by the stack."""


def ours(_: Sample, __: Path, ___: ExitStack) -> Contender:
    moderator = Moderator.load()
    return Contender(
        settings="the bundled model; author and address are read, too",
        prepare=lambda comment: comment,
        each=partial(each_call, moderator.check),
        batch=lambda comments: seconds_of(lambda: deque(moderator.check_many(comments), maxlen=0)),
        command=importing("modspam; modspam.check"),
        load=Moderator.load,
        file=bundled_path(),
    )


def fasttext(subwords: bool) -> Maker:
    def make(sample: Sample, folder: Path, _: ExitStack) -> Contender:
        library = imported("fasttext")
        lines, file = folder / "fasttext.txt", folder / f"fasttext-{subwords}.bin"
        rows = [
            f"__label__{'spam' if spam else 'ham'} {fasttext_line(text)}\n"
            for text, spam in zip(sample.learned, sample.spam, strict=True)
        ]
        lines.write_text("".join(rows), encoding="utf-8")
        library.train_supervised(str(lines), **FASTTEXT, **(FASTTEXT_SUBWORDS if subwords else {})).save_model(
            str(file)
        )
        model = library.load_model(str(file))
        return Contender(
            settings="lower case, words and pairs" + (", subwords of 2-5 characters" if subwords else "") + ", dim 16",
            prepare=lambda comment: fasttext_line(clean(comment.text)),
            # predict(str) of fastText 0.9.3 fails with numpy 2 (np.array(..., copy=False)); what it calls does not.
            each=partial(each_call, lambda line: model.f.predict(line + "\n", 1, 0.0, "strict")),
            batch=lambda lines: seconds_of(lambda: model.predict(lines)),
            command=importing("fasttext"),
            load=lambda: library.load_model(str(file)),
            file=file,
        )

    return make


def vowpal_wabbit(sample: Sample, folder: Path, stack: ExitStack) -> Contender:
    library = imported("vowpalwabbit")
    lines, file = folder / "vw.txt", folder / "vw.model"
    rows = [f"{1 if s else -1} {vowpal_line(text)}\n" for text, s in zip(sample.learned, sample.spam, strict=True)]
    lines.write_text("".join(rows), encoding="utf-8")
    library.Workspace(f"-d {lines} --cache_file {folder / 'vw.cache'} -f {file} {VOWPAL_WABBIT}").finish()
    open_model = partial(library.Workspace, f"-i {file} -t --quiet")
    model = open_model()
    stack.callback(model.finish)
    return Contender(
        settings="words and pairs, 1-4 characters of the first 4,000; logistic, 22 bits",
        prepare=lambda comment: vowpal_line(clean(comment.text)),
        each=partial(each_call, model.predict),
        batch=lambda lines: seconds_of(lambda: [model.predict(line) for line in lines]),
        command=importing("vowpalwabbit"),
        load=lambda: open_model().finish(),
        file=file,
    )


def sklearn(hashed: bool, features: dict[str, Any], settings: str) -> Maker:
    """Make a pipeline of scikit-learn, with a dictionary and TF-IDF or with 2^18 hashed features."""

    def make(sample: Sample, folder: Path, _: ExitStack) -> Contender:
        text, joblib = imported("sklearn.feature_extraction.text"), imported("joblib")
        regression = imported("sklearn.linear_model").LogisticRegression(C=10, max_iter=1000)
        if hashed:
            vectorizer = text.HashingVectorizer(n_features=2**18, **features)
        else:
            vectorizer = text.TfidfVectorizer(min_df=2, sublinear_tf=True, **features)
        pipeline = imported("sklearn.pipeline").make_pipeline(vectorizer, regression)
        file = folder / f"{settings} {hashed}.joblib"
        joblib.dump(pipeline.fit(sample.learned, sample.spam), file)
        model = joblib.load(file)
        return Contender(
            settings=f"{settings}, {'hashed to 2^18' if hashed else 'TF-IDF'}; logistic regression",
            prepare=lambda comment: clean(comment.text),
            each=partial(each_call, lambda given: model.predict_proba([given])),
            batch=lambda texts: seconds_of(lambda: model.predict_proba(texts)),
            command=importing("sklearn.pipeline, sklearn.feature_extraction.text, sklearn.linear_model"),
            load=lambda: joblib.load(file),
            file=file,
        )

    return make


def profanity_check(python: str) -> Maker:
    """Serve alt-profanity-check, whose scikit-learn is pinned, by a process of its own, which times itself."""

    def make(_: Sample, __: Path, stack: ExitStack) -> Contender:
        try:
            remote = stack.enter_context(Remote(python, "profanity_check"))
        except ModuleNotFoundError as error:
            raise MissingPeerError(str(error)) from error

        def batch(texts: Sequence[str]) -> float:
            remote.keep(texts)
            return remote.batch()

        def each(texts: Sequence[str]) -> Sequence[float]:
            remote.keep(texts)
            return remote.each()

        return Contender(
            settings=f"{remote.version}: its own model (English), words, linear SVM",
            prepare=lambda comment: clean(comment.text),
            each=each,
            batch=batch,
            command=importing("profanity_check", python),
        )

    return make


def importing(what: str, python: str = sys.executable) -> tuple[str, ...]:
    return (python, "-c", f"import {what}")


def libraries(profanity_python: str) -> dict[str, Maker]:
    """Name all contenders of this module."""
    words, characters = "words and pairs", "2-5 characters within words"
    words_tfidf, words_hashed, characters_tfidf, characters_hashed, _ = SKLEARN
    return {
        OURS: ours,
        "fastText, words": fasttext(subwords=False),
        SUBWORDS: fasttext(subwords=True),
        "Vowpal Wabbit": vowpal_wabbit,
        words_tfidf: sklearn(False, WORDS, words),
        words_hashed: sklearn(True, WORDS, words),
        characters_tfidf: sklearn(False, CHARACTERS, characters),
        characters_hashed: sklearn(True, CHARACTERS, characters),
        PROFANITY: profanity_check(profanity_python),
    }
