"""Steps that stand in one line of a page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist import read
from assist.documents import BlockKind
from assist.ingest.steps import steps_in_line


@pytest.mark.parametrize(
    ("line", "lead", "steps"),
    [
        (
            "1. 拔下水箱，加水。2. 插电，选档位。3. 按住蒸汽键。",
            "",
            ("1. 拔下水箱，加水。", "2. 插电，选档位。", "3. 按住蒸汽键。"),
        ),
        ("安装：1、撕膜；2、对准；3、按压10秒。", "安装：", ("1、撕膜；", "2、对准；", "3、按压10秒。")),
        ("1.先倒水 2.再放茶 3.盖上", "", ("1.先倒水", "2.再放茶", "3.盖上")),
    ],
)
def test_a_line_is_cut_before_each_number(line, lead, steps):
    assert steps_in_line(line) == (lead, steps)


@pytest.mark.parametrize(
    "line",
    [
        "长1.5米，宽2.3米，高3.1米",
        "1. 撕膜。2. 按压。",
        "1. 撕膜。3. 对准。4. 按压。",
        "电源线1.2m、量杯1个、饭勺1个",
        "第1. 步",
        "",
    ],
)
def test_other_lines_hold_no_steps(line):
    assert steps_in_line(line) == ("", ())


@given(st.lists(st.text("加水按键等待", min_size=1, max_size=6), min_size=3, max_size=9))
def test_nothing_of_a_line_is_lost(actions):
    line = "".join(f"{number}. {action}。" for number, action in enumerate(actions, 1))
    lead, steps = steps_in_line(line)
    assert lead + "".join(steps) == line
    assert len(steps) == len(actions)


def test_a_page_tells_its_steps_one_a_line(tmp_path):
    file = tmp_path / "iron.html"
    file.write_text(
        "<h1>挂烫机</h1><h2>使用步骤</h2><p>先看清楚：1. 加水到刻线。2. 插电，等灯常亮。3. 从上往下烫。</p>",
        "utf-8",
    )
    (document,) = read(file).documents
    (steps,) = (block for block in document.blocks if block.kind is BlockKind.STEPS)
    assert steps.span.of(document.text) == "1. 加水到刻线。\n2. 插电，等灯常亮。\n3. 从上往下烫。"
    assert "先看清楚" in document.text
