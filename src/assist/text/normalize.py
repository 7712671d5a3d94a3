"""Normalise text for matching, with a map from every normalised character back to the original.

The steps, each of which keeps the map exact: compatibility forms and full width (NFKC), lower case,
removal of control and zero-width characters, traditional to simplified, white space.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assist.documents import Span
from assist.errors import InputError
from assist.expressions import expression

if TYPE_CHECKING:
    from opencc import OpenCC

Positions: TypeAlias = NDArray[np.int32]
"""int32, one axis: code point positions in the original text."""

_BREAKS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})
_JOINERS = expression(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_SPACE = expression(r"[ \n]{2,}")
_RUNS = ("  ", "\n\n", " \n", "\n ")
# All but what surely stays as it is, one character by one.
_PERHAPS_TURNED = expression("[^a-z0-9 \u4e00-\u9fff]")
_EDGE = " \n"
# GB 2312 is the simplified repertoire; these few of its characters are traditional forms of others.
_SHARED = expression("[乾菸薹拚捱摺吒後徵夥榘於袷麴醣麽]")
_NO_IDEOGRAPH = expression(
    "[^\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
# A base character takes at most this many marks (Unicode's stream-safe limit); more is only noise.
_MAX_MARKS = 30
# One round settles nearly every text; a few characters (薴 → 苧 → 苎) need a second.
_ROUNDS = 4
_SHORT, _RECENT = 128, 16_384
_TOGETHER = 256
# What is known of a normalised character when texts are worked on together.
_SIMPLIFIED, _PERHAPS, _WHITE = 1, 2, 3
MARK = "\ue000"
"""Stands between texts that are worked on together: a character for private use, which stays as it is."""


class OffsetMap:
    """Where each character of a normalised text came from.

    Attributes:
        starts: int32, shape (n,), never falling: where the original of character i begins.
        ends: int32, shape (n,), never falling: where it ends (exclusive).
    """

    __slots__ = ("ends", "starts")

    def __init__(self, starts: Positions, ends: Positions) -> None:
        self.starts = starts
        self.ends = ends

    def __len__(self) -> int:
        return len(self.starts)

    def original(self, span: Span) -> Span:
        """Return the smallest span of the original that covers `span` of the normalised text.

        Raises:
            InputError: `span` reaches beyond the normalised text.
        """
        if span.end > len(self.starts):
            raise InputError(f"span {span} reaches beyond a text of {len(self.starts)} characters")
        return Span(int(self.starts[span.start]), int(self.ends[span.end - 1]))

    def _take(self, firsts: Positions, lasts: Positions) -> OffsetMap:
        return OffsetMap(self.starts[firsts], self.ends[lasts])


@dataclass(frozen=True, slots=True)
class Normalized:
    """A normalised text, the way back, and the text it was made from."""

    text: str
    offsets: OffsetMap = field(compare=False, repr=False)
    original: str


class _Forms(dict[int, str]):
    """Replacement of each code point for `str.translate`, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        form = self[code] = _form(chr(code))
        return form


_FORMS = _Forms()


def normalize(text: str) -> Normalized:
    """Normalise `text` and keep the way back.

    NFKC, lower case, traditional to simplified (OpenCC `t2s`), control and zero-width characters dropped,
    white space collapsed to one space or, where it holds a line break, to one line break; no white space
    at either end. Normalising twice is the same as once.

    Args:
        text: Any text; may be empty or hold unpaired surrogates, which are dropped.

    Returns:
        The normalised text with its offset map.
    """
    forms = [_FORMS[ord(char)] for char in text]
    normal, offsets = _composed("".join(forms), _mapped(forms))
    normal = _simplified(normal)
    normal, offsets = _spaced(normal, offsets)
    return Normalized(normal, offsets, text)


def fold(text: str) -> str:
    """Return `normalize(text).text`, several times faster for want of the offset map; short texts stay at hand."""
    return _recent_fold(text) if len(text) <= _SHORT else _fold(text)


def fold_many(texts: Sequence[str]) -> list[str]:
    """Return `fold` of each text, in order; several times faster than one by one."""
    groups = (texts[start : start + _TOGETHER] for start in range(0, len(texts), _TOGETHER))
    return [form for group in groups for form in _fold_together(group)]


def _fold_together(texts: Sequence[str]) -> list[str]:
    """Turn the characters of joined texts by one table look-up; what is no matter of single characters is left."""
    joined = MARK.join(texts)
    if joined.count(MARK) >= len(texts):
        return [fold(text) for text in texts]
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    forms = _form_table()[codes]
    if (forms < 0).any():
        # Now and then a character is met for the first time, or becomes none or several.
        for code in set(codes[forms < 0].tolist()):
            _learn(code)
            joined = joined.replace(chr(code), _FORMS[code])
        codes = np.frombuffer(joined.encode("utf-32-le"), dtype="<u4")
        forms = _form_table()[codes]
        # What several characters came of is in its form already.
        unknown = forms < 0
        forms[unknown] = codes[unknown]
    joined = forms.astype("<u4").tobytes().decode("utf-32-le")
    parts = joined.split(MARK)
    folded = [part.strip(_EDGE) for part in parts]
    if not unicodedata.is_normalized("NFKC", joined):
        return list(map(_settled, texts, parts))
    kinds = _kinds(forms)
    white = kinds == _WHITE
    for number in _odd_texts(forms, white[1:] & white[:-1]):
        folded[number] = _SPACE.sub(_one_space, folded[number])
    for number in _odd_texts(forms, kinds == _PERHAPS):
        folded[number] = _settled(texts[number], parts[number])
    return folded


def _kinds(codes: NDArray[np.int32]) -> NDArray[np.uint8]:
    kinds = _kind_table()[codes]
    if not kinds.all():
        for code in set(codes[kinds == 0].tolist()):
            _kind_table()[code] = _SIMPLIFIED if _is_simplified(chr(code)) else _PERHAPS
        kinds = _kind_table()[codes]
    return kinds


def _odd_texts(codes: NDArray[np.int32], odd: NDArray[np.bool_]) -> list[int]:
    """Number the marked texts in which something is odd."""
    places = np.flatnonzero(odd)
    if not len(places):
        return []
    return sorted(set(np.searchsorted(np.flatnonzero(codes == ord(MARK)), places).tolist()))


@lru_cache(maxsize=1)
def _form_table() -> NDArray[np.int32]:
    """Give the code point that each code point becomes; -1: not looked at yet, -2: it becomes none, or several."""
    return np.full(sys.maxunicode + 1, -1, dtype=np.int32)


@lru_cache(maxsize=1)
def _kind_table() -> NDArray[np.uint8]:
    """Say of each code point whether it is white space, surely simplified, or perhaps not; 0: not looked at yet."""
    kinds = np.zeros(sys.maxunicode + 1, dtype=np.uint8)
    kinds[: 1 << 7] = kinds[ord(MARK)] = _SIMPLIFIED
    kinds[[ord(char) for char in _EDGE]] = _WHITE
    return kinds


def _learn(code: int) -> None:
    form = _FORMS[code]
    _form_table()[code] = ord(form) if len(form) == 1 else -2


def _fold(text: str) -> str:
    return _settled(text, _PERHAPS_TURNED.sub(lambda found: _FORMS[ord(found[0])], text))


def _settled(text: str, form: str) -> str:
    """Finish `fold` of a text whose characters have each been turned."""
    if not form.isascii():
        if not unicodedata.is_normalized("NFKC", form):
            return normalize(text).text
        form = _simplified(form)
    if any(run in form for run in _RUNS):
        form = _SPACE.sub(_one_space, form)
    return form.strip(_EDGE)


# Values, titles and the words of a message are folded by every room that compares them.
_recent_fold = lru_cache(maxsize=_RECENT)(_fold)


def _form(char: str) -> str:
    """Return what one character alone becomes, white space and invisible characters included."""
    if char in _BREAKS:
        return "\n"
    if char.isspace():
        return " "
    if unicodedata.category(char) in _INVISIBLE or _JOINERS.match(char):
        return ""
    form = unicodedata.normalize("NFKC", char).lower()
    return form if form == char else "".join(_form(part) for part in form)


def _mapped(forms: Sequence[str]) -> OffsetMap:
    positions = np.arange(len(forms), dtype=np.int32)
    lengths = np.fromiter(map(len, forms), dtype=np.int32, count=len(forms))
    if not (lengths == 1).all():
        positions = np.repeat(positions, lengths)
    return OffsetMap(positions, positions + np.int32(1))


def _composed(text: str, offsets: OffsetMap) -> tuple[str, OffsetMap]:
    """Join marks to their base characters until the text is NFKC; most texts already are."""
    for _ in range(_ROUNDS):
        if unicodedata.is_normalized("NFKC", text):
            break
        clusters, firsts = _clusters(text)
        forms = ["".join(map(_form, cluster)) for cluster in clusters]
        lengths = np.fromiter(map(len, forms), dtype=np.int32, count=len(forms))
        bounds = np.array([*firsts, len(text)], dtype=np.int32)
        offsets = offsets._take(np.repeat(bounds[:-1], lengths), np.repeat(bounds[1:] - 1, lengths))
        text = "".join(forms)
    return text, offsets


def _clusters(text: str) -> tuple[list[str], list[int]]:
    """Split into composed base-and-marks clusters, with the place where each begins."""
    clusters: list[str] = []
    firsts: list[int] = []
    marks = 0
    for place, char in enumerate(text):
        joined = unicodedata.normalize("NFKC", clusters[-1] + char) if clusters else char
        if clusters and (unicodedata.combining(char) or joined != clusters[-1] + char):
            marks += 1
            clusters[-1] = joined if marks <= _MAX_MARKS else clusters[-1]
        else:
            clusters.append(char)
            firsts.append(place)
            marks = 0
    return clusters, firsts


def _simplified(text: str) -> str:
    """Turn traditional characters into simplified ones, one for one."""
    if _is_simplified(text):
        return text
    for _ in range(_ROUNDS):
        before, text = text, _t2s(text)
        if text == before:
            break
    return text


def _is_simplified(text: str) -> bool:
    if text.isascii():
        return True
    # What is no ideograph, such as an emoji, has no simplified form.
    return (_is_gb2312(text) or _is_gb2312(_NO_IDEOGRAPH.sub("", text))) and not _SHARED.search(text)


def _is_gb2312(text: str) -> bool:
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _t2s(text: str) -> str:
    convert = _opencc().convert
    form = str(convert(text))
    if len(form) == len(text):
        return form
    # A phrase rule changed the length; single characters keep the offsets exact.
    forms = [str(convert(char)) for char in text]
    return "".join(form if len(form) == 1 else char for form, char in zip(forms, text, strict=True))


@lru_cache(maxsize=1)
def _opencc() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")


def _one_space(run: re.Match[str]) -> str:
    return "\n" if "\n" in run[0] else " "


def _spaced(text: str, offsets: OffsetMap) -> tuple[str, OffsetMap]:
    """Collapse runs of white space and strip both ends."""
    if _SPACE.search(text):
        firsts = np.ones(len(text), dtype=bool)
        lasts = np.ones(len(text), dtype=bool)
        for run in _SPACE.finditer(text):
            firsts[run.start() + 1 : run.end()] = False
            lasts[run.start() : run.end() - 1] = False
        offsets = offsets._take(
            np.flatnonzero(firsts).astype(np.int32), np.flatnonzero(lasts).astype(np.int32)
        )
        text = _SPACE.sub(_one_space, text)
    left, size = len(text) - len(text.lstrip(_EDGE)), len(text.strip(_EDGE))
    if size == len(text):
        return text, offsets
    return text[left : left + size], OffsetMap(
        offsets.starts[left : left + size], offsets.ends[left : left + size]
    )
