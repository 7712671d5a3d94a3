"""Learn to order the first hits of a search anew, from the dev queries of the retrieval packs.

    python benchmarks/train_reranker.py --packs DIR --stores DIR --write

The columns are the library's own (`assist.retrieve.candidates`). Loss: the probability that a softmax over a query's
candidates gives to all relevant ones together, every pack counting the same, but `taobao_intent_knn`, whose queries
have two hundred relevant passages each, three times. Figures come from models that had not seen the query (three
parts, by the CRC-32 of its id), and from models that had not seen its pack. Needs PyTorch; deterministic.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import torch
from numpy.typing import NDArray

from assist.encoder import bundled
from assist.encoder.static import StaticEncoder
from assist.evaluate.beir import RetrievalSet, read_set
from assist.evaluate.corpus_store import corpus_store, document_ids
from assist.evaluate.intervals import intervals
from assist.retrieve.candidates import Asked, Candidates
from assist.retrieve.fuse import Fused, attainable_scores, fuse
from assist.retrieve.reranker import HEAD, Reranker
from assist.settings import Settings
from assist.store.view import View
from assist.text.normalize import fold
from fusion import DEPTH, _ideal
from retrieval import PACKS, RESULTS
from retrieval_table import MEANS

DATA = Path(__file__).resolve().parents[1] / "src" / "assist" / "retrieve" / "data" / "reranker.json"
PARTS = 3
HIDDEN, EPOCHS, BATCHES = 16, 40, 4
RATE, LEAST_RATE, DECAY = 0.02, 1e-4, 1e-3
STEEPNESS = 16.0
START = {"cos": 0.4 * STEEPNESS, "share_sharp": 0.6 * STEEPNESS, "words": 0.25 * STEEPNESS}
"""The shipped mix and the likest words, from which learning begins."""
WEIGHTS = {"taobao_intent_knn": 3.0}
Halves = Mapping[str, NDArray[np.bool_]]


@dataclass(frozen=True)
class Pack:
    """The first candidates of a pack's queries, in the order of the shipped mix, padded to `HEAD`.

    Attributes:
        columns: float32, shape (q, HEAD, f).
        there: bool, shape (q, HEAD): False where padded.
        gain: float32, shape (q, HEAD): 2^grade - 1.
        document: int64, shape (q, HEAD): equal for chunks of one document.
        ideal: float64, shape (q,): DCG of the ideal ranking.
        part: int64, shape (q,): which part a query is in.
    """

    columns: torch.Tensor
    there: torch.Tensor
    gain: torch.Tensor
    document: NDArray[np.int64]
    ideal: NDArray[np.float64]
    part: NDArray[np.int64]

    def measured(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give each query's nDCG@10 when its candidates are ranked by scores, float64, shape (q, HEAD)."""
        found = np.zeros(len(self.ideal))
        there, gain = self.there.numpy(), self.gain.numpy()
        for at, line in enumerate(scores):
            order = np.argsort(-line, kind="stable")
            order = order[there[at, order]]
            _, first = np.unique(self.document[at, order], return_index=True)
            shown = order[np.sort(first)[:DEPTH]]
            found[at] = (gain[at, shown] / np.log2(np.arange(len(shown)) + 2.0)).sum() / self.ideal[at]
        return found


class Net(torch.nn.Module):
    """What `Reranker` computes, while it learns."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        start = torch.tensor([[START.get(name, 0.0) for name in names]])
        self.register_buffer("start", start, persistent=False)
        self.linear = torch.nn.Linear(len(names), 1, bias=False)
        self.linear.weight.data.copy_(start)
        self.hidden = torch.nn.Linear(len(names), HIDDEN)
        self.out = torch.nn.Linear(HIDDEN, 1, bias=False)
        self.out.weight.data.zero_()

    def forward(self, columns: torch.Tensor) -> torch.Tensor:
        """Score candidates; shape of `columns` less the last axis."""
        found = self.linear(columns) + self.out(torch.tanh(self.hidden(columns)))
        return torch.as_tensor(found[..., 0])

    def distance(self) -> torch.Tensor:
        """Give the squared distance from the start."""
        moved = (self.linear.weight - self.start).square().sum()
        return moved + self.hidden.weight.square().sum() + self.out.weight.square().sum()


def main() -> None:
    arguments = _arguments()
    torch.set_num_threads(1)
    names, packs = read_packs(arguments.packs, arguments.stores)
    before = {
        name: pack.measured(-np.arange(HEAD) * np.ones((len(pack.ideal), 1))) for name, pack in packs.items()
    }
    unseen_queries = _by_parts(names, packs)
    unseen_packs = {
        name: pack.measured(_scores(_fit(names, _without(packs, name), _all(packs)), pack))
        for name, pack in packs.items()
    }
    result = {
        "kind": "reranker", "measure": "nDCG@10", "head": HEAD, "columns": names,
        "hybrid": _figures(before), "queries unseen": _figures(unseen_queries), "pack unseen": _figures(unseen_packs),
        "gain, queries unseen": _gains(before, unseen_queries), "gain, pack unseen": _gains(before, unseen_packs),
    }  # fmt: skip
    print(json.dumps({name: value for name, value in result.items() if name != "columns"}, indent=1))
    if arguments.write:
        model = _plain(_fit(names, packs, _all(packs)), names)
        DATA.write_text(json.dumps(model) + "\n", encoding="utf-8", newline="\n")
        text = json.dumps(result, indent=1, ensure_ascii=False)
        (RESULTS / "reranker.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def read_packs(folder: Path, stores: Path | None) -> tuple[list[str], dict[str, Pack]]:
    """Search every pack and measure the first candidates; gives the names of the columns too."""
    packs, names = {}, []
    for name in PACKS:
        chosen, encoder = read_set(folder / name, duplicates="fold"), bundled()
        kept = None if stores is None else stores / name
        with corpus_store(chosen.passages, encoder, folder=kept, settings=Settings()) as view:
            names, packs[name] = _read(chosen, view, encoder)
        print(f"{name}: read", flush=True)
    return names, packs


def _read(chosen: RetrievalSet, view: View, encoder: StaticEncoder) -> tuple[list[str], Pack]:
    candidates, found = Candidates(view, encoder), list(_fused(chosen, view, encoder))
    measured = [candidates.columns(asked, fused) for asked, fused in found]
    names, q = sorted(measured[0]), len(found)
    columns = np.zeros((q, HEAD, len(names)), dtype=np.float32)
    document = np.full((q, HEAD), -1)
    gain = np.zeros((q, HEAD), dtype=np.float32)
    known: dict[str, int] = {}
    for at, (one, (_, fused), query) in enumerate(zip(measured, found, chosen.queries, strict=True)):
        m = len(fused.rows)
        columns[at, :m] = np.stack([one[name] for name in names], axis=1)
        numbers = view.columns.document[fused.rows].tolist()
        ids = document_ids(view, sorted(set(numbers)))
        document[at, :m] = [known.setdefault(ids[number], len(known)) for number in numbers]
        grades = [chosen.qrels[query.id].get(ids[number], 0) for number in numbers]
        gain[at, :m] = 2.0 ** np.maximum(grades, 0) - 1.0
    ideal = np.array([_ideal(list(chosen.qrels[query.id].values())) for query in chosen.queries])
    part = np.array([crc32(query.id.encode()) // 2 % PARTS for query in chosen.queries])
    there = torch.from_numpy(document >= 0)
    return names, Pack(torch.from_numpy(columns), there, torch.from_numpy(gain), document, ideal, part)


def _fused(chosen: RetrievalSet, view: View, encoder: StaticEncoder) -> Iterator[tuple[Asked, Fused]]:
    settings = Settings().search
    texts = [fold(query.text) for query in chosen.queries]
    vectors, tokens = encoder.encode(texts, kind="query"), view.tokenizer.tokens_many(texts)
    dense, sparse = (
        view.dense.search(vectors, settings.candidates),
        view.sparse.search(tokens, settings.candidates),
    )
    most = attainable_scores(tokens, view.sparse.idf).tolist()
    for at, (text, words) in enumerate(zip(texts, tokens, strict=True)):
        fused = fuse(
            (dense[0][at], dense[1][at]), (sparse[0][at], sparse[1][at]),
            weight=settings.dense_weight, attainable=most[at],
            exact_dense=partial(view.dense.scores, vectors[at]), exact_sparse=partial(view.sparse.scores, words),
        )  # fmt: skip
        yield Asked(text, words, most[at]), fused.head(HEAD)


def _fit(names: Sequence[str], packs: Mapping[str, Pack], learn: Halves) -> Net:
    """Learn from the queries of some packs for which `learn` holds."""
    torch.manual_seed(0)
    net, order = Net(names), torch.Generator().manual_seed(0)
    optimiser = torch.optim.Adam(net.parameters(), lr=RATE)
    rows = {
        name: torch.nonzero(torch.from_numpy(learn[name]) & (pack.gain.sum(1) > 0))[:, 0]
        for name, pack in packs.items()
    }
    whole = sum(WEIGHTS.get(name, 1.0) for name in packs)
    for epoch in range(EPOCHS):
        for group in optimiser.param_groups:
            group["lr"] = RATE * (1 - epoch / EPOCHS) + LEAST_RATE
        cut = {
            name: one[torch.randperm(len(one), generator=order)].chunk(BATCHES) for name, one in rows.items()
        }
        for batch in range(BATCHES):
            optimiser.zero_grad()
            losses = [
                WEIGHTS.get(name, 1.0) / whole * _loss(net, packs[name], parts[batch])
                for name, parts in cut.items()
                if batch < len(parts)
            ]
            (torch.stack(losses).sum() + DECAY * net.distance()).backward()
            optimiser.step()
    return net


def _loss(net: Net, pack: Pack, rows: torch.Tensor) -> torch.Tensor:
    gain = pack.gain[rows]
    scores = net(pack.columns[rows]).masked_fill(~pack.there[rows], -1e9)
    share = (gain / gain.amax(1, keepdim=True)).clamp_min(1e-9).log().masked_fill(gain <= 0, -1e9)
    return torch.as_tensor((torch.logsumexp(scores, 1) - torch.logsumexp(scores + share, 1)).mean())


def _scores(net: Net, pack: Pack) -> NDArray[np.float64]:
    with torch.no_grad():
        return net(pack.columns).numpy().astype(np.float64)


def _by_parts(names: Sequence[str], packs: Mapping[str, Pack]) -> dict[str, NDArray[np.float64]]:
    """Measure each query with a model that had not seen it, in any pack."""
    found = {name: np.zeros(len(pack.ideal)) for name, pack in packs.items()}
    for part in range(PARTS):
        net = _fit(names, packs, {name: pack.part != part for name, pack in packs.items()})
        for name, pack in packs.items():
            held = pack.part == part
            found[name][held] = pack.measured(_scores(net, pack))[held]
    return found


def _without(packs: Mapping[str, Pack], name: str) -> dict[str, Pack]:
    """Leave a pack out; the two Taobao packs ask the same queries."""
    return {other: pack for other, pack in packs.items() if other[:6] != name[:6]}


def _all(packs: Mapping[str, Pack]) -> Halves:
    return {name: np.ones(len(pack.ideal), dtype=np.bool_) for name, pack in packs.items()}


def _figures(values: Mapping[str, NDArray[np.float64]]) -> dict[str, float]:
    means = {name: float(one.mean()) for name, one in values.items()}
    means |= {name: float(np.mean([means[pack] for pack in sorted(seven)])) for name, seven in MEANS.items()}
    return {name: round(mean, 4) for name, mean in means.items()}


def _gains(
    before: Mapping[str, NDArray[np.float64]], after: Mapping[str, NDArray[np.float64]]
) -> dict[str, Any]:
    """Give the paired difference of each pack with its interval."""
    return {name: intervals((after[name] - before[name])[:, None], seed=0)[0].to_dict() for name in before}


def _plain(net: Net, names: Sequence[str]) -> dict[str, Any]:
    def listed(tensor: torch.Tensor) -> list[Any]:
        return np.round(tensor.detach().numpy().astype(np.float64), 4).tolist()

    model = {
        "encoder": bundled().identity.revision,
        "columns": list(names),
        "linear": listed(net.linear.weight[0]),
        "hidden": listed(net.hidden.weight.T),
        "bias": listed(net.hidden.bias),
        "out": listed(net.out.weight[0]),
    }
    Reranker.from_dict(model)
    return model


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--packs", type=Path, required=True, help="folder with the packs unpacked")
    parser.add_argument("--stores", type=Path, help="keep the encoded packs in this folder for the next run")
    parser.add_argument("--write", action="store_true", help="replace the shipped model and its figures")
    return parser.parse_args()


if __name__ == "__main__":
    main()
