"""Runs a sentence-transformers folder that holds an ONNX graph: onnxruntime and a tokenizer, no torch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assist.arrays import FloatMatrix
from assist.encoder.base import EncoderIdentity, Progress, TextKind
from assist.encoder.checks import check_dim, check_texts
from assist.encoder.static import unit_rows
from assist.errors import EncoderError, InputError, MissingDependencyError, ModelNotFoundError

_POOLINGS = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}
_HIDDEN = ("last_hidden_state", "token_embeddings")
_PASSAGE_PROMPTS = ("passage", "document", "corpus")


class OnnxEncoder:
    """A transformer with mean or first-token pooling, on the CPU, opened in less than a second.

    Safe to share between threads. A text longer than the model reads is cut at its last token.

    Args:
        folder: A sentence-transformers folder with `tokenizer.json` and a graph below `onnx/`.
        file: Name of the graph's file below `onnx/`; None takes `model.onnx`, else the first by name.
        query_prefix: Put before queries; None takes the folder's own.
        passage_prefix: Put before passages; None takes the folder's own.
        dim: Keep only the first `dim` columns; None keeps all.
        batch_size: Texts per step; texts of like length go together.
        threads: Processor threads; None leaves it to onnxruntime.
        revision: What the identity says; None takes a hash of the graph's file.
        progress: Told how far `encode` is.

    Raises:
        MissingDependencyError: onnxruntime is not installed.
        ModelNotFoundError: The folder, or one of its files, is not there.
        EncoderError: A file is damaged, or the pooling is another.
        InputError: `batch_size`, `threads` or `dim` is impossible.
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        file: str | None = None,
        query_prefix: str | None = None,
        passage_prefix: str | None = None,
        dim: int | None = None,
        batch_size: int = 32,
        threads: int | None = None,
        revision: str | None = None,
        progress: Progress | None = None,
    ) -> None:
        if batch_size < 1 or (threads is not None and threads < 1):
            raise InputError(f"batch_size and threads must be >= 1, got {batch_size} and {threads}")
        place = Path(folder)
        graph = place / "onnx" / (file or _graph_name(place))
        for needed in (graph, place / "tokenizer.json"):
            if not needed.is_file():
                raise ModelNotFoundError(f"there is no {needed}", model=str(folder))
        self._batch_size, self._progress = batch_size, progress
        self._tokenizer = _tokenizer(place)
        self._session = _session(graph, threads)
        self._inputs = {entry.name for entry in self._session.get_inputs()}
        self._output = _hidden(self._session, graph)
        self._pooling = _pooling(place)
        prompts = _json(place / "config_sentence_transformers.json").get("prompts", {})
        self._identity = EncoderIdentity(
            name=place.name,
            revision=revision or hashlib.sha256(graph.read_bytes()).hexdigest()[:16],
            dim=check_dim(dim, self._run(["."]).shape[1]),
            query_prefix=prompts.get("query", "") if query_prefix is None else query_prefix,
            passage_prefix=_first(prompts, _PASSAGE_PROMPTS) if passage_prefix is None else passage_prefix,
        )

    @property
    def identity(self) -> EncoderIdentity:
        """Name of the folder, a hash of the weights, dimension and prefixes."""
        return self._identity

    def encode(self, texts: Sequence[str], *, kind: TextKind = "passage") -> FloatMatrix:
        """Encode texts, each behind the prefix of its kind; float32, shape (n, dim), unit rows.

        Raises:
            InputError: `texts` is no sequence of strings, or `kind` is unknown.
            EncoderError: The model failed.
        """
        check_texts(texts, kind)
        prefix = self._identity.query_prefix if kind == "query" else self._identity.passage_prefix
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        matrix = np.zeros((len(texts), self._identity.dim), dtype=np.float32)
        for start in range(0, len(order), self._batch_size):
            places = order[start : start + self._batch_size]
            matrix[places] = self._run([prefix + texts[n] for n in places])[:, : self._identity.dim]
            if self._progress is not None:
                self._progress(start + len(places), len(texts))
        return unit_rows(matrix)

    def _run(self, texts: list[str]) -> FloatMatrix:
        sound = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]  # no lone surrogates
        rows = [entry.ids for entry in self._tokenizer.encode_batch_fast(sound)]
        ids = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
        mask = np.zeros_like(ids)
        for number, row in enumerate(rows):
            ids[number, : len(row)] = row
            mask[number, : len(row)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        try:
            hidden = self._session.run([self._output], {name: given[name] for name in self._inputs})[0]
        except Exception as error:  # onnxruntime raises nothing narrower
            raise EncoderError(f"the model failed on {len(texts)} texts: {error}") from error
        return self._pooled(hidden, mask)

    def _pooled(self, hidden: NDArray[Any], mask: NDArray[np.int64]) -> FloatMatrix:
        if self._pooling == "cls":
            return np.asarray(hidden[:, 0], dtype=np.float32)
        shares = (mask / mask.sum(axis=1, keepdims=True)).astype(np.float32)
        pooled: FloatMatrix = np.matmul(shares[:, None, :], hidden)[:, 0]
        return pooled


def _graph_name(folder: Path) -> str:
    names = sorted(file.name for file in (folder / "onnx").glob("*.onnx"))
    return names[0] if names and "model.onnx" not in names else "model.onnx"


def _tokenizer(folder: Path) -> Any:
    from tokenizers import Tokenizer

    file = folder / "tokenizer.json"
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # tokenizers raises nothing narrower
        raise EncoderError(f"{file} is not a tokenizer: {error}") from error
    tokenizer.no_padding()
    longest = _json(folder / "sentence_bert_config.json").get("max_seq_length")
    tokenizer.enable_truncation(int(longest or 512))
    return tokenizer


def _session(graph: Path, threads: int | None) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingDependencyError("onnxruntime", extra="e5") from error
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    if threads is not None:
        options.intra_op_num_threads = threads
    try:
        return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises nothing narrower
        raise EncoderError(f"{graph} is not a complete ONNX graph: {error}") from error


def _hidden(session: Any, graph: Path) -> str:
    names = [entry.name for entry in session.get_outputs()]
    found = next((name for name in _HIDDEN if name in names), None)
    if found is None:
        raise EncoderError(f"{graph} gives {', '.join(names)}; one of {', '.join(_HIDDEN)} is needed")
    return found


def _pooling(folder: Path) -> str:
    config = _json(folder / "1_Pooling" / "config.json")
    modes = [key for key, value in config.items() if key.startswith("pooling_mode_") and value is True]
    modes = modes or [f"pooling_mode_{config['pooling_mode']}_tokens"] if "pooling_mode" in config else modes
    if len(modes) != 1 or modes[0] not in _POOLINGS:
        raise EncoderError(f"{folder}: pooling must be mean or first token, found {modes or 'none'}")
    return _POOLINGS[modes[0]]


def _json(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise EncoderError(f"{file} is not JSON: {error}") from error
    return found if isinstance(found, dict) else {}


def _first(prompts: dict[str, str], names: Sequence[str]) -> str:
    return next((prompts[name] for name in names if prompts.get(name)), "")
