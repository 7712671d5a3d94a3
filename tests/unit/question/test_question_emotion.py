import pytest

from assist.messages import Emotion
from assist.question.emotion import asks_human, emotion
from assist.text.normalize import fold


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("你们效率可真高啊", Emotion.ANNOYED),
        ("都三天了还不发", Emotion.ANNOYED),
        ("气死猫零食还有吗", Emotion.CALM),
        ("死飞和爆款", Emotion.CALM),
        ("空气炸锅多大", Emotion.CALM),
        ("不好意思问一下", Emotion.CALM),
        ("再不发就12315见", Emotion.THREAT),
        ("我要起訴你們", Emotion.THREAT),
        ("骗子店", Emotion.ANGRY),
        ("退款🤬", Emotion.ANGRY),
        ("开线了😡", Emotion.ANNOYED),
        ("怕买到假的", Emotion.WORRIED),
        ("着急送人", Emotion.WORRIED),
        ("什么时候发货", Emotion.CALM),
        ("", Emotion.CALM),
    ],
)
def test_emotion(text, expected):
    assert emotion(fold(text)) is expected


@pytest.mark.parametrize(
    "text", ["转人工", "换个活人来", "叫你们主管", "人工客服", "找个真人", "别拿机器人糊弄我", "人工"]
)
def test_asks_for_a_person(text):
    assert asks_human(fold(text))


@pytest.mark.parametrize(
    "text", ["人工智能音箱", "人工费多少", "不用转人工", "这是真人实拍吗", "人工客服几点上班", "老板椅多少钱"]
)
def test_does_not_ask_for_a_person(text):
    assert not asks_human(fold(text))
