"""Which comments have been there before, in a fixed amount of memory."""

from hashlib import blake2b

import numpy as np
import numpy.typing as npt

__all__ = ["Seen", "key_of"]

_FALSE, _TRUE = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F  # what a label adds to a key
_HASHES = 4


def key_of(text: str) -> int:
    """Hash a text to 64 bits, the same in every run and on every machine."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


class Seen:
    """Which comments have been there before: a Bloom filter (Bloom 1970), so it may take a new one for an old one.

    Among ``2 ** bits / 32`` comments one in four hundred new ones is taken so, among half as many one in five thousand.
    """

    def __init__(self, bits: int = 28) -> None:
        self._mask = np.uint64((1 << bits) - 1)
        self._bits = np.zeros(1 << (bits - 3), dtype=np.uint8)
        self.contradictions = 0

    def first(self, keys: npt.NDArray[np.uint64], spam: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Say which of these comments are neither copies of earlier ones nor of one another; they are remembered.

        Copies of a comment that had the other label are counted in ``contradictions``.
        """
        fresh = np.zeros(len(keys), dtype=np.bool_)
        fresh[np.unique(keys, return_index=True)[1]] = True
        fresh &= ~self._has(keys)
        labelled = keys ^ np.where(spam, np.uint64(_TRUE), np.uint64(_FALSE))
        self._add(keys[fresh])
        self._add(labelled[fresh])
        self.contradictions += int((~fresh & ~self._has(labelled)).sum())
        return fresh

    def _places(self, keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
        step = (keys >> np.uint64(32)) | np.uint64(1)
        return (keys[None, :] + np.arange(_HASHES, dtype=np.uint64)[:, None] * step[None, :]) & self._mask

    def _has(self, keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
        places = self._places(keys)
        bit = np.uint8(1) << (places & np.uint64(7)).astype(np.uint8)
        found: npt.NDArray[np.bool_] = (self._bits[places >> np.uint64(3)] & bit).astype(np.bool_).all(axis=0)
        return found

    def _add(self, keys: npt.NDArray[np.uint64]) -> None:
        places = self._places(keys).ravel()
        bit = np.uint8(1) << (places & np.uint64(7)).astype(np.uint8)
        np.bitwise_or.at(self._bits, (places >> np.uint64(3)).astype(np.intp), bit)
