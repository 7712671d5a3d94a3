"""An animal's weight in a message: 11斤的猫, 我家狗子6.3公斤."""

from __future__ import annotations

from collections.abc import Iterator

from assist.expressions import expression
from assist.question.found import Found
from assist.question.numbers import CHINESE, number, whole

_PET = r"(?:[猫狗犬喵汪兔]|毛孩子|泰迪|金毛|柯基|法斗|英短|布偶|比熊|博美|拉布拉多|边牧|柴犬|哈士奇|萨摩|德牧|加菲|美短|银渐层|蓝猫|橘猫)"
_WEIGHT = (
    rf"(?<![\d.])(?P<v>\d{{1,2}}(?:\.\d+)?|{CHINESE}{{1,3}})(?:多|来)?(?P<u>斤|公斤|kg|千克)(?P<half>半)?"
)
_AFTER = expression(rf"{_PET}[^\d，,。;；]{{0,8}}?{_WEIGHT}(?!\d|装|[一每]?袋|的?粮)")
_BEFORE = expression(rf"{_WEIGHT}(?:重|左右|大)?的?(?:小|大|胖|公|母|成)?{_PET}(?!粮|砂|包|窝)")
_MAY_HOLD = expression(_PET)


def pet_slots(text: str) -> Iterator[Found]:
    """Yield the weight of an animal in a normalised text, in kilograms."""
    if not _MAY_HOLD.search(text):
        return
    for pattern in (_AFTER, _BEFORE):
        for match in pattern.finditer(text):
            value = number(match["v"])
            if value is None:
                continue
            value += 0.5 if match["half"] else 0.0
            kilograms = value / 2 if match["u"] == "斤" else value
            if 0.3 <= kilograms <= 90:
                yield Found("weight_kg", whole(kilograms), match.start("v"), match.end())
