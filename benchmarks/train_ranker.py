"""Fit the ranker's weights on the dev questions of the demo shop and the other shops that may be read, its curve on the former.

Weights: listwise (the probability that a softmax over a part's units gives to those labelled right), drawn towards the
hand-set starting weights by an L2 penalty that cross-validation over groups of questions chooses. Curve: logistic
regression of "the first unit is right" on scores of weights that did not see the question, unanswerable ones included.
The demo shop's `split: test`, the second shop and the newest two are not read. Deterministic.

    python benchmarks/train_ranker.py --write
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zlib import crc32

import numpy as np

from assist import Assistant, Settings
from assist.documents import Kind
from assist.draft.units import Unit, product_units
from assist.encoder import bundled
from assist.evaluate.labels import LabelledFact, LabelledQuestion, read_questions
from assist.messages import Message
from assist.question.lexicon import toml
from assist.results import Decision
from assist.store.local import LocalStore
from assist.suggesting import Suggester
from assist.tuning.fitting import Case, Values, cross_fitted, fit_curve, fit_ranker, right_at_1
from assist.tuning.material import read_cases

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "src" / "assist" / "retrieve" / "data" / "ranker.json"
START = ROOT / "benchmarks" / "ranker_start.json"
QUESTIONS = (
    ROOT / "benchmarks" / "demo_shop" / "questions.jsonl",
    ROOT / "benchmarks" / "demo_shop" / "questions_dev2.jsonl",
    ROOT / "benchmarks" / "demo_shop" / "questions_dev3.jsonl",
)
MORE = ROOT / "benchmarks" / "demo_shop" / "questions_dev4.jsonl"
"""Its answerable half bears on the weights alone: half of the set is unanswerable, which no shop's messages are, and
would draw the curve down."""
OTHERS = ("third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
"""Shops whose questions bear on the weights alone, likewise: the demo shop's words are not every shop's."""
SHOP = ROOT / "corpus" / "demo_shop"
NOW = datetime(2026, 11, 20, 14)
"""Moment of the questions that name none."""
BARE_EVERY = 8
"""Of bare questions every eighth: more of them cost the labelled ones, fewer are not learnt."""
PENALTIES = (1.0, 3.0, 10.0)


def main() -> None:
    """Read the labels, fit, report, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="replace the shipped weights")
    args = parser.parse_args()
    names, start = starting_weights()
    with loaded(SHOP) as store:
        suggester = Suggester.of(store, bundled(), Settings())
        cases = read_cases(suggester, dev_questions(QUESTIONS), names, NOW)
        more = read_cases(
            suggester, [*answerable(read_questions(MORE, split="dev")), *bare_questions(store)], names, NOW
        )
    others = other_cases(names)
    tried = {penalty: held_out(cases, more, others, start, penalty) for penalty in PENALTIES}
    penalty = max(tried, key=lambda value: (tried[value]["all"], value))
    weights = fit_ranker([*cases, *more, *joined(others)], start, penalty)
    slope, offset = fit_curve(cases, start, penalty, beside=[*more, *joined(others)])
    report = {
        "parts": len(cases),
        "answerable": sum(bool(case.right.any()) for case in cases),
        "start_right_at_1": round(right_at_1(cases, start), 4),
        "held_out_right_at_1": {f"{value:g}": found for value, found in tried.items()},
        "penalty": penalty,
        "fitted_right_at_1": round(right_at_1(cases, weights), 4),
    }
    data = {
        "weights": {name: round(float(value), 4) for name, value in zip(names, weights, strict=True)},
        "slope": round(slope, 3),
        "offset": round(offset, 4),
    }
    print(json.dumps({**report, **data}, indent=1))
    if args.write:
        DATA.write_text(json.dumps(data, indent=1) + "\n", "utf-8")


def other_cases(names: Sequence[str]) -> dict[str, list[Case]]:
    """Lay out the answerable questions of every other shop that may be read, and the bare ones about its pages."""
    found = {}
    for name in OTHERS:
        folder = ROOT / "benchmarks" / f"{name}_shop"
        with loaded(folder / "shop") as store:
            asked = [*answerable(read_questions(folder / "questions.jsonl")), *bare_questions(store)]
            found[name] = read_cases(Suggester.of(store, bundled(), Settings()), asked, names, NOW)
    return found


def bare_questions(store: LocalStore) -> list[LabelledQuestion]:
    """Ask pages for their own parameters by bare words (`型号`, `芯子是什么`), which labelled questions seldom do.

    One way to ask for each parameter that a known property stands for; every `BARE_EVERY`-th is taken.
    """
    found = []
    for page in store.documents(kinds=[Kind.PRODUCT]):
        entries = {
            unit.fact.key: unit
            for unit in product_units(page)
            if unit.fact is not None and unit.fact.sku is None
        }
        for row in toml("aspects")["aspect"]:
            key = next((key for key in row["keys"][:3] if key in entries), None)
            asks = [ask for ask in row["ask"] if not ask.isascii()]
            if key is not None and asks:
                ask = asks[crc32(f"{page.id} {key}".encode()) % len(asks)]
                found.append(_bare_question(page.id, ask, entries[key]))
    return found[::BARE_EVERY]


def _bare_question(page: str, ask: str, entry: Unit) -> LabelledQuestion:
    assert entry.fact is not None
    return LabelledQuestion(
        id=f"{page} {ask}",
        line=0,
        message=Message((ask,), product=page),
        decision=Decision.SUGGEST,
        accepted=frozenset({Decision.SUGGEST}),
        sources=frozenset({(page, entry.section)}),
        facts=(LabelledFact(entry.fact.key, entry.fact.value),),
    )


def answerable(questions: Iterable[LabelledQuestion]) -> list[LabelledQuestion]:
    """Keep those with facts to state: half of some sets is open, which no shop's messages are."""
    return [question for question in questions if question.facts]


def starting_weights() -> tuple[list[str], Values]:
    """Read the hand-set weights that fits are drawn towards."""
    start = json.loads(START.read_text("utf-8"))
    names = sorted(start)
    return names, np.array([start[name] for name in names], dtype=np.float64)


def dev_questions(paths: Sequence[Path]) -> list[LabelledQuestion]:
    """Read the questions that may be fitted on."""
    return [question for path in paths for question in read_questions(path, split="dev")]


@contextmanager
def loaded(shop: Path) -> Iterator[LocalStore]:
    """Open a store that holds a shop's files, and nothing learned."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shop.assist"
        with Assistant.open(path, create=True) as assistant:
            assistant.add_files(shop)
        with LocalStore.open(path, encoder=bundled().identity, read_only=True) as store:
            yield store


def joined(others: Mapping[str, Sequence[Case]], without: str = "") -> list[Case]:
    """Put the cases of all other shops together, but for one."""
    return [case for name, found in others.items() if name != without for case in found]


def held_out(
    cases: Sequence[Case],
    more: Sequence[Case],
    others: Mapping[str, Sequence[Case]],
    start: Values,
    penalty: float,
) -> dict[str, float]:
    """Share of answerable parts whose first unit is right, by weights that did not see their group, or their shop."""
    right = {
        "demo": [
            right_at_1([case], weights)
            for case, weights in cross_fitted(cases, start, penalty, beside=[*more, *joined(others)])
            if case.right.any()
        ]
    }
    for name, found in others.items():
        weights = fit_ranker([*cases, *more, *joined(others, name)], start, penalty)
        right[name] = [right_at_1([case], weights) for case in found if case.right.any()]
    means = {name: round(float(np.mean(one)), 4) for name, one in right.items()}
    return {**means, "all": round(float(np.mean(np.concatenate(list(right.values())))), 4)}


if __name__ == "__main__":
    main()
