"""Which products a text names: ids, and models of which one is the longer form of another."""

import pytest

from assist.draft.models import named_in
from unit.draft.writing import page

CATALOG = (
    page("S8", title="雾凇 S8 破壁机", lines=["到手即用。"]),
    page("S8U", title="雾凇 S8 Pro 静音破壁机", lines=["到手即用。"]),
    page("X20", title="X20 推车", lines=["到手即用。"]),
)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("S8杯子59元、刀头39元；", ("S8",)),
        ("S8 Pro杯子89元。", ("S8U",)),
        ("S8和S8 Pro的刀头通用。", ("S8", "S8U")),
        ("X20轮子可以补买。", ("X20",)),
        ("全店通用。", ()),
    ],
)
def test_a_longer_model_is_not_the_shorter_one(text, named):
    assert named_in(text, CATALOG) == named
