"""Markup as shops write it: what a page says must not depend on how it is set."""

from __future__ import annotations

import pytest

from assist.documents import BlockKind, Document
from assist.ingest import read_bytes


def page(body: str, *, name: str = "products/X1.html") -> Document:
    (document,) = read_bytes(f"<html><body>{body}</body></html>".encode(), name=name).documents
    for fact in document.facts:
        assert fact.value in fact.span.of(document.text)
    return document


@pytest.mark.parametrize(
    "where",
    [
        "<table><tr><td>货　号</td><td>ＹＹ－Ｌ０９</td></tr><tr><td>材　质</td><td>棉</td></tr></table>",
        "<table><tr><td>貨號</td><td>YY-L09</td><td>淨含量</td><td>50g</td></tr></table>",
        "<table><tr><th>型号/货号</th><td>YY-L09</td><th>水箱容量</th><td>5L</td></tr></table>",
        "<table><tr><td>货号</td><td>YY\u200b-L\u200d09</td></tr><tr><td>颜色</td><td>白</td></tr></table>",
        "<p>品牌：眠里&nbsp;&nbsp;|&nbsp;&nbsp;货号：YY-L09</p>",
        "<p>商品货号 YY-L09 ｜ 适用年龄 6岁以上 ｜ 材质 ABS</p>",
        "<ul><li><em>货号</em>YY-L09</li><li><em>鞋面</em>网布</li></ul>",
        "<div class='crumbs'>家电 › 加湿器 › 货号 YY-L09</div>",
        "<p>这是一款好裤子，货号 YY-L09，欢迎选购。</p>",
    ],
)
def test_the_article_number_is_found_however_it_is_written(where: str) -> None:
    assert page(f"<h1>商品</h1>{where}<p>正文。</p>").id == "YY-L09"


def test_a_page_that_names_no_article_number_is_known_by_its_file() -> None:
    assert page("<h1>商品</h1><p>联系客服时请报货号，谢谢。</p>").id == "X1"


@pytest.mark.parametrize("corner", ["身高\\体重", "身高（cm）/体重（斤）", "身高 体重"])
def test_heights_against_weights_are_one_row_a_size(corner: str) -> None:
    document = page(
        f"<h1>裤</h1><table><tr><th>{corner}</th><th>80-90斤</th><th>91-100斤</th></tr><tr><th>150-155cm</th><td>XS</td><td>S</td></tr>"
        "<tr><th>156-160cm</th><td>S</td><td>S</td></tr></table>"
    )
    (table,) = document.tables
    assert (table.kind, table.header) == (BlockKind.SIZE_TABLE, ("尺码", "身高", "体重"))
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["XS", "150-155cm", "80-90斤"],
        ["S", "150-155cm", "91-100斤"],
        ["S", "156-160cm", "80-90斤"],
        ["S", "156-160cm", "91-100斤"],
    ]
    for row in table.rows:
        assert all(cell.span and cell.span.of(document.text) == cell.text for cell in row.cells)


def test_weights_against_heights_are_told_apart_from_heights_against_weights() -> None:
    document = page(
        "<h1>裤</h1><table><tr><td>体重/身高</td><td>150-155cm</td></tr><tr><td>80-90斤</td><td>S</td></tr></table>"
    )
    assert document.tables[0].header == ("尺码", "体重", "身高")


@pytest.mark.parametrize(
    ("line", "measure"),
    [
        ("S：80-95斤 M：96-110斤 L：111-125斤", "体重(斤)"),
        ("尺码建议：S码40-47kg，M码48-55kg，L码56-62kg", "体重(kg)"),
        ("S 155-160cm / M 160-165cm / L 165-170cm", "身高(cm)"),
    ],
)
def test_sizes_told_in_a_line_are_a_size_table(line: str, measure: str) -> None:
    document = page(f"<h1>睡衣</h1><h2>尺码</h2><p>{line}</p>")
    (table,) = document.tables
    assert table.header == ("尺码", measure)
    assert [row.cells[0].text for row in table.rows] == ["S", "M", "L"]
    assert all(
        cell.span and cell.span.of(document.text) == cell.text for row in table.rows for cell in row.cells
    )


@pytest.mark.parametrize(
    "line",
    [
        "S：80-95斤 M：96-110斤",
        "模特穿S码，体重80-95斤，M码96-110斤的朋友也说L码111-125斤可以",
        "S：80-95斤 M：160-165cm L：111-125斤",
        "36码 37码 38码",
    ],
)
def test_other_lines_with_sizes_are_none(line: str) -> None:
    assert page(f"<h1>睡衣</h1><h2>尺码</h2><p>{line}</p>").tables == ()


RECOMMENDED = [
    "<div><h3>买了还买</h3><a>无雾加湿器 水箱容量8L ¥599</a></div>",
    "<div><p>掌柜推荐</p><p>无雾加湿器 水箱容量：8L ¥599</p></div>",
    "<div>猜你喜欢 无雾加湿器 ¥599 水箱容量8L</div>",
    "<h3>相关商品</h3><p>无雾加湿器 水箱容量8L ¥599</p>",
    "<ul><li>看了又看</li><li>无雾加湿器 水箱容量8L ¥599</li></ul>",
    "<section><h4>累计评价 2036</h4><div>水箱容量只有8L吧</div></section>",
    "<h3>宝贝评价</h3><div><p>小*猫：水箱容量有8L</p></div>",
    "<p>搭配推荐：水箱容量8L的大号 ¥599</p>",
    "<div>同系列：<a>无雾加湿器 水箱容量8L ¥599</a></div>",
    "<div><h4>相关推荐</h4><p>无雾加湿器 水箱容量8L ¥599</p></div>",
]


@pytest.mark.parametrize("part", RECOMMENDED)
def test_other_products_and_reviews_are_no_part_of_the_page(part: str) -> None:
    body = "<h1>加湿器</h1><table><tr><td>水箱容量</td><td>5L</td></tr><tr><td>额定功率</td><td>28W</td></tr></table>"
    document = page(
        f"<div>{body}{part}<h2>注意事项</h2><p>请用纯净水，水质硬的地方会有白粉落下来。</p></div>"
    )
    assert "8L" not in document.text
    assert "599" not in document.text
    assert "纯净水" in document.text
    assert "5L" in document.text


@pytest.mark.parametrize(
    "part",
    [
        "<h3>评价返现说明</h3><p>本店不参与好评返现。</p>",
        "<p>评价时请上传照片，本店会抽奖。</p>",
        "<h3>推荐理由</h3><p>本店主推的一款。</p>",
        "<p>同系列还有小号，本店另售。</p>",
        "<p>同系列：小号和大号，本店另售。</p>",
    ],
)
def test_what_the_shop_says_itself_stays(part: str) -> None:
    assert "本店" in page(f"<h1>杯</h1><p>容量500毫升，做工扎实。</p>{part}").text


def test_a_page_of_reviews_alone_is_not_left_empty() -> None:
    assert "很好" in page("<h1>评价</h1><div><h2>用户评价</h2><p>很好很好很好很好很好很好</p></div>").text


def test_captions_and_telling_alternative_texts_can_be_cited() -> None:
    document = page(
        "<h1>书架</h1><figure><img src='a.jpg' alt='细节'><figcaption>单层承重25kg</figcaption></figure>"
        "<img src='b.jpg' alt='层板厚度1.8cm特写'><img src='c.jpg' alt='主图 1'><img src='d.jpg' alt='IMG_2031.jpg'>"
    )
    captions = [b.span.of(document.text) for b in document.blocks if b.kind is BlockKind.CAPTION]
    assert captions == ["单层承重25kg", "层板厚度1.8cm特写"]
    assert [asset.caption for asset in document.assets if asset.span] == captions


def test_choices_of_a_form_are_told_but_counts_are_not() -> None:
    document = page(
        "<h1>充电宝</h1><select><option value=''>请选择<option value=1>10000mAh 白色 ￥99<option value=2>20000mAh 黑色 ￥149</select>"
        "<select><option value=1>1</option><option value=2>2</option></select><p>正文</p>"
    )
    assert "20000mAh 黑色 ￥149" in document.text
    assert "请选择" not in document.text
    assert "\n2\n" not in document.text


def test_numbered_questions_need_no_colon() -> None:
    document = page(
        "<h1>鱼竿</h1><h3>钓友问答</h3><p>Q1 能钓鲢鳙吗</p><p>A1 不建议</p><p>Q2 新手选多长</p><p>A2 4.5米</p>"
    )
    pairs = [b.span.of(document.text) for b in document.blocks if b.kind is BlockKind.QA]
    assert len(pairs) == 2
    assert "鲢鳙" in pairs[0]
    assert "不建议" in pairs[0]


def test_a_struck_price_keeps_a_name_of_its_own() -> None:
    document = page(
        "<h1>裤</h1><p>吊牌价 <del>￥299</del> 店铺价 ￥<b>129</b></p><p>成人价格 <s>¥269</s></p>"
    )
    assert [(fact.key, fact.value) for fact in document.facts] == [
        ("吊牌价", "299"),
        ("店铺价", "129"),
        ("划线价", "269"),
    ]


@pytest.mark.parametrize(
    "html",
    [
        "<p><span>①机洗套洗衣袋</span><span>②深浅色分开</span><span>③不可烘干</span></p>",
        "<p>(1) 机洗套洗衣袋；(2) 深浅色分开；(3) 不可烘干</p>",
    ],
)
def test_points_numbered_within_a_line_are_lines_of_their_own(html: str) -> None:
    lines = page(f"<h1>衣</h1><h2>洗涤</h2>{html}").text.splitlines()
    assert sum("洗衣袋" in line or "分开" in line or "烘干" in line for line in lines) == 3


def test_a_number_that_is_part_of_a_sentence_cuts_nothing() -> None:
    assert "适合①号位和②号位" in page("<h1>衣</h1><p>适合①号位和②号位</p>").text.splitlines()


def test_parts_are_taken_out_wherever_they_stand() -> None:
    part = "<div><p>猜你喜欢</p><p>别的杯子 ¥9</p></div>"
    document = page(f"<h1>杯</h1><div><ul><li>容量五百毫升</li></ul>{part * 3}{part * 2}<table><tr><td>材质</td><td>玻璃</td></tr></table>{part}</div>"
                    "<p>杯身是加厚的高硼硅玻璃，冷热都可以装，清洗起来也方便，请放心选购这一款杯子。</p>")  # fmt: skip
    assert "¥9" not in document.text
    assert "五百毫升" in document.text
    assert [(fact.key, fact.value) for fact in document.facts] == [("材质", "玻璃")]
