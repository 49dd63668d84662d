"""What a verdict says of itself."""

import json
import pickle

import pytest

from modspam import Action, Comment, Reason

SPAM = Comment(
    "Hi #WEBSITE# owner!\nYour pages are\x1b[31m missing\u202e from Google.",
    author="SEO\nExpert",
    author_url="http://seo.example.com",
)


@pytest.fixture(
    params=[SPAM, Comment("ok"), Comment("The bread rose twice as fast, thank you.")], ids=["spam", "short", "ham"]
)
def verdict(request, moderator):
    return moderator.check(request.param)


def test_a_verdict_prints_as_one_plain_line(verdict):
    line = str(verdict)
    assert line.startswith(f"{verdict.action} (probability {verdict.probability:.3f}, threshold ")
    assert line.isprintable()


def test_the_line_tells_the_strongest_reasons_for_the_action(moderator):
    verdict = moderator.check(SPAM)
    assert verdict.reasons[0].message in str(verdict)
    assert "#WEBSITE#" in str(verdict)


def test_a_verdict_is_written_as_json_and_holds_all_it_knows(verdict):
    told = json.loads(json.dumps(verdict.to_dict()))
    assert told["action"] == verdict.action == Action(told["action"])
    assert told["flagged"] is verdict.flagged
    assert (told["probability"], told["threshold"], told["score"]) == (
        verdict.probability,
        verdict.threshold,
        verdict.score,
    )
    assert told["intercept"] + told["rest"] + sum(r["contribution"] for r in told["reasons"]) == pytest.approx(
        told["score"]
    )
    assert [tuple(map(tuple, r["spans"])) for r in told["reasons"]] == [r.spans for r in verdict.reasons]
    assert [r["text"] for r in told["reasons"]] == [r.text for r in verdict.reasons]


def test_json_carries_lone_surrogates(moderator):
    told = moderator.check("Buy caf\udce9 followers now, 1000 for $5, http://followers.example.com").to_dict()
    assert json.loads(json.dumps(told)) == told


def test_a_verdict_can_be_sent_to_another_process_with_its_reasons(verdict):
    sent = pickle.loads(pickle.dumps(verdict))
    assert sent == verdict
    assert sent.explanation == verdict.explanation
    assert len(pickle.dumps(verdict)) < 20_000  # the model stays behind


def test_evidence_from_the_author_has_text_and_no_span(moderator):
    reasons = moderator.check(Comment("Lovely post about bread and butter.", author="Cheap Casino Bonus")).reasons
    of_author = [reason for reason in reasons if reason.text == "Cheap Casino Bonus"]
    assert of_author
    assert all(reason.span is None for reason in of_author)


def test_actions_are_words():
    assert [str(action) for action in Action] == ["keep", "hold", "flag"]
    assert f"{Action.FLAG}" == "flag"


def test_a_reason_reads_as_a_phrase():
    assert str(Reason("n", 1.25, "asks to be phoned", ((0, 3),), "a\nb")) == "asks to be phoned: a b (+1.2)"
    assert str(Reason("n", -0.5, "on the topic")) == "on the topic (-0.5)"
