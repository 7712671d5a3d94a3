"""Whether a word that was found is the violation its rule means: what stands around it, and what denies it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from assist.expressions import expression
from assist.guard.rules import Rule, compiled
from assist.guard.skeleton import CLAUSE_END, SENTENCE_END
from assist.results import Severity


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that holds at `[start, end)` of a skeleton's text."""

    rule: Rule
    start: int
    end: int


_DISGUISED = frozenset({"absolute", "medical", "off_platform", "review_reward"})


def _disguisable(rule: Rule) -> bool:
    return rule.severity is Severity.BLOCK and rule.kind in _DISGUISED


def bare(rule: Rule) -> Rule:
    """Return a rule without its context, but for the negation."""
    if not _disguisable(rule):
        return rule
    return replace(rule, needs=None, unless=None, before=None, after=None, pattern=None)


# A negation reaches a few characters, one that forbids or declines a little further; neither goes past a
# particle, for chat lines often lack commas.
_NEGATED_BEFORE = expression(
    r"(?:(?!(?<=要)不|(?<=能)不能|(?<=是)不是|(?<=可)不可|(?<=方)不方|(?<=会)不会|(?<=好)不好)不(?![仅但光止论管])"
    r"|(?<!有)没(?!问题|关系|事)|无(?![论敌人与比])|未|勿|别(?![家人的处店看])|非(?!常))"
    r"[^，。吗呢哦啊吧亲就直]{0,7}$"
    r"|(?:不(?:接受|支持|提供|得|要求|会要求|存在|允许)|(?<!能)不能|禁止|严禁|拒绝|杜绝|避免|谨防|没有)"
    r"[^，。吗呢哦啊吧亲就直]{0,12}$"
)
_CLEARED_AFTER = expression(
    r"[^，。]{0,12}?(?:不允许|不可以|不支持|不参加|不参与|不做|不符合|不接受|不提供|无效"
    r"|(?:的|之类)?(?:功效|作用|效果)[^，。]{0,4}(?:没有|不具备|谈不上)(?=[的哦哈呢，。]|$)"
    r"|(?:我们|本店|店里|这里)(?:都)?(?:没有|不卖|没卖)(?=[，。的]|$))"
    r"|[^。]{0,16}?(?:违规|违法|违反|骗|禁止|不是真|不是本店|不是我们|请勿|不要操作|不要(?:相信|理|加|点|添加)|别(?:相信|理|信|加)|谨防|冒充)"
)


Read: TypeAlias = dict[tuple[str, int], tuple[tuple[int, int], ...]]
"""Where patterns were found, by pattern and start of the sentence."""


def judge(rule: Rule, text: str, start: int, end: int, read: Read) -> Match | None:
    """Say whether a word found at `[start, end)` is a violation, and how far it reaches."""
    if text[start].isascii() and not _stands_alone(text, start, end):
        return None
    left = text.rfind(SENTENCE_END, 0, start) + 1
    right = text.find(SENTENCE_END, end)
    right = len(text) if right < 0 else right
    if not _stands_so(rule, text, left, start, end, right):
        return None
    # Most words are none of what their rule's pattern means, which is soonest seen from the pattern itself.
    reach: tuple[int, int] | None = (start, end)
    if rule.pattern is not None:
        reach = _reach(rule.pattern, text, (left, right), (start, end), read)
    if reach is None or not _fits(rule, text, left, right):
        return None
    start, end = reach
    if rule.negatable and _is_negated(text, left, start, end, right):
        return None
    return Match(rule, start, end)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Say whether an ASCII word is no part of a longer one (`qq` in `qqs`, `vx` in `vx200`)."""
    outside = (text[start - 1 : start], text[end : end + 1])
    return not any(char and char.isascii() and char.isalnum() for char in outside)


def _stands_so(rule: Rule, text: str, left: int, start: int, end: int, right: int) -> bool:
    """Say whether what stands right before and after a word leaves it what it is."""
    if rule.after is not None and compiled(rule.after).match(text, end, right):
        return False
    return rule.before is None or not compiled(rule.before).search(text[left:start])


def _fits(rule: Rule, text: str, left: int, right: int) -> bool:
    """Say whether the sentence has what a rule needs and nothing that clears it."""
    if rule.needs is not None and not compiled(rule.needs).search(text, left, right):
        return False
    return rule.unless is None or not compiled(rule.unless).search(text, left, right)


def _reach(
    pattern: str, text: str, sentence: tuple[int, int], word: tuple[int, int], read: Read
) -> tuple[int, int] | None:
    """Return where a pattern is found around a word; each sentence is read once for it."""
    places = read.get((pattern, sentence[0]))
    if places is None:
        places = tuple(found.span() for found in compiled(pattern).finditer(text, *sentence))
        read[pattern, sentence[0]] = places
    return next((place for place in places if place[0] < word[1] and word[0] < place[1]), None)


def _is_negated(text: str, left: int, start: int, end: int, right: int) -> bool:
    clause = max(left, text.rfind(CLAUSE_END, left, start) + 1)
    if _NEGATED_BEFORE.search(text[clause:start]):
        return True
    return _CLEARED_AFTER.match(text, end, right) is not None


def merge(found: list[Match]) -> list[Match]:
    """Keep, of overlapping matches of one kind, the gravest and then the longest."""
    order = list(Severity)
    found.sort(key=lambda match: (order.index(match.rule.severity), match.start - match.end, match.start))
    kept: list[Match] = []
    for match in found:
        if not any(
            other.rule.kind == match.rule.kind and other.start < match.end and match.start < other.end
            for other in kept
        ):
            kept.append(match)
    kept.sort(key=lambda match: (match.start, match.end))
    return kept
