"""The file of a static model: a safetensors file whose arrays are read by memory map, not copied."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assist.errors import EncoderError

FORMAT = "assist-static-1"
_MOST_HEADER_BYTES = 1 << 20
_DTYPES: dict[str, np.dtype[Any]] = {
    "I8": np.dtype(np.int8),
    "U8": np.dtype(np.uint8),
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
}


@dataclass(frozen=True, slots=True)
class StaticWeights:
    """What a static model consists of.

    Attributes:
        vectors: int8, shape (pieces, d).
        scales: float32, shape (pieces,). A row times its scale is the piece's vector, its weight included.
        pieces: The vocabulary, row by row.
        simplified: Traditional characters and what each becomes.
        name: The model's name.
        revision: Hash of the arrays, given by `write_weights`.
        notes: What else the file says about itself.
    """

    vectors: NDArray[np.int8]
    scales: NDArray[np.float32]
    pieces: tuple[str, ...]
    simplified: Mapping[int, str]
    name: str
    revision: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)


def read_arrays(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Open the arrays of a safetensors file by memory map.

    Returns:
        The arrays, read-only, by name; and the file's own metadata.

    Raises:
        EncoderError: The file is cut short, or is no safetensors file, or holds another kind of number.
    """
    try:
        with path.open("rb") as handle:
            size = int.from_bytes(handle.read(8), "little")
            header = json.loads(handle.read(min(size, _MOST_HEADER_BYTES)))
        whole = np.memmap(path, dtype=np.uint8, mode="r", offset=8 + size)
        metadata = header.pop("__metadata__", {})
        return {name: _slice(whole, entry) for name, entry in header.items()}, metadata
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise EncoderError(f"{path} is not a complete safetensors file of a static model: {error}") from error


def _slice(whole: NDArray[np.uint8], entry: Mapping[str, Any]) -> NDArray[Any]:
    start, stop = entry["data_offsets"]
    if not 0 <= start <= stop <= len(whole):
        raise ValueError(f"bytes {start} to {stop} of {len(whole)}")
    found: NDArray[Any] = np.asarray(whole[start:stop]).view(_DTYPES[entry["dtype"]]).reshape(entry["shape"])
    return found


def read_weights(path: Path) -> StaticWeights:
    """Open a file written by `write_weights`; the vectors stay on disk until they are used.

    Raises:
        EncoderError: The file is damaged, of another format, or its arrays do not fit together.
    """
    arrays, notes = read_arrays(path)
    if notes.get("format") != FORMAT or not {"vectors", "scales", "pieces", "simplified"} <= arrays.keys():
        raise EncoderError(f"{path} is not a static model of format {FORMAT}: found {notes.get('format')!r}")
    try:
        pieces = tuple(bytes(arrays["pieces"]).decode("utf-8").split("\n"))
        letters = bytes(arrays["simplified"]).decode("utf-8")
    except UnicodeDecodeError as error:
        raise EncoderError(f"{path}: the vocabulary is damaged: {error}") from error
    vectors, scales = arrays["vectors"], arrays["scales"]
    if vectors.ndim != 2 or not len(vectors) == len(scales) == len(pieces):
        raise EncoderError(f"{path}: {len(pieces)} pieces, vectors {vectors.shape}, scales {scales.shape}")
    simplified = dict(zip(map(ord, letters[::2]), letters[1::2], strict=True))
    return StaticWeights(vectors, scales, pieces, simplified, notes["name"], notes["revision"], notes)


def write_weights(weights: StaticWeights, path: Path) -> str:
    """Write a static model beside `path` and move it into place.

    Returns:
        The revision: the first 16 hexadecimal digits of the SHA-256 over the arrays.

    Raises:
        EncoderError: A piece holds a line break, or the arrays do not fit together.
    """
    if any("\n" in piece for piece in weights.pieces) or len(weights.pieces) != len(weights.vectors):
        raise EncoderError("every row needs one piece without a line break")
    letters = "".join(chr(c) + s for c, s in weights.simplified.items())
    arrays: dict[str, tuple[str, NDArray[Any]]] = {
        "scales": ("F32", np.ascontiguousarray(weights.scales, dtype="<f4")),
        "vectors": ("I8", np.ascontiguousarray(weights.vectors, dtype=np.int8)),
        "pieces": ("U8", np.frombuffer("\n".join(weights.pieces).encode("utf-8"), dtype=np.uint8)),
        "simplified": ("U8", np.frombuffer(letters.encode("utf-8"), dtype=np.uint8)),
    }
    digest = hashlib.sha256(b"".join(array.tobytes() for _, array in arrays.values())).hexdigest()[:16]
    notes = {**weights.notes, "format": FORMAT, "name": weights.name, "revision": digest}
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(_header(arrays, notes) + b"".join(array.tobytes() for _, array in arrays.values()))
    beside.replace(path)
    return digest


def _header(arrays: Mapping[str, tuple[str, NDArray[Any]]], notes: Mapping[str, str]) -> bytes:
    header: dict[str, Any] = {"__metadata__": dict(notes)}
    start = 0
    for name, (dtype, array) in arrays.items():
        stop = start + array.nbytes
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [start, stop]}
        start = stop
    text = json.dumps(header, ensure_ascii=True).encode("ascii")
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text


def quantize(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Round each row to 255 steps of its largest value.

    Args:
        vectors: float32, shape (n, d).

    Returns:
        int8, shape (n, d), and the float32 scales, shape (n,), that undo it; a row of zeros has scale 0.
    """
    scales = (np.abs(vectors).max(axis=1, initial=0.0) / 127.0).astype(np.float32)
    divisors = np.where(scales > 0.0, scales, 1.0)[:, None]
    return np.rint(vectors / divisors).astype(np.int8), scales
