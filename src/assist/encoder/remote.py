"""Any OpenAI-compatible embeddings endpoint as an encoder; the only file that imports the package `openai`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from assist.arrays import FloatMatrix
from assist.encoder.base import EncoderIdentity, Progress, TextKind
from assist.encoder.checks import check_dim, check_texts
from assist.encoder.static import unit_rows
from assist.errors import (
    EncoderError,
    EncoderUnavailableError,
    InputError,
    MissingDependencyError,
    ModelNotFoundError,
)

_PROBE = "您好"
_NO_KEY = "none"
"""Sent to servers that ask for no key; the client wants some word."""


class OpenAIEncoder:
    """Asks an embeddings service: OpenAI's, or a server that speaks like it (vLLM, Ollama, TEI, DashScope …).

    Opening sends one word, which tells the width of the vectors and that address, key and model are right.
    Texts leave this machine: mask personal data before, as stores and suggestions do. Texts without a visible
    character are not sent; they give the last unit vector. Waiting and trying again (time-outs, 408, 409, 429,
    5xx; `Retry-After` is kept to) is the client's, with growing pauses. Safe to share between threads.

    Args:
        model: The service's name of the model.
        base_url: Where the service is, such as "http://localhost:8000/v1"; None takes the environment's
            OPENAI_BASE_URL, else OpenAI's own.
        api_key: None takes the environment's OPENAI_API_KEY. Servers at a `base_url` may do without.
        query_prefix: Put before queries.
        passage_prefix: Put before passages.
        dim: Keep only the first `dim` columns, for models trained so (Matryoshka); None keeps all.
        revision: Change it when the service changes the model behind the name; a store keeps it.
        batch_size: Texts in one request; some services take 10 at most.
        max_chars: Longer texts are cut there, since services refuse what their model cannot read.
        timeout_s: How long one try may take, in seconds.
        max_retries: How often a failed request is sent again.
        progress: Told how far `encode` is.

    Raises:
        MissingDependencyError: The package `openai` is not installed.
        EncoderUnavailableError: The service cannot be reached, refuses the key, or stays overloaded.
        ModelNotFoundError: The service does not know the model.
        EncoderError: The service refuses the request or answers with something else than vectors.
        InputError: A number is impossible, or there is neither a key nor a `base_url`.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        query_prefix: str = "",
        passage_prefix: str = "",
        dim: int | None = None,
        revision: str = "remote",
        batch_size: int = 64,
        max_chars: int = 6_000,
        timeout_s: float = 30.0,
        max_retries: int = 4,
        progress: Progress | None = None,
    ) -> None:
        if batch_size < 1 or max_chars < 1 or timeout_s <= 0 or max_retries < 0:
            raise InputError(
                "batch_size and max_chars must be >= 1, timeout_s > 0 and max_retries >= 0, got "
                f"{batch_size}, {max_chars}, {timeout_s} and {max_retries}"
            )
        self._model = model
        self._batch_size, self._max_chars, self._progress = batch_size, max_chars, progress
        self._client = _client(base_url, api_key, timeout_s, max_retries)
        self._prefixes = {"query": query_prefix, "passage": passage_prefix}
        widest = self._ask([_PROBE]).shape[1]
        self._identity = EncoderIdentity(
            name=f"openai:{model}",
            revision=revision,
            dim=check_dim(dim, widest),
            query_prefix=query_prefix,
            passage_prefix=passage_prefix,
        )

    @property
    def identity(self) -> EncoderIdentity:
        """Name, the revision given, dimension and prefixes; a service tells no hash of its weights."""
        return self._identity

    def encode(self, texts: Sequence[str], *, kind: TextKind = "passage") -> FloatMatrix:
        """Encode texts, each behind the prefix of its kind; float32, shape (n, dim), unit rows.

        Raises:
            InputError: `texts` is no sequence of strings, or `kind` is unknown.
            EncoderUnavailableError: The service stayed away or overloaded through all tries.
            EncoderError: The service refused, or its answer does not fit.
        """
        check_texts(texts, kind)
        matrix = np.zeros((len(texts), self._identity.dim), dtype=np.float32)
        places = [place for place, text in enumerate(texts) if text.strip()]
        for start in range(0, len(places), self._batch_size):
            some = places[start : start + self._batch_size]
            rows = self._ask([self._prepared(texts[place], kind) for place in some])
            if rows.shape[1] < self._identity.dim:
                raise EncoderError(
                    f"{self._model} gave {rows.shape[1]} columns where {self._identity.dim} were expected"
                )
            matrix[some] = rows[:, : self._identity.dim]
            if self._progress is not None:
                self._progress(some[-1] + 1, len(texts))
        return unit_rows(matrix)

    def _prepared(self, text: str, kind: TextKind) -> str:
        whole = self._prefixes[kind] + text[: self._max_chars]
        return whole.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate is no JSON

    def _ask(self, texts: list[str]) -> FloatMatrix:
        with _mapped(self._client, self._model):
            # Plain numbers: many servers that speak like OpenAI's know no base64.
            answer = self._client.embeddings.create(model=self._model, input=texts, encoding_format="float")
        return _matrix(answer, len(texts), self._model)


def _client(base_url: str | None, api_key: str | None, timeout_s: float, max_retries: int) -> Any:
    try:
        import openai
    except ImportError as error:
        raise MissingDependencyError("openai", extra="openai") from error
    place = base_url or os.environ.get("OPENAI_BASE_URL") or None
    key = api_key or os.environ.get("OPENAI_API_KEY") or (_NO_KEY if place else "")
    if not key:
        raise InputError("there is no key: set OPENAI_API_KEY, or give the base_url of a server without keys")
    return openai.OpenAI(base_url=place, api_key=key, timeout=timeout_s, max_retries=max_retries)


def _matrix(answer: Any, count: int, model: str) -> FloatMatrix:
    """Put the answer's vectors in the order of the texts; it names each by its number."""
    try:
        entries = sorted(answer.data, key=lambda entry: int(entry.index))
        if [entry.index for entry in entries] != list(range(count)):
            raise ValueError(f"{len(entries)} vectors for {count} texts")
        rows = np.array([entry.embedding for entry in entries], dtype=np.float32)
        if rows.ndim != 2 or not rows.shape[1] or not np.isfinite(rows).all():
            raise ValueError("rows of unlike length, empty ones or such that are not numbers")
    except (AttributeError, TypeError, ValueError) as error:
        raise EncoderError(f"the service's answer for {model} is no list of vectors: {error}") from error
    return rows


@contextmanager
def _mapped(client: Any, model: str) -> Iterator[None]:
    """Turn the client's errors into ours; what a service writes back may hold the key, so it is covered."""
    import openai

    place, key = client.base_url.copy_with(userinfo=b"", query=None), client.api_key

    def said(error: Exception) -> str:
        return str(error).replace(key, "***")[:300]

    try:
        yield
    except openai.NotFoundError as error:
        raise ModelNotFoundError(f"{place} has no model {model!r}: {said(error)}", model=model) from None
    except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
        raise EncoderUnavailableError(f"{place} refuses the key: {said(error)}") from None
    except openai.APITimeoutError:
        raise EncoderUnavailableError(f"{place} gave no answer within {client.timeout} s") from None
    except openai.APIConnectionError as error:
        raise EncoderUnavailableError(f"{place} cannot be reached: {said(error)}") from None
    except (openai.RateLimitError, openai.InternalServerError) as error:
        raise EncoderUnavailableError(
            f"{place} failed after {client.max_retries} more tries: {said(error)}"
        ) from None
    except (openai.OpenAIError, ValueError) as error:
        raise EncoderError(f"{place} refused the texts for {model}: {said(error)}") from None
