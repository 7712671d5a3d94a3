"""What is told and not asked: addresses, numbers, what is done; too little to know; a question typed in pieces."""

import pytest

from assist import Message
from assist.question.wording import plain, plain_many

ADDRESSES = [
    "浙江省杭州市西湖区文三路88号2单元301",
    "广东省佛山市顺德区容桂街道 张三 13800138000",
    "收货地址：山东省济南市历下区泉城路1号",
    "河南省郑州市金水区花园路与农业路交叉口 李四收",
    "[地址x]",
]
ASKED = [
    "浙江省杭州市西湖区能到吗",
    "杭州市西湖区几天到",
    "申请退货了怎么还没人处理",
    "寄回去了多久退款",
    "SF1023456789012 到哪了",
]
DONE = ["已经申请退货了", "刚刚提交了换货申请", "申请退款了 你们同意一下", "退货已经提交了"]
SENT = ["寄回去了", "货已经退回去了 你们查收一下", "衣服我昨天寄出了"]
QUICK = [
    "圆通的我收到了",
    "那我一会寄过来",
    "好的 我明天退",
    "已拍",
    "我拍了两件",
    "货收到啦",
    "👍",
    "哈哈哈哈",
    "暂时不需要 不好意思",
]
BARE = ["发", "退", "帮我改一下", "那个链接", "没有", "发我", "1", "啊啊啊啊", "�" * 9_000, "a" * 9_000, "。"]


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (ADDRESSES, "address"),
        (["SF1023456789012", "2316548790123456789", "订单号：2316548790123456789"], "number"),
        (DONE, "applied"),
        (SENT, "sent_back"),
        (ASKED, ""),
    ],
)
def test_what_a_part_tells(demo, texts, told):
    found = [demo.suggest(text).question.parts[0].told for text in texts]
    assert dict(zip(texts, found, strict=True)) == dict.fromkeys(texts, told)


@pytest.mark.parametrize("text", [ADDRESSES[0], "SF1023456789012", DONE[0], SENT[0]])
def test_what_is_told_is_heard_and_asked_back(demo, text):
    found = demo.suggest(text)
    assert found.decision == "ask"
    assert "收到" in found.drafts[0].text
    assert found.drafts[0].citations == ()


def test_an_address_that_was_asked_for_is_put_down_by_a_person(demo):
    history = [("buyer", "地址写错了帮我改"), ("agent", "好的，请把新的收货地址发我")]
    found = demo.suggest(ADDRESSES[0], history=history)
    assert (found.decision, found.handoff.reason) == ("handoff", "needs_account_action")


def test_a_return_that_is_told_of_a_known_order_asks_for_no_number(demo):
    found = demo.suggest("已经申请退货了", order={"order_id": "2316548790123456789", "status": "已签收"})
    assert "订单号发我，我看一下" not in found.drafts[0].text


@pytest.mark.parametrize("text", QUICK)
def test_what_needs_no_more_than_a_nod(demo, text):
    assert demo.suggest(text).decision == "quick"


@pytest.mark.parametrize("text", BARE)
def test_too_little_is_asked_back(demo, text):
    found = demo.suggest(text)
    assert (found.decision, found.ask.slot) == ("ask", "wish")


@pytest.mark.parametrize(
    ("lines", "clean"),
    [
        (("什么时候", "发货"), "什么时候发货"),
        (("电池", "是", "锂电的", "吗"), "电池 是锂电的吗"),
        (("白色还有吗", "说错 是米色还有吗"), "是米色还有吗"),
    ],
)
def test_pieces_of_one_question(demo, lines, clean):
    found = demo.suggest_many([Message(lines=lines)])[0]
    assert [part.clean for part in found.question.parts] == [clean]


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("转人工", "同事"),
        ("叫你们负责人出来", "主管"),
        ("有没有能做主的人", "主管"),
        ("帮我接一下售后专员", "售后"),
        ("技术人员在吗 我要直接跟技术说", "技术"),
        ("能不能来个真人对话", "同事"),
    ],
)
def test_a_wish_for_a_person_goes_to_the_one_who_is_named(demo, text, target):
    found = demo.suggest(text)
    assert (found.handoff.reason, found.handoff.target) == ("asks_human", target)


@pytest.mark.parametrize("text", ["你们几点有真人回", "人工客服几点上班", "晚上几点下班"])
def test_hours_of_service_are_no_wish_for_a_person(demo, text):
    assert demo.suggest(text).decision == "suggest"


def test_reproach_alone_is_handed_to_the_one_in_charge(demo):
    found = demo.suggest("我服了 一个问题说了八遍")
    assert (found.handoff.reason, found.handoff.target) == ("angry", "主管")


def test_a_doubt_before_buying_is_no_abuse(demo):
    assert demo.suggest("怕是个骗子吧").question.intent == "售前/商品/正品/授权"


def test_thanks_before_a_question_do_not_swallow_it(demo):
    assert demo.suggest("辛苦你了 那其他还有什么需要提交的吗").decision != "quick"


def test_a_brand_in_an_english_question_has_to_be_named(demo):
    demands = demo.suggest("is the zipper YKK", product="A311").question.parts[0].demands
    assert [demand.words for demand in demands] == [("ykk",)]
    assert not demo.suggest("what material is it", product="A311").question.parts[0].demands


def test_a_page_that_names_no_animal_sizes_none(demo):
    assert demo.suggest("我家猫11斤穿什么码", product="A102").decision == "handoff"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("不要全碎了", "售前/商品/包装/配件/赠品"),
        ("收到全碎了", "售后/漏错/破损/漏液"),
        ("这次不要再发错款了", "售中/订单/改颜色/尺码/备注"),
        ("又给我发错了", "售后/漏错/错发"),
        ("明天在不发货我要求退货", "售中/物流/催发货"),
        ("汕尾市艺强科技工程有限公司，纳税识别号:91441500765736773W", "售前/服务/发票"),
    ],
)
def test_what_is_wished_away_has_not_happened(demo, text, intent):
    part = demo.suggest(text).question.parts[0]
    assert (part.intent, part.told) == (intent, "")


def test_a_nod_beside_a_question_is_no_part_of_its_own(demo):
    assert [part.clean for part in demo.suggest("哦哦 恩呢 椒盐是咸的吗").question.parts] == ["椒盐是咸的吗"]


def test_a_remark_about_somebody_asks_for_no_data(demo):
    assert demo.suggest("这是我老公的号，我的号在你这今年夏天买了好多夏装").decision != "decline"
    assert demo.suggest("查下我老公买了啥").decision == "decline"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("how much is this", "多少钱"),
        ("what material is it", "什么材质成分"),
        ("do you have a coupon", "有优惠券吗"),
        ("Free shipping?", "包邮吗运费多少钱"),
    ],
)
def test_a_short_question_in_english_is_told_in_chinese(typed, told):
    assert plain(typed) == told
    assert plain_many([typed, "会掉色吗"]) == [told, "会掉色吗"]


def test_no_size_is_told_without_a_product(demo):
    suggestion = demo.suggest("163 110斤穿什么码")
    assert suggestion.decision == "ask"
    assert suggestion.ask.slot == "product"
