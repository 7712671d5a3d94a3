"""Word lists with the matcher that finds all of them, and their disguises, in one pass.

Files are TOML (`assist.guard.rules`, `data/disguises.toml`); a shop adds its own beside ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path

from assist.errors import IngestError
from assist.guard.matching import Match, Read, bare, judge, merge
from assist.guard.pinyin import Disguises, Spellings, look_together
from assist.guard.rules import Rule, packaged_rules, read_rules
from assist.guard.scanning import Part
from assist.guard.skeleton import Respelled, Skeleton
from assist.guard.wordlists import read_list
from assist.results import Severity
from assist.tables import parse_toml


class Lexicon:
    """A set of rules and the automaton over their words, built on the first search.

    Attributes:
        rules: As given.
        added: Disguises that come to the package's.
    """

    _written: Part

    def __init__(self, rules: Iterable[Rule], added: Disguises | None = None) -> None:
        self.rules = tuple(rules)
        self.added = added or Disguises()
        owners: dict[str, list[Rule]] = {}
        for rule in self.rules:
            for word in rule.words:
                owners.setdefault(word, []).append(rule)
        self._words = tuple(owners)
        self._owners = tuple(map(tuple, owners.values()))
        listed = (word for rule in self.rules if rule.severity is Severity.BLOCK for word in rule.words)
        words = tuple(listed)
        known = _packaged_disguises().joined(self.added)
        self._spellings = Spellings(words, replace(known, heard=_of(words, known.heard)))
        search_together(self)

    def _listed(self) -> Sequence[str]:
        return self._words

    def respelled(self, skeleton: Skeleton) -> Respelled | None:
        """Return a skeleton with this lexicon's disguised words written out; None: there are none."""
        text, restored = self._spellings.restore(skeleton.text)
        return Respelled(skeleton, text, restored) if restored else None

    def matches(self, skeleton: Skeleton | Respelled) -> list[Match]:
        """Find the rules that hold in a text, by place; overlapping ones of one kind become one.

        A word that was disguised in pinyin is judged by itself: who means it lawfully writes it out.
        """
        text = skeleton.text
        found: list[Match] = []
        read: Read = {}
        for index, start, end in self._written.find(text):
            for rule in self._owners[index]:
                hidden = any(start < right and left < end for left, right in skeleton.disguised)
                match = judge(bare(rule) if hidden else rule, text, start, end, read)
                if match is not None:
                    found.append(match)
        return merge(found) if found else found


def search_together(*lexicons: Lexicon) -> None:
    """Let lexicons that look at the same texts find their words in one pass, each still its own alone."""
    parts = look_together(*(one._spellings for one in lexicons), besides=[one._listed for one in lexicons])
    for lexicon, part in zip(lexicons, parts, strict=True):
        lexicon._written = part


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
    return Disguises.of(read_list("disguises"))


@lru_cache(maxsize=8)
def disguised(lexicon: Lexicon, own: Lexicon) -> Lexicon:
    """Return a lexicon that sees through the disguises of another one's files too."""
    return Lexicon(lexicon.rules, own.added) if own.added else lexicon


def load_lexicon(names: Iterable[str], extra: Iterable[str | Path] = ()) -> Lexicon:
    """Load the package's lists of these names, and a shop's own files after them.

    A shop's file may hold rules, disguises (the tables of `data/disguises.toml`), or both.

    Raises:
        IngestError: A file cannot be read as a word list.
    """
    rules: list[Rule] = []
    added = Disguises()
    for name in names:
        rules.extend(packaged_rules(name))
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
