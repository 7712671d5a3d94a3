import json
from pathlib import Path

import numpy as np
import pytest

from assist.errors import DimensionError
from assist.messages import Behaviour, Intent
from assist.question import Intents
from assist.question.intent import IntentModel, grams_of
from assist.question.wording import plain
from assist.testing import HashingEncoder

GOLDEN = Path(__file__).parents[2] / "golden" / "question_intents.jsonl"


@pytest.fixture(scope="module")
def model():
    return IntentModel(Intents.bundled(), HashingEncoder())


def test_n_grams_come_in_the_order_of_the_text_so_that_every_process_adds_them_up_alike():
    assert grams_of("棉 棉") == ("^", "棉", "$", "^棉", "棉棉", "棉$", "^棉棉", "棉棉$")


def test_the_tree_has_77_leaves_with_wordings_of_their_own():
    intents = Intents.bundled()
    assert len(intents) == 77 == len({leaf.path for leaf in intents.leaves})
    assert all(len(leaf.examples) >= 20 and leaf.keys for leaf in intents.leaves)
    assert all(leaf.path.count("/") >= 2 for leaf in intents.leaves)
    wordings = [plain(example) or example for leaf in intents.leaves for example in set(leaf.examples)]
    doubled = {text for text in wordings if wordings.count(text) > 1}
    assert len(doubled) <= 0.02 * len(wordings)


def test_no_labelled_line_is_a_wording():
    examples = {example for leaf in Intents.bundled().leaves for example in leaf.examples}
    assert not [
        line for line in GOLDEN.read_text("utf-8").splitlines() if json.loads(line)["text"] in examples
    ]


def test_wordings_find_their_own_leaf(model):
    leaves = model.intents.leaves
    texts = [plain(leaf.examples[5]) or leaf.examples[5] for leaf in leaves]
    scores = model.classify(texts)
    hits = sum(bool(found) and found[0].path == leaf.path for leaf, found in zip(leaves, scores, strict=True))
    assert hits >= 0.9 * len(leaves)


def test_scores_are_probabilities_best_first(model):
    texts = ["掉色吗", "包邮吗"]
    rows = model.probabilities(texts, HashingEncoder().encode(texts))
    assert rows.shape == (2, 77)
    assert rows.sum(axis=1) == pytest.approx([1, 1], abs=1e-5)
    for found, row in zip(model.classify(texts), rows, strict=True):
        assert [score.score for score in found] == sorted((score.score for score in found), reverse=True)
        assert found[0].score == pytest.approx(row.max(), abs=1e-3)
        assert len(found) == 3


def test_batch_equals_each(model):
    texts = ["掉色吗", "包邮吗", "怎么退货", "163穿什么码", "转人工", "发票", "x"]
    assert model.classify(texts) == [model.classify([text])[0] for text in texts]
    assert model.classify([]) == []


def test_scores_agree_with_the_formula_written_out(model):
    text = "会不会掉颜色"
    encoder = HashingEncoder()
    own = encoder.encode([text])[0]
    grams = {f"^{text}$"[i : i + n] for n in (1, 2, 3) for i in range(len(text) + 3 - n)}
    sums = []
    counts = [
        [
            {
                f"^{w.replace(' ', '')}$"[i : i + n]
                for n in (1, 2, 3)
                for i in range(len(w.replace(" ", "")) + 3 - n)
            }
            for w in dict.fromkeys(plain(example) or example for example in leaf.examples)
        ]
        for leaf in model.intents.leaves
    ]
    vocabulary = set().union(*(gram for leaf in counts for gram in leaf))
    known = grams & vocabulary
    logs = {}
    for leaf, rows in enumerate(counts):
        total = sum(map(len, rows)) + 0.05 * len(vocabulary)
        logs[leaf] = {gram: np.log((sum(gram in row for row in rows) + 0.05) / total) for gram in known}
    for leaf, intent in enumerate(model.intents.leaves):
        wordings = list(dict.fromkeys(plain(example) or example for example in intent.examples))
        cosines = np.sort(encoder.encode(wordings) @ own)[::-1][:3]
        centred = sum(logs[leaf][g] - np.mean([logs[other][g] for other in logs]) for g in known)
        sums.append(1.6 * cosines[0] + 12.35 * cosines.mean() + 2.44 * centred / (len(known) + 5))
    expected = np.exp(sums - np.max(sums)) / np.exp(sums - np.max(sums)).sum()
    assert model.probabilities([text], own[None])[0] == pytest.approx(expected, abs=1e-4)


def test_unknown_where_no_leaf_is_near():
    leaves = [Intent(f"a/b/{n}", Behaviour.ANSWER, examples=(f"wording {n}",)) for n in range(30)]
    assert IntentModel(Intents(leaves), HashingEncoder()).classify(["完全无关"]) == [()]


def test_embeddings_of_another_encoder_are_refused(model):
    with pytest.raises(DimensionError):
        model.classify_encoded(["a"], HashingEncoder(dim=8).encode(["a"]))


def test_behaviour_of_a_leaf_and_of_the_unknown():
    intents = Intents.bundled()
    assert intents.behaviour("售后/质量/过敏/人身伤害") is Behaviour.HANDOFF
    assert intents.behaviour(None) is Behaviour.ANSWER
    assert intents.get("no/such/leaf") is None
