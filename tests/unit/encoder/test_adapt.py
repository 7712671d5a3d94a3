import numpy as np
import pytest

from assist.encoder import bundled
from assist.encoder.adapt import AdaptSettings, Lesson, _gradient, fine_tune
from assist.encoder.folder import export, open_static_folder
from assist.encoder.pieces import Pieces
from assist.encoder.static import StaticEncoder, unit_rows
from assist.errors import InputError

CHARS = [chr(0x4E00 + n) for n in range(60)]


def small_base():
    rng = np.random.default_rng(1)
    vectors = 0.05 * rng.standard_normal((len(CHARS), 16)).astype(np.float32)
    cutter = Pieces(CHARS, simplified={})
    return StaticEncoder(cutter, vectors, np.ones(len(CHARS), np.float32), name="small", revision="1")


def small_lesson(count=120):
    """Character n of the question goes with character n + 20 of the answer, for 20 meanings; the rest is noise."""
    rng = np.random.default_rng(2)
    noise = ["".join(CHARS[40 + k] for k in rng.integers(0, 20, 3)) for _ in range(2 * count)]
    queries = tuple(CHARS[n % 20] + noise[n] for n in range(count))
    passages = tuple(CHARS[20 + n % 20] + noise[count + n] for n in range(count))
    return Lesson(queries, passages, np.arange(count, dtype=np.int64) % 20)


def opened(weights):
    cutter = Pieces(weights.pieces, simplified=weights.simplified)
    return StaticEncoder(cutter, weights.vectors, weights.scales, name=weights.name, revision="")


def loss(queries, candidates, same, temperature):
    """The same objective, written as a sum of logarithms."""
    one, two = unit_rows(queries.copy()), unit_rows(candidates.copy())
    scores = (one @ two.T / temperature).astype(np.float64)
    scores[same] = -1e4
    n, own = len(queries), np.arange(len(queries))
    forth = np.log(np.exp(scores).sum(1)) - scores[own, own]
    back = np.log(np.exp(scores[:, :n]).sum(0)) - scores[own, own]
    return (forth.mean() + back.mean()) / 2


def test_the_gradient_is_that_of_the_loss():
    rng = np.random.default_rng(0)
    queries = rng.standard_normal((3, 5)).astype(np.float32)
    candidates = rng.standard_normal((5, 5)).astype(np.float32)
    same = np.zeros((3, 5), dtype=bool)
    same[0, 1] = same[2, 4] = True
    found = _gradient(queries, candidates, same, 0.5)
    for which, table in enumerate((queries, candidates)):
        for place in np.ndindex(table.shape):
            ends = []
            for shift in (1e-2, -1e-2):
                moved = [queries.copy(), candidates.copy()]
                moved[which][place] += shift
                ends.append(loss(*moved, same, 0.5))
            assert found[which][place] == pytest.approx((ends[0] - ends[1]) / 2e-2, abs=2e-3)


def test_what_belongs_together_comes_nearer():
    lesson, base = small_lesson(), small_base()
    new = opened(fine_tune(base, lesson, name="new"))
    asked, answers = CHARS[:20], CHARS[20:40]

    def right(encoder):
        scores = encoder.encode(asked) @ encoder.encode(answers).T
        return int((scores.argmax(1) == np.arange(20)).sum())

    assert right(new) > right(base) + 10


def test_the_same_lesson_gives_the_same_weights():
    first, second = (fine_tune(small_base(), small_lesson(), name="x") for _ in range(2))
    np.testing.assert_array_equal(first.vectors, second.vectors)
    np.testing.assert_array_equal(first.scales, second.scales)
    other = fine_tune(small_base(), small_lesson(), name="x", settings=AdaptSettings(seed=1))
    assert (other.vectors != first.vectors).any()


def test_pieces_and_folding_stay_those_of_the_base():
    lesson = Lesson(("掉色吗", "包邮吗"), ("不掉色", "全场包邮"), np.array([0, 1]))
    weights = fine_tune(bundled(), lesson, name="x", settings=AdaptSettings(epochs=1))
    assert weights.pieces == bundled().cutter.words
    assert (opened(weights).encode(["會不會掉色"]) * opened(weights).encode(["会不会掉色"])).sum() > 0.999


def test_progress_counts_epochs():
    seen = []
    settings = AdaptSettings(epochs=3)
    fine_tune(small_base(), small_lesson(40), name="x", settings=settings, progress=lambda *t: seen.append(t))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_one_group_and_other_models_are_refused(tmp_path):
    lesson = Lesson(("一", "丁"), ("七", "万"), np.zeros(2, dtype=np.int64))
    with pytest.raises(InputError, match="two groups"):
        fine_tune(small_base(), lesson, name="x")
    foreign = open_static_folder(export(bundled(), tmp_path / "out"))
    with pytest.raises(InputError, match="pieces"):
        fine_tune(foreign, small_lesson(), name="x")
