"""Two result files: what changed, what is significant, and when the gate closes."""

import json

import pytest

from assist.errors import InputError, MalformedRecordError
from assist.evaluate import compare


def write(path, rows, kind="retrieval", data="x"):
    path.write_text(json.dumps({"kind": kind, "data": {"f": data}, "rows": rows}), "utf-8")
    return path


def retrieval_rows(values, **lanes):
    return [
        {"id": f"q{at}", "hybrid": {"nDCG@10": one, "P@1": 1.0}, **lanes} for at, one in enumerate(values)
    ]


def draft_rows(values, confidence=0.8):
    return [
        {
            "id": f"q{at}",
            "confidence": confidence,
            "usable": bool(one),
            "values": {"usable@1": one, "violations_per_1000": 1000.0 * (1 - one)},
        }
        for at, one in enumerate(values)
    ]


def test_the_same_file_twice_changes_nothing(tmp_path):
    path = write(tmp_path / "a.json", retrieval_rows([0.1, 0.9, 0.5]))
    found = compare(path, path)
    assert found.dropped == ()
    assert found.moved == ()
    assert found.same_data
    assert all(change.difference == 0 and not change.significant for change in found.changes)


def test_a_clear_drop_is_significant_and_named(tmp_path):
    before = write(tmp_path / "a.json", retrieval_rows([0.8, 0.9, 0.7, 0.8, 0.9] * 8))
    after = write(tmp_path / "b.json", retrieval_rows([0.4, 0.5, 0.3, 0.5, 0.4] * 8))
    found = compare(before, after)
    assert found.dropped == ("hybrid nDCG@10",)
    change = found.changes[0]
    assert change.high < 0
    assert change.difference == pytest.approx(-0.4)
    assert found.moved[0].after < found.moved[0].before
    assert compare(after, before).dropped == ()


def test_a_drop_within_noise_does_not_close_the_gate(tmp_path):
    before = write(tmp_path / "a.json", retrieval_rows([0.1, 0.9, 0.5, 0.3] * 5))
    after = write(tmp_path / "b.json", retrieval_rows([0.9, 0.1, 0.3, 0.45] * 5))
    assert compare(before, after).dropped == ()


def test_measures_where_less_is_better_drop_when_they_rise(tmp_path):
    before = write(tmp_path / "a.json", draft_rows([1.0] * 30), "drafts")
    after = write(tmp_path / "b.json", draft_rows([0.0, 1.0] * 15), "drafts")
    assert set(compare(before, after).dropped) >= {"usable@1", "violations_per_1000", "aurc"}
    assert compare(after, before).dropped == ()


def test_a_confidence_that_means_less_raises_the_calibration_error(tmp_path):
    before = write(tmp_path / "a.json", draft_rows([1.0] * 24 + [0.0] * 6), "drafts")
    after = write(tmp_path / "b.json", draft_rows([1.0] * 24 + [0.0] * 6, confidence=0.35), "drafts")
    assert compare(before, after).dropped == ("ece",)


def test_the_gate_can_be_named(tmp_path):
    before = write(tmp_path / "a.json", retrieval_rows([0.8] * 9))
    after = write(tmp_path / "b.json", retrieval_rows([0.2] * 9))
    assert compare(before, after, gates=["P@1"]).dropped == ()
    assert compare(before, after, gates=["hybrid nDCG@10"]).dropped == ("hybrid nDCG@10",)
    with pytest.raises(InputError, match="unknown measure"):
        compare(before, after, gates=["MAP"])


def test_other_data_are_noted(tmp_path):
    before = write(tmp_path / "a.json", retrieval_rows([0.8]))
    after = write(tmp_path / "b.json", retrieval_rows([0.8]), data="y")
    assert not compare(before, after).same_data


def test_results_of_other_questions_or_kinds_are_refused(tmp_path):
    before = write(tmp_path / "a.json", retrieval_rows([0.8, 0.9]))
    with pytest.raises(InputError, match="'q1'"):
        compare(before, write(tmp_path / "b.json", retrieval_rows([0.8])))
    with pytest.raises(InputError, match="kind"):
        compare(before, write(tmp_path / "c.json", draft_rows([1.0, 1.0]), "drafts"))
    with pytest.raises(InputError, match="common"):
        compare(before, write(tmp_path / "d.json", [{"id": "q0", "dense": {}}, {"id": "q1", "dense": {}}]))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"kind": "retrieval",\n "rows": [{"id": "q", "hybrid": {"nDCG@10": NaN}}]}', 2),
        ('{"kind": "retrieval",\n\n "rows": [}', 3),
        ('{"kind": "other", "rows": [1]}', 1),
        ('{"kind": "retrieval", "rows": []}', 1),
        ("[]", 1),
    ],
)
def test_a_broken_file_names_the_line(tmp_path, text, line):
    path = tmp_path / "a.json"
    path.write_text(text, "utf-8")
    with pytest.raises(MalformedRecordError) as caught:
        compare(path, path)
    assert (caught.value.path, caught.value.line) == (str(path), line)


@pytest.mark.parametrize(
    "rows",
    [[{"hybrid": {}}], [{"id": "q", "hybrid": {"P@1": "x"}}], [{"id": "q"}, {"id": "q"}]],
)
def test_broken_rows_are_refused(tmp_path, rows):
    path = write(tmp_path / "a.json", rows)
    with pytest.raises(MalformedRecordError, match="row"):
        compare(path, path)


def test_line_separators_inside_an_id_do_not_break_the_file(tmp_path):
    path = tmp_path / "a.json"
    rows = [{"id": "q\u2028\x1f", "hybrid": {"nDCG@10": 1.0}}]
    path.write_text(json.dumps({"kind": "retrieval", "rows": rows}, ensure_ascii=False), "utf-8")
    assert compare(path, path).questions == 1


def test_a_missing_file_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match=r"none\.json"):
        compare(tmp_path / "none.json", tmp_path / "none.json")


def test_the_json_is_plain(tmp_path):
    path = write(tmp_path / "a.json", draft_rows([1.0, 0.0]), "drafts")
    found = json.loads(json.dumps(compare(path, path).to_dict(), allow_nan=False))
    assert found["of"] == "drafts"
    assert {change["measure"] for change in found["changes"]} >= {"usable@1", "ece", "aurc"}
