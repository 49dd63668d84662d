"""The model in use: picked up when its file is replaced, and never lost to a bad one."""

import dataclasses
import logging
import os
from threading import Thread

import pytest

from modspam.contrib.current import CurrentModel
from modspam.errors import SettingError
from modspam.model import LinearModel, bundled_path

SPAM = "Hi #WEBSITE# owner! I noticed Google is showing a unsafe website warning to your potential customers online."


@pytest.fixture(scope="module")
def bundled():
    return LinearModel.load(bundled_path())


def with_threshold(model, threshold, path):
    dataclasses.replace(model, threshold=threshold).save(path)


def test_there_is_the_bundled_model_before_there_is_one_of_the_sites_own_and_after(tmp_path, bundled):
    path = tmp_path / "site.model"
    current = CurrentModel(path)
    assert current.moderator().threshold == bundled.threshold
    with_threshold(bundled, 0.25, path)
    assert current.moderator().threshold == 0.25
    path.unlink()
    assert current.moderator().threshold == bundled.threshold


def test_a_model_is_loaded_once_until_its_file_is_another(tmp_path, bundled):
    path = tmp_path / "site.model"
    with_threshold(bundled, 0.25, path)
    current = CurrentModel(path)
    first = current.moderator()
    assert current.moderator() is first
    date = path.stat().st_mtime_ns
    with_threshold(bundled, 0.35, path)
    os.utime(path, ns=(date, date))  # as quick as the clock is coarse: it is another file all the same
    assert current.moderator().threshold == 0.35


def test_a_file_that_is_no_model_is_logged_once_and_changes_nothing(tmp_path, bundled, caplog):
    path = tmp_path / "site.model"
    with_threshold(bundled, 0.25, path)
    current = CurrentModel(path)
    before = current.moderator()
    path.write_bytes(b"half a model")  # in place: what was mapped of it is gone
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            assert current.moderator() is before
            assert current.moderator().check(SPAM).flagged
    assert len(caplog.records) == 1
    with_threshold(bundled, 0.35, path)
    assert current.moderator().threshold == 0.35


def test_a_file_that_is_no_model_from_the_start_leaves_the_bundled_one_in_use(tmp_path, bundled, caplog):
    path = tmp_path / "site.model"
    path.mkdir()
    with caplog.at_level(logging.ERROR):
        assert CurrentModel(path).moderator().threshold == bundled.threshold
    assert "the bundled model is used instead" in caplog.text


def test_settings_are_kept_over_a_new_model_and_a_band_may_close(tmp_path, bundled):
    path = tmp_path / "site.model"
    with_threshold(bundled, 0.9, path)
    current = CurrentModel(path, hold_from=0.5)
    assert (current.moderator().hold_from, current.moderator().threshold) == (0.5, 0.9)
    with_threshold(bundled, 0.4, path)
    assert (current.moderator().hold_from, current.moderator().threshold) == (0.4, 0.4)


def test_a_setting_that_no_model_can_follow_is_told_at_once_and_one_that_a_new_model_cannot_is_logged(
    tmp_path, bundled, caplog
):
    with pytest.raises(SettingError, match="choose a rate"):
        CurrentModel(None, max_false_positive_rate=0.0).moderator()
    path = tmp_path / "site.model"
    current = CurrentModel(path, max_false_positive_rate=0.01)
    before = current.moderator()
    dataclasses.replace(bundled, thresholds=()).save(path)
    with caplog.at_level(logging.ERROR):
        assert current.moderator() is before
    assert "stays in use" in caplog.text


def test_threads_get_the_old_model_or_the_new_one_while_it_changes(tmp_path, bundled):
    path = tmp_path / "site.model"
    thresholds = [0.25, 0.35, 0.45]
    with_threshold(bundled, thresholds[0], path)
    current = CurrentModel(path)
    seen, stop = [], []

    def serve():
        while not stop:
            seen.append((current.moderator().threshold, current.moderator().check(SPAM).flagged))

    threads = [Thread(target=serve) for _ in range(4)]
    for thread in threads:
        thread.start()
    for threshold in thresholds[1:] * 4:
        with_threshold(bundled, threshold, path)
    stop.append(True)
    for thread in threads:
        thread.join(timeout=60)
    assert seen
    assert {threshold for threshold, _ in seen} <= set(thresholds)
    assert all(flagged for _, flagged in seen)
