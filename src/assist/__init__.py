"""Reply suggestions with exact sources for the people who answer shoppers in an online shop."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assist.assistant import Assistant
    from assist.documents import Chunk, Document, Fact, Kind, Level, Span, Validity
    from assist.encoder.base import Encoder
    from assist.errors import AssistError, EncoderError, IngestError, InputError, StoreError
    from assist.ingest import read
    from assist.messages import Message
    from assist.results import Citation, Decision, Draft, Finding, Hit, Suggestion
    from assist.settings import Settings
    from assist.store.base import Store

__version__ = "0.1.0"

__all__ = [
    "AssistError",
    "Assistant",
    "Chunk",
    "Citation",
    "Decision",
    "Document",
    "Draft",
    "Encoder",
    "EncoderError",
    "Fact",
    "Finding",
    "Hit",
    "IngestError",
    "InputError",
    "Kind",
    "Level",
    "Message",
    "Settings",
    "Span",
    "Store",
    "StoreError",
    "Suggestion",
    "Validity",
    "__version__",
    "read",
]

_HOME = {
    "Assistant": "assist.assistant",
    **dict.fromkeys(("Chunk", "Document", "Fact", "Kind", "Level", "Span", "Validity"), "assist.documents"),
    **dict.fromkeys(
        ("AssistError", "EncoderError", "IngestError", "InputError", "StoreError"), "assist.errors"
    ),
    **dict.fromkeys(("Citation", "Decision", "Draft", "Finding", "Hit", "Suggestion"), "assist.results"),
    "Encoder": "assist.encoder.base",
    "Message": "assist.messages",
    "Settings": "assist.settings",
    "Store": "assist.store.base",
    "read": "assist.ingest",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used (PEP 562), so that `import assist` stays light."""
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'assist' has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
