"""The bundled model on real comments that it was not trained on.  Skips where they are not.

The bounds leave room for the next model to differ, not for it to be worse by much; how good it is, is
measured by `modspam evaluate`, not here.
"""

import pytest

from modspam.corpora import load, without_copies


@pytest.mark.parametrize(
    ("name", "ham_flagged", "spam_found"),
    [
        ("blog-yasoob-pr", 0.02, 0.85),
        ("blog-travisdowns-pr", 0.01, 0.80),
        ("blog-lucascs", 0.06, 0.93),  # 34 honest comments
    ],
)
def test_a_blog_that_it_has_never_seen(moderator, corpora, name, ham_flagged, spam_found):
    examples, _ = without_copies(load([corpora / "dev" / f"{name}.jsonl.gz"])[0])
    flagged = [verdict.flagged for verdict in moderator.check_many(example.comment for example in examples)]
    ham = [flag for example, flag in zip(examples, flagged, strict=True) if not example.spam]
    spam = [flag for example, flag in zip(examples, flagged, strict=True) if example.spam]
    assert sum(ham) <= ham_flagged * len(ham)
    assert sum(spam) >= spam_found * len(spam)


def test_honest_comments_in_chinese_and_korean_are_kept(moderator, corpora):
    files = [path for path in sorted((corpora / "dev").glob("*.jsonl.gz")) if not path.name.startswith("blog-")]
    assert files
    for path in files:
        examples, _ = without_copies(load([path])[0])
        ham = [example.comment for example in examples if not example.spam]
        flagged = sum(verdict.flagged for verdict in moderator.check_many(ham))
        assert flagged <= 0.002 * len(ham), path.name
