"""Question–answer pairs mined from raw chats, with every row accounted for."""

from __future__ import annotations

import re

import pytest

from assist.documents import Kind
from assist.ingest import ReadResult, read_bytes
from assist.ingest.duplicates import clusters
from assist.ingest.small_talk import is_courtesy, is_holding, is_wordless


def chat(*lines: str, header: str = "session,time,role,text") -> ReadResult:
    """Read lines `role text`, one session, a second apart."""
    rows = []
    for second, line in enumerate(lines):
        role, _, text = line.partition(" ")
        rows.append(f'1,2026-11-01 10:00:{second:02d},{role},"{text}"')
    return read_bytes("\n".join([header, *rows]).encode(), name="chats/a.csv")


def pairs(result: ReadResult) -> list[tuple[str, str]]:
    return [(document.attributes["question"], document.attributes["answer"]) for document in result.documents]


def dropped(result: ReadResult) -> dict[str, int]:
    return {entry.reason.split(": ")[1]: int(entry.reason.split()[0]) for entry in result.skipped}


def test_bursts_are_joined_and_small_talk_is_dropped_with_counts() -> None:
    result = chat(
        "买家 在吗",
        "客服 在的在的，您请说～",
        "买家 身高163 110斤",
        "买家 穿啥码",
        "客服 亲，选M码就好",
        "客服 不喜欢贴身的拿L",
        "买家 好的谢谢",
        "客服 不客气～",
    )
    assert pairs(result) == [("身高163 110斤\n穿啥码", "亲，选M码就好\n不喜欢贴身的拿L")]
    (document,) = result.documents
    assert (document.id, document.source, document.kind) == ("a:4", "chats/a.csv:4", Kind.PAST_ANSWER)
    assert document.attributes["state"] == "candidate"
    assert document.attributes["answered_at"] == "2026-11-01 10:00:05"
    assert dropped(result) == {"only a greeting or thanks": 2, "only a greeting or a request to wait": 2}
    assert {entry.error for entry in result.skipped} == {""}


def test_a_request_to_wait_is_no_answer() -> None:
    result = chat(
        "买家 怎么还没发货",
        "客服 亲，稍等，我帮您查一下",
        "买家 嗯嗯",
        "客服 查到了，今天下午出库",
        "买家 好",
    )
    assert pairs(result) == [("怎么还没发货", "查到了，今天下午出库")]


def test_an_item_stays_the_scope_until_another_is_pasted() -> None:
    result = chat(
        "买家 https://detail.tmall.com/item.htm?spm=a1&id=718263540102",
        "买家 掉色不",
        "客服 不掉色等级4级",
        "买家 718263560502",
        "买家 这个新疆包邮吗",
        "客服 补运费30元",
        "买家 那这个呢 https://item.taobao.com/item.htm?id=718263550101 有42码吗",
        "客服 有的",
    )
    assert [document.product for document in result.documents] == [
        "718263540102",
        "718263560502",
        "718263550101",
    ]
    assert result.documents[2].attributes["question"] == "那这个呢   有42码吗"
    assert dropped(result) == {"only a link or an item id": 2}


def test_numbers_that_name_an_order_or_a_person_are_no_question() -> None:
    result = chat("买家 2209115530018827461", "客服 收到", "买家 电话13961788243", "客服 好的")
    assert result.documents == ()
    assert dropped(result)["only an order, waybill or telephone number"] == 2


def test_unanswered_questions_and_the_systems_lines_are_dropped_with_their_reason() -> None:
    result = chat(
        "系统 买家进入会话", "买家 能退吗", "robot 自动回复内容", "买家 [图片]", "路人 哈哈", "买家 "
    )
    assert result.documents == ()
    assert dropped(result) == {
        "written by the system": 2,
        "a question that was not answered": 1,
        "only a picture or an emoji": 1,
        "written by no known role": 1,
        "empty text": 1,
    }


def test_a_question_after_a_long_pause_is_a_new_one() -> None:
    rows = "s,2026-11-01 10:00:00,买家,能退吗\ns,2026-11-02 10:00:00,买家,包邮吗\ns,2026-11-02 10:01:00,客服,满59元包邮\n"
    result = read_bytes(f"session,time,role,text\n{rows}".encode(), name="chats/a.csv")
    assert pairs(result) == [("包邮吗", "满59元包邮")]


def test_mixed_sessions_and_rows_out_of_order_are_sorted_out() -> None:
    rows = [
        "2,2026-11-01 10:00:09,客服,不掉色",
        "1,2026-11-01 10:00:05,客服,能退",
        "1,2026-11-01 10:00:01,买家,能退吗",
        "2,2026-11-01 10:00:02,买家,掉色不",
    ]
    result = read_bytes("\n".join(["会话ID,时间,角色,内容", *rows]).encode("gbk"), name="聊天记录.csv")
    assert pairs(result) == [("掉色不", "不掉色"), ("能退吗", "能退")]


def test_nicknames_of_the_shops_accounts_are_agents() -> None:
    result = read_bytes(
        "发送者,消息内容\n会员tb123,能退吗\n山木旗舰店:小美,能退的\n".encode(), name="chats/x.csv"
    )
    assert pairs(result) == [("能退吗", "能退的")]


def test_duplicates_collapse_into_the_first_with_a_count() -> None:
    result = chat(
        "买家 掉色吗？",
        "客服 亲，不掉色等级4级，深色第一次下水可能有少量浮色，单独洗就行哦",
        "买家 掉色吗",
        "客服 不掉色等级4级，深色第一次下水可能有少量浮色，单独洗就行～",
        "买家 掉色吗",
        "客服 亲，不掉色等级3级，深色第一次下水可能有少量浮色，单独洗就行哦",
    )
    assert [document.attributes["count"] for document in result.documents] == ["2", "1"]
    assert result.documents[0].attributes["last_answered_at"] == "2026-11-01 10:00:03"
    assert dropped(result) == {"the same as an earlier question and answer": 2}


def test_rows_in_pairs_and_rows_left_out_add_up_to_all() -> None:
    lines = [
        f"{role} {text}"
        for role in ("买家", "客服", "系统")
        for text in ("在吗", "能退吗", "稍等", "[图片]", "七天内可退")
    ] * 4
    result = chat(*lines)
    kept = sum(len(re.split("\n", document.text)) for document in result.documents)
    assert kept + sum(dropped(result).values()) == len(lines)


@pytest.mark.parametrize(
    "text", ["在吗", "好的，谢谢亲～", "您好，欢迎光临，请问有什么可以帮您？", "嗯嗯", "OK 👌", "亲 在不"]
)
def test_courtesies(text: str) -> None:
    assert is_courtesy(text)


@pytest.mark.parametrize(
    "text", ["你好，能退吗", "好的那运费谁出", "在48小时内发货", "谢谢，大概几天到", "不可以吗"]
)
def test_no_courtesies(text: str) -> None:
    assert not is_courtesy(text)


def test_holding_lines_and_wordless_lines() -> None:
    assert is_holding("亲，请您稍等，我这边帮您核实一下")
    assert not is_holding("稍等，仓库说今天18点前发")
    assert is_wordless("[图片] /:^_^")
    assert is_wordless("👍👍")
    assert not is_wordless("[链接]这个")


def test_figures_and_negations_keep_pairs_apart() -> None:
    long = "您好，这款商品签收后{}天内{}支持无理由退货，请保持吊牌完好，不影响二次销售即可申请办理退货哦"
    same = [
        ("能退吗", long.format("7", "")),
        ("能退吗", long.format("7", "") + "～"),
        ("能退吗", long.format("15", "")),
        ("能退吗", long.format("7", "不")),
    ]
    assert clusters(same) == [[0, 1], [2], [3]]
    assert clusters([]) == []


def test_near_duplicates_are_found_as_an_exhaustive_comparison_finds_them() -> None:
    words = ["尺码", "发货", "退款", "运费", "掉色", "保修", "发票", "优惠", "包邮", "颜色"]
    texts = [
        ("".join(words[(n * k + n // 3) % 10] for k in range(1, 6)), words[n % 10] * 4) for n in range(120)
    ]

    def grams(text: str) -> set[str]:
        return {text[at : at + 2] for at in range(len(text) - 1)}

    def alike(a: tuple[str, str], b: tuple[str, str]) -> bool:
        return all(
            len(grams(x) & grams(y)) >= 0.9 * len(grams(x) | grams(y)) for x, y in zip(a, b, strict=True)
        )

    heads: list[int] = []
    for index, pair in enumerate(texts):
        if not any(alike(pair, texts[head]) for head in heads):
            heads.append(index)
    assert [group[0] for group in clusters(texts)] == heads
