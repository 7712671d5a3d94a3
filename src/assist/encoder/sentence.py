"""Any sentence-transformers model as an encoder; that package is imported here and where such a model learns alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np

from assist.arrays import FloatMatrix
from assist.encoder.base import Backend, EncoderIdentity, Progress, TextKind
from assist.encoder.checks import check_dim, check_texts
from assist.encoder.static import unit_rows
from assist.errors import AssistError, EncoderError, InputError, MissingDependencyError, ModelNotFoundError

_BATCHES_PER_PORTION = 16
_SAMPLED_VALUES = 4_096
_PASSAGE_PROMPTS = ("passage", "document", "corpus")
OFFLINE_HELP = (
    'offline there are encoder="bundled", which needs no download, and the path of a folder that holds a '
    "sentence-transformers model, copied from a machine that can reach the hub"
)


class SentenceTransformerEncoder:
    """Runs a sentence-transformers model, on the CPU unless told otherwise.

    The prefixes of queries and passages are those that the model's own configuration gives under "query" and
    "passage", "document" or "corpus"; give them here for a model whose configuration is silent. Loading takes
    seconds, since it imports torch.

    Args:
        model: A folder, or a name on the hub.
        device: Where to run: "cpu", "cuda", "mps".
        batch_size: Texts per step; texts of like length go together.
        query_prefix: Put before queries; None takes the model's own.
        passage_prefix: Put before passages; None takes the model's own.
        dim: Keep only the first `dim` columns, for models trained so (Matryoshka); None keeps all.
        dtype: Numbers that the weights are held in; float32 is the safe one on a CPU.
        backend: What runs it. "onnx" and "openvino" need their own extras of sentence-transformers.
        local_files_only: Don't ask the hub, only folders and the local cache.
        progress: Told how far `encode` is.

    Attributes:
        model: The opened `SentenceTransformer`.
        backend: What runs it.

    Raises:
        MissingDependencyError: sentence-transformers is not installed.
        ModelNotFoundError: The model is no folder and the hub does not give it, or cannot be reached.
        EncoderError: The folder's model is broken.
        InputError: `batch_size` or `dim` is impossible.
    """

    def __init__(
        self,
        model: str | Path,
        *,
        device: str = "cpu",
        batch_size: int = 32,
        query_prefix: str | None = None,
        passage_prefix: str | None = None,
        dim: int | None = None,
        dtype: Literal["float32", "bfloat16", "float16"] = "float32",
        backend: Backend = "torch",
        local_files_only: bool = False,
        progress: Progress | None = None,
    ) -> None:
        if batch_size < 1:
            raise InputError(f"batch_size must be >= 1, got {batch_size}")
        self._batch_size = batch_size
        self._progress = progress
        self.backend: Backend = backend
        with mapped(str(model)):
            self.model: Any = _open(str(model), device, dtype, backend, local_files_only)
            widest = int(self.model.encode(["."], prompt="").shape[1])
        prompts = self.model.prompts
        self._identity = EncoderIdentity(
            name=Path(model).name if Path(model).exists() else str(model),
            revision=_revision(self.model, model, backend),
            dim=check_dim(dim, widest),
            query_prefix=_prompt(prompts, ("query",)) if query_prefix is None else query_prefix,
            passage_prefix=_prompt(prompts, _PASSAGE_PROMPTS) if passage_prefix is None else passage_prefix,
        )

    @property
    def identity(self) -> EncoderIdentity:
        """Name, a hash over samples of the weights, dimension and prefixes.

        For "onnx" and "openvino" the hash is over the folder's files; a hub name then stands for itself.
        """
        return self._identity

    def encode(self, texts: Sequence[str], *, kind: TextKind = "passage") -> FloatMatrix:
        """Encode texts, each behind the prefix of its kind; float32, shape (n, dim), unit rows.

        Raises:
            InputError: `texts` is no sequence of strings, or `kind` is unknown.
            EncoderError: The model failed, or gave NaN.
        """
        check_texts(texts, kind)
        matrix = np.zeros((len(texts), self._identity.dim), dtype=np.float32)
        step = self._batch_size * _BATCHES_PER_PORTION
        for start in range(0, len(texts), step):
            portion = list(texts[start : start + step])
            matrix[start : start + step] = self._run(portion, kind)
            if self._progress is not None:
                self._progress(start + len(portion), len(texts))
        return unit_rows(matrix)

    def _run(self, texts: list[str], kind: TextKind) -> FloatMatrix:
        prefix = self._identity.query_prefix if kind == "query" else self._identity.passage_prefix
        with mapped(self._identity.name):
            rows = self.model.encode(
                texts, prompt=prefix, batch_size=self._batch_size, show_progress_bar=False
            )
        found: FloatMatrix = np.asarray(rows, dtype=np.float32)[:, : self._identity.dim]
        if not np.isfinite(found).all():
            raise EncoderError(f"{self._identity.name} gave NaN or infinite values; try dtype='float32'")
        return found


def _open(model: str, device: str, dtype: str, backend: Backend, local_files_only: bool) -> Any:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise MissingDependencyError("sentence-transformers", extra="encoders") from error
    if not Path(model).exists() and (model.startswith((".", "/", "~")) or model.count("/") > 1):
        raise ModelNotFoundError(f"there is no folder {model}; {OFFLINE_HELP}", model=model)
    opened = SentenceTransformer(model, device=device, backend=backend, local_files_only=local_files_only)
    if backend == "torch":
        import torch

        opened.to(dtype=getattr(torch, dtype))
    return opened.eval()


def _prompt(prompts: Mapping[str, str], names: Sequence[str]) -> str:
    return next((prompts[name] for name in names if prompts.get(name)), "")


def _revision(opened: Any, model: str | Path, backend: Backend) -> str:
    hasher = hashlib.sha256()
    if backend != "torch":  # these hold no tensors that could be looked at
        hasher.update(f"{backend} {Path(model).name}".encode())
        for file in sorted(Path(model).glob(f"{backend}/*")):
            hasher.update(file.read_bytes())
        return hasher.hexdigest()[:16]
    for name, tensor in sorted(opened.state_dict().items()):
        if ".pooler." in name:  # unused here, and filled with random numbers where the model has none
            continue
        values = tensor.detach().cpu().float().flatten()
        sample = values[:: max(1, len(values) // _SAMPLED_VALUES)]
        hasher.update(f"{name}{tuple(tensor.shape)}{float(values.double().sum()):.9g}".encode())
        hasher.update(sample.numpy().tobytes())
    return hasher.hexdigest()[:16]


@contextmanager
def mapped(model: str) -> Iterator[None]:
    """Turn what the package raises about a model into this library's errors."""
    try:
        yield
    except AssistError:
        raise
    except (OSError, ValueError) as error:
        reason = f"the model {model!r} could not be loaded: {_first_line(error)}; {OFFLINE_HELP}"
        raise ModelNotFoundError(reason, model=model) from error
    except Exception as error:
        raise EncoderError(
            f"the model {model!r} failed: {type(error).__name__}: {_first_line(error)}"
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
