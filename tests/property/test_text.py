from itertools import pairwise

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from assist.documents import Block, BlockKind, Document, Kind, Span
from assist.settings import ChunkSettings
from assist.text.chunk import chunk_document, embed_text, search_text
from assist.text.normalize import fold, fold_many, normalize
from assist.text.quantities import quantities
from assist.text.sentences import sentences
from assist.text.tokenize import Tokenizer

PHRASES = (
    "七天无理由",
    "羽绒服Pro",
    "退货运费谁出",
    "A102",
    "20000mAh",
    "5.5L",
    "㎏",
    "１２",
    "…",
    "乾燥",
    "瞭解",
    "羽絨服",
    "é",
    "e\u0301",
    "\u200b",
    "\r\n",
    "\n\n",
    "  ",
    "。",
    "！",
    "；",
    "（",
    "）",
    "“",
    "”",
    "## 2 退货\n",
    "一、",
    "第三条 ",
    "1. ",
    "- ",
    "问：",
    "答：",
    "：",
    "但",
    "3-5天",
    "一米六三",
    "三百块",
    "2w",
    "95折",
    "11月20日",
    "16:00",
    "-3%",
    "×",
    "~",
    "¥59",
    "半",
    "两",
    "点",
    "分之",
    "<!--",
    "-->",
    "个",
    "天",
    "元",
    "😊",
    "👍🏻",
    "𠮷",
    "カﾞ",
    "的",
    "吗",
    "type-c 数据线",
)
WRITING = st.lists(st.one_of(st.sampled_from(PHRASES), st.text(max_size=4)), max_size=24).map("".join)
FEW = settings(max_examples=80, deadline=None)
WORDS = ("七天无理由", "羽绒服Pro", "A102", "Type-C 数据线", "运费谁", "天元")


@pytest.fixture(scope="module")
def engines():
    return Tokenizer(WORDS, engine="rjieba"), Tokenizer(WORDS, engine="jieba")


def bare(text):
    return "".join(text.split())


@FEW
@given(WRITING)
@example("薴")
@example("İ\u0307ŉ")
@example("a" + "\u0301\u0323" * 40)
@example("\u1100\u1161\u11a8")
def test_normalising_twice_is_once(text):
    once = normalize(text).text
    assert normalize(once).text == once
    assert fold(text) == once
    assert fold(once) == once


@FEW
@given(WRITING)
def test_the_offset_map_is_monotone_and_covers(text):
    normalized = normalize(text)
    starts, ends = normalized.offsets.starts.tolist(), normalized.offsets.ends.tolist()
    assert len(starts) == len(ends) == len(normalized.text) == len(normalized.offsets)
    assert all(0 <= start < end <= len(text) for start, end in zip(starts, ends, strict=True))
    assert all(low <= high for low, high in pairwise(starts))
    assert all(low <= high for low, high in pairwise(ends))
    for end, start in zip(ends, starts[1:], strict=False):
        # What lies between two neighbours had no normal form: it is nothing on its own.
        assert end >= start or normalize(text[end:start]).text == ""


@FEW
@given(WRITING)
def test_a_mapped_span_normalises_to_what_it_stands_for(text):
    normalized = normalize(text)
    for place, char in enumerate(normalized.text):
        source = normalized.offsets.original(Span(place, place + 1)).of(text)
        if char.isascii() and char.isalnum():
            assert char in normalize(source).text


@FEW
@given(WRITING)
def test_both_engines_cut_alike(engines, text):
    fast, slow = engines
    assert fast.words(text) == slow.words(text)
    assert fast.tokens(text) == slow.tokens(text)


@pytest.fixture(scope="module")
def worded():
    """A shop's words that the engine must not see."""
    return Tokenizer(["a 102", "退货", "5.é"])


@FEW
@given(st.lists(WRITING | st.text("\ue000\ue001 \n…①é退货亲的㎡髮A102-.5", max_size=12), max_size=6))
def test_texts_worked_on_together_are_as_one_by_one(engines, worded, texts):
    assert fold_many(texts) == [fold(text) for text in texts]
    for tokenizer in (*engines, worded):
        found = [tokenizer.tokens(text) for text in texts]
        assert tokenizer.tokens_many(texts) == found
        assert tokenizer.lines(texts, between="\x1f") == ["\x1f".join(tokens) for tokens in found]


@FEW
@given(st.lists(st.sampled_from("啊连天元看试"), max_size=12).map("".join))
@example("连" * 3)
@example("啊" * 17)
def test_both_engines_break_ties_alike(engines, text):
    fast, slow = engines
    assert fast.words(text) == slow.words(text)


@FEW
@given(WRITING)
def test_words_are_slices_of_the_folded_text(engines, text):
    folded, place = fold(text), 0
    for word in engines[0].words(text):
        place = folded.index(word, place) + len(word)
    assert engines[0].words(folded) == engines[0].words(text)


@FEW
@given(WRITING)
def test_sentences_cover_all_but_white_space(text):
    spans = sentences(text)
    assert bare("".join(span.of(text) for span in spans)) == bare(text)
    assert all(span.of(text) == span.of(text).strip() for span in spans)
    assert all(first.end <= second.start for first, second in pairwise(spans))


@FEW
@given(WRITING)
def test_quantities_are_slices_in_order(text):
    found = quantities(text)
    assert all(quantity.text == quantity.span.of(text) for quantity in found)
    assert all(first.span.end <= second.span.start for first, second in pairwise(found))
    assert all(quantity.high is None or quantity.value <= quantity.high for quantity in found)
    assert all(quantity.same(quantity) and quantity.same_figure(quantity) for quantity in found)


@FEW
@given(
    st.integers(0, 99_999), st.sampled_from(["天", "元", "件", "kg", "℃", "小时", "码", "个月", "%", "mAh"])
)
@example(12345, "天")
def test_a_number_with_its_unit_is_read_back(number, unit):
    (quantity,) = quantities(f"是{number}{unit}的")
    assert quantity.figures == (number,)
    wide = "".join(chr(ord(char) + 0xFEE0) for char in str(number))
    (other,) = quantities(f"是{wide}{unit}的")
    assert quantity.same(other)


SMALL = st.builds(ChunkSettings, max_chars=st.integers(12, 80), min_chars=st.integers(1, 12))


def check_chunks(document, chunks):
    text = document.text
    assert chunks
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    assert all(chunk.text == chunk.span.of(text) == chunk.text.strip() for chunk in chunks)
    assert all(first.span.end <= second.span.start for first, second in pairwise(chunks))
    for chunk in chunks:
        assert chunk.version == document.version
        assert chunk.text in search_text(document, chunk)
        assert 0 < len(embed_text(document, chunk)) <= 512


@FEW
@given(WRITING, SMALL)
def test_chunks_of_plain_text_cover_all_but_white_space(text, chunking):
    assume(text.strip() and "<!--" not in text)
    document = Document(id="d", text=text)
    chunks = chunk_document(document, chunking)
    check_chunks(document, chunks)
    assert bare("".join(chunk.text for chunk in chunks)) == bare(text)


PIECES = st.lists(
    st.tuples(
        st.sampled_from([kind for kind in BlockKind if kind not in (BlockKind.QUESTION, BlockKind.ANSWER)]),
        st.sampled_from(["", "1", "2", "洗涤"]),
        WRITING.filter(lambda text: text.strip() and "<!--" not in text),
        st.sampled_from(["", "\n", "\n\n"]),
    ),
    min_size=1,
    max_size=8,
)


@FEW
@given(PIECES, SMALL)
def test_chunks_of_blocks_cover_all_and_keep_the_indivisible_whole(pieces, chunking):
    text, blocks = "", []
    for kind, section, piece, gap in pieces:
        blocks.append(
            Block(kind, Span(len(text), len(text) + len(piece)), section, (section,) if section else ())
        )
        text += piece + gap
    document = Document(id="d", text=text, kind=Kind.PRODUCT, blocks=tuple(blocks))
    chunks = chunk_document(document, chunking)
    check_chunks(document, chunks)
    assert bare("".join(chunk.text for chunk in chunks)) == bare(text)
    whole = [
        block.span for block in blocks if block.kind in (BlockKind.STEPS, BlockKind.CHECKLIST, BlockKind.QA)
    ]
    for span in whole:
        assert any(span.of(text).strip() in chunk.text for chunk in chunks)
