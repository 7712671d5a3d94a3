"""Product pages as shops write them."""

from __future__ import annotations

import pytest

from assist.documents import BlockKind, Document, Kind
from assist.errors import IngestError, MalformedRecordError
from assist.ingest import read_bytes
from assist.settings import IngestSettings


def page(body: str, *, head: str = "", name: str = "products/X1.html") -> Document:
    html = f"<html><head><title>标题</title>{head}</head><body>{body}</body></html>"
    (document,) = read_bytes(html.encode(), name=name).documents
    return document


def facts(document: Document) -> dict[str, tuple[str, str]]:
    return {fact.key: (fact.value, fact.unit) for fact in document.facts if fact.sku is None}


def quotes(document: Document, kind: BlockKind) -> list[str]:
    return [block.span.of(document.text) for block in document.blocks if block.kind is kind]


def test_a_page_becomes_lines_in_page_order_with_the_nearest_heading_as_section() -> None:
    document = page(
        "<h1>圆领T恤 A102</h1><p>到手价：<b>59元</b></p>"
        "<h2>洗涤说明</h2><p>第一次请单独洗。</p><ol><li>翻面</li><li>不超过30℃</li></ol>"
        "<h2>注意事项</h2><ul><li>不要漂白</li><li>不要暴晒</li></ul><h3>关于颜色</h3><p>藏青接近黑蓝。</p>"
    )
    assert document.text.split("\n\n")[1] == "洗涤说明\n第一次请单独洗。\n1. 翻面\n2. 不超过30℃"
    assert [(block.kind.value, block.section, block.headings) for block in document.blocks] == [
        ("title", "标题", ()),
        ("price", "价格", ()),
        ("heading", "洗涤说明", ("洗涤说明",)),
        ("text", "洗涤说明", ("洗涤说明",)),
        ("steps", "洗涤说明", ("洗涤说明",)),
        ("heading", "注意事项", ("注意事项",)),
        ("checklist", "注意事项", ("注意事项",)),
        ("heading", "关于颜色", ("注意事项", "关于颜色")),
        ("text", "关于颜色", ("注意事项", "关于颜色")),
    ]
    assert document.title == "圆领T恤 A102"


PARAMETERS = {"商品ID": "718263540102", "货号": "SM-A102", "面料": "棉95% 氨纶5%", "产地": "浙江宁波"}


@pytest.mark.parametrize(
    "html",
    [
        "<table>{}</table>".format(
            "".join(f"<tr><td>{k}</td><td>{v}</td></tr>" for k, v in PARAMETERS.items())
        ),
        "<table>{}</table>".format(
            "".join(f"<tr><th>{k}：</th><td>{v}</td></tr>" for k, v in PARAMETERS.items())
        ),
        "<table><tr><th>参数</th><th>内容</th></tr>{}</table>".format(
            "".join(f"<tr><td>{k}</td><td>{v}</td></tr>" for k, v in PARAMETERS.items())
        ),
        "<table><tr><td>商品ID</td><td>718263540102</td><td>货号</td><td>SM-A102</td></tr>"
        "<tr><td>面料</td><td>棉95% 氨纶5%</td><td>产地</td><td>浙江宁波</td></tr></table>",
        "<table><tr><th>商品ID</th><td>718263540102</td><th>货号</th><td>SM-A102</td></tr>"
        "<tr><th>面料</th><td colspan=3>棉95% 氨纶5%</td></tr><tr><th>产地</th><td>浙江宁波</td></tr></table>",
        "<table><tr><th>分组</th><th>参数</th><th>内容</th></tr><tr><td rowspan=2>主体</td><td>商品ID</td>"
        "<td>718263540102</td></tr><tr><td>货号</td><td>SM-A102</td></tr><tr><td rowspan=2>其他</td><td>面料</td>"
        "<td>棉95% 氨纶5%</td></tr><tr><td>产地</td><td>浙江宁波</td></tr></table>",
        "<table><tr><td colspan=2>主体</td></tr><tr><td>商品ID</td><td>718263540102</td></tr><tr><td>货号</td>"
        "<td>SM-A102</td></tr><tr><td>面料</td><td>棉95% 氨纶5%</td></tr><tr><td>产地</td><td>浙江宁波</td></tr></table>",
        "<dl>{}</dl>".format("".join(f"<dt>{k}</dt><dd>{v}</dd>" for k, v in PARAMETERS.items())),
        "<dl>{}</dl>".format("".join(f"<div><dt>{k}:</dt><dd>{v}</dd></div>" for k, v in PARAMETERS.items())),
        "<ul>{}</ul>".format("".join(f"<li>{k}：{v}</li>" for k, v in PARAMETERS.items())),
        "<ul>{}</ul>".format("".join(f"<li><b>{k}</b>: {v}</li>" for k, v in PARAMETERS.items())),
        "<p>{}</p>".format("<br>".join(f"{k}：{v}" for k, v in PARAMETERS.items())),
        "".join(f"<p>{k}：{v}</p>" for k, v in PARAMETERS.items()),
    ],
)
def test_parameters_in_every_layout_give_the_same_facts(html: str) -> None:
    document = page(f"<h1>T恤</h1><h2>商品参数</h2>{html}")
    assert {key: value for key, (value, _) in facts(document).items()} == PARAMETERS
    assert document.id == "SM-A102"
    assert document.aliases == ("718263540102",)
    for fact in document.facts:
        assert fact.span.of(document.text).replace(": ", "：") == f"{fact.key}：{fact.value}"
        assert fact.section == "商品参数"
    (block,) = [block for block in document.blocks if block.kind is BlockKind.PARAMETERS]
    assert all(block.span.covers(fact.span) for fact in document.facts)


@pytest.mark.parametrize(
    "html",
    [
        "<div class=price><p>到手价：<b>59元</b></p><p>日常价：89元</p></div>",
        "<span>到手价 59 元</span> <span>日常价 89 元</span>",
        "<p>到手价：59元　|　日常价：89元</p>",
        "<p><em>到手价</em> <strong>59元</strong></p><p><em>日常价</em> <del>89元</del></p>",
        "<div>日常价：89元<br>到手价：59元</div>",
        "<p>到手价 <b>59</b> 元 / 日常价 <b>89</b> 元</p>",
        "<p>【到手价】59元 【日常价】89元</p>",
        "<dl><dt>到手价</dt><dd>59元（100g）</dd><dt>日常价</dt><dd>89元（100g）</dd></dl>",
        "<table><tr><td>到手价</td><td>59元</td></tr><tr><td>日常价</td><td>89元</td></tr></table>",
        "<ul><li>到手价：59元</li><li>日常价：89元</li></ul>",
        "<div class=row><div>到手价</div><div>¥59</div><div>日常价</div><div>¥89</div></div>",
        "<div><b>到手价：59元</b> <s>日常价：89元</s></div>",
    ],
)
def test_prices_in_every_layout_give_amount_and_unit(html: str) -> None:
    document = page(f"<h1>T恤</h1>{html}<h2>介绍</h2><p>好</p>")
    assert facts(document) == {"到手价": ("59", "元"), "日常价": ("89", "元")}
    for fact in document.facts:
        assert fact.key in fact.span.of(document.text)
        assert fact.value in fact.span.of(document.text)
        assert fact.section == "价格"
    assert len(quotes(document, BlockKind.PRICE)) == 1


def test_full_width_figures_stay_as_written() -> None:
    document = page("<h1>咖啡</h1><p>到手价：８９元（３６颗装）</p>")
    assert facts(document) == {"到手价": ("８９", "元")}
    assert document.facts[0].span.of(document.text) == "到手价：８９元（３６颗装）"


def test_a_price_in_a_sentence_is_no_price_block() -> None:
    document = page("<h1>包</h1><h2>售后</h2><p>丢失单只可补配，到手价69元，请联系客服。</p>")
    assert document.facts == ()
    assert quotes(document, BlockKind.PRICE) == []


SKUS = (
    "<h1>T恤</h1><h2>颜色与规格</h2><table><thead><tr><th>颜色</th><th>SKU编码</th><th>尺码</th><th>价格(元)</th></tr></thead>"
    "<tr><td rowspan=2>白色</td><td>A-WH-1</td><td>S / M</td><td>59</td></tr><tr><td>A-WH-2</td><td>XL</td><td>65</td></tr>"
    "<tr><td>黑色</td><td>A-BK-1</td><td>M</td><td>￥59</td></tr></table>"
)


def test_each_sku_row_gives_facts_of_that_sku_alone() -> None:
    document = page(SKUS)
    found = {
        (fact.sku, fact.key): (fact.value, fact.unit, fact.span.of(document.text)) for fact in document.facts
    }
    assert found == {
        ("A-WH-1", "颜色"): ("白色", "", "白色 | A-WH-1 | S / M | 59"),
        ("A-WH-1", "尺码"): ("S / M", "", "白色 | A-WH-1 | S / M | 59"),
        ("A-WH-1", "价格"): ("59", "元", "白色 | A-WH-1 | S / M | 59"),
        ("A-WH-2", "颜色"): ("白色", "", "白色 | A-WH-2 | XL | 65"),
        ("A-WH-2", "尺码"): ("XL", "", "白色 | A-WH-2 | XL | 65"),
        ("A-WH-2", "价格"): ("65", "元", "白色 | A-WH-2 | XL | 65"),
        ("A-BK-1", "颜色"): ("黑色", "", "黑色 | A-BK-1 | M | ￥59"),
        ("A-BK-1", "尺码"): ("M", "", "黑色 | A-BK-1 | M | ￥59"),
        ("A-BK-1", "价格"): ("59", "元", "黑色 | A-BK-1 | M | ￥59"),
    }
    (table,) = document.tables
    assert table.kind is BlockKind.SKU_TABLE
    assert table.header == ("颜色", "SKU编码", "尺码", "价格(元)")
    for row in table.rows:
        assert all(cell.span and cell.span.of(document.text) == cell.text for cell in row.cells)
        assert row.span.of(document.text) == " | ".join(cell.text for cell in row.cells)


def test_skus_without_a_code_are_named_by_what_tells_them_apart() -> None:
    document = page(
        "<h1>T恤</h1><table><tr><td>颜色</td><td>尺码</td><td>到手价</td></tr><tr><td>红</td><td>L</td><td>59元</td></tr>"
        "<tr><td>红</td><td>XL</td><td>59元</td></tr><tr><td>红</td><td>XL</td><td>62元</td></tr></table>"
    )
    assert [fact.sku for fact in document.facts if fact.key == "到手价"] == ["红 L", "红 XL", "红 XL #2"]


def test_a_cell_over_code_and_colour_is_no_code() -> None:
    document = page(
        "<h1>壶</h1><table><tr><th>SKU编码</th><th>颜色</th><th>规格</th><th>价格(元)</th></tr><tr><td>C-1</td><td>白</td>"
        "<td>1.7L</td><td>119</td></tr><tr><td colspan=2>白＋除垢剂</td><td>套装</td><td>129</td></tr></table>"
    )
    assert {fact.sku for fact in document.facts} == {"C-1", "白＋除垢剂 套装"}
    assert document.tables[0].rows[1].span.of(document.text) == "白＋除垢剂 | 套装 | 129"


def test_a_code_given_to_two_rows_does_not_merge_them() -> None:
    document = page(
        "<h1>T恤</h1><table><tr><th>编码</th><th>颜色</th><th>价格</th></tr><tr><td rowspan=2>K-10</td><td>红</td><td>5元</td>"
        "</tr><tr><td>蓝</td><td>6元</td></tr></table>"
    )
    assert [(fact.sku, fact.value) for fact in document.facts if fact.key == "价格"] == [
        ("K-10 红", "5"),
        ("K-10 蓝", "6"),
    ]


def test_a_size_table_is_kept_with_units_in_its_header() -> None:
    document = page(
        "<h1>T恤</h1><h2>尺码表</h2><table><caption>平铺测量</caption><tr><td>尺码</td><td>身高(cm)</td><td>体重(斤)</td></tr>"
        "<tr><td>M</td><td>160-165</td><td>100-114</td></tr></table><p>尺码感受：偏小。建议大一码。</p>"
    )
    (table,) = document.tables
    assert (table.kind, table.section) == (BlockKind.SIZE_TABLE, "尺码表")
    assert table.header == ("尺码", "身高(cm)", "体重(斤)")
    assert [cell.text for cell in table.rows[0].cells] == ["M", "160-165", "100-114"]
    assert quotes(document, BlockKind.SIZE_TABLE) == [
        "平铺测量\n尺码 | 身高(cm) | 体重(斤)\nM | 160-165 | 100-114"
    ]
    assert facts(document) == {"尺码感受": ("偏小", "")}


def test_a_size_table_that_runs_sideways_is_turned_upright() -> None:
    document = page(
        "<h1>鞋</h1><table><tr><th>鞋码</th><th>36</th><th>37</th></tr><tr><th>脚长(mm)</th><td>226-230</td><td>231-235</td></tr>"
        "</table>"
    )
    (table,) = document.tables
    assert table.kind is BlockKind.SIZE_TABLE
    assert table.header == ("鞋码", "脚长(mm)")
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["36", "226-230"], ["37", "231-235"]]


@pytest.mark.parametrize("corner", ["", "部位", "(cm)", "/", "部位/尺码"])
@pytest.mark.parametrize("tag", ["th", "td"])
def test_a_sideways_size_table_needs_no_name_for_its_sizes(corner: str, tag: str) -> None:
    document = page(
        f"<h1>裙</h1><table><tr><{tag}>{corner}</{tag}><{tag}>S</{tag}><{tag}>M</{tag}></tr>"
        f"<tr><{tag}>胸围</{tag}><td>86</td><td>90</td></tr><tr><{tag}>建议体重</{tag}><td>80-95斤</td><td>95-110斤</td></tr></table>"
    )
    (table,) = document.tables
    assert (table.kind, table.header) == (BlockKind.SIZE_TABLE, (corner, "胸围", "建议体重"))
    assert [cell.text for cell in table.rows[1].cells] == ["M", "90", "95-110斤"]


def test_what_versions_hold_side_by_side_is_stated_of_each_where_each_has_its_price() -> None:
    document = page(
        "<h1>茶具</h1><h2>套餐</h2><table><tr><th>内容</th><th>自用装</th><th>送礼装</th></tr><tr><td>茶杯</td><td>2只</td><td>6只</td></tr>"
        "<tr><td>茶巾</td><td>无</td><td>1条</td></tr><tr><td>价格</td><td>¥88</td><td>¥168</td></tr></table>"
    )
    assert document.tables[0].kind is BlockKind.SKU_TABLE
    stated = {(fact.sku, fact.key): fact.value for fact in document.facts if fact.sku}
    assert stated["送礼装", "茶巾"] == "1条"
    assert stated["自用装", "价格"] == "88"


def test_kinds_that_each_have_their_price_are_versions_and_parts_for_sale_are_none() -> None:
    rows = "<tr><td>松木</td><td>淡</td><td>软</td><td>¥39</td></tr><tr><td>檀木</td><td>浓</td><td>硬</td><td>¥59</td></tr>"
    head = "<tr><th>{}</th><th>气味</th><th>手感</th><th>价格</th></tr>"
    kinds = page(f"<h1>梳</h1><table>{head.format('木料')}{rows}</table>")
    assert kinds.tables[0].kind is BlockKind.SKU_TABLE
    parts = page(f"<h1>梳</h1><table>{head.format('配件')}{rows}</table>")
    assert parts.tables[0].kind is not BlockKind.SKU_TABLE


def test_a_wide_gap_parts_the_price_from_the_products_number() -> None:
    document = page("<h1>鞋</h1><p>售价：¥269 起　商品ID：688120045777</p><p>货　号：X1　Y2</p>")
    assert facts(document)["售价"] == ("269", "元")
    assert "688120045777" in document.aliases


def test_a_table_of_measures_without_sizes_is_no_size_table() -> None:
    document = page(
        "<h1>娃</h1><table><tr><td></td><td>身高</td><td>体重</td></tr><tr><td>出生时</td><td>50</td><td>3</td></tr></table>"
    )
    assert document.tables[0].kind is BlockKind.TABLE


@pytest.mark.parametrize("corner", ["", "规格", "容量", "参数"])
def test_properties_of_versions_side_by_side_are_facts_of_each_version(corner: str) -> None:
    document = page(
        f"<h1>杯</h1><h2>参数</h2><table><tr><td>{corner}</td><td>500ml</td><td>750ml</td></tr><tr><td>高度</td><td>22.5cm</td>"
        "<td>26cm</td></tr><tr><td>口径</td><td>4.5cm</td><td>4.8cm</td></tr><tr><td>净重</td><td>280g</td><td>350g</td></tr></table>"
    )
    assert document.tables[0].kind is BlockKind.SKU_TABLE
    stated = {(fact.sku, fact.key): fact.value for fact in document.facts}
    assert stated["750ml", "口径"] == "4.8cm"
    assert stated["500ml", "净重"] == "280g"
    assert all(fact.value in fact.span.of(document.text) for fact in document.facts)


def test_a_title_that_spans_most_of_the_first_row_is_the_caption() -> None:
    document = page(
        "<table><tr><td colspan=2>规格参数</td></tr><tr><td>尺码</td><td>胸围</td><td>腰围</td></tr><tr><td>S</td><td>80</td>"
        "<td>64</td></tr></table>"
    )
    assert (document.tables[0].kind, document.tables[0].section) == (BlockKind.SIZE_TABLE, "规格参数")


ROWS = [
    "<div><span>型号</span><span>L9</span></div><div><span>色温</span><span>2700K-5000K 可调</span></div>",
    "<div><div><span>型号：</span><span>L9</span></div><div><span>色温</span>：<span>2700K-5000K 可调</span></div></div>",
    "<ul><li><span>型号</span><em>L9</em></li><li><span>色温</span><em>2700K-5000K 可调</em></li></ul>",
    "<section><div>型号</div><div>L9</div></section><section><div>色温</div><div>2700K-5000K 可调</div></section>",
    "<p><b>型号</b>：L9</p><p><strong>色温</strong>：2700K-5000K 可调</p><p><b>功率</b>：12W</p>",
    "<ul><li><em>型号</em>L9</li><li><em>色温</em>2700K-5000K 可调</li></ul>",
    "<div><i><label>型号：</label><span>L9</span></i> <i><label>色温：</label><span>2700K-5000K 可调</span></i></div>",
    "<p>型号：L9&nbsp;&nbsp;|&nbsp;&nbsp;色温：2700K-5000K 可调</p>",
    "<div>型号：L9｜色温：2700K-5000K 可调｜功率：12W</div>",
    "<p>型号：L9&nbsp;&nbsp;&nbsp;色温：2700K-5000K 可调</p>",
    "<p>商品型号 L9 ｜ 色温 2700K-5000K可调 ｜ 功率 12W</p>",
]


@pytest.mark.parametrize("rows", ROWS)
def test_names_and_values_side_by_side_are_parameters(rows: str) -> None:
    document = page(f"<h1>台灯</h1>{rows}<p>断电后恢复上次亮度。</p>")
    found = {key.removeprefix("商品"): value.replace(" ", "") for key, (value, _) in facts(document).items()}
    assert found["型号"] == "L9"
    assert found["色温"] == "2700K-5000K可调"
    assert "断电" not in "".join(found)
    for fact in document.facts:
        assert fact.key in fact.span.of(document.text)
        assert fact.value in fact.span.of(document.text)


@pytest.mark.parametrize(
    "html",
    [
        "<div><p>面料舒适</p><p>久穿不累</p></div><div><p>做工精细</p><p>走线平整</p></div>",
        "<div><span>小明</span><span>很好用</span></div>",
        "<p>简约 | 百搭 | 显瘦</p>",
        "<p>注意：深色首次水洗会有浮色 | 说明：请单独洗</p>",
        "<p>每天9：00发货 | 周末不休</p>",
    ],
)
def test_what_only_stands_side_by_side_is_no_parameter(html: str) -> None:
    assert page(f"<h1>衣服</h1><h2>卖点</h2>{html}").facts == ()


@pytest.mark.parametrize("tag", ["del", "s", "strike"])
def test_a_price_that_is_struck_through_is_not_the_price(tag: str) -> None:
    document = page(
        f"<h1>杯</h1><div><span>价格</span>¥<em>129</em>.00 <{tag}>¥199.00</{tag}></div><p>正文</p>"
    )
    assert facts(document) == {"价格": ("129.00", "元"), "划线价": ("199.00", "元")}


def test_other_tables_keep_merged_cells_once_in_the_line_and_in_every_column() -> None:
    document = page(
        "<h1>充电器</h1><h2>功率</h2><table><tr><th>使用的口</th><th>C2</th><th>USB-A</th></tr>"
        "<tr><td>三口全插</td><td colspan=2>合计15W</td></tr></table>"
    )
    (table,) = document.tables
    assert table.kind is BlockKind.TABLE
    assert [cell.text for cell in table.rows[0].cells] == ["三口全插", "合计15W", "合计15W"]
    assert table.rows[0].span.of(document.text) == "三口全插 | 合计15W"
    assert document.facts == ()


def test_a_title_row_inside_a_table_is_its_caption() -> None:
    document = page(
        "<table><tr><td colspan=2>尺码表（女）</td></tr><tr><td>尺码</td><td>胸围</td></tr><tr><td>S</td><td>80</td></tr></table>"
    )
    assert document.tables[0].section == "尺码表（女）"
    assert document.tables[0].kind is BlockKind.SIZE_TABLE


@pytest.mark.parametrize(
    "html",
    [
        "<h3>问：会缩水吗？</h3><p>答：缩1cm。</p><h3>问：透吗？</h3><p>答：不透。</p>",
        "<h3>会缩水吗？</h3><p>缩1cm。</p><h3>透吗?</h3><p>不透。</p>",
        "<dl><dt>问：会缩水吗？</dt><dd>答：缩1cm。</dd><dt>问：透吗？</dt><dd>答：不透。</dd></dl>",
        "<p>问：会缩水吗？</p><p>答：缩1cm。</p><p>问：透吗？</p><p>答：不透。</p>",
        "<p>问：会缩水吗？<br>答：缩1cm。</p><p>问：透吗？<br>答：不透。</p>",
        "<p>问：会缩水吗？<br>答：缩1cm。<br>问：透吗？<br>答：不透。</p>",
        "<p><b>问：</b>会缩水吗？</p><p><b>答：</b>缩1cm。</p><p><b>Q2:</b> 透吗？</p><p>A2: 不透。</p>",
        "<details><summary>会缩水吗？</summary><p>缩1cm。</p></details><details><summary>透吗？</summary>不透。</details>",
        "<ul><li>问：会缩水吗？<br>答：缩1cm。</li><li>问：透吗？ 答：不透。</li></ul>",
    ],
)
def test_questions_stay_with_their_answers(html: str) -> None:
    document = page(f"<h1>T恤</h1><h2>常见问题</h2>{html}<h2>售后</h2><p>好</p>")
    pairs = quotes(document, BlockKind.QA)
    assert len(pairs) == 2
    assert "会缩水吗" in pairs[0]
    assert "缩1cm" in pairs[0]
    assert "透吗" in pairs[1]
    assert "不透" in pairs[1]
    assert {block.section for block in document.blocks[2:4]} == {"常见问题"}


def test_steps_that_answer_a_question_stay_with_it() -> None:
    document = page(
        "<h2>常见问题</h2><h3>怎么连？</h3><p>按下面做：</p><ol><li>开盖</li><li>配对</li></ol><p>还不行找客服。</p>"
    )
    assert quotes(document, BlockKind.QA) == ["怎么连？\n按下面做：\n1. 开盖\n2. 配对\n还不行找客服。"]


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>var x='旧价'</script>",
        "<style>.x:after{content:'旧价'}</style>",
        "<!-- 旧价 -->",
        "<template><p>旧价</p></template>",
        "<noscript><p>旧价</p></noscript>",
        "<p hidden>旧价</p>",
        "<div aria-hidden=true><p>旧价</p></div>",
        "<p style='color:red; DISPLAY : none !important'>旧价</p>",
        "<p style='visibility:hidden'>旧价</p>",
        "<div style='display:none'><table><tr><td>旧价</td><td>5元</td></tr></table></div>",
        "<style>.old, #gone{display:none}</style><p class='a old'>旧价</p><p id=gone>旧价</p>",
        "<table><tr style='display:none'><td>旧价</td><td>5元</td></tr><tr><td>产地</td><td>宁波</td></tr></table>",
    ],
)
def test_what_cannot_be_seen_is_not_read(hidden: str) -> None:
    document = page(f"<h1>T恤</h1><h2>参数</h2>{hidden}<p>正文</p>")
    assert "旧价" not in document.text
    assert not any("旧" in fact.key for fact in document.facts)
    assert "正文" in document.text


def test_tabs_that_a_style_sheet_folds_are_still_read() -> None:
    document = page(
        "<style>.tab-pane{display:none} @media print{.body{display:none}}</style><div class=tab-pane>参数在这</div>"
        "<p class=body>正文</p>"
    )
    assert document.text == "参数在这\n正文"


def test_pictures_and_videos_become_assets_with_their_captions() -> None:
    document = page(
        "<figure><img data-src='img/a.jpg' src='data:image/gif;base64,R0'><figcaption>领口细节</figcaption></figure>"
        "<figure><video><source src='v.mp4'></video><figcaption>配对演示</figcaption></figure>"
        "<p>文字<img src=b.png alt='色卡'></p><img src=spacer.gif>"
    )
    assert [(asset.kind, asset.caption, asset.url) for asset in document.assets] == [
        ("image", "领口细节", "img/a.jpg"),
        ("video", "配对演示", "v.mp4"),
        ("image", "色卡", "b.png"),
    ]
    assert quotes(document, BlockKind.CAPTION) == ["领口细节", "配对演示"]
    assert document.assets[0].span is not None
    assert document.assets[0].span.of(document.text) == "领口细节"
    assert document.assets[2].span is None


def test_ids_categories_and_metas() -> None:
    document = page(
        "<div class='breadcrumb'><a>首页</a> &gt; <a>服饰</a> &gt; <a>T恤</a></div><h1>T恤</h1>"
        "<ul><li>商品ID：718263540102</li><li>货号：SM-A102</li><li>品牌：山木</li></ul>",
        head="<meta name=item-id content=A102><meta name=author content=小山><meta name=viewport content=w>"
        "<link rel=canonical href='https://detail.example.com/item.htm?id=900000000001'>",
    )
    assert document.id == document.product == "A102"
    assert document.aliases == ("SM-A102", "718263540102", "900000000001")
    assert document.categories == ("服饰", "T恤")
    assert dict(document.attributes) == {"author": "小山"}
    assert "首页" not in document.text


def test_a_category_may_be_a_meta_or_a_parameter() -> None:
    assert page("<p>x</p>", head="<meta name=category content='服饰>T恤'>").categories == ("服饰", "T恤")
    assert page("<h2>参数</h2><ul><li>类目：鞋/女鞋</li></ul>").categories == ("鞋", "女鞋")


def test_without_any_id_the_file_stem_is_the_id_and_title_the_title() -> None:
    document = page("<p>正文</p>")
    assert (document.id, document.title, document.source) == ("X1", "标题", "products/X1.html")


def test_a_policy_page_is_labelled_by_clause() -> None:
    document = page(
        "<h1>退换货规则</h1><h2>第一章 总则</h2><h3>第一条 七天无理由</h3><p>可以退。</p><h3>第二条　运费</h3><p>见下。</p>"
        "<h2>第二章 其他</h2><h3>第三条</h3><p>略。</p>",
        head="<meta name=level content=platform><meta name=valid-from content=2026-01-01>",
        name="policies/p.html",
    )
    assert document.kind is Kind.POLICY
    assert document.level is not None
    assert document.level.value == "platform"
    assert document.validity.valid_from is not None
    assert [(b.section, b.headings[-1]) for b in document.blocks if b.kind is BlockKind.TEXT] == [
        ("1", "七天无理由"),
        ("2", "运费"),
        ("3", "第二章 其他"),
    ]


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ("3 退货运费", "3"),
        ("3. 退货运费", "3"),
        ("３、退货运费", "3"),
        ("三、退货运费", "3"),
        ("第三条 退货运费", "3"),
        ("退货运费", "退货运费"),
        ("3 天内退款怎么办", "3 天内退款怎么办"),
        ("3.5L 容量", "3.5L 容量"),
        ("11.11 狂欢", "11.11 狂欢"),
        ("65W 快充", "65W 快充"),
    ],
)
def test_section_labels_of_headings(heading: str, section: str) -> None:
    document = page(f"<h1>规则</h1><h2>{heading}</h2><p>正文</p>", name="policies/r.html")
    assert document.blocks[-1].section == section
    assert document.blocks[-1].headings == ("退货运费" if section == "3" else heading,)


def test_a_bold_line_is_a_heading_and_a_bold_parameter_is_not() -> None:
    document = page("<h1>x</h1><p><b>发货说明</b></p><p>48小时内发货。</p><p><b>产地：宁波</b></p>")
    assert [block.section for block in document.blocks][1:] == ["发货说明"] * 3
    assert facts(document) == {"产地": ("宁波", "")}


def test_tables_that_only_lay_out_the_page_are_walked_through() -> None:
    document = page(
        "<table><tr><td><h1>T恤</h1><p>到手价：59元</p></td><td><table><tr><td>产地</td><td>宁波</td></tr></table></td></tr></table>"
    )
    assert document.title == "T恤"
    assert facts(document) == {"到手价": ("59", "元"), "产地": ("宁波", "")}


def test_ten_thousand_nested_tags_are_read() -> None:
    for tag in ("div", "ul", "table", "dl"):
        assert page(f"<{tag}>" * 10_000 + "正文").text == "正文"


def test_a_page_that_would_take_hours_is_refused_at_once() -> None:
    fonts = "".join(f"<font size={size}>" for size in range(3_000))
    for html in ("<div>" * 200_000, f"{fonts}{'<p>x</p>' * 5_000}"):
        with pytest.raises(MalformedRecordError, match="deeply nested"):
            read_bytes(html.encode(), name="a.html")


def test_merged_cells_cannot_blow_a_table_up() -> None:
    cells = "<td rowspan=65534 colspan=1000>x</td>" * 200
    assert len(page(f"<table><tr>{cells}</tr>{'<tr><td>y</td></tr>' * 500}</table>").text) < 200_000


@pytest.mark.parametrize("html", ["<p> </p>", "<script>x</script>", "<div hidden>x</div>"])
def test_a_page_that_shows_nothing_is_an_error(html: str) -> None:
    with pytest.raises(MalformedRecordError, match="shows no text"):
        read_bytes(html.encode(), name="a.html")


def test_a_text_beyond_the_limit_is_an_error_that_names_it() -> None:
    with pytest.raises(IngestError, match="max_text_chars = 100"):
        read_bytes(b"<p>x</p>" * 200, name="a.html", settings=IngestSettings(max_text_chars=100))


def test_character_references_to_nothing_leave_no_surrogate_and_no_nul() -> None:
    document = page("<p>a&#xD800;b&#0;c\x00d</p>")
    document.text.encode()
    assert "\x00" not in document.text
