"""The verdicts of the bundled model on our cases: spam, ham that looks like spam, evasion, known failures."""

import pytest
from conftest import cases, comment_of

from modspam import Action


def each(name):
    return [pytest.param(case, id=case["name"]) for case in cases(name).get("case", [])]


def comment(case):
    return comment_of({key: value for key, value in case.items() if key not in {"first", "expected"}})


@pytest.mark.parametrize("case", each("spam"))
def test_spam_is_flagged(moderator, case):
    verdict = moderator.check(comment(case))
    assert verdict.action is Action.FLAG, str(verdict)
    if "first" in case:
        assert verdict.reasons[0].name == case["first"], [str(reason) for reason in verdict.reasons]


@pytest.mark.parametrize("case", each("spam")[:2])
def test_the_comment_that_modspam_was_born_from(moderator, case):
    """Flagged for sure, and the unfilled placeholder is pointed at in the comment as given."""
    verdict = moderator.check(comment(case))
    assert verdict.probability >= 0.99
    first = verdict.reasons[0]
    assert first.text == "#WEBSITE#"
    assert case["text"][slice(*first.span)] == "#WEBSITE#"


@pytest.mark.parametrize("case", each("hard-ham"))
def test_honest_comment_is_kept(moderator, case):
    verdict = moderator.check(comment(case))
    assert verdict.action is Action.KEEP, str(verdict)


@pytest.mark.parametrize("case", each("evasion"))
def test_disguised_spam_is_flagged(moderator, case):
    verdict = moderator.check(comment(case))
    assert verdict.action is Action.FLAG, str(verdict)


@pytest.mark.parametrize("case", each("known-failures"))
@pytest.mark.xfail(strict=True, reason="known failure: move the case when it passes")
def test_known_failure(moderator, case):
    assert moderator.check(comment(case)).action == case["expected"]
