"""Bytes to text, whatever wrote them: UTF-8, UTF-16, GB18030 (GBK) or Big5.

No statistics of a whole language are needed to tell the two Chinese families apart: in a text decoded
with the right one nearly every character lies in that standard's first level (the common characters),
in a text decoded with the wrong one it does not.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from assist.errors import IngestError

_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]{2,20})""", re.IGNORECASE)
_NAMES = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
}
_MAX_LOST_RATIO = 0.02
_SAMPLE_CHARS = 20_000
_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1a\x7f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text.

    Attributes:
        text: With line feeds as line ends, without byte-order mark and NUL characters.
        encoding: The Python codec that read it.
        lost: Characters that were unreadable and became U+FFFD.
        lost_line: 1-based line of the first of them; None when nothing was lost.
    """

    text: str
    encoding: str
    lost: int = 0
    lost_line: int | None = None


def decode(data: bytes, *, path: str) -> Decoded:
    """Decode a text file.

    Args:
        data: The whole file.
        path: How errors name it.

    Returns:
        Text with universal line ends. A few broken bytes are replaced and counted, never dropped unseen.

    Raises:
        IngestError: Empty, binary, or in no encoding that is known here.
    """
    if not data.strip(b"\x00 \t\r\n"):
        raise IngestError("the file is empty", path=path)
    encoding, start = _marked(data)
    encoding = encoding or _wide(data) or _narrow(data)
    raw = data[start:].decode(encoding, "replace")
    lost = raw.count("\ufffd") - _own_replacements(data, encoding)
    _check_plausible(raw, lost, path)
    text = raw.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").lstrip("\ufeff")
    if lost <= 0:
        return Decoded(text, encoding)
    return Decoded(text, encoding, lost, text.count("\n", 0, text.index("\ufffd")) + 1)


def clean(text: str) -> str:
    """Replace lone surrogates by U+FFFD and drop NUL, so that any codec and any store accepts the text."""
    if text.isascii():
        return text.replace("\x00", "")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "")


def _own_replacements(data: bytes, encoding: str) -> int:
    # U+FFFD may stand in the file itself; then nothing was lost by us.
    try:
        return data.count("\ufffd".encode(encoding))
    except UnicodeEncodeError:
        return 0


def _check_plausible(raw: str, lost: int, path: str) -> None:
    strange = lost + len(_CONTROLS.findall(raw)) + raw.count("\x00")
    if lost > max(2, _MAX_LOST_RATIO * len(raw)) or strange > max(4, 0.1 * len(raw)):
        raise IngestError(
            "not a text file in UTF-8, UTF-16, GB18030 or Big5; save it as UTF-8 and read it again", path=path
        )


def _marked(data: bytes) -> tuple[str, int]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, len(mark)
    return "", 0


def _wide(data: bytes) -> str:
    """Name the UTF-16 flavour of a text without mark: its ASCII characters have NUL on one side."""
    sample = data[:_SAMPLE_CHARS]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) < 2 or min(even, odd) * 3 > max(even, odd):
        return ""
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    return encoding if _fits(data, encoding) else ""


def _narrow(data: bytes) -> str:
    declared = _DECLARED.search(data[:2048])
    named = _NAMES.get(declared.group(1).decode("ascii").lower(), "") if declared else ""
    if named and _fits(data, named):
        return named
    if _fits(data, "utf-8"):
        return "utf-8"
    if _utf8_damage(data) <= _MAX_LOST_RATIO:
        return "utf-8"
    return max(("gb18030", "big5hkscs"), key=lambda encoding: _likelihood(data, encoding))


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _utf8_damage(data: bytes) -> float:
    """Share of unreadable characters among those outside ASCII, read as UTF-8; 1.0 when all are."""
    raw = data.decode("utf-8", "replace")
    foreign = sum(char > "\x7f" for char in raw)
    return raw.count("\ufffd") / foreign if foreign else 1.0


def _likelihood(data: bytes, encoding: str) -> tuple[float, int]:
    """Share of a decoded sample's foreign characters that are common in its standard; then GB first."""
    sample = data[: 2 * _SAMPLE_CHARS].decode(encoding, "replace")
    foreign = [char for char in sample if char > "\x7f"]
    common = sum(_is_common(char, encoding) for char in foreign)
    return (common / len(foreign) if foreign else 0.0, int(encoding == "gb18030"))


def _is_common(char: str, encoding: str) -> bool:
    try:
        code = char.encode("gb2312" if encoding == "gb18030" else "big5")
    except UnicodeEncodeError:
        return False
    # Common characters fill rows B0-D7 (GB 2312) or A4-C6 (Big5); below stand punctuation and full-width forms.
    first, last = (0xB0, 0xD7) if encoding == "gb18030" else (0xA4, 0xC6)
    return code[0] <= 0xA3 or first <= code[0] <= last
