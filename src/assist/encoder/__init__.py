"""Texts in, a float32 matrix with unit rows out: the bundled static model and the stronger ones behind one call.

`load` is the door; `static`, `onnx_model`, `sentence`, `remote` and `ensemble` hold the encoders. `folder` reads
and writes static models as plain sentence-transformers folders, `e5` builds a transformer that needs no hub.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from assist.encoder.base import Backend, Encoder, EncoderIdentity, TextKind
from assist.encoder.static import StaticEncoder
from assist.errors import InputError

__all__ = ["Backend", "Encoder", "EncoderIdentity", "TextKind", "bundled", "load"]

BUNDLED = "bundled"
MODEL_FILE = "static.safetensors"
"""Name of the file in a folder that `assist adapt` writes."""
E5 = "e5-small-zh"
SERVICE = "openai:"
_BUNDLED_FILE = Path(__file__).parent / "data" / "bundled.safetensors"


@lru_cache(maxsize=1)
def bundled() -> StaticEncoder:
    """Give the model that comes with the package; opened once per process.

    Raises:
        ModelNotFoundError: The installation lacks the file.
    """
    return StaticEncoder.open(_BUNDLED_FILE)


def load(
    name: str | Path,
    *,
    dim: int | None = None,
    query_prefix: str | None = None,
    passage_prefix: str | None = None,
    backend: Backend | None = None,
    device: str = "cpu",
    batch_size: int = 32,
    local_files_only: bool = False,
) -> Encoder:
    """Load an encoder.

    Args:
        name: "bundled"; "e5-small-zh", built on first use (extra `e5`); the path of a static model's file or
            folder; the path or hub name of a sentence-transformers model; "openai:MODEL" for an embeddings service, whose address and key are
            the environment's OPENAI_BASE_URL and OPENAI_API_KEY; or two of these joined by "+", whose vectors
            are set side by side.
        dim: Keep only the first `dim` columns; None keeps all. Not for two joined models.
        query_prefix: Put before queries; None takes the model's own. Not for static models.
        passage_prefix: Put before passages; None takes the model's own.
        backend: What runs a transformer. None: onnxruntime for "e5-small-zh", torch for others. A folder with
            a graph below `onnx/` needs no torch with "onnx".
        device: Where torch runs.
        batch_size: Texts per step.
        local_files_only: Don't ask the hub.

    Raises:
        ModelNotFoundError: There is no such model, or the hub cannot be reached; `.model` names it.
        EncoderUnavailableError: The embeddings service cannot be reached or refuses the key.
        EncoderError: The model's files are damaged.
        MissingDependencyError: A package is needed that is not installed; the message names the extra.
        InputError: The name is empty, or an option is impossible or is not for this kind of model.

    Examples:
        >>> encoder = load("bundled")
        >>> encoder.encode(["掉色不", "会不会褪色"]).dtype.name
        'float32'
    """
    text = str(name).strip()
    if not text:
        raise InputError("the encoder's name is empty; give 'bundled', a path or a model's name")
    path = Path(text)
    if "+" in text and not path.exists():
        return _joined(text.split("+"), dim)
    if (static := _static(text, path, dim)) is not None:
        if query_prefix or passage_prefix:
            raise InputError(f"{text} is a static model: it takes no prefix")
        return static
    if text.startswith(SERVICE):
        return _service(text.removeprefix(SERVICE), dim, query_prefix, passage_prefix, batch_size)
    if text == E5 and backend in {None, "onnx"}:
        if query_prefix or passage_prefix:
            raise InputError(f"{E5} has its own prefixes")
        return _e5(dim, batch_size)
    if backend == "onnx" and path.is_dir():
        return _graph(path, dim, query_prefix, passage_prefix, batch_size)
    from assist.encoder.sentence import SentenceTransformerEncoder

    return SentenceTransformerEncoder(
        _e5_folder() if text == E5 else text,
        dim=dim,
        query_prefix=query_prefix,
        passage_prefix=passage_prefix,
        backend=backend or "torch",
        device=device,
        batch_size=batch_size,
        local_files_only=local_files_only,
    )


def _static(name: str, path: Path, dim: int | None) -> StaticEncoder | None:
    from assist.encoder.folder import is_static_folder, open_static_folder

    if name == BUNDLED:
        return bundled() if dim is None else StaticEncoder.open(_BUNDLED_FILE, dim=dim)
    if (path / MODEL_FILE).is_file():
        return StaticEncoder.open(path / MODEL_FILE, dim=dim)
    if path.suffix == ".safetensors":
        return StaticEncoder.open(path, dim=dim)
    return open_static_folder(path, dim=dim) if path.is_dir() and is_static_folder(path) else None


def _e5(dim: int | None, batch_size: int) -> Encoder:
    from assist.encoder.e5 import open_e5

    return open_e5(dim=dim, batch_size=batch_size)


def _e5_folder() -> Path:
    from assist.encoder.e5 import built_folder

    return built_folder()


def _graph(folder: Path, dim: int | None, query: str | None, passage: str | None, batch_size: int) -> Encoder:
    from assist.encoder.onnx_model import OnnxEncoder

    return OnnxEncoder(folder, dim=dim, query_prefix=query, passage_prefix=passage, batch_size=batch_size)


def _service(model: str, dim: int | None, query: str | None, passage: str | None, batch_size: int) -> Encoder:
    from assist.encoder.remote import OpenAIEncoder

    return OpenAIEncoder(
        model, dim=dim, query_prefix=query or "", passage_prefix=passage or "", batch_size=batch_size
    )


def _joined(names: list[str], dim: int | None) -> Encoder:
    from assist.encoder.ensemble import EnsembleEncoder

    if dim is not None or len(names) != 2:
        raise InputError(f"two models are joined by '+', without dim; got {'+'.join(names)!r} with dim={dim}")
    return EnsembleEncoder(load(names[0]), load(names[1]))
