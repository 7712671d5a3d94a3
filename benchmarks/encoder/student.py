"""The static student while it learns: each piece is a sum of features, which are folded into one row at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from assist.encoder.pieces import Pieces

Bags = tuple[torch.Tensor, torch.Tensor]
"""Ids of all texts one after the other, and the n + 1 places where texts begin."""
FIRST_GUESS_SHRINKAGE = 5.0


class Features:
    """What a piece is made of: itself, and the characters (Latin: letter triples) that it shares with others.

    A rare word so begins as the sum of its characters, and learns only its difference from that. At run time
    nothing of it is left: `fold` adds the features up.
    """

    def __init__(self, pieces: Sequence[str], simplified: dict[int, str]) -> None:
        self.cutter = Pieces(pieces, simplified=simplified)
        shared: dict[str, int] = {}
        rows = []
        for number, piece in enumerate(pieces):
            parts = _parts(piece)
            rows.append([number, *(len(pieces) + shared.setdefault(part, len(shared)) for part in parts)])
        self.count = len(pieces) + len(shared)
        self._flat = torch.tensor([i for row in rows for i in row])
        self._lengths = torch.tensor([len(row) for row in rows])
        self._starts = torch.cumsum(self._lengths, 0) - self._lengths

    def bags(self, texts: Sequence[str]) -> Bags:
        """Cut texts; a text without a known piece gets the first one, so that no bag is empty."""
        ids = [self.cutter.ids(text) or [0] for text in texts]
        ends = np.cumsum([0, *map(len, ids)])
        flat = np.fromiter((i for found in ids for i in found), dtype=np.int64, count=int(ends[-1]))
        return torch.from_numpy(flat), torch.from_numpy(ends)

    def expand(self, ids: torch.Tensor, owner: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Replace pieces by their features; `owner` says whose they are."""
        lengths = self._lengths[ids]
        shift = self._starts[ids] - (torch.cumsum(lengths, 0) - lengths)
        places = torch.repeat_interleave(shift, lengths) + torch.arange(int(lengths.sum()))
        return self._flat[places], torch.repeat_interleave(owner, lengths)

    def fold(self, table: torch.Tensor) -> np.ndarray[Any, Any]:
        """Add up each piece's features; float32, shape (pieces, d)."""
        folded = functional.embedding_bag(self._flat, table, self._starts, mode="sum")
        return np.asarray(folded.detach().numpy(), dtype=np.float32)


def _parts(piece: str) -> list[str]:
    if not piece.isascii():
        return list(piece)
    if len(piece) == 1:
        return []
    if not piece.isalpha():
        return [f"digits {len(piece)}"]
    triples = [piece[i : i + 3] for i in range(len(piece) - 2)]
    return [f"^{piece[:3]}", f"{piece[-3:]}$", *triples]


def take(bags: Bags, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, int]:
    """Take some texts: their ids, whose they are, and how many texts."""
    ids, ends = bags
    starts, lengths = ends[rows], ends[rows + 1] - ends[rows]
    shift = starts - (torch.cumsum(lengths, 0) - lengths)
    places = torch.repeat_interleave(shift, lengths) + torch.arange(int(lengths.sum()))
    return ids[places], torch.repeat_interleave(torch.arange(len(rows)), lengths), len(rows)


@dataclass
class Student:
    """The table of features and an Adam that touches only the rows of the batch.

    References:
        Kingma & Ba, Adam: A Method for Stochastic Optimization (2015); one second moment per row, as in
        Shazeer & Stern, Adafactor (2018), rows updated lazily.
    """

    features: Features
    table: torch.Tensor

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget the moments, before another objective."""
        self._first = torch.zeros_like(self.table)
        self._second = torch.zeros(len(self.table))
        self._steps = 0

    def sums(self, parts: Sequence[tuple[torch.Tensor, torch.Tensor, int]]) -> tuple[torch.Tensor, ...]:
        """Add up the features of several lists of texts; one (n, d) matrix a list, not of unit length."""
        offsets = np.cumsum([0, *(n for _, _, n in parts)])
        ids = torch.cat([ids for ids, _, _ in parts])
        owner = torch.cat(
            [whose + int(offset) for (_, whose, _), offset in zip(parts, offsets[:-1], strict=True)]
        )
        ids, owner = self.features.expand(ids, owner)
        self._rows, places = torch.unique(ids, return_inverse=True)
        self._leaf = self.table[self._rows].requires_grad_()
        counts = torch.bincount(owner, minlength=int(offsets[-1]))
        added = functional.embedding_bag(places, self._leaf, torch.cumsum(counts, 0) - counts, mode="sum")
        return added.split([n for _, _, n in parts])

    def step(self, loss: torch.Tensor, rate: float, *, beta1: float = 0.9, beta2: float = 0.99) -> None:
        """Take one step down the gradient of `loss`."""
        loss.backward()
        gradient = self._leaf.grad
        assert gradient is not None
        self._steps += 1
        first = self._first[self._rows] * beta1 + gradient * (1 - beta1)
        second = self._second[self._rows] * beta2 + gradient.square().mean(1) * (1 - beta2)
        self._first[self._rows], self._second[self._rows] = first, second
        size = (second / (1 - beta2**self._steps)).sqrt() + 1e-10
        self.table[self._rows] -= rate * first / (1 - beta1**self._steps) / size[:, None]


def first_guess(features: Features, bags: Bags, targets: torch.Tensor) -> torch.Tensor:
    """Begin each feature as the shrunken mean of the targets of the texts that hold it."""
    ids, owner, _ = take(bags, torch.arange(len(targets)))
    ids, owner = features.expand(ids, owner)
    table = torch.zeros(features.count, targets.shape[1])
    for start in range(0, len(ids), 200_000):
        part = slice(start, start + 200_000)
        table.index_add_(0, ids[part], targets[owner[part]])
    return table / (torch.bincount(ids, minlength=features.count)[:, None] + FIRST_GUESS_SHRINKAGE)


def unit(rows: torch.Tensor) -> torch.Tensor:
    """Bring rows to unit length."""
    return functional.normalize(rows, dim=1)


def cosine_loss(rows: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Mean of one minus the cosine to the teacher."""
    return (1.0 - (rows * targets).sum(1)).mean()


def neighbour_loss(rows: torch.Tensor, targets: torch.Tensor, *, temperature: float = 0.1) -> torch.Tensor:
    """Divergence of whom the student finds alike, among a group of similar texts, from whom the teacher does."""
    itself = torch.eye(len(rows)) * 99.0
    ours = (rows @ rows.T / temperature - itself).log_softmax(1)
    theirs = (targets @ targets.T / temperature - itself).softmax(1)
    return functional.kl_div(ours, theirs, reduction="batchmean")


def contrastive_loss(
    queries: torch.Tensor,
    candidates: torch.Tensor,
    same: torch.Tensor,
    *,
    dims: Sequence[int],
    temperature: float = 0.05,
) -> torch.Tensor:
    """Multiple negatives, both ways, at several lengths of the vector.

    Args:
        queries: (n, d), not of unit length.
        candidates: (m, d), m >= n; the first n are the answers, the others are negatives of the whole batch.
        same: bool, (n, m); known to mean the same without being the answer, left out of the sum.
        dims: Leading dimensions that must do the work alone.
        temperature: Cosines are divided by it.

    References:
        Henderson et al., Efficient Natural Language Response Suggestion (2017); Kusupati et al. (2022).
    """
    n = len(queries)
    answers = torch.arange(n)
    total = torch.zeros(())
    for dim in dims:
        scores = unit(queries[:, :dim]) @ unit(candidates[:, :dim]).T / temperature
        scores = scores.masked_fill(same, -1e4)
        forth = functional.cross_entropy(scores, answers)
        back = functional.cross_entropy(scores[:, :n].T, answers)
        total = total + (forth + back) / 2
    return total / len(dims)
