"""The gate: which model may take another's place."""

import numpy as np
import pytest

from modspam import Comment
from modspam.corpora import Example
from modspam.fit import Fitted
from modspam.gate import Comparison, decide, frozen_cases, split


def compared(**numbers):
    same = {"ham": 200, "spam": 100, "flagged_before": 1, "flagged": 1, "found_before": 80, "found": 80}
    return Comparison("cases", **(same | numbers))


@pytest.mark.parametrize(
    ("numbers", "fault"),
    [
        ({}, None),
        ({"flagged": 0, "found": 90}, None),
        ({"flagged": 2}, None),  # could be chance
        ({"flagged": 4}, "flags 4 of 200 honest"),
        ({"ham": 20, "flagged_before": 0, "flagged": 1}, "flags 1 of 20 honest"),
        ({"flagged_before": 10, "flagged": 12}, None),
        ({"flagged_before": 10, "flagged": 20}, "flags 20 of 200"),
        ({"found": 76}, None),
        ({"found": 70}, "finds 70 of 100 spam"),
        ({"ham": 0, "flagged_before": 0, "flagged": 0, "spam": 0, "found_before": 0, "found": 0}, None),
    ],
)
def test_a_model_is_refused_where_chance_does_not_explain_its_errors(numbers, fault):
    faults = compared(**numbers).faults
    assert faults == [] if fault is None else fault in faults[0]


def test_the_same_model_is_let_through_and_a_broken_one_is_not(moderator):
    model = moderator.model
    fitted = Fitted.from_model(model)
    assert decide(model, model, []).accepted
    flags_all = fitted._replace(intercept=fitted.intercept + 8).to_model(model.threshold, (), {})
    finds_none = fitted._replace(intercept=fitted.intercept - 8).to_model(model.threshold, (), {})
    assert any("honest frozen cases" in fault for fault in decide(flags_all, model, []).faults)
    assert any("spam frozen cases" in fault for fault in decide(finds_none, model, []).faults)


def test_the_sites_own_comments_decide_too(moderator):
    model = moderator.model
    fitted = Fitted.from_model(model)
    greetings = [Example(Comment(f"Good morning from platform {word}"), False, "", "") for word in
                 "one two three four five six seven eight nine ten eleven twelve".split()]  # fmt: skip
    from modspam.fit import matrix_of

    only = np.unique(matrix_of(greetings).indices)
    weights = fitted.weights.copy()
    weights[only] += 4
    worse = fitted._replace(weights=weights).to_model(model.threshold, (), {})
    assert any("honest held-out comments" in fault for fault in decide(worse, model, greetings).faults)


def test_the_same_tenth_is_held_out_at_every_retraining():
    examples = [
        Example(Comment(f"comment {chr(97 + i % 26)}{chr(97 + i // 26)} of many"), False, "", "") for i in range(600)
    ]
    learnt, held_out = split(examples)
    assert 30 < len(held_out) < 90
    assert len(learnt) + len(held_out) == len(examples)
    more = [Example(Comment("another one"), True, "", ""), *reversed(examples)]
    assert set(held_out) <= set(split(more)[1])
    again = [e._replace(comment=Comment(e.comment.text.upper() + "!! 1")) for e in held_out]
    assert split(again)[0] == []


def test_the_frozen_cases_are_what_they_should_be():
    cases = frozen_cases()
    assert sum(not e.spam for e in cases) >= 150
    assert sum(e.spam for e in cases) >= 100
    assert len({e.language for e in cases}) >= 28
    assert len({e.comment for e in cases}) == len(cases)
