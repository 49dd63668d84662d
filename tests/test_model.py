"""The model file: what comes back is what went in, and nothing but a model is taken for one."""

import io
import json
import pickle
import struct
import zipfile
from hashlib import sha256

import numpy as np
import pytest

from modspam import ModelFormatError, ModelNotFoundError, Moderator, ModspamError, ngrams
from modspam.comment import Comment
from modspam.features import extract, observe
from modspam.model import LinearModel, ThresholdRow, bundled_path, probability_of
from modspam.signals import SIGNALS
from modspam.wording import NO_STRETCH, Stretch

JSON, SIGNAL_WEIGHTS, NGRAM_WEIGHTS = "model.json", "signals.npy", "ngrams.npy"


def make_model(seed=0, **changes):
    rng = np.random.default_rng(seed)
    values = {
        "intercept": -1.5,
        "signal_weights": rng.normal(size=len(SIGNALS)),
        "ngram_weights": rng.normal(size=1 << ngrams.BITS).astype(np.float32),
        "word_weights": rng.normal(size=1 << ngrams.BITS).astype(np.float32),
        "stretch": Stretch(0.7, 2.0),
        "threshold": 0.9,
        "thresholds": (ThresholdRow(0.01, 0.8, 0.95), ThresholdRow(0.001, 0.97, 0.7)),
        "card": {"sources": [{"name": "a", "sha256": "0" * 64}], "note": "naïve"},
    }
    return LinearModel(**values | changes)


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "a.model"
    make_model().save(path)
    return path


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path, content, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in content.items():
            archive.writestr(name, data)


def changed(path, change):
    """Write the model again with its JSON changed."""
    content = members(path)
    document = json.loads(content[JSON])
    change(document)
    write(path, content | {JSON: json.dumps(document)})


def npy(array, *, allow_pickle=False):
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=allow_pickle)
    return buffer.getvalue()


def test_a_loaded_model_is_the_saved_one(saved):
    model, loaded = make_model(), LinearModel.load(saved)
    assert (loaded.intercept, loaded.threshold, loaded.thresholds) == (
        model.intercept, model.threshold, model.thresholds,
    )  # fmt: skip
    assert loaded.card == model.card
    assert np.array_equal(loaded.signal_weights, model.signal_weights)
    assert np.array_equal(loaded.ngram_weights, model.ngram_weights)
    assert np.array_equal(loaded.word_weights, model.word_weights)
    features = extract(observe([Comment("Hi #WEBSITE# owner!"), Comment(""), Comment("naïve и т. д.")]))
    assert loaded.score(features).tolist() == model.score(features).tolist()


def test_the_same_model_gives_the_same_bytes(tmp_path, saved):
    make_model().save(tmp_path / "b.model")
    assert (tmp_path / "b.model").read_bytes() == saved.read_bytes()
    LinearModel.load(saved).save(tmp_path / "c.model")
    assert (tmp_path / "c.model").read_bytes() == saved.read_bytes()


def bases(array):
    """Give the arrays that an array is a view of, from the nearest on."""
    while (array := array.base) is not None and isinstance(array, np.ndarray):
        yield array


def test_the_weights_are_mapped_and_aligned(saved):
    weights = LinearModel.load(saved).ngram_weights
    assert any(isinstance(base, np.memmap) for base in bases(weights))
    assert weights.ctypes.data % weights.itemsize == 0
    assert not weights.flags.writeable


def test_a_model_that_is_replaced_while_it_is_in_use_keeps_its_weights(saved):
    loaded = LinearModel.load(saved)
    before = loaded.ngram_weights[:100].copy()
    make_model(seed=1).save(saved)
    assert np.array_equal(loaded.ngram_weights[:100], before)
    assert not np.array_equal(LinearModel.load(saved).ngram_weights[:100], before)


def test_anybody_can_look_into_the_file_without_modspam(saved):
    with np.load(saved, allow_pickle=False) as archive:
        assert archive["signals"].shape == (len(SIGNALS),)
        assert archive["ngrams"].dtype == archive["words"].dtype == np.float32
    document = json.loads(members(saved)[JSON])
    assert document["format"] == 3
    assert [signal["name"] for signal in document["features"]["signals"]] == [signal.name for signal in SIGNALS]


def test_a_copy_outlives_what_is_written_into_the_file(saved):
    mapped = LinearModel.load(saved)
    copy, digest = LinearModel.load_copy(saved)
    assert digest == sha256(saved.read_bytes()).hexdigest()
    features = extract(observe([Comment("Hi #WEBSITE# owner!"), Comment("naïve и т. д.")]))
    expected = mapped.score(features).tolist()
    del mapped
    saved.write_bytes(b"half a model")  # in place: what is mapped of it is gone
    assert copy.score(features).tolist() == expected
    with pytest.raises(ModelFormatError, match="damaged"):
        LinearModel.load_copy(saved)


def test_copies_of_the_same_file_are_one_in_a_folder(saved, tmp_path):
    folder = tmp_path / "copies"
    first, digest = LinearModel.load_copy(saved, folder)
    second, _ = LinearModel.load_copy(saved, folder)
    assert [path.name for path in folder.iterdir()] == [digest]
    saved.write_bytes(b"half a model")
    assert np.array_equal(first.ngram_weights, second.ngram_weights)
    with pytest.raises(ModelFormatError, match=f"{saved} .*damaged"):
        LinearModel.load_copy(saved, folder)


def test_where_no_copy_can_be_written_it_is_held_in_memory(saved):
    copy, digest = LinearModel.load_copy(saved, saved / "no folder")
    assert digest == sha256(saved.read_bytes()).hexdigest()
    assert np.array_equal(copy.ngram_weights, LinearModel.load(saved).ngram_weights)


def test_signals_are_known_by_name_so_their_order_may_change(saved):
    content = members(saved)
    document = json.loads(content[JSON])
    document["features"]["signals"].reverse()
    weights = np.load(io.BytesIO(content[SIGNAL_WEIGHTS]))
    write(saved, content | {JSON: json.dumps(document), SIGNAL_WEIGHTS: npy(weights[::-1].copy())})
    assert np.array_equal(LinearModel.load(saved).signal_weights, make_model().signal_weights)


def test_a_model_from_before_a_signal_was_added_gives_it_the_weight_that_is_stated_for_it(saved):
    content = members(saved)
    document = json.loads(content[JSON])
    weights = np.load(io.BytesIO(content[SIGNAL_WEIGHTS]))
    added = ["honeypot", "hurried"]
    kept = [i for i, signal in enumerate(SIGNALS) if signal.name not in added]
    document["features"]["signals"] = [document["features"]["signals"][i] for i in kept]
    write(saved, content | {JSON: json.dumps(document), SIGNAL_WEIGHTS: npy(weights[kept])})
    loaded = LinearModel.load(saved)
    assert np.array_equal(loaded.signal_weights[kept], weights[kept])
    assert {s.name: w for s, w in zip(SIGNALS, loaded.signal_weights, strict=True) if s.name in added} == {
        "honeypot": 3,
        "hurried": 2,
    }


LONG = "naïve и т. д. " * 12 + "Hi #WEBSITE# owner, buy pills! " + "and then we all walked home in the rain " * 4


def test_a_model_of_the_version_before_stretches_is_served_without_them(saved):
    content = members(saved)
    document = json.loads(content[JSON])
    document["format"] = 2
    del document["features"]["stretches"], document["stretch"]
    write(saved, content | {JSON: json.dumps(document)})
    features = extract(observe([Comment(LONG)]))
    assert LinearModel.load(saved).score(features) == make_model(stretch=NO_STRETCH).score(features)
    assert make_model().score(features) > make_model(stretch=NO_STRETCH).score(features)


def test_a_model_of_the_version_before_words_is_served_without_them(saved):
    content = members(saved)
    document = json.loads(content[JSON])
    document["format"] = 1
    del document["features"]["words"], document["features"]["stretches"], document["stretch"]
    write(
        saved,
        {JSON: json.dumps(document), SIGNAL_WEIGHTS: content[SIGNAL_WEIGHTS], NGRAM_WEIGHTS: content[NGRAM_WEIGHTS]},
    )
    loaded = LinearModel.load(saved)
    without = make_model(word_weights=np.zeros(1 << ngrams.BITS, dtype=np.float32), stretch=NO_STRETCH)
    features = extract(observe([Comment("Hi #WEBSITE# owner!"), Comment("naïve и т. д."), Comment(LONG)]))
    assert loaded.score(features).tolist() == without.score(features).tolist()


def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, saved):
    before = saved.read_bytes()
    with pytest.raises(TypeError):
        make_model(card={"unwritable": object()}).save(saved)
    with pytest.raises(ValueError, match="pickle"):
        make_model(ngram_weights=np.array([object()])).save(saved)  # fails when half of the file is written
    assert saved.read_bytes() == before
    assert list(tmp_path.iterdir()) == [saved]


def test_no_model_at_the_path(tmp_path):
    with pytest.raises(ModelNotFoundError, match="modspam train") as caught:
        Moderator.load(tmp_path / "none.model")
    assert isinstance(caught.value, FileNotFoundError)
    assert isinstance(caught.value, ModspamError)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 5000,
        b"not a model\n",
        b"PK\x03\x04" + b"\xff" * 500,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        pickle.dumps({"weights": [1.0]}),
        npy(np.zeros(3)),
    ],
    ids=["empty", "zeros", "text", "no more than a zip's first bytes", "image", "pickle", "array"],
)
def test_a_foreign_file(tmp_path, content):
    path = tmp_path / "foreign.model"
    path.write_bytes(content)
    with pytest.raises(ModelFormatError, match="train it again") as caught:
        LinearModel.load(path)
    assert isinstance(caught.value, ValueError)
    assert str(path) in str(caught.value)


def test_a_directory(tmp_path):
    with pytest.raises(ModelFormatError, match="cannot be read"):
        LinearModel.load(tmp_path)


@pytest.mark.parametrize("missing", [JSON, SIGNAL_WEIGHTS, NGRAM_WEIGHTS])
def test_a_zip_that_lacks_a_part(saved, missing):
    write(saved, {name: data for name, data in members(saved).items() if name != missing})
    with pytest.raises(ModelFormatError, match="no modspam model or is damaged"):
        LinearModel.load(saved)


@pytest.mark.parametrize("share", [0.001, 0.2, 0.5, 0.9, 0.999])
def test_a_truncated_file(saved, share):
    data = saved.read_bytes()
    saved.write_bytes(data[: int(share * len(data))])
    with pytest.raises(ModelFormatError, match="train it again"):
        LinearModel.load(saved)


@pytest.mark.parametrize("name", [JSON, SIGNAL_WEIGHTS, NGRAM_WEIGHTS])
@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_changed_byte(saved, name, share):
    with zipfile.ZipFile(saved) as archive:
        member = archive.getinfo(name)
    data = bytearray(saved.read_bytes())
    name_length, extra_length = struct.unpack_from("<HH", data, member.header_offset + 26)
    start = member.header_offset + 30 + name_length + extra_length
    data[start + int(share * member.file_size)] ^= 0x11
    saved.write_bytes(data)
    with pytest.raises(ModelFormatError, match="damaged"):
        LinearModel.load(saved)


def test_another_format_version(saved):
    changed(saved, lambda document: document.update(format=4))
    with pytest.raises(ModelFormatError, match="model format 4 and this modspam reads 3"):
        LinearModel.load(saved)


def test_a_signal_that_this_version_does_not_have(saved):
    changed(saved, lambda document: document["features"]["signals"][0].update(name="phase_of_the_moon"))
    with pytest.raises(ModelFormatError, match="phase_of_the_moon"):
        LinearModel.load(saved)


def test_a_signal_that_is_scaled_otherwise(saved):
    changed(saved, lambda document: document["features"]["signals"][0].update(cap=1e6))
    with pytest.raises(ModelFormatError, match=SIGNALS[0].name):
        LinearModel.load(saved)


@pytest.mark.parametrize("change", [{"hash": "other"}, {"bits": 20}, {"orders": [1, 2]}], ids=str)
def test_other_ngrams(saved, change):
    changed(saved, lambda document: document["features"]["ngrams"].update(change))
    with pytest.raises(ModelFormatError, match="other n-grams"):
        LinearModel.load(saved)


@pytest.mark.parametrize(
    "change",
    [
        {"threshold": 1.5},
        {"intercept": float("nan")},
        {"intercept": "much"},
        {"thresholds": [{"rate": 1}]},
        {"features": []},
        {"card": None, "format": None},
    ],
    ids=str,
)
def test_json_that_makes_no_sense(saved, change):
    changed(saved, lambda document: document.update(change))
    with pytest.raises(ModelFormatError, match="train it again"):
        LinearModel.load(saved)


def test_weights_of_another_size_or_kind(saved):
    content = members(saved)
    for name, data in [
        (SIGNAL_WEIGHTS, npy(np.zeros(3))),
        (SIGNAL_WEIGHTS, npy(np.full(len(SIGNALS), np.nan))),
        (SIGNAL_WEIGHTS, npy(np.zeros(len(SIGNALS), dtype=np.float32))),
        (NGRAM_WEIGHTS, npy(np.zeros(7, dtype=np.float32))),
        (NGRAM_WEIGHTS, npy(np.zeros(1 << ngrams.BITS))),
        (NGRAM_WEIGHTS, npy(np.full(1 << ngrams.BITS, np.inf, dtype=np.float32))),
        (NGRAM_WEIGHTS, b"no array"),
    ]:
        write(saved, content | {name: data})
        with pytest.raises(ModelFormatError):
            LinearModel.load(saved)


class Bomb:
    """Unpickling it would fail the test."""

    def __reduce__(self):
        return pytest.fail, ("a pickle was loaded",)


def test_a_pickle_inside_is_not_loaded(saved):
    content = members(saved)
    write(saved, content | {SIGNAL_WEIGHTS: npy(np.array([Bomb()], dtype=object), allow_pickle=True)})
    with pytest.raises(ModelFormatError):
        LinearModel.load(saved)


def test_a_compressed_model_is_refused(saved):
    write(saved, members(saved), zipfile.ZIP_DEFLATED)
    with pytest.raises(ModelFormatError, match="compressed"):
        LinearModel.load(saved)


def test_the_bundled_model_is_small_and_says_where_it_comes_from():
    path = bundled_path()
    assert path.stat().st_size <= 4_000_000
    card = LinearModel.load(path).card
    assert {"sources", "comments", "settings", "calibration", "held_out"} <= set(card)
    assert all(len(source["sha256"]) == 64 for source in card["sources"])


@pytest.mark.parametrize(("score", "probability"), [(0, 0.5), (800, 1.0), (-800, 0.0), (np.log(3), 0.75)])
def test_probability_of_log_odds(score, probability):
    assert probability_of(score) == pytest.approx(probability, abs=1e-12)
