"""`assist evaluate` in a subprocess, on data made here: files, exit codes, messages, determinism."""

import json
import re
import subprocess
import sys

import pytest

from unit.evaluate.tiny_set import PASSAGES, write_lines, write_set

QUESTIONS = [
    {
        "id": "w1",
        "split": "dev",
        "messages": ["掉色不"],
        "product": "A102",
        "on": "2026-11-20T14:00:00",
        "decision": "suggest",
        "sources": [["A102", "洗涤说明"], ["A102", "参数"]],
        "facts": [{"key": "不掉色等级", "value": "4级"}],
        "must_not": ["<script>"],
    },
    {"id": "w2", "split": "dev", "messages": ["转人工"], "on": "2026-11-20T14:00:00", "decision": "handoff"},
    {
        "id": "w3",
        "split": "test",
        "messages": ["<b>在吗</b>"],
        "on": "2026-11-20T14:00:00",
        "decision": "quick",
    },
    {
        "id": "w4",
        "split": "log",
        "question": "能机洗吗",
        "answer": "可以机洗的亲",
        "on": "2026-11-20T14:00:00",
    },
]


def run(*words):
    command = [sys.executable, "-m", "assist.cli", "evaluate", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True)


def timeless(path):
    text = path.read_text("utf-8")
    assert text.count('"times"') == 1
    return re.sub(r'(?m)^ "times": .*$', "", text)


@pytest.fixture(scope="module")
def questions(tmp_path_factory):
    return write_lines(tmp_path_factory.mktemp("questions") / "questions.jsonl", QUESTIONS)


def test_retrieval_writes_json_and_a_page_and_is_deterministic(tmp_path):
    folder = write_set(tmp_path / "tiny")
    done = run("retrieval", folder, "--json", tmp_path / "a.json", "--html", tmp_path / "a.html")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert run("retrieval", folder, "--json", tmp_path / "b.json", "--jobs", "2").returncode == 0
    assert timeless(tmp_path / "a.json") == timeless(tmp_path / "b.json")
    page = (tmp_path / "a.html").read_text("utf-8")
    assert "<svg" in page
    assert "default-src 'none'" in page
    assert not re.search(r"""(?:src|href)=["']https?:""", page.replace('xlink:href="#', ""))


def test_without_a_file_the_lanes_are_printed(tmp_path):
    done = run("retrieval", write_set(tmp_path), "--measure", "nDCG@10", "--dense-weight", "0.5")
    assert done.returncode == 0, done.stderr
    for word in ("sparse", "dense", "hybrid at 0.5", "nDCG@10"):
        assert word in done.stdout


def test_compare_is_a_gate(tmp_path):
    folder = write_set(tmp_path / "tiny")
    assert run("retrieval", folder, "--json", tmp_path / "a.json").returncode == 0
    assert run("compare", tmp_path / "a.json", tmp_path / "a.json").returncode == 0
    worse = json.loads((tmp_path / "a.json").read_text("utf-8"))
    for row in worse["rows"]:
        row["hybrid"]["nDCG@10"] = 0.0
    (tmp_path / "b.json").write_text(json.dumps(worse), "utf-8")
    done = run("compare", tmp_path / "a.json", tmp_path / "b.json")
    assert done.returncode == 1
    assert "hybrid nDCG@10" in done.stderr
    assert "q1" in done.stdout
    done = run("compare", tmp_path / "a.json", tmp_path / "b.json", "--json")
    assert json.loads(done.stdout)["dropped"] == ["hybrid nDCG@10"]


@pytest.mark.parametrize(
    ("part", "row", "line"),
    [
        ("qrels", "q1\tnone\t1", 2),
        ("qrels", "q1\td1\tnan", 2),
        ("passages", {"_id": "d1", "text": "又来"}, 7),
    ],
)
def test_broken_input_is_one_message_with_file_and_line_and_exit_1(tmp_path, part, row, line):
    rows = [row] if part == "qrels" else [*({"_id": id, "text": text} for id, text in PASSAGES.items()), row]
    done = run("retrieval", write_set(tmp_path, **{part: rows}), "--json", tmp_path / "a.json")
    assert done.returncode == 1
    assert f".tsv:{line}:" in done.stderr.replace("\n", "") or f".jsonl:{line}:" in done.stderr.replace(
        "\n", ""
    )
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "a.json").exists()


def test_drafts_are_judged_and_the_page_shows_text_as_text(demo_store, questions, tmp_path):
    done = run("drafts", demo_store, questions, "--json", tmp_path / "a.json", "--html", tmp_path / "a.html")
    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert result["kind"] == "drafts"
    assert set(result["measures"]["usable@1"]) == {"mean", "low", "high", "n"}
    assert [row["id"] for row in result["rows"]] == ["w1", "w2", "w3", "w4"]
    assert result["confusion"]["handoff"]["handoff"] == 1
    assert result["measures"]["reply_bleu_4"]["n"] == 1
    assert set(result["times"]["single"]["total"]) == {"p50_s", "p95_s", "p99_s", "n"}
    page = (tmp_path / "a.html").read_text("utf-8")
    assert "<b>在吗" not in page
    assert "<script" not in page


def test_two_runs_over_drafts_are_the_same_but_for_times(demo_store, questions, tmp_path):
    for name in ("a", "b"):
        path = tmp_path / f"{name}.json"
        assert run("drafts", demo_store, questions, "--split", "dev", "--json", path).returncode == 0
    assert timeless(tmp_path / "a.json") == timeless(tmp_path / "b.json")


def test_a_question_with_an_unknown_product_is_refused_with_its_line(demo_store, tmp_path):
    path = write_lines(tmp_path / "q.jsonl", [QUESTIONS[1], {**QUESTIONS[0], "product": "Z999"}])
    done = run("drafts", demo_store, path)
    assert done.returncode == 1
    flat = done.stderr.replace("\n", "")
    assert "q.jsonl:2:" in flat
    assert "Z999" in flat


def test_wrong_usage_exits_with_2(tmp_path):
    assert run("retrieval").returncode == 2
    assert run("retrieval", tmp_path, "--duplicates", "last").returncode == 2
    assert run("retrieval", tmp_path, "--jobs", "0").returncode == 2
