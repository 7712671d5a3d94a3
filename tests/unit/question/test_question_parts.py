import pytest

from assist.question.bursts import SegmentKind, segments
from assist.question.parts import drafts


def cleans(*lines):
    return [draft.clean for draft in drafts(segments("\n".join(lines)))]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("掉色不 起球能退吗",), ["掉色不", "起球能退吗"]),
        (("会缩水吗会起球吗",), ["会缩水吗", "会起球吗"]),
        (("是纯棉的吗还是涤纶",), ["是纯棉的吗还是涤纶"]),
        (("能发顺丰吗 我补差",), ["能发顺丰吗 我补差"]),
        (("显示签收了 我没收到啊",), ["显示签收了 我没收到"]),
        (("刚买就降价了 差价退吗",), ["刚买就降价了 差价退吗"]),
        (("我要退货，怎么操作",), ["我要退货 怎么操作"]),
        (("在吗", "掉色吗"), ["掉色吗"]),
        (("多久发货还有发什么快递",), ["多久发货", "发什么快递"]),
        (("Is it waterproof? How long is the warranty?",), ["防水吗", "质保多久"]),
        (("好的 谢谢",), ["好的"]),
    ],
)
def test_questions_are_split_where_each_stands_alone(lines, expected):
    assert cleans(*lines) == expected


def test_spans_name_the_text_between_punctuation():
    text = "你好，有货吗？\n什么时候发货？"
    found = segments(text)
    assert [segment.span.of(text) for segment in found] == ["你好", "有货吗", "什么时候发货"]
    assert [segment.line for segment in found] == [0, 0, 1]
    assert found[0].kind is SegmentKind.GREETING


def test_link_is_one_segment():
    text = "https://item.taobao.com/item.htm?id=718263540102&x=1 厚不厚"
    assert [segment.span.of(text) for segment in segments(text)] == [text.split(" ")[0], "厚不厚"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("在吗", SegmentKind.GREETING),
        ("谢谢亲", SegmentKind.THANKS),
        ("人呢", SegmentKind.URGING),
        ("转人工", SegmentKind.HUMAN),
        ("不对", SegmentKind.CORRECTION),
        ("掉色吗", SegmentKind.QUESTION),
        ("可以吗", SegmentKind.TAIL),
        ("送人的", SegmentKind.STATEMENT),
        ("🐶", SegmentKind.EMPTY),
    ],
)
def test_kinds(text, kind):
    assert segments(text)[0].kind is kind


def test_no_segments_in_an_empty_text():
    assert segments("") == () == segments(" \n？？ ")
    assert drafts(()) == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("等我问下我老婆", SegmentKind.THANKS),
        ("那我再考虑一下吧", SegmentKind.THANKS),
        ("我先量一下", SegmentKind.THANKS),
        ("老客户又来了", SegmentKind.GREETING),
        ("等我问下能不能退", None),
    ],
)
def test_a_shopper_who_goes_to_think_or_is_back_asks_nothing(text, kind):
    found = segments(text)[0].kind
    assert found is kind if kind else found not in (SegmentKind.THANKS, SegmentKind.GREETING)
