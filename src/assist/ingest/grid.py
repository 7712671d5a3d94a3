"""What a table on a page is: parameters, SKUs, sizes, prices or just a table; and its rows as plain cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from assist.documents import BlockKind
from assist.expressions import expression
from assist.ingest.facts import PARAMETER_HEADING, is_known_key, is_price_label, is_price_value
from assist.text.normalize import fold

_SIZE_NAME = expression(r"尺码|码数|鞋码|码段|号型|^码$|^size$|^尺寸$|^欧码$|^规格$", re.IGNORECASE)
_MEASURE = expression(
    r"身高|体重|[胸腰臀领头腿脚]围|衣长|裤长|裙长|肩宽|袖长|脚长|足长|脚宽|内长|年龄|下摆|height|weight|chest|waist|foot",
    re.IGNORECASE,
)
_CORNER = expression(r"|[/\\|—-]|.{0,6}(?:部位|单位|cm|厘米|项目|尺寸).{0,6}", re.IGNORECASE)
_SIZE = expression(
    r"(?:\d{0,2}X{0,4}[SL]|M|XXS|均码|F|free|\d{2,3}(?:[./]\d{1,3}[A-G]?)?|\d{2,3}[A-G]|\d{1,2}-\d{1,2}(?:岁|个?月|M|T|Y))(?:码|号|cm)?"
    r"\s*(?:[（(].{1,12}[)）])?",
    re.IGNORECASE,
)
_VARIATION = expression(
    r"颜色|花色|规格|尺码|尺寸|码数|款式|型号|套餐|口味|版本|容量|净含量|配置|香型|色号|烘焙|包装|组合|sku|colou?r|size",
    re.IGNORECASE,
)
_CODE = expression(r"sku|编码|货号|商家编号", re.IGNORECASE)
_PRICE = expression(r"价|金额|^元$|price", re.IGNORECASE)
_PROPERTY = expression(
    r"[重高长宽厚径深粗围]度?$|重量|净重|毛重|尺寸|容量|口径|直径|功率|电压|电流|续航|时长|时间|接口|电池|面积|材质|面料|成分|颜色|噪音|转速|档位|"
    r"保修|质保|适用|承重|数量|片数|支数|含量|温度|输出|输入|速度|分辨率|内存|防水|等级|配件|层数|水箱|价",
)
_EXTRAS = expression("配件|备件|部件|零件|耗材|维修|服务|加购|赠|地区|省|城市|快递|日期|时间")
"""What heads a list of things that are charged for beside the product, or of places and times."""
_FEW_COLUMNS = 3
_KEY_HEADER = expression(r"参数名?称?|属性名?|项目|名称|指标|参数项|key|name", re.IGNORECASE)
_VALUE_HEADER = expression(r"内容|参数值|属性值|值|说明|详情|描述|规格|数据|value", re.IGNORECASE)
_NUMBERISH = expression(r"\d")
_BODY_CORNER = expression(
    r"(?:(?P<tall>(?:身高|height).{0,8}(?:体重|weight))|(?:体重|weight).{0,8}(?:身高|height)).{0,8}"
)
_MAX_MATRIX_FIELDS = 400
_MAX_HEADER_CHARS = 20
_MAX_KEY_CHARS = 24
_MAX_HEADER_ROWS = 3


@dataclass(frozen=True, slots=True)
class GridCell:
    """One field of a table; a merged cell fills several fields with the same `origin`.

    Attributes:
        text: What it shows, on one line.
        origin: Number of the cell in its table.
        is_header: It was set as a heading cell.
    """

    text: str
    origin: int
    is_header: bool = False


Grid = Sequence[Sequence[GridCell]]
"""Rows of equal length."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A table understood.

    Attributes:
        kind: PRICE, PARAMETERS, SKU_TABLE, SIZE_TABLE or TABLE.
        caption: A title row that it held.
        header: Column names; empty when it has none.
        rows: What stands below the header; for PARAMETERS and PRICE rows of a group name, a key and a value.
    """

    kind: BlockKind
    caption: str
    header: tuple[GridCell, ...]
    rows: tuple[tuple[GridCell, ...], ...]


def understand(grid: Grid, *, heading: str) -> Shape:
    """Tell what a table is.

    Args:
        grid: At least one row; rows of equal length.
        heading: The heading above it; decides where a table of bare cells may be parameters.

    Returns:
        Its kind, with header and body apart. A size table that runs sideways is turned upright.
    """
    caption, grid = _split_caption(grid)
    if _is_size_header(grid):
        return _headed(BlockKind.SIZE_TABLE, caption, grid, 1)
    if matrix := _size_matrix(grid):
        return Shape(BlockKind.SIZE_TABLE, caption, *matrix)
    sideways = _transposed(grid)
    plain = [replace(cell, is_header=False) for cell in sideways[0]]
    if len(sideways) > 1 and _is_size_header([plain, *sideways[1:]]):
        return _headed(BlockKind.SIZE_TABLE, caption, sideways, 1)
    if _is_sku_header(grid[0]) or (len(grid[0]) > _FEW_COLUMNS and _prices_versions(grid)):
        return _headed(BlockKind.SKU_TABLE, caption, grid, 1)
    turned = [plain, *sideways[1:]]
    if len(sideways) > 2 and (_lists_versions(turned) or _prices_versions(turned)):
        return _headed(BlockKind.SKU_TABLE, caption, sideways, 1)
    pairs = tuple(_pairs(grid, heading))
    if pairs:
        only_prices = all(is_price_label(key.text) for _, key, _ in pairs)
        return Shape(BlockKind.PRICE if only_prices else BlockKind.PARAMETERS, caption, (), pairs)
    return _headed(BlockKind.TABLE, caption, grid, _header_rows(grid))


def apart(row: Sequence[GridCell]) -> list[GridCell]:
    """Return a row's cells with each merged cell once."""
    return [next(cells) for _, cells in groupby(row, key=lambda cell: cell.origin)]


def is_code_column(name: str) -> bool:
    """Say whether a column of this name holds the SKU's own code."""
    return _CODE.search(name) is not None


def is_price_column(name: str) -> bool:
    """Say whether a column of this name holds a price."""
    return _PRICE.search(name) is not None


def is_variation_column(name: str) -> bool:
    """Say whether a column of this name tells the SKUs of a product apart."""
    return _VARIATION.search(name) is not None and not is_code_column(name)


def _split_caption(grid: Grid) -> tuple[str, Grid]:
    shown = [cell for cell in apart(grid[0]) if cell.text]
    wide = sum(cell.origin == shown[0].origin for cell in grid[0]) > 1 if shown else False
    if len(grid) > 1 and len(shown) == 1 and wide:
        return shown[0].text, grid[1:]
    return "", grid


def _transposed(grid: Grid) -> Grid:
    return [list(column) for column in zip(*grid, strict=True)]


def _headed(kind: BlockKind, caption: str, grid: Grid, headers: int) -> Shape:
    header = tuple(_stacked(column) for column in zip(*grid[:headers], strict=True))
    return Shape(kind, caption, header, tuple(tuple(row) for row in grid[headers:]))


def _stacked(cells: Sequence[GridCell]) -> GridCell:
    distinct = apart(cells)
    if len(distinct) == 1:
        return distinct[0]
    return GridCell(" ".join(cell.text for cell in distinct if cell.text), distinct[-1].origin, True)


def _header_rows(grid: Grid) -> int:
    count = 0
    while count < min(len(grid) - 1, _MAX_HEADER_ROWS) and all(cell.is_header for cell in grid[count]):
        count += 1
    return count


def _names_columns(row: Sequence[GridCell]) -> bool:
    """Say whether a row looks like column names: short, and without figures unless set as headings."""
    if any(len(cell.text) > _MAX_HEADER_CHARS for cell in row) or len(apart(row)) < 2:
        return False
    headed = sum(cell.is_header for cell in row)
    if headed == len(row):
        return True
    return headed == 0 and not any(_NUMBERISH.search(re.sub(r"[（(].*?[)）]", "", cell.text)) for cell in row)


def _is_size_header(grid: Grid) -> bool:
    """Say whether the first row heads a size table: it names sizes and measures, or measures above rows of sizes."""
    row = grid[0]
    if not _names_columns(row) or any(
        is_price_column(cell.text) or is_code_column(cell.text) for cell in row
    ):
        return False
    measures = sum(_MEASURE.search(cell.text) is not None for cell in row)
    return measures > 0 and (any(_SIZE_NAME.search(cell.text) for cell in row) or _opens_sizes(grid))


def _opens_sizes(grid: Grid) -> bool:
    """Say whether the first column, without a name of its own, lists sizes."""
    labels = [row[0].text for row in grid[1:]]
    sizes = sum(_SIZE.fullmatch(label) is not None for label in labels)
    return _CORNER.fullmatch(grid[0][0].text) is not None and 0 < len(labels) < 2 * sizes


def _is_sku_header(row: Sequence[GridCell]) -> bool:
    names = [cell.text for cell in row]
    if not _names_columns(row):
        return False
    marked = any(map(is_price_column, names)) or any(map(is_code_column, names))
    return marked and any(is_variation_column(name) or "sku" in name.lower() for name in names)


def _size_matrix(grid: Grid) -> tuple[tuple[GridCell, ...], tuple[tuple[GridCell, ...], ...]] | None:
    """Write a table of heights against weights as one row for each size in it; None for any other table."""
    corner = _BODY_CORNER.fullmatch(fold(grid[0][0].text))
    cells = [cell for row in grid[1:] for cell in row[1:] if cell.text]
    sizes = sum(_SIZE.fullmatch(cell.text) is not None for cell in cells)
    if (
        corner is None
        or not cells
        or 2 * sizes <= len(cells)
        or len(grid) * len(grid[0]) > _MAX_MATRIX_FIELDS
    ):
        return None
    down, across = ("身高", "体重") if corner["tall"] else ("体重", "身高")
    header = tuple(GridCell(name, -1 - at, True) for at, name in enumerate(("尺码", down, across)))
    rows = [
        tuple(
            replace(cell, origin=3 * number + at)
            for at, cell in enumerate((row[column], row[0], grid[0][column]))
        )
        for number, (row, column) in enumerate(
            (row, column) for row in grid[1:] for column in range(1, len(row))
        )
        if row[column].text
    ]
    return header, tuple(rows)


def _lists_versions(grid: Grid) -> bool:
    """Say whether each row tells the properties of one version: `规格 | 高度 | 重量` above `500ml | 22cm | 280g`."""
    (corner, *heads), names = grid[0], [row[0].text for row in grid[1:]]
    properties = sum(_PROPERTY.search(head.text) is not None for head in heads)
    return (
        any(
            (
                is_variation_column(corner.text),
                _CORNER.fullmatch(corner.text),
                _KEY_HEADER.fullmatch(corner.text),
            )
        )
        and all(0 < len(head.text) <= _MAX_HEADER_CHARS for head in heads)
        and 2 * sum(_NUMBERISH.search(head.text) is not None for head in heads) < len(heads)
        and 2 * properties > len(heads) > 1
        and all(0 < len(name) <= _MAX_HEADER_CHARS and not _PROPERTY.search(name) for name in names)
        and len(set(names)) == len(names)
    )


def _prices_versions(grid: Grid) -> bool:
    """Say whether each row tells what one version holds and costs: `内容 | 海绵 | 价格` above `基础版 | 1块 | ¥69`."""
    heads, names = [cell.text for cell in grid[0]], [row[0].text for row in grid[1:]]
    priced = [column for column, head in enumerate(heads) if column and is_price_label(head)]
    return (
        len(priced) == 1
        and not _EXTRAS.search(heads[0])
        and all(is_price_value(row[priced[0]].text) for row in grid[1:])
        and all(0 < len(name) <= _MAX_HEADER_CHARS and not _NUMBERISH.search(name) for name in names)
        and len(set(names)) == len(names)
    )


def _pairs(grid: Grid, heading: str) -> Iterator[tuple[GridCell, GridCell, GridCell]]:
    """Yield group, key and value of each parameter; nothing when the table is no parameter table."""
    body = grid[1:] if _names_key_and_value(grid[0]) and len(grid) > 1 else grid
    grouped = len(grid[0]) == 3 and (len(body) < len(grid) or _has_groups(body))
    if not (grouped or _may_be_pairs(body, heading, stripped=len(body) < len(grid))):
        return
    group = GridCell("", -1)
    for row in body:
        cells = apart(row)
        if len(cells) == 1:
            group = cells[0]
        elif grouped and len(cells) == 3:
            yield (cells[0], cells[1], cells[2])
        else:
            yield from ((group, key, value) for key, value in zip(cells[::2], cells[1::2], strict=False))


def _names_key_and_value(row: Sequence[GridCell]) -> bool:
    names = [cell.text for cell in row]
    return (
        len(names) in (2, 3, 4)
        and _KEY_HEADER.fullmatch(names[-2]) is not None
        and _VALUE_HEADER.fullmatch(names[-1]) is not None
    )


def _has_groups(grid: Grid) -> bool:
    merged = any(above[0].origin == below[0].origin for above, below in zip(grid, grid[1:], strict=False))
    return merged and any(is_known_key(row[1].text) for row in grid)


def _may_be_pairs(grid: Grid, heading: str, *, stripped: bool) -> bool:
    rows = [cells for cells in map(apart, grid) if len(cells) > 1]
    width = len(grid[0])
    keys = [cell for cells in rows for cell in cells[::2]]
    if not rows or width % 2 or any(len(cell.text) > _MAX_KEY_CHARS for cell in keys):
        return False
    if stripped or all(cells[0].is_header and not cells[1].is_header for cells in rows):
        return True
    if any(cell.is_header for cells in rows for cell in cells):
        return False
    if width == 2:
        return True
    return PARAMETER_HEADING.search(heading) is not None or any(
        is_known_key(cell.text.strip("：: ")) for cell in keys
    )
