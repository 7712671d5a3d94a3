"""Word lists as data, and the matcher that finds all of them in one pass.

A rule is one or more trigger words with the context that makes them a violation or clears them. Files are
TOML; a shop adds its own beside ours. In a word, `[微薇]信` stands for `微信` and `薇信`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from assist.errors import IngestError, InputError
from assist.expressions import expression
from assist.guard.pinyin import Disguises, Spellings
from assist.guard.skeleton import CLAUSE_END, SENTENCE_END, Respelled, Skeleton
from assist.guard.wordlists import parse_toml, read_list_file
from assist.results import Severity

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

_SPELLINGS = expression(r"\[([^\]]+)\]")
_KEYS = frozenset(
    {"words", "severity", "needs", "unless", "before", "after", "pattern", "negatable", "hint", "message"}
)


@dataclass(frozen=True, slots=True)
class Rule:
    """When a word is a violation.

    Attributes:
        kind: Class of the finding.
        severity: How grave it is.
        message: For the agent, in Chinese.
        ground: The legal or platform ground.
        hint: How to say it lawfully.
        words: Trigger words, spelled out.
        needs: Pattern that must be found in the sentence; None: nothing is needed.
        unless: Clears the word when found in the sentence.
        before: Clears it when it matches the clause's text right before the word.
        after: Clears it when it matches the text right after the word.
        pattern: The whole violation, found in the sentence around the word; None: the word itself.
        negatable: A negation in the same clause clears it.
        quotable: A cited quote that holds the word makes the finding a note.
    """

    kind: str
    severity: Severity
    message: str
    ground: str
    hint: str
    words: tuple[str, ...]
    needs: str | None = None
    unless: str | None = None
    before: str | None = None
    after: str | None = None
    pattern: str | None = None
    negatable: bool = True
    quotable: bool = True


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that holds at `[start, end)` of a skeleton's text."""

    rule: Rule
    start: int
    end: int


def spell_out(word: str) -> Iterator[str]:
    """Yield every spelling of a word, such as `微信` and `薇信` of `[微薇]信`.

    Examples:
        >>> list(spell_out("[微薇]信"))
        ['微信', '薇信']
    """
    parts = _SPELLINGS.split(word)
    yield from map(
        "".join, itertools.product(*((p,) if i % 2 == 0 else tuple(p) for i, p in enumerate(parts)))
    )


class Lexicon:
    """A set of rules and the automaton over their words, built on the first search.

    Attributes:
        rules: As given.
        added: Disguises that come to the package's.
    """

    def __init__(self, rules: Iterable[Rule], added: Disguises | None = None) -> None:
        self.rules = tuple(rules)
        self.added = added or Disguises()
        self._automaton: AhoCorasick | None = None
        self._owners: list[tuple[Rule, ...]] = []
        listed = (word for rule in self.rules if rule.severity is Severity.BLOCK for word in rule.words)
        words = tuple(listed)
        known = _packaged_disguises().joined(self.added)
        self._spellings = Spellings(words, replace(known, heard=_of(words, known.heard)))

    def respelled(self, skeleton: Skeleton) -> Respelled | None:
        """Return a skeleton with this lexicon's disguised words written out; None: there are none."""
        text, restored = self._spellings.restore(skeleton.text)
        return Respelled(skeleton, text, restored) if restored else None

    def matches(self, skeleton: Skeleton | Respelled) -> list[Match]:
        """Find the rules that hold in a text, by place; overlapping ones of one kind become one.

        A word that was disguised in pinyin is judged by itself: who means it lawfully writes it out.
        """
        text = skeleton.text
        automaton = self._automaton or self._build()
        found: list[Match] = []
        read: _Read = {}
        for index, start, end in automaton.find_matches_as_indexes(text, overlapping=True):
            for rule in self._owners[index]:
                hidden = any(start < right and left < end for left, right in skeleton.disguised)
                match = _judge(_bare(rule) if hidden else rule, text, start, end, read)
                if match is not None:
                    found.append(match)
        return _merge(found) if found else found

    def _build(self) -> AhoCorasick:
        from ahocorasick_rs import AhoCorasick, Implementation

        owners: dict[str, list[Rule]] = {}
        for rule in self.rules:
            for word in rule.words:
                owners.setdefault(word, []).append(rule)
        self._owners = [tuple(rules) for rules in owners.values()]
        automaton = AhoCorasick(list(owners), implementation=Implementation.ContiguousNFA)
        self._automaton = automaton
        return automaton


def _of(words: Sequence[str], heard: Sequence[str]) -> tuple[str, ...]:
    """Keep the words of which one of a lexicon's words is a part, or that are a part of one."""
    joined = "\n".join(words)
    held = frozenset(words)
    sizes = {len(word) for word in held}
    return tuple(
        word
        for word in heard
        if word in joined
        or any(word[at : at + size] in held for size in sizes for at in range(len(word) - size + 1))
    )


@cache
def _packaged_disguises() -> Disguises:
    return Disguises.of(parse_toml(read_list_file("disguises")))


@lru_cache(maxsize=8)
def disguised(lexicon: Lexicon, own: Lexicon) -> Lexicon:
    """Return a lexicon that sees through the disguises of another one's files too."""
    return Lexicon(lexicon.rules, own.added) if own.added else lexicon


_DISGUISED = frozenset({"absolute", "medical", "off_platform", "review_reward"})


def _disguisable(rule: Rule) -> bool:
    return rule.severity is Severity.BLOCK and rule.kind in _DISGUISED


def _bare(rule: Rule) -> Rule:
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
    r"|(?:我们|本店|店里|这里)(?:都)?(?:没有|不卖|没卖)(?=[，。的]|$))"
    r"|[^。]{0,16}?(?:违规|违法|违反|骗|禁止|不是真|不是本店|不是我们|请勿|不要操作|不要(?:相信|理|加|点|添加)|别(?:相信|理|信|加)|谨防|冒充)"
)


_Read: TypeAlias = dict[tuple[str, int], tuple[tuple[int, int], ...]]
"""Where patterns were found, by pattern and start of the sentence."""


def _judge(rule: Rule, text: str, start: int, end: int, read: _Read) -> Match | None:
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
    if rule.after is not None and _compiled(rule.after).match(text, end, right):
        return False
    return rule.before is None or not _compiled(rule.before).search(text[left:start])


def _fits(rule: Rule, text: str, left: int, right: int) -> bool:
    """Say whether the sentence has what a rule needs and nothing that clears it."""
    if rule.needs is not None and not _compiled(rule.needs).search(text, left, right):
        return False
    return rule.unless is None or not _compiled(rule.unless).search(text, left, right)


@lru_cache(maxsize=1_024)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern when its word is met for the first time; most words of the lists never are."""
    return expression(pattern)


def _reach(
    pattern: str, text: str, sentence: tuple[int, int], word: tuple[int, int], read: _Read
) -> tuple[int, int] | None:
    """Return where a pattern is found around a word; each sentence is read once for it."""
    places = read.get((pattern, sentence[0]))
    if places is None:
        places = tuple(found.span() for found in _compiled(pattern).finditer(text, *sentence))
        read[pattern, sentence[0]] = places
    return next((place for place in places if place[0] < word[1] and word[0] < place[1]), None)


def _is_negated(text: str, left: int, start: int, end: int, right: int) -> bool:
    clause = max(left, text.rfind(CLAUSE_END, left, start) + 1)
    if _NEGATED_BEFORE.search(text[clause:start]):
        return True
    return _CLEARED_AFTER.match(text, end, right) is not None


def _merge(found: list[Match]) -> list[Match]:
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


def read_rules(text: str, *, path: str = "") -> tuple[Rule, ...]:
    """Read rules from TOML text; see the files in `assist/guard/data` for the form.

    Raises:
        IngestError: The text is no TOML, a key is unknown, or a pattern does not compile.
    """
    try:
        rules = _rules(text)
        for rule in rules:
            for pattern in (rule.needs, rule.unless, rule.before, rule.after, rule.pattern):
                _compiled(pattern or "")
    except (ValueError, KeyError, re.error) as exc:
        raise IngestError(f"word list cannot be read: {exc}", path=path or None) from exc
    return rules


def _rules(text: str) -> tuple[Rule, ...]:
    table = parse_toml(text)
    shared = {key: value for key, value in table.items() if not isinstance(value, dict | list)}
    return tuple(_rule(shared, entry) for entry in table.get("rule", ()))


def _rule(shared: Mapping[str, Any], entry: Mapping[str, Any]) -> Rule:
    unknown = entry.keys() - _KEYS
    if unknown:
        raise InputError(f"unknown keys {sorted(unknown)}; known are {sorted(_KEYS)}")
    patterns = {key: entry[key] for key in ("needs", "unless", "after", "pattern") if key in entry}
    if "before" in entry:
        patterns["before"] = f"(?:{entry['before']})$"
    return Rule(
        kind=entry.get("kind", shared["kind"]),
        severity=Severity(entry.get("severity", shared.get("severity", "block"))),
        message=entry.get("message", shared["message"]),
        ground=shared["ground"],
        hint=entry.get("hint", shared["hint"]),
        words=tuple(spelling for word in entry["words"] for spelling in spell_out(word)),
        negatable=entry.get("negatable", shared.get("negatable", True)),
        quotable=shared.get("quotable", True),
        **patterns,
    )


def load_lexicon(names: Iterable[str], extra: Iterable[str | Path] = ()) -> Lexicon:
    """Load the package's lists of these names, and a shop's own files after them.

    A shop's file may hold rules, disguises (the tables of `data/disguises.toml`), or both.

    Raises:
        IngestError: A file cannot be read as a word list.
    """
    rules: list[Rule] = []
    added = Disguises()
    for name in names:
        rules.extend(_packaged_rules(name))
    for path in extra:
        text = Path(path).read_text(encoding="utf-8")
        rules.extend(read_rules(text, path=str(path)))
        added = added.joined(_own_disguises(text, str(path)))
    return Lexicon(rules, added)


def _own_disguises(text: str, path: str) -> Disguises:
    try:
        return Disguises.of(parse_toml(text))
    except (AttributeError, TypeError) as exc:
        raise IngestError(f"disguises cannot be read: {exc}", path=path) from exc


def shop_lexicon(paths: Sequence[str]) -> Lexicon | None:
    """Return a shop's own lists, read again when a file has changed; None: it has none.

    Raises:
        IngestError: A file is missing or cannot be read as a word list.
    """
    return _read_again(tuple((path, _changed_at(path)) for path in paths)) if paths else None


def _changed_at(path: str) -> int:
    try:
        return Path(path).stat().st_mtime_ns
    except OSError as exc:
        raise IngestError(f"word list cannot be read: {exc}", path=path) from exc


@lru_cache(maxsize=8)
def _read_again(files: tuple[tuple[str, int], ...]) -> Lexicon:
    return load_lexicon((), extra=[path for path, _ in files])


@cache
def _packaged_rules(name: str) -> tuple[Rule, ...]:
    return _rules(read_list_file(name))
