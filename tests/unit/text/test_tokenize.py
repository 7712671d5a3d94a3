import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from assist.errors import InputError
from assist.text import tokenize
from assist.text.tokenize import Tokenizer

WORDS = ("七天无理由退货", "羽绒服Pro", "A102", "Type-C 数据线", "304不锈钢")


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer(WORDS)


@pytest.fixture(scope="module")
def slow_tokenizer():
    return Tokenizer(WORDS, engine="jieba")


def test_words_are_normalised_and_without_punctuation(tokenizer):
    assert tokenizer.words("這款Ｔ恤，會 掉色嗎？！😊") == ["这", "款", "t恤", "会", "掉色", "吗"]


@pytest.mark.parametrize("word", ["七天无理由退货", "羽绒服pro", "304不锈钢", "type-c 数据线"])
def test_words_of_the_shop_stay_whole(tokenizer, word):
    assert word in tokenizer.words(f"请问{word.upper()}有吗")


@pytest.mark.parametrize(
    "name", ["a102", "20000mah", "5.5l", "65w", "s925", "sm-a102", "usb-c", "a102-wh-1", "3-4"]
)
def test_model_names_and_measures_stay_whole(tokenizer, name):
    assert name in tokenizer.words(f"这个{name.upper()}的怎么样")


def test_a_word_of_the_shop_does_not_cut_a_longer_name(tokenizer):
    assert tokenizer.words("XA1023") == ["xa1023"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SM-A102", ["sm-a102", "sm", "a102", "102"]),
        ("20000mAh", ["20000mah", "20000"]),
        ("5.5L", ["5.5l", "5.5"]),
        ("USB-C", ["usb-c", "usb"]),
        ("S925", ["s925", "925"]),
        ("F1", ["f1"]),
        ("163", ["163"]),
    ],
)
def test_tokens_hold_the_parts_of_names_that_are_searched_alone(tokenizer, text, expected):
    assert tokenizer.tokens(text) == expected * 2


def test_a_word_counts_twice_and_its_characters_once(tokenizer):
    assert tokenizer.tokens("仅退款") == [*["退款", "仅退款"] * 2, "仅", "退", "款"]


def test_tokens_hold_sub_words(tokenizer):
    tokens = tokenizer.tokens("支持七天无理由退货")
    assert {"七天无理由退货", "七天", "理由", "退货"} <= set(tokens)


def test_particles_are_left_out_and_negation_stays(tokenizer):
    assert tokenizer.tokens("亲，这件不掉色的吧") == [*["这件", "不", "掉色"] * 2, *"这件不掉色"]
    assert tokenizer.tokens("亲～在的哦") == ["在", "在", "在"]
    assert tokenizer.tokens("？！") == []


def test_other_scripts_are_words_too(tokenizer):
    assert tokenizer.words("café カメラ 𠮷野家 Привет!") == ["café", "カメラ", "𠮷", "野", "家", "привет"]


def test_english(tokenizer):
    assert tokenizer.words("Is this dress machine-washable? Max. 2.5kg") == (
        ["is", "this", "dress", "machine-washable", "max", "2.5kg"]
    )


@pytest.mark.parametrize("engine", ["rjieba", "jieba"])
def test_a_title_above_several_passages_counts_in_each(engine):
    cutter = Tokenizer(WORDS, engine=engine)
    title = "云柔羽绒服Pro A102  尺码与退货"
    texts = [
        f"{title}\n运费  由买家承担",
        title,
        f"{title}\n\n{title}",
        f"{title} \n ＡＢ－１２的尺码",
        "\n运费\n",
    ]
    assert cutter.tokens_many(texts) == [cutter.tokens(text) for text in texts]


def test_tokens_many_keeps_order_and_repeats(tokenizer):
    assert tokenizer.tokens_many(["尺码", "", "运费"]) == [
        ["尺码", "尺码", "尺", "码"],
        [],
        ["运费", "运费", "运", "费"],
    ]


def test_the_fingerprint_follows_the_words_and_not_the_engine():
    first = Tokenizer(["羽绒服Pro", "A102"])
    assert Tokenizer(["a102", "羽绒服ＰＲＯ", "A102"], engine="jieba").fingerprint == first.fingerprint
    assert Tokenizer(["A102"]).fingerprint != first.fingerprint


def test_instances_are_independent():
    with_word, without = Tokenizer(["雾灰绿款"]), Tokenizer()
    assert "雾灰绿款" in with_word.words("雾灰绿款")
    assert "雾灰绿款" not in without.words("雾灰绿款")


def test_threads_may_share_one():
    tokenizer = Tokenizer(WORDS)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(tokenizer.tokens, ["羽绒服Pro可以机洗吗"] * 64))
    assert all(result == results[0] for result in results)


def test_an_unknown_engine_is_refused():
    with pytest.raises(InputError, match="auto, rjieba, jieba"):
        Tokenizer(engine="thulac")


@pytest.mark.parametrize(
    "text",
    [
        "轻薄羽绒服Pro 304不锈钢内胆 type-c 数据线",
        "运费险怎么赔，不喜欢退货运费谁出",
        "A102的T恤不掉色 7天无理由退货吗 4S店 88VIP",
        "Привет 𠮷 カメラ 5.5L",
    ],
)
def test_both_engines_cut_alike(tokenizer, slow_tokenizer, text):
    assert tokenizer.engine == "rjieba"
    assert slow_tokenizer.words(text) == tokenizer.words(text)
    assert slow_tokenizer.tokens(text) == tokenizer.tokens(text)


def test_jieba_loads_silently_and_leaves_no_cache_file(tmp_path):
    code = (
        "from assist.text.tokenize import Tokenizer; import sys; "
        "t = Tokenizer(engine='jieba'); assert 'jieba' not in sys.modules; print(t.words('空气炸锅'))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={
            "PATH": "",
            "TMPDIR": str(tmp_path),
            "PYTHONPATH": ":".join(sys.path),
            "PYTHONIOENCODING": "utf8",
        },
    )
    assert done.stdout.strip() == "['空气炸锅']"
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_importing_the_room_loads_nothing_heavy():
    code = (
        "import sys, assist.text.chunk, assist.text.tokenize, assist.text.quantities, assist.text.normalize; "
        "print(sorted({'jieba', 'rjieba', 'opencc', 'faiss', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_dictionary_of_rjieba_is_read_once_and_its_package_still_imports():
    pytest.importorskip("rjieba")
    script = (
        "import sys; from assist.text.tokenize import Tokenizer\n"
        "print(Tokenizer().words('能退货吗'), 'rjieba' in sys.modules)\n"
        "import rjieba; print(rjieba.cut('能退货吗', False), rjieba.Jieba is sys.modules['rjieba.rjieba'].Jieba)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ["['能', '退货', '吗'] False", "['能', '退货', '吗'] True"]


class Wavering:
    """An engine that cuts a word otherwise where it stands alone."""

    def __init__(self, words: object) -> None:
        self.words = words

    def cut(self, text: str) -> list[str]:
        return ["退", "货"] if text == "退货" else re.findall("退货|[^退货]", text)

    def cut_for_search(self, text: str) -> list[str]:
        return self.cut(text)


def test_a_word_that_would_be_cut_alone_is_cut_where_it_stands(monkeypatch):
    monkeypatch.setitem(tokenize._CUTTERS, "jieba", Wavering)
    wavering = Tokenizer(engine="jieba")
    texts = ["退货运费", "运费"]
    assert wavering.tokens_many(texts) == [wavering.tokens(text) for text in texts]
    assert "退货" in wavering.tokens_many(texts)[0]


def test_runs_that_come_again_are_set_aside_each_time():
    plain = Tokenizer()
    texts = ["型号sm-a102，5.5l", "2026-11-20发sm-a102", "5.5l 5.5l"]
    assert plain.tokens_many(texts * 2) == [plain.tokens(text) for text in texts] * 2
