"""Parts that tell something and ask nothing: a bare address, a parcel number, `已经申请退货了`, `寄回去了`."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from assist.expressions import expression
from assist.messages import Turn
from assist.question import lexicon

ADDRESS, NUMBER = "address", "number"
_AREA = r"(?:省|市|区|县|州|镇|乡|村|街道|自治区|新区|开发区)"
_DOOR = r"(?:路|街|巷|弄|道|号|栋|幢|单元|室|楼|层|座|小区|公寓|大厦|广场|花园|村|组|屯|学校|大学|学院|医院|工业园|产业园|驿站)"
_BARE_ADDRESS = expression(
    rf"(?:(?:我的?)?(?:新|收货|收件|家庭|公司|详细)*地址(?:是|为|[:：\s])*)?"
    rf"(?!.*(?:公司|税|识别号|开户|抬头))[一-鿿]{{2,12}}{_AREA}[^?？吗呢]{{0,40}}?{_DOOR}[^?？吗呢多几怎能包发到寄改]{{0,30}}"
)
_MASKED = expression(
    r"\s*(?:\[(?:地址|姓名|电话|数字)x?\]\s*)*\[地址x?\]\s*(?:\[(?:地址|姓名|电话|数字)x?\]\s*)*"
)
_ASKED_FOR = expression("地址|收件|收货|电话|姓名|联系方式")


def told(typed: str, clean: str, slots: Collection[str]) -> str:
    """Say what a part only tells; empty: it asks something, or tells what needs an answer.

    Args:
        typed: The part as typed.
        clean: Its plain wording.
        slots: Names of the slots that it gives.

    Returns:
        `address`, `number` (of an order or a parcel), `applied` (for a return, an exchange), `sent_back`, or "".
    """
    if slots and {"order_id", "waybill"}.issuperset(slots) and _LEFT.sub("", typed).isascii():
        return NUMBER if not lexicon.one_pattern("telling", "asks").search(typed) else ""
    if _MASKED.fullmatch(typed) or _BARE_ADDRESS.fullmatch(clean.replace(" ", "")):
        return ADDRESS
    bare = clean.replace(" ", "")
    if len(bare) > _LONGEST or lexicon.one_pattern("telling", "asks").search(bare):
        return ""
    for name in ("applied", "sent_back"):
        if lexicon.pattern("telling", name).fullmatch(bare):
            return name
    return ""


def wanted_address(history: Sequence[Turn]) -> bool:
    """Say whether the agent's last line asked for an address."""
    return bool(history) and history[-1].role != "buyer" and _ASKED_FOR.search(history[-1].text) is not None


_LEFT = expression("订单编?号?码?|运?单号|快递|物流|[是为:：嗯好的对哦啊]")
_LONGEST = 20
