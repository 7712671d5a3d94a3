"""What is to be paid under several rules at once: invented shops, sums by hand, and the guard over every draft."""

from datetime import datetime
from decimal import Decimal

import pytest

from assist.documents import Kind, Validity
from assist.draft.announced import announced_candidate
from assist.draft.coupons import coupons
from assist.draft.payable import cut_candidate, payable_candidate
from assist.draft.points import points_candidate, points_rules
from assist.draft.rulings import rulings
from assist.draft.shares import share_candidate
from assist.draft.stacking import Reduction, excluded, in_order, orders
from assist.draft.subsidies import subsidies
from assist.guard import check
from assist.text.quantities import quantities
from unit.draft.writing import evidence, hits, page, part, policy, said

RUNNING = Validity(datetime(2026, 11, 1), datetime(2026, 12, 1))
PRICE = "售前/价格/优惠/活动"
CUT, COUPON, SUBSIDY, POINTS = Reduction.CUT, Reduction.COUPON, Reduction.SUBSIDY, Reduction.POINTS


def promotion(id, title, *lines, validity=RUNNING):
    clauses = [(str(n), "说明", line) for n, line in enumerate(lines, 1)]
    return policy(id, clauses, title=title, kind=Kind.PROMOTION, validity=validity)


CUTS = promotion(
    "cuts", "秋冬满减", "每满200元减25元，单笔最多减75元。", "顺序是：先满减，再用店铺券，最后用积分。"
)
NEWCOMER = promotion("new", "新客券", "满88元减8元。", "没有在本店买过的可以领1张。")
TRADE = promotion(
    "trade", "旧锅换新锅", "交回一口旧锅，K1补贴30元。", "补贴可以和满减一起用：先算满减，再减补贴。",
    "用了补贴的订单不能再用新客券。",
)  # fmt: skip
MEMBER = policy("member", [("1", "积分", "每100积分抵1元，单笔最多抵应付金额的5%。")])
POT = page("K1", title="山谷 铸铁锅 K1", facts=[("到手价", "239元")])
SPOON = page("K2", title="山谷 长柄汤勺 K2", facts=[("到手价", "36元")])


def ask(text, *promotions, pages=(POT,), slots=None, catalog=None, lane=payable_candidate):
    asked = part(text, intent=PRICE, products=tuple(item.id for item in pages))
    given = evidence(
        asked, found=[hits(MEMBER)], pages=pages, slots=slots, promotions=promotions, catalog=catalog or pages
    )
    return lane(asked, 0, given)


def passes(found):
    places = tuple(place for item in found.statements for place in item.citations)
    return check(said(found), citations=places, statements=found.statements) == ()


@pytest.mark.parametrize(
    ("text", "promotions", "final"),
    [
        ("新客券用上多少钱", (CUTS, NEWCOMER), "实付206元"),
        ("第一次买 到手多少", (CUTS, NEWCOMER), "实付206元"),
        ("新人券减完付多少", (NEWCOMER,), "实付231元"),
        ("旧锅换 付多少", (CUTS, TRADE), "实付184元"),
        ("拿旧锅来换新的到手多少钱", (TRADE,), "实付209元"),
        ("我有2000积分 到手多少", (CUTS,), "实付203.3元"),
        ("新客 用券再用500积分 付多少", (CUTS, NEWCOMER), "实付201元"),
        ("总共420 新客券 到手几块", (CUTS, NEWCOMER), "实付362元"),
    ],
)
def test_reductions_come_off_in_the_stated_order(text, promotions, final):
    found = ask(text, *promotions)
    assert said(found).endswith(final + "。")
    assert passes(found)
    cited = {place.document_id for item in found.statements for place in item.citations}
    assert {item.id for item in promotions} <= cited
    facts = [fact for item in found.statements for fact in item.facts if fact.origin == "computed"]
    assert final == f"实付{facts[-1].value}元"


def test_a_wrong_figure_in_a_sum_is_caught():
    found = ask("新客券用上多少钱", CUTS, NEWCOMER)
    for figure in ("214", "206"):
        wrong = said(found).replace(figure, str(int(figure) + 3))
        places = tuple(place for item in found.statements for place in item.citations)
        assert any(
            item.kind == "number" for item in check(wrong, citations=places, statements=found.statements)
        )


@pytest.mark.parametrize(
    ("text", "promotions"),
    [
        ("生日券用上多少钱", (CUTS, NEWCOMER)),
        ("新客券用上多少钱", (promotion("cuts", "满减", "每满200元减25元。"), NEWCOMER)),
        ("旧锅换 新客券也用 付多少", (CUTS, NEWCOMER, TRADE)),
        ("拿旧锅换付多少", (CUTS,)),
        ("新客券怎么领", (CUTS, NEWCOMER)),
        ("新客券满多少能用", (CUTS, NEWCOMER)),
        ("新客券用上多少钱", (NEWCOMER, promotion("x", "周末", "K1第二件半价，全店新客券可用。"))),
        ("新客券用上多少钱", (promotion("new", "新客券", "满88元减8元。", "K1不能用新客券。"),)),
    ],
)
def test_no_sum_where_a_rule_is_missing_forbids_it_or_another_offer_may_hold(text, promotions):
    assert ask(text, *promotions) is None


def test_a_coupon_that_is_not_known_leaves_the_cut_alone_unsaid():
    assert ask("生日券用了能减多少", CUTS, NEWCOMER, lane=cut_candidate) is None
    assert "到手214元" in said(ask("总共239 能减多少", CUTS, lane=cut_candidate))


def test_a_coupon_below_its_threshold_takes_nothing_off():
    found = ask("新客券用上多少钱", NEWCOMER, pages=(SPOON,))
    assert "36元不到88元，新客券用不上，实付36元" in said(found)
    assert passes(found)


def test_pieces_are_multiplied_with_and_without_a_promotion():
    assert said(ask("两口一起多少钱", CUTS, slots={"quantity": 2})) == (
        "这款到手价是239元。239×2=478元；合计478元，满2个200元，减50元，到手428元。"
    )
    bare = ask("三把一共多少钱", pages=(SPOON,), slots={"quantity": 3})
    assert said(bare) == "这款到手价是36元。36×3=108元。"
    assert passes(bare)
    assert ask("两口运费多少钱", CUTS, slots={"quantity": 2}) is None
    assert ask("两口一起多少钱", promotion("x", "周末", "K1第二件半价。"), slots={"quantity": 2}) is None


def test_several_products_are_added_up_and_what_takes_no_part_is_told():
    cuts = promotion("cuts", "秋冬满减", "每满200元减25元。", "长柄汤勺K2不参加满减，也不计入门槛。")
    found = ask("铸铁锅加一把汤勺 能减多少", cuts, catalog=(POT, SPOON))
    assert "铸铁锅K1是239元。长柄汤勺K2是36元。长柄汤勺K2不参加满减" in said(found)
    assert said(found).endswith("减25元，到手214元，一共付214+36=250元。")
    assert passes(found)
    assert ask("铸铁锅和汤勺分别多少钱", cuts, catalog=(POT, SPOON)) is None
    assert ask("铸铁锅加一个蒸笼一共多少钱", cuts, catalog=(POT, SPOON)) is None


@pytest.mark.parametrize(
    ("title", "line", "read"),
    [
        ("新客礼", "新客可领10元券，满99元可用。", [("新客", 99, 10)]),
        ("店铺券", "满199元减15元，每个账号1张。", [("", 199, 15)]),
        ("周年庆", "首页领满199元减15元的店铺券。", [("", 199, 15)]),
        ("生日礼", "生日当月送20元券1张，满150元可用。", [("生日", 150, 20)]),
        ("关注礼", "关注店铺领5元无门槛券。", [("关注", 0, 5)]),
        ("新人礼", "满60元可用的6元新人券。", [("新客", 60, 6)]),
        ("新人券", "面额8元，满66元可用。", [("新客", 66, 8)]),
        ("秋冬满减", "每满200元减25元。", []),
        ("上新礼", "可以和满300减40、新客券一起享受。", []),
        ("会员券", "银卡送10元券，满99元可用，金卡送30元券，满199元可用。", []),
    ],
)
def test_coupons_are_read_as_shops_write_them(title, line, read):
    found = coupons(promotion("c", title, line))
    assert [(item.kind, item.threshold, item.off) for item in found] == read


@pytest.mark.parametrize(
    ("line", "points", "yuan", "rate", "most"),
    [
        ("每100积分抵1元，单笔最多抵应付金额的10%。", 100, 1, "0.1", None),
        ("100分抵1元，最多可抵订单金额的50%。", 100, 1, "0.5", None),
        ("积分：200积分=1元，单笔最多抵20元。", 200, 1, None, 20),
        ("积分可按100:1抵现。", 100, 1, None, None),
        ("下单时1000积分可抵10元，上限为应付金额的3%。", 1000, 10, "0.03", None),
        ("50积分相当于1元，抵扣不超过实付的20%。", 50, 1, "0.2", None),
    ],
)
def test_points_rules_are_read_as_shops_write_them(line, points, yuan, rate, most):
    (rule,) = points_rules(policy("m", [("1", "积分抵扣", line)]))
    assert (rule.points, rule.yuan) == (points, yuan)
    assert rule.rate == (None if rate is None else Decimal(rate))
    assert rule.most == most


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("应付260 3000积分能抵多少", "也就是260×5%=13元，所以能抵13元"),
        ("付800 1500积分能抵多少", "也就是800×5%=40元，没超过，能抵15元"),
        ("300积分能顶几块", "300积分可以抵3元，单笔最多抵应付金额的5%"),
        ("我的850分能换多少钱", "850积分可以抵8元"),
    ],
)
def test_points_are_worth_whole_units_within_the_limit(text, words):
    found = ask(text, lane=points_candidate, pages=())
    assert words in said(found)
    assert passes(found)


@pytest.mark.parametrize(
    "text", ["积分能抵多少", "3000积分怎么用", "新客券加3000积分能抵多少", "七分裤多少钱", "怎么得积分"]
)
def test_points_without_a_number_or_a_sum_asked_are_not_worked_out(text):
    assert ask(text, lane=points_candidate, pages=()) is None


@pytest.mark.parametrize(
    ("line", "amounts"),
    [
        ("交回旧锅，付款时直接减30元。", [30]),
        ("以旧换新补贴50元。", [50]),
        ("以旧换新每台抵扣80元。", [80]),
        ("以旧换新：旧机按20元折价退给您。", []),
        ("不参加以旧换新，另减10元。", []),
        ("以旧换新满300元减40元。", []),
    ],
)
def test_subsidies_are_read_as_shops_write_them(line, amounts):
    assert [item.off for item in subsidies(promotion("t", "换新", line))] == amounts


@pytest.mark.parametrize(
    ("line", "used", "turn"),
    [
        ("先满减，再用券，再用积分。", {POINTS, COUPON, CUT}, (CUT, COUPON, POINTS)),
        ("优惠顺序：满减、店铺券、积分、红包。", {COUPON, CUT}, (CUT, COUPON)),
        ("积分在用券之后抵扣。", {COUPON, POINTS}, (COUPON, POINTS)),
        ("先用券后算满减。", {COUPON, CUT}, (COUPON, CUT)),
        ("每满200元减20元，满减按减去优惠券后的金额计算。", {COUPON, CUT}, (COUPON, CUT)),
        ("券和满减可以一起用。", {COUPON, CUT}, None),
        ("先满减，再用券。", {CUT, POINTS}, None),
        ("全场包邮。", {CUT}, (CUT,)),
    ],
)
def test_the_order_is_read_or_unknown(line, used, turn):
    assert in_order(used, orders(rulings(promotion("p", "活动", line)))) == turn


@pytest.mark.parametrize(
    ("line", "used", "forbidden"),
    [
        ("补贴不能和店铺券同时使用。", {SUBSIDY, COUPON}, True),
        ("满减不与优惠券同享。", {CUT, COUPON}, True),
        ("可以和满减一起用，不能和生日券同用。", {CUT, COUPON}, False),
        ("积分不能换券。", {CUT, COUPON}, False),
    ],
)
def test_what_excludes_each_other_is_read(line, used, forbidden):
    assert excluded(used, rulings(promotion("p", "活动", line))) is forbidden


SHARED = policy(
    "refunds", [("1", "部分退款", "优惠按各商品价格占总额的比例分摊到每件，退分摊后的实付金额。")]
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("399和199两件减了40 退199那件退多少", "199-13.31=185.69元"),
        ("两件 120元和80元 优惠了30 退80那个能退多少", "80-12=68元"),
        ("买了100、60、40三件满减减了20，退60的那件退多少", "60-6=54元"),
    ],
)
def test_a_refund_is_the_price_less_its_share(text, words):
    asked = part(text)
    found = share_candidate(asked, 0, evidence(asked, found=[hits(SHARED)]))
    assert words in said(found)
    assert passes(found)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("399和199两件减了40 退99那件退多少", SHARED),
        ("399和199两件 退199那件退多少", SHARED),
        ("399和199两件减了40 退199那件退多少", MEMBER),
        ("399和199两件减了40 能退吗", SHARED),
    ],
)
def test_no_share_without_the_rule_or_all_figures(text, rule):
    asked = part(text)
    assert share_candidate(asked, 0, evidence(asked, found=[hits(rule)])) is None


def test_an_amount_is_worked_out_under_a_promotion_to_come_which_is_said_to_begin_later():
    coming = Validity(datetime(2026, 12, 8), datetime(2026, 12, 13))
    document = promotion("d12", "双12活动", "12月8日0:00开始。", "每满400元减60元。", validity=coming)
    asked = part("双12凑到900能减多少", intent=PRICE)
    found = announced_candidate(asked, 0, evidence(asked, promotions=[document]))
    assert "现在还没开始" in said(found)
    assert said(found).endswith("到时合计900元，满2个400元，减120元，付780元。")
    assert all(item.dated for item in found.statements)


def test_every_figure_of_a_sum_counts_even_one_that_stands_elsewhere_in_its_sources():
    found = ask("总共420 新客券 到手几块", CUTS, NEWCOMER)
    places = tuple(place for item in found.statements for place in item.citations)
    text = said(found)
    figures = [item for item in quantities(text) if item.text[0].isdigit()]
    assert len(figures) >= 8
    for figure in figures:
        for other in {other.text for other in figures} - {figure.text}:
            wrong = text[: figure.span.start] + other + text[figure.span.end :]
            findings = check(wrong, citations=places, statements=found.statements)
            assert any(item.kind == "number" for item in findings), (figure.text, other)
    assert passes(found)
