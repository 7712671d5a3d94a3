"""What `assist tune` fitted to one shop: kept in its store, read with it, used in place of what is shipped."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from assist import decide
from assist.retrieve.ranker import Ranker
from assist.settings import SearchSettings

_LOG = logging.getLogger(__name__)

VERSION = 4
"""Of what fitted numbers mean. Raise it when the way lanes are mixed, the bundled encoder's vectors or what a named column
measures changes: a share or weight that was fitted before means something else then. 1, unwritten: BM25 over the best
score of the query; 2: over what the query could attain; 3, 4: other tables of the bundled encoder and of `translated`."""


@dataclass(frozen=True, slots=True)
class Tuned:
    """Fitted parts; None takes the shipped one.

    Attributes:
        dense_weight: Share of the dense lane in the mix.
        ranker: Weights and curve of the ranker.
        confidence: Weights of the confidence, by the names of `decide.features`.
        about: How it was fitted: rows, date, figures.
    """

    dense_weight: float | None = None
    ranker: Ranker | None = None
    confidence: Mapping[str, float] | None = None
    about: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    def __bool__(self) -> bool:
        """Say whether any part is fitted."""
        return not (self.dense_weight is None and self.ranker is None and self.confidence is None)

    def search(self, settings: SearchSettings) -> SearchSettings:
        """Put the fitted share of the mix into the settings of a search."""
        return settings if self.dense_weight is None else replace(settings, dense_weight=self.dense_weight)

    def to_json(self) -> str:
        """Return what a store keeps."""
        ranker = self.ranker
        fitted = {
            "version": VERSION,
            "dense_weight": self.dense_weight,
            "ranker": None
            if ranker is None
            else {"weights": dict(ranker.weights), "slope": ranker.slope, "offset": ranker.offset},
            "confidence": None if self.confidence is None else dict(self.confidence),
            "about": dict(self.about),
        }
        return json.dumps(fitted, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | None) -> Tuned:
        """Read what `to_json` wrote; None is nothing fitted.

        What was fitted under another `VERSION`, and weights whose features have other names, are left aside with a
        warning: the shop is served by what is shipped until it is tuned again.
        """
        if text is None:
            return cls()
        data: dict[str, Any] = json.loads(text)
        found = data.get("version", 1)
        if found != VERSION:
            _LOG.warning(
                "what was tuned is of version %s, this is version %s: it is not used; tune again (assist tune), "
                "or forget it (assist tune --reset)", found, VERSION,
            )  # fmt: skip
            return cls()
        return cls(
            dense_weight=data["dense_weight"],
            ranker=_ranker(data["ranker"]),
            confidence=_confidence(data["confidence"]),
            about=MappingProxyType(data["about"]),
        )


def _ranker(data: Mapping[str, Any] | None) -> Ranker | None:
    if data is None or not _same("ranker", data["weights"], Ranker.bundled().weights):
        return None
    return Ranker(MappingProxyType(data["weights"]), float(data["slope"]), float(data["offset"]))


def _confidence(data: Mapping[str, float] | None) -> Mapping[str, float] | None:
    if data is None or not _same("confidence", data, decide.shipped()):
        return None
    return MappingProxyType(data)


def _same(part: str, found: Mapping[str, float], shipped: Mapping[str, float]) -> bool:
    if found.keys() == shipped.keys():
        return True
    _LOG.warning("the tuned %s is of another version and is not used; tune again", part)
    return False
