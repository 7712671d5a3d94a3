"""Rules of the word lists, and how they are read from TOML.

A rule is one or more trigger words with the context that makes them a violation or clears them. A shop adds its own
files beside ours. In a word, `[微薇]信` stands for `微信` and `薇信`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from assist.errors import IngestError, InputError
from assist.expressions import expression
from assist.guard.wordlists import read_list
from assist.results import Severity
from assist.tables import parse_toml

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


def read_rules(text: str, *, path: str = "") -> tuple[Rule, ...]:
    """Read rules from TOML text; see the files in `assist/guard/data` for the form.

    Raises:
        IngestError: The text is no TOML, a key is unknown, or a pattern does not compile.
    """
    try:
        rules = _rules(parse_toml(text))
        for rule in rules:
            for pattern in (rule.needs, rule.unless, rule.before, rule.after, rule.pattern):
                compiled(pattern or "")
    except (ValueError, KeyError, re.error) as exc:
        raise IngestError(f"word list cannot be read: {exc}", path=path or None) from exc
    return rules


def _rules(table: Mapping[str, Any]) -> tuple[Rule, ...]:
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


@cache
def packaged_rules(name: str) -> tuple[Rule, ...]:
    """Return the rules of one of the package's lists."""
    return _rules(read_list(name))


@lru_cache(maxsize=1_024)
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern when its word is met for the first time; most words of the lists never are."""
    return expression(pattern)
