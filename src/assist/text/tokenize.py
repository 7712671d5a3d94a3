"""Cut Chinese and mixed text into words, and into the tokens that BM25 counts.

The cut is jieba's most likely path through its dictionary, without the hidden Markov model, so that both
engines (rjieba, compiled; jieba, pure Python) give the same words. Runs of ASCII letters and digits are
kept whole by our own rule, because model names such as `a102` or `usb-c` are what shoppers search for.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from importlib.machinery import PathFinder
from itertools import chain
from types import ModuleType
from typing import Literal, Protocol, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from assist.errors import InputError
from assist.expressions import expression
from assist.text.classes import (
    HAN,
    KNOWN_WORD,
    LETTER,
    SLOT,
    STOP_CHARS,
    classes_of,
    codes_of,
    odd_runs,
    put_back,
    spaced,
    spread,
)
from assist.text.lexicon import BASE_WORDS, STOP_TOKENS
from assist.text.normalize import MARK, fold, fold_many

EngineName: TypeAlias = Literal["auto", "rjieba", "jieba"]

_RULES = "1"
_SHORT, _RECENT = 64, 512
_COMPILED = "rjieba.rjieba"
# Higher than any two common words in a row, so that a user word wins against every cut of itself.
_USER_FREQUENCY = 2_000
_HAN_CHAR = expression(f"[{HAN}]")
_OTHER = f"[^\\W_{HAN}a-z0-9]"
# Word runs in other scripts, or with accents; and ASCII runs joined by - _ or a decimal point.
_OTHER_RUN = f"(?<!{LETTER}){LETTER}*{_OTHER}{LETTER}*"
_JOINER = r"(?:[-_]|(?<=\d)\.|\.(?=\d))"
_COMPOUND = f"(?<![a-z0-9])[a-z0-9]+(?:{_JOINER}[a-z0-9]+)+"
_SPECIAL = f"{_OTHER_RUN}|{_COMPOUND}"
_MAY_BE_SPECIAL = expression(f"{_OTHER}|[a-z0-9][-_.][a-z0-9]")
_BETWEEN = expression(f"[^{HAN}a-z0-9]+")
_NOT_COUNTED = expression(f"[^{HAN}]+|[{STOP_CHARS}]")
# A control character: tokens are normalised, so none holds one.
_UNIT = "\x1f"
_TOGETHER = 256
_WORDS_KEPT = 65_536
_RUNS_KEPT = 8_192
_DASH = expression("[-_]")
_LED_BY_NUMBER = expression(r"(\d+(?:\.\d+)?)[a-z]")
_LED_BY_LETTERS = expression(r"[a-z]+(\d{3,})")


class _Cutter(Protocol):
    """What both engines offer once wrapped."""

    def cut(self, text: str) -> list[str]: ...

    def cut_for_search(self, text: str) -> list[str]: ...


class Tokenizer:
    """A word cutter with the shop's own words; instances are independent and safe to share by threads.

    The dictionary is loaded when it is first needed (about 0.15 s with rjieba, 1 s with jieba).

    Attributes:
        engine: The engine in use, `rjieba` or `jieba`.
        fingerprint: Hash of the dictionary words and of the rules, hexadecimal. Two tokenizers with the
            same fingerprint give the same tokens, whatever their engines.
    """

    def __init__(self, words: Iterable[str] = (), *, engine: EngineName = "auto") -> None:
        """Remember the words; nothing is loaded yet.

        Args:
            words: Words to keep whole (`七天无理由`, `羽绒服Pro`); any case or width, repeats allowed.
            engine: `auto` takes rjieba where it is installed.

        Raises:
            InputError: `engine` is not one of the three names.
        """
        self.engine = _engine(engine)
        own = sorted({word for word in map(fold, words) if word} | BASE_WORDS)
        self.fingerprint = hashlib.sha256("\n".join([_RULES, *own]).encode()).hexdigest()[:16]
        self._known = tuple(word for word in own if KNOWN_WORD.fullmatch(word) and _HAN_CHAR.search(word))
        self._always, self._special = _special([word for word in own if not KNOWN_WORD.fullmatch(word)])
        self._cutter: _Cutter | None = None
        self._recent = lru_cache(maxsize=_RECENT)(self._tokens)
        self._odd = lru_cache(maxsize=_RUNS_KEPT)(self._put_run_aside)
        self._known_parts: dict[str, _Parts] = {}
        self._lock = threading.Lock()

    def words(self, text: str) -> list[str]:
        """Cut `text` once into normalised words; punctuation, symbols and white space are dropped."""
        return self._cut(fold(text), search=False)

    def tokens(self, text: str) -> list[str]:
        """Cut `text` into what BM25 counts: words, parts of words, and Chinese characters.

        Words come with their dictionary sub-words and with the parts of model names; each of these counts
        twice and each Chinese character once, so that 退换货 finds 换货 whatever the dictionary knows, and a
        whole word still weighs more. Particles and forms of address (`的 了 吗 呢 亲`) are left out; numbers
        and negations stay. Repeats stay too: they are the term frequency.
        """
        # A question is cut by every lane that looks at it.
        return list(self._recent(text)) if len(text) <= _SHORT else list(self._tokens(text))

    def tokens_many(self, texts: Sequence[str]) -> list[list[str]]:
        """Return `tokens` of each text, in order; several times faster than one by one."""
        return [line.split(_UNIT) if line else [] for line in self.lines(texts, between=_UNIT)]

    def lines(self, texts: Sequence[str], *, between: str) -> list[str]:
        """Return the tokens of each text joined to one; `between` is a control character, so no token holds it."""
        groups = (texts[start : start + _TOGETHER] for start in range(0, len(texts), _TOGETHER))
        return [line for group in groups for line in self._lines_together(group, between)]

    def _tokens(self, text: str) -> tuple[str, ...]:
        words, chars = self._counted(fold(text))
        return (*words, *words, *chars)

    def _counted(self, folded: str) -> tuple[list[str], str]:
        """Give the words of a folded text that count, and the characters that count alone."""
        words = [*chain.from_iterable(map(_counted_as, self._cut(folded, search=True)))]
        return words, _NOT_COUNTED.sub("", folded)

    def _lines_together(self, texts: Sequence[str], between: str) -> list[str]:
        """Cut texts line by line, each line once: title and headings stand above every passage of a page."""
        split = [text.split("\n") for text in texts]
        known = list(dict.fromkeys(chain.from_iterable(split)))
        cut = dict(zip(known, self._cut_together(fold_many(known), between), strict=True))
        lines = []
        for pieces in split:
            words, chars = cut[pieces[0]]
            for piece in pieces[1:]:
                more, others = cut[piece]
                words, chars = words + more, chars + others
            # Each word and each character comes with `between` behind it; only the last has one too many.
            lines.append(f"{words}{words}{chars}"[:-1])
        return lines

    def _cut_together(self, folded: Sequence[str], between: str) -> list[tuple[str, str]]:
        """Cut lines as one, with a mark between them, since every call of the engine has its price.

        Returns:
            Words, and characters that count alone, of each line; each with `between` behind it.
        """
        cutter = self._cutter or self._load()
        aside: list[str] = []
        text = MARK.join(folded)
        codes = codes_of(text)
        classes = classes_of(codes)
        shown = self._put_aside(text, classes, aside)
        if shown.count(MARK) != len(folded) - 1 or shown.count(SLOT) > len(aside):
            return [self._cut_alone(line, between) for line in folded]
        counted = _counted_with(between)
        try:
            words = "".join(map(self._parts(between).__getitem__, cutter.cut(spaced(shown))))
        except _CutAloneError:
            return [self._cut_alone(line, between) for line in folded]
        kept = put_back(words, [counted[special] for special in aside]).split(MARK)
        chars = spread(codes, classes, between).split(MARK)
        return list(zip(kept, chars, strict=True))

    def _cut_alone(self, folded: str, between: str) -> tuple[str, str]:
        words, chars = self._counted(folded)
        return "".join(word + between for word in words), "".join(char + between for char in chars)

    def _parts(self, between: str) -> _Parts:
        parts = self._known_parts.get(between)
        if parts is None:
            parts = self._known_parts[between] = _Parts(self._cutter or self._load(), between)
        return parts

    def _put_aside(self, text: str, classes: NDArray[np.uint8], aside: list[str]) -> str:
        """Put a slot in the place of all that the engine must not see."""

        def put(match: re.Match[str]) -> str:
            aside.append(match[0])
            return SLOT

        if self._always:
            return self._special.sub(put, text)
        # All that is special lies within runs that are found much faster than it; the same come again and again.
        pieces: list[str] = []
        place = 0
        for start, end in odd_runs(classes):
            shown, specials = self._odd(text[start:end])
            aside += specials
            pieces += text[place:start], shown
            place = end
        return "".join(pieces) + text[place:]

    def _put_run_aside(self, run: str) -> tuple[str, list[str]]:
        return self._special.sub(SLOT, run), [match[0] for match in self._special.finditer(run)]

    def _cut(self, text: str, *, search: bool) -> list[str]:
        cutter = self._cutter or self._load()
        cut = cutter.cut_for_search if search else cutter.cut
        if not (self._always or _MAY_BE_SPECIAL.search(text)):
            return _cut_known(text, cut)
        words: list[str] = []
        place = 0
        for match in self._special.finditer(text):
            words += _cut_known(text[place : match.start()], cut)
            words.append(match[0])
            place = match.end()
        return words + _cut_known(text[place:], cut)

    def _load(self) -> _Cutter:
        with self._lock:
            if self._cutter is None:
                self._cutter = _CUTTERS[self.engine](self._known)
            return self._cutter


class _Rjieba:
    """rjieba with its own dictionary in memory."""

    def __init__(self, words: Sequence[str]) -> None:
        self._jieba = _rjieba().Jieba()
        for word in words:
            self._jieba.add_word(word, _USER_FREQUENCY, None)

    def cut(self, text: str) -> list[str]:
        return cast("list[str]", self._jieba.cut(text, False))

    def cut_for_search(self, text: str) -> list[str]:
        return cast("list[str]", self._jieba.cut_for_search(text, False))


def _rjieba() -> ModuleType:
    """Import the compiled part of rjieba alone.

    The package around it makes an instance for its module-level functions, and with it reads the whole dictionary
    once more (0.15 s). Under its own name in `sys.modules`, the compiled part is there for whoever imports the package.
    """
    package = importlib.util.find_spec("rjieba")
    found = None
    if package is not None and "rjieba" not in sys.modules and _COMPILED not in sys.modules:
        found = PathFinder.find_spec(_COMPILED, package.submodule_search_locations)
    if found is None or found.loader is None:
        return importlib.import_module("rjieba")
    module = importlib.util.module_from_spec(found)
    sys.modules[_COMPILED] = module
    found.loader.exec_module(module)
    return module


class _Jieba:
    """jieba with a private dictionary, read from its package: no cache file in a shared folder, no logging."""

    def __init__(self, words: Sequence[str]) -> None:
        with warnings.catch_warnings():
            # jieba's sources hold escapes and imports that newer Pythons warn about.
            warnings.simplefilter("ignore")
            import jieba
        jieba.setLogLevel(logging.WARNING)
        self._jieba = jieba.Tokenizer()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frequencies, _ = self._jieba.gen_pfdict(self._jieba.get_dict_file())
        for word in words:
            frequencies[word] = _USER_FREQUENCY
            for end in range(1, len(word)):
                frequencies.setdefault(word[:end], 0)
        # jieba's own total counts an entry that its dictionary holds twice; rjieba's does not, and a total
        # that differs by 3 breaks ties between equally likely cuts differently.
        self._jieba.FREQ, self._jieba.total = frequencies, sum(frequencies.values())
        self._jieba.initialized = True

    def cut(self, text: str) -> list[str]:
        return list(self._jieba.cut(text, HMM=False))

    def cut_for_search(self, text: str) -> list[str]:
        return list(self._jieba.cut_for_search(text, HMM=False))


_CUTTERS: dict[str, Callable[[Sequence[str]], _Cutter]] = {"rjieba": _Rjieba, "jieba": _Jieba}


def _engine(name: EngineName) -> str:
    if name not in ("auto", "rjieba", "jieba"):
        raise InputError(f"engine must be one of auto, rjieba, jieba; got {name!r}")
    if name != "auto":
        return name
    return "jieba" if importlib.util.find_spec("rjieba") is None else "rjieba"


def _special(words: Sequence[str]) -> tuple[bool, re.Pattern[str]]:
    """Compile the pattern of what the engine must not see; say whether any word of the shop is in it."""
    own = [_bounded(word) for word in sorted(words, key=len, reverse=True)]
    return bool(own), re.compile("|".join([*own, _SPECIAL]))


def _bounded(word: str) -> str:
    """Return a pattern for `word` that does not begin or end inside an ASCII run."""
    before = "(?<![a-z0-9])" if word[0].isascii() else ""
    after = "(?![a-z0-9])" if word[-1].isascii() else ""
    return before + re.escape(word) + after


def _cut_known(text: str, cut: Callable[[str], list[str]]) -> list[str]:
    """Cut a text of Han, ASCII letters, digits and what separates them."""
    return [word for word in cut(_BETWEEN.sub(" ", text)) if word != " "]


@lru_cache(maxsize=65_536)
def _counted_as(word: str) -> tuple[str, ...]:
    """Say what a word counts as: itself, with its parts when it is a model name; or nothing."""
    if word in STOP_TOKENS or word == " ":
        return ()
    if word.isascii() and not word.isalpha() and not word.isdigit():
        return (word, *_variants(word))
    return (word,)


class _Counted(dict[str, str]):
    """What a word adds to the line of a text, each token with the separator behind it; worked out when first met."""

    def __init__(self, between: str) -> None:
        self._between = between

    def __missing__(self, word: str) -> str:
        if len(self) >= _WORDS_KEPT:
            self.clear()
        mark = MARK in word or word == SLOT
        line = word if mark else "".join(token + self._between for token in _counted_as(word))
        self[word] = line
        return line


_counted_with = lru_cache(maxsize=4)(_Counted)


class _Parts(dict[str, str]):
    """What a word of the plain cut adds to the line of a text: its dictionary sub-words, then itself.

    The engine's cut for search looks the sub-words of every word up each time; a word has always the same ones.
    """

    def __init__(self, cutter: _Cutter, between: str) -> None:
        self._cutter = cutter
        self._counted = _counted_with(between)

    def __missing__(self, word: str) -> str:
        if MARK in word or word == SLOT:
            return self._counted[word]
        if self._cutter.cut(word) != [word]:
            raise _CutAloneError
        if len(self) >= _WORDS_KEPT:
            self.clear()
        parts = self._cutter.cut_for_search(word)
        line = self[word] = "".join(map(self._counted.__getitem__, parts))
        return line


class _CutAloneError(Exception):
    """A word would be cut if it stood alone, so its sub-words cannot be found that way."""


def _variants(word: str) -> tuple[str, ...]:
    """Return the parts of a model name or measure that are searched alone.

    `sm-a102` gives `sm`, `a102` and `102`; `20000mah` gives `20000`; `5.5l` gives `5.5`; `3-4` gives both.
    """
    pieces = _DASH.split(word)
    parts = [piece for piece in pieces if len(piece) > 1 or piece.isdigit()]
    found = parts[:] if len(pieces) > 1 else []
    for part in parts:
        number = _LED_BY_NUMBER.match(part) or _LED_BY_LETTERS.match(part)
        if number:
            found.append(number[1])
    return tuple(dict.fromkeys(found))
