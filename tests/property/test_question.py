"""Whatever is typed: one question comes back, its parts lie in the message, and the same again each time."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assist.messages import Message, Turn
from assist.question import Catalog, ProductEntry, Understanding
from assist.question.wording import plain, plain_many
from assist.settings import MessageSettings
from assist.shop import ShopProfile
from assist.testing import HashingEncoder
from assist.text.tokenize import Tokenizer

PIECES = [
    "掉色吗",
    "起球能退不",
    "163 110斤",
    "穿啥码",
    "A102",
    "718263540102",
    "不对 要白的",
    "要黑的",
    "m码",
    "在吗",
    "谢谢",
    "？？？",
    "转人工",
    "多久发货",
    "到成都",
    "七天无里由",
    "12315",
    "三百块以内",
    "昨天",
    "https://a.cn/i?id=718263540102",
    "ＸＬ",
    "運費誰出",
    "😡",
    "亲",
    "[数字x]",
    "那腰围呢",
    "pro和普通版",
    "\n",
    "，",
    "。",
    " ",
]
TALK = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=8).map("".join)
LINES = st.lists(TALK, max_size=4).map(tuple)
HISTORY = st.lists(st.builds(Turn, st.sampled_from(["buyer", "agent"]), TALK), max_size=3).map(tuple)
MESSAGES = st.builds(Message, LINES, product=st.sampled_from([None, "A102", "Z9"]), history=HISTORY)

CATALOG = Catalog(
    [
        ProductEntry(
            "A102", "A102 T恤", ("718263540102",), ("服饰",), ("a102", "t恤"), ("白色", "黑色", "M", "L")
        ),
        ProductEntry("A103", "A103 T恤Pro", (), ("服饰",), ("a103", "t恤", "t恤pro"), ("白色",)),
    ]
)


@pytest.fixture(scope="module")
def understanding():
    return Understanding(
        encoder=HashingEncoder(), tokenizer=Tokenizer(), catalog=CATALOG, profile=ShopProfile()
    )


@given(message=MESSAGES)
@settings(max_examples=150, deadline=None)
def test_parts_lie_in_the_message_in_order(understanding, message):
    question = understanding.understand(message)
    text = message.text[: MessageSettings().max_chars]
    assert question.parts
    ends = [0]
    for part in question.parts:
        assert part.span.end <= max(1, len(text))
        if not question.urging:
            assert part.span.of(text) == part.text
            assert ends[-1] <= part.span.start
        ends.append(part.span.end)
        assert all(0 <= score.score <= 1 for score in part.intents)
        assert set(part.products) <= {"A102", "A103"}


@given(messages=st.lists(MESSAGES, max_size=5))
@settings(max_examples=40, deadline=None)
def test_a_batch_says_what_each_says(understanding, messages):
    whole = understanding.understand_many(messages)
    each = tuple(understanding.understand(message) for message in messages)
    strip = [(q.slots, q.tags, q.emotion, q.products, q.clean, [p.intent for p in q.parts]) for q in whole]
    assert strip == [
        (q.slots, q.tags, q.emotion, q.products, q.clean, [p.intent for p in q.parts]) for q in each
    ]


@given(message=MESSAGES)
@settings(max_examples=80, deadline=None)
def test_slots_of_the_message_are_as_typed(understanding, message):
    for slot in understanding.understand(message).slots.values():
        assert slot.origin in ("message", "history")
        if slot.origin == "message" and slot.name != "reason" and not message.history:
            assert slot.text in message.text


@given(message=MESSAGES)
@settings(max_examples=80, deadline=None)
def test_quick_agrees_with_understand(understanding, message):
    quick = understanding.quick(message)
    assert quick is None or quick == understanding.understand(message)


@given(texts=st.lists(TALK, max_size=6))
@example(texts=["0\x1e亲"])
@settings(max_examples=80, deadline=None)
def test_plain_wordings_together_are_those_of_each(texts):
    assert plain_many(texts) == [plain(text) for text in texts]
