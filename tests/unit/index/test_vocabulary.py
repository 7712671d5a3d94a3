import bisect
import zlib

import numpy as np
import pytest

from assist.errors import StoreCorruptError
from assist.index.vocabulary import Vocabulary, encode

TERMS = sorted({"运费", "运费险", "a", "ab", "", "7天", "\ud800", "🙂", *(f"词{i}" for i in range(300))})


def test_every_term_is_found_and_others_are_not():
    vocabulary = Vocabulary.build(TERMS)
    assert vocabulary.find(TERMS).tolist() == list(range(len(TERMS)))
    assert vocabulary.find(["运", "词", "词300", "A"]).tolist() == [-1] * 4
    assert vocabulary.terms() == TERMS
    assert len(vocabulary) == len(TERMS)


def test_terms_of_equal_hash_are_told_apart():
    first, second = "plumless", "buckeroo"  # a known CRC-32 collision
    assert zlib.crc32(first.encode()) == zlib.crc32(second.encode())
    vocabulary = Vocabulary.build([second, first])
    assert vocabulary.find([first, second, "plum"]).tolist() == [1, 0, -1]
    assert Vocabulary.build([first]).find([second]).tolist() == [-1]
    assert vocabulary.match(Vocabulary.build([second, first, "plum"][:2])).tolist() == [0, 1]
    assert vocabulary.match(Vocabulary.build([first])).tolist() == [1]
    assert Vocabulary.build([first]).match(Vocabulary.build([second])).tolist() == [-1]


@pytest.mark.parametrize("wanted", [["词1555"], [*TERMS, *(f"词{i}" for i in range(200, 400)), "\0", "龥"]])
def test_places_of_unknown_terms_keep_the_order_of_bytes(wanted):
    vocabulary, others = Vocabulary.build(TERMS), Vocabulary.build(sorted(wanted))
    wanted = others.terms()
    known = vocabulary.match(others)
    places = vocabulary.places(others)
    encoded = [encode(term) for term in TERMS]
    assert places.tolist() == [bisect.bisect_left(encoded, encode(term)) for term in wanted]
    assert (known < 0).any()
    assert known.tolist() == vocabulary.find(wanted).tolist()


def test_empty():
    vocabulary = Vocabulary.build([])
    assert vocabulary.find(["词"]).tolist() == [-1]
    assert vocabulary.find([]).tolist() == []
    assert vocabulary.terms() == []


@pytest.mark.parametrize("terms", [TERMS, []])
def test_save_and_open(tmp_path, terms):
    Vocabulary.build(terms).save(tmp_path, "v")
    opened = Vocabulary.open(tmp_path, "v")
    assert opened.find(TERMS[::7]).tolist() == Vocabulary.build(terms).find(TERMS[::7]).tolist()


def test_files_that_do_not_fit_together_are_corrupt(tmp_path):
    Vocabulary.build(TERMS).save(tmp_path, "v")
    np.save(tmp_path / "v.offsets.npy", np.zeros(3, dtype=np.int64))
    with pytest.raises(StoreCorruptError) as caught:
        Vocabulary.open(tmp_path, "v")
    assert caught.value.file == "v.offsets.npy"
