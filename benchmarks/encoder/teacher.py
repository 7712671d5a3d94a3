"""The teacher: a sentence-transformers folder, run as an int8 ONNX graph where `onnx` is installed."""

from __future__ import annotations

import hashlib
import json
import logging
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np
from tokenizers import Tokenizer

from assist.arrays import FloatMatrix
from assist.encoder import EncoderIdentity, TextKind

log = logging.getLogger("teacher")

MAX_TOKENS = 64
"""Enough for the training texts, which are cut; whole passages are measured with `PASSAGE_TOKENS`."""
PASSAGE_TOKENS = 256
SHARD_TEXTS = 8192


def export_onnx(folder: Path, out: Path) -> Path:
    """Write the transformer of `folder` as an int8 ONNX graph into `out`; returns the file, made once."""
    target = out / "teacher_int8.onnx"
    if target.exists():
        return target
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from transformers import AutoModel

    class Plain(torch.nn.Module):
        """Only what is traced: ids and mask in, the last hidden state out."""

        def __init__(self, model: torch.nn.Module) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            return bert_hidden(self.model, ids, mask)

    out.mkdir(parents=True, exist_ok=True)
    model = Plain(AutoModel.from_pretrained(folder, dtype=torch.float32)).eval()
    example = torch.ones(2, 8, dtype=torch.int64)
    full = out / "teacher_fp32.onnx"
    axes = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        model,
        (example, example),
        str(full),
        input_names=["input_ids", "attention_mask"],
        output_names=["hidden"],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, "hidden": axes},
        opset_version=17,
        dynamo=False,
    )
    beside = target.with_suffix(".part")
    quantize_dynamic(str(full), str(beside), per_channel=True, weight_type=QuantType.QInt8)
    beside.replace(target)
    full.unlink()
    return target


def bert_hidden(model: Any, ids: Any, mask: Any) -> Any:
    """Run a BertModel's layers with plain operations, which every exporter can trace."""
    import torch

    embeddings, heads = model.embeddings, model.config.num_attention_heads
    places = torch.arange(ids.shape[1])[None, :]
    x = embeddings.word_embeddings(ids) + embeddings.position_embeddings(places)
    x = embeddings.LayerNorm(x + embeddings.token_type_embeddings.weight[0])
    shut = (1.0 - mask[:, None, None, :].float()) * -1e4
    for layer in model.encoder.layer:
        inner = layer.attention.self
        q, k, v = (
            part(x).unflatten(-1, (heads, -1)).transpose(1, 2)
            for part in (inner.query, inner.key, inner.value)
        )
        weights = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5 + shut).softmax(-1)
        mixed = (weights @ v).transpose(1, 2).flatten(2)
        x = layer.attention.output.LayerNorm(layer.attention.output.dense(mixed) + x)
        wide = torch.nn.functional.gelu(layer.intermediate.dense(x))
        x = layer.output.LayerNorm(layer.output.dense(wide) + x)
    return x


class Teacher:
    """Mean-pooled unit rows of the teacher; every text takes the same prefix, since pairs are compared both ways."""

    def __init__(
        self,
        folder: Path,
        work: Path,
        *,
        threads: int = 1,
        prefix: str = "query: ",
        most_tokens: int = MAX_TOKENS,
    ) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self.name = folder.name
        self.prefix = prefix
        self._session = onnxruntime.InferenceSession(
            str(export_onnx(folder, work)), options, ["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(most_tokens)
        self._pad = json.loads((folder / "config.json").read_text(encoding="utf-8"))["pad_token_id"]

    def encode(self, texts: Sequence[str], *, tokens_per_batch: int = 768) -> np.ndarray[Any, Any]:
        """Encode in batches of equal length, so that little is spent on padding; float16, unit rows."""
        rows = [e.ids for e in self._tokenizer.encode_batch_fast([self.prefix + t for t in texts])]
        order = np.argsort([len(r) for r in rows], kind="stable")
        out = np.zeros((len(texts), 384), dtype=np.float16)
        start = 0
        while start < len(order):
            width = len(rows[order[start]])
            stop = min(len(order), start + max(1, tokens_per_batch // width))
            batch = order[start:stop]
            out[batch] = self._run([rows[i] for i in batch])
            start = stop
        return out

    def _run(self, rows: list[list[int]]) -> np.ndarray[Any, Any]:
        width = max(map(len, rows))
        ids = np.full((len(rows), width), self._pad, dtype=np.int64)
        for number, row in enumerate(rows):
            ids[number, : len(row)] = row
        mask = (ids != self._pad).astype(np.int64)
        hidden = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        pooled = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
        unit: np.ndarray[Any, Any] = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
        return unit


class TeacherEncoder:
    """The teacher as an encoder, with its own prefixes, to be measured beside the student."""

    def __init__(self, folder: Path, work: Path, *, threads: int = 1) -> None:
        self._by_kind = {
            kind: Teacher(folder, work, threads=threads, prefix=f"{kind}: ", most_tokens=PASSAGE_TOKENS)
            for kind in get_args(TextKind)
        }
        self._identity = EncoderIdentity(f"{folder.name}, int8 ONNX", "", 384, "query: ", "passage: ")

    @property
    def identity(self) -> EncoderIdentity:
        return self._identity

    def encode(self, texts: Sequence[str], *, kind: TextKind = "passage") -> FloatMatrix:
        return self._by_kind[kind].encode(texts).astype(np.float32)


def cached_embeddings(teacher: Teacher, texts: Sequence[str], cache: Path) -> np.ndarray[Any, Any]:
    """Encode `texts` shard by shard, each kept on disk under a hash of its texts; an interrupted run goes on."""
    cache.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    parts = []
    for start in range(0, len(texts), SHARD_TEXTS):
        shard = texts[start : start + SHARD_TEXTS]
        key = "\x00".join((teacher.name, teacher.prefix, str(MAX_TOKENS), *shard))
        file = cache / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.npy"
        if not file.exists():
            beside = file.with_suffix(".part.npy")
            np.save(beside, teacher.encode(shard))
            beside.replace(file)
            rate = (start + len(shard)) / (time.monotonic() - started)
            log.info("teacher: %d of %d texts, %.0f/s", start + len(shard), len(texts), rate)
            sys.stderr.flush()
        parts.append(np.load(file))
    return np.concatenate(parts) if parts else np.zeros((0, 384), dtype=np.float16)
