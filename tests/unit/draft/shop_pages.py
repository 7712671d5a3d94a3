"""A small product page, built by hand with its spans, for tests of the writer."""

from assist.documents import Block, BlockKind, Cell, Document, Fact, Kind, Row, Span, Table


class Page:
    """Writes a text line by line and remembers where things stand."""

    def __init__(self):
        self.text = ""
        self.blocks = []
        self.facts = []
        self.tables = []

    def line(self, text, kind=BlockKind.TEXT, section=""):
        start = len(self.text)
        self.text += text + "\n"
        span = Span(start, start + len(text))
        self.blocks.append(Block(kind, span, section, (section,) if section else ()))
        return span

    def fact(self, key, value, section="商品参数", sku=None):
        span = self.line(f"{key}：{value}", BlockKind.PARAMETERS, section)
        self.facts.append(Fact(key, value, span, sku=sku, section=section))

    def table(self, kind, header, rows, section):
        self.line(" | ".join(header), kind, section)
        made = []
        for cells in rows:
            span = self.line(" | ".join(cells), kind, section)
            made.append(Row(tuple(Cell(cell) for cell in cells), span))
        self.tables.append(Table(kind, tuple(header), tuple(made), section))

    def document(self, id="T1", title="测试T恤"):
        return Document(
            id=id, text=self.text, kind=Kind.PRODUCT, title=title, blocks=tuple(self.blocks),
            facts=tuple(self.facts), tables=tuple(self.tables), categories=("服饰",),
        )  # fmt: skip


def shirt(id="T1", remark="尺码感受：正常，身高和体重落在两个码时以体重为准。"):
    page = Page()
    page.fact("到手价", "59元", "价格")
    page.fact("面料成分", "棉100%")
    page.fact("不掉色等级", "4级")
    page.table(
        BlockKind.SIZE_TABLE,
        ("尺码", "身高(cm)", "体重(斤)"),
        [("S", "155-160", "80-99"), ("M", "161-165", "100-114"), ("L", "166-170", "115-129")],
        "尺码表",
    )
    page.line(remark, section="尺码表")
    page.line("第一次请单独洗，水温不超过30℃。", section="洗涤说明")
    return page.document(id)
