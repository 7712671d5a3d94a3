"""Families of clauses and answers that contradict the law, the shop's own rules or a page, and lawful ones beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assist.documents import Document, Level
from assist.guard.conflicts import Conflict, Status, find_conflicts
from assist.ingest import read_folder

CLAUSES = (Path(__file__).parent / "clauses.txt").read_text("utf-8").splitlines()


def page(id: str, parameters: dict[str, str], text: str = "") -> tuple[str, str]:
    rows = "".join(f"<tr><th>{key}</th><td>{value}</td></tr>" for key, value in parameters.items())
    return (
        f"products/{id}.html",
        f'<html><head><meta name="item-id" content="{id}"><title>{id}</title></head><body><h1>{id}</h1>'
        f"<h2>商品参数</h2><table>{rows}</table><h2>说明</h2><p>{text}</p></body></html>",
    )


def policy(id: str, text: str, level: str = "shop") -> tuple[str, str]:
    front = f"---\nid: {id}\ntitle: {id}\nlevel: {level}\nvalid_from: 2026-01-01\nsource: 示例\n---\n"
    return f"policies/{id}.md", f"{front}## 1 说明\n{text}\n"


def answer(question: str, text: str, product: str | None = None) -> tuple[str, str]:
    row = {"id": "a1", "question": question, "answer": text, "answered_at": "2026-05-01T10:00:00"}
    return "past_answers.jsonl", json.dumps(
        row | ({"product": product} if product else {}), ensure_ascii=False
    )


def conflicts(folder: Path, *files: tuple[str, str]) -> tuple[Conflict, ...]:
    for name, text in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return find_conflicts([item for result in read_folder(folder) for item in result.documents])


@pytest.mark.parametrize("row", [row for row in CLAUSES if row and not row.startswith("#")])
def test_a_clause_is_held_against_the_law(row, tmp_path):
    found = [item.status for item in conflicts(tmp_path, policy("rule", row[1:]))]
    assert found == ([Status.BELOW_FLOOR] if row[0] == "<" else [])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("付款后48小时发货。", "下单后72小时内发出。"),
        ("满88元包邮。", "实付满69元免运费。"),
        ("支持货到付款。", "本店不支持货到付款。"),
        ("可以开具增值税专用发票。", "暂不支持开专票。"),
        ("默认发中通快递。", "本店统一发申通快递。"),
        ("本店赠送运费险。", "本店没有运费险。"),
        ("破损请在签收后48小时内联系客服。", "签收24小时内反馈破损，拍照即可。"),
        ("无理由退货运费由买家承担。", "不喜欢退货的，运费由本店承担。"),
        ("订单16:00前付款当天发。", "截单时间为18:00。"),
        ("15天价保。", "价保期30天。"),
        ("客服每天9点到晚上12点在线。", "人工客服9:00-22:00在线。"),
        ("运费统一8元。", "每单运费12元。"),
    ],
)
def test_two_rules_of_the_shop_that_differ_are_undecided(one, other, tmp_path):
    [found] = conflicts(tmp_path, policy("one", one), policy("other", other))
    assert (found.status, found.wins) == (Status.CONTRADICTION, None)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("小家电保修1年。", "鞋类保修30天。"),
        ("数码产品质保12个月。", "服饰类商品质保7天。"),
        ("全店保修1年。", "本店商品质保365天。"),
        ("主机保修2年。", "电池保修1年。"),
    ],
)
def test_rules_for_other_goods_or_in_other_units_are_none(one, other, tmp_path):
    assert conflicts(tmp_path, policy("one", one), policy("other", other)) == ()


def test_midnight_has_two_names(tmp_path):
    rules = policy("one", "客服每天9点到晚上12点在线。"), policy("other", "人工客服9:00-24:00在线。")
    assert conflicts(tmp_path, *rules) == ()


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("付款后48小时内发货。", "本品下单后72小时内寄出。"),
        ("全店包邮。", "本品体积较大，不包邮。"),
        ("运费统一8元。", "运费20元。"),
        ("默认发圆通。", "此款默认发德邦快递。"),
        ("签收后15天内可换货。", "本品签收后30天内可以换货。"),
        ("每人限购5件。", "本品每人限购2件。"),
    ],
)
def test_a_page_stands_before_the_shop_on_a_specific_value(rule, text, tmp_path):
    [found] = conflicts(tmp_path, policy("shop", rule), page("P1", {}, text))
    assert (found.status, found.wins) == (Status.OVERRIDE, "P1")


@pytest.mark.parametrize(
    ("parameters", "question", "text"),
    [
        ({"净重": "1.2kg"}, "这个多重", "900克左右"),
        ({"最大承重": "120kg", "净重": "3kg"}, "多重的人能坐", "最大承重150公斤"),
        ({"功率": "800W"}, "几瓦的", "1200瓦的"),
        ({"保修期": "1年"}, "保修多久", "三年的亲"),
        ({"层数": "3层"}, "几层的", "是4层的"),
        ({"防水": "不支持"}, "能碰水吗", "这款是防水的，放心用"),
        ({"是否可机洗": "否"}, "怎么洗", "可以机洗的亲"),
        ({"机洗": "可机洗"}, "怎么洗", "不能机洗哦"),
        ({"面料成分": "聚酯纤维100%"}, "什么料", "亲这款是纯棉的"),
        ({"面料成分": "棉95% 氨纶5%"}, "含棉多少", "含棉80%的"),
        ({"防水等级": "IPX4"}, "防水吗", "防水等级是IPX7的"),
        ({"产地": "浙江义乌"}, "哪产的", "产地广东的亲"),
        ({"版型": "修身"}, "宽松吗", "版型是宽松的"),
        ({"充电时间": "2小时"}, "充多久", "充电时间要4个小时"),
    ],
)
def test_an_answer_is_held_against_its_page(parameters, question, text, tmp_path):
    [found] = conflicts(tmp_path, page("P1", parameters), answer(question, text, "P1"))
    assert (found.status, found.wins) == (Status.CONTRADICTION, "P1")


@pytest.mark.parametrize(
    ("parameters", "question", "text"),
    [
        ({"净重": "1.2kg"}, "这个多重", "1200克哦"),
        ({"容量": "500ml", "净重": "300g"}, "能装多少水", "500毫升"),
        ({"容量": "500ml"}, "多大容量，多久发货", "48小时内发货"),
        ({"机洗": "可机洗"}, "能机洗吗", "可以机洗，建议用洗衣袋"),
        ({"是否可机洗": "否"}, "能机洗吗", "不建议机洗"),
        ({"面料成分": "棉95% 氨纶5%"}, "纯棉吗", "不是纯棉，含5%氨纶"),
        ({"面料成分": "棉100%（领口：棉95% 氨纶5%）"}, "领口呢", "大身棉100%，领口棉95%加氨纶"),
        ({"防水等级": "IPX4"}, "防水吗", "防水等级是IPX4"),
        ({"版型": "修身"}, "版型", "版型是修身的，建议拍大一码"),
        ({"里料": "无"}, "有里衬吗", "没有里料的"),
    ],
)
def test_an_answer_that_says_what_its_page_says_is_none(parameters, question, text, tmp_path):
    assert conflicts(tmp_path, page("P1", parameters), answer(question, text, "P1")) == ()


def test_an_answer_about_one_size_is_held_against_its_row(tmp_path):
    head = "<tr><th>尺码</th><th>腰围(尺)</th><th>腰围(cm)</th><th>衣长(cm)</th></tr>"
    rows = "<tr><td>M</td><td>2.1</td><td>70</td><td>66</td></tr><tr><td>L</td><td>2.3</td><td>76</td><td>68</td></tr>"
    table = (
        '<html><head><meta name="item-id" content="P1"><title>P1</title></head><body><h1>P1</h1><h2>尺码表</h2>'
        f"<table>{head}{rows}</table></body></html>"
    )
    said = "M码衣长70cm", "L码腰围76，合身", "M码腰围2.1尺", "M和L衣长分别是66和68"
    found = [
        [
            item.key
            for item in conflicts(tmp_path / str(at), ("products/P1.html", table), answer("多长", text, "P1"))
        ]
        for at, text in enumerate(said)
    ]
    assert found == [["衣长"], [], [], []]


def test_a_multiple_that_cannot_be_read_is_passed_over():
    assert find_conflicts([Document("shop", "假一赔百", title="shop", level=Level.SHOP)]) == ()
