"""The command line in a subprocess: results on stdout, messages on stderr, exit codes 0, 1, 2."""

import json
import subprocess
import sys

import pytest


def run(*words):
    return subprocess.run([sys.executable, "-m", "assist", *map(str, words)], capture_output=True, text=True)


def test_suggest_prints_json_that_holds_the_draft_and_its_place(demo_store):
    done = run("suggest", demo_store, "掉色不", "--product", "A102", "--on", "2026-11-20", "--json")
    assert done.returncode == 0, done.stderr
    suggestion = json.loads(done.stdout)
    assert suggestion["decision"] == "suggest"
    assert "4级" in suggestion["drafts"][0]["text"]
    assert suggestion["drafts"][0]["citations"][0]["document_id"] == "A102"


def test_the_version_is_printed():
    done = run("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip().count(".") == 2


def test_search_prints_a_table_and_keeps_stderr_clean(demo_store):
    done = run("search", demo_store, "退货运费谁出", "-k", "3")
    assert done.returncode == 0
    assert "returns" in done.stdout
    assert done.stderr == ""


def test_check_says_what_may_not_be_sent_and_exits_1():
    done = run("check", "加我微信聊", "签收后7天内可以退货", "--json")
    assert done.returncode == 1
    bad, good = json.loads(done.stdout)
    assert bad["findings"][0]["kind"] == "off_platform"
    assert bad["findings"][0]["evidence"]["hint"]
    assert good["findings"] == []
    assert run("check", "签收后7天内可以退货").returncode == 0


def test_reports_and_states_of_past_answers(demo_copy):
    conflicts = json.loads(run("report", "conflicts", demo_copy, "--on", "2026-11-20", "--json").stdout)
    assert all(len(item["sides"]) == 2 and item["sides"][0]["quote"] for item in conflicts)
    before = json.loads(run("report", "stale", demo_copy, "--json").stdout)
    assert before
    assert all(item["reason"] for item in before)
    name = before[0]["document_id"]
    assert run("approve", demo_copy, name).returncode == 0
    after = json.loads(run("report", "stale", demo_copy, "--json").stdout)
    assert name not in [item["document_id"] for item in after]
    done = run("retire", demo_copy, "returns")
    assert done.returncode == 1
    assert "no past answer" in done.stderr


def test_a_missing_store_is_one_line_on_stderr_and_exit_1(tmp_path):
    done = run("suggest", tmp_path / "none.assist", "掉色不")
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) <= 3
    assert "none.assist" in done.stderr.replace("\n", "")


@pytest.mark.parametrize("words", [["suggest"], ["nonsense"], ["search", "x", "y", "-k", "many"]])
def test_wrong_usage_exits_with_2(words):
    assert run(*words).returncode == 2


def test_an_order_that_is_no_json_object_is_wrong_usage(demo_store):
    assert run("suggest", demo_store, "发货了吗", "--order", "[1]").returncode == 2
    assert run("suggest", demo_store, "发货了吗", "--order", "{").returncode == 2


def test_add_reports_every_broken_row_with_file_and_line(tmp_path):
    rows = [
        json.dumps({"question": f"能用吗{n}", "answer": f"可以用的，放心{n}"}, ensure_ascii=False)
        for n in range(9)
    ]
    rows[6] = '{"question": broken'
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "past_answers.jsonl").write_text("\n".join(rows), "utf-8")
    done = run("add", tmp_path / "s.assist", shop, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert len(report["loaded"]) == 8
    assert [(item["path"], item["line"]) for item in report["skipped"]] == [("past_answers.jsonl", 7)]


def test_verify_says_sound_and_exits_0(demo_store):
    done = run("verify", demo_store)
    assert done.returncode == 0
    assert "sound" in done.stderr


def test_info_names_the_encoder_and_the_counts(demo_store):
    facts = json.loads(run("info", demo_store, "--json").stdout)
    assert facts["encoder"]["name"] == "bundled"
    assert facts["documents"]["product"] == 30
