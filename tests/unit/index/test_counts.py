from collections import Counter

import numpy as np
import pytest

from assist.errors import StoreCorruptError
from assist.index import postings
from assist.index.counts import TermCounts, count_terms

TEXTS = [["b", "a", "b"], [], ["c"], ["a", "c", "a", "a"]]


def as_counters(counts):
    texts = [Counter() for _ in range(len(counts))]
    for term, start, end in zip(counts.vocabulary.terms(), counts.starts, counts.starts[1:], strict=False):
        for row, count in zip(counts.rows[start:end], counts.counts[start:end], strict=True):
            texts[row][term] = int(count)
    return texts


def equal(one, other):
    assert one.vocabulary.terms() == other.vocabulary.terms()
    for name in ("starts", "rows", "counts", "lengths"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
        assert getattr(one, name).dtype == getattr(other, name).dtype


def test_counts_are_those_of_the_tokens():
    counts = count_terms(TEXTS)
    assert as_counters(counts) == [Counter(text) for text in TEXTS]
    assert counts.lengths.tolist() == [3, 0, 1, 4]
    assert counts.vocabulary.terms() == ["a", "b", "c"]


@pytest.mark.parametrize("texts", [[], [[]], [[], []]])
def test_nothing_to_count(texts):
    counts = count_terms(texts)
    assert len(counts) == len(texts)
    assert counts.starts.tolist() == [0]
    assert len(counts.rows) == 0


def test_tuples_and_any_sequence_will_do():
    equal(count_terms([tuple(text) for text in TEXTS]), count_terms(TEXTS))


@pytest.mark.parametrize("cut", [0, 1, 3, 4])
def test_concat_is_counting_together(cut):
    equal(TermCounts.concat([count_terms(TEXTS[:cut]), count_terms(TEXTS[cut:])]), count_terms(TEXTS))


def test_concat_of_nothing():
    equal(TermCounts.concat([]), count_terms([]))


@pytest.mark.parametrize("texts", [TEXTS, [], [[]], [["a"], ["a", "a", "b"], ["b"]]])
def test_few_entries_are_grouped_as_many_are(texts, monkeypatch):
    few = count_terms(texts)
    monkeypatch.setattr(postings, "_FEW", -1)
    equal(few, count_terms(texts))


NEWER = [[], [["a"]], [["c", "b", "c"], [], ["aa", "bb", "z", "好"]]]


@pytest.mark.parametrize("rows", [[], [1], [0, 3], [0, 1, 2, 3]])
@pytest.mark.parametrize("newer", NEWER)
def test_renewing_is_counting_what_results(rows, newer):
    renewed = count_terms(TEXTS).renewed(np.array(rows, dtype=np.int64), count_terms(newer))
    fresh = count_terms([*(TEXTS[row] for row in rows), *newer])
    equal(renewed, fresh)
    for name in ("blob", "offsets", "hashes", "numbers"):
        one, other = getattr(renewed.vocabulary, name), getattr(fresh.vocabulary, name)
        np.testing.assert_array_equal(one, other, err_msg=name)
        assert one.dtype == other.dtype


def test_save_and_open(tmp_path):
    count_terms(TEXTS).save(tmp_path)
    equal(TermCounts.open(tmp_path), count_terms(TEXTS))


def test_files_that_do_not_fit_together_are_corrupt(tmp_path):
    count_terms(TEXTS).save(tmp_path)
    np.save(tmp_path / "counts.counts.npy", np.ones(2, dtype=np.int32))
    with pytest.raises(StoreCorruptError, match="does not fit"):
        TermCounts.open(tmp_path)
