"""Numbers and names of accounts that lead to one person: phone, ID card, bank card, order, waybill, chat ids.

Every finder reads two strings of one length: the normalised text, and the same with Chinese digits written
as Arabic ones. What an earlier finder claimed is blanked out, so the order of `FINDERS` decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from assist.expressions import expression

Found: TypeAlias = tuple[str, int, int]
"""Type of personal data, start and end in the normalised text."""
Finder: TypeAlias = Callable[[str, str], Iterator[Found]]

_DIGITS = dict(zip("零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖两", "0012345678911234567892", strict=True))
_CHINESE_DIGIT = expression(f"[{''.join(_DIGITS)}]")
_GAP = r"[^\w\n。;!?]{1,3}"
_PHONE = expression(
    rf"(?<![\da-z])(?:\(?(?:\+|00)86\)?[^\w\n]{{0,2}})?\(?(?:1[3-9]\d{{9}}"
    rf"|1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}|1[3-9]\d{_GAP}\d{{8}}"
    rf"|1[3-9]\d{{5}}[ -]\d{{4}}|1[3-9]\d\d[ -]\d{{3}}[ -]\d{{4}}|1[3-9]\d[ -]\d{{3}}[ -]\d{{5}}"
    rf"|1{_GAP}[3-9](?:{_GAP}\d){{9}})(?!\d)\u20e3?"
)
_PHONE_NAMED = expression(
    r"(?:电话|手机|号码|联系方式|联系|拨打|拨|打|tel|phone|[vw]x|v信)[^\w\n]{0,3}(?:号码|号|是|为|给|:|改成|\s){0,3}"
    r"(1(?:[^\w\n]{0,3})[3-9](?:[^\w\n]{0,3}\d){9})(?!\d)"
)
# A number cut anywhere (`13 7 1234 5678`): eleven digits that a text calls a number to reach someone by.
_PHONE_CUT = expression(r"(?<![\da-z.])1[ .-]?[3-9](?:[ .-]?\d){9}(?![\d.%a-z]|[ -]\d)")
_CALLED = expression(r"电话|手机|联系|号码|打给|打我|拨打|短信|来电|收货人|收件人|tel|phone|call")
_DASH = "[ —–-]"
_EXTENSION = rf"(?:(?:{_DASH}?(?:转接?|分机号?|ext\.?)[ :]?|{_DASH})\d{{1,5}})?(?!\d)"
_LANDLINE = expression(
    rf"(?<!\d)(?:\(0\d{{2,3}}\){_DASH}?|0\d{{2,3}}{_DASH}{{1,2}})[2-8]\d{{2,3}}{_DASH}?\d{{4}}(?!\d){_EXTENSION}"
)
_LANDLINE_NAMED = expression(
    rf"(?:座机|固话|固定电话|电话|家里|办公室|单位|公司)(?:号码|号|是|为|:|\s){{0,3}}(0\d{{9,11}}(?!\d){_EXTENSION})"
)
_AT = r"(?:@|#|\*|艾特|圈a|小老鼠|[(\[{【]?(?:at|艾特|圈|@)[)\]}】])"
_DOT = r"(?: ?\. ?| ?[点。] ?|\(dot\)|\[dot\])"
_MAIL_HOST = "(?:qq|163|126|139|189|188|yeah|sina|sohu|gmail|hotmail|outlook|foxmail|icloud|live|aliyun|vip|tom|21cn|yahoo)"
_EMAIL = expression(
    r"[a-z0-9][a-z0-9._%+-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}"
    rf"|[a-z0-9][a-z0-9._%+-]* ?{_AT} ?{_MAIL_HOST}(?:{_DOT}(?:[a-z]{{2,4}}|康姆))+"
    r"|[a-z0-9][a-z0-9._%+-]* @ ?[a-z0-9-]+ ?\. ?[a-z]{2,}"
)
_MAIL_SIGN = expression(r"@|#|\*|艾特|圈a|小老鼠|[(\[{【](?:at|圈)[)\]}】]")
_ID_CARD = expression(
    r"(?<![0-9a-z])([1-9]\d{5})[ -]?((?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))[ -]?(\d{3}[\dx])"
    r"(?![0-9a-z])"
)
_ID_NAMED = expression(
    r"(?:身份证|证件|护照|通行证|台胞证|回乡证|居住证|驾驶证|军官证|证号|实名|清关|报关|passport)"
    r"(?:[号码后面是为用写填:,\s的]|认证|信息){0,6}"
    r"([a-z]{1,2} ?\d{7,9}|\d(?:[ -]?\d){16}[ -]?[\dx]|\d{15}|(?<=台胞证)\d{8}|(?<=台胞证[号是:])\d{8})(?![0-9a-z])"
)
_CARD = expression(r"(?<![0-9a-z])\d(?:[ -]?\d){14,18}(?![0-9a-z])")
_CARD_NAMED = expression(
    r"(?:卡号|银行卡|[行蓄用]卡|[工农中建招交]行|账号|账户|打款|打到|退款到)[^\d\n]{0,8}$"
)
_ORDER_NAMED = expression(
    r"(?:(?:订单|交易)(?:编号|单号|号码|号)[^\w\n]{0,3}(?:是|为)?[^\w\n]{0,3}([a-z]{0,4}\d{6,64})"
    r"|(?:订单|交易|order)(?:编号|单号|号码|号|no|是|为|:|#|\s|\.){0,4}([a-z]{0,4}\d{3,}(?: ?\d{3,})*))(?![0-9a-z])"
)
_ORDER_CUT = expression(
    r"(?:订单|单号|交易号|order)(?:编号|号码|号|no|是|为|:|#|\s|\.){0,4}([a-z]{0,4}\d{3,8}(?:[ -]\d{2,20}){1,5})(?![0-9a-z])"
)
_ORDER_AFTER = expression(
    r"(?<![0-9a-z])([a-z]{0,4}\d{10,30})(?=(?:这个|的|是|那个|,|\s){0,2}(?:订单|这单|那单|单子))"
)
_ORDER_RUN = expression(r"(?<![0-9a-z.])(?!(\d)\1+(?!\d))\d{16,64}(?![0-9a-z])")
_OTHER_NUMBER = expression(
    r"(?:3c|货号|型号|款号|编号|证书|证号|文号|备案号?|许可证?|条码|条形码|序列号|批号|sn|imei|id)[^\w\n]{0,3}(?:号|为|是)?[^\w\n]{0,2}$"
)
_WAYBILL = expression(
    r"(?:(?<![0-9a-z])(?:sf|yt|jtd?|zto|sto|yd|jd[a-z]{0,2}|dpk|db|zj|kye?|yz|best)[ -]?\d(?:[ -]?\d){9,15}|(?<![0-9a-z])(?:dn|cn|fwx?|uc|lp|hh|ht|tt|qf)\d{10,15}"
    r"|(?<![0-9a-z])[a-z]{2}\d{9}cn|(?<=ems)[a-z]{2}\d{9}cn)(?![0-9a-z])"
)
_WAYBILL_NAMED = expression(
    r"(?:(?:运单|快递单|快递|包裹|物流单|物流|退货单|邮件|单)(?:编号|号码|号)|运单|顺丰|圆通|中通|申通|韵达|极兔|百世|德邦|邮政"
    r"|ems|安能|跨越|京东|丹鸟|菜鸟|丰网|优速|天天|宅急送|汇通|信丰|壹米滴答|中铁)"
    r"(?:快递|快运|速运|速递|物流|小包|包裹|直送)?(?:号码|编号|号|是|为|:|\s){0,4}([a-z]{0,4}\d{10,20})(?![0-9a-z])"
)
_WECHAT = expression(
    r"(?:[微威薇徽维v][^\w\n]{0,2}[信芯心欣❤♥]|wei信|(?<![a-z])(?:weixin|wechat|vx|wx|w x|v x)(?![a-z])|加我?(?:v(?![a-z])|[薇微威])"
    r"|绿泡泡|绿色软件|(?<![a-z])v(?=号|:))"
    r"(?P<mark>(?:号码|账号|帐号|号|id|同号|是|为|叫|:|搜|吧|哈|哦|就行|\s|[❤♥]){0,5})"
    r"(?P<id>[a-z][-_a-z0-9]{5,19}|\d{5,10})(?![a-z0-9])"
)
_QQ = expression(
    r"(?:(?<![a-z])qq|扣扣|企鹅|秋秋|球球|(?<=[加我])q|(?<![a-z0-9])q(?=[ :号]{0,2}\d{6,11}(?:加|找|联系|聊|$)))(?:号码|群号|群|号|是|为|:|\s){0,4}([1-9]\d{4,11})(?![\d元块])"
)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def arabic_digits(text: str) -> str:
    """Write Chinese digits as Arabic ones, one for one, so that places stay.

    Examples:
        >>> arabic_digits("幺三八")
        '138'
    """
    # `str.translate` asks a table for every character, which takes ten times as long.
    return _CHINESE_DIGIT.sub(lambda digit: _DIGITS[digit[0]], text)


def is_id_card(number: str) -> bool:
    """Check the last character of an 18-character ID number (GB 11643-1999, ISO 7064 MOD 11-2).

    Examples:
        >>> is_id_card("11010519491231002X"), is_id_card("110105194912310021")
        (True, False)
    """
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17].upper()


def is_luhn(number: str) -> bool:
    """Check the last digit of a card number (ISO/IEC 7812-1, Luhn).

    Examples:
        >>> is_luhn("79927398713"), is_luhn("79927398710")
        (True, False)
    """
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in number[-2::-2])
    return (sum(map(int, number[-1::-2])) + sum(doubled)) % 10 == 0


def _emails(text: str, digits: str) -> Iterator[Found]:
    if _MAIL_SIGN.search(text) is not None:
        yield from (("email", *match.span()) for match in _EMAIL.finditer(text))


def _orders_named(text: str, digits: str) -> Iterator[Found]:
    for match in _ORDER_NAMED.finditer(digits):
        group = 1 if match[1] else 2
        if group == 1 or sum(map(str.isdigit, match[2])) >= 10:
            yield ("order", *match.span(group))
    for match in _ORDER_CUT.finditer(digits):
        if sum(map(str.isdigit, match[1])) >= 12:
            yield ("order", *match.span(1))
    yield from (("order", *match.span(1)) for match in _ORDER_AFTER.finditer(digits))


def _id_cards(text: str, digits: str) -> Iterator[Found]:
    for match in _ID_NAMED.finditer(digits):
        yield ("id_card", *match.span(1))
    for match in _ID_CARD.finditer(digits):
        if is_id_card("".join(match.groups())):
            yield ("id_card", *match.span())


def _waybills(text: str, digits: str) -> Iterator[Found]:
    for match in _WAYBILL.finditer(digits):
        yield ("waybill", *match.span())
    for match in _WAYBILL_NAMED.finditer(digits):
        if not _PHONE.fullmatch(match[1]):
            yield ("waybill", *match.span(1))


def _bank_cards(text: str, digits: str) -> Iterator[Found]:
    for match in _CARD.finditer(digits):
        number = re.sub("[ -]", "", match[0])
        named = _CARD_NAMED.search(digits, 0, match.start()) is not None
        if (named and len(number) >= 16) or ((named or number.startswith("62")) and is_luhn(number)):
            yield ("bank_card", *match.span())


def _is_item_ids(digits: str) -> bool:
    """Say whether a run is several 12-digit item ids without a gap; a shop pastes its goods so."""
    return len(digits) >= 2 * _ITEM_ID and len(digits) % _ITEM_ID == 0


_ITEM_ID = 12


def _order_runs(text: str, digits: str) -> Iterator[Found]:
    for match in _ORDER_RUN.finditer(digits):
        if _is_item_ids(match[0]):
            continue
        if _OTHER_NUMBER.search(digits, max(0, match.start() - 12), match.start()) is None:
            yield ("order", *match.span())


def _phones(text: str, digits: str) -> Iterator[Found]:
    yield from (("phone", *match.span()) for match in _PHONE.finditer(digits))
    yield from (("phone", *match.span(1)) for match in _PHONE_NAMED.finditer(digits))
    if _CALLED.search(text) is not None:
        yield from (("phone", *match.span()) for match in _PHONE_CUT.finditer(digits))


def _landlines(text: str, digits: str) -> Iterator[Found]:
    yield from (("landline", *match.span()) for match in _LANDLINE.finditer(digits))
    yield from (("landline", *match.span(1)) for match in _LANDLINE_NAMED.finditer(digits))


def _chat_ids(text: str, digits: str) -> Iterator[Found]:
    if _ACCOUNT.search(text) is None:
        return
    if _MAY_BE_QQ.search(text) is not None:
        yield from (("qq", *match.span(1)) for match in _QQ.finditer(text))
    for match in _WECHAT.finditer(text) if _MAY_BE_WECHAT.search(text) is not None else ():
        marked = match["mark"].strip() != "" or re.search(r"[-_\d]", match["id"])
        if marked and not (match["id"].isdigit() and not match["mark"].strip()):
            yield ("wechat", *match.span("id"))


# What stands in every text that names an account.
_ACCOUNT = expression(r"[a-z0-9][-_a-z0-9]{4}")
_MAY_BE_QQ = expression("[q扣企秋球]")
_MAY_BE_WECHAT = expression("[微威薇徽维vw绿]")
LONG_NUMBER = expression(r"\d(?:\d{5}|(?:[^\w\n]{0,3}\d){9})")
"""Six digits in a row, or ten with gaps, which a date has not; without, only `WORD_FINDERS` can find anything."""
WORD_FINDERS: tuple[Finder, ...] = (_emails, _chat_ids)
"""The finders that need no long number."""
FINDERS: tuple[Finder, ...] = (
    _emails,
    _orders_named,
    _id_cards,
    _waybills,
    _bank_cards,
    _order_runs,
    _phones,
    _landlines,
    _chat_ids,
)
"""The finders of this file, in the order that settles overlaps."""
