"""Postal addresses: a road, village or estate with a number, and the region before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from assist.expressions import expression
from assist.guard.identifiers import Found
from assist.guard.wordlists import read_words

_HAN = r"[\u4e00-\u9fff]"
_ROAD = r"(?:路|大道|大街|街道|街|巷|弄|胡同|里|村|镇|乡|屯|庄|道)"
_ESTATE = (
    r"(?:小区|花园|家园|新村|花苑|苑|广场|大厦|公寓|中心|科技园|产业园|工业园|园区|园|城|府|庭|湾|国际|社区|学校|大学|医院"
    r"|家属院|宿舍|大院|名邸|雅居|公馆|名城|世纪|天地|坊|轩|阁|郡|墅|[a-z]\d?区)"
)
_UNIT = r"(?:号楼|号院|号门|号|弄|栋|幢|座|单元|室|楼|层|户|组|院|排|房)"
_NUMBER = rf"(?:[a-z]?\d{{1,5}}(?:-\d{{1,5}}){{0,3}}{_UNIT}|[a-z]\d{{0,2}}[座栋塔幢]|\d{{1,3}}(?:-\d{{1,4}}){{2}}(?![\d-]|元|件|个|天))"
_ANCHOR = expression(
    rf"(?P<way>{_ROAD}|{_ESTATE})(?:[东南西北中]?\d?段|[东南西北中]路|[一二三四五六七八九十\d][区期])?"
    rf"(?:(?!{_ROAD}|[发到送寄派收签的了是在等和有从就能要不])[\u4e00-\u9fff]){{0,6}}(?P<number>{_NUMBER})"
)
# What stands in every text that holds such a number.
_MAY_BE_NUMBER = expression(r"\d(?:[号弄栋幢座单室楼层户组院排房]|-\d{1,4}-\d)|[a-z]\d{0,2}[座栋塔幢]")
_FREE = r"(?:(?![发到送寄派收签的了是在等和有从就能要不放转请])[\u4e00-\u9fff])"
_LANDMARK = r"(?:店|超市|门口|门卫室?|大厦|市场|酒店|宾馆|银行|门诊|诊所|街口|路口|对面|隔壁|收发室|传达室|物业|前台|驿站)"
_TAIL = expression(
    rf"(?:[ ,]?(?:{_FREE}{{1,10}}{_ESTATE}|{_FREE}{{2,12}}(?=[a-z]?\d{{1,4}}(?:[座栋塔幢层楼室]|单元|号楼|f(?![a-z0-9]))|[a-z]\d?[座栋塔幢]))?"
    rf"(?:[a-z]?\d{{1,5}}(?:-[a-z]?\d{{1,5}}){{0,3}}{_UNIT}|[a-z]\d{{0,2}}[座栋塔幢区]|\d{{1,2}}f(?![a-z0-9])"
    rf"|[东西南北中]户|\d{{1,2}}门(?!\d元)|[a-z]?\d{{1,2}}-[a-z]\d{{0,4}}|{_FREE}{{1,8}}{_LANDMARK}(?!铺|家|主)"
    rf"|(?:菜鸟)?驿站|\d{{1,5}}(?:-\d{{1,5}}){{1,3}}(?![\d元件个天])|\d{{3,4}}(?![\d元件个天双年月kgcm.%*-])))*"
)
_LEFT_RUN = expression(r"[\u4e00-\u9fff0-9]+(?: [\u4e00-\u9fff0-9]+)*$")
_LEAD = expression(
    r"^.*(?:收货地址|地址|寄到|寄往|寄去|送到|发到|发往|发去|改成|改到|改为|换成|换到|放在|放到|住在|我在|我家在|家在|位于|送货到|送去"
    r"|[寄送发到在住是为去放]|麻烦|帮我|可以|我家|我们)"
)
_ROOM = expression(r"单元|室|栋|幢|座|号楼|\d-\d|号院|大[厦楼]\d{1,3}[层楼]")
_REGION = expression(r"(?:省|市|区|县|旗|镇|乡|街道)")
_CARRIER = expression(r"(?:转运|分拨|集散|配送|分拣|客服|服务|售后|维修|营业)(?:中心|园)")
_DATE_NEXT = expression(r"[ ]?(?:发|到|前|派|晚|早|才|下单|开|截|上午|下午|左右|之)")
_ADDRESS_WORD = expression(
    r"(?:地址|寄|送|发到|发往|放|住|公司在|单位在|收货|改到|改成|我家|家在)[^,。;!?\n]{0,12}$"
)


_N = r"(?:(?![发到送寄派收签的了是在等和有从就能要不放])[\u4e00-\u9fff\d])"
_LEVELS = rf"(?:{_N}{{2,8}}?(?:省|自治区))?(?:{_N}{{1,8}}?[市州盟])?(?:{_N}{{1,6}}?[区县旗市])?"
_START = r"(?:(?<=[\s,:;。、\ua000-\ua0ff])|(?<=地址)|(?<=[到往寄住在是为送去])|^)"
_STOP_AT = r"(?:小卖部|卫生室|村委会|门口)?(?=$|[\s,;。、!?|\ua000-\ua0ff]|收|老|转|吧|就|可以|谢谢|的?(?:小卖部|超市|村委会))"
_VILLAGE = expression(
    rf"{_START}(?P<place>{_LEVELS}{_N}{{1,6}}?(?:镇|乡|街道|苏木){_N}{{1,8}}?(?:村|屯|庄|寨|湾|坪|营|堡|沟|组|大队|农场|林场|中学|小学|学校|卫生院|村委会)"
    rf"(?:{_N}{{0,6}}?(?:[东南西北村][头边口](?:第?\d{{1,2}}[家户])?|第?\d{{1,3}}[组队社户家号]|[高初]\d(?:年级)?\(?\d{{1,2}}\)?班|\d年级\(?\d{{1,2}}\)?班))?){_STOP_AT}"
)
_CAMPUS = expression(
    rf"(?P<place>{_N}{{2,22}}?(?:大学|学院|中学|小学|校区|学校|医院|\d中){_N}{{0,14}}?"
    r"(?:\d{1,3}(?:舍|斋|号公寓|栋|幢|号楼)(?:[a-z]?\d{1,4}[a-z]?室?)?|\d{1,2}[楼层](?:\d{1,4}[床室房]|[\u4e00-\u9fff]{1,4}科)|(?:宿舍|公寓)楼?[a-z]?\d{1,3}(?:-\d{1,4}|栋|号楼|室|号)(?:\d{1,4}室?)?|[高初]\d(?:年级)?\(?\d{1,2}\)?班|\d年级\(?\d{1,2}\)?班))"
)
_LOCKER = expression(
    rf"(?:放|送|寄|存|发|投)(?:到|在|去|进)?(?P<place>(?:(?:菜鸟|妈妈|兔喜|多多)?驿站|(?:兔喜生活|溪鸟|韵达|妈妈)(?:超市|服务站|门店)|丰巢(?:快递)?柜?|快递柜|自提柜|代收点|蜂巢)[( ]{{0,2}}{_N}{{2,12}}(?:店|门|门口|小区|超市|校区|栋|楼下|[点号])\)?"
    rf"|(?:(?![另个这那我你您他们本附近每各])[\u4e00-\u9fff\d]){{2,12}}(?:小区|花园|家园|苑|公寓|大厦|校区|村)[^,。\s]{{0,6}}?(?:驿站|丰巢柜?|快递柜|代收点|自提点))"
)
_CROSSING = expression(
    rf"(?:{_START}|(?<=在))(?P<place>{_LEVELS}{_N}{{0,8}}?(?:镇|乡|街道)?{_N}{{1,8}}?[路街道](?:与|和|、)[\u4e00-\u9fff]{{1,8}}?[路街道](?:交叉口|路口|交汇处|交界处?|口)"
    r"(?:向?[东南西北]{1,2})?(?:\d{1,4}米)?(?:路[东南西北])?[\u4e00-\u9fff]{0,8}?)(?=$|[\s,;。、!?|\ua000-\ua0ff]|收|的)"
)
# One of these stands in every text that holds one of the places below.
_PLACE_WORD = expression(r"[镇乡路街学院中区校驿丰蜂柜代自兔苏交]")
# What a text must hold, and the place that is then looked for.
_PLACES = (
    (expression(r"[镇乡]|街道|苏木"), _VILLAGE),
    (expression(r"(?:大学|学院|[中小]学|校区|学校|医院|\d中).*\d"), _CAMPUS),
    (expression(r"驿站|丰巢|蜂巢|[递提]柜|代收点|自提点|兔喜"), _LOCKER),
    (expression(r"交叉口|路口|交汇|交界|[路街]口"), _CROSSING),
)
# A place of making is no buyer's.
_ORIGIN = expression(r"产地|原产|产自|来自|出产|种植|基地|工厂|厂家|厂址|生产|制造|总部|仓库")


@dataclass(frozen=True, slots=True)
class _Candidate:
    left: int
    start: int
    end: int
    way: str
    has_place: bool


@cache
def _place_pattern() -> re.Pattern[str]:
    words = read_words("places")
    names = "|".join(sorted((*words["provinces"], *words["cities"]), key=len, reverse=True))
    return expression(
        rf"(?:{names})(?:省|市|(?:壮族|回族|维吾尔)?自治区|特别行政区|自治州)?(?=[ ]?(?:{_HAN}|\d))"
    )


def find_addresses(text: str, digits: str) -> Iterator[Found]:
    """Find addresses that name a door: region and road with number, or a road or estate with a room.

    A region alone (`杭州市西湖区`), a shipping area or a warehouse is no address.
    """
    reached = 0
    for match in _ANCHOR.finditer(digits) if _MAY_BE_NUMBER.search(digits) is not None else ():
        if match.start() < reached:
            continue
        candidate = _candidate(text, digits, match, reached)
        if _is_address(digits, candidate, match):
            reached = candidate.end
            yield ("address", candidate.left, candidate.end)
    if _PLACE_WORD.search(digits) is None:
        return
    for hint, pattern in _PLACES:
        for match in pattern.finditer(digits) if hint.search(digits) is not None else ():
            if _ORIGIN.search(digits, max(0, match.start() - 12), match.start()) is None:
                yield ("address", *match.span("place"))


def _candidate(text: str, digits: str, match: re.Match[str], reached: int) -> _Candidate:
    tail = _TAIL.match(digits, match.end())
    end = match.end() if tail is None else tail.end()
    run = _LEFT_RUN.search(digits, max(reached, match.start() - 40), match.start())
    run_start = match.start() if run is None else run.start()
    place = _place_pattern().search(text, run_start, match.start("number"))
    if place is not None:
        return _Candidate(place.start(), match.start(), end, match["way"], has_place=True)
    lead = _LEAD.match(text, max(run_start, match.start() - 14), match.start())
    left = max(run_start, match.start() - 14) if lead is None else lead.end()
    left += len(text[left : match.start()]) - len(text[left : match.start()].lstrip())
    return _Candidate(left, match.start(), end, match["way"], has_place=False)


def _is_address(digits: str, candidate: _Candidate, match: re.Match[str]) -> bool:
    before = digits[candidate.left : candidate.start]
    whole = digits[candidate.left : candidate.end]
    between = digits[match.end("way") : match.start("number")]
    if _CARRIER.search(whole) or not (before or candidate.has_place or len(between) > 1):
        return False
    is_road = re.fullmatch(_ROAD, candidate.way) is not None or between.endswith("路")
    has_room = _ROOM.search(digits, match.start("number"), candidate.end) is not None
    if not has_room and not is_road and _DATE_NEXT.match(digits, candidate.end):
        return False
    if candidate.has_place or _REGION.search(before):
        return is_road or has_room
    detailed = digits[match.end() : candidate.end].strip() != ""
    named = _ADDRESS_WORD.search(digits, 0, candidate.left) is not None
    return (detailed and has_room) or (named and (is_road or has_room))
