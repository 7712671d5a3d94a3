"""Bring the passages of a retrieval set into a store, as they are: nothing is masked, nothing is left out."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from assist.documents import Document, Kind
from assist.encoder.base import Encoder
from assist.errors import InputError
from assist.evaluate.beir import Passage
from assist.loading import changed_only, make_records
from assist.settings import Settings
from assist.store.local import LocalStore
from assist.store.view import View

_REPEAT = "\x1f"
"""Between a document id and the number of its further passage; no id of a corpus holds it."""


@contextmanager
def corpus_store(
    passages: Sequence[Passage],
    encoder: Encoder,
    *,
    folder: str | Path | None,
    settings: Settings,
    progress: Callable[[int, int, str], None] | None = None,
) -> Iterator[View]:
    """Open a store that holds exactly these passages, as documents without layout, kind or date of their own.

    Args:
        passages: What to search; an id that comes again is a further passage of that document.
        encoder: What encodes them.
        folder: Kept, and used again without encoding what is already in it; None: a temporary one.
        settings: Of chunks, search and store.
        progress: Called while encoding.

    Raises:
        StoreMismatchError: The folder holds a store of another encoder.
        InputError: The folder holds a store of other documents, such as a shop's.
    """
    with tempfile.TemporaryDirectory(prefix="assist-evaluate-") as temporary:
        path = Path(temporary) / "corpus.assist" if folder is None else Path(folder)
        with LocalStore.open(
            path,
            encoder=encoder.identity,
            create=True,
            settings=settings.store,
            search=settings.search,
        ) as store:
            _fill(store, _documents(passages), encoder, settings, progress)
            yield store.view()


def document_ids(view: View, numbers: Sequence[int]) -> dict[int, str]:
    """Give the corpus ids of dense document numbers."""
    return {number: view.documents[number].id.partition(_REPEAT)[0] for number in numbers}


def _documents(passages: Sequence[Passage]) -> list[Document]:
    seen: Counter[str] = Counter()
    documents = []
    for passage in passages:
        again = seen[passage.id]
        seen[passage.id] += 1
        id = f"{passage.id}{_REPEAT}{again}" if again else passage.id
        documents.append(Document(id=id, text=passage.text, kind=Kind.POLICY))
    return documents


def _fill(
    store: LocalStore,
    documents: Sequence[Document],
    encoder: Encoder,
    settings: Settings,
    progress: Callable[[int, int, str], None] | None,
) -> None:
    current = store.current()
    strange = current.keys() - {document.id for document in documents}
    if strange:
        raise InputError(
            f"{store.path} holds documents of another set, such as {min(strange)!r}; give a new folder"
        )
    records = make_records(changed_only(documents, current).write, encoder, settings.chunk, progress)
    if records:
        store.apply(add=records)
