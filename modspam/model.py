"""The linear model: scores, probabilities, explanations, and its file.

The file is a zip archive of arrays and JSON and nothing else, so it is safe to load from a stranger:
``numpy.load(path, allow_pickle=False)`` opens it too.

| member              | content                                                            |
|---------------------|--------------------------------------------------------------------|
| ``model.json``      | format version, feature specification, single numbers, card        |
| ``signals.npy``     | ``float64``, one weight for each signal named in ``model.json``    |
| ``ngrams.npy``      | ``float32``, one weight for each bucket of byte n-grams; mapped    |
| ``words.npy``       | ``float32``, the same for words; mapped                            |

Calibration is folded into the weights: the score is the log-odds of the calibrated probability.

Leaves out training (`modspam.train`) and decisions (`modspam.moderator`).
"""

import io
import json
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from math import exp, inf, log
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from modspam import ngrams
from modspam.errors import ModelFormatError, ModelNotFoundError, OutputError, SettingError
from modspam.features import Features
from modspam.files import replaced
from modspam.signals import SIGNALS
from modspam.wording import NO_STRETCH, STRETCH_STEP, STRETCH_WORDS, Stretch, Wording

__all__ = [
    "FORMAT_VERSION",
    "LinearModel",
    "ThresholdRow",
    "bundled_path",
    "log_odds_of",
    "probability_of",
    "specification",
]

# To raise it: let `load` know the old version still, add a file of that version to the tests' cases,
# and say in CHANGELOG.md what changed.
FORMAT_VERSION = 3
_WITHOUT_STRETCHES = 2  # scored wording as a whole alone
_WITHOUT_WORDS = 1  # had no words, either
_KNOWN = (_WITHOUT_WORDS, _WITHOUT_STRETCHES, FORMAT_VERSION)

_JSON, _SIGNALS, _NGRAMS, _WORDS = "model.json", "signals.npy", "ngrams.npy", "words.npy"
_ALIGNMENT = 64
_NGRAM_FEATURES = {"hash": ngrams.HASH, "bits": ngrams.BITS, "orders": list(ngrams.ORDERS)}
_WORD_FEATURES = {"hash": ngrams.WORD_HASH, "bits": ngrams.BITS, "orders": [1, 2]}
_STRETCHES = {"words": STRETCH_WORDS, "step": STRETCH_STEP}


class ThresholdRow(NamedTuple):
    """One row of the threshold table, measured on comments that the model had not seen.

    - ``false_positive_rate``: share of ham flagged, 0..1
    - ``threshold``: the probability that gives it, 0..1
    - ``recall``: share of spam flagged there, 0..1
    """

    false_positive_rate: float
    threshold: float
    recall: float


def bundled_path() -> Path:
    """Say where the model is that comes with the package."""
    return Path(__file__).with_name("bundled.model")


def probability_of(score: float) -> float:
    """Turn log-odds into a probability.

    >>> probability_of(0.0), probability_of(-1000.0)
    (0.5, 0.0)
    """
    if score < -700:
        return 0.0
    return 1.0 / (1.0 + exp(-score))


def log_odds_of(probability: float) -> float:
    """Turn a probability, 0..1, into log-odds.

    >>> log_odds_of(0.5), log_odds_of(1.0)
    (0.0, inf)
    """
    if probability in (0, 1):
        return inf if probability else -inf
    return log(probability / (1 - probability))


def specification() -> dict[str, Any]:
    """Say what a model's weights are the weights of; models and features with the same one go together."""
    return {
        "ngrams": _NGRAM_FEATURES,
        "words": _WORD_FEATURES,
        "stretches": _STRETCHES,
        "signals": [{"name": signal.name, "cap": signal.cap} for signal in SIGNALS],
    }


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Weights for the signals and the n-grams.

    - ``intercept``: log-odds before anything is read
    - ``signal_weights``: ``float64``, in the order of `modspam.signals.SIGNALS`
    - ``ngram_weights``, ``word_weights``: ``float32``, one a bucket, ``2 ** ngrams.BITS`` of each
    - ``stretch``: what the worst stretch of a comment adds
    - ``threshold``: the probability from which on comments are flagged
    - ``thresholds``: what other thresholds cost
    - ``card``: how it was made: sources with their digests, calibration, metrics
    """

    intercept: float
    signal_weights: npt.NDArray[np.float64]
    ngram_weights: npt.NDArray[np.float32]
    word_weights: npt.NDArray[np.float32]
    stretch: Stretch
    threshold: float
    thresholds: tuple[ThresholdRow, ...]
    card: Mapping[str, Any]

    def score(self, features: Features) -> npt.NDArray[np.float64]:
        """Give each comment's log-odds of spam; bit for bit the same in whatever block it stands."""
        scores: npt.NDArray[np.float64] = (features.signals * self.signal_weights).sum(axis=1)
        whole = self.wording.score(features.buckets, features.words)
        scores += self.intercept
        scores += whole
        if self.stretch.share:
            scores += self.stretch.added(self.wording.excess(features.texts, whole))
        return scores

    @property
    def wording(self) -> Wording:
        """The weights of n-grams and words."""
        return Wording(self.ngram_weights, self.word_weights)

    def threshold_at(self, rate: float) -> float:
        """Find the lowest threshold in the table that flags at most this share (0..1) of ham.

        Raises `SettingError` if the table has none.
        """
        fitting = [row.threshold for row in self.thresholds if row.false_positive_rate <= rate]
        if not fitting or not rate <= 1:
            least = min((row.false_positive_rate for row in self.thresholds), default=1.0)
            raise SettingError(
                f"the model's table of thresholds begins at a false-positive rate of {least}, so {rate} cannot be "
                f"promised: choose a rate from {least} to 1, or a threshold"
            )
        return min(fitting)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model file; the same model gives the same bytes.  The file is replaced whole or not at all.

        Raises `OutputError` if it cannot be written there.
        """
        document = {
            "format": FORMAT_VERSION,
            "features": specification(),
            "intercept": self.intercept,
            "stretch": self.stretch._asdict(),
            "threshold": self.threshold,
            "thresholds": [row._asdict() for row in self.thresholds],
            "card": dict(self.card),
        }
        text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False)
        with replaced(Path(path)) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            position = _add(archive, _JSON, text.encode(), 0)
            position = _add(archive, _SIGNALS, _npy(self.signal_weights), position)
            position = _add(archive, _NGRAMS, _npy(self.ngram_weights), position)
            _add(archive, _WORDS, _npy(self.word_weights), position)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "LinearModel":
        """Open a model file; the weights of n-grams and words are mapped into memory, not copied.

        Raises `ModelNotFoundError` if there is no such file, `ModelFormatError` if it is no model, is
        damaged, or needs another version of modspam.
        """
        path = Path(path)
        with _told(path), path.open("rb") as file:
            return cls._read(file, path)

    @classmethod
    def load_copy(cls, path: str | os.PathLike[str], copies: Path | None = None) -> tuple["LinearModel", str]:
        """Open a model file, and give with the model the SHA-256 of what was read; the file itself is not mapped.

        For those who go on serving a file that others may write into: of a file that is mapped, and becomes shorter,
        the system ends the process that reads on.  Processes that share the folder ``copies``, to which nobody else
        writes, share the memory, too: there is a copy in it, under the digest's name, which is mapped.  Raises what
        `load` raises.
        """
        path = Path(path)
        with _told(path):
            content = path.read_bytes()
            digest = sha256(content).hexdigest()
            with _copied(content, copies / digest if copies else None) as file:
                return cls._read(file, path), digest

    @classmethod
    def _read(cls, file: BinaryIO, path: Path) -> "LinearModel":
        # All is read through one handle: whoever replaces the file meanwhile does not give us half of each.
        with zipfile.ZipFile(file) as archive:
            _check_stored(archive, path)
            document = json.loads(archive.read(_JSON))
            names, numbers, thresholds = _checked(document, path)
            weights = np.load(io.BytesIO(archive.read(_SIGNALS)), allow_pickle=False)
            ngram_weights = _mapped(file, path, archive.getinfo(_NGRAMS))
            if document["format"] == _WITHOUT_WORDS:
                word_weights = np.zeros(1 << ngrams.BITS, dtype=np.float32)
            else:
                word_weights = _mapped(file, path, archive.getinfo(_WORDS))
        if weights.shape != (len(names),) or weights.dtype != np.float64 or not np.isfinite(weights).all():
            raise ModelFormatError(f"{path} is damaged: its signals do not fit their weights; train it again")
        position = {signal.name: index for index, signal in enumerate(SIGNALS)}
        signal_weights = np.array([signal.prior for signal in SIGNALS])  # of signals that the file does not know
        signal_weights[[position[name] for name in names]] = weights
        return cls(
            numbers.intercept, signal_weights, ngram_weights, word_weights, numbers.stretch,
            numbers.threshold, thresholds, document["card"],
        )  # fmt: skip


def _copied(content: bytes, copy: Path | None) -> BinaryIO:
    """Open a copy, written if it is not there; where none is wanted or can be had, give what holds it in memory."""
    if copy is not None:
        with suppress(OutputError, OSError):
            if not copy.exists():
                draft = copy.with_name(f"{copy.name}.{os.getpid()}")
                with replaced(draft, mode=0o600) as file:
                    file.write(content)
                with suppress(FileExistsError):  # of several processes that write it at once the first has written it
                    copy.hardlink_to(draft)
                draft.unlink(missing_ok=True)
            return copy.open("rb")
    return io.BytesIO(content)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say what to do about a file that is not there, may not be read, or is no model."""
    try:
        yield
    except FileNotFoundError as error:
        raise ModelNotFoundError(
            f"no model at {path}: train one with 'modspam train', or leave the path out for the bundled one"
        ) from error
    except (IsADirectoryError, PermissionError) as error:
        raise ModelFormatError(f"{path} cannot be read as a model file: {error.strerror}") from error
    except ModelFormatError:
        raise
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError, OSError, NotImplementedError) as error:
        raise ModelFormatError(
            f"{path} is no modspam model or is damaged ({error}): train it again, or fetch it again from where it came"
        ) from error


def _check_stored(archive: zipfile.ZipFile, path: Path) -> None:
    """A stored member is no larger than the file, so a small file cannot fill the memory, and it can be mapped."""
    if any(member.compress_type != zipfile.ZIP_STORED for member in archive.infolist()):
        raise ModelFormatError(f"{path} was compressed after it was written: keep the file as modspam wrote it")


class _Numbers(NamedTuple):
    intercept: float
    stretch: Stretch
    threshold: float


def _checked(document: Any, path: Path) -> tuple[list[str], _Numbers, tuple[ThresholdRow, ...]]:
    """Hold the file's JSON against what this version can serve."""
    version = document["format"]
    if version not in _KNOWN:
        raise ModelFormatError(
            f"{path} has model format {version!r} and this modspam reads {FORMAT_VERSION}: "
            "train it again with this version, or install the version that wrote it"
        )
    features = document["features"]
    words = None if version == _WITHOUT_WORDS else _WORD_FEATURES
    expected = _NGRAM_FEATURES, words, _STRETCHES if version == FORMAT_VERSION else None
    caps = {signal.name: signal.cap for signal in SIGNALS}
    unknown = [s["name"] for s in features["signals"] if caps.get(s["name"]) != s["cap"]]
    if (features["ngrams"], features.get("words"), features.get("stretches")) != expected or unknown:
        what = f"signals that it does not have ({', '.join(map(str, unknown))})" if unknown else "other n-grams"
        raise ModelFormatError(
            f"{path} was trained on {what}, so another version of modspam wrote it: train it again with this one"
        )
    names = [signal["name"] for signal in features["signals"]]
    stretch = NO_STRETCH
    if version == FORMAT_VERSION:
        stretch = Stretch(float(document["stretch"]["share"]), float(document["stretch"]["most"]))
    numbers = _Numbers(float(document["intercept"]), stretch, float(document["threshold"]))
    in_range = np.isfinite(numbers.intercept) and 0 <= numbers.threshold <= 1
    in_range = in_range and 0 <= numbers.stretch.share <= 1 and 0 <= numbers.stretch.most < inf
    if not in_range or len(set(names)) != len(names):
        raise ModelFormatError(f"{path} is damaged: numbers out of range; train it again")
    return names, numbers, tuple(ThresholdRow(**row) for row in document["thresholds"])


def _npy(array: npt.NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
    return buffer.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes, position: int) -> int:
    """Store a member uncompressed at ``position``, with a fixed date; returns where the next one goes.

    Its content begins on a boundary that mapping likes: an extra field, which readers pass over, pads
    the member's header (two bytes of id, two of length, then the padding).
    """
    member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    member.external_attr = 0o644 << 16
    header = 30 + len(name) + 4  # the fixed part of a local file header, the name, the extra field's own
    padding = -(position + header) % _ALIGNMENT
    member.extra = b"MS" + padding.to_bytes(2, "little") + b"\0" * padding
    archive.writestr(member, content)
    return position + header + padding + len(content)


def _mapped(file: BinaryIO, path: Path, member: zipfile.ZipInfo) -> npt.NDArray[np.float32]:
    """Map the n-gram weights where they lie in the archive, after checking that they are whole.

    Of an archive that is held in memory they are a view.
    """
    file.seek(member.header_offset + 26)
    sizes = file.read(4)
    start = member.header_offset + 30 + int.from_bytes(sizes[:2], "little") + int.from_bytes(sizes[2:], "little")
    file.seek(start)
    if np.lib.format.read_magic(file) != (1, 0):
        raise ModelFormatError(f"{path} is damaged: its weights are in no known format; train it again")
    shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    offset = file.tell()
    if shape != (1 << ngrams.BITS,) or dtype != np.dtype("<f4") or offset - start + 4 * shape[0] != member.file_size:
        raise ModelFormatError(f"{path} is damaged: its n-gram weights have another size; train it again")
    content: npt.NDArray[np.uint8]
    if isinstance(file, io.BytesIO):
        content = np.frombuffer(file.getvalue(), np.uint8, member.file_size, start)
    else:
        content = np.memmap(file, dtype=np.uint8, mode="r", offset=start, shape=(member.file_size,))
    if zlib.crc32(content.data) != member.CRC:
        raise ModelFormatError(f"{path} is damaged: its check sum is wrong; fetch or train it again")
    # A plain array over the map: NumPy runs Python code at every use of a `numpy.memmap` itself.
    weights: npt.NDArray[np.float32] = content.view(np.ndarray)[offset - start :].view("<f4")
    if not np.isfinite(weights).all():
        raise ModelFormatError(f"{path} is damaged: some of its weights are no numbers; train it again")
    return weights
