"""Which products a text names: by their ids, and by their models where one is the longer form of another (E3, E3 Pro)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from assist.documents import Document
from assist.expressions import expression
from assist.memo import Memo

_VERSION = "pro|plus|max|ultra|air|mini|lite|se"
_MODEL = expression(rf"[a-z]+-?\d+[a-z0-9]*(?: ?(?:{_VERSION})(?![a-z]))+", re.IGNORECASE)
_GOES_ON = expression(rf" ?(?:{_VERSION})(?![a-z])", re.IGNORECASE)
_MODELS: Memo[Sequence[Document], tuple[tuple[str, str], ...]] = Memo(8)


def named_in(text: str, catalog: Sequence[Document]) -> tuple[str, ...]:
    """Return the ids of the products that a text names, in the order of the catalogue.

    `E3 Pro单只99元` names the product of that model, and not E3.
    """
    models = {product: model for product, model in _models(catalog) if model in text}
    return tuple(
        product.id
        for product in catalog
        if product.id in models or (product.id in text and _stands_alone(product.id, text, models.values()))
    )


def _models(catalog: Sequence[Document]) -> tuple[tuple[str, str], ...]:
    """Return id and model of every product whose title tells a version of a model."""
    known = _MODELS.get(catalog)
    return _MODELS.put(catalog, tuple(_of_titles(catalog))) if known is None else known


def _of_titles(catalog: Sequence[Document]) -> Iterator[tuple[str, str]]:
    for product in catalog:
        found = _MODEL.search(product.title)
        if found is not None:
            yield product.id, found.group()


def _stands_alone(name: str, text: str, longer: Iterable[str]) -> bool:
    """Say whether an id stands somewhere in a text as itself, not as the beginning of a longer model."""
    if not any(model.startswith(name) and model != name for model in longer):
        return True
    return any(not _GOES_ON.match(text, found.end()) for found in re.finditer(re.escape(name), text))
