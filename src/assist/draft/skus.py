"""SKU lane: what is true of the one SKU that is named; when SKUs differ and none is named, which one?"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from assist.demand import Amount, Figure
from assist.documents import BlockKind, Document, Fact, Row, Table
from assist.draft.clauses import telling_words
from assist.draft.evidence import Candidate, Evidence, cite
from assist.draft.speak import clean_key, say_fact, say_value
from assist.expressions import expression
from assist.memo import Memo
from assist.messages import Part
from assist.results import StatedFact, Statement
from assist.text.normalize import fold

_NAMED: Memo[Part, tuple[Evidence, tuple[str, ...]]] = Memo(64)
_ROWS: Memo[Document, tuple[str, ...]] = Memo(2_048)
_CARRYING = expression(
    r"(?<!不)(?<!没)(?:带|加|有)(?P<what>[一-鿿]{1,3}?)(?:儿|子)?(?:的|那|款|版)(?!吗|么|不)"
)
"""A version by what it comes with: 带盖儿的, 加绒那条."""
_CALLED = expression(r"(?P<char>[一-鿿](?<![大小新旧好多少长短贵高低]))的(?:那|这|一)?[种款个支条件只双把台]")
"""A version by one character of its name: 软的那种 of 软绒滚刷; what goes by degrees is none."""
_SUPERLATIVE = expression(r"最(?P<most>[大小长短厚薄重轻沉贵]|便宜)(?:号|码|款|的|那|这)")
_FIGURE = expression(r"\d+(?:\.\d+)?")
_SIZED, _WEIGHED, _PRICED = expression(r"$^"), expression("重"), expression("价")
_MOST = {
    **dict.fromkeys("大长厚", (_SIZED, False)),
    **dict.fromkeys("小短薄", (_SIZED, True)),
    **dict.fromkeys("重沉", (_WEIGHED, False)),
    "轻": (_WEIGHED, True),
    "贵": (_PRICED, False),
    "便宜": (_PRICED, True),
}
"""The column by which versions are told apart (else their names), and whether the least is meant."""
_APART = expression("单卖|单独")
_OF_REPAIRS = ("售后/维修", "售前/售后咨询/质保")
_SIZE = expression(r"\d{2}(?:\.5)?")
_SIZES = expression(r"(?<![\d.-])(\d{2}(?:\.5)?)\s*[-~～—–至到]\s*(\d{2}(?:\.5)?)(?![\d.%℃-])")
MAX_CHOICES = 8
MAX_TOLD, MAX_VALUE_CHARS = 4, 16
"""A value of each SKU is told beside the question which one is meant, where there are so few and it is so short."""
MIN_TELLING = 2
_CODE = expression(r"sku|编码|货号|条码|价|库存|重量|尺寸|含量", re.IGNORECASE)
_TOO_WIDE = frozenset({"规格", "尺寸", "参数", "颜色", "尺码", "款式", "型号"})
_PARTS = expression(r"[|/、,，\s]+")
_OPTIONS = expression(
    r"(?<![穿选买拿拍要用])(?:什么|哪些|哪几|几)(?:个|种|款)?(?P<a>颜色|色|款式|规格|口味|香型|版本|型号)(?!差|号)"
    r"|有(?:什么|哪些|哪几|几)(?:个|种)?(?P<c>尺码|码数|鞋码|码)"
    r"|(?P<b>颜色|款式|规格|口味|香型|尺码|码数|鞋码|版本|型号)(?:都有|有|还有)(?:什么|哪些|哪几)"
)
_COLOUR_OF = expression(
    "(?P<of>里布|内里|内衬|衬里|里(?=子)|布|扣|拉链|鞋底|大底|鞋带|把手|手柄|提手|走线|缝线|表盘|表带|链条|五金|logo|背面|反面|包边|边框|桌腿|椅腿|轮|键帽|绳|毛领|领(?=子)|肩带|灯|瓶身|盖)"
    "子?(?:都?是|用的?)?(?:什么|哪些?|几种?)(?:颜色|色)"
)
_SIZE_HEAD = expression("尺码|鞋码|码数|码段")
_CODED = expression(r"sku|编码|条码|货号|编号", re.IGNORECASE)
_COLUMNS = {"色": "颜色|款式|色", "款": "款式|颜色|规格", "码": "码"}
"""How a column is headed, by the last character of the word that asks for its choices."""


def sku_candidates(part: Part, number: int, evidence: Evidence) -> list[Candidate]:
    """Answer from the SKU table of the first product in scope, or ask which SKU is meant."""
    names = part.products or evidence.question.products
    product = next((evidence.products[name] for name in names if name in evidence.products), None)
    options = None if product is None else _options(product, part, number)
    options = options or missing_size_candidate(part, number, evidence)
    if options is not None:
        return [options]
    if product is None or not part.aspects or _of_a_piece(part):
        return []
    wanted = _of_part(product, part) or _wanted(product, part)
    if not wanted or _lacks_the_figure(wanted, part):
        return []
    named = named_words(part, evidence)
    facts = [fact for fact in wanted if _is_named(fact, named, product)] if named else wanted
    if facts and all(fold(fact.value) in named for fact in facts):
        # That the glossy one is of gloss tells nothing.
        return []
    if named and facts:
        return [_stated(product, _told_apart(facts, named, part, evidence, product), named, number)]
    if named or _said_for_all(product, wanted[0]):
        return []
    if len({fold(fact.value) for fact in wanted}) == 1:
        return [_stated(product, wanted[:1], (), number)]
    return [_which(product, wanted, number)]


def _which(product: Document, wanted: Sequence[Fact], number: int) -> Candidate:
    """Ask which SKU is meant; of a few, what holds of each is told with it."""
    choices = _choices(product, wanted)
    key = clean_key(wanted[0].key)
    chosen_by = any(fold(fact.value) in map(fold, choices) for fact in wanted)
    each = {} if chosen_by else _of_each(product, wanted, choices)
    if each:
        told = "，".join(f"{'、'.join(names)}是{value}" for value, names in each.items())
        tail = f"{key}：{told}。请问您看的是哪一个？"
    elif choices:
        listed = "、".join(choices)
        tail = f"这款不同规格{'' if chosen_by else f'的{key}'}不一样，请问您看的是哪一个：{listed}？"
    else:
        tail = "请问您看的是哪个规格呢？"
    places = tuple(cite(product, fact.span, fact.section) for fact in wanted[:MAX_CHOICES])
    facts = tuple(StatedFact.of(fact, product.id) for fact in wanted if each)
    asked = Statement(tail, places, facts, number, (key, *choices) if each else (key,))
    return Candidate(number, "sku", (asked,), 0.85, "asked", ask="sku", choices=choices)


def _of_each(product: Document, wanted: Sequence[Fact], choices: Sequence[str]) -> dict[str, list[str]]:
    """Return each value with the choices that it holds of, few and short enough for one sentence; else nothing."""
    stated = {fact.span: say_value(fact) for fact in wanted if fact.key == wanted[0].key}
    rows = [row for table in product.tables if table.kind is BlockKind.SKU_TABLE for row in table.rows]
    found: dict[str, list[str]] = {}
    for choice in choices:
        mine = [row for row in rows if any(cell.text.strip() == choice for cell in row.cells)]
        values = {stated[row.span] for row in mine if row.span in stated}
        if len(values) != 1:
            return {}
        found.setdefault(values.pop(), []).append(choice)
    told = len(choices) <= MAX_TOLD and all(len(value) <= MAX_VALUE_CHARS for value in found)
    return found if told and len(found) > 1 else {}


def _of_a_piece(part: Part) -> bool:
    """Say whether a spare part, a repair or the warranty is asked about, which no row of the table tells."""
    apart = any(isinstance(demand, Figure) and _APART.search(demand.pattern) for demand in part.demands)
    return apart or (part.intent or "").startswith(_OF_REPAIRS)


def _lacks_the_figure(wanted: Sequence[Fact], part: Part) -> bool:
    """Say whether an amount is asked for (遥控离多远还能按) and the column only tells whether it is there."""
    amounts = any(isinstance(demand, Amount) for demand in part.demands)
    return amounts and not any(_FIGURE.search(fold(fact.value)) for fact in wanted)


def _told_apart(
    facts: list[Fact], named: Sequence[str], part: Part, evidence: Evidence, product: Document
) -> list[Fact]:
    """Of several rows that the named words leave, those that a further word of the part picks (坚果甜那个12颗)."""
    if len({fold(fact.value) for fact in facts}) < 2:
        return facts
    further = [word for word in _telling(part, evidence) if word not in named]
    picked = [fact for fact in facts if further and _is_named(fact, further, product)]
    return picked or facts


def missing_size_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """Say which sizes a colour comes in when the one that is asked for is not among them."""
    slots = evidence.question.slots
    if not (part.intent or "").startswith("售前/库存") or not {"color", "size"} <= set(slots):
        return None
    color, size = (fold(str(slots[name].value)) for name in ("color", "size"))
    names = part.products or evidence.question.products
    product = next((evidence.products[name] for name in names if name in evidence.products), None)
    for table in product.tables if product is not None else ():
        column = next((at for at, head in enumerate(table.header) if _SIZE_HEAD.search(head)), None)
        if product is None or table.kind is not BlockKind.SKU_TABLE or column is None:
            continue
        texts = [(row, " | ".join(cell.text for cell in row.cells)) for row in table.rows]
        held = [row for row, text in texts if row_holds(text, (color,)) and len(row.cells) > column]
        if not held or any(row_holds(text, (color, size)) for _, text in texts):
            continue
        sizes = {row.cells[column].text.strip(): row.cells[column].span or row.span for row in held}
        listed = "、".join(sizes)
        places = tuple(cite(product, span, table.section) for span in sizes.values())
        text = f"{slots['color'].value}的尺码是{listed}，没有{size.upper()}。"
        said = Statement(text, places, (), number, (str(slots["color"].value), size.upper(), size))
        return Candidate(number, "sku", (said,), 0.88)
    return None


def _options(product: Document, part: Part, number: int) -> Candidate | None:
    """List the choices of a column (有什么颜色, 都有哪些码), each cited where it stands."""
    asked = _OPTIONS.search(part.clean)
    if asked is None or _part_of_it(part):
        return None
    word = asked["a"] or asked["b"] or asked["c"]
    head = re.compile(_COLUMNS.get(word[-1], re.escape(word)))
    for table in product.tables:
        named = [at for at, name in enumerate(table.header) if head.search(name) and not _CODED.search(name)]
        column = named[0] if named else None
        if column is None or table.kind not in {BlockKind.SKU_TABLE, BlockKind.SIZE_TABLE}:
            continue
        cells = [(row, row.cells[column]) for row in table.rows if len(row.cells) > column]
        values = {
            cell.text.strip(): cell.span or row.span for row, cell in reversed(cells) if cell.text.strip()
        }
        if values:
            listed = "、".join(reversed(values))
            places = tuple(cite(product, span, table.section) for span in reversed(values.values()))
            said = Statement(f"这款有{listed}可以选。", places, (), number)
            return Candidate(number, "sku", (said,), 0.88)
    return None


def _part_of_it(part: Part) -> str:
    """Name the part of the goods whose colour is asked (扣子什么颜色); empty: it is asked of the goods themselves."""
    found = _COLOUR_OF.search(part.clean)
    return found["of"] if found else ""


def _of_part(product: Document, part: Part) -> list[Fact]:
    """SKU facts under a key that names the part of the goods that is asked about: 金属扣 to 扣子什么颜色."""
    name = _part_of_it(part)
    return [fact for fact in product.facts if fact.sku is not None and name and name in clean_key(fact.key)]


def _wanted(product: Document, part: Part) -> list[Fact]:
    """SKU facts whose key is what is asked; the most specific aspect that any of them meets."""
    for aspect in part.aspects[:2]:
        for key in aspect.keys[:4]:
            if key in _TOO_WIDE:
                continue
            found = [fact for fact in product.facts if fact.sku is not None and key in clean_key(fact.key)]
            if found:
                return found
    return []


def _said_for_all(product: Document, wanted: Fact) -> bool:
    """A page that gives one value for the whole product answers without asking which SKU."""
    key = clean_key(wanted.key)
    return any(fact.sku is None and (key in fact.key or clean_key(fact.key) in key) for fact in product.facts)


def named_words(part: Part, evidence: Evidence) -> tuple[str, ...]:
    """Words that name one SKU: colours, sizes, versions; folded."""
    known = _NAMED.get(part)
    if known is None or known[0] is not evidence:
        known = _NAMED.put(part, (evidence, _named_words(part, evidence)))
    return known[1]


def _named_words(part: Part, evidence: Evidence) -> tuple[str, ...]:
    slots = evidence.question.slots
    settled = [str(slots[name].value) for name in ("color", "size") if name in slots]
    words = tuple(dict.fromkeys(fold(word) for word in (*part.sku, *settled) if word))
    if not words:
        return _telling(part, evidence)
    if _some_row(words, part, evidence):
        return words
    # A corrected word stays in the part's text; what the slots settled on is what counts then, if a row holds it.
    own, told = (tuple(dict.fromkeys(map(fold, names))) for names in (part.sku, settled))
    return own if own and _some_row(own, part, evidence) and not _some_row(told, part, evidence) else told


def _telling(part: Part, evidence: Evidence) -> tuple[str, ...]:
    """Longer words of the part that pick some rows of a SKU table and not the others."""
    names = part.products or evidence.question.products
    pages = [evidence.products[name] for name in names if name in evidence.products][:1]
    rows = [fold(row) for page in pages for row in _sku_rows(page)]
    most = _SUPERLATIVE.search(part.clean)
    if most is not None and pages:
        return _of_most(pages[0], most["most"])
    with_it = _CARRYING.search(part.clean)
    if with_it is not None and 0 < sum(with_it["what"] in row for row in rows) < len(rows):
        return (with_it["what"],)
    words = tuple(word for word in telling_words(part.clean, rows) if len(word) >= MIN_TELLING)[:1]
    called = () if words else {found["char"] for found in _CALLED.finditer(part.clean)}
    return words or tuple(char for char in called if sum(char in row for row in rows) == 1)[:1]


def _of_most(page: Document, word: str) -> tuple[str, ...]:
    """Name the version that is most of its kind: the largest by what its name measures, the dearest by its price."""
    for table in page.tables:
        if table.kind is not BlockKind.SKU_TABLE:
            continue
        column = next((at for at, head in enumerate(table.header) if _MOST[word][0].search(head)), 0)
        sizes = {row.cells[0].text: _extent(row.cells[column].text) for row in table.rows if row.cells}
        told = {name: size for name, size in sizes.items() if size is not None}
        if len(told) == len(sizes) and len(set(told.values())) == len(told) > 1:
            pick = min if _MOST[word][1] else max
            return (fold(pick(told, key=lambda name: told[name])),)
    return ()


def _extent(cell: str) -> float | None:
    """What a cell measures: 220×240cm is an area; None when it holds no figure."""
    figures = _FIGURE.findall(cell)
    return math.prod(map(float, figures)) if figures else None


def _some_row(words: Sequence[str], part: Part, evidence: Evidence) -> bool:
    names = part.products or evidence.question.products
    pages = [evidence.products[name] for name in names if name in evidence.products]
    return any(row_holds(row, words) for page in pages for row in _sku_rows(page))


def _sku_rows(page: Document) -> tuple[str, ...]:
    """Return the rows of a page's SKU tables as texts."""
    known = _ROWS.get(page)
    if known is None:
        rows = (row for table in page.tables if table.kind is BlockKind.SKU_TABLE for row in table.rows)
        known = _ROWS.put(page, tuple(" | ".join(cell.text for cell in row.cells) for row in rows))
    return known


def _is_named(fact: Fact, named: Sequence[str], product: Document) -> bool:
    return row_holds(fact.span.of(product.text), named)


def row_holds(text: str, named: Sequence[str]) -> bool:
    """Say whether a table row names all of the words: letters and digits as whole cells, Chinese within one."""
    cells = {cell for cell in _PARTS.split(fold(text)) if cell}
    row = fold(text)
    return all(
        word in cells or (len(word) > 2 and word in row) or _spelled(word, row) or _between(word, row)
        for word in named
    )


def _between(word: str, row: str) -> bool:
    """A size lies in a cell that gives several: 27 in `27-30`."""
    if not _SIZE.fullmatch(word):
        return False
    return any(float(found[1]) <= float(word) <= float(found[2]) for found in _SIZES.finditer(row))


def _spelled(word: str, row: str) -> bool:
    """Chinese words may be shortened by the shopper: 奶白 names 奶油白."""
    if word.isascii():
        return False
    return word in row or (len(word) >= 2 and re.search(".?".join(map(re.escape, word)), row) is not None)


def _stated(product: Document, facts: Sequence[Fact], named: Sequence[str], number: int) -> Candidate:
    subject = "".join(word.upper() if word.isascii() else word for word in named) + "的" if named else "这款"
    alone = len({fold(fact.value) for fact in facts}) == 1 and (len(facts) > 1 or not named)
    values = list(dict.fromkeys(fold(fact.value) for fact in facts))
    chosen = [next(fact for fact in facts if fold(fact.value) == value) for value in values[:3]]
    statements = tuple(
        Statement(
            say_fact(fact, subject if alone else _whose(product, fact, subject)),
            (cite(product, fact.span, fact.section),),
            (StatedFact.of(fact, product.id),),
            number,
            (*named, fact.key),
        )
        for fact in chosen
    )
    return Candidate(number, "sku", statements, 0.9)


def _whose(product: Document, fact: Fact, subject: str) -> str:
    """Name the row of a fact by its own cells: a code tells the shopper nothing, a word of it too little."""
    for table in product.tables:
        if table.kind is not BlockKind.SKU_TABLE:
            continue
        for row in table.rows:
            if row.span.covers(fact.span) or fact.span.covers(row.span):
                return f"{_label(table, row, fact)}的" if _cells(table, row, fact) else subject
    return subject


def _cells(table: Table, row: Row, fact: Fact) -> list[str]:
    """The telling cells of a row: no codes, no figures that are stated of it."""
    pairs = zip(table.header, row.cells, strict=False)
    said = [cell.text.strip() for head, cell in pairs if not _CODE.search(head) and head != fact.key]
    return [cell for cell in said if cell]


def _label(table: Table, row: Row, fact: Fact) -> str:
    """As many of the first cells as it takes to tell a row from the others."""
    mine = _cells(table, row, fact)
    others = [_cells(table, other, fact) for other in table.rows if other is not row]
    enough = (n for n in range(1, len(mine)) if all(other[:n] != mine[:n] for other in others))
    return " ".join(mine[: next(enough, len(mine))])


def _choices(product: Document, wanted: Sequence[Fact]) -> tuple[str, ...]:
    """The column of the SKU table that tells the values apart; the first telling one when none does."""
    found: list[tuple[int, tuple[str, ...]]] = []
    for table in product.tables:
        if table.kind is not BlockKind.SKU_TABLE:
            continue
        for column, head in enumerate(table.header):
            cells = {
                row.span: row.cells[column].text.strip() for row in table.rows if len(row.cells) > column
            }
            distinct = tuple(dict.fromkeys(value for value in cells.values() if value))
            asked = any(clean_key(fact.key) in clean_key(head) for fact in wanted[:1])
            if not asked and not _CODE.search(head) and 1 < len(distinct) <= MAX_CHOICES:
                told = {(cells.get(fact.span, ""), fold(fact.value)) for fact in wanted}
                found.append((len(told) - len(distinct), distinct))
    return min(found, key=lambda item: item[0])[1] if found else ()
