"""An evaluation of a tiny retrieval set, end to end as a function."""

import json

import pytest

from assist import Assistant, Document
from assist.errors import InputError, MalformedRecordError
from assist.evaluate import evaluate_retrieval, measure, retrieval, retrieval_html
from assist.testing import HashingEncoder
from unit.evaluate.tiny_set import PASSAGES, QUERIES, write_set


class CountingEncoder(HashingEncoder):
    """Counts the texts that it encodes."""

    def __init__(self):
        super().__init__()
        self.passages = 0

    def encode(self, texts, *, kind="passage"):
        self.passages += len(texts) if kind == "passage" else 0
        return super().encode(texts, kind=kind)


def test_the_json_has_the_promised_shape(tmp_path):
    result = evaluate_retrieval(write_set(tmp_path / "tiny"), encoder=HashingEncoder()).to_dict()
    assert result["kind"] == "retrieval"
    assert set(result) >= {"kind", "settings", "versions", "data", "lanes", "rows", "times"}
    assert set(result["lanes"]) == {"sparse", "dense", "hybrid"}
    assert set(result["lanes"]["sparse"]["nDCG@10"]) == {"mean", "low", "high", "n"}
    assert set(result["data"]) == {"corpus.jsonl", "queries.jsonl", "qrels.tsv"}
    assert [row["id"] for row in result["rows"]] == list(QUERIES)
    mean = sum(row["hybrid"]["nDCG@10"] for row in result["rows"]) / len(QUERIES)
    assert result["lanes"]["hybrid"]["nDCG@10"]["mean"] == pytest.approx(mean, abs=1e-6)
    assert str(tmp_path) not in json.dumps(result)


def test_with_the_encoder_that_the_reranker_was_learnt_with_there_is_a_ranked_lane(tmp_path):
    result = evaluate_retrieval(write_set(tmp_path), encoder="bundled", dense_weights=(0.6,)).to_dict()
    assert list(result["lanes"]) == ["sparse", "dense", "hybrid", "ranked"]
    assert all(set(row["ranked"]) == set(row["hybrid"]) for row in result["rows"])
    assert all(set(row["hybrid at 0.6"]) == {"nDCG@10"} for row in result["rows"])
    assert result["lanes"]["ranked"]["nDCG@10"]["mean"] > 0.5


def test_the_ranked_lane_can_be_left_out_and_is_for_few_queries_unless_asked_for(tmp_path, monkeypatch):
    folder = write_set(tmp_path)
    assert "ranked" not in evaluate_retrieval(folder, ranked=False).lanes
    monkeypatch.setattr(retrieval, "RANKED_QUERIES", len(QUERIES) - 1)
    assert "ranked" not in evaluate_retrieval(folder).lanes
    assert "ranked" in evaluate_retrieval(folder, ranked=True).lanes
    with pytest.raises(InputError, match="search without it"):
        evaluate_retrieval(folder, encoder=HashingEncoder(), ranked=True)


def test_two_runs_are_the_same_but_for_times_whatever_the_jobs(tmp_path):
    folder = write_set(tmp_path / "tiny")
    texts = []
    for jobs in (1, 3):
        result = json.loads(evaluate_retrieval(folder, encoder=HashingEncoder(), jobs=jobs).to_json())
        result.pop("times")
        texts.append(json.dumps(result))
    assert texts[0] == texts[1]


def test_further_mixes_are_measured_beside_the_hybrid(tmp_path):
    result = evaluate_retrieval(write_set(tmp_path), encoder=HashingEncoder(), dense_weights=(0.0, 0.6, 1.0))
    assert set(result.fusion) == {"0", "0.6", "1"}
    assert result.fusion["0.6"] == result.lanes["hybrid"]


def test_a_kept_store_is_used_again_without_encoding_and_grows_with_the_corpus(tmp_path):
    folder, encoder, kept = write_set(tmp_path / "tiny"), CountingEncoder(), tmp_path / "kept.assist"
    first = evaluate_retrieval(folder, encoder=encoder, store=kept)
    assert encoder.passages == len(PASSAGES)
    assert evaluate_retrieval(folder, encoder=encoder, store=kept).rows == first.rows
    assert encoder.passages == len(PASSAGES)
    more = [{"_id": id, "text": text} for id, text in PASSAGES.items()] + [{"_id": "d7", "text": "新的一条"}]
    write_set(folder, passages=more)
    assert evaluate_retrieval(folder, encoder=encoder, store=kept).settings["chunks"] == len(PASSAGES) + 1
    assert encoder.passages == len(PASSAGES) + 1


def test_a_store_of_other_documents_is_refused_and_left_alone(tmp_path):
    encoder, shop = HashingEncoder(), tmp_path / "shop.assist"
    with Assistant.open(shop, create=True, encoder=encoder) as assistant:
        assistant.add([Document(id="returns", text="七天无理由退货")])
    with pytest.raises(InputError, match="'returns'"):
        evaluate_retrieval(write_set(tmp_path / "tiny"), encoder=encoder, store=shop)
    with Assistant.open(shop, encoder=encoder, read_only=True) as assistant:
        assert assistant.document("returns").text == "七天无理由退货"


def test_chunks_and_repeated_ids_count_as_one_document(tmp_path):
    long = "\n\n".join(
        [*(f"第{n}段说的是别的事情，和问题没有关系。" * 12 for n in range(8)), "退货运费谁出：卖家承担"]
    )
    rows = [
        {"_id": "d2", "text": long},
        {"_id": "d3", "text": "48小时内发货"},
        {"_id": "d2", "text": "退货看这里"},
    ]
    folder = write_set(tmp_path, passages=rows, qrels=["q1\td2\t1", "q2\td3\t1"])
    result = evaluate_retrieval(folder, encoder=HashingEncoder(), duplicates="fold")
    assert result.settings["chunks"] > 3
    assert result.settings["folded_passages"] == 1
    ids = [id for id, _, _ in result.worst[0].found]
    assert len(ids) == len(set(ids))
    assert result.lanes["sparse"]["Success@1"].mean == 1.0


def test_a_sample_is_measured_over_the_whole_corpus(tmp_path):
    result = evaluate_retrieval(write_set(tmp_path), encoder=HashingEncoder(), sample=2, seed=1)
    assert len(result.rows) == 2
    assert result.settings["passages"] == len(PASSAGES)


@pytest.mark.parametrize(
    "wrong", [{"jobs": 0}, {"sample": 0}, {"measures": ("MAP",)}, {"dense_weights": (1.2,)}, {"measures": ()}]
)
def test_impossible_arguments_are_refused_before_anything_is_encoded(tmp_path, wrong):
    encoder = CountingEncoder()
    with pytest.raises(InputError):
        evaluate_retrieval(write_set(tmp_path), encoder=encoder, **wrong)
    assert encoder.passages == 0


def test_a_broken_set_is_refused_before_anything_is_encoded(tmp_path):
    encoder = CountingEncoder()
    with pytest.raises(MalformedRecordError):
        evaluate_retrieval(write_set(tmp_path, qrels=["q1\tnone\t1"]), encoder=encoder)
    assert encoder.passages == 0


def test_an_encoder_that_gives_nan_is_refused(tmp_path):
    class Broken(HashingEncoder):
        def encode(self, texts, *, kind="passage"):
            matrix = super().encode(texts, kind=kind)
            if kind == "query":
                matrix[0, 0] = float("nan")
            return matrix

    with pytest.raises(InputError, match="query vectors"):
        evaluate_retrieval(write_set(tmp_path), encoder=Broken())


def test_the_page_shows_the_worst_queries_as_text(tmp_path):
    rows = [{"_id": id, "text": f"<b>{text}</b>"} for id, text in PASSAGES.items()]
    page = retrieval_html(evaluate_retrieval(write_set(tmp_path, passages=rows), encoder=HashingEncoder()))
    assert page.count("<svg") == 1
    assert "&lt;b&gt;签收后7天内" in page
    assert "<b>签" not in page
    assert "<script" not in page


def test_the_values_are_those_of_measuring_the_run(tmp_path):
    folder = write_set(tmp_path, queries=[{"_id": "q2", "text": "多久发货"}], qrels=["q2\td3\t1"])
    found = evaluate_retrieval(folder, encoder=HashingEncoder()).rows[0]["sparse"]
    assert found["RR@10"] == measure({"q2": {"d3": 1.0}}, {"q2": {"d3": 1}}, measures=["RR@10"]).values[0, 0]
