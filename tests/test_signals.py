"""Each named signal sees what it is there for, points at it, and leaves what looks alike alone."""

import pytest
from conftest import cases, comment_of, short

from modspam.normalise import read
from modspam.signals import SIGNALS, Observation, Where

CASES = cases("signals")
BY_NAME = {signal.name: signal for signal in SIGNALS}


def each(kind: str) -> list[pytest.param]:
    return [
        pytest.param(name, case, id=f"{name}: {short(case)}") for name, group in CASES.items() for case in group[kind]
    ]


@pytest.mark.parametrize(("name", "case"), each("seen"))
def test_signal_sees_its_case_and_points_at_it(name, case):
    signal = BY_NAME[name]
    comment = comment_of(case)
    observation = Observation(read(comment))
    sighting = signal.see(observation)
    assert sighting.value > 0
    if "at" in case:
        view = {Where.VISIBLE: observation.reading.visible, Where.FOLDED: observation.reading.folded}.get(signal.where)
        start, end = view.origin(*sighting.spans[0]) if view else sighting.spans[0]
        assert comment.text[start:end] == case["at"]


@pytest.mark.parametrize(("name", "case"), each("unseen"))
def test_signal_leaves_the_honest_case_alone(name, case):
    assert BY_NAME[name].see(Observation(read(comment_of(case)))).value == 0


def test_every_signal_has_cases_a_reason_and_a_message():
    assert set(CASES) == set(BY_NAME), "each signal needs a table in tests/cases/signals.toml"
    for signal in SIGNALS:
        assert CASES[signal.name]["seen"], signal.name
        assert CASES[signal.name]["unseen"], signal.name
        assert len(signal.why) > 20, f"{signal.name} has no docstring that says why it tells spam from ham"
        assert signal.message
        assert signal.cap > 0


def test_signals_are_scaled_to_one_at_their_cap():
    for signal in SIGNALS:
        assert signal.scale(0) == 0
        assert signal.scale(signal.cap) == signal.scale(10 * signal.cap) == 1
