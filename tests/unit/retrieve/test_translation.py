import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.encoder import bundled
from assist.encoder.pieces import Pieces
from assist.retrieve.translation import CHANCE, LENGTH, LOG_STEP, Sentences, Translation, Words

WORDS = Words(Pieces(["掉色", "褪色", "掉", "色", "洗"], simplified={}))
# Pieces are 0-4; the single characters 掉, 色, 洗 are 5-7 beside them.
DYED, FADED, WASH = 0, 1, 4


def table() -> Translation:
    starts = np.array([0, 2, 2, 2, 2, 3, 3, 3, 3], dtype=np.int64)
    givens = np.array([FADED, WASH, WASH], dtype=np.uint16)
    codes = np.array([10, 60, 5], dtype=np.uint8)
    return Translation(WORDS, starts, givens, codes, np.full(8, 0.1, dtype=np.float32))


def expected(question: list[int], sentence: list[int]) -> tuple[float, float]:
    known = {(DYED, FADED): 10, (DYED, WASH): 60, (WASH, WASH): 5}
    logs = []
    for word in question:
        told = sum(math.exp(-LOG_STEP * known[word, held]) for held in sentence if (word, held) in known)
        likely = told / max(len(sentence), 1) ** LENGTH
        logs.append(math.log((CHANCE * 0.1 + (1 - CHANCE) * likely) / (CHANCE * 0.1)) / 4.0)
    few = max(1, len(logs) // 3)
    return sum(logs) / len(logs), sum(sorted(logs)[:few]) / few


def test_words_are_pieces_and_single_characters_apart() -> None:
    assert WORDS.cut("掉色 洗").tolist() == [DYED, WASH, 5, 6, 7]
    assert len(WORDS) == 8


def test_characters_that_are_no_pieces_are_left_out() -> None:
    assert WORDS.cut("abc 123 ！").tolist() == []


@given(
    st.lists(st.integers(0, 7), min_size=1, unique=True),
    st.lists(st.lists(st.integers(0, 7), unique=True), min_size=1),
)
def test_explained_are_the_mean_and_the_least_log_ratios(
    question: list[int], sentences: list[list[int]]
) -> None:
    told = Sentences.of([np.array(sorted(one), dtype=np.uint16) for one in sentences])
    found = table().explain(np.array(sorted(question), dtype=np.uint16), told)
    means, least = zip(*(expected(question, one) for one in sentences), strict=True)
    assert found.mean == pytest.approx(means, rel=1e-4, abs=1e-6)
    assert found.least == pytest.approx(least, rel=1e-4, abs=1e-6)


def test_a_question_without_a_known_word_explains_nothing() -> None:
    made = table()
    found = made.explain(made.words("？"), Sentences.of([made.words("褪色")]))
    assert found.mean.tolist() == found.least.tolist() == [0.0]


def test_no_sentence_gives_no_score() -> None:
    made = table()
    found = made.explain(made.words("掉色"), Sentences.of([]))
    assert found.mean.shape == found.least.shape == (0,)


@pytest.mark.parametrize(
    ("question", "right", "other"),
    [
        ("掉色不", "深色第一次洗会有轻微浮色，褪色属正常", "衣长68cm，胸围104cm"),
        ("沉不沉", "净重 1.2kg", "颜色：黑色、白色"),
        ("能坐多胖的人", "承重150kg", "面料：涤纶"),
        ("啥时候走", "现货付款后48小时内发出", "支持七天无理由退换"),
        ("会褪色嗎", "洗涤后不褪色", "机身尺寸 20×30cm"),
    ],
)
def test_shipped_table_knows_how_shoppers_say_it(question: str, right: str, other: str) -> None:
    made = Translation.bundled()
    found = made.explain(made.words(question), Sentences.of([made.words(right), made.words(other)]))
    assert found.mean[0] > found.mean[1]


def test_shipped_table_fits_the_vocabulary() -> None:
    assert len(Words(bundled().cutter)) < 65_536
    assert Translation.bundled() is Translation.bundled()
