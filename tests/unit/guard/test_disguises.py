"""Words in pinyin, and violations that hold no listed word."""

import json
from pathlib import Path

import pytest

from assist.guard import screen
from assist.guard.learned import find_unlisted, scorer
from assist.guard.pinyin import Disguises, Spellings
from assist.guard.skeleton import View

ROOT = Path(__file__).resolve().parents[3]
ROWS = [
    json.loads(line) for line in (ROOT / "benchmarks/guards/compliance.jsonl").read_text("utf-8").splitlines()
]


def blocked(text, **options):
    return [item for item in screen(text, **options) if item.severity.value == "block"]


@pytest.mark.parametrize("text", ["zhiliao湿疹很有效", "加wei信聊", "hao评返现5元", "quan网第yi的品质"])
def test_a_word_in_pinyin_is_found_where_it_stands(text):
    found = blocked(text, learned=False)
    assert found
    assert all(item.span.of(text) == item.evidence["word"] for item in found)


@pytest.mark.parametrize(
    "text", ["型号是VX-200", "XL码的有货", "Type-C接口", "支持USB和WiFi", "OK的亲", "led灯"]
)
def test_letters_that_are_no_pinyin_of_a_listed_word_stay(text):
    assert blocked(text, learned=False) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("我们质量是全网最弓虽的", "absolute"),
        ("咱家是全国销量dì一哦", "absolute"),
        ("敢称天下弟一的手艺", "absolute"),
        ("专氵台腰间盘突出", "medical"),
        ("女子评返2元", "review_reward"),
        ("好p返现，5块", "review_reward"),
        ("jia v 给你内部价", "off_platform"),
        ("走支fu宝转我就发货", "off_platform"),
        ("一经售出,慨不退换", "unfair_term"),
        ("打12З15也没用", "discourage_complaint"),
        ("bao证不褪色", "promise"),
        ("爱买不mai", "impatience"),
        ("别家都是jia货，你懂的", "disparage"),
    ],
)
def test_homophones_split_characters_and_lookalikes_are_read_as_what_they_stand_for(text, kind):
    found = blocked(text, learned=False)
    assert kind in {item.kind for item in found}
    assert all(item.span.of(text) == item.evidence["word"] for item in found)


@pytest.mark.parametrize(
    "text",
    [
        "快递一天就到，全国都快",
        "女子跑鞋38码有货",
        "做得很平整，反面也有花",
        "推货架尺寸120cm",
        "hp打印机能用",
        "加v领的那件是圆领",
    ],
)
def test_ordinary_words_that_look_like_a_disguise_stay(text):
    assert blocked(text, learned=False) == []


def test_disguises_keep_the_places_of_the_text():
    spellings = Spellings(["概不退换"], Disguises({"概": ("慨", "木既"), "换": ("焕",)}))
    text, [place] = spellings.restore("清仓木既不退焕哦")
    assert text == "清仓概不退换哦"
    assert (place.at, place.length, place.start, place.end, place.in_pinyin) == (2, 4, 2, 7, False)
    assert spellings.restore("概不退换") == ("概不退换", ())


@pytest.mark.parametrize(
    "text",
    [
        "差的12块直接zfb给我",
        "支付鸨转我",
        "去pdd搜同名店下单更便宜",
        "把cp删了，私下补您20",
        "郝评返现五元",
        "降xt的茶，血糖都稳了",
        "这是💊用级别的",
        "⭐⭐⭐⭐⭐截图给我 🧧3元",
        "晒图饭现三块",
        "这款是国加级的品质",
    ],
)
def test_initials_sounds_and_signs_are_seen_through(text):
    assert blocked(text, learned=False)


@pytest.mark.parametrize(
    "text",
    [
        "建议您取消重新下单",
        "支付包含运费",
        "dy-100型号的支架没有货",
        "CP值很高的一款",
        "您优先下单，我们核对",
        "请您等待一下了哦",
    ],
)
def test_what_only_sounds_like_a_listed_word_stays(text):
    assert blocked(text, learned=False) == []


def test_spellings_are_put_back_with_their_places():
    spellings = Spellings(["治疗", "全网第一"])
    text, [first, second] = spellings.restore("可zhiliao和quan网di一的")
    assert text == "可治疗和全网第一的"
    assert (first.at, first.length, first.start, first.end) == (1, 2, 1, 8)
    assert text[second.at : second.at + second.length] == "全网第一"
    assert spellings.restore("全网第一") == ("全网第一", ())
    assert spellings.restore("zhiliaox") == ("zhiliaox", ())


def test_the_scorer_finds_most_unlisted_violations_and_few_lawful_sentences():
    dev = [row for row in ROWS if row["split"] == "dev"]
    unlisted = [bool(blocked(row["text"])) for row in dev if row["wording"] == "unlisted"]
    clean = [bool(blocked(row["text"])) for row in dev if row["wording"] == "clean"]
    assert sum(unlisted) >= 0.7 * len(unlisted)
    assert sum(clean) <= 0.03 * len(clean)


def test_a_quoted_sentence_is_not_looked_at():
    text = next(
        row["text"] for row in ROWS if row["wording"] == "unlisted" and find_unlisted(View(row["text"]))
    )
    [finding] = find_unlisted(View(text))
    assert finding.evidence["found_by"] == "learned"
    assert finding.evidence["hint"]
    assert find_unlisted(View(text), quotes=[text]) == []
    assert find_unlisted(View("好的")) == []


def test_probabilities_of_the_scorer_add_up():
    rows = scorer().probabilities(["签收后7天内可以退货", "你是不是听不懂人话"])
    assert rows.shape == (2, len(scorer().classes))
    assert rows.sum(axis=1) == pytest.approx([1.0, 1.0], abs=1e-5)
