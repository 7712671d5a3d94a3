import subprocess
import sys
import unicodedata

import pytest

from assist.documents import Span
from assist.errors import InputError
from assist.text.normalize import _NO_IDEOGRAPH, _SHARED, fold, normalize


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("  \u3000 ", ""),
        ("ＸＬ码，７天！", "xl码,7天!"),
        ("５㎏㎡", "5kgm2"),
        ("運費誰出？這個羽絨服會掉毛嗎", "运费谁出?这个羽绒服会掉毛吗"),
        ("乾燥機 瞭解 乾坤", "干燥机 了解 乾坤"),
        ("Type-C 接口", "type-c 接口"),
        ("a\u200bb\ufeffc\x00d\ud800e", "abcde"),
        ("第一行\r\n\r\n  第二行\t 第三列 ", "第一行\n第二行 第三列"),
        ("第一行\u2028第二行", "第一行\n第二行"),
        ("cafe\u0301 CAFÉ", "café café"),
        ("①㈱…", "1(株)..."),
        ("👍🏻❤️", "👍🏻❤"),
        ("薴", "苎"),
    ],
)
def test_normal_form(text, expected):
    normalized = normalize(text)
    assert normalized.text == expected
    assert fold(text) == expected
    assert normalized.original == text


def test_offsets_lead_back_to_the_smallest_covering_slice():
    text = " 重５㎏ 的羽絨服…好 "
    normalized = normalize(text)
    assert normalized.text == "重5kg 的羽绒服...好"

    def back(word):
        start = normalized.text.index(word)
        return normalized.offsets.original(Span(start, start + len(word))).of(text)

    assert back("5kg") == "５㎏"
    assert back("k") == back("g") == "㎏"
    assert back("羽绒服") == "羽絨服"
    assert back(".") == "…"
    assert back("服...好") == "服…好"
    assert back("重") == "重"


def test_a_collapsed_run_of_white_space_maps_to_the_whole_run():
    text = "a \t\n  b"
    normalized = normalize(text)
    assert normalized.text == "a\nb"
    assert normalized.offsets.original(Span(1, 2)) == Span(1, 6)


def test_a_composed_character_maps_to_base_and_marks():
    normalized = normalize("xe\u0301y")
    assert normalized.text == "xéy"
    assert normalized.offsets.original(Span(1, 2)) == Span(1, 3)


def test_thousands_of_marks_on_one_letter_are_cut():
    text = "a" + "\u0301" * 5000 + "b"
    normalized = normalize(text)
    assert len(normalized.text) < 40
    assert normalized.offsets.original(Span(len(normalized.text) - 1, len(normalized.text))).of(text) == "b"


def test_a_span_beyond_the_text_is_refused():
    with pytest.raises(InputError, match="beyond a text of 2 characters"):
        normalize("ab").offsets.original(Span(1, 3))


def test_the_listed_characters_are_those_of_gb2312_that_opencc_changes():
    from opencc import OpenCC

    convert = OpenCC("t2s").convert
    repertoire = [bytes([high, low]) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)]
    chars = [pair.decode("gb2312", "ignore") for pair in repertoire]
    changed = {char for char in chars if char and convert(char) != char}
    assert changed == set(_SHARED.pattern.strip("[]"))


def test_opencc_changes_nothing_but_ideographs():
    from opencc import OpenCC

    convert = OpenCC("t2s").convert
    planes = (chr(code) for code in range(0x20, 0x20000) if not 0xD800 <= code < 0xE000)
    others = "\n".join(char for char in planes if _NO_IDEOGRAPH.match(char))
    assert convert(others) == others


def test_simplified_text_needs_no_opencc():
    code = (
        "import sys; from assist.text.normalize import fold; fold('这款「羽绒服」会掉毛吗？ＸＬ😭·℃'); "
        "print('opencc' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_result_is_nfkc():
    text = normalize("ﬁﬀ㍿カﾞ각").text
    assert unicodedata.is_normalized("NFKC", text)
    assert text == "fiff株式会社ガ각"
