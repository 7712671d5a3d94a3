"""Names of persons, where a text says that it names one: after 收件人, before 收, beside a phone or address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from assist.expressions import expression
from assist.guard.identifiers import Found
from assist.guard.wordlists import read_words

MASKED = "\ua000-\ua0ff"
"""Range of letters that stand for what was already found; see `assist.guard.pii`."""

# One of these stands in every text that holds one of the hints below; plain words are found without trying each.
_HINT = expression("收|联系人|姓名|名字|户名|开户人|叫|本人|先生|女士|小姐|太太|阿姨")
_BLANK = expression(f"[{MASKED}]")

# What a given name hardly holds, so that a greedy match stops before 王建国可以.
_NOT_GIVEN = (
    "的了吗呢啊哦可以就行好收是在和电话手机地址女先把给到要也都不没还说能下单您你我们他她有这那哪什么谁嘛吧呀"
)
_KIN = "(?:爸|妈|老公|老婆|朋友|同事|妹|弟|姐|哥|儿子|女儿|奶奶|爷爷|室友)"
_TITLE = "(?:先生|女士|小姐|太太|阿姨)"
# Names of other languages: with a middle dot (买买提·艾山), or in two or three Latin words.
_FOREIGN = r"[\u4e00-\u9fff]{1,8}(?:[·•・‧][\u4e00-\u9fff]{1,8}){1,3}|[a-z]{2,12}(?: [a-z]{1,12}){1,2}"


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return what a text must hold, and the pattern of a name beside it, which is compiled when a text holds that."""
    words = read_words("names")
    compound = "|".join(words["compound"])
    given = rf"(?:(?![{_NOT_GIVEN}])[\u4e00-\u9fff])"
    places = read_words("places")
    stop = "|".join((*words["stop"], *places["provinces"], *places["cities"]))
    any_surname = f"[{''.join(words['surnames'])}]"
    common = f"[{''.join(words['common'])}]"
    name = rf"(?!{stop})(?:(?:{compound}){given}{{1,2}}|{any_surname}{given}{{1,2}})"
    sure = rf"(?!{stop})(?:(?:{compound}){given}{{1,2}}|{common}{given}{{1,2}})"
    titled = rf"(?:(?:{compound})|{common}){given}{{0,2}}{_TITLE}"
    edge = rf"(?:^|[\s,;:。、/|{MASKED}])"
    end = rf"(?=$|[\s,;。、/|!?()]|[{MASKED}]|收|电话|手机|的?电话|可以|就|先生|女士|吧|签|您|你|别|谢谢)"
    gap = r"[\s,;:、/|]{0,3}"
    named = expression("收件|收货|联系人|姓名|名字|签收人|户名|开户人")
    labels = "(?:收件人|收货人|联系人|收件姓名|收货姓名|姓名|名字|签收人|开户名|开户人|户名)"
    free = rf"(?!必填|本人|如下|同上|默认|保密|不变|修改|信息|未填){given}{{2,6}}"
    called = rf"[\s,:]{{0,2}}(?:的?(?:联系)?(?:电话|手机|号码)号?)?[\s:是]{{0,2}}[{MASKED}]"
    beside = expression(f"[{MASKED}]|收(?![\u4e00-\u9fff\\d])")
    return (
        (
            named,
            (
                rf"(?:{labels}(?:姓名|名字)?[:是为]{{1,2}}|(?:收件|收货)[:]{{1,2}})\s?(?:(?P<name>{free})|(?P<other>{_FOREIGN}))(?=$|[\s,;。、/|{MASKED}])"
            ),
        ),
        (
            named,
            (
                rf"{labels}(?:姓名|名字)?"
                rf"(?:改成|改为|换成|填写|写|填|是|为|叫|:|\s){{1,4}}(?P<name>{titled}|{name})"
            ),
        ),
        (named, rf"{labels}(?P<name>{titled}|{sure}){end}"),
        (
            expression("收件人|收货人|签收人"),
            (
                rf"(?:收件人|收货人|签收人)(?:[^。;:]{{0,8}}?[,，]?是(?P<name>{sure})(?=[\s,;。]|$)"
                rf"|(?:就|请|帮忙)?(?:写|填|改成|改为|换成)(?P<other>(?![我本自一不跟和同别他她])[\u4e00-\u9fff]{{2,6}})(?=[\s,;。]|$))"
            ),
        ),
        (named, rf"{labels}(?:姓名|名字)?[:是为写填\s]{{0,3}}(?P<name>{_FOREIGN})(?=$|[\s,;。、/|{MASKED}])"),
        (expression("叫"), rf"{_KIN}叫(?P<name>{sure})(?=[\s,;。、{MASKED}]|$)"),
        (expression(f"{_TITLE}收"), rf"{edge}(?P<name>{titled})(?=收(?![\u4e00-\u9fff]))"),
        (expression("给.{2,4}收"), rf"给(?P<name>{sure})收(?![\u4e00-\u9fff])"),
        (
            expression("我叫|本人"),
            rf"(?:我叫|本人)(?P<name>{sure})(?=[\s,;。、{MASKED}]|$|申请|想|需要|已|于|购买)",
        ),
        (expression("叫我"), rf"叫我(?P<name>{sure})(?=[\s,;。]|就[行好可]|吧|$)"),
        (beside, rf"我是(?P<name>{sure})(?={called})"),
        (beside, rf"(?:联系|找|打给|给|问|帮)(?P<name>[老小阿]?{common}{given}{{0,2}})(?={called})"),
        (beside, rf"(?:帮|替|代)(?P<name>{common}{given}{{2}})(?:买|收|下单|订|拍|代)[^。]{{0,6}}[{MASKED}]"),
        (beside, rf"{edge}(?P<name>{sure}){gap}(?:收(?![\u4e00-\u9fff])|[{MASKED}])"),
        (beside, rf"[{MASKED}]{gap}(?P<name>{sure})(?:收|(?=[\s,;。、|{MASKED}]|$))"),
        (
            expression(_TITLE),
            rf"(?:给|找|叫|请|写|联系)(?P<name>{titled})(?![款鞋包装裤衣表用版尺服帽])",
        ),
        (
            expression(f"[{MASKED}]"),
            rf"(?:的|{edge})(?P<name>{titled})(?![款鞋包装裤衣表用版尺服帽])",
        ),
    )


def find_names(text: str, digits: str) -> Iterator[Found]:
    """Find persons' names by what stands around them; a bare name in running text is left alone."""
    if _HINT.search(text) is None and _BLANK.search(text) is None:
        return
    hinted: dict[re.Pattern[str], bool] = {}
    for hint, pattern in _patterns():
        if hint not in hinted:
            hinted[hint] = hint.search(text) is not None
        if hinted[hint]:
            yield from (("recipient", *_span(match)) for match in _compiled(pattern).finditer(text))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return expression(pattern)


def _span(match: re.Match[str]) -> tuple[int, int]:
    """Return where the name stands: of the two groups the one that matched."""
    return match.span("name") if match["name"] is not None else match.span("other")
