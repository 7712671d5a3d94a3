"""Earlier answers after a change of the text they rest on: kept, downgraded, retired."""

import json
from pathlib import Path

import pytest

from assist.documents import Document
from assist.guard.decay import Outcome, recheck, rests_on
from assist.ingest import read_folder

ROOT = Path(__file__).resolve().parents[3]
CASES = [
    json.loads(line) for line in (ROOT / "benchmarks/guards/edits.jsonl").read_text("utf-8").splitlines()
]


def document(text, id="rules"):
    return Document(id, text, title=id)


def load(file, folder):
    if file is None:
        return None
    path = folder / file[0]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(file[1], encoding="utf-8")
    [result] = read_folder(path)
    return result.documents[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_seeded_edits_are_judged_as_labelled(case, tmp_path):
    old, new = load(case["before"], tmp_path / "old"), load(case["after"], tmp_path / "new")
    assert recheck(case["answer"], old, new).outcome.value == case["expected"]


def test_the_verdict_quotes_what_was_and_what_is():
    old, new = document("付款后15天内可以申请价保。"), document("付款后7天内可以申请价保。")
    verdict = recheck("付款后15天内可以申请价保哦", old, new)
    assert verdict.outcome is Outcome.RETIRED
    assert verdict.old.quote == old.text
    assert verdict.old.version == old.version
    assert verdict.new.quote == new.text
    assert verdict.new.version == new.version


def test_what_another_document_bears_out_never_rested_on_this_one():
    old, new = document("改派费最高10元。"), document("改派费最高20元。")
    other = document("个人原因的改派费您承担，最高10元。", "delivery")
    answer = "个人原因的改派费您承担、最高10元哦"
    assert recheck(answer, old, new).outcome is Outcome.RETIRED
    assert recheck(answer, old, new, others=[other]).outcome is Outcome.KEPT


def test_an_answer_rests_on_the_best_passage_for_each_piece():
    shipping, freight = document("现货付款后48小时内发货。", "shipping"), document("满59元包邮。", "freight")
    pins = rests_on("现货付款后48小时内发货，满59元包邮哦", [freight, shipping])
    assert [(pin.document_id, pin.quote) for pin in pins] == [
        ("shipping", shipping.text),
        ("freight", freight.text),
    ]
    assert rests_on("在的亲，您说～", [freight, shipping]) == ()
