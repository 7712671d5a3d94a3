"""Which of a few like products describing words mean: 带帽子那款, 不带帽的那件, 小的那个锅, 249那副."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from assist.documents import BlockKind, Document
from assist.expressions import expression
from assist.memo import Memo
from assist.text.normalize import fold
from assist.text.quantities import Dimension, Quantity, quantities

_TITLE, _STATED, _SAID = 3.0, 2.0, 1.0
"""Weight of a word in a title or an option to choose, in a parameter, in running text."""
_PAIR, _CHAR = 1.0, 0.4
"""Weight of two characters that stand together, and of one alone."""
LEAD = 1.15
"""A product is meant when it fits better than every other by this much: one telling character of a title does."""
_CERTAIN = 9.0
"""How well a price, an amount or the end of a scale fits."""
_CLASSIFIER = "[个款件双台盒瓶副种把袋条只块罐支套包本张对部辆卷桶箱杯床顶枚组颗株束幅架盏口]"
_RUN = r"[^\s，,。!！?？;；、~]"
_REFERENCE = expression(rf"(?P<words>{_RUN}{{1,12}}?)的?[那这]{_CLASSIFIER}")
_TURNED = expression(rf"(?:^|[\s，,问要])那{_CLASSIFIER}(?P<words>{_RUN}{{1,12}}?)的(?![那这话])")
_ATTRIBUTE = expression(
    rf"(?:^|[\s，,])(?P<words>{_RUN}{{1,12}}?)的"
    "(?=(?:卖|是)?(?:多少?钱|几钱|几块|[什啥]么?价|[咋怎]么?卖|有货|还有|价[格钱]))"
)
_LEADING = expression(
    "^(?:那|请问|问下|问问|想问|我?是?[问说指]的?是?|我?[想要买看]+的?是?|要是|如果是|还有|另外|就|是)+"
)
# Words that say how the shopper came by it describe nothing: 昨天买的那件.
_NO_DESCRIPTION = expression(
    "[买拍收发订哪赠]|送(?![礼人])|活动|优惠|[满立]减|打折|券|下单|刚才|刚刚|之前|上次|以前|昨天|前天|今天|[说问]的|链接|图片|截图|收藏|加购|同款|一样|喜欢"
)
_ASKS = expression("[多几吗么哪]|怎|咋|啥|能不能|可以不")
_PRICE = expression(r"(?P<yuan>\d{1,5}(?:\.\d{1,2})?)(?:块钱?|元)?的?")
_FIGURE = expression(r"(?<![\d.])\d+(?:\.\d+)?(?![\d.])")
_TOKEN = expression(r"[a-z0-9.]+|[一-鿿]")
_DENYING = expression(
    r"(?:(?<![是会能可要])不(?!锈)|无(?!线)|没有?|非|免|未)[带含配有是能可用塞连送加]?[^，,。；;：:、\s]{0,2}\Z"
)
_NO_VALUE = expression(r"无(?!线)|否|没有|不(?!锈)|未|[-—×/]\s*\Z")
_DENIED = expression("^(?:不(?!锈)|没|无(?!线)|非)(?:有|带|含|是|配|要|能|用|加)*")
_FILL = expression(
    r"^(?:带|有|含|配|能|可以|可|会|是|用|加|要|送|的)+|(?:一?点儿?|一些|的|得|了|些|款|版|型|式|味|装|里)+\Z"
)
_EMPTY_CHARS = frozenset(
    "的了得着过是有在带能可以会用子儿个一点些里上下中外的家最更很大小新老好款版型式装味人"
)
_HAN_PAIR = expression("[一-鿿]{2}")
_FEW = expression(r"\d{1,2}")
_SENTENCE = expression(r"[^。！!？?\n]+")
_COMPARED = expression(
    rf"(?P<one>{_RUN}{{1,10}}?)的?(?:和|跟|与|同)(?P<other>{_RUN}{{1,10}}?)的?"
    rf"(?:那?{_CLASSIFIER}|用|穿|买|选)?(?=哪|谁|比|有[什啥]么?|区别|差|[咋怎]么?[选买分])"
)
_SEVERAL = expression(
    rf"(?<![买拍要来单订寄装共第])(?:[大小]{{2}}|[这那])?(?P<number>[两俩二2三仨3]){_CLASSIFIER}?(?P<noun>[一-鿿a-z]*)"
)
_NUMBERS = {**dict.fromkeys("两俩二2", 2), **dict.fromkeys("三仨3", 3)}
_COMPARES = expression("哪|谁|区别|差|不同|不一样|对比|比|分别|[咋怎]么?[选分]")
_SCALES = {
    **dict.fromkeys(("大", "大容量", "大号"), ("size", 1)),
    **dict.fromkeys(("小", "小容量", "小号", "迷你"), ("size", -1)),
    **dict.fromkeys(("贵", "高价"), ("price", 1)),
    **dict.fromkeys(("便宜", "实惠", "低价", "平价", "划算"), ("price", -1)),
    **dict.fromkeys(("重", "沉"), ("weight", 1)),
    **dict.fromkeys(("轻", "轻便"), ("weight", -1)),
    **dict.fromkeys(("厚", "厚实"), ("thickness", 1)),
    **dict.fromkeys(("薄", "轻薄"), ("thickness", -1)),
}
"""Words that tell a thing by its place on a scale, with the end of the scale."""
_SCALED = expression(r"(?:最|更|比较|稍微?|偏|那么)*(?P<word>[一-鿿]{1,3}?)(?:一?[点些]儿?)?的?")
_SIZES = (Dimension.VOLUME, Dimension.CAPACITY, Dimension.WEIGHT)
_KEYS = {
    "size": expression("容量|净含量"),
    "weight": expression("重$|重量|克重"),
    "thickness": expression("克重|厚度"),
}
_TRAITS: Memo[Document, Traits] = Memo(4_096)


@dataclass(frozen=True, slots=True)
class Reference:
    """Words that point to one of several things.

    Attributes:
        words: What describes it (带帽子).
        price: A price that it is told by (249那副); None: words.
        text: All that points (带帽子那款); empty where it also asks.
    """

    words: str
    price: Decimal | None = None
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Traits:
    """What tells a product from its kin; texts are folded.

    Attributes:
        title: Its title.
        options: What its SKU table lets choose.
        stated: Its parameters, key and value.
        said: Its sentences that speak of no other product.
        prices: What it costs, in yuan.
    """

    title: str = ""
    options: str = ""
    stated: tuple[tuple[str, str], ...] = ()
    said: str = ""
    prices: frozenset[Decimal] = frozenset()


def references(text: str) -> Iterator[Reference]:
    """Yield what a folded text points with: 带帽子那款, 那个大的, 249那副."""
    for pattern in (_REFERENCE, _TURNED):
        for found in pattern.finditer(text):
            words = _LEADING.sub("", found["words"])
            if words and not _NO_DESCRIPTION.search(words):
                price = _PRICE.fullmatch(words)
                text = "" if _ASKS.search(words) else found[0]
                yield Reference(words, Decimal(price["yuan"]) if price else None, text)


def attributes(text: str) -> Iterator[Reference]:
    """Yield what a folded text tells the thing by whose price or stock it asks: 带保护套的多少钱."""
    for found in _ATTRIBUTE.finditer(text):
        words = _LEADING.sub("", found["words"])
        if words and not _NO_DESCRIPTION.search(words):
            yield Reference(words)


def compared(text: str) -> Iterator[tuple[str, str]]:
    """Yield the two things that a folded text sets against each other, as named or described: 网面的和防水的哪双轻."""
    for found in _COMPARED.finditer(text):
        yield _LEADING.sub("", found["one"]), found["other"]


def several(text: str) -> tuple[int, str] | None:
    """Return how many things of a kind a folded text compares, and what follows their number: 两副耳机哪个保修长."""
    for found in _SEVERAL.finditer(text):
        if _COMPARES.search(text, found.end("number")):
            return _NUMBERS[found["number"]], found["noun"]
    return None


def weighs(text: str) -> bool:
    """Say whether a folded text asks how things differ, or whether they are alike."""
    return "一样" in text or _COMPARES.search(text) is not None


def own_pairs(title: str, text: str) -> set[str]:
    """Return the pairs of Chinese characters of a folded title that stand in a folded text."""
    return {
        pair
        for at in range(len(title) - 1)
        if _HAN_PAIR.fullmatch(pair := title[at : at + 2]) and pair in text
    }


def compares(text: str) -> bool:
    """Say whether a folded text asks how things differ."""
    return _COMPARES.search(text) is not None


def traits(page: Document, options: Sequence[str], is_other: Callable[[str], bool]) -> Traits:
    """Read the traits of a product page.

    Args:
        page: The page.
        options: What its SKU table lets choose.
        is_other: Says whether a folded sentence speaks of another product.
    """
    known = _TRAITS.get(page)
    return known if known is not None else _TRAITS.put(page, _traits(page, options, is_other))


def _traits(page: Document, options: Sequence[str], is_other: Callable[[str], bool]) -> Traits:
    general = [fact for fact in page.facts if fact.sku is None]
    priced = [fact.value for fact in page.facts if "价" in fact.key]
    return Traits(
        fold(page.title),
        " | ".join(map(fold, options)),
        tuple((fold(fact.key), fold(fact.value)) for fact in general if not is_other(fold(fact.value))),
        "\n".join(_own_sentences(page, is_other)),
        frozenset(Decimal(figure) for value in priced for figure in _FIGURE.findall(value)),
    )


def _own_sentences(page: Document, is_other: Callable[[str], bool]) -> Iterator[str]:
    """Yield the sentences of running text, without those of a paragraph that speaks of another product."""
    for block in page.blocks:
        if block.kind in (BlockKind.SKU_TABLE, BlockKind.SIZE_TABLE, BlockKind.PARAMETERS):
            continue
        text = fold(block.span.of(page.text))
        if not is_other(text):
            yield from _SENTENCE.findall(text)


def meant(reference: Reference, kin: Sequence[Traits], *, lead: float = LEAD) -> int | None:
    """Return which of several like products is pointed to; None: none of them fits better by `lead` than the others."""
    fits = _by_price(reference.price, kin) if reference.price is not None else None
    fits = fits or _by_amount(reference.words, kin) or _by_scale(reference.words, kin)
    fits = fits or [fit(reference.words, item) for item in kin]
    best = max(range(len(kin)), key=lambda at: fits[at])
    others = [value for at, value in enumerate(fits) if at != best]
    return best if fits[best] - max(others, default=fits[best]) >= lead else None


def fit(words: str, of: Traits) -> float:
    """Say how well describing words fit a product; below 0: its page denies them."""
    denied = _DENIED.match(words)
    rest = _FILL.sub("", words[denied.end() :] if denied else words)
    tokens = _TOKEN.findall(rest)
    pairs = ["".join(pair) for pair in zip(tokens, tokens[1:], strict=False)]
    found = sum(_PAIR * _standing(pair, of, running=True) for pair in dict.fromkeys(pairs))
    alone = [
        token for token in dict.fromkeys(tokens) if token not in _EMPTY_CHARS and not _FEW.fullmatch(token)
    ]
    found += sum(
        _CHAR * _standing(token, of, running=len(token) > 1 and not token.isdigit()) for token in alone
    )
    return -found if denied else found


def _standing(word: str, of: Traits, *, running: bool) -> float:
    """Return the weight of the place where a word is affirmed, less that of the one where it is denied."""
    named, kept_from = _polarity(word, of.title)
    chosen, left_out = _polarity(word, of.options)
    yes = _TITLE if named or chosen else 0.0
    # One choice with and one without: the product comes with it.
    no = _TITLE if kept_from or (left_out and not yes) else 0.0
    if running:
        affirmed, refused = _polarity(word, of.said)
        yes, no = max(yes, _SAID * affirmed), max(no, _SAID * refused)
    for key, value in of.stated:
        affirmed, refused = _polarity(word, value)
        if word in key:
            refused = refused or _NO_VALUE.match(value) is not None
            affirmed = affirmed or not refused
        yes, no = max(yes, _STATED * affirmed), max(no, _STATED * refused)
    return yes - no


def _polarity(word: str, text: str) -> tuple[bool, bool]:
    """Say whether a text holds a word affirmed, and denied."""
    affirmed = refused = False
    place = text.find(word)
    while place >= 0 and not (affirmed and refused):
        if word.isdigit() and (text[place - 1 : place].isdigit() or text[place + len(word) :][:1].isdigit()):
            pass
        elif _DENYING.search(text, max(0, place - 5), place):
            refused = True
        else:
            affirmed = True
        place = text.find(word, place + 1)
    return affirmed, refused


def _by_price(price: Decimal, kin: Sequence[Traits]) -> list[float] | None:
    held = [price in item.prices for item in kin]
    return [_CERTAIN * costs for costs in held] if any(held) else None


def _by_amount(words: str, kin: Sequence[Traits]) -> list[float] | None:
    """Fit an amount with its unit (30包, 两升) to those of titles and options."""
    asked = [amount for amount in quantities(words) if amount.dimension in (*_SIZES, Dimension.COUNT)]
    if not asked:
        return None
    held = [
        any(own.same(amount) for own in quantities(f"{item.title} | {item.options}") for amount in asked)
        for item in kin
    ]
    return [_CERTAIN * holds for holds in held] if any(held) else None


def _by_scale(words: str, kin: Sequence[Traits]) -> list[float] | None:
    """Fit a word such as 小的 or 便宜的 to the one at that end of the scale, where every product has a place on it."""
    found = _SCALED.fullmatch(words)
    scale = _SCALES.get(found["word"]) if found else None
    if scale is None:
        return None
    name, end = scale
    places = _places(name, kin)
    if places is None or len(set(places)) < len(places):
        return None
    chosen = max(range(len(kin)), key=lambda at: end * places[at])
    return [_CERTAIN * (at == chosen) for at in range(len(kin))]


def _places(name: str, kin: Sequence[Traits]) -> list[Decimal] | None:
    """Return where each product lies on a scale; None: one of them has no place, or several."""
    if name == "price":
        return [min(item.prices) for item in kin] if all(item.prices for item in kin) else None
    for dimension in _SIZES if name == "size" else (Dimension.WEIGHT, Dimension.LENGTH):
        found = [_amounts(item, name, dimension) for item in kin]
        if all(found):
            return [amounts[0] for amounts in found]
    return None


def _amounts(item: Traits, name: str, dimension: Dimension) -> list[Decimal]:
    texts = [value for key, value in item.stated if _KEYS[name].search(key)]
    sizes: list[Quantity] = []
    if name == "size":
        chosen = {amount.value for amount in quantities(item.options) if amount.dimension is dimension}
        # A page that is sold in several sizes: the word chooses among them, not among products.
        if len(chosen) > 1:
            return []
        sizes = [amount for amount in quantities(item.title) if amount.dimension is dimension]
    sizes = sizes or [a for text in texts for a in quantities(text) if a.dimension is dimension]
    return [amount.value for amount in sizes]
