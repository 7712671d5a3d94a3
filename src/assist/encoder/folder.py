"""Static models as plain sentence-transformers folders: written for others to use, and read back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assist.arrays import FloatMatrix
from assist.encoder.pieces import RUNS, Pieces
from assist.encoder.static import StaticEncoder
from assist.encoder.weights import read_arrays
from assist.errors import EncoderError, InputError, ModelNotFoundError

_UNKNOWN = "[UNK]"
_TENSORS = ("embedding.weight", "embeddings")
"""What sentence-transformers and model2vec call the matrix of token vectors."""
_MODULE = "sentence_transformers.models.StaticEmbedding"
_NORMALIZE = "sentence_transformers.models.Normalize"


class TokenizerCutter:
    """Cuts texts with a `tokenizer.json`, as sentence-transformers' StaticEmbedding does.

    Args:
        path: The tokenizer's file.

    Raises:
        EncoderError: The file is no tokenizer.
    """

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer

        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # tokenizers raises nothing narrower
            raise EncoderError(f"{path} is not a tokenizer: {error}") from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.size = int(self._tokenizer.get_vocab_size())

    def ids_many(self, texts: Sequence[str]) -> list[list[int]]:
        """Cut each of `texts`, without special tokens."""
        encoded = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [entry.ids for entry in encoded]


def is_static_folder(folder: Path) -> bool:
    """Say whether a folder holds token vectors and a tokenizer, and no neural network."""
    return _model_folder(folder) is not None


def _model_folder(folder: Path) -> Path | None:
    for place in (folder, *sorted(folder.glob("0_*"))):
        weights = place / "model.safetensors"
        if weights.is_file() and (place / "tokenizer.json").is_file() and _tensor_name(weights) is not None:
            return place
    return None


def _tensor_name(weights: Path) -> str | None:
    try:
        arrays, _ = read_arrays(weights)
    except EncoderError:
        return None
    return next((name for name in _TENSORS if name in arrays), None)


def open_static_folder(folder: str | Path, *, dim: int | None = None) -> StaticEncoder:
    """Open a StaticEmbedding folder of sentence-transformers, or a model2vec folder.

    Args:
        folder: Holds `tokenizer.json` and `model.safetensors`, itself or in its first module's folder.
        dim: Use only the first columns; None uses all.

    Raises:
        ModelNotFoundError: The folder holds no static model.
        EncoderError: The tokenizer has other rows than the matrix.
        InputError: `dim` is not between 1 and the model's own.
    """
    place = _model_folder(Path(folder))
    if place is None:
        raise ModelNotFoundError(f"{folder} holds no static model", model=str(folder))
    weights = place / "model.safetensors"
    arrays, _ = read_arrays(weights)
    vectors = arrays[_tensor_name(weights) or _TENSORS[0]]
    scales = arrays.get("weights", np.ones(len(vectors))).astype(np.float32)
    cutter = TokenizerCutter(place / "tokenizer.json")
    if cutter.size > len(vectors):
        raise EncoderError(
            f"{folder}: the tokenizer has {cutter.size} tokens, the matrix {len(vectors)} rows"
        )
    revision = hashlib.sha256(weights.read_bytes()).hexdigest()[:16]
    return StaticEncoder(cutter, vectors, scales, name=Path(folder).name, revision=revision, dim=dim)


def export(encoder: StaticEncoder, folder: str | Path) -> Path:
    """Write a static model as a folder that plain `SentenceTransformer(folder)` loads.

    The vectors agree (cosine above 0.999) for simplified Chinese and Latin text. Traditional characters are
    mapped one by one, so that a word written in them is cut into characters there and into words here.

    Args:
        encoder: A model whose cutter is `Pieces`.
        folder: Made if absent; must be empty.

    Returns:
        The folder.

    Raises:
        InputError: The folder is not empty, or the encoder has another cutter.
    """
    target = Path(folder)
    if not isinstance(encoder.cutter, Pieces):
        raise InputError("only models with assist's own pieces are exported; others are such folders already")
    if target.exists() and any(target.iterdir()):
        raise InputError(f"{target} is not empty")
    from safetensors.numpy import save_file

    words, rows = _with_traditional(encoder)
    inner = target / "0_StaticEmbedding"
    inner.mkdir(parents=True, exist_ok=True)
    (target / "1_Normalize").mkdir()
    save_file({"embedding.weight": rows}, inner / "model.safetensors")
    _tokenizer(words).save(str(inner / "tokenizer.json"))
    modules = ((0, "0_StaticEmbedding", _MODULE), (1, "1_Normalize", _NORMALIZE))
    entries = [{"idx": n, "name": str(n), "path": path, "type": kind} for n, path, kind in modules]
    (target / "modules.json").write_text(json.dumps(entries, indent=2), encoding="utf-8")
    config: dict[str, object] = {"prompts": {}, "default_prompt_name": None, "similarity_fn_name": "cosine"}
    (target / "config_sentence_transformers.json").write_text(json.dumps(config, indent=2), encoding="utf-8")
    return target


def _with_traditional(encoder: StaticEncoder) -> tuple[list[str], FloatMatrix]:
    pieces = encoder.cutter
    assert isinstance(pieces, Pieces)  # noqa: S101 - checked at the door
    row_of = {word: row for row, word in enumerate(pieces.words)}
    extra = [
        (chr(c), row_of[s]) for c, s in pieces.simplified.items() if s in row_of and chr(c) not in row_of
    ]
    chosen = np.array([*range(len(pieces.words)), *(row for _, row in extra)], dtype=np.int64)
    rows = encoder.vectors[chosen] * encoder.scales[chosen, None]
    zero = np.zeros((1, rows.shape[1]), dtype=np.float32)
    matrix: FloatMatrix = np.concatenate([rows.astype(np.float32), zero])
    return [*pieces.words, *(word for word, _ in extra), _UNKNOWN], matrix


def _tokenizer(words: Sequence[str]) -> Any:
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

    vocabulary = {word: number for number, word in enumerate(words)}
    longest = 1_000_000  # a run that is longer than this would be unknown as a whole
    model = models.WordPiece(
        vocabulary, unk_token=_UNKNOWN, continuing_subword_prefix="", max_input_chars_per_word=longest
    )
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    runs = pre_tokenizers.Split(Regex(RUNS), behavior="removed", invert=True)
    strangers = pre_tokenizers.Split(Regex(_other_than(words)), behavior="isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([runs, strangers])
    return tokenizer


def _other_than(words: Iterable[str]) -> str:
    codes = sorted({ord(word) for word in words if len(word) == 1})
    spans: list[list[int]] = []
    for code in codes:
        if spans and code == spans[-1][1] + 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return "[^" + "".join(f"\\x{{{a:x}}}-\\x{{{b:x}}}" for a, b in spans) + "]"
